//! The same rules, slowly: after each event, everything is sorted anew.
use std::collections::BTreeMap;

use super::super::*;
use crate::model::Lang;

#[derive(Debug, Default, Clone)]
struct Person {
    profile: Profile,
    reach: Reach,
    missed: u32,
}

/// What is so, without any index.
#[derive(Debug, Default)]
pub struct Reference {
    queues: BTreeMap<QueueId, Strategy>,
    members: BTreeMap<(QueueId, AgentId), Member>,
    agents: BTreeMap<AgentId, Person>,
    conversations: BTreeMap<ConversationId, Standing>,
}

impl Reference {
    pub fn handle(&mut self, event: Event, now: UnixMillis) -> Vec<Decision> {
        let mut decisions = Vec::new();
        match event {
            Event::Queue(queue, strategy) => _ = self.queues.insert(queue, strategy),
            Event::Member(queue, agent, Some(member)) => _ = self.members.insert((queue, agent), member),
            Event::Member(queue, agent, None) => _ = self.members.remove(&(queue, agent)),
            Event::Agent(agent, profile) => self.set_profile(agent, profile),
            Event::Reach(agent, reach) => self.set_reach(agent, reach),
            Event::Known(agent, reach, missed) => {
                let person = self.agents.entry(agent).or_default();
                (person.reach, person.missed) = (reach, missed);
                if reach == Reach::Ready && 2 <= missed {
                    person.reach = Reach::None;
                    decisions.push(Decision::SetAway(agent));
                }
            }
            Event::Conversation(id, standing) => _ = self.conversations.insert(id, standing),
            Event::Answered(agent) => self.agents.entry(agent).or_default().missed = 0,
            Event::Missed(agent) => {
                let person = self.agents.entry(agent).or_default();
                person.missed += 1;
                if person.missed == 2 {
                    person.reach = Reach::None;
                    decisions.push(Decision::SetAway(agent));
                }
            }
        }
        while let Some(offer) = self.first_match(now) {
            decisions.push(offer);
        }
        decisions
    }

    fn set_profile(&mut self, agent: AgentId, profile: Option<Profile>) {
        let person = self.agents.entry(agent).or_default();
        if profile.is_none() {
            person.reach = Reach::None;
            self.members.retain(|(_, member), _| *member != agent);
        }
        let before = person.profile.last_offer_at;
        person.profile = profile.unwrap_or_default();
        person.profile.last_offer_at = person.profile.last_offer_at.max(before);
    }

    fn set_reach(&mut self, agent: AgentId, reach: Reach) {
        let person = self.agents.entry(agent).or_default();
        person.reach = reach;
        if reach == Reach::Ready {
            person.missed = 0;
        }
    }

    fn first_match(&mut self, now: UnixMillis) -> Option<Decision> {
        let waits = self.conversations.iter().filter_map(|(id, standing)| match standing {
            Standing::Waits(waits) => Some((!waits.boosted, waits.since, *id, waits.clone())),
            Standing::Held(_) => None,
        });
        let mut waits: Vec<_> = waits.collect();
        waits.sort_by_key(|(boosted, since, id, _)| (*boosted, *since, *id));
        let (conversation, (agent, round)) =
            waits.iter().find_map(|(_, _, id, waits)| Some((*id, self.best(waits)?)))?;
        self.conversations.insert(conversation, Standing::Held([agent].into()));
        self.agents.entry(agent).or_default().profile.last_offer_at = now;
        Some(Decision::Offer { conversation, agent, round })
    }

    fn best(&self, waits: &Waits) -> Option<(AgentId, Round)> {
        let strategy = self.queues.get(&waits.queue).copied().unwrap_or_default();
        let mut candidates: Vec<_> =
            self.agents.keys().filter_map(|agent| self.key(*agent, waits, strategy)).collect();
        candidates.sort();
        candidates.first().map(|key| (key.agent, key.round))
    }

    fn key(&self, agent: AgentId, waits: &Waits, strategy: Strategy) -> Option<Key> {
        let person = self.agents.get(&agent)?;
        let member = self.members.get(&(waits.queue, agent))?;
        let cap = u64::from(member.cap.unwrap_or(person.profile.max_chats));
        let load = self.load(agent) as u64;
        if person.reach != Reach::Ready || cap <= load || strategy == Strategy::Manual {
            return None;
        }
        let speaks = |lang: &Lang| person.profile.languages.contains(lang);
        let (expired, round) = match waits.passed.get(&agent) {
            Some(Passed::Declined) => return None,
            Some(Passed::Expired(round, at)) if *round < waits.round => (Some(*at), waits.round),
            Some(Passed::Expired(round, at)) => (Some(*at), round.next()),
            None => (None, waits.round),
        };
        let rank = (
            waits.sticky != Some(agent),
            !waits.lang.as_ref().is_some_and(speaks),
            -i64::from(member.priority),
            if strategy == Strategy::LeastLoaded { load * 1_000_000 / cap } else { 0 },
            person.profile.last_offer_at,
        );
        // Of those who let it pass, only since when counts.
        let rank = if expired.is_some() { Default::default() } else { rank };
        Some(Key { expired, rank, agent, round })
    }

    pub fn load(&self, agent: AgentId) -> usize {
        let holds = |it: &&Standing| matches!(it, Standing::Held(agents) if agents.contains(&agent));
        self.conversations.values().filter(holds).count()
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    expired: Option<UnixMillis>,
    rank: (bool, bool, i64, u64, UnixMillis),
    agent: AgentId,
    round: Round,
}
