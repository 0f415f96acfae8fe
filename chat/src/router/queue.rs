//! One queue: who can take something, and what waits, both in order.
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use serde::{Deserialize, Serialize};

use super::standing::Waits;
use crate::model::{AgentId, ConversationId, Lang, UnixMillis};

/// How a queue gives conversations to agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// To whoever has least to do beside their cap.
    LeastLoaded,
    /// To whoever was not asked for longest.
    RoundRobin,
    /// Not at all: agents take.
    #[default]
    Manual,
}

/// The order of agents: the first is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub priority: Reverse<i32>,
    /// Load beside the cap, in millionths.
    pub ratio: u64,
    pub last_offer_at: UnixMillis,
    pub agent: AgentId,
}

/// The order of conversations: the first is served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Order {
    boosted: Reverse<bool>,
    since: UnixMillis,
    pub conversation: ConversationId,
}

impl Order {
    pub const fn of(conversation: ConversationId, waits: &Waits) -> Self {
        Self { boosted: Reverse(waits.boosted), since: waits.since, conversation }
    }
}

/// What the router knows of a queue.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Queue {
    pub strategy: Strategy,
    members: BTreeSet<AgentId>,
    any: BTreeSet<Rank>,
    by_language: BTreeMap<Lang, BTreeSet<Rank>>,
    pub waiting: BTreeSet<Order>,
}

impl Queue {
    /// Works this way from now on. Names whose ranks change by that.
    pub fn set(&mut self, strategy: Strategy) -> Vec<AgentId> {
        self.strategy = strategy;
        self.members.iter().copied().collect()
    }

    pub fn members(&self) -> impl Iterator<Item = &AgentId> {
        self.members.iter()
    }

    pub fn enlist(&mut self, agent: AgentId, is_member: bool) {
        if is_member {
            self.members.insert(agent);
        } else {
            self.members.remove(&agent);
        }
    }

    pub fn insert(&mut self, languages: &BTreeSet<Lang>, rank: Rank) {
        self.any.insert(rank);
        for language in languages {
            self.by_language.entry(language.clone()).or_default().insert(rank);
        }
    }

    pub fn remove(&mut self, languages: &BTreeSet<Lang>, rank: &Rank) {
        self.any.remove(rank);
        for language in languages {
            if let Some(ranks) = self.by_language.get_mut(language) {
                ranks.remove(rank);
                if ranks.is_empty() {
                    self.by_language.remove(language);
                }
            }
        }
    }

    /// The first agent who speaks the language and may be asked, else the first who may be asked.
    pub fn best(&self, lang: Option<&Lang>, may: impl Fn(&AgentId) -> bool) -> Option<AgentId> {
        let speakers = lang.and_then(|it| self.by_language.get(it));
        let in_order = speakers.into_iter().chain([&self.any]).flatten();
        in_order.map(|rank| rank.agent).find(may)
    }
}
