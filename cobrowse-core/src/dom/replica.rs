//! The replica: frames in, calls to a sink out.
use thiserror::Error;

use super::{
    AttributeName, Namespace, PageKind, ShadowMode, TextKind,
    columns::{Reader, number},
    deflate::{InflateFailed, Inflater},
    mirror::Mirror,
    policy,
    strings::{Dictionary, Shapes},
};
use crate::{
    id::{Epoch, NodeId},
    wire::limits::MAX_FRAME,
};

mod apply;
mod stream;

use apply::Apply;

/// Where a replica's page is built. Ids are dense and never reused within an epoch: a table serves.
///
/// Nodes come in preorder. A new element's attributes are told after [`Self::element`] and before its
/// [`Self::insert`], its children after. All tags and values are past [`super::policy`].
pub trait Sink {
    /// A new epoch: everything goes; [`NodeId::DOCUMENT`] is there and empty.
    fn reset(&mut self);
    /// A new element, to be created and not yet inserted.
    fn element(&mut self, id: NodeId, namespace: Namespace, tag: &str);
    /// A new text, comment or CDATA section.
    fn text(&mut self, id: NodeId, kind: TextKind, data: &str);
    /// A new doctype.
    fn doctype(&mut self, id: NodeId, name: &str, public: &str, system: &str);
    /// A new shadow root on `host`.
    fn shadow(&mut self, id: NodeId, host: NodeId, mode: ShadowMode);
    /// A new content document of the iframe `host`.
    fn document(&mut self, id: NodeId, host: NodeId);
    /// A node that has no place goes under `parent`, before the sibling or last.
    fn insert(&mut self, id: NodeId, parent: NodeId, before: Option<NodeId>);
    /// A node leaves its place; an [`Self::insert`] or a [`Self::remove`] of it follows in the same frame.
    fn detach(&mut self, id: NodeId);
    /// A node and all below it are over. Its place, if it has one, is free.
    fn remove(&mut self, id: NodeId);
    /// Told for each node of a removed subtree, its root first, after [`Self::remove`]: its id is never used
    /// again.
    fn forget(&mut self, id: NodeId) {
        let _ = id;
    }
    /// An attribute or property has this value, or is there no more.
    fn attribute(&mut self, id: NodeId, name: AttributeName<'_>, value: Option<&str>);
    /// A text, comment or CDATA section has these data.
    fn set_text(&mut self, id: NodeId, data: &str);
}

/// What a frame did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The page changed.
    Changed,
    /// The page has been walked whole.
    KeyframeEnd {
        /// Whether the sender's hash is ours.
        equal: bool,
    },
    /// The sender told its hash.
    Check {
        /// Whether it is ours.
        equal: bool,
    },
}

/// Why a frame was refused. The replica then takes nothing but a keyframe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// Bytes ended early, or are left over.
    #[error("frame does not end where its {0} end")]
    Length(&'static str),
    /// The deflate stream is broken.
    #[error("frame does not inflate")]
    Inflate,
    /// A number, reference or string that means nothing here.
    #[error("frame holds a bad {0}")]
    Bad(&'static str),
    /// More than is allowed.
    #[error("frame holds too many {0}")]
    TooMany(&'static str),
    /// The frame counts from another keyframe, or a frame before it is missing.
    #[error("frame does not follow the last one")]
    Sequence,
    /// An earlier frame was refused; a keyframe is needed.
    #[error("a keyframe is needed")]
    Poisoned,
}

/// What the replica notes about a node.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Note {
    role: policy::Role,
    /// The tag is one that can hold a content document.
    is_iframe: bool,
    /// A text whose data were set as those of a sheet.
    is_sheet: bool,
}

/// Keeps the mirror of a recorded page and tells a sink what each frame changes.
pub struct Replica {
    epoch: Option<Epoch>,
    mirror: Mirror<Note>,
    dictionary: Dictionary,
    shapes: Shapes,
    inflater: Inflater,
    body: Vec<u8>,
}

impl Default for Replica {
    fn default() -> Self {
        Self::new()
    }
}

impl Replica {
    /// An empty replica, which waits for a keyframe.
    pub fn new() -> Self {
        Self {
            epoch: None,
            mirror: Mirror::new(),
            dictionary: Dictionary::default(),
            shapes: Shapes::default(),
            inflater: Inflater::new(),
            body: Vec::new(),
        }
    }

    /// Applies one frame.
    ///
    /// # Errors
    /// [`ReplayError`] when the frame is not what a recorder writes. The sink may have been told a part of
    /// it: ask for a keyframe.
    pub fn apply(
        &mut self,
        kind: PageKind,
        epoch: Epoch,
        payload: &[u8],
        sink: &mut dyn Sink,
    ) -> Result<Applied, ReplayError> {
        let applied = self.try_apply(kind, epoch, payload, sink);
        if applied.is_err() {
            self.epoch = None;
        }
        applied
    }

    fn try_apply(
        &mut self,
        kind: PageKind,
        epoch: Epoch,
        payload: &[u8],
        sink: &mut dyn Sink,
    ) -> Result<Applied, ReplayError> {
        if MAX_FRAME < payload.len() {
            return Err(ReplayError::TooMany("bytes"));
        }
        match (kind, self.epoch) {
            (PageKind::Keyframe, _) => self.reset(epoch, sink),
            (PageKind::Asset, _) => return Err(ReplayError::Bad("kind")),
            (_, None) => return Err(ReplayError::Poisoned),
            (_, Some(ours)) if ours != epoch => return Err(ReplayError::Sequence),
            (PageKind::Delta | PageKind::KeyframeEnd | PageKind::Check, Some(_)) => {}
        }
        match kind {
            PageKind::KeyframeEnd => self.is_equal(payload).map(|equal| Applied::KeyframeEnd { equal }),
            PageKind::Check => self.is_equal(payload).map(|equal| Applied::Check { equal }),
            PageKind::Keyframe | PageKind::Delta | PageKind::Asset => {
                self.read(payload, sink).map(|()| Applied::Changed)
            }
        }
    }

    fn reset(&mut self, epoch: Epoch, sink: &mut dyn Sink) {
        self.epoch = Some(epoch);
        self.mirror.reset();
        self.dictionary.clear();
        self.shapes.clear();
        self.inflater = Inflater::new();
        sink.reset();
    }

    fn is_equal(&self, payload: &[u8]) -> Result<bool, ReplayError> {
        let hash = <[u8; 8]>::try_from(payload).map_err(|_| ReplayError::Length("hash"))?;
        Ok(u64::from_le_bytes(hash) == self.hash())
    }

    fn read(&mut self, payload: &[u8], sink: &mut dyn Sink) -> Result<(), ReplayError> {
        let (first, deflated) = number(payload, "first id")?;
        if first != self.mirror.next_id() {
            return Err(ReplayError::Sequence);
        }
        self.body.clear();
        self.inflater.read(deflated, &mut self.body).map_err(|failed| match failed {
            InflateFailed::Broken => ReplayError::Inflate,
            InflateFailed::TooLong => ReplayError::TooMany("inflated bytes"),
        })?;
        let reader = Reader::new(&self.body)?;
        let (mirror, dictionary, shapes) = (&mut self.mirror, &mut self.dictionary, &mut self.shapes);
        Apply { mirror, dictionary, shapes, reader, sink }.run()
    }

    /// The hash of the mirror.
    pub fn hash(&self) -> u64 {
        self.mirror.hash()
    }

    /// The epoch of the last keyframe; `None` before one, and after a frame was refused.
    pub fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// How many nodes the mirror holds.
    pub fn live(&self) -> usize {
        self.mirror.live()
    }
}
