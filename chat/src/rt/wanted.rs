//! What agents were when their last desk went.
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::model::{AgentId, Presence, SiteId, UnixMillis};

type Sites = BTreeMap<SiteId, Presence>;

/// Kept for a while: who comes back soon need not say it again, who comes back tomorrow does.
#[derive(Default)]
pub(crate) struct Wanted(Mutex<HashMap<AgentId, (Sites, UnixMillis)>>);

impl Wanted {
    /// Keeps what an agent was.
    pub fn keep(&self, agent: AgentId, sites: Sites, at: UnixMillis) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(agent, (sites, at));
    }

    /// What they were, if that is not too long ago; once.
    pub fn take(&self, agent: AgentId, now: UnixMillis, within: Duration) -> Sites {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&agent);
        kept.filter(|(_, at)| now.since(*at) <= within).map(|(sites, _)| sites).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_back_soon_is_what_they_were() {
        let wanted = Wanted::default();
        let sites: Sites = [(SiteId(1), Presence::Away)].into();
        let within = Duration::from_secs(120);
        wanted.keep(AgentId(1), sites.clone(), UnixMillis(0));
        assert_eq!(wanted.take(AgentId(1), UnixMillis(120_000), within), sites);
        assert!(wanted.take(AgentId(1), UnixMillis(120_000), within).is_empty(), "once");
        wanted.keep(AgentId(1), sites, UnixMillis(0));
        assert!(wanted.take(AgentId(1), UnixMillis(120_001), within).is_empty(), "too late");
    }
}
