//! The shop's two languages.

use axum::http::{HeaderMap, header};

/// A language of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lang {
    En,
    Fr,
}

/// A text in both languages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) en: &'static str,
    pub(super) fr: &'static str,
}

impl Lang {
    /// The language by its code, if it is one of ours.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        match code.get(..2)?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::En),
            "fr" => Some(Self::Fr),
            _ => None,
        }
    }

    /// The first of our languages in `Accept-Language`, which browsers send in order of wish.
    pub(super) fn wished(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        accept.split(',').find_map(|part| Self::from_code(part.trim())).unwrap_or(Self::En)
    }

    pub(super) fn code(self) -> &'static str {
        self.pick("en", "fr")
    }

    pub(super) fn pick<T>(self, en: T, fr: T) -> T {
        match self {
            Self::En => en,
            Self::Fr => fr,
        }
    }

    pub(super) fn text(self, text: Text) -> &'static str {
        self.pick(text.en, text.fr)
    }

    /// A whole amount of euros as people of the language write it.
    pub(super) fn euros(self, euros: u32) -> String {
        match self {
            Self::En => format!("€{euros}"),
            Self::Fr => format!("{euros}\u{a0}€"),
        }
    }

    /// An amount of euro cents as people of the language write it.
    pub(super) fn money(self, cents: u32) -> String {
        let (euros, rest) = (cents / 100, cents % 100);
        match self {
            Self::En => format!("€{euros}.{rest:02}"),
            Self::Fr => format!("{euros},{rest:02}\u{a0}€"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_first_language_that_we_speak() {
        let mut headers = HeaderMap::new();
        assert_eq!(Lang::wished(&headers), Lang::En);
        headers.insert(header::ACCEPT_LANGUAGE, "nb-NO, fr-CA;q=0.9, en;q=0.8".parse().unwrap());
        assert_eq!(Lang::wished(&headers), Lang::Fr);
    }

    #[test]
    fn writes_amounts() {
        assert_eq!(Lang::En.money(14_905), "€149.05");
        assert_eq!(Lang::Fr.money(900), "9,00\u{a0}€");
        assert_eq!((Lang::En.euros(400), Lang::Fr.euros(400)), ("€400".into(), "400\u{a0}€".into()));
    }
}
