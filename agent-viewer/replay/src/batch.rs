//! One frame's changes as words and strings: what crosses to JavaScript, once per frame.
//!
//! Each change is a number and its operands, as `js/page.js` reads them. A string is a reference into the
//! batch's list, which travels joined, with the lengths in UTF-16 units; an optional one is 0 or one more.
use std::collections::HashMap;

use cobrowse_core::{
    dom::{AttributeName, Namespace, ShadowMode, Sink, TextKind},
    id::NodeId,
};

use crate::asset::{AssetHash, AssetMeaning, AssetState};

const ELEMENT: u32 = 1;
const TEXT: u32 = 2;
const DOCTYPE: u32 = 3;
const SHADOW: u32 = 4;
const DOCUMENT: u32 = 5;
const INSERT: u32 = 6;
const DETACH: u32 = 7;
const REMOVE: u32 = 8;
const ATTRIBUTE: u32 = 9;
const NAMESPACED: u32 = 10;
const PROPERTY: u32 = 11;
const SET_TEXT: u32 = 12;
const ASSET: u32 = 13;

/// How the document of an epoch begins: what only a parser can give it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Begin {
    /// Name, public and system identifier; empty without a doctype.
    pub doctype: Vec<String>,
    /// `document.compatMode`, when the page told it.
    pub mode: String,
}

/// Collects the changes of one frame.
#[derive(Debug, Default)]
pub struct Batch {
    /// Numbered changes and their operands.
    pub words: Vec<u32>,
    /// Lengths of the strings in UTF-16 units.
    pub lengths: Vec<u32>,
    /// The strings, joined.
    pub text: String,
    /// Set when the frame begins an epoch.
    pub begin: Option<Begin>,
    /// Assets that can be had now, each with its media type.
    pub ready: Vec<(AssetHash, Box<str>)>,
    /// Tags and attribute names of this batch: few, and said often.
    names: HashMap<Box<str>, u32>,
    doctype: Option<(NodeId, Vec<String>)>,
}

impl Batch {
    /// Whether the frame changed anything.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.begin.is_none()
    }

    /// Empties it for the next frame, and keeps its room.
    pub fn clear(&mut self) {
        self.words.clear();
        self.lengths.clear();
        self.text.clear();
        self.begin = None;
        self.ready.clear();
        self.names.clear();
        self.doctype = None;
    }

    fn string(&mut self, text: &str) -> u32 {
        let length = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
        self.text.push_str(text);
        // A frame is at most 8 MiB: neither number can be more than 32 bits.
        self.lengths.push(length as u32);
        self.lengths.len() as u32 - 1
    }

    fn maybe(&mut self, text: Option<&str>) -> u32 {
        text.map_or(0, |text| self.string(text) + 1)
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(&reference) = self.names.get(name) {
            return reference;
        }
        let reference = self.string(name);
        self.names.insert(name.into(), reference);
        reference
    }

    fn property(&mut self, id: NodeId, name: &str, value: Option<&str>) {
        if id == NodeId::DOCUMENT {
            if let (Some(begin), "mode") = (&mut self.begin, name) {
                begin.mode = value.unwrap_or_default().to_owned();
            }
            if let Some(number) = name.strip_prefix("asset:").and_then(|number| number.parse().ok()) {
                return self.asset(number, value.unwrap_or_default());
            }
        }
        let (name, value) = (self.name(name), self.maybe(value));
        self.words.extend([PROPERTY, id.to_wire(), name, value]);
    }

    fn asset(&mut self, number: u32, value: &str) {
        let AssetMeaning { state, mime, width, height } = AssetMeaning::parse(value);
        let (state, hash) = match state {
            AssetState::Pending => (0, String::new()),
            AssetState::Ready(hash) => {
                self.ready.push((hash, mime.into()));
                (1, hash.to_string())
            }
            AssetState::Failed => (2, String::new()),
        };
        let (hash, mime) = (self.string(&hash), self.name(mime));
        self.words.extend([ASSET, number, state, width, height, hash, mime]);
    }
}

impl Sink for Batch {
    fn reset(&mut self) {
        self.clear();
        self.begin = Some(Begin::default());
    }

    fn element(&mut self, id: NodeId, namespace: Namespace, tag: &str) {
        let tag = self.name(tag);
        self.words.extend([ELEMENT, id.to_wire(), namespace as u32, tag]);
    }

    fn text(&mut self, id: NodeId, kind: TextKind, data: &str) {
        let data = self.string(data);
        self.words.extend([TEXT, id.to_wire(), kind as u32, data]);
    }

    fn doctype(&mut self, id: NodeId, name: &str, public: &str, system: &str) {
        self.doctype = Some((id, vec![name.to_owned(), public.to_owned(), system.to_owned()]));
        let (name, public, system) = (self.string(name), self.string(public), self.string(system));
        self.words.extend([DOCTYPE, id.to_wire(), name, public, system]);
    }

    fn shadow(&mut self, id: NodeId, host: NodeId, mode: ShadowMode) {
        self.words.extend([SHADOW, id.to_wire(), host.to_wire(), u32::from(mode.0)]);
    }

    fn document(&mut self, id: NodeId, host: NodeId) {
        self.words.extend([DOCUMENT, id.to_wire(), host.to_wire()]);
    }

    fn insert(&mut self, id: NodeId, parent: NodeId, before: Option<NodeId>) {
        if let (Some(begin), NodeId::DOCUMENT) = (&mut self.begin, parent) {
            let doctype = self.doctype.take_if(|(doctype, _)| *doctype == id);
            begin.doctype = doctype.map_or(std::mem::take(&mut begin.doctype), |(_, texts)| texts);
        }
        self.words.extend([INSERT, id.to_wire(), parent.to_wire(), before.map_or(0, NodeId::to_wire)]);
    }

    fn detach(&mut self, id: NodeId) {
        self.words.extend([DETACH, id.to_wire()]);
    }

    fn remove(&mut self, id: NodeId) {
        self.words.extend([REMOVE, id.to_wire()]);
    }

    fn attribute(&mut self, id: NodeId, name: AttributeName<'_>, value: Option<&str>) {
        match name {
            AttributeName::Plain(name) => {
                let (name, value) = (self.name(name), self.maybe(value));
                self.words.extend([ATTRIBUTE, id.to_wire(), name, value]);
            }
            AttributeName::Namespaced { uri, name } => {
                let (uri, name, value) = (self.name(uri), self.name(name), self.maybe(value));
                self.words.extend([NAMESPACED, id.to_wire(), uri, name, value]);
            }
            AttributeName::Property(name) => self.property(id, name, value),
        }
    }

    fn set_text(&mut self, id: NodeId, data: &str) {
        let data = self.string(data);
        self.words.extend([SET_TEXT, id.to_wire(), data]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(raw: u32) -> NodeId {
        NodeId::from_wire(raw).expect("not zero")
    }

    #[test]
    fn names_are_said_once_and_lengths_are_those_of_javascript() {
        let mut batch = Batch::default();
        for number in 2..4 {
            batch.element(id(number), Namespace::Html, "p");
            batch.attribute(id(number), AttributeName::Plain("title"), Some("né 😀"));
        }
        assert_eq!(batch.text, "ptitlené 😀né 😀");
        assert_eq!(batch.lengths, [1, 5, 5, 5]);
        assert_eq!(batch.words, [1, 2, 0, 0, 9, 2, 1, 3, 1, 3, 0, 0, 9, 3, 1, 4]);
    }

    #[test]
    fn an_epoch_begins_with_the_doctype_of_the_main_document() {
        let mut batch = Batch::default();
        batch.set_text(id(9), "of the epoch before");
        batch.reset();
        batch.doctype(id(2), "html", "-//W3C//DTD HTML 3.2//EN", "");
        batch.insert(id(2), NodeId::DOCUMENT, None);
        batch.attribute(NodeId::DOCUMENT, AttributeName::Property("mode"), Some("BackCompat"));
        batch.document(id(3), id(7));
        batch.doctype(id(4), "html", "", "");
        batch.insert(id(4), id(3), None);
        let begin = batch.begin.clone().expect("an epoch began");
        assert_eq!(begin.doctype, ["html", "-//W3C//DTD HTML 3.2//EN", ""]);
        assert_eq!(begin.mode, "BackCompat");
        assert!(!batch.text.contains("before"));
    }

    #[test]
    fn an_asset_is_told_by_its_number() {
        let mut batch = Batch::default();
        let value = format!("ready {} image/png 4 2", "ab".repeat(32));
        batch.attribute(NodeId::DOCUMENT, AttributeName::Property("asset:3"), Some(&value));
        assert_eq!(batch.words, [13, 3, 1, 4, 2, 0, 1]);
        assert_eq!(batch.ready, [(AssetHash([0xab; 32]), "image/png".into())]);
    }
}
