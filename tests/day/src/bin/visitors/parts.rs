//! Whom they play, and what they say.
use day::dice::Dice;

/// Path and title.
pub type Page = (&'static str, &'static str);

/// A part.
#[derive(Debug)]
pub struct Part {
    /// Their name.
    pub name: &'static str,
    /// Their address.
    pub email: &'static str,
    /// Their language.
    pub lang: &'static str,
    /// Where they come from.
    pub referrer: &'static str,
    /// What they have looked at before.
    pub pages: &'static [Page],
    /// Which of the bot's answers is theirs: the first is about buying, the second about orders.
    pub choice: usize,
    /// What they say: the first to whoever comes, the others to what is answered.
    pub lines: &'static [&'static str],
    /// What they write beside their stars.
    pub thanks: &'static str,
}

const SEARCH: &str = "https://www.google.com/";
const SOCIAL: &str = "https://www.instagram.com/";

const FRENCH: [Page; 4] = [
    ("/products", "Tous les produits · Atelier Nord"),
    ("/help", "Aide et livraison · Atelier Nord"),
    ("/product/linen-apron", "Tablier en lin · Atelier Nord"),
    ("/product/merino-beanie", "Bonnet mérinos · Atelier Nord"),
];
const ENGLISH: [Page; 4] = [
    ("/products", "All products · Atelier Nord"),
    ("/help", "Help and delivery · Atelier Nord"),
    ("/product/linen-apron", "Linen apron · Atelier Nord"),
    ("/product/merino-beanie", "Merino beanie · Atelier Nord"),
];

static PARTS: [Part; 10] = [
    Part {
        name: "Camille Renaud",
        email: "camille.renaud@example.org",
        lang: "fr",
        referrer: SEARCH,
        pages: &[
            ("/", "Pour le dehors et la maison · Atelier Nord"),
            ("/product/lofoten-wool-blanket", "Plaid en laine Lofoten · Atelier Nord"),
        ],
        choice: 0,
        lines: &[
            "Bonjour, le plaid Lofoten existe-t-il dans une autre couleur ?",
            "D’accord. Et il se lave en machine ?",
            "Je vois. Et si je commande ce soir, je l’aurai quand ?",
            "Parfait, merci beaucoup !",
        ],
        thanks: "Très gentil",
    },
    Part {
        name: "Julien Morel",
        email: "julien.morel@example.org",
        lang: "fr",
        referrer: "",
        pages: &[("/account", "Votre compte · Atelier Nord"), ("/help", "Aide et livraison · Atelier Nord")],
        choice: 1,
        lines: &[
            "Bonjour, ma commande 59318 n’est toujours pas arrivée.",
            "Elle devait arriver avant-hier, et c’est pour un anniversaire samedi.",
            "Ah, merci de regarder. Puis-je la faire livrer au bureau plutôt ?",
            "Super, bonne journée à vous.",
        ],
        thanks: "Problème réglé",
    },
    Part {
        name: "Nadia Cherif",
        email: "nadia.cherif@example.org",
        lang: "fr",
        referrer: SOCIAL,
        pages: &[("/product/skerry-rain-jacket", "Veste de pluie Skerry · Atelier Nord")],
        choice: 0,
        lines: &[
            "Bonsoir ! J’hésite entre le S et le M pour la veste Skerry, je fais 1,65 m.",
            "Plutôt un pull fin dessous.",
            "Et si elle ne va pas, l’échange est payant ?",
            "Ok, je prends le M alors. Merci !",
        ],
        thanks: "Bon conseil",
    },
    Part {
        name: "Vincent Aubert",
        email: "vincent.aubert@example.org",
        lang: "fr",
        referrer: "",
        pages: &[("/account", "Votre compte · Atelier Nord")],
        choice: 1,
        lines: &[
            "Bonjour, il me faut une facture au nom de ma société, c’est possible ?",
            "Commande 59207, Aubert Menuiserie SARL.",
            "Et vous pouvez me l’envoyer par e-mail aussi ?",
            "Nickel, merci.",
        ],
        thanks: "",
    },
    Part {
        name: "Sarah Petit",
        email: "sarah.petit@example.org",
        lang: "fr",
        referrer: SEARCH,
        pages: &[("/basket", "Votre panier · Atelier Nord"), ("/checkout", "Commande · Atelier Nord")],
        choice: 0,
        lines: &[
            "Bonjour, mon code promo ne passe pas au paiement.",
            "C’est BIENVENUE5, reçu hier avec la newsletter.",
            "Ah mince… il faut vraiment 100 € d’achat ?",
            "Très bien, j’ajoute un bonnet. Merci !",
        ],
        thanks: "Efficace",
    },
    Part {
        name: "Hannah Fischer",
        email: "hannah.fischer@example.org",
        lang: "en",
        referrer: SEARCH,
        pages: &[
            ("/", "Goods for weather and home · Atelier Nord"),
            ("/product/storm-lantern", "Storm lantern · Atelier Nord"),
        ],
        choice: 0,
        lines: &[
            "Hi, can the storm lantern be used with LED candles instead of paraffin?",
            "I see. How long does one filling last?",
            "And could you deliver it by Friday?",
            "Lovely, thank you.",
        ],
        thanks: "Very helpful",
    },
    Part {
        name: "Liam Walsh",
        email: "liam.walsh@example.org",
        lang: "en",
        referrer: "",
        pages: &[("/account", "Your account · Atelier Nord")],
        choice: 1,
        lines: &[
            "Hello, I returned a rucksack two weeks ago and have not been refunded yet.",
            "Order 58790, the 32 L one.",
            "OK. To which card does the money go?",
            "Great, that’s all I needed.",
        ],
        thanks: "Quick answer",
    },
    Part {
        name: "Zoe Bennett",
        email: "zoe.bennett@example.org",
        lang: "en",
        referrer: SOCIAL,
        pages: &[("/product/beech-stool", "Beech milking stool · Atelier Nord")],
        choice: 0,
        lines: &[
            "Hey, is the milking stool stable enough for a six year old to climb on?",
            "Good to know. Is the wood treated with anything?",
            "Perfect. Do you gift wrap?",
            "Thanks, ordering now!",
        ],
        thanks: "Thanks!",
    },
    Part {
        name: "Marcus Adeyemi",
        email: "marcus.adeyemi@example.org",
        lang: "en",
        referrer: SEARCH,
        pages: &[
            ("/products", "All products · Atelier Nord"),
            ("/product/ridge-tent", "Ridge tent for two · Atelier Nord"),
        ],
        choice: 0,
        lines: &[
            "Hi there, does the ridge tent stand up to strong wind?",
            "We will be on the coast, so it can get rough.",
            "Are spare pegs included?",
            "Sounds good. I’ll sleep on it, cheers.",
        ],
        thanks: "Honest advice",
    },
    Part {
        name: "Élodie Garnier",
        email: "elodie.garnier@example.org",
        lang: "fr",
        referrer: "",
        pages: &[("/help", "Aide et livraison · Atelier Nord")],
        choice: 1,
        lines: &[
            "Bonjour, la poignée de ma bouilloire Fjord s’est fendue.",
            "Je l’ai depuis un an environ, elle a servi tous les jours.",
            "Et je dois vous renvoyer la bouilloire entière ?",
            "Formidable, merci pour votre aide.",
        ],
        thanks: "Réparée sans discuter",
    },
];

/// Somebody whom none of the others plays: each place in the shop has parts of its own, while there are enough.
pub fn one(dice: &mut Dice, (place, places): (usize, usize)) -> &'static Part {
    let own: Vec<&Part> = PARTS.iter().skip(place % PARTS.len()).step_by(places.max(1)).collect();
    dice.one_of(&own).copied().unwrap_or(&PARTS[0])
}

/// Other pages that they may go to.
pub fn elsewhere(lang: &str) -> &'static [Page] {
    if lang == "fr" { &FRENCH } else { &ENGLISH }
}

/// To an agent who has not said anything for long.
pub fn still_there(lang: &str) -> &'static str {
    if lang == "fr" { "Vous êtes toujours là ?" } else { "Are you still there?" }
}
