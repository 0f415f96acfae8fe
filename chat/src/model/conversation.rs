//! A conversation, whatever its state.
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use super::{
    id::{
        AgentId, AgentSeq, ConversationId, OfferNo, OptionId, PublicId, QueueId, Round, Seq, SiteId, TagId,
        Ver, VisitorId,
    },
    state::{CloseReason, State, TimerKind},
    text::Lang,
    time::UnixMillis,
};

/// What a visitor asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A chat.
    Chat,
    /// A video call.
    Video,
    /// A message for the inbox.
    Offline,
}

/// Who of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The visitor.
    Visitor,
    /// An agent.
    Agent,
}

/// How an agent let a waiting conversation pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passed {
    /// Their time was over, in this round, at this instant.
    Expired(Round, UnixMillis),
    /// They said no, or sent it on: they are not asked again in this wait, but in one without an end when the visitor
    /// writes.
    Declined,
}

/// What the visitor thought of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// From 1 to 5.
    pub stars: u8,
    /// In their words.
    pub text: String,
}

/// Without the visitor's words.
impl fmt::Debug for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rating({} of 5, {} bytes)", self.stars, self.text.len())
    }
}

/// A conversation. Everything that its next transition depends on; not what lists show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The store's key.
    pub id: ConversationId,
    /// What the outside calls it.
    pub public: PublicId,
    /// On which site.
    pub site: SiteId,
    /// With whom.
    pub visitor: VisitorId,
    /// What the visitor asked for.
    pub kind: Kind,
    /// How many transitions there were.
    pub ver: Ver,
    /// Where it stands.
    pub state: State,
    /// The queue that it is in, was in last, or goes to without another.
    pub queue: QueueId,
    /// What the visitor chose last.
    pub option: Option<OptionId>,
    /// The visitor's language.
    pub lang: Option<Lang>,
    /// The last number in the thread.
    pub last_seq: Seq,
    /// The last number beside it.
    pub last_agent_seq: AgentSeq,
    /// Who wrote last, of the two.
    pub last_said: Option<Side>,
    /// When it began.
    pub created: UnixMillis,
    /// When an agent first wrote.
    pub first_reply_at: Option<UnixMillis>,
    /// How many offers there were.
    pub offers: OfferNo,
    /// How often this wait went round all agents.
    pub round: Round,
    /// Who let it pass in this wait.
    pub passed: BTreeMap<AgentId, Passed>,
    /// Whose it was last.
    pub previous_agent: Option<AgentId>,
    /// Who had this visitor's last conversation.
    pub familiar: Option<AgentId>,
    /// The visitor is gone: when that may end the conversation.
    pub visitor_gone_due: Option<UnixMillis>,
    /// What agents called it.
    pub tags: BTreeSet<TagId>,
    /// What the visitor thought of it.
    pub rating: Option<Rating>,
    /// How often it was opened again.
    pub reopened: u32,
}

impl Conversation {
    /// Its deadlines. A store keeps them beside it and calls
    /// [`FromSystem::Timeout`](super::FromSystem::Timeout) when one is due.
    pub fn timers(&self) -> BTreeMap<TimerKind, UnixMillis> {
        let mut timers = self.state.timers();
        let agent_spoke_last = self.last_said == Some(Side::Agent);
        if let (State::Active(_), true, Some(due)) = (&self.state, agent_spoke_last, self.visitor_gone_due) {
            timers.insert(TimerKind::VisitorGone, due);
        }
        timers
    }

    /// Whose it is. A paused one has an owner too.
    pub const fn owner(&self) -> Option<AgentId> {
        match &self.state {
            State::Active(active) => Some(active.agent),
            State::Snoozed(snooze) => Some(snooze.agent),
            State::Bot(_)
            | State::Queued(_)
            | State::Offered(..)
            | State::OfflineForm
            | State::Offline
            | State::Closed(_) => None,
        }
    }

    /// Who is asked at this moment, and by which offer.
    pub fn asked(&self) -> Option<(AgentId, OfferNo)> {
        match &self.state {
            State::Offered(_, offer) => Some((offer.agent, offer.no)),
            State::Active(active) => active.transfer.map(|it| (it.to, it.no)),
            State::Bot(_)
            | State::Queued(_)
            | State::Snoozed(_)
            | State::OfflineForm
            | State::Offline
            | State::Closed(_) => None,
        }
    }

    /// Whose load it counts to: its active owner and whoever is asked. A paused one counts to nobody's.
    pub fn slots(&self) -> BTreeSet<AgentId> {
        let owner = self.active_agent();
        owner.into_iter().chain(self.asked().map(|(agent, _)| agent)).collect()
    }

    /// Its owner while it is active: who may share the visitor's page.
    pub const fn active_agent(&self) -> Option<AgentId> {
        match &self.state {
            State::Active(active) => Some(active.agent),
            State::Bot(_)
            | State::Queued(_)
            | State::Offered(..)
            | State::Snoozed(_)
            | State::OfflineForm
            | State::Offline
            | State::Closed(_) => None,
        }
    }

    /// Whether the visitor may say what they think: once, of an end after an agent was there.
    pub fn is_rateable(&self) -> bool {
        match &self.state {
            State::Closed(closed) => {
                let blocked = matches!(closed.reason, CloseReason::Blocked(_));
                !blocked && self.rating.is_none() && self.previous_agent.is_some()
            }
            State::Bot(_)
            | State::Queued(_)
            | State::Offered(..)
            | State::Active(_)
            | State::Snoozed(_)
            | State::OfflineForm
            | State::Offline => false,
        }
    }
}
