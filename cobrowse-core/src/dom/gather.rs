//! The words in which the page's JavaScript tells what it read.
//!
//! One batch is three arrays. `lens` holds UTF-16 lengths: how many new names come (with
//! [`RESET_NAMES`] set when the table of names begins anew), their lengths, then the lengths of the batch's
//! distinct strings. `text` is all of these strings joined, in that order, as UTF-8. `ops` holds words:
//!
//! ```text
//! n  moved ids …          detached now, placed again by a KNOWN below
//! n  gone ids …           left the document
//! (parent id, previous sibling's id or 0, stream …, END)* 0
//! (id, name ref, 0 | value ref + 1)* 0          attributes and properties
//! (id, value ref)* 0                            data of texts
//! ```
//! A stream is nodes in preorder; its words are in [`word`]. A name ref counts the names shipped since the
//! table began, a value ref the strings of this batch. The n-th new node of an epoch has the id n + 1, on
//! every side; skipped ones count.
use thiserror::Error;

use crate::{css::UrlKind, id::NodeId};

pub(crate) mod read;

/// Set in `lens[0]`: all names shipped before are forgotten and refs begin at 0 again.
pub const RESET_NAMES: u32 = 1 << 31;

/// Kinds of stream words (their low four bits) and the layout of the element word.
pub mod word {
    /// Ends an open node, and with none open the stream.
    pub const END: u32 = 0;
    /// `TEXT | ref << 4`.
    pub const TEXT: u32 = 1;
    /// `COMMENT | ref << 4`.
    pub const COMMENT: u32 = 2;
    /// `DOCTYPE | name ref << 4, public id ref, system id ref` (all three are value refs).
    pub const DOCTYPE: u32 = 3;
    /// `KNOWN | id << 4`: a node that has an id already goes here.
    pub const KNOWN: u32 = 4;
    /// `CDATA | ref << 4`.
    pub const CDATA: u32 = 5;
    /// `ELEM | namespace << 4 | open << 6 | flags << 7 | count << 15, tag name ref, (name ref, value ref)*`.
    pub const ELEM: u32 = 6;
    /// `SHADOW | mode << 4`, opens; the first child of its host in the stream.
    pub const SHADOW: u32 = 7;
    /// `DOCUMENT`, opens; the first child of its iframe in the stream.
    pub const DOCUMENT: u32 = 8;
    /// In an element word: children or a content slot follow, closed by [`END`].
    pub const OPEN: u32 = 1 << 6;
    /// Where an element word's redaction flags begin ([`crate::redaction::Flags`]).
    pub const FLAGS_SHIFT: u32 = 7;
    /// Where an element word's count of attributes begins.
    pub const COUNT_SHIFT: u32 = 15;
}

/// The property by which capture tells that an element's redaction flags are others now: its value is the
/// new [`crate::redaction::Flags`] in decimal. It never reaches the wire.
pub const FLAGS_PROPERTY: &str = " flags";

/// One batch of words, borrowed from where JavaScript wrote them.
#[derive(Debug, Clone, Copy)]
pub struct GatherBatch<'a> {
    /// Words.
    pub ops: &'a [u32],
    /// Lengths of names and strings in UTF-16 units.
    pub lens: &'a [u32],
    /// Names and strings, joined.
    pub text: &'a [u8],
}

/// Numbers the URLs that the page shows, so that frames can speak of `asset:N`.
pub trait Assets {
    /// The number of the asset at `url`, as it is written in the style attribute, style text or sheet of
    /// `node`; `None` when it must not be shown. `node` is the carrier: an element, or a text in a style.
    fn number(&mut self, node: NodeId, url: &str, kind: UrlKind) -> Option<u32>;
}

/// No asset at all: every URL in style becomes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAssets;

impl Assets for NoAssets {
    fn number(&mut self, _: NodeId, _: &str, _: UrlKind) -> Option<u32> {
        None
    }
}

/// Why a batch was refused. The recorder then takes no batch until the next epoch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GatherError {
    /// Words or lengths ended early.
    #[error("gathered words end inside {0}")]
    Short(&'static str),
    /// A word, ref or id that means nothing here.
    #[error("gathered words hold a bad {0}")]
    Bad(&'static str),
    /// The batch does not fit a frame, even with its long values cut.
    #[error("gathered batch of {0} bytes does not fit a frame")]
    TooLarge(usize),
    /// An earlier batch was refused, or no epoch has begun.
    #[error("no epoch is being recorded")]
    NoEpoch,
}
