//! Why a command was refused.
use serde::{Deserialize, Serialize};

use thiserror::Error;

use super::{form::FieldFault, id::AgentId, state::Stage};

/// Why nothing happened. The code is stable: clients decide by it, and find their words by it.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The visitor may not begin. Says no more than that.
    #[error("not available")]
    Blocked,
    /// It is outside opening hours; the notice is shown, with the form where the site has one.
    #[error("outside opening hours")]
    OutOfHours,
    /// The site has no offline form.
    #[error("there is no offline form")]
    NoOfflineForm,
    /// Some fields are wrong.
    #[error("{} fields are wrong", .0.len())]
    Form(Vec<FieldFault>),
    /// The conversation is over; what was written goes back to the composer.
    #[error("the conversation is closed")]
    Closed,
    /// Not in this state.
    #[error("not while the conversation is {}", .0.code())]
    NotNow(Stage),
    /// Visitors may not at all.
    #[error("not for visitors")]
    Forbidden,
    /// Only its owner may.
    #[error("not the owner")]
    NotOwner,
    /// Somebody has it already.
    #[error("taken by another agent")]
    TakenBy(AgentId),
    /// The agent's time is over; what was written stays as a draft.
    #[error("the offer has expired")]
    OfferExpired,
    /// The agent is not connected to this site.
    #[error("not connected")]
    NotConnected,
    /// The agent has no slot left.
    #[error("no slot left")]
    AgentFull,
    /// The agent has let it pass in this round, or is not there to be asked.
    #[error("the agent cannot be asked")]
    AgentUnavailable,
    /// The site has no such agent.
    #[error("no such agent")]
    UnknownAgent,
    /// The site has no such queue.
    #[error("no such queue")]
    UnknownQueue,
    /// The queue is closed at this hour.
    #[error("the queue is closed")]
    QueueClosed,
    /// It is theirs already.
    #[error("it is theirs already")]
    SameAgent,
    /// Another agent is asked already.
    #[error("a transfer is under way")]
    TransferPending,
    /// Nobody is asked.
    #[error("no transfer is under way")]
    NoTransfer,
    /// The question has no such choice.
    #[error("no such choice")]
    UnknownOption,
    /// The bot's flow leads nowhere.
    #[error("the bot's flow is broken")]
    FlowBroken,
    /// The time is not ahead.
    #[error("the time is past")]
    TimePast,
    /// The site wants a tag on what is closed.
    #[error("a tag is required")]
    TagRequired,
    /// Closed conversations stay closed.
    #[error("reopening is off")]
    ReopeningOff,
    /// The visitor has another conversation by now, and one at a time.
    #[error("the visitor has another conversation")]
    OtherOpen,
    /// The conversation cannot be rated (any more).
    #[error("not rateable")]
    NotRateable,
    /// Stars are from 1 to 5.
    #[error("stars are from 1 to 5")]
    BadRating,
    /// Nothing is written.
    #[error("nothing is written")]
    Empty,
    /// Too much is written.
    #[error("too long")]
    TooLong,
    /// Too many files at once.
    #[error("too many files")]
    TooManyFiles,
    /// A file is not uploaded, not theirs, or in a message already.
    #[error("a file is missing")]
    FilesMissing,
    /// Nothing is due, or nothing would change: a second firing of the same thing.
    #[error("nothing to do")]
    Nothing,
}

impl Refusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Blocked => "not_available",
            Self::OutOfHours => "out_of_hours",
            Self::NoOfflineForm => "no_offline_form",
            Self::Form(_) => "form",
            Self::Closed => "closed",
            Self::NotNow(_) => "not_now",
            Self::Forbidden => "forbidden",
            Self::NotOwner => "not_owner",
            Self::TakenBy(_) => "taken",
            Self::OfferExpired => "offer_expired",
            Self::NotConnected => "not_connected",
            Self::AgentFull => "agent_full",
            Self::AgentUnavailable => "agent_unavailable",
            Self::UnknownAgent => "unknown_agent",
            Self::UnknownQueue => "unknown_queue",
            Self::QueueClosed => "queue_closed",
            Self::SameAgent => "same_agent",
            Self::TransferPending => "transfer_pending",
            Self::NoTransfer => "no_transfer",
            Self::UnknownOption => "unknown_option",
            Self::FlowBroken => "flow_broken",
            Self::TimePast => "time_past",
            Self::TagRequired => "tag_required",
            Self::ReopeningOff => "reopening_off",
            Self::OtherOpen => "other_open",
            Self::NotRateable => "not_rateable",
            Self::BadRating => "bad_rating",
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::TooManyFiles => "too_many_files",
            Self::FilesMissing => "files_missing",
            Self::Nothing => "nothing",
        }
    }
}
