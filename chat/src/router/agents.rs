//! Agents, as far as they can be asked.
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use serde::{Deserialize, Serialize};

use super::{
    Decision,
    queue::{Rank, Strategy},
};
use crate::model::{AgentId, ConversationId, Lang, QueueId, UnixMillis};

/// So many offers missed in a row set an agent away.
pub(crate) const MISSED_UNTIL_AWAY: u32 = 2;

/// An agent's place in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Higher is asked first.
    pub priority: i32,
    /// How many conversations at once, where it differs from the agent's own.
    pub cap: Option<u32>,
}

/// What an agent can.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// The languages they speak.
    pub languages: BTreeSet<Lang>,
    /// How many conversations at once.
    pub max_chats: u32,
    /// When they were last asked, as the store knows it.
    pub last_offer_at: UnixMillis,
}

/// Whether an agent can be asked at all: available on this site, and a device is there or may be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Yes.
    Ready,
    /// No.
    #[default]
    None,
}

/// What the router knows of an agent.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Agent {
    pub profile: Profile,
    reach: Reach,
    pub queues: BTreeMap<QueueId, Member>,
    /// The conversations that count to the load.
    pub slots: BTreeSet<ConversationId>,
    /// Offers missed in a row.
    pub missed: u32,
    /// Where they stand in the queues in which they can take something now.
    pub ranks: Vec<(QueueId, Rank)>,
}

impl Agent {
    pub fn enlist(&mut self, queue: QueueId, member: Option<Member>) {
        match member {
            Some(member) => _ = self.queues.insert(queue, member),
            None => _ = self.queues.remove(&queue),
        }
    }

    pub fn set_reach(&mut self, reach: Reach) {
        self.reach = reach;
        self.missed = if reach == Reach::Ready { 0 } else { self.missed };
    }

    pub fn is_there(&self) -> bool {
        self.reach == Reach::Ready
    }

    /// One more offer missed.
    pub fn miss(&mut self, id: AgentId) -> Option<Decision> {
        self.missed = self.missed.saturating_add(1);
        (self.missed == MISSED_UNTIL_AWAY).then(|| self.rest(id))
    }

    /// Takes both at once, so that nobody who is to be set away is asked in between; and as it is, however much
    /// of it is known already.
    pub fn set_known(&mut self, id: AgentId, reach: Reach, missed: u32) -> Option<Decision> {
        (self.reach, self.missed) = (reach, missed);
        (reach == Reach::Ready && MISSED_UNTIL_AWAY <= missed).then(|| self.rest(id))
    }

    fn rest(&mut self, id: AgentId) -> Decision {
        self.reach = Reach::None;
        Decision::SetAway(id)
    }

    /// What the store knows of the last offer may be older than what was decided since.
    pub fn set_profile(&mut self, profile: Option<Profile>) {
        let last_offer_at = self.profile.last_offer_at;
        self.reach = if profile.is_some() { self.reach } else { Reach::None };
        self.profile = profile.unwrap_or_default();
        self.profile.last_offer_at = self.profile.last_offer_at.max(last_offer_at);
    }

    /// Their place among those who can take something from the queue; `None` when they cannot.
    pub fn rank(&self, id: AgentId, queue: QueueId, strategy: Strategy) -> Option<Rank> {
        let member = self.queues.get(&queue)?;
        let cap = u64::from(member.cap.unwrap_or(self.profile.max_chats));
        let load = self.slots.len() as u64;
        if self.reach != Reach::Ready || cap <= load {
            return None;
        }
        let ratio = match strategy {
            Strategy::LeastLoaded => load * 1_000_000 / cap,
            Strategy::RoundRobin => 0,
            Strategy::Manual => return None,
        };
        let priority = Reverse(member.priority);
        Some(Rank { priority, ratio, last_offer_at: self.profile.last_offer_at, agent: id })
    }
}
