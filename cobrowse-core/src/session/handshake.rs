//! The four messages before the link begins: challenge, hello, welcome, refused. Unsequenced, on the
//! WebSocket alone, [`Channel::Control`] with kinds 1 to 4.
use thiserror::Error;

use crate::{
    id::{Epoch, Seq},
    wire::{
        Channel, Envelope, EnvelopeError,
        limits::MAX_CONTROL,
        message::{self, Challenge, Hello, MessageError, Refusal, Welcome},
    },
};

/// The kind of sequenced control messages.
pub const CONTROL: u8 = 0;
const CHALLENGE: u8 = 1;
const HELLO: u8 = 2;
const WELCOME: u8 = 3;
const REFUSED: u8 = 4;

/// One of the four.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handshake {
    /// Server first.
    Challenge(Challenge),
    /// Then the peer.
    Hello(Hello),
    /// Then the server: the link begins.
    Welcome(Welcome),
    /// Or the server says no, and closes.
    Refused(Refusal),
}

/// Why bytes are none of the four.
#[derive(Debug, Error)]
pub enum HandshakeError {
    /// No envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// No message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// An envelope of the link.
    #[error("a frame of channel {0:?}, kind {1}, where a handshake was expected")]
    Unexpected(Channel, u8),
}

impl Handshake {
    /// The bytes for the WebSocket.
    ///
    /// # Errors
    /// When a ticket makes the message longer than [`MAX_CONTROL`].
    pub fn encode(&self) -> Result<Vec<u8>, MessageError> {
        let (kind, payload) = match self {
            Self::Challenge(it) => (CHALLENGE, message::encode(it)?),
            Self::Hello(it) => (HELLO, message::encode(it)?),
            Self::Welcome(it) => (WELCOME, message::encode(it)?),
            Self::Refused(it) => (REFUSED, message::encode(it)?),
        };
        let envelope =
            Envelope { channel: Channel::Control, kind, more: false, seq: Seq(0), epoch: Epoch(0), payload };
        Ok(envelope.encode())
    }

    /// Reads one of the four.
    ///
    /// # Errors
    /// [`HandshakeError`] when the bytes are no envelope, none of these kinds, or do not decode.
    pub fn decode(bytes: &[u8]) -> Result<Self, HandshakeError> {
        Self::of(&Envelope::decode(bytes, MAX_CONTROL + Envelope::MAX_HEADER)?)
    }

    /// Reads an envelope that was already decoded.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn of(envelope: &Envelope) -> Result<Self, HandshakeError> {
        if envelope.channel != Channel::Control {
            return Err(HandshakeError::Unexpected(envelope.channel, envelope.kind));
        }
        match envelope.kind {
            CHALLENGE => Ok(Self::Challenge(message::decode(&envelope.payload)?)),
            HELLO => Ok(Self::Hello(message::decode(&envelope.payload)?)),
            WELCOME => Ok(Self::Welcome(message::decode(&envelope.payload)?)),
            REFUSED => Ok(Self::Refused(message::decode(&envelope.payload)?)),
            kind => Err(HandshakeError::Unexpected(envelope.channel, kind)),
        }
    }

    /// Whether these bytes belong to the handshake and not to the link.
    pub fn owns(envelope: &Envelope) -> bool {
        envelope.channel == Channel::Control && (CHALLENGE..=REFUSED).contains(&envelope.kind)
    }
}

/// Whether trying again with the same ticket is of no use.
pub(super) const fn refused_for_good(refusal: Refusal) -> bool {
    match refusal {
        Refusal::RateLimited | Refusal::Internal => false,
        Refusal::UnknownSite
        | Refusal::WrongOrigin
        | Refusal::TicketExpired
        | Refusal::TicketInvalid
        | Refusal::TicketInUse
        | Refusal::ProofInvalid
        | Refusal::VersionUnsupported
        | Refusal::Fenced
        | Refusal::ConsentRequired
        | Refusal::Malformed
        | Refusal::TooLarge
        | Refusal::SessionEnded => true,
    }
}
