//! The tree of numbered nodes that both ends keep: places, hashes, no texts.
use super::{hash, node::Kind};
use crate::wire::limits::MAX_IDS;

/// The document; made by [`Mirror::reset`].
pub(crate) const DOCUMENT: u32 = 1;

/// One node. Links are ids, 0 is none. `N` is what the owner notes about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<N> {
    pub parent: u32,
    pub prev: u32,
    pub next: u32,
    pub first: u32,
    pub last: u32,
    /// The shadow root or content document; it is not among the ordered children.
    pub content: u32,
    /// The head of its attributes' list, an index into the slab plus one.
    attributes: u32,
    pub attribute_count: u16,
    pub kind: Kind,
    pub alive: bool,
    /// What it is: kind, names and text, hashed.
    pub label: u64,
    pub note: N,
}

/// One attribute of one node, in a slab of all.
#[derive(Debug, Clone, Copy)]
struct Attribute {
    name: u64,
    value: u64,
    next: u32,
}

/// The tree. Methods expect ids that are [`Mirror::alive`]; those that do not exist are never touched.
#[derive(Debug)]
pub(crate) struct Mirror<N> {
    nodes: Vec<Node<N>>,
    attributes: Vec<Attribute>,
    free: u32,
    live: usize,
    detached: usize,
    hash: u64,
}

impl<N: Copy + Default> Mirror<N> {
    pub(crate) fn new() -> Self {
        let mut mirror =
            Self { nodes: Vec::new(), attributes: Vec::new(), free: 0, live: 0, detached: 0, hash: 0 };
        mirror.reset();
        mirror
    }

    /// Leaves nothing but an empty document.
    pub(crate) fn reset(&mut self) {
        self.nodes.clear();
        self.attributes.clear();
        (self.free, self.live, self.detached, self.hash) = (0, 1, 0, 0);
        self.nodes.push(Node { alive: false, ..blank(Kind::Document, 0, N::default()) });
        self.nodes.push(blank(Kind::Document, 0, N::default()));
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// How many living nodes, the document apart, have no place.
    pub(crate) fn detached(&self) -> usize {
        self.detached
    }

    pub(crate) fn next_id(&self) -> u32 {
        self.nodes.len() as u32
    }

    /// Whether the epoch has no id left.
    pub(crate) fn is_full(&self) -> bool {
        MAX_IDS <= self.nodes.len()
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Node<N>> {
        self.nodes.get(id as usize).filter(|node| node.alive)
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Node<N>> {
        self.nodes.get_mut(id as usize).filter(|node| node.alive)
    }

    fn at(&self, id: u32) -> &Node<N> {
        &self.nodes[id as usize]
    }

    fn at_mut(&mut self, id: u32) -> &mut Node<N> {
        &mut self.nodes[id as usize]
    }

    /// Whether a living node has no place under another.
    pub(crate) fn is_detached(&self, id: u32) -> bool {
        id != DOCUMENT && self.get(id).is_some_and(|node| node.parent == 0)
    }

    /// A new node without a place.
    pub(crate) fn push(&mut self, kind: Kind, label: u64, note: N) -> u32 {
        let id = self.next_id();
        self.nodes.push(blank(kind, label, note));
        self.live += 1;
        self.detached += 1;
        id
    }

    /// Ids that are used up by nodes that do not exist here.
    pub(crate) fn skip(&mut self, count: u32) {
        let dead = Node { alive: false, ..blank(Kind::Document, 0, N::default()) };
        self.nodes.resize(self.nodes.len() + count as usize, dead);
    }

    /// Places a detached node under `parent` after its child `prev` (0: first).
    pub(crate) fn link(&mut self, id: u32, parent: u32, prev: u32) {
        let next = if prev == 0 { self.at(parent).first } else { self.at(prev).next };
        {
            let node = self.at_mut(id);
            (node.parent, node.prev, node.next) = (parent, prev, next);
        }
        if prev == 0 {
            self.at_mut(parent).first = id;
        } else {
            self.at_mut(prev).next = id;
        }
        if next == 0 {
            self.at_mut(parent).last = id;
        } else {
            self.set_prev(next, id);
        }
        self.detached -= 1;
        self.count(id);
    }

    /// Places a detached node as the last child.
    pub(crate) fn append(&mut self, id: u32, parent: u32) {
        let prev = self.at(parent).last;
        self.link(id, parent, prev);
    }

    /// Makes a detached root the content of `host`, which has none.
    pub(crate) fn link_content(&mut self, id: u32, host: u32) {
        self.at_mut(id).parent = host;
        self.at_mut(host).content = id;
        self.detached -= 1;
        self.count(id);
    }

    /// Takes a placed node out of its place.
    pub(crate) fn unlink(&mut self, id: u32) {
        self.discount(id);
        let Node { parent, prev, next, .. } = *self.at(id);
        if self.at(parent).content == id {
            self.at_mut(parent).content = 0;
        } else {
            if prev == 0 {
                self.at_mut(parent).first = next;
            } else {
                self.at_mut(prev).next = next;
            }
            if next == 0 {
                self.at_mut(parent).last = prev;
            } else {
                self.set_prev(next, prev);
            }
        }
        let node = self.at_mut(id);
        (node.parent, node.prev, node.next) = (0, 0, 0);
        self.detached += 1;
    }

    /// Ends a detached node and all below it, each told to `ended`.
    pub(crate) fn kill(&mut self, id: u32, mut ended: impl FnMut(u32)) {
        let mut current = Some(id);
        self.detached -= 1;
        while let Some(dead) = current {
            current = self.following(dead, id);
            if dead != id {
                self.discount(dead);
            }
            self.forget_attributes(dead);
            // Its links stay: the walk still reads them.
            self.at_mut(dead).alive = false;
            self.live -= 1;
            ended(dead);
        }
    }

    /// The node after `id` in preorder within the subtree of `root`; contents come before children.
    pub(crate) fn following(&self, id: u32, root: u32) -> Option<u32> {
        self.step(id, root, &mut 0)
    }

    /// As [`Self::following`], counting levels down and up.
    fn step(&self, id: u32, root: u32, depth: &mut usize) -> Option<u32> {
        let node = self.at(id);
        let below = if node.content == 0 { node.first } else { node.content };
        if below != 0 {
            *depth += 1;
            return Some(below);
        }
        let mut current = id;
        while current != root && current != 0 {
            let node = self.at(current);
            let parent = self.at(node.parent);
            let next = if parent.content == current { parent.first } else { node.next };
            if next != 0 {
                return Some(next);
            }
            *depth = depth.saturating_sub(1);
            current = node.parent;
        }
        None
    }

    /// The topmost node above `id`, and how many are above it.
    pub(crate) fn root(&self, id: u32) -> (u32, usize) {
        let (mut root, mut depth) = (id, 0);
        while self.at(root).parent != 0 {
            root = self.at(root).parent;
            depth += 1;
        }
        (root, depth)
    }

    /// How many levels are below `id`, counted up to a little over `limit`.
    pub(crate) fn height(&self, id: u32, limit: usize) -> usize {
        let (mut depth, mut height) = (0, 0);
        let mut current = self.step(id, id, &mut depth);
        while let Some(below) = current {
            height = height.max(depth);
            if limit < height {
                break;
            }
            current = self.step(below, id, &mut depth);
        }
        height
    }

    /// Gives a node another label; `false` when it has it already.
    pub(crate) fn relabel(&mut self, id: u32, label: u64) -> bool {
        if self.at(id).label == label {
            return false;
        }
        let placed = self.at(id).parent != 0;
        if placed {
            self.discount(id);
        }
        self.at_mut(id).label = label;
        if placed {
            self.count(id);
        }
        true
    }

    /// Adds an attribute that the node does not have.
    pub(crate) fn add_attribute(&mut self, id: u32, name: u64, value: u64) {
        let entry = Attribute { name, value, next: self.at(id).attributes };
        let index = if self.free == 0 {
            self.attributes.push(entry);
            self.attributes.len() as u32
        } else {
            let index = self.free;
            self.free = self.entry(index).next;
            self.attributes[index as usize - 1] = entry;
            index
        };
        let node = self.at_mut(id);
        node.attributes = index;
        node.attribute_count = node.attribute_count.saturating_add(1);
        self.hash = self.hash.wrapping_add(hash::attribute(id, name, value));
    }

    /// Sets or removes an attribute; `false` when it is so already.
    pub(crate) fn set_attribute(&mut self, id: u32, name: u64, value: Option<u64>) -> bool {
        let (mut before, mut index) = (0, self.at(id).attributes);
        while index != 0 && self.entry(index).name != name {
            (before, index) = (index, self.entry(index).next);
        }
        match value {
            None if index == 0 => return false,
            None => self.remove_attribute(id, before, index),
            Some(value) if index == 0 => self.add_attribute(id, name, value),
            Some(value) if self.entry(index).value == value => return false,
            Some(value) => {
                let old = std::mem::replace(&mut self.attributes[index as usize - 1].value, value);
                self.hash = self
                    .hash
                    .wrapping_sub(hash::attribute(id, name, old))
                    .wrapping_add(hash::attribute(id, name, value));
            }
        }
        true
    }

    /// The names and values of a node's attributes, hashed.
    pub(crate) fn attributes(&self, id: u32) -> impl Iterator<Item = (u64, u64)> + '_ {
        let mut index = self.at(id).attributes;
        std::iter::from_fn(move || {
            let entry = (index != 0).then(|| self.entry(index))?;
            index = entry.next;
            Some((entry.name, entry.value))
        })
    }

    fn remove_attribute(&mut self, id: u32, before: u32, index: u32) {
        let Attribute { name, value, next } = self.entry(index);
        if before == 0 {
            self.at_mut(id).attributes = next;
        } else {
            self.attributes[before as usize - 1].next = next;
        }
        let node = self.at_mut(id);
        node.attribute_count = node.attribute_count.saturating_sub(1);
        self.attributes[index as usize - 1].next = self.free;
        self.free = index;
        self.hash = self.hash.wrapping_sub(hash::attribute(id, name, value));
    }

    fn forget_attributes(&mut self, id: u32) {
        while let index @ 1.. = self.at(id).attributes {
            self.remove_attribute(id, 0, index);
        }
    }

    fn entry(&self, index: u32) -> Attribute {
        self.attributes[index as usize - 1]
    }

    fn set_prev(&mut self, id: u32, prev: u32) {
        self.discount(id);
        self.at_mut(id).prev = prev;
        self.count(id);
    }

    fn count(&mut self, id: u32) {
        let node = self.at(id);
        self.hash = self.hash.wrapping_add(hash::node(node.label, id, node.parent, node.prev));
    }

    fn discount(&mut self, id: u32) {
        let node = self.at(id);
        self.hash = self.hash.wrapping_sub(hash::node(node.label, id, node.parent, node.prev));
    }
}

fn blank<N>(kind: Kind, label: u64, note: N) -> Node<N> {
    Node {
        parent: 0,
        prev: 0,
        next: 0,
        first: 0,
        last: 0,
        content: 0,
        attributes: 0,
        attribute_count: 0,
        kind,
        alive: true,
        label,
        note,
    }
}
