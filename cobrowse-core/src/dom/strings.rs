//! What an epoch has said before: strings and element shapes by number, bounded, the same at both ends.
use super::replica::ReplayError;
use crate::wire::limits::{MAX_DICTIONARY, MAX_SHAPES};

/// Longest attribute value and name that joins the dictionary, bytes.
pub(crate) const MAX_KEPT: usize = 512;
/// Longest text that joins it: longer ones are rarely said twice.
pub(crate) const MAX_KEPT_TEXT: usize = 64;
/// What an entry costs besides its bytes; without it, empty strings would be free.
const ENTRY_COST: usize = 8;

/// What an entry of so many bytes costs.
pub(crate) const fn entry_cost(len: usize) -> usize {
    len + ENTRY_COST
}

/// What interning came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Interned {
    /// It was there.
    Known(u32),
    /// It is there now.
    New(u32),
    /// There is no room.
    Full,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u64,
    start: u32,
    len: u32,
}

/// Numbers distinct byte strings by first sight: open addressing over one arena, no allocation per entry.
#[derive(Debug)]
pub(crate) struct Interner {
    slots: Vec<u32>,
    entries: Vec<Entry>,
    arena: Vec<u8>,
    max: usize,
}

impl Interner {
    /// An empty table of at most `max` bytes, entries' own cost included.
    pub(crate) fn new(max: usize) -> Self {
        Self { slots: vec![0; 1024], entries: Vec::new(), arena: Vec::new(), max }
    }

    pub(crate) fn clear(&mut self) {
        self.slots.fill(0);
        self.entries.clear();
        self.arena.clear();
    }

    /// Whether entries of `cost` bytes in all, [`entry_cost`] counted, would fit.
    pub(crate) fn has_room(&self, cost: usize) -> bool {
        self.cost().checked_add(cost).is_some_and(|cost| cost <= self.max)
    }

    /// Finds `bytes`, whose [`hash::bytes`] is `hash`, or the slot where it would stand.
    fn find(&self, bytes: &[u8], hash: u64) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while let index @ 1.. = self.slots[slot] {
            let entry = self.entries[index as usize - 1];
            if entry.hash == hash && self.bytes(entry) == bytes {
                return Ok(index - 1);
            }
            slot = (slot + 1) & mask;
        }
        Err(slot)
    }

    /// Finds `bytes`.
    pub(crate) fn known(&self, bytes: &[u8], hash: u64) -> Option<u32> {
        self.find(bytes, hash).ok()
    }

    /// Finds or adds `bytes`, whose [`hash::bytes`] is `hash`.
    pub(crate) fn intern(&mut self, bytes: &[u8], hash: u64) -> Interned {
        let slot = match self.find(bytes, hash) {
            Ok(index) => return Interned::Known(index),
            Err(slot) => slot,
        };
        if !self.has_room(entry_cost(bytes.len())) {
            return Interned::Full;
        }
        let index = self.entries.len() as u32;
        self.entries.push(Entry { hash, start: self.arena.len() as u32, len: bytes.len() as u32 });
        self.arena.extend_from_slice(bytes);
        self.slots[slot] = index + 1;
        if self.slots.len() < self.entries.len() * 2 {
            self.grow();
        }
        Interned::New(index)
    }

    fn cost(&self) -> usize {
        self.arena.len() + self.entries.len() * ENTRY_COST
    }

    fn bytes(&self, entry: Entry) -> &[u8] {
        &self.arena[entry.start as usize..][..entry.len as usize]
    }

    fn grow(&mut self) {
        let len = self.slots.len() * 4;
        self.slots.clear();
        self.slots.resize(len, 0);
        for (index, entry) in self.entries.iter().enumerate() {
            let mut slot = entry.hash as usize & (len - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (len - 1);
            }
            self.slots[slot] = index as u32 + 1;
        }
    }
}

/// The bytes that stand for a shape in the writer's table and in the bound of both.
pub(crate) const fn shape_cost(names: usize) -> usize {
    1 + 4 * (1 + names)
}

/// The reader's dictionary.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    arena: String,
    ends: Vec<u32>,
}

impl Dictionary {
    pub(crate) fn clear(&mut self) {
        self.arena.clear();
        self.ends.clear();
    }

    /// Adds an entry; the writer must have had room for it.
    pub(crate) fn push(&mut self, text: &str) -> Result<u32, ReplayError> {
        let cost = self.arena.len() + text.len() + (self.ends.len() + 1) * ENTRY_COST;
        if MAX_DICTIONARY < cost || MAX_KEPT < text.len() {
            return Err(ReplayError::TooMany("strings"));
        }
        self.arena.push_str(text);
        self.ends.push(self.arena.len() as u32);
        Ok(self.ends.len() as u32 - 1)
    }

    pub(crate) fn get(&self, index: u32) -> Result<&str, ReplayError> {
        let index = index as usize;
        let end = *self.ends.get(index).ok_or(ReplayError::Bad("string reference"))?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.arena.get(start as usize..end as usize).ok_or(ReplayError::Bad("string reference"))
    }
}

/// A kept shape: namespace bits, and dictionary entries of the tag and the names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub namespace: u32,
    pub tag: u32,
    /// Where its names begin among all.
    pub start: usize,
    /// How many names it has.
    pub count: usize,
}

/// The reader's shapes.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    shapes: Vec<Shape>,
    names: Vec<u32>,
    cost: usize,
}

impl Shapes {
    pub(crate) fn clear(&mut self) {
        self.shapes.clear();
        self.names.clear();
        self.cost = 0;
    }

    /// Keeps a shape; the writer must have had room for it.
    pub(crate) fn push(&mut self, namespace: u32, tag: u32, names: &[u32]) -> Result<(), ReplayError> {
        self.cost += shape_cost(names.len()) + ENTRY_COST;
        if MAX_SHAPES < self.cost {
            return Err(ReplayError::TooMany("shapes"));
        }
        let (start, count) = (self.names.len(), names.len());
        self.names.extend_from_slice(names);
        self.shapes.push(Shape { namespace, tag, start, count });
        Ok(())
    }

    pub(crate) fn get(&self, index: u32) -> Result<Shape, ReplayError> {
        self.shapes.get(index as usize).copied().ok_or(ReplayError::Bad("shape"))
    }

    /// A name's entry in the dictionary.
    pub(crate) fn name(&self, start: usize, index: usize) -> Result<u32, ReplayError> {
        self.names.get(start + index).copied().ok_or(ReplayError::Bad("shape"))
    }
}
