//! The routers of all sites, fed by what is committed.
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Mutex,
    time::Duration,
};

use super::{Committed, lock, pace::Pace};
use crate::{
    model::{
        AgentId, ConversationId, DeskEvent, Effect, Presence, QueueId, SiteId, State as Stands, UnixMillis,
        Ver,
    },
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
    /// How quickly each queue goes on.
    paces: HashMap<(SiteId, QueueId), Pace>,
    /// To be carried out, in this order. At most one that is not void for each conversation.
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
    pub what: What,
    pub at: UnixMillis,
}

/// What is to be done about a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// It is carried out.
    Carry(Decision),
    /// It is void, since the conversation has moved on; but the agent has had their turn, and the store remembers it
    /// as the router does.
    HadTurn(AgentId),
}

impl Decided {
    /// Makes an offer void that is about this conversation.
    fn void(&mut self, (site, conversation): (SiteId, ConversationId)) {
        match self.what {
            What::Carry(Decision::Offer { conversation: of, agent, .. })
                if (self.site, of) == (site, conversation) =>
            {
                self.what = What::HadTurn(agent);
            }
            What::Carry(_) | What::HadTurn(_) => {}
        }
    }
}

impl Routing {
    /// Tells the site's router. True when it decided something.
    pub fn tell(&self, site: SiteId, events: Vec<Event>, now: UnixMillis) -> bool {
        let mut state = lock(&self.state);
        let State { routers, decisions, .. } = &mut *state;
        let router = routers.entry(site).or_default();
        let mut has_decided = false;
        for event in events {
            // What was decided before is void: the router has let go of it, and decides anew where it still waits.
            if let Event::Conversation(conversation, _) = &event {
                decisions.iter_mut().for_each(|it| it.void((site, *conversation)));
            }
            let decided = router.handle(event, now);
            has_decided |= !decided.is_empty();
            decisions.extend(decided.into_iter().map(|it| Decided { site, what: What::Carry(it), at: now }));
        }
        has_decided
    }

    /// Tells of a transition.
    pub fn transition(&self, it: &Committed) -> bool {
        {
            let mut state = lock(&self.state);
            state.refused.remove(&it.transition.next.id);
            if was_awaited(it) {
                let pace = state.paces.entry((it.site, it.transition.next.queue)).or_default();
                pace.taken(it.at);
            }
        }
        self.tell(it.site, events_of(&it.transition), it.at)
    }

    /// How long one still waits before whom so many are, as far as the queue's pace says.
    pub fn wait(&self, queue: (SiteId, QueueId), ahead: usize, now: UnixMillis) -> Option<Duration> {
        lock(&self.state).paces.get(&queue)?.wait(ahead, now)
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

/// Whether somebody who waited is an agent's now.
fn was_awaited(it: &Committed) -> bool {
    let claimed = |it: &Effect| matches!(it, Effect::Desk(DeskEvent::Claimed(_)));
    match &it.transition.next.state {
        Stands::Active(active) => active.waited_since < it.at && it.transition.effects.iter().any(claimed),
        Stands::Bot(_)
        | Stands::Queued(_)
        | Stands::Offered(..)
        | Stands::Snoozed(_)
        | Stands::OfflineForm
        | Stands::Offline
        | Stands::Closed(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Round,
        router::{Member, Profile, Standing, Strategy, Waits},
    };

    const SITE: SiteId = SiteId(1);
    const QUEUE: QueueId = QueueId(1);
    const ANNA: AgentId = AgentId(1);
    const FIRST: ConversationId = ConversationId(1);

    fn waits() -> Vec<Event> {
        let (passed, since) = (Default::default(), UnixMillis(0));
        let waits =
            Waits { queue: QUEUE, boosted: false, since, sticky: None, lang: None, round: Round(1), passed };
        vec![Event::Conversation(FIRST, Standing::Waits(waits))]
    }

    /// While agents come back after a start nothing is carried out: what waits may move on many times meanwhile.
    #[test]
    fn a_conversation_that_moves_on_has_one_decision_or_none() {
        let routing = Routing::default();
        routing.wait_for_everybody(UnixMillis(1_000));
        let member = Member { priority: 0, cap: None };
        let profile = Profile { max_chats: 5, ..Profile::default() };
        let there = vec![
            Event::Queue(QUEUE, Strategy::LeastLoaded),
            Event::Member(QUEUE, ANNA, Some(member)),
            Event::Agent(ANNA, Some(profile)),
            Event::Reach(ANNA, Reach::Ready),
        ];
        routing.tell(SITE, there, UnixMillis(0));
        for at in 1..=3 {
            assert!(routing.tell(SITE, waits(), UnixMillis(at)));
            assert_eq!(carried(&routing), 1, "after {at} messages");
        }
        let gone = vec![Event::Conversation(FIRST, Standing::Held(Default::default()))];
        assert!(!routing.tell(SITE, gone, UnixMillis(4)));
        assert_eq!((carried(&routing), routing.with(SITE, |router| router.load(ANNA))), (0, 0));
        routing.open();
        let turns: Vec<_> = std::iter::from_fn(|| routing.next()).map(|it| (it.what, it.at.0)).collect();
        assert_eq!(turns, [1, 2, 3].map(|at| (What::HadTurn(ANNA), at)));
    }

    fn carried(routing: &Routing) -> usize {
        let state = lock(&routing.state);
        state.decisions.iter().filter(|it| matches!(it.what, What::Carry(_))).count()
    }
}
