//! The routers of all sites, fed by what is committed.
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Mutex,
};

use super::{Committed, lock};
use crate::{
    model::{AgentId, ConversationId, Presence, SiteId, UnixMillis, Ver},
    router::{Decision, Event, Reach, Router, events_of},
    tables::people::Told,
};

#[derive(Default)]
pub(super) struct Routing {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    routers: HashMap<SiteId, Router>,
    /// To be carried out, in this order. At most one for each conversation.
    decisions: VecDeque<Decided>,
    /// What was refused in this turn: the same thing twice would go on for ever.
    refused: HashMap<ConversationId, (AgentId, Ver)>,
    grace: Option<Grace>,
}

/// After a start, until everybody has had the time to come back.
struct Grace {
    until: UnixMillis,
    seen: HashSet<(SiteId, AgentId)>,
}

/// What the router is told when the state machine refused its offer.
pub(super) enum AfterRefusal {
    /// How things stand.
    Tell,
    /// Nothing of the conversation: the same offer would be refused again.
    Wait,
}

/// Whether an agent who is there is asked.
pub(super) const fn reach(presence: Presence) -> Reach {
    match presence {
        Presence::Available => Reach::Ready,
        Presence::Away | Presence::Gone => Reach::None,
    }
}

/// Everything about an agent but their queues.
pub(super) fn about(it: &Told) -> Vec<Event> {
    let profile = Event::Agent(it.agent, Some(it.profile.clone()));
    vec![profile, Event::Known(it.agent, reach(it.presence), it.missed)]
}

/// What a router decided, and when: that is when the agent counts as asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decided {
    pub site: SiteId,
    pub decision: Decision,
    pub at: UnixMillis,
}

impl Routing {
    /// Tells the site's router. True when it decided something.
    pub fn tell(&self, site: SiteId, events: Vec<Event>, now: UnixMillis) -> bool {
        let mut state = lock(&self.state);
        let State { routers, decisions, .. } = &mut *state;
        let router = routers.entry(site).or_default();
        let before = decisions.len();
        for event in events {
            let decided = router.handle(event, now).into_iter();
            decisions.extend(decided.map(|decision| Decided { site, decision, at: now }));
        }
        before < decisions.len()
    }

    /// Tells of a transition.
    pub fn transition(&self, it: &Committed) -> bool {
        lock(&self.state).refused.remove(&it.transition.next.id);
        self.tell(it.site, events_of(&it.transition), it.at)
    }

    /// What was refused before may be possible now.
    pub fn begin_turn(&self) {
        lock(&self.state).refused.clear();
    }

    /// The next decision to be carried out. None while agents are coming back.
    pub fn next(&self) -> Option<Decided> {
        let mut state = lock(&self.state);
        if state.grace.is_some() { None } else { state.decisions.pop_front() }
    }

    /// Whether [`Routing::next`] has one.
    pub fn has_decisions(&self) -> bool {
        let state = lock(&self.state);
        state.grace.is_none() && !state.decisions.is_empty()
    }

    /// Puts one back that the store could not take.
    pub fn again(&self, decided: Decided) {
        lock(&self.state).decisions.push_front(decided);
    }

    /// What to do about an offer that was refused when the conversation had this version.
    pub fn refused(&self, conversation: ConversationId, (agent, ver): (AgentId, Ver)) -> AfterRefusal {
        let last = lock(&self.state).refused.insert(conversation, (agent, ver));
        if last == Some((agent, ver)) { AfterRefusal::Wait } else { AfterRefusal::Tell }
    }

    /// Nobody is asked before `until`.
    pub fn wait_for_everybody(&self, until: UnixMillis) {
        lock(&self.state).grace = Some(Grace { until, seen: HashSet::new() });
    }

    /// Somebody said that this agent is there, or is not.
    pub fn seen(&self, site: SiteId, agent: AgentId) {
        if let Some(grace) = &mut lock(&self.state).grace {
            grace.seen.insert((site, agent));
        }
    }

    /// Until when nobody is asked.
    pub fn grace(&self) -> Option<UnixMillis> {
        lock(&self.state).grace.as_ref().map(|it| it.until)
    }

    /// Of these agents, those of whom nobody has said anything since the start.
    pub fn unseen(&self, mut agents: Vec<(SiteId, AgentId)>) -> Vec<(SiteId, AgentId)> {
        if let Some(grace) = &lock(&self.state).grace {
            agents.retain(|it| !grace.seen.contains(it));
        }
        agents
    }

    /// Agents are asked from now on.
    pub fn open(&self) {
        lock(&self.state).grace = None;
    }

    /// Asks the site's router.
    pub fn with<T>(&self, site: SiteId, ask: impl FnOnce(&Router) -> T) -> T {
        ask(lock(&self.state).routers.entry(site).or_default())
    }
}
