//! How often an agent was refused, and how long they have to wait (CON-07).
use std::{collections::BTreeMap, time::Duration};

use crate::id::{AgentId, Moment};

/// After so many refusals the agent has to wait.
const PATIENCE: u8 = 2;
/// How long.
const WAIT: Duration = Duration::from_secs(60);
/// Most agents whose refusals are remembered; the longest quiet one is forgotten first.
const MAX_REMEMBERED: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Refusals(BTreeMap<AgentId, Refused>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Refused {
    times: u8,
    last: Moment,
}

impl Refusals {
    pub(super) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Seconds until the agent may ask again, rounded up; `None` when they may.
    pub(super) fn wait(&self, agent: AgentId, now: Moment) -> Option<u32> {
        let refused = self.0.get(&agent).filter(|it| PATIENCE <= it.times)?;
        let left = WAIT.saturating_sub(now.since(refused.last));
        let seconds = left.as_millis().div_ceil(1000);
        u32::try_from(seconds).ok().filter(|it| *it > 0)
    }

    /// One more no. Seconds until the agent may ask again; 0 when at once.
    pub(super) fn count(&mut self, agent: AgentId, now: Moment) -> u32 {
        self.make_room(agent);
        let refused = self.0.entry(agent).or_insert(Refused { times: 0, last: now });
        // Whoever waited begins with a clean slate.
        let before = if WAIT <= now.since(refused.last) { 0 } else { refused.times };
        *refused = Refused { times: before.saturating_add(1), last: now };
        self.wait(agent, now).unwrap_or(0)
    }

    /// A yes: the slate is clean.
    pub(super) fn forget(&mut self, agent: AgentId) {
        self.0.remove(&agent);
    }

    fn make_room(&mut self, agent: AgentId) {
        if self.0.len() < MAX_REMEMBERED || self.0.contains_key(&agent) {
            return;
        }
        let oldest = self.0.iter().min_by_key(|(_, refused)| refused.last).map(|(agent, _)| *agent);
        oldest.map(|agent| self.0.remove(&agent));
    }
}

#[cfg(test)]
impl Refusals {
    /// How often refused, and how long ago, as far as it matters.
    pub(super) fn standing(&self, agent: AgentId, now: Moment) -> Option<(u8, Duration)> {
        let refused = self.0.get(&agent)?;
        Some((refused.times.min(PATIENCE), now.since(refused.last).min(WAIT)))
    }
}
