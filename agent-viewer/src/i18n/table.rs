//! Everything that the application says, in both languages. One line is one text.
//!
//! Each part of the application has its texts in a file, as a macro that adds them to those
//! before it and hands all to the next; the last makes the one enum.

#[macro_use]
mod admin;
#[macro_use]
mod chats;
#[macro_use]
mod everywhere;
#[macro_use]
mod panel;
#[macro_use]
mod team;
#[macro_use]
mod viewer;

use super::Language;

macro_rules! texts {
    ($($name:ident: $english:literal, $french:literal;)*) => {
        /// One text of the application.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Text {
            $(#[doc = $english] $name,)*
        }

        impl Text {
            /// All of them, for the tests.
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name,)*];

            /// The text in a language.
            pub const fn in_language(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::English) => $english,
                      (Self::$name, Language::French) => $french,)*
                }
            }
        }
    };
}

texts_of_everywhere! {}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is rightly the same in both languages.
    const SAME: [&str; 11] = [
        "{n} min",
        "{n} h",
        "Site",
        "100 %",
        "Zoom",
        "WebRTC",
        "WebSocket",
        "Message",
        "E-mail",
        "{what} ({language})",
        "Question",
    ];

    fn parts(text: &str) -> Vec<&str> {
        let mut parts: Vec<_> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        parts.sort_unstable();
        parts
    }

    #[test]
    fn both_languages_are_complete() {
        for text in Text::ALL {
            let (english, french) = (text.in_language(Language::English), text.in_language(Language::French));
            assert!(!english.trim().is_empty() && !french.trim().is_empty(), "{text:?} is empty");
            assert!(english != french || SAME.contains(&english), "{text:?} is not translated");
            assert_eq!(parts(english), parts(french), "{text:?} has other parts in French");
        }
    }

    #[test]
    fn the_tone_is_calm_and_typography_is_right() {
        for text in Text::ALL
            .iter()
            .flat_map(|text| [text.in_language(Language::English), text.in_language(Language::French)])
        {
            assert!(!text.contains('!') && !text.contains('\''), "{text:?}");
            assert!(!text.contains("..."), "{text:?}");
        }
    }
}
