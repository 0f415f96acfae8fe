//! What can be wrong with what arrived.
use cobrowse_core::{dom, wire};
use thiserror::Error;

/// Why a frame was not applied. Nothing of it is shown.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// The page's frame does not decode, or does not fit what is there; a keyframe was asked for.
    #[error(transparent)]
    Page(#[from] dom::ReplayError),
    /// The frame of an asset is not one.
    #[error(transparent)]
    Asset(#[from] AssetError),
}

/// Why the bytes of an asset's frame are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AssetError {
    /// They end inside the hash, the kind, or its length.
    #[error("an asset's frame ended early")]
    Short,
    /// The kind is no text.
    #[error("an asset's kind is no UTF-8")]
    Kind,
}

/// Why the bytes of a pointer's frame are none.
#[derive(Debug, Error)]
pub enum PointerError {
    /// They do not decode.
    #[error(transparent)]
    Message(#[from] wire::message::MessageError),
    /// A coordinate is no finite number.
    #[error("a pointer's position is not finite")]
    Position,
    /// Agents' pointers are not shown to agents.
    #[error("an agent's pointer went the wrong way")]
    Direction,
}
