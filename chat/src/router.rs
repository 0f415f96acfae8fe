//! Brings waiting conversations to agents.
//!
//! Facts come in as [`Event`]s, each whole in itself: an event twice is an event once, and after a restart the
//! shell tells everything once. Decisions come out; the shell carries them out as commands of the state
//! machine and tells what became of the conversation. Until it does, the slot is held.
//!
//! Who waits longest is served first, whoever had an agent before all others; of the agents who can, in this
//! order: the one who had this visitor, one who speaks the language, by priority, by load beside the cap, who
//! was not asked for longest, by number. Whoever let a conversation pass is asked again when all the others
//! have too, whoever did so longest ago first; who said no is not asked again (but in a wait without an end, when
//! the visitor writes: the state machine forgets it then). A conversation that nobody can take does not hold up
//! those behind it.
//!
//! Between two events no conversation waits that an agent could take. So an event needs to look only at the
//! agents and the conversation that it touches: O(log n) in what waits and in who is there.
mod agents;
mod queue;
mod standing;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Debug,
    hash::Hash,
};

use agents::Agent;
pub(crate) use agents::MISSED_UNTIL_AWAY;
pub use agents::{Member, Profile, Reach};
pub use queue::Strategy;
use queue::{Order, Queue};
pub use standing::{Standing, Waits, events_of};

use crate::model::{AgentId, ConversationId, Passed, QueueId, Round, UnixMillis};

/// Something that is so from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// How a queue works.
    Queue(QueueId, Strategy),
    /// Who serves a queue; `None` for not any more.
    Member(QueueId, AgentId, Option<Member>),
    /// What an agent can; `None` for an agent who was removed.
    Agent(AgentId, Option<Profile>),
    /// Whether an agent can be asked at all.
    Reach(AgentId, Reach),
    /// The same, and how many offers in a row they have missed: both as the store knows them.
    Known(AgentId, Reach, u32),
    /// Where a conversation stands.
    Conversation(ConversationId, Standing),
    /// An agent let an offer pass, or did not answer what they accepted.
    Missed(AgentId),
    /// An agent answered.
    Answered(AgentId),
}

/// Something to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Ask this agent. If the state machine refuses, let the conversation's deadlines pass, since its wait may
    /// be over at this very instant; then tell the router what is so: of the agent first, then of the
    /// conversation.
    Offer {
        /// About which conversation.
        conversation: ConversationId,
        /// Whom.
        agent: AgentId,
        /// In which round.
        round: Round,
    },
    /// This agent missed two offers in a row: set them away, and show it.
    SetAway(AgentId),
}

/// All queues of one site, or of several: their ids do not meet.
#[derive(Debug, Default, PartialEq)]
pub struct Router {
    queues: HashMap<QueueId, Queue>,
    agents: HashMap<AgentId, Agent>,
    conversations: HashMap<ConversationId, Standing>,
}

/// What an event may have made possible.
#[derive(Default)]
struct Touched {
    agents: BTreeSet<AgentId>,
    conversation: Option<ConversationId>,
    /// Everything that waits here.
    queue: Option<QueueId>,
}

impl Router {
    /// Takes in what happened at `now`, and says what to do.
    pub fn handle(&mut self, event: Event, now: UnixMillis) -> Vec<Decision> {
        let mut decisions = Vec::new();
        let touched = self.absorb(event, &mut decisions);
        for conversation in touched.queue.map(|queue| self.all_in(queue)).unwrap_or_default() {
            decisions.extend(self.offer(conversation, now));
        }
        while let Some(offer) = self.next(&touched).and_then(|it| self.offer(it, now)) {
            decisions.push(offer);
        }
        decisions
    }

    fn offer(&mut self, conversation: ConversationId, now: UnixMillis) -> Option<Decision> {
        let (agent, round) = self.pick(conversation)?;
        self.hold(conversation, agent, now);
        Some(Decision::Offer { conversation, agent, round })
    }

    fn all_in(&self, queue: QueueId) -> Vec<ConversationId> {
        let waiting = self.queues.get(&queue).into_iter().flat_map(|it| &it.waiting);
        waiting.map(|order| order.conversation).collect()
    }

    /// How many conversations count to this agent's load, decided offers included.
    pub fn load(&self, agent: AgentId) -> usize {
        self.agents.get(&agent).map_or(0, |it| it.slots.len())
    }

    /// The place of a waiting conversation in its queue, from 1. Counts those before it.
    pub fn position(&self, conversation: ConversationId) -> Option<usize> {
        let order = Order::of(conversation, self.waits(conversation)?);
        let queue = self.queues.get(&self.waits(conversation)?.queue)?;
        Some(queue.waiting.range(..=order).count())
    }

    /// Whether somebody who serves a queue is there, however much they have to do.
    pub fn is_attended(&self, queue: QueueId) -> bool {
        let mut members = self.queues.get(&queue).into_iter().flat_map(Queue::members);
        members.any(|agent| self.agents.get(agent).is_some_and(Agent::is_there))
    }

    /// What is not the same in both, in words for people; nothing when they are equal.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = differing(&self.queues, &other.queues);
        found.extend(differing(&self.agents, &other.agents));
        found.extend(differing(&self.conversations, &other.conversations));
        found
    }

    fn absorb(&mut self, event: Event, decisions: &mut Vec<Decision>) -> Touched {
        let mut touched = Touched::default();
        match event {
            Event::Queue(queue, strategy) => {
                let members = self.queues.entry(queue).or_default().set(strategy);
                members.into_iter().for_each(|agent| self.change(agent, &mut Touched::default(), |_| {}));
                touched.queue = Some(queue);
            }
            Event::Member(queue, agent, member) => {
                self.queues.entry(queue).or_default().enlist(agent, member.is_some());
                self.change(agent, &mut touched, |it| it.enlist(queue, member));
            }
            Event::Agent(agent, profile) => self.change_profile(agent, profile, &mut touched),
            Event::Reach(agent, reach) => self.change(agent, &mut touched, |it| it.set_reach(reach)),
            Event::Known(agent, reach, missed) => {
                self.change(agent, &mut touched, |it| decisions.extend(it.set_known(agent, reach, missed)));
            }
            Event::Conversation(conversation, standing) => {
                self.place(conversation, standing, &mut touched);
            }
            Event::Missed(agent) => {
                self.change(agent, &mut touched, |it| decisions.extend(it.miss(agent)));
            }
            Event::Answered(agent) => self.change(agent, &mut touched, |it| it.missed = 0),
        }
        touched
    }

    fn change_profile(&mut self, agent: AgentId, profile: Option<Profile>, touched: &mut Touched) {
        let removed = profile.is_none();
        self.change(agent, touched, |it| it.set_profile(profile));
        if removed && let Some(it) = self.agents.get_mut(&agent) {
            for queue in std::mem::take(&mut it.queues).into_keys() {
                self.queues.entry(queue).or_default().enlist(agent, false);
            }
        }
    }

    /// Changes an agent, and their places in the sets with them.
    fn change(&mut self, id: AgentId, touched: &mut Touched, change: impl FnOnce(&mut Agent)) {
        let agent = self.agents.entry(id).or_default();
        for (queue, rank) in agent.ranks.drain(..) {
            self.queues.entry(queue).or_default().remove(&agent.profile.languages, &rank);
        }
        change(agent);
        for queue in agent.queues.keys() {
            let entry = self.queues.entry(*queue).or_default();
            if let Some(rank) = agent.rank(id, *queue, entry.strategy) {
                entry.insert(&agent.profile.languages, rank);
                agent.ranks.push((*queue, rank));
            }
        }
        touched.agents.insert(id);
    }

    /// Puts a conversation where it stands now.
    fn place(&mut self, id: ConversationId, standing: Standing, touched: &mut Touched) {
        match self.conversations.remove(&id) {
            Some(Standing::Waits(waits)) => {
                self.queues.entry(waits.queue).or_default().waiting.remove(&Order::of(id, &waits));
            }
            Some(Standing::Held(agents)) => {
                for agent in agents {
                    self.change(agent, touched, |it| _ = it.slots.remove(&id));
                }
            }
            None => {}
        }
        match &standing {
            Standing::Waits(waits) => {
                self.queues.entry(waits.queue).or_default().waiting.insert(Order::of(id, waits));
                touched.conversation = Some(id);
            }
            Standing::Held(agents) if agents.is_empty() => return,
            Standing::Held(agents) => {
                for agent in agents {
                    self.change(*agent, touched, |it| _ = it.slots.insert(id));
                }
            }
        }
        self.conversations.insert(id, standing);
    }

    fn hold(&mut self, conversation: ConversationId, agent: AgentId, now: UnixMillis) {
        let mut touched = Touched::default();
        self.place(conversation, Standing::Held([agent].into()), &mut touched);
        self.change(agent, &mut touched, |it| it.profile.last_offer_at = now);
    }

    /// Of the conversations that somebody touched can take, the first in order.
    fn next(&self, touched: &Touched) -> Option<ConversationId> {
        let by_agents = touched.agents.iter().filter_map(|agent| self.first_for(*agent));
        let own = touched.conversation.filter(|id| self.pick(*id).is_some());
        let own = own.and_then(|id| Some(Order::of(id, self.waits(id)?)));
        by_agents.chain(own).min().map(|order| order.conversation)
    }

    /// The first in all the agent's queues that they can take and have not declined.
    fn first_for(&self, agent: AgentId) -> Option<Order> {
        let ranks = self.agents.get(&agent)?.ranks.iter();
        let firsts = ranks.filter_map(|(queue, _)| {
            let mut waiting = self.queues.get(queue)?.waiting.iter();
            waiting.find(|order| !self.has_declined(agent, order.conversation)).copied()
        });
        firsts.min()
    }

    fn has_declined(&self, agent: AgentId, conversation: ConversationId) -> bool {
        let passed = self.waits(conversation).and_then(|it| it.passed.get(&agent));
        passed == Some(&Passed::Declined)
    }

    /// Who takes it, in which round.
    fn pick(&self, conversation: ConversationId) -> Option<(AgentId, Round)> {
        let waits = self.waits(conversation)?;
        let queue = self.queues.get(&waits.queue)?;
        let fresh = |agent: &AgentId| !waits.passed.contains_key(agent);
        let sticky = waits.sticky.filter(|it| fresh(it) && self.can_take(*it, waits.queue));
        let first = sticky.or_else(|| queue.best(waits.lang.as_ref(), fresh));
        first.map(|agent| (agent, waits.round)).or_else(|| self.pick_again(waits))
    }

    /// All have let it pass: whoever did so longest ago, in the next round if that was in this one.
    fn pick_again(&self, waits: &Waits) -> Option<(AgentId, Round)> {
        let expired = waits.passed.iter().filter_map(|(agent, passed)| match passed {
            Passed::Expired(round, at) => Some((*at, *agent, *round)),
            Passed::Declined => None,
        });
        let (_, agent, round) = expired.filter(|(_, agent, _)| self.can_take(*agent, waits.queue)).min()?;
        Some((agent, if round < waits.round { waits.round } else { round.next() }))
    }

    fn can_take(&self, agent: AgentId, queue: QueueId) -> bool {
        self.agents.get(&agent).is_some_and(|it| it.ranks.iter().any(|(of, _)| *of == queue))
    }

    fn waits(&self, conversation: ConversationId) -> Option<&Waits> {
        match self.conversations.get(&conversation)? {
            Standing::Waits(waits) => Some(waits),
            Standing::Held(_) => None,
        }
    }
}

fn differing<K: Copy + Ord + Hash + Debug, V: PartialEq + Debug>(
    ours: &HashMap<K, V>,
    theirs: &HashMap<K, V>,
) -> Vec<String> {
    let keys: BTreeSet<K> = ours.keys().chain(theirs.keys()).copied().collect();
    let values = keys.into_iter().map(|key| (key, ours.get(&key), theirs.get(&key)));
    let differing = values.filter(|(_, ours, theirs)| ours != theirs);
    differing.map(|(key, ours, theirs)| format!("{key:?}: {ours:?} is not {theirs:?}")).collect()
}
