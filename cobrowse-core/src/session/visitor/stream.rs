//! Whether what capture sends continues what the relay has.
use crate::{id::Epoch, session::link::Link, wire::PageKind};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Each frame follows the one before.
    Whole,
    /// Frames are missing: only a keyframe helps, and nobody has asked for one.
    Broken,
    /// Capture knows.
    KeyframeAsked,
}

impl Stream {
    /// Sends a frame that continues the stream, or drops it.
    pub(super) fn send(
        self,
        link: Option<&mut Link>,
        kind: PageKind,
        epoch: Epoch,
        payload: Vec<u8>,
    ) -> Self {
        let Some(link) = link else { return Self::Broken };
        if self != Self::Whole && kind != PageKind::Keyframe {
            return self;
        }
        match link.send_page(kind, epoch, payload.into()) {
            Ok(()) => Self::Whole,
            Err(_) => Self::Broken,
        }
    }
}
