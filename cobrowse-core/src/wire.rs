//! What crosses the network: envelopes on two lanes, control messages inside them, and their bounds.
pub mod desk;
pub mod envelope;
pub mod limits;
pub mod message;

pub use envelope::{Channel, Envelope, EnvelopeError, PageKind, PointerKind};

/// The version of everything that follows the hello. Raised when bytes change their meaning.
pub const PROTOCOL_VERSION: u16 = 1;
