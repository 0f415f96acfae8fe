//! A sink that builds a plain tree and checks that it is told nothing impossible.
use std::{collections::BTreeMap, fmt::Write};

use crate::{
    dom::{AttributeName, Namespace, ShadowMode, Sink, TextKind},
    id::NodeId,
};

#[derive(Debug, Clone, Default)]
struct Entry {
    line: String,
    attributes: BTreeMap<String, String>,
    children: Vec<u32>,
    parent: Option<u32>,
    content: Option<u32>,
}

/// The tree. Panics when it is told what a browser could not do.
#[derive(Debug, Clone, Default)]
pub struct TreeSink {
    nodes: BTreeMap<u32, Entry>,
}

impl TreeSink {
    /// An empty document.
    pub fn new() -> Self {
        let mut sink = Self::default();
        sink.reset();
        sink
    }

    /// One node a line, children indented, attributes sorted, contents before children.
    pub fn outline(&self) -> String {
        let mut out = String::new();
        self.write(1, 0, &mut out);
        out
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether not even the document is there.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn write(&self, id: u32, depth: usize, out: &mut String) {
        let node = &self.nodes[&id];
        let _ = write!(out, "{:width$}{}", "", node.line, width = depth * 2);
        for (name, value) in &node.attributes {
            let _ = write!(out, " {name}={value:?}");
        }
        out.push('\n');
        for child in node.content.iter().chain(&node.children) {
            self.write(*child, depth + 1, out);
        }
    }

    fn add(&mut self, id: NodeId, line: String) {
        let old = self.nodes.insert(id.to_wire(), Entry { line, ..Entry::default() });
        assert!(old.is_none(), "node {id:?} is told twice");
    }

    fn node(&mut self, id: NodeId) -> &mut Entry {
        self.nodes.get_mut(&id.to_wire()).unwrap_or_else(|| panic!("no node {id:?}"))
    }

    fn give_content(&mut self, id: NodeId, host: NodeId) {
        let old = self.node(host).content.replace(id.to_wire());
        assert!(old.is_none(), "host {host:?} has content");
        self.node(id).parent = Some(host.to_wire());
    }

    fn unlink(&mut self, id: NodeId) -> bool {
        let Some(parent) = self.node(id).parent.take() else { return false };
        let parent = self.nodes.get_mut(&parent).unwrap_or_else(|| panic!("no parent of {id:?}"));
        parent.children.retain(|child| *child != id.to_wire());
        parent.content = parent.content.filter(|content| *content != id.to_wire());
        true
    }
}

impl Sink for TreeSink {
    fn reset(&mut self) {
        self.nodes.clear();
        self.add(NodeId::DOCUMENT, "#document".to_owned());
    }

    fn element(&mut self, id: NodeId, namespace: Namespace, tag: &str) {
        let prefix = ["", "svg:", "math:", "other:"][namespace as usize];
        self.add(id, format!("{prefix}{tag}"));
    }

    fn text(&mut self, id: NodeId, kind: TextKind, data: &str) {
        self.add(id, format!("{kind:?} {data:?}"));
    }

    fn doctype(&mut self, id: NodeId, name: &str, public: &str, system: &str) {
        self.add(id, format!("Doctype {name:?} {public:?} {system:?}"));
    }

    fn shadow(&mut self, id: NodeId, host: NodeId, mode: ShadowMode) {
        self.add(id, format!("#shadow {}", mode.0));
        self.give_content(id, host);
    }

    fn document(&mut self, id: NodeId, host: NodeId) {
        self.add(id, "#document".to_owned());
        self.give_content(id, host);
    }

    fn insert(&mut self, id: NodeId, parent: NodeId, before: Option<NodeId>) {
        assert!(self.node(id).parent.replace(parent.to_wire()).is_none(), "{id:?} has a place");
        let children = &mut self.node(parent).children;
        let at = before.map_or(children.len(), |before| {
            let at = children.iter().position(|child| *child == before.to_wire());
            at.unwrap_or_else(|| panic!("{before:?} is no child of {parent:?}"))
        });
        children.insert(at, id.to_wire());
    }

    fn detach(&mut self, id: NodeId) {
        assert!(self.unlink(id), "{id:?} has no place");
    }

    fn remove(&mut self, id: NodeId) {
        self.unlink(id);
    }

    fn forget(&mut self, id: NodeId) {
        let node = self.nodes.remove(&id.to_wire()).unwrap_or_else(|| panic!("no node {id:?}"));
        let is_below = node.parent.is_none_or(|parent| !self.nodes.contains_key(&parent));
        assert!(is_below, "{id:?} has a place yet");
    }

    fn attribute(&mut self, id: NodeId, name: AttributeName<'_>, value: Option<&str>) {
        let name = match name {
            AttributeName::Plain(name) => name.to_owned(),
            AttributeName::Namespaced { uri, name } => format!("{{{uri}}}{name}"),
            AttributeName::Property(name) => format!(".{name}"),
        };
        match value {
            Some(value) => self.node(id).attributes.insert(name, value.to_owned()),
            None => self.node(id).attributes.remove(&name),
        };
    }

    fn set_text(&mut self, id: NodeId, data: &str) {
        let node = self.node(id);
        let kind = node.line.split(' ').next().unwrap_or_default().to_owned();
        node.line = format!("{kind} {data:?}");
    }
}
