//! Canaries: random words that nobody else would say, put into every place of a page that holds something secret. Where
//! one of them is found, that place leaks.
pub mod decode;
pub mod stage;

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};

/// The words, by the name of their place. A place whose name begins with `+` may be seen: its word must be found.
#[derive(Debug, Clone, Default)]
pub struct Canaries(BTreeMap<String, String>);

impl Canaries {
    /// The word of a place, the same each time.
    pub fn at(&mut self, place: &str) -> String {
        self.0.entry(place.to_owned()).or_insert_with(word).clone()
    }

    /// Fills `{{place}}` in a text.
    pub fn fill(&mut self, text: &str) -> String {
        let mut parts = text.split("{{");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (place, rest) = part.split_once("}}").unwrap_or((part, ""));
            filled.push_str(&self.at(place.trim()));
            filled.push_str(rest);
        }
        filled
    }

    /// Remembers a word that was made elsewhere.
    pub fn keep(&mut self, place: &str, word: &str) {
        self.0.insert(place.to_owned(), word.to_owned());
    }

    /// How many places there are that must not be seen.
    pub fn secret_count(&self) -> usize {
        self.0.keys().filter(|place| !place.starts_with('+')).count()
    }

    /// Places that may be seen, with their words.
    pub fn open(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter(|(place, _)| place.starts_with('+')).map(|(place, word)| (&**place, &**word))
    }

    /// The secret places whose word is in `bytes`, however it is written.
    pub fn leaked(&self, bytes: &[u8]) -> Vec<&str> {
        let secret = self.0.iter().filter(|(place, _)| !place.starts_with('+'));
        secret.filter(|(_, word)| is_in(word, bytes)).map(|(place, _)| &**place).collect()
    }
}

/// 14 letters and digits, the first a letter: 70 bits.
fn word() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes: [u8; 14] = rand::random();
    let letter = |(index, byte): (usize, &u8)| LETTERS[usize::from(byte % if index == 0 { 24 } else { 32 })];
    bytes.iter().enumerate().map(letter).map(char::from).collect()
}

/// Whether a word is in bytes as it is (in either case), in UTF-16, as percent signs, hexadecimal, character references
/// or escapes, or in base64.
pub fn is_in(word: &str, bytes: &[u8]) -> bool {
    let lower = bytes.to_ascii_lowercase();
    let folded = |form: &[u8]| has(&lower, &form.to_ascii_lowercase());
    let each = |write: fn(u8) -> String| word.bytes().map(write).collect::<String>().into_bytes();
    folded(word.as_bytes())
        || folded(&word.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<_>>())
        || folded(&each(|byte| format!("%{byte:02x}")))
        || folded(&each(|byte| format!("{byte:02x}")))
        || folded(&each(|byte| format!("&#{byte};")))
        || folded(&each(|byte| format!("&#x{byte:x};")))
        || folded(&each(|byte| format!("\\u{byte:04x}")))
        || (0..3).any(|shift| has(bytes, &base64_inside(word, shift)))
}

/// What every base64 text has in it that holds the word after `shift` other bytes: the sextets that it fills alone.
fn base64_inside(word: &str, shift: usize) -> Vec<u8> {
    let padded = [vec![0; shift], word.as_bytes().to_vec()].concat();
    let text = BASE64_STANDARD_NO_PAD.encode(&padded).into_bytes();
    let (first, last) = ((shift * 8).div_ceil(6), padded.len() * 8 / 6);
    text[first..last].to_vec()
}

/// Whether `needle` is in `bytes`. Whole messages are searched for hundreds of words: the first byte decides mostly.
fn has(bytes: &[u8], needle: &[u8]) -> bool {
    let Some((&first, _)) = needle.split_first() else { return false };
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == first) {
        from += at;
        if bytes[from..].starts_with(needle) {
            return true;
        }
        from += 1;
    }
    false
}

/// A number of 16 digits that passes the check of payment cards (ISO/IEC 7812-1, annex B).
pub fn card_number() -> String {
    let digits: Vec<u32> = std::iter::once(4).chain((0..14).map(|_| rand::random_range(0..10))).collect();
    let doubled = digits.iter().rev().enumerate().map(|(place, digit)| match (place % 2, digit * 2) {
        (0, double @ 10..) => double - 9,
        (0, double) => double,
        _ => *digit,
    });
    let check = (10 - doubled.sum::<u32>() % 10) % 10;
    digits.into_iter().chain([check]).filter_map(|digit| char::from_digit(digit, 10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_however_it_is_written() {
        let word = "kq3x9mzt7abcde";
        for text in [
            "…kq3x9mzt7abcde…".as_bytes().to_vec(),
            b"KQ3X9MZT7ABCDE".to_vec(),
            word.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            word.encode_utf16().flat_map(u16::to_be_bytes).chain([0]).collect(),
            word.bytes().flat_map(|it| format!("%{it:02X}").into_bytes()).collect(),
            word.bytes().flat_map(|it| format!("{it:02X}").into_bytes()).collect(),
        ] {
            assert!(is_in(word, &text), "{}", String::from_utf8_lossy(&text));
        }
        for before in ["", "x", "yz", "abc"] {
            for after in ["", "1", "22"] {
                let text = BASE64_STANDARD_NO_PAD.encode(format!("{before}{word}{after}"));
                assert!(is_in(word, text.as_bytes()), "{before} {after}");
            }
        }
        assert!(!is_in(word, b"kq3x9mzt7abcd"));
    }

    #[test]
    fn places_have_words_of_their_own() {
        let mut canaries = Canaries::default();
        let text = canaries.fill("<p title={{a}}>{{+b}} {{a}}");
        let (a, b) = (canaries.at("a"), canaries.at("+b"));
        assert_eq!(text, format!("<p title={a}>{b} {a}"));
        assert_eq!(canaries.leaked(text.as_bytes()), ["a"]);
        assert_eq!(canaries.secret_count(), 1);
    }
}
