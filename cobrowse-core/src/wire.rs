//! What crosses the network: envelopes on two lanes, control messages inside them, and their bounds.
pub mod desk;
pub mod envelope;
pub mod limits;
pub mod message;

pub use envelope::{Channel, Envelope, EnvelopeError, PageKind, PointerKind};

/// The version of everything that follows the hello. Raised when bytes change their meaning, or may be met by a peer
/// that cannot read them.
pub const PROTOCOL_VERSION: u16 = 3;
/// The oldest version that is still served: what its peers say and read is the same, and less.
pub const OLDEST_VERSION: u16 = 1;
/// The first version whose peers read the new tickets that the relay sends them.
pub const TICKETS_SINCE: u16 = 3;
