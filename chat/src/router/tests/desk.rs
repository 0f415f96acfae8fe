//! Router and state machine together, on virtual time: what a node does, without a store and sockets.
use std::collections::{BTreeMap, VecDeque};

use super::super::*;
use crate::model::{tests::stage::*, *};

/// One site at work.
pub struct Desk {
    pub site: Site,
    router: Router,
    pub conversations: BTreeMap<ConversationId, Conversation>,
    caps: BTreeMap<AgentId, usize>,
    pub now: UnixMillis,
    /// What the agents were asked, when: agent, conversation, instant.
    pub asked: Vec<(AgentId, i64, i64)>,
}

impl Desk {
    /// These agents are there, for [`SALES`], [`HELP`] and [`SPARE`], with so many conversations each.
    pub fn new(agents: &[(AgentId, u32)]) -> Self {
        let site = Site::new();
        let caps = agents.iter().map(|(agent, cap)| (*agent, *cap as usize)).collect();
        let mut desk = Self {
            site,
            router: Router::default(),
            conversations: BTreeMap::new(),
            caps,
            now: at(0),
            asked: vec![],
        };
        for queue in [SALES, HELP, SPARE] {
            desk.tell([Event::Queue(queue, Strategy::LeastLoaded)]);
        }
        for agent in [ANNA, BEN, CLEO, MAYA] {
            desk.site.set_presence(agent, Presence::Gone);
        }
        for (agent, max_chats) in agents {
            let profile = Profile { max_chats: *max_chats, ..Profile::default() };
            desk.tell([Event::Agent(*agent, Some(profile))]);
            for queue in [SALES, HELP, SPARE] {
                desk.tell([Event::Member(queue, *agent, Some(Member { priority: 0, cap: None }))]);
            }
            desk.presence(*agent, Presence::Available);
        }
        desk
    }

    /// A visitor begins.
    pub fn visitor_comes(&mut self, n: i64) {
        let begins = Begin { id: ConversationId(n), visitor: VisitorId(n), ..start() };
        let first = begin(begins, self.now, &self.site, &mut Counting(0)).expect("let in");
        self.commit(first);
    }

    /// A command now; its refusal, if it is refused.
    pub fn apply(&mut self, n: i64, command: &Command) -> Option<Refusal> {
        self.update_rooms();
        let conversation = self.conversations.get(&ConversationId(n)).expect("a conversation");
        match apply(conversation, command, self.now, &self.site) {
            Ok(transition) => {
                self.commit(transition);
                None
            }
            Err(refusal) => Some(refusal),
        }
    }

    pub fn agent(&mut self, n: i64, agent: AgentId, command: FromAgent) -> Option<Refusal> {
        self.apply(n, &Command::Agent(actor(agent), command))
    }

    /// Time goes on; every deadline passes at its instant.
    pub fn until(&mut self, millis: i64) {
        while let Some((due, id)) = self.next_deadline().filter(|(due, _)| due.0 <= millis) {
            self.now = due;
            assert_eq!(self.apply(id.0, &Command::System(FromSystem::Timeout)), None);
        }
        self.now = at(millis);
    }

    pub fn presence(&mut self, agent: AgentId, presence: Presence) {
        self.site.set_presence(agent, presence);
        let reach = if presence == Presence::Available { Reach::Ready } else { Reach::None };
        self.tell([Event::Reach(agent, reach)]);
    }

    pub fn stage(&self, n: i64) -> Stage {
        self.conversations[&ConversationId(n)].state.stage()
    }

    pub fn owner(&self, n: i64) -> Option<AgentId> {
        self.conversations[&ConversationId(n)].owner()
    }

    /// Who is asked about it at the moment.
    pub fn asks(&self, n: i64) -> Option<AgentId> {
        self.conversations[&ConversationId(n)].asked().map(|(agent, _)| agent)
    }

    fn next_deadline(&self) -> Option<(UnixMillis, ConversationId)> {
        let all = self.conversations.values();
        all.filter_map(|it| Some((it.timers().into_values().min()?, it.id))).min()
    }

    fn commit(&mut self, transition: Transition) {
        let events = events_of(&transition);
        self.conversations.insert(transition.next.id, transition.next);
        self.tell(events);
    }

    fn tell(&mut self, events: impl IntoIterator<Item = Event>) {
        let mut events: VecDeque<_> = events.into_iter().collect();
        let mut decisions = Vec::new();
        while let Some(event) = events.pop_front() {
            decisions.extend(self.router.handle(event, self.now));
        }
        decisions.into_iter().for_each(|decision| self.carry_out(decision));
    }

    fn carry_out(&mut self, decision: Decision) {
        match decision {
            Decision::Offer { conversation, agent, round } => {
                self.asked.push((agent, conversation.0, self.now.0));
                let offer = Command::System(FromSystem::Offer { agent, round });
                if let Some(refusal) = self.apply(conversation.0, &offer) {
                    // Its wait is over at this very instant.
                    let timeout = Command::System(FromSystem::Timeout);
                    assert_eq!(self.apply(conversation.0, &timeout), None, "{agent:?}: {refusal:?}");
                }
            }
            Decision::SetAway(agent) => self.presence(agent, Presence::Away),
        }
    }

    fn update_rooms(&mut self) {
        for (agent, cap) in self.caps.clone() {
            let room = if self.load(agent) < cap { Room::Free } else { Room::Full };
            self.site.set_room(agent, room);
        }
    }

    fn load(&self, agent: AgentId) -> usize {
        self.conversations.values().filter(|it| it.slots().contains(&agent)).count()
    }

    /// What holds between any two things that happen.
    pub fn check(&self) {
        for agent in self.caps.keys() {
            assert_eq!(self.router.load(*agent), self.load(*agent), "load of {agent:?}");
        }
        for waiting in self.conversations.values().filter(|it| it.state.stage() == Stage::Queued) {
            assert!(self.router.position(waiting.id).is_some());
            for (agent, cap) in &self.caps {
                let is_there = self.site.agents[agent].presence == Presence::Available;
                let may = waiting.passed.get(agent) != Some(&Passed::Declined);
                let idle = is_there && may && self.load(*agent) < *cap;
                assert!(!idle, "{:?} waits and {agent:?} could take it", waiting.id);
            }
        }
    }
}
