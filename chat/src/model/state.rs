//! The states of a conversation. Each carries what is true only in it.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    flow::{FlowRef, NodeId},
    id::{AgentId, OfferNo, Round, Seq},
    message::Ending,
    time::UnixMillis,
};

/// Where a conversation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The bot asks; nobody waits.
    Bot(BotPlace),
    /// It waits for an agent.
    Queued(Waiting),
    /// It waits, and one agent is asked.
    Offered(Waiting, Offer),
    /// An agent owns it.
    Active(Active),
    /// Its owner put it aside.
    Snoozed(Snooze),
    /// Nobody came; the visitor is asked to leave a message.
    OfflineForm,
    /// A message in the inbox.
    Offline,
    /// It is over.
    Closed(Closed),
}

/// A state without what it carries: what lists and indexes know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the states of the same names say it")]
pub enum Stage {
    Bot,
    Queued,
    Offered,
    Active,
    Snoozed,
    OfflineForm,
    Offline,
    Closed,
}

impl Stage {
    /// Its name on the wire and in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Queued => "queued",
            Self::Offered => "offered",
            Self::Active => "active",
            Self::Snoozed => "snoozed",
            Self::OfflineForm => "offline_form",
            Self::Offline => "offline",
            Self::Closed => "closed",
        }
    }
}

/// Where in the bot's flow. Its version stays the one that the conversation began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotPlace {
    /// Which version of which flow.
    pub flow: FlowRef,
    /// The question that was asked last.
    pub node: NodeId,
    /// The message that asked it.
    pub question: Seq,
}

/// What the visitor gets when nobody comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMissed {
    /// The offline form.
    Form,
    /// A notice, and the conversation ends.
    Notice,
}

/// A wait for an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Since when: the order of a queue.
    pub since: UnixMillis,
    /// Whether an agent has had it already: it goes before those that nobody has.
    pub boosted: bool,
    /// Who is asked first when they can.
    pub sticky: Option<AgentId>,
    /// When the wait is over. `None` after a pause: the visitor may not be there, so no form is shown.
    pub accept_due: Option<UnixMillis>,
    /// What happens then.
    pub on_missed: OnMissed,
    /// When it moves to the overflow queue.
    pub overflow_at: Option<UnixMillis>,
}

/// One agent is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Which offer of this conversation.
    pub no: OfferNo,
    /// Who is asked.
    pub agent: AgentId,
    /// In which round.
    pub round: Round,
    /// When it lapses: never later than the visitor's wait.
    pub due: UnixMillis,
    /// Until when the first message must be written, once accepted.
    pub answer_due: UnixMillis,
}

/// A conversation with its agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Active {
    /// Whose it is.
    pub agent: AgentId,
    /// Since when the visitor has waited for them: the place in the queue, should it go back.
    pub waited_since: UnixMillis,
    /// Until when the owner must write their first message; `None` when they have, or need not.
    pub answer_due: Option<UnixMillis>,
    /// The owner is gone: when the conversation is taken from them.
    pub gone_due: Option<UnixMillis>,
    /// Somebody else is asked to go on.
    pub transfer: Option<TransferOffer>,
}

/// Another agent is asked to go on. Until they accept, nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferOffer {
    /// Which offer of this conversation.
    pub no: OfferNo,
    /// Who is asked.
    pub to: AgentId,
    /// When it lapses.
    pub due: UnixMillis,
}

/// What becomes of a pause when its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnoozeEnd {
    /// The conversation comes back.
    Keep(UnixMillis),
    /// It ends.
    Close(UnixMillis),
    /// It has no end: it lasts until the visitor writes.
    Reply,
}

impl SnoozeEnd {
    /// When, if by time.
    pub const fn at(self) -> Option<UnixMillis> {
        match self {
            Self::Keep(at) | Self::Close(at) => Some(at),
            Self::Reply => None,
        }
    }
}

/// A pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    /// Whose it is.
    pub agent: AgentId,
    /// Since when.
    pub since: UnixMillis,
    /// How it ends. A message of the visitor always ends it.
    pub end: SnoozeEnd,
}

/// Why a conversation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The visitor closed it.
    Visitor,
    /// An agent closed it.
    Agent(AgentId),
    /// An agent blocked the visitor.
    Blocked(AgentId),
    /// The bot had nothing more to ask.
    BotEnd,
    /// Nobody came.
    Missed,
    /// It was outside opening hours.
    OutOfHours,
    /// A pause was over.
    SnoozeEnd,
    /// The visitor was gone for too long.
    Idle,
}

impl CloseReason {
    /// The stable code for the store and for automatic tags.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Agent(_) => "agent",
            Self::Blocked(_) => "blocked",
            Self::BotEnd => "bot_end",
            Self::Missed => "missed",
            Self::OutOfHours => "out_of_hours",
            Self::SnoozeEnd => "snooze_end",
            Self::Idle => "idle",
        }
    }

    /// What the thread says of it. A visitor is not told that they were blocked.
    pub(super) const fn told(self) -> Ending {
        match self {
            Self::Visitor => Ending::ByVisitor,
            Self::Idle => Ending::Idle,
            Self::Agent(_)
            | Self::Blocked(_)
            | Self::BotEnd
            | Self::Missed
            | Self::OutOfHours
            | Self::SnoozeEnd => Ending::Plain,
        }
    }

    /// Whether no person decided it.
    pub(super) const fn is_system(self) -> bool {
        match self {
            Self::Visitor | Self::Agent(_) | Self::Blocked(_) => false,
            Self::BotEnd | Self::Missed | Self::OutOfHours | Self::SnoozeEnd | Self::Idle => true,
        }
    }
}

/// The end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When.
    pub at: UnixMillis,
    /// Why, and by whom.
    pub reason: CloseReason,
}

/// What a deadline is for. At equal instants the first of this order wins: the end of the visitor's wait
/// stands before the end of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// The visitor's wait.
    Accept,
    /// An agent's time: to accept an offer, and then to write the first message.
    Answer,
    /// Another agent's time to accept a transfer.
    Transfer,
    /// The move to the overflow queue.
    Overflow,
    /// The end of a pause.
    Wake,
    /// The owner is gone.
    AgentGone,
    /// The visitor is gone.
    VisitorGone,
}

impl TimerKind {
    /// Its name in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Answer => "answer",
            Self::Transfer => "transfer",
            Self::Overflow => "overflow",
            Self::Wake => "wake",
            Self::AgentGone => "agent_gone",
            Self::VisitorGone => "visitor_gone",
        }
    }
}

impl State {
    /// The state without what it carries.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Bot(_) => Stage::Bot,
            Self::Queued(_) => Stage::Queued,
            Self::Offered(..) => Stage::Offered,
            Self::Active(_) => Stage::Active,
            Self::Snoozed(_) => Stage::Snoozed,
            Self::OfflineForm => Stage::OfflineForm,
            Self::Offline => Stage::Offline,
            Self::Closed(_) => Stage::Closed,
        }
    }

    /// Whether another agent is asked to go on.
    pub const fn transfers(&self) -> bool {
        matches!(self, Self::Active(Active { transfer: Some(_), .. }))
    }

    /// Its deadlines.
    pub(super) fn timers(&self) -> BTreeMap<TimerKind, UnixMillis> {
        let all = match self {
            Self::Queued(waiting) => waiting.timers(None),
            Self::Offered(waiting, offer) => waiting.timers(Some(offer.due)),
            Self::Active(active) => active.timers(),
            Self::Snoozed(snooze) => vec![(TimerKind::Wake, snooze.end.at())],
            Self::Bot(_) | Self::OfflineForm | Self::Offline | Self::Closed(_) => Vec::new(),
        };
        all.into_iter().filter_map(|(kind, at)| Some((kind, at?))).collect()
    }

    /// Moves its deadlines by what nobody could have kept. The end of a pause is a date, and stays.
    pub(super) fn shift(&mut self, by: std::time::Duration) {
        let later = |at: &mut Option<UnixMillis>| *at = at.map(|at| at + by);
        match self {
            Self::Queued(waiting) => waiting.shift(by),
            Self::Offered(waiting, offer) => {
                waiting.shift(by);
                offer.due = offer.due + by;
                offer.answer_due = offer.answer_due + by;
            }
            Self::Active(active) => {
                later(&mut active.answer_due);
                later(&mut active.gone_due);
                active.transfer = active.transfer.map(|it| TransferOffer { due: it.due + by, ..it });
            }
            Self::Snoozed(_) | Self::Bot(_) | Self::OfflineForm | Self::Offline | Self::Closed(_) => {}
        }
    }
}

impl Waiting {
    fn timers(&self, offer_due: Option<UnixMillis>) -> Vec<(TimerKind, Option<UnixMillis>)> {
        // While somebody is asked, the conversation does not move; it does when the offer has ended.
        let overflow = if offer_due.is_none() { self.overflow_at } else { None };
        vec![
            (TimerKind::Accept, self.accept_due),
            (TimerKind::Answer, offer_due),
            (TimerKind::Overflow, overflow),
        ]
    }

    fn shift(&mut self, by: std::time::Duration) {
        self.accept_due = self.accept_due.map(|at| at + by);
        self.overflow_at = self.overflow_at.map(|at| at + by);
    }
}

impl Active {
    fn timers(&self) -> Vec<(TimerKind, Option<UnixMillis>)> {
        // While another agent is asked, the conversation stays with its owner, who need not answer.
        let (answer, gone) =
            if self.transfer.is_none() { (self.answer_due, self.gone_due) } else { (None, None) };
        vec![
            (TimerKind::Answer, answer),
            (TimerKind::Transfer, self.transfer.map(|it| it.due)),
            (TimerKind::AgentGone, gone),
        ]
    }
}
