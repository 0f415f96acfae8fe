//! What a conversation is, and how it goes from state to state.
//!
//! One entry, [`apply`]: a conversation, a [`Command`] with its receipt time, and the [`World`] around it give
//! either a [`Refusal`] or a [`Transition`]: the conversation after it and the [`Effect`]s as data.
//! [`begin`] makes the first state.
//!
//! ```text
//!            choose               offer              accept, take, write
//!     Bot ───────────▶ Queued ◀──────────▶ Offered ──────────────────────▶ Active ◀──┐
//!      │                 ▲  │   expired,      │                              │ │      │ wake, reply, time
//!      │ take            │  │   declined      │ the visitor's wait is over   │ └──▶ Snoozed
//!      └──────────┐      │  └───────┬─────────┘                              │
//!                 │      │          ▼                                        │
//!                 │      │    OfflineForm ──submit──▶ Offline (the inbox)    │
//!                 ▼      │                                                   │
//!               Active   └── no answer, agent gone, transfer to a queue ─────┘      anything ──▶ Closed
//! ```
//! Rules that hold everywhere:
//! - **Time is the receipt time.** Before a command is looked at, every deadline up to its receipt time has
//!   been let pass at its own instant: how late a sweep runs decides nothing.
//! - **Deadlines and slots are derived** from the state ([`Conversation::timers`], [`Conversation::slots`]);
//!   the effects about them are the difference between before and after.
//! - **Once.** A store runs one transition in one transaction and compares and sets [`Conversation::ver`]; it
//!   looks commands up by (actor, rid) and messages by (conversation, cid) before it calls [`apply`].
mod actor;
mod apply;
mod command;
mod content;
mod conversation;
mod effect;
mod flow;
mod form;
mod id;
mod message;
mod refusal;
mod settings;
mod state;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod time;

pub use actor::{AgentActor, Role};
pub use apply::{Transition, apply, begin};
pub use command::{Begin, Command, Entry, FromAgent, FromSystem, FromVisitor, SnoozeFor, TransferTo};
pub use content::{Content, MAX_CHARS, MAX_FILES, Words};
pub use conversation::{Conversation, Kind, Passed, Rating, Side};
pub use effect::{Cap, DeskEvent, Effect, OfferFor, OfferOutcome};
pub use flow::{Choice, Flow, FlowFault, FlowRef, Node, NodeId};
pub use form::{Field, FieldFault, FieldKind, FieldProblem, Form, FormFields, MAX_FIELD_CHARS};
pub use id::{
    AgentId, AgentSeq, AttachmentId, Cid, ConversationId, FlowId, OfferNo, OptionId, PublicId, QueueId,
    Random, Round, Seq, ShareId, SiteId, TagId, Ver, VisitorId,
};
pub use message::{Author, Body, Ending, Message, Notice, Place, Record, SharePhase};
pub use refusal::Refusal;
pub use settings::{AgentFacts, OfferStopsOn, Presence, QueueSettings, Room, SiteSettings, World};
pub use state::{
    Active, BotPlace, CloseReason, Closed, Offer, OnMissed, Snooze, SnoozeEnd, Stage, State, TimerKind,
    TransferOffer, Waiting,
};
pub use text::{Lang, LocalText, ParseLangError};
pub use time::UnixMillis;
