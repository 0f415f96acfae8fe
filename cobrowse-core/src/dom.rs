//! A page as a tree of numbered nodes: what capture gathered becomes frames, and frames become a page.
use crate::id::Epoch;

mod columns;
mod deflate;
mod encode;
pub mod gather;
mod hash;
mod mirror;
mod names;
mod node;
pub mod policy;
mod replica;
mod strings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod write;

pub use encode::{Differences, Recorder};
pub use gather::{Assets, GatherBatch, GatherError, NoAssets};
pub use node::{AttributeName, Kind, Namespace, ShadowMode, TextKind};
pub use replica::{Applied, ReplayError, Replica, Sink};

pub use crate::wire::envelope::PageKind;

/// One frame of the page channel, ready to be put into an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFrame {
    /// What the payload is.
    pub kind: PageKind,
    /// The keyframe it counts from.
    pub epoch: Epoch,
    /// The bytes.
    pub payload: Vec<u8>,
}
