//! The lists of conversations: what they show, and how they are narrowed.
use serde::{Deserialize, Serialize};

use super::Offer;
use crate::{ConversationName, Millis, message};

/// The lists of conversations (FEATURES QUE-01 to QUE-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Waiting for an agent, or offered to one: who waits longest first.
    #[default]
    Waiting,
    /// With the bot; the latest first, like all that follow.
    Bot,
    /// With this agent.
    Mine,
    /// With any agent.
    Active,
    /// Put aside.
    Paused,
    /// Messages left while nobody was there.
    Inbox,
    /// Over.
    History,
}

/// What a list shows. Empty narrows nothing; what is given holds all at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Which list.
    pub list: List,
    /// Of which sites, by their keys; empty for all that the agent may see.
    pub sites: Vec<String>,
    /// In which queues.
    pub queues: Vec<i64>,
    /// With one of these tags.
    pub tags: Vec<i64>,
    /// With one of these agents.
    pub agents: Vec<i64>,
    /// Only whose visitor is there now, or only whose is not.
    pub online: Option<bool>,
    /// Only those that are followed (the star).
    pub starred: bool,
    /// Words that stand in the thread, or in the visitor's name or e-mail.
    pub words: String,
    /// `wait`, `last` or `name`; empty for the list's own order.
    pub sort: String,
}

/// Gives `GET /v1/conversations`: rows, and where the list goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Rows {
    /// In order.
    pub rows: Vec<Row>,
    /// What to ask for next; `None` at the end.
    pub next: Option<String>,
    /// How many there are in all, where that is known.
    pub total: Option<u64>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Row {
    /// Which conversation.
    pub conv: ConversationName,
    /// Its version: an older row never replaces a newer one.
    pub ver: u64,
    /// On which site: its key.
    pub site: String,
    /// `bot`, `queued`, `offered`, `active`, `snoozed`, `offline_form`, `offline`, `closed`.
    pub stage: String,
    /// The visitor's name, or nothing.
    pub name: String,
    /// What stands for the name where there is none: [`figures`](super::figures).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub figures: String,
    /// The visitor's e-mail, or nothing.
    pub email: String,
    /// Whether the visitor is there.
    pub online: bool,
    /// In which queue.
    pub queue: i64,
    /// Whose it is, or was last.
    pub agent: Option<i64>,
    /// To whom it is offered, and until when.
    pub offer: Option<Offer>,
    /// The start of the last message.
    pub preview: String,
    /// Who wrote it.
    pub preview_from: message::From,
    /// How many files it has, where it has no words.
    #[serde(skip_serializing_if = "crate::is_zero")]
    pub preview_files: u64,
    /// The last number of the thread, and up to where this agent has read.
    pub seq: u64,
    /// Up to where this agent has read.
    pub read: u64,
    /// Since when it waits, while it waits.
    pub since: Option<Millis>,
    /// When it last changed.
    pub at: Millis,
    /// Until when it is put aside; nothing until the visitor writes.
    pub until: Option<Millis>,
    /// Its tags.
    pub tags: Vec<i64>,
    /// Whether it is followed.
    pub starred: bool,
    /// How many stars the visitor gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// Where a search found its words: the message, and the text around them.
    pub found: Option<Found>,
}

/// Where a search found its words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Found {
    /// The message.
    pub seq: u64,
    /// The text around the words.
    pub text: String,
    /// The words in it: from which to which character.
    pub at: Vec<(u32, u32)>,
}
