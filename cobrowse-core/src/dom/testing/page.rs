//! A page that can be edited as scripts edit one, and that notes which of its nodes were touched, as mutation
//! observers do.
use std::collections::{BTreeMap, BTreeSet};

use super::Random;

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The page's document, or a frame's.
    Document,
    /// A doctype by its name.
    Doctype(String),
    /// A shadow root.
    Shadow,
    /// An element: namespace bits and tag.
    Element(u32, String),
    /// A text.
    Text(String),
    /// A comment.
    Comment(String),
}

/// One node, connected or not.
#[derive(Debug, Clone)]
pub struct PageNode {
    /// What it is.
    pub fact: Fact,
    /// Attributes and properties by their one-string names.
    pub attributes: BTreeMap<String, String>,
    /// Redaction flags as the page's JavaScript would read them.
    pub flags: u8,
    /// Its parent, or its host.
    pub parent: Option<usize>,
    /// Its children in order.
    pub children: Vec<usize>,
    /// Its shadow root or content document.
    pub content: Option<usize>,
}

/// The page. Nodes are indices and stay for ever.
#[derive(Debug, Clone)]
pub struct Page {
    /// All nodes; the first is the document.
    pub nodes: Vec<PageNode>,
    /// Nodes that were added, moved or taken out.
    pub touched: BTreeSet<usize>,
    /// Attributes that were set or removed.
    pub attributes: BTreeSet<(usize, String)>,
    /// Texts that were changed.
    pub texts: BTreeSet<usize>,
}

const TAGS: &[&str] = &["div", "p", "span", "li", "section", "b"];
const NAMES: &[&str] = &["class", "id", "title", "data-a", "role", " scroll"];
const VALUES: &[&str] = &["one", "two three", "", "é€😀", "a considerably longer value that is said again"];

impl Page {
    /// An empty document.
    pub fn new() -> Self {
        let mut page = Self {
            nodes: Vec::new(),
            touched: BTreeSet::new(),
            attributes: BTreeSet::new(),
            texts: BTreeSet::new(),
        };
        page.create(Fact::Document);
        page
    }

    /// A random page of about `size` nodes.
    pub fn random(random: &mut Random, size: usize) -> Self {
        let mut page = Self::new();
        let doctype = page.create(Fact::Doctype("html".to_owned()));
        page.insert(doctype, 0, 0);
        let root = page.create(Fact::Element(0, "html".to_owned()));
        page.insert(root, 0, 1);
        while page.nodes.len() < size {
            page.add(random);
        }
        page.forget_touched();
        page
    }

    /// What was touched so far needs no record.
    pub fn forget_touched(&mut self) {
        self.touched.clear();
        self.attributes.clear();
        self.texts.clear();
    }

    /// A new node without a place.
    pub fn create(&mut self, fact: Fact) -> usize {
        let blank = PageNode {
            fact,
            attributes: BTreeMap::new(),
            flags: 0,
            parent: None,
            children: Vec::new(),
            content: None,
        };
        self.nodes.push(blank);
        self.nodes.len() - 1
    }

    /// Puts a node without a place under `parent` at `index`.
    pub fn insert(&mut self, node: usize, parent: usize, index: usize) {
        self.nodes[node].parent = Some(parent);
        self.nodes[parent].children.insert(index, node);
        self.touched.insert(node);
    }

    /// Takes a node out of its place.
    pub fn remove(&mut self, node: usize) {
        if let Some(parent) = self.nodes[node].parent.take() {
            self.nodes[parent].children.retain(|child| *child != node);
            self.touched.insert(node);
        }
    }

    /// Gives an element a shadow root, or an iframe a new document in the place of the old.
    pub fn set_content(&mut self, host: usize, fact: Fact) -> usize {
        let root = self.create(fact);
        self.nodes[root].parent = Some(host);
        if let Some(old) = self.nodes[host].content.replace(root) {
            self.nodes[old].parent = None;
            self.touched.insert(old);
        }
        self.touched.insert(root);
        root
    }

    /// Sets or removes an attribute.
    pub fn set_attribute(&mut self, node: usize, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.nodes[node].attributes.insert(name.to_owned(), value.to_owned()),
            None => self.nodes[node].attributes.remove(name),
        };
        self.attributes.insert((node, name.to_owned()));
    }

    /// Sets the flags that the page's rules give a node now.
    pub fn set_flags(&mut self, node: usize, flags: u8) {
        self.nodes[node].flags = flags;
        self.attributes.insert((node, " flags".to_owned()));
    }

    /// Sets the data of a text or comment.
    pub fn set_text(&mut self, node: usize, data: &str) {
        let (Fact::Text(old) | Fact::Comment(old)) = &mut self.nodes[node].fact else { return };
        data.clone_into(old);
        self.texts.insert(node);
    }

    /// Whether a node is in the page.
    pub fn is_connected(&self, node: usize) -> bool {
        node == 0 || self.nodes[node].parent.is_some_and(|parent| self.is_connected(parent))
    }

    /// Whether `node` is `above` or below it.
    pub fn is_inside(&self, node: usize, above: usize) -> bool {
        node == above || self.nodes[node].parent.is_some_and(|parent| self.is_inside(parent, above))
    }

    /// One random edit.
    pub fn edit(&mut self, random: &mut Random) {
        match random.below(12) {
            0..=2 => self.add(random),
            3..=5 => self.relocate(random),
            6 => self.take_out(random),
            7 | 8 => self.change_attribute(random),
            9 | 10 => self.change_text(random),
            _ => self.change_flags(random),
        }
    }

    fn holders(&self) -> Vec<usize> {
        let holds = |node: &PageNode| match &node.fact {
            Fact::Element(_, tag) => tag != "iframe",
            Fact::Shadow => true,
            Fact::Document | Fact::Doctype(_) | Fact::Text(_) | Fact::Comment(_) => false,
        };
        (0..self.nodes.len()).filter(|&node| holds(&self.nodes[node])).collect()
    }

    fn add(&mut self, random: &mut Random) {
        let holders = self.holders();
        let parent = random.pick(&holders);
        let index = random.below(self.nodes[parent].children.len() + 1);
        let node = match random.below(10) {
            0..=3 => self.create(Fact::Text(random.pick(VALUES).to_string())),
            4 => self.create(Fact::Comment(random.pick(VALUES).to_string())),
            5 => return self.add_content(random, parent),
            6 => self.create(Fact::Element(1, "svg".to_owned())),
            _ => self.create(Fact::Element(0, random.pick(TAGS).to_string())),
        };
        self.insert(node, parent, index);
        if matches!(self.nodes[node].fact, Fact::Element(..)) && random.one_in(2) {
            self.nodes[node]
                .attributes
                .insert(random.pick(NAMES).to_string(), random.pick(VALUES).to_string());
        }
    }

    fn add_content(&mut self, random: &mut Random, parent: usize) {
        let is_host =
            matches!(&self.nodes[parent].fact, Fact::Element(0, _)) && self.nodes[parent].content.is_none();
        if is_host && random.one_in(2) {
            self.set_content(parent, Fact::Shadow);
            return;
        }
        let frame = self.create(Fact::Element(0, "iframe".to_owned()));
        self.insert(frame, parent, 0);
        let document = self.set_content(frame, Fact::Document);
        let root = self.create(Fact::Element(0, "html".to_owned()));
        self.insert(root, document, 0);
    }

    fn movable(&self, random: &mut Random) -> Option<usize> {
        let node = random.below(self.nodes.len());
        let is_movable = match &self.nodes[node].fact {
            Fact::Element(_, tag) => tag != "html",
            Fact::Text(_) | Fact::Comment(_) => true,
            Fact::Document | Fact::Doctype(_) | Fact::Shadow => false,
        };
        is_movable.then_some(node)
    }

    fn relocate(&mut self, random: &mut Random) {
        let Some(node) = self.movable(random) else { return };
        let parent = random.pick(&self.holders());
        if self.is_inside(parent, node) {
            return;
        }
        self.remove(node);
        let index = random.below(self.nodes[parent].children.len() + 1);
        self.insert(node, parent, index);
    }

    fn take_out(&mut self, random: &mut Random) {
        if let Some(node) = self.movable(random) {
            self.remove(node);
        }
    }

    fn change_attribute(&mut self, random: &mut Random) {
        let node = random.below(self.nodes.len());
        if matches!(self.nodes[node].fact, Fact::Element(..)) {
            let value = (!random.one_in(4)).then(|| random.pick(VALUES));
            self.set_attribute(node, random.pick(NAMES), value);
        }
    }

    fn change_text(&mut self, random: &mut Random) {
        let node = random.below(self.nodes.len());
        self.set_text(node, random.pick(VALUES));
    }

    fn change_flags(&mut self, random: &mut Random) {
        let node = random.below(self.nodes.len());
        if matches!(&self.nodes[node].fact, Fact::Element(_, tag) if tag != "html") && random.one_in(4) {
            let flags = random.pick(&[0, 0, 1, 4, 16]);
            self.set_flags(node, flags);
        }
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::new()
    }
}
