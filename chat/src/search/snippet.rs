//! The part of a text that is shown for what was found in it.
use std::ops::Range;

/// Characters before the first word that was found.
const BEFORE: usize = 40;
/// Characters in all.
const LENGTH: usize = 160;

/// A part of a text, in one line, and where the words stand in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// The text; `…` where it was cut.
    pub text: String,
    /// From which to which character.
    pub at: Vec<(u32, u32)>,
}

impl Snippet {
    /// The part around the first of `places`, which are bytes of the text, in order.
    pub(super) fn new(text: &str, places: &[Range<usize>]) -> Self {
        let first = places.first().map_or(0, |it| it.start);
        let start = start(text, first);
        let end = text[start..].char_indices().nth(LENGTH).map_or(text.len(), |(i, _)| start + i);
        let before = if 0 < start { "…" } else { "" };
        let after = if end < text.len() { "…" } else { "" };
        let line: String =
            text[start..end].chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
        let char_at = |byte: usize| {
            let n = before.chars().count() + text[start..byte.min(end)].chars().count();
            u32::try_from(n).unwrap_or(u32::MAX)
        };
        let inside = places.iter().filter(|it| it.start < end);
        let at = inside.map(|it| (char_at(it.start), char_at(it.end))).collect();
        Self { text: format!("{before}{line}{after}"), at }
    }
}

/// Some characters before byte `first`, where a word begins.
fn start(text: &str, first: usize) -> usize {
    let mut before = text[..first].char_indices().rev().take(BEFORE);
    let Some((earliest, _)) = before.by_ref().last() else { return first };
    if earliest == 0 {
        return 0;
    }
    let blank = text[earliest..first].char_indices().find(|(_, sign)| sign.is_whitespace());
    blank.map_or(earliest, |(i, sign)| earliest + i + sign.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_in_the_middle() {
        let text = format!("{} été chaud\n{}", "avant ".repeat(20).trim(), "après ".repeat(40));
        let at = text.find("été").expect("there");
        let it = Snippet::new(&text, &[at..at + "été".len(), at + 8..at + 13]);
        assert!(it.text.starts_with("…avant") && it.text.ends_with('…'), "{}", it.text);
        assert!(!it.text.contains('\n') && it.text.chars().count() <= LENGTH + 2);
        let words: Vec<String> = it
            .at
            .iter()
            .map(|(from, to)| it.text.chars().skip(*from as usize).take((to - from) as usize).collect())
            .collect();
        assert_eq!(words[0], "été");
        assert_eq!(words.len(), 2);
    }

    #[test]
    fn a_short_text_is_whole() {
        let short = Snippet::new("hello", std::slice::from_ref(&(0..5)));
        assert_eq!((short.text.as_str(), short.at), ("hello", vec![(0, 5)]));
        assert_eq!(Snippet::new("", &[]), Snippet::default());
    }
}
