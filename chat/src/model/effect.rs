//! What a transition asks of the shell. All of it belongs to the transition's transaction, but
//! [`Effect::EndShare`] comes before it.
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    form::Form,
    id::{AgentId, OfferNo, QueueId, Seq, TagId},
    message::Message,
    state::{CloseReason, TimerKind},
    time::UnixMillis,
};

/// Whether a slot may be taken beyond the agent's cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cap {
    /// No: the store takes it where load < cap, or fails the transaction.
    Holds,
    /// Yes: somebody insisted, or the conversation was theirs before.
    Ignored,
}

/// What an agent is asked to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfferFor {
    /// A conversation that waits.
    Queue(QueueId),
    /// Another agent's conversation.
    Transfer(AgentId),
}

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferOutcome {
    /// The agent accepted, took it, or just wrote.
    Answered,
    /// Their time was over.
    Expired,
    /// They said no.
    Declined,
    /// It does not stand any more, for another reason.
    Withdrawn,
}

impl OfferOutcome {
    /// Its name on the wire and in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Expired => "expired",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What desks are told beyond the conversation's new state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskEvent {
    /// It is theirs now: the toast.
    Claimed(AgentId),
    /// It is not theirs any more, because they were gone: what they wrote stays as a draft.
    Lost(AgentId),
    /// The same, because they accepted it and did not answer in time.
    NotAnswered(AgentId),
    /// It is not theirs any more, because a manager took it over.
    TakenOver {
        /// Whose it was.
        from: AgentId,
        /// Whose it is.
        by: AgentId,
    },
    /// The transfer that they asked for came to nothing; it is still theirs.
    TransferFailed {
        /// Whose it is.
        owner: AgentId,
        /// Who was asked.
        to: AgentId,
        /// Why not.
        outcome: OfferOutcome,
    },
    /// The pause is over; it is back with them.
    Woken(AgentId),
    /// There is something new in the inbox.
    Inbox,
    /// The visitor rated it.
    Rated(AgentId),
}

/// One thing to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Store this message and hand it out.
    Append(Message),
    /// Set or move this deadline.
    SetTimer(TimerKind, UnixMillis),
    /// Remove this deadline.
    ClearTimer(TimerKind),
    /// Count the conversation to this agent's load.
    Hold(AgentId, Cap),
    /// Do not count it any more.
    Free(AgentId),
    /// Ask this agent, by socket and push.
    OfferMade {
        /// Which offer.
        no: OfferNo,
        /// Who.
        agent: AgentId,
        /// For what.
        purpose: OfferFor,
        /// Until when.
        due: UnixMillis,
    },
    /// Do not ask any more.
    OfferEnded {
        /// Which offer.
        no: OfferNo,
        /// Who was asked.
        agent: AgentId,
        /// What became of it.
        outcome: OfferOutcome,
    },
    /// An accepted conversation was not answered in time: it counts as a missed offer.
    AnswerMissed(AgentId),
    /// Before the transaction: whatever this agent sees or may do in the visitor's page ends.
    EndShare(AgentId),
    /// Before the transaction: the same, and a share goes on with another agent, who asks anew.
    HandOverShare {
        /// Whose it was.
        from: AgentId,
        /// Whose it may be.
        to: AgentId,
    },
    /// Remember that this agent took part.
    Participant(AgentId),
    /// Put these tags on it.
    Tag(BTreeSet<TagId>, AgentId),
    /// Put the site's automatic tag for this reason on it.
    TagAutomatically(CloseReason),
    /// Refuse this visitor from now on.
    BlockVisitor(AgentId),
    /// Keep what the visitor filled in.
    UpdateVisitor(Form),
    /// Ask the visitor what they think.
    AskRating,
    /// Send this message by e-mail, with a link to reply.
    Mail(Seq),
    /// Tell the desks.
    Desk(DeskEvent),
}

impl Effect {
    /// The message that is to be appended, if it is about one.
    pub const fn message(&self) -> Option<&Message> {
        if let Self::Append(message) = self { Some(message) } else { None }
    }
}
