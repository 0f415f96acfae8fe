//! The language of the application: French or English, by the browser's, with a switch that is remembered.

mod table;

use leptos::prelude::*;

use crate::{browser, state::since::Since};
pub use table::Text;

const KEPT_AS: &str = "tandem-language";

/// The languages that everything is said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
}

impl Language {
    /// The language of a BCP 47 tag; English when it is neither.
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("fr") { Self::French } else { Self::English }
    }

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::English => Self::French,
            Self::French => Self::English,
        }
    }

    /// Whether `count` takes the singular: French says « 0 visiteur », English "0 visitors".
    const fn is_one(self, count: usize) -> bool {
        match self {
            Self::English => count == 1,
            Self::French => count < 2,
        }
    }
}

/// Says things in the agent's language, and again when it changes.
#[derive(Clone, Copy)]
pub struct Words(RwSignal<Language>);

impl Words {
    /// Makes the words for the whole application, in the remembered language or the browser's.
    pub fn provide() -> Self {
        let tag = browser::recall(KEPT_AS).unwrap_or_else(browser::language);
        let words = Self(RwSignal::new(Language::of_tag(&tag)));
        Effect::new(move |_| browser::set_root_attribute("lang", words.language().tag()));
        provide_context(words);
        words
    }

    /// The language now; tracked.
    pub fn language(self) -> Language {
        self.0.get()
    }

    /// Changes to the other language, and remembers it.
    pub fn switch(self) {
        self.0.update(|language| *language = language.other());
        browser::remember(KEPT_AS, self.0.get_untracked().tag());
    }

    /// The text now; tracked.
    pub fn now(self, text: Text) -> &'static str {
        text.in_language(self.language())
    }

    /// The text, for a view: said again when the language changes.
    pub fn say(self, text: Text) -> impl Fn() -> &'static str + Copy + Send + 'static {
        move || self.now(text)
    }

    /// The text with each `{name}` replaced; tracked.
    pub fn fill(self, text: Text, parts: &[(&str, &str)]) -> String {
        fill(self.now(text), parts)
    }

    /// The singular or plural with `{n}` replaced; tracked.
    pub fn count(self, one: Text, many: Text, count: usize) -> String {
        let text = if self.language().is_one(count) { one } else { many };
        self.fill(text, &[("n", &count.to_string())])
    }

    /// A span in few letters; tracked.
    pub fn since(self, since: Since) -> String {
        let (text, count) = match since {
            Since::Now => (Text::JustNow, 0),
            Since::Minutes(count) => (Text::Minutes, count),
            Since::Hours(count) => (Text::Hours, count),
            Since::Days(count) => (Text::Days, count),
        };
        self.fill(text, &[("n", &count.to_string())])
    }

    /// How long ago, in words; tracked.
    pub fn ago(self, since: Since) -> String {
        let span = self.since(since);
        if since == Since::Now { span } else { self.fill(Text::Ago, &[("span", &span)]) }
    }
}

/// The words of the application.
///
/// # Panics
/// Outside of [`crate::app::App`], which provides them.
pub fn words() -> Words {
    expect_context()
}

fn fill(text: &str, parts: &[(&str, &str)]) -> String {
    parts.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_its_language() {
        assert_eq!(Language::of_tag("fr-CA"), Language::French);
        assert_eq!(Language::of_tag("FR"), Language::French);
        assert_eq!(Language::of_tag("frr"), Language::English);
        assert_eq!(Language::of_tag(""), Language::English);
    }

    #[test]
    fn zero_is_singular_in_french_alone() {
        assert!(Language::French.is_one(0) && !Language::English.is_one(0));
        assert!(Language::French.is_one(1) && Language::English.is_one(1));
        assert!(!Language::French.is_one(2) && !Language::English.is_one(2));
    }

    #[test]
    fn every_part_is_filled_in() {
        assert_eq!(fill("{n} of {all}, {n}", &[("n", "1"), ("all", "3")]), "1 of 3, 1");
    }
}
