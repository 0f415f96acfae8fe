//! What widgets, desks and the chat service say to each other: `chat.v1`.
//!
//! Over the WebSocket `/rt` each frame is one value of [`visitor::FromVisitor`], [`visitor::ToVisitor`],
//! [`desk::FromDesk`] or [`desk::ToDesk`]: as MessagePack with named fields under the subprotocol [`MSGPACK`], as
//! JSON text under [`JSON`]; a visitor's also over `/v1/stream`, where no WebSocket comes through. Over HTTP the bodies are
//! the types of [`visitor`] and [`desk`] too, as JSON.
//!
//! A field that is missing has its default and one that is not known is passed over, so that neighbouring
//! releases understand each other; kinds of messages are strings for the same reason: a kind that a reader does
//! not know is shown as a neutral line (FEATURES ERR-07).
//!
//! Names are strings: 32 lower-case hexadecimal digits of 128 random bits ([`is_name`]). What is typed in a field
//! or written by a person is text, and is shown as text.
#![forbid(unsafe_code)]

use serde::{Deserialize, Serialize};

pub mod admin;
pub mod desk;
mod form;
pub mod limits;
pub mod message;
pub mod visitor;

pub use form::{Form, Texts};

/// The subprotocol of MessagePack frames.
pub const MSGPACK: &str = "chat.v1.mp";
/// The subprotocol of JSON frames.
pub const JSON: &str = "chat.v1.json";

/// Names something that a client made, before it has a number: 32 hexadecimal digits. Asked twice under one
/// name, a thing is done once, and answered twice.
pub type Cid = String;
/// Names a conversation: 32 hexadecimal digits, unguessable.
pub type ConversationName = String;
/// Names a file: 32 hexadecimal digits, unguessable.
pub type FileName = String;
/// Milliseconds since 1970, by the server's clock.
pub type Millis = i64;

/// Whether a text is a name: 32 lower-case hexadecimal digits.
pub fn is_name(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

/// Why something was not done. `code` is stable: clients decide by it and find their words by it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Fault {
    /// For example `closed`, `offer_expired`, `taken`, `form`, `rate`, `retry`, `not_found`, `too_long`.
    pub code: String,
    /// After so many milliseconds it may work: for `retry` and `rate`. Everything else is for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<u32>,
    /// The fields that are wrong, with what is wrong: `empty`, `no_email`, `no_phone`, `too_long`, `unknown`.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub fields: Texts,
    /// Who has it, for `taken`: an agent's first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What is to be filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct FormField {
    /// Its name in a [`Form`].
    pub key: String,
    /// What stands beside it, in the reader's language.
    pub label: String,
    /// `text`, `email`, `phone` or `long` (several lines).
    pub kind: String,
    /// Whether it must be filled in.
    pub required: bool,
}

/// Where a client stands in a conversation. It means *applied by the client*.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Resume {
    /// In which conversation.
    pub conv: ConversationName,
    /// The last message of the thread that it has; 0 for none.
    pub seq: u64,
    /// The last record beside the thread; desks only.
    #[serde(skip_serializing_if = "is_zero")]
    pub aseq: u64,
    /// The last version of the conversation that it knows.
    pub ver: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) const fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[cfg(test)]
mod tests;
