//! Writes the body of a frame: redacted strings and structure in, columns and then deflate out.
use super::{
    columns::{Columns, code, head, zigzag},
    deflate::Deflater,
    hash,
    strings::{Interned, Interner, MAX_KEPT, MAX_KEPT_TEXT},
};
use crate::{
    redaction::{CUT, Redacted, clean},
    wire::limits::{MAX_DICTIONARY, MAX_INFLATED, MAX_SHAPES},
};

/// What a body may come to before strings that are not kept are left out, so that it always fits: the heads
/// and codes of the rest of a large batch, and what deflate adds to what it cannot compress.
const MAX_BODY: usize = MAX_INFLATED - (1 << 20);

/// One epoch's writing state: dictionary, shapes, deflate stream, and the frame being written.
pub(crate) struct Writer {
    columns: Columns,
    dictionary: Interner,
    shapes: Interner,
    deflater: Deflater,
    shape_key: Vec<u8>,
    /// Ids of one section are written as differences from the last.
    last: u32,
    last_known: u32,
    skipped: u32,
}

/// What a string's code is counted from: an attribute record's value has one code more, for "removed".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    Value = 0,
    Record = 1,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self {
            columns: Columns::default(),
            dictionary: Interner::new(MAX_DICTIONARY),
            shapes: Interner::new(MAX_SHAPES),
            deflater: Deflater::new(),
            shape_key: Vec::new(),
            last: 0,
            last_known: 0,
            skipped: 0,
        }
    }

    pub(crate) fn begin_epoch(&mut self) {
        self.columns.clear();
        self.dictionary.clear();
        self.shapes.clear();
        self.deflater = Deflater::new();
        (self.last, self.last_known, self.skipped) = (0, 0, 0);
    }

    /// Ends the frame. The body's length, and whether it became deflate bytes after `out`'s own.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), usize> {
        let len = self.columns.len();
        let lengths = self.columns.lengths();
        let Columns { heads, codes, bytes } = &self.columns;
        let fits = len <= MAX_INFLATED - lengths.len();
        let done = fits && self.deflater.write(&[&lengths, heads, codes, bytes], out);
        self.columns.clear();
        (self.last, self.last_known) = (0, 0);
        if done { Ok(()) } else { Err(len) }
    }

    /// Forgets the frame: it says nothing.
    pub(crate) fn discard(&mut self) {
        self.columns.clear();
        (self.last, self.last_known) = (0, 0);
    }

    /// An id of a list or a record. The list's end is 0, so differences count from 1.
    pub(crate) fn listed(&mut self, id: u32) {
        self.columns.head(zigzag(self.last, id) + 1);
        self.last = id;
    }

    /// The end of a list, of records or of the groups.
    pub(crate) fn end_list(&mut self) {
        self.columns.head(0);
        self.last = 0;
    }

    /// Where the nodes that follow go.
    pub(crate) fn group(&mut self, parent: u32, prev: u32) {
        self.listed(parent);
        self.columns.head(if prev == 0 { 0 } else { zigzag(parent, prev) + 1 });
    }

    fn head(&mut self, value: u32) {
        if self.skipped > 0 {
            self.columns.head(head::SKIP);
            self.columns.head(std::mem::take(&mut self.skipped));
        }
        self.columns.head(value);
    }

    pub(crate) fn end(&mut self) {
        self.head(head::END);
    }

    /// A node that took an id and does not travel.
    pub(crate) fn skip(&mut self) {
        self.skipped += 1;
    }

    pub(crate) fn known(&mut self, id: u32) {
        self.head(head::KNOWN);
        self.columns.head(zigzag(self.last_known, id));
        self.last_known = id;
    }

    pub(crate) fn shadow(&mut self, mode: u8) {
        self.head(head::SHADOW);
        self.columns.head(u32::from(mode));
    }

    pub(crate) fn document(&mut self) {
        self.head(head::DOCUMENT);
    }

    /// The head of a text, comment, CDATA section or doctype, whose strings follow.
    pub(crate) fn text_head(&mut self, value: u32) {
        self.head(value);
    }

    /// The head of an element: its shape by namespace bits and by the numbers of tag and attribute names.
    ///
    /// `true` when the shape is said for the first time: then tag, count and names must follow by
    /// [`Self::string`]. It is kept only if the `missing` names, told by their [`entry_cost`], will all be in the
    /// dictionary.
    ///
    /// [`entry_cost`]: super::strings::entry_cost
    pub(crate) fn shape(
        &mut self,
        namespace: u32,
        names: impl Iterator<Item = u32>,
        open: bool,
        missing: impl FnOnce() -> usize,
    ) -> bool {
        let mut key = std::mem::take(&mut self.shape_key);
        key.clear();
        key.push(namespace as u8);
        names.for_each(|name| key.extend_from_slice(&name.to_le_bytes()));
        let hash = hash::bytes(&key);
        let known = self.shapes.known(&key, hash);
        match known {
            Some(shape) => self.head(head::ELEMENT + (shape << 1 | u32::from(open))),
            None => {
                let kept =
                    self.dictionary.has_room(missing()) && self.shapes.intern(&key, hash) != Interned::Full;
                self.head(head::SHAPE);
                self.columns.head(namespace << 2 | u32::from(kept) << 1 | u32::from(open));
            }
        }
        self.shape_key = key;
        known.is_none()
    }

    pub(crate) fn count(&mut self, count: usize) {
        self.columns.code(count as u32);
    }

    /// An attribute that is no more.
    pub(crate) fn removed(&mut self) {
        self.columns.code(0);
    }

    /// An entry of the dictionary.
    pub(crate) fn entry(&mut self, entry: u32, base: Base) {
        self.columns.code(entry + code::ENTRY + base as u32);
    }

    /// A name or attribute value; its entry when it is in the dictionary now. `hash` is its [`hash::bytes`].
    pub(crate) fn string(&mut self, text: &Redacted<'_>, hash: u64, base: Base) -> Option<u32> {
        self.write(text, hash, base, MAX_KEPT)
    }

    /// The data of a text.
    pub(crate) fn text(&mut self, text: &Redacted<'_>, hash: u64) -> Option<u32> {
        self.write(text, hash, Base::Value, MAX_KEPT_TEXT)
    }

    /// Whether a string of so many bytes would be left out because the frame is full.
    pub(crate) fn is_full(&self, len: usize) -> bool {
        MAX_KEPT_TEXT < len && MAX_BODY < self.columns.len() + len
    }

    fn write(&mut self, text: &Redacted<'_>, hash: u64, base: Base, max: usize) -> Option<u32> {
        debug_assert_eq!(hash, hash::bytes(text.as_str().as_bytes()));
        let plus = base as u32;
        if text.as_str().len() <= max {
            match self.dictionary.intern(text.as_str().as_bytes(), hash) {
                Interned::Known(entry) => {
                    self.columns.code(entry + code::ENTRY + plus);
                    return Some(entry);
                }
                Interned::New(entry) => {
                    self.columns.code(code::KEPT + plus);
                    self.columns.literal(text.as_str());
                    return Some(entry);
                }
                Interned::Full => {}
            }
        }
        self.columns.code(code::LITERAL + plus);
        self.columns.literal(text.as_str());
        None
    }
}

/// What stands for a value that no frame has room for.
pub(crate) fn left_out() -> Redacted<'static> {
    clean(CUT)
}
