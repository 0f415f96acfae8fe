//! Identifiers that cannot be mixed up.
use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub i64);
    )+};
}

row_id! {
    /// The store's key of a site.
    SiteId,
    /// The store's key of a conversation. Never leaves the server: see [`PublicId`].
    ConversationId,
    /// The store's key of a visitor.
    VisitorId,
    /// The store's key of an agent.
    AgentId,
    /// The store's key of a queue.
    QueueId,
    /// The store's key of one choice that a bot offers.
    OptionId,
    /// The store's key of a tag.
    TagId,
    /// The store's key of a bot flow, whatever its version.
    FlowId,
    /// The store's key of an uploaded file.
    AttachmentId,
}

macro_rules! counter {
    ($($(#[$doc:meta])* $name:ident($inner:ty)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
        pub struct $name(pub $inner);

        impl $name {
            /// The one after this.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }
    )+};
}

counter! {
    /// Counts the transitions of a conversation; what a store compares and sets.
    Ver(u64),
    /// Numbers what the visitor may see of a conversation, from 1, without gaps.
    Seq(u64),
    /// Numbers what only agents may see, in a stream of its own, from 1, without gaps.
    AgentSeq(u64),
    /// Counts the offers of a conversation. An acceptance names the one that it accepts.
    OfferNo(u32),
    /// Counts how often a waiting conversation went round all agents, from 1.
    Round(u32),
}

/// Random numbers for names that nobody may guess; the shell's is cryptographic.
pub trait Random {
    /// The next 128 bits.
    fn bytes(&mut self) -> [u8; 16];
}

/// What the outside calls a conversation: random, 128 bits, never enumerable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicId([u8; 16]);

impl PublicId {
    /// Draws a new one.
    pub fn draw(random: &mut dyn Random) -> Self {
        Self(random.bytes())
    }

    /// Reads one back from the store.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, for storage.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// 32 lower-case hexadecimal digits: how it is written outside.
    pub fn to_name(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }

    /// Reads that back; nothing else is one.
    pub fn from_name(name: &str) -> Option<Self> {
        let is_name = name.len() == 32 && name.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        let bits = is_name.then(|| u128::from_str_radix(name, 16).ok()).flatten()?;
        Some(Self(bits.to_be_bytes()))
    }
}

/// Shows the first four digits only: a full id in a log is a way in.
impl fmt::Debug for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicId({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// The relay's name of one share of the visitor's page: rows about the same one are shown as one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ShareId(pub [u8; 16]);

/// Shows the first four digits only: a full id in a log is a way in.
impl fmt::Debug for ShareId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShareId({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// Names a message before it has a number. Unique within a conversation, so that a second sending of the same
/// message finds the first. Clients draw theirs; the system's are counted, and a client cannot name one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cid([u8; 16]);

impl Cid {
    /// One that a client drew, or `None` for what is reserved for the system (four zero bytes first).
    pub const fn from_client(bytes: [u8; 16]) -> Option<Self> {
        match bytes {
            [0, 0, 0, 0, ..] => None,
            _ => Some(Self(bytes)),
        }
    }

    /// The `index`th message that the system wrote in transition `ver`. The same again when a transaction is
    /// run again.
    pub fn of_system(ver: Ver, index: u32) -> Self {
        let mut bytes = [0; 16];
        bytes[4..12].copy_from_slice(&ver.0.to_be_bytes());
        bytes[12..].copy_from_slice(&index.to_be_bytes());
        Self(bytes)
    }

    /// Reads one back from the store.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, for storage.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}
