//! Who came to the demo's shop.
use super::super::story::Visitor;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/142.0.0.0 Safari/537.36";
const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                    Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0";
const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/26.1 Safari/605.1.15";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                      Gecko) Version/26.1 Mobile/15E148 Safari/604.1";
const ANDROID: &str = "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) \
                       Chrome/142.0.0.0 Mobile Safari/537.36";

const SEARCH: (&str, &str) = ("https://www.google.com/", "");
const DIRECT: (&str, &str) = ("", "");
const SOCIAL: (&str, &str) = ("https://www.instagram.com/", "");
const LETTER: (&str, &str) = ("", "lettre-novembre");
const BLOG: (&str, &str) = ("https://cabanes-et-sentiers.example/tests/lanternes", "");

type Person = (&'static str, &'static str);

const fn visitor(
    no: u8,
    (name, email): Person,
    (lang, country): (&'static str, &'static str),
    (browser, from): (&'static str, (&'static str, &'static str)),
    customer: (&'static str, &'static str),
) -> Visitor {
    Visitor { no, name, email, lang, country, browser, from, customer }
}

const FR: (&str, &str) = ("fr", "FR");
const BE: (&str, &str) = ("fr", "BE");
const CH: (&str, &str) = ("fr", "CH");
const GB: (&str, &str) = ("en", "GB");
const IE: (&str, &str) = ("en", "IE");
const NL: (&str, &str) = ("en", "NL");

const fn person(name: &'static str, email: &'static str) -> Person {
    (name, email)
}

pub(super) static LUCIE: Visitor = visitor(
    1,
    person("Lucie Bernard", "lucie.bernard@example.org"),
    FR,
    (FIREFOX, SEARCH),
    ("C-10482", "149.00 EUR"),
);
pub(super) static THOMAS: Visitor = visitor(
    2,
    person("Thomas Girard", "t.girard@example.org"),
    FR,
    (CHROME, LETTER),
    ("C-10077", "54.00 EUR"),
);
pub(super) static AMINA: Visitor = visitor(
    3,
    person("Amina Haddad", "amina.haddad@example.org"),
    BE,
    (IPHONE, SOCIAL),
    ("C-11203", "229.00 EUR"),
);
pub(super) static PAUL: Visitor =
    visitor(4, person("Paul Lefèvre", "paul.lefevre@example.org"), FR, (EDGE, DIRECT), ("C-09341", ""));
pub(super) static CHLOE: Visitor =
    visitor(5, person("Chloé Marchand", "chloe.m@example.org"), FR, (SAFARI, SEARCH), ("", "84.00 EUR"));
pub(super) static HUGO: Visitor = visitor(
    6,
    person("Hugo Perrin", "hugo.perrin@example.org"),
    CH,
    (ANDROID, BLOG),
    ("C-11871", "389.00 EUR"),
);
pub(super) static MANON: Visitor = visitor(
    7,
    person("Manon Dubois", "manon.dubois@example.org"),
    FR,
    (IPHONE, LETTER),
    ("C-10954", "98.00 EUR"),
);
pub(super) static ETIENNE: Visitor = visitor(
    8,
    person("Étienne Rousseau", "etienne@refuge-des-pins.example"),
    FR,
    (FIREFOX, DIRECT),
    ("C-08816", "1068.00 EUR"),
);
pub(super) static INES: Visitor =
    visitor(9, person("Inès Moreau", "ines.moreau@example.org"), FR, (CHROME, SEARCH), ("", "39.00 EUR"));
pub(super) static EMMA: Visitor = visitor(
    10,
    person("Emma Clarke", "emma.clarke@example.org"),
    GB,
    (SAFARI, SEARCH),
    ("C-11310", "229.00 EUR"),
);
pub(super) static JAMES: Visitor = visitor(
    11,
    person("James O’Neill", "james.oneill@example.org"),
    IE,
    (CHROME, DIRECT),
    ("C-10620", "46.00 EUR"),
);
pub(super) static SANNE: Visitor = visitor(
    12,
    person("Sanne de Vries", "sanne@example.org"),
    NL,
    (FIREFOX, BLOG),
    ("C-11544", "179.00 EUR"),
);
pub(super) static OLIVER: Visitor =
    visitor(13, person("Oliver Hughes", "o.hughes@example.org"), GB, (EDGE, LETTER), ("", "129.00 EUR"));
pub(super) static PRIYA: Visitor = visitor(
    14,
    person("Priya Nair", "priya.nair@example.org"),
    GB,
    (ANDROID, SOCIAL),
    ("C-11092", "59.00 EUR"),
);
pub(super) static GRACE: Visitor = visitor(
    15,
    person("Grace Murphy", "grace.murphy@example.org"),
    IE,
    (IPHONE, SEARCH),
    ("C-11760", "84.00 EUR"),
);
