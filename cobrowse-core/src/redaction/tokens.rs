//! Tokens that stand for names where a whole page is masked.
use std::hash::Hasher;

use siphasher::sip::SipHasher24;

use crate::css::words;

/// Replaces names by tokens: the same name by the same token, and no way back without the key.
#[derive(Clone, Copy)]
pub(crate) struct Tokens {
    key: [u8; 16],
}

impl Tokens {
    pub(crate) const fn new(key: [u8; 16]) -> Self {
        Self { key }
    }

    /// The token of one name. Words of the languages themselves stay: state classes such as `open` are what
    /// makes a masked page readable.
    pub(crate) fn name(&self, name: &str) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        if words::are_known_words(name) {
            return name.to_owned();
        }
        let mut hasher = SipHasher24::new_with_key(&self.key);
        hasher.write(name.as_bytes());
        let mut hash = hasher.finish();
        let mut token = String::with_capacity(11);
        token.push('t');
        for _ in 0..10 {
            token.push(char::from(LETTERS[(hash & 31) as usize]));
            hash >>= 5;
        }
        token
    }

    /// The tokens of a list of names; what stands between stays.
    pub(crate) fn names(&self, list: &str) -> String {
        let is_between = |it: char| it.is_ascii_whitespace() || matches!(it, ',' | ':' | '#' | '.');
        let mut out = String::with_capacity(list.len());
        for part in list.split_inclusive(is_between) {
            let name = part.trim_end_matches(is_between);
            if !name.is_empty() {
                out.push_str(&self.name(name));
            }
            out.push_str(&part[name.len()..]);
        }
        out
    }
}
