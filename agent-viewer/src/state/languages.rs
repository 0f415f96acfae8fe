//! The languages that visitors and agents may speak, by the names that they have themselves.

/// Tags as the chat service writes them, each with its own name, in the order of the names.
pub const ALL: [(&str, &str); 31] = [
    ("bg", "Български"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "Español"),
    ("eu", "Euskara"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("hr", "Hrvatski"),
    ("hu", "Magyar"),
    ("it", "Italiano"),
    ("lt", "Lietuvių"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("sr", "Српски"),
    ("sv", "Svenska"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ar", "العربية"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
];

/// What a language calls itself; the tag where it is none of these.
pub fn name(tag: &str) -> &str {
    ALL.iter().find(|(it, _)| *it == tag).map_or(tag, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_name_and_an_unknown_one_its_tag() {
        let tags: std::collections::BTreeSet<_> = ALL.iter().map(|(tag, _)| tag).collect();
        assert_eq!(tags.len(), ALL.len());
        assert_eq!((name("fr"), name("br")), ("Français", "br"));
    }
}
