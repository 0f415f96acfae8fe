//! How a visitor came (FEATURES INF-02).
use chat_proto::Form;
use url::Url;

/// The kinds of ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// They typed the address, or nobody says how they came.
    Direct,
    /// From a search engine.
    Search,
    /// From a social network.
    Social,
    /// From another site.
    Referral,
    /// By a link that names its campaign.
    Campaign,
}

impl Kind {
    /// Its name in the store and on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Search => "search",
            Self::Social => "social",
            Self::Referral => "referral",
            Self::Campaign => "campaign",
        }
    }
}

/// A way, and where from: an engine with the words that were searched, a host, a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// Which kind.
    pub kind: Kind,
    /// Where from; nothing for a direct visit.
    pub source: String,
}

/// Search engines: a label of their host, their name, and the query key of what was searched.
const SEARCH: [(&str, &str, &str); 13] = [
    ("google", "Google", "q"),
    ("bing", "Bing", "q"),
    ("qwant", "Qwant", "q"),
    ("duckduckgo", "DuckDuckGo", "q"),
    ("ecosia", "Ecosia", "q"),
    ("yahoo", "Yahoo", "p"),
    ("yandex", "Yandex", "text"),
    ("baidu", "Baidu", "wd"),
    ("startpage", "Startpage", "query"),
    ("kagi", "Kagi", "q"),
    ("seznam", "Seznam", "q"),
    ("naver", "Naver", "query"),
    ("lilo", "Lilo", "q"),
];

/// Social networks: the end of their host, and their name.
const SOCIAL: [(&str, &str); 17] = [
    ("facebook.com", "Facebook"),
    ("fb.me", "Facebook"),
    ("instagram.com", "Instagram"),
    ("linkedin.com", "LinkedIn"),
    ("lnkd.in", "LinkedIn"),
    ("twitter.com", "X"),
    ("x.com", "X"),
    ("t.co", "X"),
    ("tiktok.com", "TikTok"),
    ("pinterest.com", "Pinterest"),
    ("youtube.com", "YouTube"),
    ("reddit.com", "Reddit"),
    ("snapchat.com", "Snapchat"),
    ("threads.net", "Threads"),
    ("bsky.app", "Bluesky"),
    ("mastodon.social", "Mastodon"),
    ("whatsapp.com", "WhatsApp"),
];

/// Longest source, characters.
const LONGEST: usize = 200;

/// Tells it from the referrer, the campaign's query keys and the address of the first page.
pub fn provenance(referrer: &str, campaign: &Form, first: &str) -> Provenance {
    let (kind, source) = by_campaign(campaign)
        .or_else(|| by_referrer(referrer, first))
        .unwrap_or((Kind::Direct, String::new()));
    Provenance { kind, source: source.chars().filter(|it| !it.is_control()).take(LONGEST).collect() }
}

fn by_campaign(campaign: &Form) -> Option<(Kind, String)> {
    let part = |key: &str| campaign.get(key).map(|it| it.trim()).filter(|it| !it.is_empty());
    let parts: Vec<&str> = [part("utm_source"), part("utm_campaign")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| (Kind::Campaign, parts.join(" / ")))
}

fn by_referrer(referrer: &str, first: &str) -> Option<(Kind, String)> {
    let url = Url::parse(referrer).ok().filter(|it| matches!(it.scheme(), "http" | "https"))?;
    let host = url.host_str()?.trim_start_matches("www.").to_owned();
    let own = Url::parse(first).ok();
    if own.and_then(|it| Some(it.host_str()?.trim_start_matches("www.") == host)).unwrap_or(false) {
        return None;
    }
    let labels: Vec<&str> = host.split('.').collect();
    // `google` of `google.co.uk`, not of `google.example.org`: at most two labels follow.
    let is_engine =
        |name: &str| labels.iter().rev().skip(1).take(2).any(|it| *it == name) && !host.starts_with("mail.");
    if let Some((_, name, key)) = SEARCH.iter().find(|(label, ..)| is_engine(label)) {
        let words = url.query_pairs().find(|(it, _)| it == key).map(|(_, words)| words.into_owned());
        let source = words.filter(|it| !it.trim().is_empty()).map(|words| format!("{name}: {words}"));
        return Some((Kind::Search, source.unwrap_or_else(|| (*name).to_owned())));
    }
    let is_of = |end: &str| host == end || host.strip_suffix(end).is_some_and(|it| it.ends_with('.'));
    if let Some((_, name)) = SOCIAL.iter().find(|(end, _)| is_of(end)) {
        return Some((Kind::Social, (*name).to_owned()));
    }
    Some((Kind::Referral, host))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://www.shop.example/shoes";

    fn came(referrer: &str) -> (&'static str, String) {
        let it = provenance(referrer, &Form::new(), PAGE);
        (it.kind.code(), it.source)
    }

    // shows: INF-02
    #[test]
    fn ways_are_told_apart() {
        let cases = [
            ("", "direct", ""),
            ("android-app://com.example", "direct", ""),
            ("https://shop.example/", "direct", ""),
            ("https://www.google.com/", "search", "Google"),
            ("https://www.google.co.uk/", "search", "Google"),
            ("https://www.bing.com/search?q=red+shoes", "search", "Bing: red shoes"),
            ("https://www.qwant.com/?q=souliers", "search", "Qwant: souliers"),
            ("https://fr.search.yahoo.com/search?p=x", "search", "Yahoo: x"),
            ("https://l.facebook.com/l.php", "social", "Facebook"),
            ("https://t.co/abc", "social", "X"),
            ("https://blog.example.org/review", "referral", "blog.example.org"),
            ("https://google.evil.example.org/", "referral", "google.evil.example.org"),
            ("https://notfacebook.com/", "referral", "notfacebook.com"),
        ];
        for (referrer, kind, source) in cases {
            assert_eq!(came(referrer), (kind, source.to_owned()), "{referrer}");
        }
    }

    // shows: INF-02
    #[test]
    fn a_campaign_goes_before_the_referrer() {
        let campaign = |keys: &[(&str, &str)]| {
            keys.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let both = campaign(&[("utm_source", "newsletter"), ("utm_campaign", "autumn")]);
        let it = provenance("https://www.google.com/", &both, PAGE);
        assert_eq!((it.kind, it.source.as_str()), (Kind::Campaign, "newsletter / autumn"));
        let none = campaign(&[("utm_source", " "), ("other", "x")]);
        assert_eq!(provenance("", &none, PAGE).kind, Kind::Direct);
    }
}
