//! Writes gathered words as the page's JavaScript would.
use std::collections::HashMap;

use crate::dom::gather::{GatherBatch, RESET_NAMES, word};

/// An owned batch.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Words.
    pub ops: Vec<u32>,
    /// Lengths.
    pub lens: Vec<u32>,
    /// Names and strings.
    pub text: String,
}

impl Batch {
    /// As the recorder takes it.
    pub fn as_gather(&self) -> GatherBatch<'_> {
        GatherBatch { ops: &self.ops, lens: &self.lens, text: self.text.as_bytes() }
    }
}

/// Collects names, strings and words. Names live as long as the builder, the rest until [`Self::build`].
#[derive(Debug, Clone, Default)]
pub struct BatchBuilder {
    names: HashMap<String, u32>,
    new_names: Vec<String>,
    strings: HashMap<String, u32>,
    new_strings: Vec<String>,
    reset: bool,
    /// The words so far.
    pub ops: Vec<u32>,
}

impl BatchBuilder {
    /// The ref of a name.
    pub fn name(&mut self, name: &str) -> u32 {
        let next = self.names.len() as u32;
        *self.names.entry(name.to_owned()).or_insert_with(|| {
            self.new_names.push(name.to_owned());
            next
        })
    }

    /// The ref of a string.
    pub fn string(&mut self, text: &str) -> u32 {
        let next = self.strings.len() as u32;
        *self.strings.entry(text.to_owned()).or_insert_with(|| {
            self.new_strings.push(text.to_owned());
            next
        })
    }

    /// Forgets all names, and says so in the next batch.
    pub fn reset_names(&mut self) {
        self.names.clear();
        self.new_names.clear();
        self.reset = true;
    }

    /// A list of ids with its count.
    pub fn list(&mut self, ids: &[u32]) {
        self.ops.push(ids.len() as u32);
        self.ops.extend_from_slice(ids);
    }

    /// Any words.
    pub fn words(&mut self, words: &[u32]) {
        self.ops.extend_from_slice(words);
    }

    /// An element's words: flags, namespace bits and whether it opens come in `head`.
    pub fn element(&mut self, head: u32, tag: &str, attributes: &[(String, String)]) {
        let tag = self.name(tag);
        self.ops.push(word::ELEM | head | (attributes.len() as u32) << word::COUNT_SHIFT);
        self.ops.push(tag);
        for (name, value) in attributes {
            let pair = [self.name(name), self.string(value)];
            self.ops.extend(pair);
        }
    }

    /// A word with a string ref.
    pub fn text(&mut self, kind: u32, data: &str) {
        let data = self.string(data);
        self.ops.push(kind | data << 4);
    }

    /// The batch; the builder is ready for the next.
    pub fn build(&mut self) -> Batch {
        let units = |text: &String| text.encode_utf16().count() as u32;
        let reset = if std::mem::take(&mut self.reset) { RESET_NAMES } else { 0 };
        let mut lens = vec![self.new_names.len() as u32 | reset];
        lens.extend(self.new_names.iter().chain(&self.new_strings).map(units));
        let text = self.new_names.concat() + &self.new_strings.concat();
        self.new_names.clear();
        self.new_strings.clear();
        self.strings.clear();
        Batch { ops: std::mem::take(&mut self.ops), lens, text }
    }
}
