//! Finds the number of one element in a page that comes by the wire.
use anyhow::Result;
use cobrowse_core::{
    command::Anchor,
    dom::{AttributeName, Namespace, Replica, ShadowMode, Sink, TextKind},
    id::{Epoch, NodeId},
    wire::PageKind,
};

/// Looks for the element with an `id`.
pub struct Finder {
    replica: Replica,
    found: Found,
}

struct Found {
    wanted: &'static str,
    node: Option<NodeId>,
}

impl Finder {
    /// Will look for this `id`.
    pub fn new(wanted: &'static str) -> Self {
        Self { replica: Replica::new(), found: Found { wanted, node: None } }
    }

    /// Takes a frame of the page channel.
    ///
    /// # Errors
    /// When it is none that a recorder writes.
    pub fn take(&mut self, kind: PageKind, epoch: Epoch, payload: &[u8]) -> Result<()> {
        if kind != PageKind::Asset {
            self.replica.apply(kind, epoch, payload, &mut self.found)?;
        }
        Ok(())
    }

    /// The middle of the element, once it is there.
    pub fn middle(&self) -> Option<Anchor> {
        Some(Anchor { epoch: self.replica.epoch()?, node: self.found.node?, x: 0.5, y: 0.5 })
    }
}

impl Sink for Found {
    fn reset(&mut self) {
        self.node = None;
    }

    fn attribute(&mut self, id: NodeId, name: AttributeName<'_>, value: Option<&str>) {
        if name == AttributeName::parse("id") && value == Some(self.wanted) {
            self.node = Some(id);
        }
    }

    fn element(&mut self, _: NodeId, _: Namespace, _: &str) {}
    fn text(&mut self, _: NodeId, _: TextKind, _: &str) {}
    fn doctype(&mut self, _: NodeId, _: &str, _: &str, _: &str) {}
    fn shadow(&mut self, _: NodeId, _: NodeId, _: ShadowMode) {}
    fn document(&mut self, _: NodeId, _: NodeId) {}
    fn insert(&mut self, _: NodeId, _: NodeId, _: Option<NodeId>) {}
    fn detach(&mut self, _: NodeId) {}
    fn remove(&mut self, _: NodeId) {}
    fn set_text(&mut self, _: NodeId, _: &str) {}
}
