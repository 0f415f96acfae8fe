//! What stands in a conversation's thread.
use serde::{Deserialize, Serialize};

use super::{
    content::{Content, Words},
    effect::OfferOutcome,
    form::Form,
    id::{AgentId, AgentSeq, AttachmentId, Cid, OfferNo, OptionId, QueueId, Seq, ShareId},
    time::UnixMillis,
};

/// Who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The visitor.
    Visitor,
    /// An agent.
    Agent(AgentId),
    /// The site's bot.
    Bot,
    /// The service itself.
    System,
}

/// Where it stands. Two streams, so that nothing of the second can slip into the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the thread, for everybody.
    Thread(Seq),
    /// Beside it, for agents only.
    AgentsOnly(AgentSeq),
}

/// One message, numbered and ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number, in one of the two streams.
    pub place: Place,
    /// Its name before it had a number.
    pub cid: Cid,
    /// Who wrote it.
    pub author: Author,
    /// What it says.
    pub body: Body,
    /// What it answers.
    pub reply_to: Option<Seq>,
    /// When it was received.
    pub at: UnixMillis,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// What a person or the bot wrote.
    Content(Content),
    /// The bot's question, with the choices as the visitor sees them.
    Question {
        /// What is asked.
        text: String,
        /// What may be answered.
        choices: Vec<(OptionId, String)>,
    },
    /// The visitor's answer to it.
    Choice {
        /// Which one.
        option: OptionId,
        /// Its words as the visitor saw them.
        label: String,
    },
    /// What was filled in when nobody was there.
    Form(Form),
    /// A code that each reader gets in their own language.
    Notice(Notice),
    /// A code for agents only.
    Record(Record),
    /// Something that a later release stored, on another node or before this one was put back: readers show that there
    /// is something, and nothing of it (FEATURES ERR-07).
    Unknown,
}

impl Body {
    /// Its files, if it has any.
    pub fn files(&self) -> Option<&[AttachmentId]> {
        if let Self::Content(Content::Files { files, .. }) = self { Some(files) } else { None }
    }

    /// The name of its kind on the wire and in the store.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Content(content) => content.kind(),
            Self::Question { .. } => "choice_question",
            Self::Choice { .. } => "choice",
            Self::Form(_) => "form",
            Self::Notice(Notice::Transferred { .. } | Notice::TransferredToQueue { .. }) => "transfer",
            Self::Notice(Notice::Share(..)) => "screen_share",
            Self::Notice(_) => "system",
            Self::Record(Record::Note(_)) => "note",
            Self::Record(_) => "record",
            Self::Unknown => "unknown",
        }
    }
}

/// What happened to a share of the visitor's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharePhase {
    /// The agent asked.
    Asked,
    /// The visitor refused, or did not answer.
    Refused,
    /// It runs.
    Started,
    /// The agent may act in the page.
    ControlStarted,
    /// The agent may not act any more.
    ControlEnded,
    /// It is over.
    Ended,
}

impl SharePhase {
    const fn code(self) -> &'static str {
        match self {
            Self::Asked => "share_asked",
            Self::Refused => "share_refused",
            Self::Started => "share_started",
            Self::ControlStarted => "share_control_started",
            Self::ControlEnded => "share_control_ended",
            Self::Ended => "share_ended",
        }
    }
}

/// What everybody is told of the end; why else it may have ended is not for visitors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The visitor ended it.
    ByVisitor,
    /// The visitor was gone for too long.
    Idle,
    /// It is over.
    Plain,
}

impl Ending {
    const fn code(self) -> &'static str {
        match self {
            Self::ByVisitor => "ended_by_visitor",
            Self::Idle => "ended_idle",
            Self::Plain => "ended",
        }
    }
}

/// What the system says in the thread. Agents are shown to visitors by their first name only: whoever renders
/// it puts that in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The conversation began.
    Started,
    /// An agent took over from the bot.
    TakenFromBot(AgentId),
    /// An agent accepted the visitor's request.
    Accepted(AgentId),
    /// The agent cannot go on; somebody else is sought.
    AgentUnavailable(AgentId),
    /// The conversation changed hands.
    Transferred {
        /// Whose it was.
        from: AgentId,
        /// Whose it is.
        to: AgentId,
    },
    /// The conversation waits in a queue again, because somebody sent it there.
    TransferredToQueue {
        /// Where it waits.
        queue: QueueId,
    },
    /// It is outside opening hours.
    OutOfHours,
    /// Nobody came in time.
    NobodyAvailable,
    /// The visitor's message was put into the inbox.
    MessageReceived,
    /// Something happened to a share.
    Share(ShareId, SharePhase, AgentId),
    /// The conversation is over.
    Ended(Ending),
    /// It goes on after all.
    Reopened,
}

impl Notice {
    /// The stable code that texts are looked up by.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::TakenFromBot(_) => "taken_from_bot",
            Self::Accepted(_) => "accepted",
            Self::AgentUnavailable(_) => "agent_unavailable",
            Self::Transferred { .. } => "transferred",
            Self::TransferredToQueue { .. } => "transferred_to_queue",
            Self::OutOfHours => "out_of_hours",
            Self::NobodyAvailable => "nobody_available",
            Self::MessageReceived => "message_received",
            Self::Share(_, phase, _) => phase.code(),
            Self::Ended(ending) => ending.code(),
            Self::Reopened => "reopened",
        }
    }

    /// The agents whose names it shows.
    pub fn agents(self) -> impl Iterator<Item = AgentId> {
        let (first, second) = match self {
            Self::TakenFromBot(agent)
            | Self::Accepted(agent)
            | Self::AgentUnavailable(agent)
            | Self::Share(_, _, agent) => (Some(agent), None),
            Self::Transferred { from, to } => (Some(from), Some(to)),
            Self::Started
            | Self::TransferredToQueue { .. }
            | Self::OutOfHours
            | Self::NobodyAvailable
            | Self::MessageReceived
            | Self::Ended(_)
            | Self::Reopened => (None, None),
        };
        first.into_iter().chain(second)
    }
}

/// What the system or an agent notes beside the thread. No visitor ever sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// An agent's note.
    Note(Words),
    /// An agent asked another one to go on.
    TransferAsked {
        /// Which offer it is.
        no: OfferNo,
        /// Whose the conversation is.
        from: AgentId,
        /// Who is asked.
        to: AgentId,
        /// What the other one should know.
        note: Words,
    },
    /// What became of it, when the other one did not take it.
    TransferEnded {
        /// Which offer it was.
        no: OfferNo,
        /// Who was asked.
        to: AgentId,
        /// What became of it.
        outcome: OfferOutcome,
    },
    /// An agent sent the conversation to a queue, with words for whoever takes it.
    SentToQueue {
        /// Who sent it, where a person did.
        by: Option<AgentId>,
        /// Where to.
        queue: QueueId,
        /// What the next one should know.
        note: Words,
    },
    /// The conversation was put aside.
    Paused {
        /// By whom.
        by: AgentId,
        /// Until when; `None` until the visitor writes.
        until: Option<UnixMillis>,
    },
    /// The pause is over.
    Woken,
    /// The visitor was blocked.
    Blocked {
        /// By whom.
        by: AgentId,
        /// Why.
        reason: Words,
    },
}

impl Record {
    /// The stable code that texts are looked up by.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Note(_) => "note",
            Self::TransferAsked { .. } => "transfer_asked",
            Self::TransferEnded { .. } => "transfer_ended",
            Self::SentToQueue { .. } => "sent_to_queue",
            Self::Paused { .. } => "paused",
            Self::Woken => "woken",
            Self::Blocked { .. } => "blocked",
        }
    }
}
