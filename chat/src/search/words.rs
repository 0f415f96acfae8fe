//! Words of a text, as they are compared.
use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_script::{Script, UnicodeScript as _};

use crate::model::Lang;

/// Longest word that counts, bytes; the rest of a longer one does not.
const MAX_BYTES: usize = 80;

/// A word where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Its bytes in the text.
    pub at: Range<usize>,
    /// Without case and accents.
    pub folded: String,
    /// In lower case, for stemming; nothing in a script without blanks.
    pub lower: Option<String>,
}

impl Word {
    /// A sign of a script without blanks, or a pair of them: there by itself, and not as a beginning.
    pub fn is_dense(&self) -> bool {
        self.lower.is_none()
    }
}

/// For what a text is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// To be found: signs and pairs of signs where there are no blanks.
    Index,
    /// To find it: pairs, or one sign alone.
    Query,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Part of a word.
    Letter,
    /// A sign of a script without blanks between its words.
    Dense,
    /// Goes with what is before it.
    Mark,
    Other,
}

fn class(sign: char) -> Class {
    match sign {
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' => return Class::Mark,
        // Voice marks of narrow Katakana, and what makes a vowel long: they stand beside the sign.
        '\u{ff9e}' | '\u{ff9f}' => return Class::Mark,
        '\u{30fc}' | '\u{ff70}' => return Class::Dense,
        _ => {}
    }
    if is_combining_mark(sign) {
        return Class::Mark;
    }
    if !sign.is_alphanumeric() {
        return Class::Other;
    }
    if is_dense(sign.script()) { Class::Dense } else { Class::Letter }
}

/// Scripts without blanks between their words, and Korean, whose words carry what others say beside them.
const fn is_dense(script: Script) -> bool {
    matches!(
        script,
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Hangul
            | Script::Bopomofo
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
    )
}

/// The words of a text, in its order.
pub(super) fn words(text: &str, aim: Aim) -> Vec<Word> {
    let (mut found, mut rest) = (Vec::new(), 0);
    while let Some((kind, at)) = next_run(text, rest) {
        rest = at.end;
        match kind {
            Class::Dense => dense(text, at, aim, &mut found),
            Class::Letter => found.extend(word(text, at)),
            Class::Mark | Class::Other => {}
        }
    }
    found
}

/// The next signs of one class, from byte `from` on, with their marks.
fn next_run(text: &str, from: usize) -> Option<(Class, Range<usize>)> {
    let mut signs = text[from..].char_indices().map(|(i, sign)| (from + i, class(sign)));
    let is_start = |it: &(usize, Class)| matches!(it.1, Class::Letter | Class::Dense);
    let (start, kind) = signs.find(is_start)?;
    let end = signs.find(|(_, it)| *it != kind && *it != Class::Mark).map_or(text.len(), |(i, _)| i);
    Some((kind, start..end))
}

fn word(text: &str, at: Range<usize>) -> Option<Word> {
    let end = text.floor_char_boundary(at.end.min(at.start + MAX_BYTES));
    let part = &text[at.start..end];
    let folded = fold(part);
    let lower = part.nfc().flat_map(char::to_lowercase).collect();
    (!folded.is_empty()).then_some(Word { at, folded, lower: Some(lower) })
}

fn dense(text: &str, run: Range<usize>, aim: Aim, found: &mut Vec<Word>) {
    let mut starts: Vec<usize> = Vec::new();
    for (i, sign) in text[run.clone()].char_indices() {
        if class(sign) == Class::Dense {
            starts.push(run.start + i);
        }
    }
    let n = starts.len();
    starts.push(run.end);
    let mut push = |at: Range<usize>| {
        let folded = fold(&text[at.clone()]);
        if !folded.is_empty() {
            found.push(Word { at, folded, lower: None });
        }
    };
    for i in 0..n {
        if aim == Aim::Index || n == 1 {
            push(starts[i]..starts[i + 1]);
        }
        if i + 1 < n {
            push(starts[i]..starts[i + 2]);
        }
    }
}

/// Without case and accents, and with one form of what can be written in several.
pub(super) fn fold(text: &str) -> String {
    let plain = text.nfkd().filter(|sign| !is_accent(*sign) && class(*sign) != Class::Other);
    let mut folded = String::with_capacity(text.len());
    for sign in plain.flat_map(char::to_lowercase).filter(|sign| !is_accent(*sign)) {
        match sign {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            other => folded.push(other),
        }
    }
    folded.nfc().collect()
}

/// Marks that people leave out: accents, vowel points, and what is not seen. Those that make another letter of a
/// letter (Thai, Devanagari) stay.
const fn is_accent(sign: char) -> bool {
    matches!(sign, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}')
}

/// A language that has a stemmer.
#[derive(Clone, Copy)]
pub(super) struct Tongue {
    /// Its two letters.
    pub code: &'static str,
    algorithm: Algorithm,
}

impl Tongue {
    pub fn of(lang: &Lang) -> Option<Self> {
        let lang = lang.to_string();
        let (code, algorithm) = match lang.split('-').next()? {
            "ar" => ("ar", Algorithm::Arabic),
            "da" => ("da", Algorithm::Danish),
            "de" => ("de", Algorithm::German),
            "el" => ("el", Algorithm::Greek),
            "en" => ("en", Algorithm::English),
            "es" => ("es", Algorithm::Spanish),
            "fi" => ("fi", Algorithm::Finnish),
            "fr" => ("fr", Algorithm::French),
            "hu" => ("hu", Algorithm::Hungarian),
            "it" => ("it", Algorithm::Italian),
            "nl" => ("nl", Algorithm::Dutch),
            "no" | "nb" | "nn" => ("no", Algorithm::Norwegian),
            "pt" => ("pt", Algorithm::Portuguese),
            "ro" => ("ro", Algorithm::Romanian),
            "ru" => ("ru", Algorithm::Russian),
            "sv" => ("sv", Algorithm::Swedish),
            "ta" => ("ta", Algorithm::Tamil),
            "tr" => ("tr", Algorithm::Turkish),
            _ => return None,
        };
        Some(Self { code, algorithm })
    }

    /// All of these that have one, each once.
    pub fn all<'a>(langs: impl IntoIterator<Item = &'a Lang>) -> Vec<Self> {
        let mut all: Vec<Self> = langs.into_iter().filter_map(Self::of).collect();
        all.sort_by_key(|it| it.code);
        all.dedup_by_key(|it| it.code);
        all
    }

    /// The stem of a word, without accents.
    pub fn stem(self, word: &Word) -> Option<String> {
        let lower = word.lower.as_ref()?;
        let stem = fold(&Stemmer::create(self.algorithm).stem(lower));
        (!stem.is_empty()).then_some(stem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str, aim: Aim) -> Vec<String> {
        words(text, aim).into_iter().map(|it| it.folded).collect()
    }

    #[test]
    fn words_are_what_stands_between_other_signs() {
        for (text, found) in [
            ("L'été, à 12,50 € !", vec!["l", "ete", "a", "12", "50"]),
            ("E\u{301}te\u{301} STRASSE Straße", vec!["ete", "strasse", "strasse"]),
            ("anna@example.com/a_b?c=%20", vec!["anna", "example", "com", "a", "b", "c", "20"]),
            ("O’Brien's ﬁle №5 Ⅷ", vec!["o", "brien", "s", "file", "5", "viii"]),
            ("Ελλάδος ΕΛΛΆΔΟΣ", vec!["ελλαδοσ", "ελλαδοσ"]),
            ("co\u{ad}operate I\u{307}stanbul", vec!["cooperate", "istanbul"]),
            ("😀 -- …", vec![]),
        ] {
            assert_eq!(folded(text, Aim::Index), found, "{text}");
            assert_eq!(folded(text, Aim::Query), found, "{text}");
        }
    }

    #[test]
    fn scripts_without_blanks_go_by_signs_and_pairs() {
        assert_eq!(folded("日本語ab", Aim::Index), ["日", "日本", "本", "本語", "語", "ab"]);
        assert_eq!(folded("日本語ab", Aim::Query), ["日本", "本語", "ab"]);
        assert_eq!(folded("語", Aim::Query), ["語"]);
        assert_eq!(folded("ｶﾞｲﾄﾞ", Aim::Query), folded("ガイド", Aim::Query));
    }

    #[test]
    fn stems_bring_forms_together() {
        let stem = |lang: &str, text: &str| {
            let tongue = Tongue::of(&lang.parse().expect("a language")).expect("a stemmer");
            tongue.stem(&words(text, Aim::Query)[0])
        };
        assert_eq!(stem("fr", "Commandes"), stem("fr", "commande"));
        assert_eq!(stem("fr", "livrées"), stem("fr", "livré"));
        assert_eq!(stem("en", "deliveries"), stem("en", "delivery"));
        assert_eq!(stem("de-latn", "Häuser"), stem("de", "Häusern"));
        assert!(Tongue::of(&"ja".parse().expect("a language")).is_none());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_is_taken_apart(text in "\\PC{0,60}") {
            let langs = ["ar", "de", "el", "fi", "fr", "hu", "ro", "ru", "ta", "tr"];
            let langs: Vec<Lang> = langs.iter().map(|it| it.parse().expect("a language")).collect();
            for word in words(&text, Aim::Index) {
                assert!(text.get(word.at.clone()).is_some() && !word.folded.is_empty());
                assert_eq!(fold(&word.folded), word.folded);
                for tongue in Tongue::all(&langs) {
                    tongue.stem(&word);
                }
            }
        }
    }
}
