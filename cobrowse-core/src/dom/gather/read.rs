//! Reads a batch's three arrays into sections and strings, and checks their shape once, before anything acts
//! on them.
use std::borrow::Cow;

use super::{GatherBatch, GatherError, RESET_NAMES, word};
use crate::dom::hash;

/// The ops, cut into their five sections. Streams are checked: every word has its arguments, every opened
/// node its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sections<'a> {
    pub moved: &'a [u32],
    pub gone: &'a [u32],
    pub groups: &'a [u32],
    pub attributes: &'a [u32],
    pub texts: &'a [u32],
}

impl<'a> Sections<'a> {
    pub(crate) fn read(ops: &'a [u32]) -> Result<Self, GatherError> {
        let (moved, rest) = counted(ops)?;
        let (gone, rest) = counted(rest)?;
        let (groups, rest) = groups(rest)?;
        let (attributes, rest) = records(rest, 3)?;
        let (texts, rest) = records(rest, 2)?;
        match rest {
            [] => Ok(Self { moved, gone, groups, attributes, texts }),
            _ => Err(GatherError::Bad("rest")),
        }
    }
}

fn counted(ops: &[u32]) -> Result<(&[u32], &[u32]), GatherError> {
    let (&count, rest) = ops.split_first().ok_or(GatherError::Short("a list"))?;
    rest.split_at_checked(count as usize).ok_or(GatherError::Short("a list"))
}

fn records(ops: &[u32], width: usize) -> Result<(&[u32], &[u32]), GatherError> {
    let mut end = 0;
    while *ops.get(end).ok_or(GatherError::Short("records"))? != 0 {
        end += width;
    }
    Ok((&ops[..end], &ops[end + 1..]))
}

fn groups(ops: &[u32]) -> Result<(&[u32], &[u32]), GatherError> {
    let mut end = 0;
    while *ops.get(end).ok_or(GatherError::Short("groups"))? != 0 {
        end = stream(ops, end + 2)?;
    }
    Ok((&ops[..end], &ops[end + 1..]))
}

/// The place after the END of the stream that begins at `start`.
fn stream(ops: &[u32], start: usize) -> Result<usize, GatherError> {
    let (mut at, mut open) = (start, 0_usize);
    loop {
        let first = *ops.get(at).ok_or(GatherError::Short("a stream"))?;
        at += word_len(first)?;
        match first & 0xf {
            word::END if open == 0 => return Ok(at),
            word::END => open -= 1,
            word::ELEM if first & word::OPEN != 0 => open += 1,
            word::SHADOW | word::DOCUMENT => open += 1,
            _ => {}
        }
    }
}

/// How many words belong to a node's first.
pub(crate) fn word_len(first: u32) -> Result<usize, GatherError> {
    match first & 0xf {
        word::ELEM => Ok(2 + 2 * (first >> word::COUNT_SHIFT) as usize),
        word::DOCTYPE => Ok(3),
        word::END
        | word::TEXT
        | word::COMMENT
        | word::KNOWN
        | word::CDATA
        | word::SHADOW
        | word::DOCUMENT => Ok(1),
        _ => Err(GatherError::Bad("word")),
    }
}

/// Whether a string holds a number that may not leave, once somebody looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Not,
    Clean,
    Sensitive,
}

/// One distinct string of the batch.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: u32,
    end: u32,
    hash: u64,
    seen: Seen,
    /// Its entry in the epoch's dictionary plus one, once it was sent unchanged.
    wire: u32,
}

/// The distinct strings of one batch by ref.
#[derive(Debug)]
pub(crate) struct Strings<'t> {
    text: &'t str,
    pieces: Vec<Piece>,
}

impl<'t> Strings<'t> {
    /// The strings that begin after `start`.
    pub(crate) fn new(text: &'t str, mut start: u32, ends: &[u32]) -> Self {
        let piece = |&end: &u32| {
            let bytes = &text.as_bytes()[start as usize..end as usize];
            let piece = Piece { start, end, hash: hash::bytes(bytes), seen: Seen::Not, wire: 0 };
            start = end;
            piece
        };
        Self { text, pieces: ends.iter().map(piece).collect() }
    }

    pub(crate) fn get(&self, at: u32) -> Result<&'t str, GatherError> {
        let piece = self.piece(at)?;
        Ok(&self.text[piece.start as usize..piece.end as usize])
    }

    pub(crate) fn hash(&self, at: u32) -> u64 {
        self.piece(at).map_or(0, |piece| piece.hash)
    }

    /// What is remembered about whether the string may be shown.
    pub(crate) fn seen(&mut self, at: u32) -> Result<&mut Seen, GatherError> {
        Ok(&mut self.pieces.get_mut(at as usize).ok_or(GatherError::Bad("value ref"))?.seen)
    }

    pub(crate) fn wire(&self, at: u32) -> Option<u32> {
        self.piece(at).ok().and_then(|piece| piece.wire.checked_sub(1))
    }

    pub(crate) fn set_wire(&mut self, at: u32, entry: Option<u32>) {
        if let (Some(piece), Some(entry)) = (self.pieces.get_mut(at as usize), entry) {
            piece.wire = entry + 1;
        }
    }

    fn piece(&self, at: u32) -> Result<&Piece, GatherError> {
        self.pieces.get(at as usize).ok_or(GatherError::Bad("value ref"))
    }
}

/// The joined text of a batch, cut: where each name and each string ends.
#[derive(Debug)]
pub(crate) struct Cut<'a> {
    pub text: Cow<'a, str>,
    pub ends: Vec<u32>,
    /// How many of the ends are names.
    pub names: usize,
    /// Whether the table of names begins anew.
    pub reset: bool,
}

impl<'a> Cut<'a> {
    pub(crate) fn read(batch: &GatherBatch<'a>) -> Result<Self, GatherError> {
        let (&first, lens) = batch.lens.split_first().ok_or(GatherError::Short("lengths"))?;
        let names = (first & !RESET_NAMES) as usize;
        if lens.len() < names {
            return Err(GatherError::Short("lengths"));
        }
        let text = std::str::from_utf8(batch.text).map_err(|_| GatherError::Bad("text"))?;
        let mut knife =
            Knife { text, at: 0, owed: false, ends: Vec::with_capacity(lens.len()), mended: None };
        lens.iter().try_for_each(|&units| knife.cut(units as usize))?;
        knife.end()?;
        let text = knife.mended.map_or(Cow::Borrowed(text), Cow::Owned);
        Ok(Self { text, ends: knife.ends, names, reset: first & RESET_NAMES != 0 })
    }
}

/// Cuts UTF-8 by UTF-16 lengths.
///
/// Where one string ended in a lone high half of a surrogate pair and the next began with a lone low half,
/// joining made a character of them: each gets its U+FFFD back, as it would have had alone.
struct Knife<'a> {
    text: &'a str,
    at: usize,
    /// The next string begins with the low half of a character that was cut.
    owed: bool,
    ends: Vec<u32>,
    mended: Option<String>,
}

impl Knife<'_> {
    fn cut(&mut self, units: usize) -> Result<(), GatherError> {
        let start = self.at;
        let ascii = start
            .checked_add(units)
            .and_then(|end| self.text.as_bytes().get(start..end))
            .is_some_and(<[u8]>::is_ascii);
        if ascii && !self.owed && self.mended.is_none() {
            self.at += units;
            self.ends.push(self.at as u32);
            return Ok(());
        }
        self.cut_slowly(units)
    }

    fn cut_slowly(&mut self, units: usize) -> Result<(), GatherError> {
        let (start, mut left) = (self.at, units);
        let owed = self.owed && left > 0;
        left -= usize::from(owed);
        let mut torn = false;
        while left > 0 && !torn {
            let next = self.text[self.at..].chars().next().ok_or(GatherError::Short("text"))?;
            torn = next.len_utf16() > left;
            left = left.saturating_sub(next.len_utf16());
            self.at += next.len_utf8();
        }
        self.owed = torn || self.owed && units == 0;
        let whole = if torn { self.at - 4 } else { self.at };
        if owed || torn || self.mended.is_some() {
            let mended = self.mended.get_or_insert_with(|| self.text[..start].to_owned());
            mended.push_str(if owed { "\u{fffd}" } else { "" });
            mended.push_str(&self.text[start..whole]);
            mended.push_str(if torn { "\u{fffd}" } else { "" });
        }
        self.ends.push(self.mended.as_ref().map_or(self.at, String::len) as u32);
        Ok(())
    }

    fn end(&self) -> Result<(), GatherError> {
        if self.at == self.text.len() && !self.owed { Ok(()) } else { Err(GatherError::Bad("lengths")) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As JavaScript does it: lengths of each, then `TextEncoder` over the joined string.
    fn cut_back(strings: &[Vec<u16>]) -> Vec<String> {
        let mut lens = vec![0];
        lens.extend(strings.iter().map(|units| units.len() as u32));
        let joined = String::from_utf16_lossy(&strings.concat());
        let batch = GatherBatch { ops: &[], lens: &lens, text: joined.as_bytes() };
        let cut = Cut::read(&batch).expect("well formed");
        let strings = Strings::new(&cut.text, 0, &cut.ends);
        (0..cut.ends.len()).map(|at| strings.get(at as u32).expect("there").to_owned()).collect()
    }

    proptest! {
        #[test]
        fn strings_come_back_whatever_halves_met(
            strings in prop::collection::vec(
                prop::collection::vec(
                    prop_oneof![Just(0x61_u16), Just(0xe9), Just(0x20ac), Just(0xd83d), Just(0xde00)], 0..4,
                ), 0..6,
            ),
        ) {
            let alone: Vec<String> = strings.iter().map(|units| String::from_utf16_lossy(units)).collect();
            prop_assert_eq!(cut_back(&strings), alone);
        }

        #[test]
        fn any_words_are_read_or_refused(ops: Vec<u32>, lens: Vec<u32>, text: Vec<u8>) {
            let _ = Sections::read(&ops);
            let _ = Cut::read(&GatherBatch { ops: &ops, lens: &lens, text: &text });
        }
    }

    #[test]
    fn lengths_that_do_not_fit_the_text_are_refused() {
        for lens in [&[0, 4][..], &[0, 2], &[0, u32::MAX], &[2, 3], &[]] {
            let batch = GatherBatch { ops: &[], lens, text: b"abc" };
            assert!(Cut::read(&batch).is_err(), "{lens:?}");
        }
    }
}
