//! What comes out of a link, and why it breaks.
use thiserror::Error;

use crate::{
    id::{Epoch, Seq},
    wire::{Channel, EnvelopeError},
};

/// A whole frame of a reliable channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The stream.
    pub channel: Channel,
    /// The kind within it.
    pub kind: u8,
    /// The keyframe that it belongs to.
    pub epoch: Epoch,
    /// The bytes.
    pub payload: Vec<u8>,
    /// The number of its last piece.
    pub last: Seq,
}

/// Why the link cannot go on. Both sides begin a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LinkError {
    /// No envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A kind that this version does not know.
    #[error("unknown kind {1} on channel {0:?}")]
    UnknownKind(Channel, u8),
    /// Bytes after a signal.
    #[error("{0} stray bytes after a signal")]
    Trailing(usize),
    /// More is missing than a window holds.
    #[error("piece {seq:?} on channel {channel:?} is too far ahead of {last:?}")]
    TooFarAhead {
        /// The stream.
        channel: Channel,
        /// The piece.
        seq: Seq,
        /// The last one in order.
        last: Seq,
    },
    /// Pieces of different frames were joined.
    #[error("a frame on channel {0:?} goes on as another kind")]
    Mixed(Channel),
    /// The joined pieces are too long.
    #[error("a frame on channel {0:?} is too long")]
    FrameTooLong(Channel),
    /// A pointer value is too long.
    #[error("a pointer of {0} bytes is too long")]
    PointerTooLong(usize),
    /// The peer acknowledges what was never sent.
    #[error("piece {seq:?} on channel {channel:?} is acknowledged and was never sent")]
    AckOfUnsent {
        /// The stream.
        channel: Channel,
        /// The piece.
        seq: Seq,
    },
    /// The peer sends faster than its window allows.
    #[error("more frames than the window allows")]
    Flooded,
    /// The peer has taken nothing for too long.
    #[error("too much waits on channel {0:?}")]
    Overflow(Channel),
}

/// How soon a control message must be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// On one lane.
    Normal,
    /// On both lanes at once: a revoke.
    BothLanes,
}
