//! Three sans-IO machines: the visitor's page, the relay and the viewer, and the link that joins two of them.
//!
//! `handle_*` puts in what happened, `poll_*` takes out what is to be done; time comes in as a
//! [`Moment`](crate::id::Moment). After each `handle_*` or verb, drain `poll_transmit` and `poll_event`, and
//! call `handle_timeout` at `poll_timeout`.
mod connector;
pub mod handshake;
pub mod link;
pub mod relay;
#[cfg(test)]
mod tests;
pub mod viewer;
pub mod visitor;

pub use connector::CUT_BUDGET;
use thiserror::Error;

use crate::wire::{EnvelopeError, message::MessageError};

/// One way that bytes take between two peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// The WebSocket: first, always there, for everything big.
    WebSocket,
    /// The data channel `r`: ordered and reliable, for what is small and urgent.
    DataChannelReliable,
    /// The data channel `u`: unordered, no retransmission, for pointers.
    DataChannelUnreliable,
}

/// A source of random numbers; it must be a cryptographic one: ids of grants are drawn from it.
pub type Random = Box<dyn FnMut() -> u64>;

/// Why a peer's bytes were refused. The session has already cut the connection and will begin a new link.
#[derive(Debug, Error)]
pub enum SessionError {
    /// No envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// No message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// None of the handshake.
    #[error(transparent)]
    Handshake(#[from] handshake::HandshakeError),
    /// No frame of this link.
    #[error(transparent)]
    Link(#[from] link::LinkError),
    /// Not now: a frame before the welcome, or a second welcome.
    #[error("a frame that does not belong here")]
    OutOfPlace,
}
