//! Gathers a test page: the algorithm that the page's JavaScript follows, in its simplest form.
use std::collections::{BTreeMap, BTreeSet};

use super::{Batch, BatchBuilder, Fact, Page};
use crate::{
    dom::{GatherError, NoAssets, PageFrame, Recorder, gather::word},
    id::{Epoch, NodeId},
    redaction::Policy,
};

/// A recorder with the table of nodes beside it.
pub struct Capture {
    /// The recorder.
    pub recorder: Recorder,
    ids: BTreeMap<usize, u32>,
    nodes: Vec<Option<usize>>,
    builder: BatchBuilder,
}

impl Capture {
    /// A capture of nothing yet.
    pub fn new(policy: Policy) -> Self {
        Self {
            recorder: Recorder::new(policy),
            ids: BTreeMap::new(),
            nodes: Vec::new(),
            builder: BatchBuilder::default(),
        }
    }

    /// The id of a node.
    pub fn id(&self, node: usize) -> Option<u32> {
        self.ids.get(&node).copied()
    }

    /// The frames of a keyframe: the whole page, walked at once.
    ///
    /// # Errors
    /// What the recorder says.
    pub fn keyframe(&mut self, page: &mut Page, epoch: Epoch) -> Result<Vec<PageFrame>, GatherError> {
        self.recorder.begin_epoch(epoch);
        page.forget_touched();
        self.walk_all(page);
        let mut frames = self.record(page)?;
        frames.extend(self.settle(page)?);
        frames.push(self.recorder.end_keyframe());
        Ok(frames)
    }

    /// The frames of what was touched since the last; several when redaction changed its mind.
    ///
    /// # Errors
    /// What the recorder says.
    pub fn flush(&mut self, page: &mut Page) -> Result<Vec<PageFrame>, GatherError> {
        self.gather(page);
        let mut frames = self.record(page)?;
        frames.extend(self.settle(page)?);
        Ok(frames)
    }

    fn settle(&mut self, page: &mut Page) -> Result<Vec<PageFrame>, GatherError> {
        let mut frames = Vec::new();
        while !page.touched.is_empty() {
            self.gather(page);
            frames.extend(self.record(page)?);
        }
        Ok(frames)
    }

    fn walk_all(&mut self, page: &Page) {
        self.ids = BTreeMap::from([(0, 1)]);
        self.nodes = vec![None, Some(0)];
        self.builder.words(&[0, 0, 1, 0]);
        for &child in &page.nodes[0].children {
            self.walk(page, child);
        }
        self.builder.words(&[word::END, 0, 0, 0]);
    }

    /// The words of the whole page, without recording them.
    pub fn keyframe_batch(&mut self, page: &Page) -> Batch {
        self.walk_all(page);
        self.builder.build()
    }

    /// The words of everything that was touched, without recording them.
    pub fn batch(&mut self, page: &mut Page) -> Batch {
        self.gather(page);
        self.builder.build()
    }

    fn record(&mut self, page: &mut Page) -> Result<Vec<PageFrame>, GatherError> {
        let batch = self.builder.build();
        let frame = self.recorder.record(&batch.as_gather(), &mut NoAssets)?;
        for stale in self.recorder.stale() {
            page.touched.extend(self.nodes[stale.to_wire() as usize]);
        }
        for retired in self.recorder.retired() {
            if let Some(node) = self.nodes[retired.to_wire() as usize].take() {
                self.ids.remove(&node);
            }
        }
        Ok(frame.into_iter().collect())
    }

    fn gather(&mut self, page: &mut Page) {
        let touched = std::mem::take(&mut page.touched);
        let known = |node: &usize| self.ids.get(node).copied();
        let (inside, outside): (BTreeSet<usize>, BTreeSet<usize>) =
            touched.into_iter().partition(|&node| page.is_connected(node));
        let is_root = |node: &usize| matches!(page.nodes[*node].fact, Fact::Document | Fact::Shadow);
        let moved: Vec<u32> = inside.iter().filter(|node| !is_root(node)).filter_map(known).collect();
        let gone: Vec<u32> = outside.iter().filter_map(known).collect();
        self.builder.list(&moved);
        self.builder.list(&gone);
        self.groups(page, inside);
        self.builder.words(&[0]);
        self.records(page);
    }

    /// Each run of touched siblings whose parent is known, once, from its first.
    fn groups(&mut self, page: &Page, mut touched: BTreeSet<usize>) {
        let base = self.nodes.len();
        while let Some(&node) = touched.first() {
            touched.remove(&node);
            let parent = page.nodes[node].parent.unwrap_or(0);
            let parent_id = self.ids.get(&parent).copied().filter(|id| (*id as usize) < base);
            let is_new = self.ids.get(&node).is_none_or(|id| (*id as usize) < base);
            let (Some(parent_id), true) = (parent_id, is_new) else { continue };
            if page.nodes[parent].content == Some(node) {
                if !self.ids.contains_key(&node) {
                    self.builder.words(&[parent_id, 0]);
                    self.walk(page, node);
                    self.builder.words(&[word::END]);
                }
                continue;
            }
            touched.insert(node);
            self.run(page, parent, node, &mut touched);
        }
    }

    fn run(&mut self, page: &Page, parent: usize, node: usize, touched: &mut BTreeSet<usize>) {
        let children = &page.nodes[parent].children;
        let at = children.iter().position(|child| *child == node).unwrap_or(0);
        let first = children[..at].iter().rposition(|child| !touched.contains(child)).map_or(0, |at| at + 1);
        let prev = first.checked_sub(1).and_then(|at| self.id(children[at])).unwrap_or(0);
        self.builder.words(&[self.id(parent).unwrap_or(0), prev]);
        for &child in children[first..].iter().take_while(|child| touched.contains(child)) {
            self.walk(page, child);
        }
        for child in &children[first..] {
            if !touched.remove(child) {
                break;
            }
        }
        self.builder.words(&[word::END]);
    }

    fn walk(&mut self, page: &Page, node: usize) {
        if let Some(id) = self.id(node) {
            return self.builder.words(&[word::KNOWN | id << 4]);
        }
        self.ids.insert(node, self.nodes.len() as u32);
        self.nodes.push(Some(node));
        let it = &page.nodes[node];
        let opens = match &it.fact {
            Fact::Text(data) => return self.builder.text(word::TEXT, data),
            Fact::Comment(data) => return self.builder.text(word::COMMENT, data),
            Fact::Doctype(name) => {
                self.builder.text(word::DOCTYPE, name);
                let empty = self.builder.string("");
                return self.builder.words(&[empty, empty]);
            }
            Fact::Shadow => {
                self.builder.words(&[word::SHADOW]);
                true
            }
            Fact::Document => {
                self.builder.words(&[word::DOCUMENT]);
                true
            }
            Fact::Element(namespace, tag) => {
                let opens = it.content.is_some() || !it.children.is_empty();
                let open = if opens { word::OPEN } else { 0 };
                let head = namespace << 4 | open | u32::from(it.flags) << word::FLAGS_SHIFT;
                let attributes: Vec<_> = it.attributes.clone().into_iter().collect();
                self.builder.element(head, tag, &attributes);
                opens
            }
        };
        if opens {
            for child in it.content.iter().chain(&it.children) {
                self.walk(page, *child);
            }
            self.builder.words(&[word::END]);
        }
    }

    fn records(&mut self, page: &mut Page) {
        for (node, name) in std::mem::take(&mut page.attributes) {
            let Some(id) = self.id(node).filter(|_| page.is_connected(node)) else { continue };
            let flags = page.nodes[node].flags.to_string();
            let value = if name == " flags" { Some(&flags) } else { page.nodes[node].attributes.get(&name) };
            let value = value.map_or(0, |value| self.builder.string(value) + 1);
            let name = self.builder.name(&name);
            self.builder.words(&[id, name, value]);
        }
        self.builder.words(&[0]);
        for node in std::mem::take(&mut page.texts) {
            let (Fact::Text(data) | Fact::Comment(data)) = &page.nodes[node].fact else { continue };
            let Some(id) = self.id(node).filter(|_| page.is_connected(node)) else { continue };
            let data = self.builder.string(data);
            self.builder.words(&[id, data]);
        }
        self.builder.words(&[0]);
    }

    /// The words that compare every node of the page with the mirror.
    pub fn comparison(&mut self, page: &Page) -> Batch {
        for (node, id) in self.ids.clone() {
            if node != 0 && page.is_connected(node) {
                self.compare_one(page, node, id);
            }
        }
        self.builder.words(&[0]);
        self.builder.build()
    }

    fn compare_one(&mut self, page: &Page, node: usize, id: u32) {
        let it = &page.nodes[node];
        let parent = it.parent.unwrap_or(0);
        let children = &page.nodes[parent].children;
        let at = children.iter().position(|child| *child == node).unwrap_or(0);
        let prev = at.checked_sub(1).and_then(|at| self.id(children[at])).unwrap_or(0);
        self.builder.words(&[id, self.id(parent).unwrap_or(0), prev]);
        match &it.fact {
            Fact::Text(data) => self.builder.text(word::TEXT, data),
            Fact::Comment(data) => self.builder.text(word::COMMENT, data),
            Fact::Doctype(name) => {
                self.builder.text(word::DOCTYPE, name);
                let empty = self.builder.string("");
                self.builder.words(&[empty, empty]);
            }
            Fact::Shadow => self.builder.words(&[word::SHADOW]),
            Fact::Document => self.builder.words(&[word::DOCUMENT]),
            Fact::Element(namespace, tag) => {
                let attributes: Vec<_> = it.attributes.clone().into_iter().collect();
                let head = namespace << 4 | u32::from(it.flags) << word::FLAGS_SHIFT;
                self.builder.element(head, tag, &attributes);
            }
        }
    }

    /// The verdict of a node.
    pub fn verdict(&self, node: usize) -> crate::redaction::Verdict {
        let id = self.id(node).and_then(NodeId::from_wire).unwrap_or(NodeId::DOCUMENT);
        self.recorder.verdict(id)
    }
}
