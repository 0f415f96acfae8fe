//! The three columns of a frame's body, written and read.
//!
//! ```text
//! LEB128 length of heads, LEB128 length of codes, heads …, codes …, bytes …
//! ```
//! Alike things beside each other deflate better: heads are structure, codes are references and lengths of
//! strings, bytes are the strings that are said for the first time.
use super::replica::ReplayError;
use crate::wire::{
    envelope::{EnvelopeError, put_u32, take_u32},
    limits::MAX_VALUE,
};

/// The heads of the node stream.
pub(crate) mod head {
    /// Ends an open node, or the stream.
    pub const END: u32 = 0;
    /// A text follows in the codes.
    pub const TEXT: u32 = 1;
    /// A comment follows in the codes.
    pub const COMMENT: u32 = 2;
    /// Three strings follow in the codes.
    pub const DOCTYPE: u32 = 3;
    /// A head with the zigzag difference to the last known id follows.
    pub const KNOWN: u32 = 4;
    /// A CDATA section's text follows in the codes.
    pub const CDATA: u32 = 5;
    /// A head with the mode follows; opens.
    pub const SHADOW: u32 = 6;
    /// Opens.
    pub const DOCUMENT: u32 = 7;
    /// A head with a count of ids that nobody has follows.
    pub const SKIP: u32 = 8;
    /// An element of a new shape: a head with namespace, whether the shape is kept, and whether it opens
    /// follows; tag, count and names follow in the codes.
    pub const SHAPE: u32 = 9;
    /// `ELEMENT + (shape << 1 | opens)`; the values follow in the codes.
    pub const ELEMENT: u32 = 10;
}

/// Codes of a string: said once, said and kept in the dictionary, or an entry of the dictionary.
pub(crate) mod code {
    /// Length and bytes follow.
    pub const LITERAL: u32 = 0;
    /// The same, and the string joins the dictionary.
    pub const KEPT: u32 = 1;
    /// `ENTRY + index`.
    pub const ENTRY: u32 = 2;
}

/// Small magnitudes of either sign as small numbers.
pub(crate) const fn zigzag(from: u32, to: u32) -> u32 {
    let difference = to.wrapping_sub(from) as i32;
    ((difference << 1) ^ (difference >> 31)) as u32
}

/// What [`zigzag`] came from.
pub(crate) const fn unzigzag(from: u32, value: u32) -> u32 {
    let difference = ((value >> 1) as i32) ^ -((value & 1) as i32);
    from.wrapping_add(difference as u32)
}

/// A body being written.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub heads: Vec<u8>,
    pub codes: Vec<u8>,
    pub bytes: Vec<u8>,
}

impl Columns {
    pub(crate) fn head(&mut self, value: u32) {
        put_u32(&mut self.heads, value);
    }

    pub(crate) fn code(&mut self, value: u32) {
        put_u32(&mut self.codes, value);
    }

    pub(crate) fn literal(&mut self, text: &str) {
        self.code(text.len() as u32);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn len(&self) -> usize {
        self.heads.len() + self.codes.len() + self.bytes.len()
    }

    /// The two lengths that stand in front.
    pub(crate) fn lengths(&self) -> Vec<u8> {
        let mut lengths = Vec::with_capacity(10);
        put_u32(&mut lengths, self.heads.len() as u32);
        put_u32(&mut lengths, self.codes.len() as u32);
        lengths
    }

    pub(crate) fn clear(&mut self) {
        self.heads.clear();
        self.codes.clear();
        self.bytes.clear();
    }
}

/// A body being read. Every read is checked; nothing is allocated by the peer's numbers.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    heads: &'a [u8],
    codes: &'a [u8],
    text: &'a str,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(body: &'a [u8]) -> Result<Self, ReplayError> {
        let (heads, rest) = number(body, "header")?;
        let (codes, rest) = number(rest, "header")?;
        let (heads, rest) = split(rest, heads, "header")?;
        let (codes, bytes) = split(rest, codes, "header")?;
        let text = std::str::from_utf8(bytes).map_err(|_| ReplayError::Bad("string"))?;
        Ok(Self { heads, codes, text })
    }

    pub(crate) fn head(&mut self) -> Result<u32, ReplayError> {
        let (value, rest) = number(self.heads, "heads")?;
        self.heads = rest;
        Ok(value)
    }

    pub(crate) fn code(&mut self) -> Result<u32, ReplayError> {
        let (value, rest) = number(self.codes, "codes")?;
        self.codes = rest;
        Ok(value)
    }

    pub(crate) fn literal(&mut self) -> Result<&'a str, ReplayError> {
        let length = self.code()? as usize;
        if MAX_VALUE < length {
            return Err(ReplayError::TooMany("bytes in a value"));
        }
        let (text, rest) = self.text.split_at_checked(length).ok_or(ReplayError::Length("bytes"))?;
        self.text = rest;
        Ok(text)
    }

    /// All three columns end here.
    pub(crate) fn finish(self) -> Result<(), ReplayError> {
        match (self.heads, self.codes, self.text) {
            ([], [], "") => Ok(()),
            ([], [], _) => Err(ReplayError::Length("bytes")),
            ([], ..) => Err(ReplayError::Length("codes")),
            _ => Err(ReplayError::Length("heads")),
        }
    }
}

/// Reads a number from the front of a column.
pub(crate) fn number<'a>(bytes: &'a [u8], what: &'static str) -> Result<(u32, &'a [u8]), ReplayError> {
    take_u32(bytes).map_err(|error| match error {
        EnvelopeError::Short | EnvelopeError::TooLong(_) => ReplayError::Length(what),
        EnvelopeError::Number => ReplayError::Bad("number"),
    })
}

fn split<'a>(bytes: &'a [u8], at: u32, what: &'static str) -> Result<(&'a [u8], &'a [u8]), ReplayError> {
    bytes.split_at_checked(at as usize).ok_or(ReplayError::Length(what))
}
