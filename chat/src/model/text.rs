//! Languages, and what a site says in several of them.
use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A language: the primary subtag, and the script where it decides (`fr`, `zh-hant`), in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lang(Box<str>);

/// The text names no language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a language is two or three letters, maybe with a script of four")]
pub struct ParseLangError;

impl FromStr for Lang {
    type Err = ParseLangError;
    /// Reads a language tag; a region, which decides nothing here, is left out.
    fn from_str(text: &str) -> Result<Self, ParseLangError> {
        let text = text.to_ascii_lowercase();
        let mut parts = text.split(['-', '_']);
        let language = parts.next().filter(|it| (2..=3).contains(&it.len()) && is_letters(it));
        let language = language.ok_or(ParseLangError)?;
        let script = parts.next().filter(|it| it.len() == 4 && is_letters(it));
        Ok(Self(script.map_or_else(|| language.into(), |it| format!("{language}-{it}").into())))
    }
}

fn is_letters(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_lowercase())
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that a site's admin wrote, in the languages that it was written in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LocalText(pub BTreeMap<Lang, String>);

impl LocalText {
    /// The text in the visitor's language, else in the site's, else in any; empty when there is none.
    pub fn pick(&self, visitor: Option<&Lang>, site: &Lang) -> &str {
        let wanted = visitor.into_iter().chain([site]).find_map(|it| self.0.get(it));
        wanted.or_else(|| self.0.values().next()).map_or("", String::as_str)
    }

    /// Whether it says nothing in any language.
    pub fn is_blank(&self) -> bool {
        self.0.values().all(|it| it.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lang(text: &str) -> Lang {
        text.parse().expect("a language")
    }

    #[test]
    fn a_language_is_told_with_and_without_region_and_script() {
        let cases = [("FR", "fr"), ("pt-BR", "pt"), ("zh-Hant-TW", "zh-hant"), ("zh_Hans", "zh-hans")];
        for (text, expected) in cases {
            assert_eq!(lang(text).to_string(), expected);
        }
        for text in ["", "f", "français", "12", "-fr"] {
            assert_eq!(text.parse::<Lang>(), Err(ParseLangError), "{text}");
        }
    }

    // shows: BOT-01
    #[test]
    fn a_site_text_falls_back_from_the_visitor_to_the_site_to_any() {
        let text = LocalText([(lang("en"), "Hello".into()), (lang("fr"), "Bonjour".into())].into());
        assert_eq!(text.pick(Some(&lang("fr")), &lang("en")), "Bonjour");
        assert_eq!(text.pick(Some(&lang("de")), &lang("fr")), "Bonjour");
        assert_eq!(text.pick(None, &lang("de")), "Hello");
        assert_eq!(LocalText::default().pick(None, &lang("de")), "");
    }
}
