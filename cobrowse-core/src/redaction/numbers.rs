//! Numbers that are masked wherever they stand: payment cards and bank accounts.
use std::borrow::Cow;

use super::MASK;

/// Digits of the shortest and longest card number (ISO/IEC 7812-1; 12 and fewer are not issued any more).
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// Characters of the shortest and longest IBAN (ISO 13616).
const IBAN_LENGTHS: std::ops::RangeInclusive<usize> = 15..=34;
/// No card and no IBAN in use has fewer digits; most strings end here.
const FEWEST_DIGITS: usize = 8;

/// Whether `text` holds a number that may not leave.
pub(crate) fn has_sensitive(text: &str) -> bool {
    find(text, 0).is_some()
}

/// `text` with each such number masked.
pub(crate) fn mask_sensitive(text: &str) -> Cow<'_, str> {
    let Some(mut found) = find(text, 0) else { return Cow::Borrowed(text) };
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    loop {
        masked.push_str(&text[from..found.start]);
        masked.push_str(MASK);
        from = found.end;
        match find(text, from) {
            Some(next) => found = next,
            None => break,
        }
    }
    masked.push_str(&text[from..]);
    Cow::Owned(masked)
}

/// The first such number at or after the byte `from`.
fn find(text: &str, from: usize) -> Option<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits < FEWEST_DIGITS {
        return None;
    }
    let mut at = from;
    while at < bytes.len() {
        let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let end = match bytes[at] {
            b'0'..=b'9' if at == 0 || !bytes[at - 1].is_ascii_digit() => card(text, at),
            b'A'..=b'Z' | b'a'..=b'z' if begins => iban(text, at),
            _ => None,
        };
        if let Some(end) = end {
            return Some(at..end);
        }
        at += 1;
    }
    None
}

/// How many bytes of separator stand at `at`: a space, hyphen, dot, or one of the spaces that do not break.
fn separator(text: &str, at: usize) -> usize {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(' ' | '-' | '.') => 1,
        Some(it @ ('\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2010}'..='\u{2013}')) => it.len_utf8(),
        _ => 0,
    }
}

/// The end of the longest card number that begins at `start`: groups of at least three digits, the last of
/// any, with single separators between, whose check digit is right.
fn card(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut digits, mut at, mut end) = (Vec::with_capacity(*CARD_DIGITS.end()), start, None);
    loop {
        let group = at;
        while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
            digits.push(digit - b'0');
            at += 1;
            if CARD_DIGITS.end() < &digits.len() {
                return end;
            }
        }
        if group < at && CARD_DIGITS.contains(&digits.len()) && passes_luhn(&digits) {
            end = Some(at);
        }
        let gap = separator(text, at);
        if at - group < 3 || gap == 0 {
            return end;
        }
        at += gap;
    }
}

/// The Luhn check (ISO/IEC 7812-1, annex B). All zeros pass it and are no card.
fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| match (place % 2, u32::from(digit) * 2) {
            (0, double) => double / 2,
            (_, double @ 10..) => double - 9,
            (_, double) => double,
        })
        .sum();
    sum > 0 && sum.is_multiple_of(10)
}

/// The end of the longest IBAN that begins at `start`: country, two check digits, then letters and digits
/// with single separators between.
fn iban(text: &str, start: usize) -> Option<usize> {
    let head = text.as_bytes().get(start..start + 4)?;
    if !head[..2].iter().all(u8::is_ascii_alphabetic) || !head[2..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let bytes = text.as_bytes();
    let (mut count, mut at, mut end, mut body) = (4, start + 4, None, 0_u32);
    loop {
        let group = at;
        while let Some(value) = bytes.get(at).and_then(|&byte| char::from(byte).to_digit(36)) {
            body = append(body, value);
            (at, count) = (at + 1, count + 1);
            if IBAN_LENGTHS.end() < &count {
                return end;
            }
        }
        if IBAN_LENGTHS.contains(&count) && head.iter().fold(body, fold_head) == 1 {
            end = Some(at);
        }
        let gap = separator(text, at);
        // The first group may be the head itself, followed by its separator.
        if gap == 0 || (at == group && at != start + 4) {
            return end;
        }
        at += gap;
    }
}

/// ISO 7064 mod 97-10, one character after another: letters are two digits.
const fn append(rest: u32, value: u32) -> u32 {
    if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 }
}

fn fold_head(rest: u32, byte: &u8) -> u32 {
    char::from(*byte).to_digit(36).map_or(rest, |value| append(rest, value))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(texts: &[&str], expected: Expect) {
        let masked: Vec<_> = texts.iter().map(|text| mask_sensitive(text)).collect();
        expected.assert_eq(&masked.join("\n"));
    }

    #[test]
    fn cards_are_masked_in_whatever_grouping() {
        check(
            &[
                "4111111111111111",
                "card 4111 1111 1111 1111 exp 12/27",
                "3782-822463-10005 and 30569309025904.",
                "4111\u{a0}1111\u{a0}1111\u{a0}1111",
                "x4111111111111111x",
                "0004111111111111111, 12 34 56 78 90 12 34 52",
            ],
            expect![[r#"
                ••••••
                card •••••• exp 12/27
                •••••• and ••••••.
                ••••••
                x••••••x
                ••••••, 12 34 56 78 90 12 34 52"#]],
        );
    }

    #[test]
    fn numbers_that_are_no_cards_stay() {
        check(
            &[
                "4111111111111112",
                "2024-11-21 10:11:12",
                "0000 0000 0000 0000",
                "+33 1 23 45 67 89",
                "1 234 567",
            ],
            expect![[r#"
                4111111111111112
                2024-11-21 10:11:12
                0000 0000 0000 0000
                +33 1 23 45 67 89
                1 234 567"#]],
        );
    }

    #[test]
    fn bank_accounts_are_masked_and_their_sentence_stays() {
        check(
            &[
                "FR76 3000 6000 0112 3456 7890 189 is mine",
                "iban:gb29nwbk60161331926819",
                "MT84MALT011000012345MTLCAST001S",
                "NO93 8601 1117 947",
                "DE00 3704 0044 0532 0130 00",
            ],
            expect![[r#"
                •••••• is mine
                iban:••••••
                ••••••
                ••••••
                DE00 3704 0044 0532 0130 00"#]],
        );
    }

    proptest! {
        #[test]
        fn nothing_sensitive_is_left(text in "[0-9A-Z a-é\u{a0}-]{0,60}") {
            let masked = mask_sensitive(&text);
            prop_assert!(!has_sensitive(&masked), "{masked}");
        }

        #[test]
        fn every_card_is_found(digits in prop::collection::vec(0_u8..10, 12..19), grouped: bool) {
            let check = (0..10).find(|&check| {
                let mut whole = digits.clone();
                whole.push(check);
                passes_luhn(&whole)
            });
            prop_assume!(check.is_some());
            let mut text: String = digits.iter().chain(&check).map(ToString::to_string).collect();
            if grouped {
                let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
                text = groups.join(" ");
            }
            let sentence = format!("n° {text}!");
            prop_assert_eq!(mask_sensitive(&sentence), format!("n° {MASK}!"));
        }
    }
}
