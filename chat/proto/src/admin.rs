//! Administration over HTTP: `/v1/admin/sites/{key}/…`, for managers and admins of the site. What is wrong is told
//! by [`Fault::fields`](crate::Fault::fields): a path into the body, such as `members.2.agent`, and a code.
//!
//! Every change holds from its answer on: the next conversation, the open widgets, the open desks.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Millis;

/// A text in the languages that it was written in, by their tags (`fr`, `zh-hant`).
pub type Texts = BTreeMap<String, String>;

/// `GET`, `PUT …/general`: what is not elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct General {
    /// The language of the site's own texts where the visitor's is missing.
    pub lang: String,
    /// What stands above the form.
    pub greeting: Texts,
    /// The bot's name.
    pub bot_name: String,
    /// The accent colour, `#rrggbb`; empty for the usual one.
    pub colour: String,
    /// What a conversation begins with: `bot` or `queue`.
    pub entry: String,
    /// The queue of conversations that begin without a bot, and of those that have no other.
    pub queue: i64,
    /// Whether every page tells that it is there, even before a conversation.
    pub presence: bool,
    /// Query keys that stay in the addresses of visitors' pages.
    pub query_keys: Vec<String>,
    /// Whether agents must tag what they close.
    pub tag_required: bool,
    /// Whether closed conversations may be opened again.
    pub reopening: bool,
    /// What stops the time that an agent has: `accept` or `answer`.
    pub offer_stops_on: String,
    /// An agent who is gone for so many seconds loses their conversations.
    pub agent_gone_s: u32,
    /// A visitor who is gone for so many seconds without an answer ends the conversation; nothing for never.
    pub idle_close_s: Option<u32>,
    /// Largest file, bytes.
    pub max_file_bytes: u64,
    /// Endings of file names, and types, that are refused.
    pub refused_files: Vec<String>,
}

/// `GET`, `POST …/queues`; `PUT`, `DELETE …/queues/{id}?to=`, where those who wait go to the queue `to`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Queue {
    /// Its number; 0 before it has one.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// `least_loaded`, `round_robin` or `manual` (agents take).
    pub strategy: String,
    /// Whether the agent who had a visitor last is asked first.
    pub sticky: bool,
    /// Seconds that an agent has for the first answer.
    pub first_answer_s: u32,
    /// Seconds that a visitor waits in all.
    pub accept_timeout_s: u32,
    /// Where a conversation goes that has waited for long.
    pub overflow: Option<Overflow>,
    /// When it is open, where that is not whenever the site is.
    pub hours: Option<Week>,
    /// Who serves it.
    pub members: Vec<Member>,
}

/// Where a conversation goes that has waited for long.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Overflow {
    /// To which queue.
    pub queue: i64,
    /// After how many seconds.
    pub after_s: u32,
}

/// Somebody who serves a queue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Member {
    /// Who.
    pub agent: i64,
    /// Higher is asked first.
    pub priority: i32,
    /// Most conversations at once, where that is not the agent's own number.
    pub cap: Option<u32>,
}

/// `GET …/agents`, `PUT`, `DELETE …/agents/{id}?to=`: what agents can on this site. Accounts are elsewhere; removing
/// one here gives their conversations to the queue `to`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Agent {
    /// Who.
    pub id: i64,
    /// Most conversations at once.
    pub max_chats: u32,
    /// Languages that they speak, by their tags.
    pub languages: Vec<String>,
    /// The queues that they serve.
    pub queues: Vec<i64>,
}

/// `GET`, `PUT …/bot`; `POST …/bot/check` tells the faults without storing anything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Bot {
    /// Which version this is; 0 for none yet. Conversations keep the one that they began with.
    pub version: u32,
    /// Where it begins.
    pub start: u32,
    /// Its steps.
    pub nodes: Vec<Step>,
}

/// One step of the bot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Step {
    /// Names it within the bot.
    pub id: u32,
    /// `message`, `question`, `handover` or `end`.
    pub kind: String,
    /// What is said; of a handover the welcome.
    pub text: Texts,
    /// `message`: where it goes on.
    pub next: u32,
    /// `question`: what may be answered, in this order.
    pub choices: Vec<Choice>,
    /// `handover`: to which queue.
    pub queue: i64,
    /// `handover`: whether the offline form is shown when nobody comes.
    pub offline_form: bool,
}

/// One answer to a question of the bot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = BotChoice))]
#[serde(default)]
pub struct Choice {
    /// What is stored of it; the same across versions.
    pub option: i64,
    /// What it says.
    pub label: Texts,
    /// Whether it is shown.
    pub enabled: bool,
    /// Where it leads.
    pub next: u32,
}

/// What is wrong with the bot, or with a step of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct BotFault {
    /// With which step; nothing for the whole.
    pub node: Option<u32>,
    /// `leads_nowhere`, `no_choice`, `no_text`, `circle`, `unreachable`, `no_handover`, `no_queue`, …
    pub code: String,
}

/// A week, and the days that are not like it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Week {
    /// The time zone, for example `Europe/Paris`.
    pub zone: String,
    /// Seven days from Monday, each with its spans.
    pub days: Vec<Vec<Span>>,
    /// Days that are not like their weekday. Of several for one day the last one holds.
    pub exceptions: Vec<Exception>,
}

/// A part of a day, in minutes since midnight by the clock on the wall; 1440 is the day's end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Span {
    /// The first minute.
    pub from: u16,
    /// The first one after it.
    pub to: u16,
}

/// Days that are not like their weekday; without spans they are closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Exception {
    /// The first day, for example `2026-12-24`.
    pub from: String,
    /// The last one.
    pub to: String,
    /// What holds on each of them.
    pub spans: Vec<Span>,
}

/// `GET`, `PUT …/hours`; `POST …/hours/preview` gives an [`Opening`] for it without storing anything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Hours {
    /// When somebody is there; always where there is nothing.
    pub week: Option<Week>,
    /// What is said outside of that; `[words](https://…)` is a link.
    pub message: Texts,
    /// How else to get in touch then, in this order.
    pub ways: Vec<Way>,
}

/// A way to get in touch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = WayTexts))]
#[serde(default)]
pub struct Way {
    /// `email`, `phone`, `link` or `form` (the offline form).
    pub kind: String,
    /// What it says.
    pub label: Texts,
    /// The address, the number or the URL.
    pub value: String,
}

/// Whether somebody is there, and when next.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Opening {
    /// Now.
    pub at: Millis,
    /// Whether somebody is there now.
    pub open: bool,
    /// When somebody is there next, while nobody is; nothing where that is not within a year.
    pub opens: Option<Millis>,
    /// Until when somebody is there, while somebody is; nothing where that does not end.
    pub closes: Option<Millis>,
}

/// `GET`, `PUT …/forms`: what visitors fill in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Forms {
    /// Before a conversation, in this order.
    pub start: Vec<Field>,
    /// When nobody is there; nothing where there is no such form.
    pub offline: Option<Vec<Field>>,
}

/// A field of a form. One key has one label in both forms.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Field {
    /// Its name: lower-case letters, digits and `_`. `name` and `email` are shown in lists.
    pub key: String,
    /// `text`, `email`, `phone` or `long`.
    pub kind: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What stands beside it.
    pub label: Texts,
}

/// `GET`, `PUT …/custom`, a list of these: what the site's script may tell of visitors (FEATURES INF-13).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Custom {
    /// What the script calls it.
    pub key: String,
    /// What desks call it.
    pub label: Texts,
    /// `text`, `number`, `money`, `date` or `url`.
    pub kind: String,
}

/// `GET`, `POST …/tags`; `PUT`, `DELETE …/tags/{id}`. One that conversations have is archived, not removed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Tag {
    /// Its number; 0 before it has one.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// `#rrggbb`, or nothing.
    pub colour: String,
    /// Its place in the list.
    pub position: u32,
    /// Not offered any more; conversations keep it.
    pub archived: bool,
}

/// `GET`, `POST …/keys`, `DELETE …/keys/{kid}`, for admins: the keys that a site signs identities with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SiteKey {
    /// What the token's header names it by.
    pub kid: String,
    /// 64 hexadecimal digits; told once, as it is made.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub secret: String,
    /// Since when.
    pub created: Millis,
}

/// `GET …/snippet`: what a site's pages hold (FEATURES WID-03, WID-04).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Snippet {
    /// To be pasted before `</head>`.
    pub html: String,
    /// What a strict Content-Security-Policy needs beside it.
    pub policy: String,
}

/// What was made has this number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Made {
    /// Which.
    pub id: i64,
}
