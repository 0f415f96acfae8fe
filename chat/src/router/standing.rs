//! What the router has to know of a conversation, and how a transition tells it.
use std::collections::{BTreeMap, BTreeSet};

use super::Event;
use crate::model::{
    AgentId, Author, Conversation, Effect, Lang, OfferOutcome, Passed, Place, QueueId, Round, State,
    Transition, UnixMillis,
};

/// Where a conversation stands, to the router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It waits for an agent.
    Waits(Waits),
    /// It counts to these agents' load; to nobody's when it is with the bot, put aside, or over.
    Held(BTreeSet<AgentId>),
}

/// A conversation that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waits {
    /// Where.
    pub queue: QueueId,
    /// Whether an agent has had it.
    pub boosted: bool,
    /// Since when.
    pub since: UnixMillis,
    /// Who is asked first when they can.
    pub sticky: Option<AgentId>,
    /// The visitor's language.
    pub lang: Option<Lang>,
    /// How often it went round.
    pub round: Round,
    /// Who let it pass.
    pub passed: BTreeMap<AgentId, Passed>,
}

impl From<&Conversation> for Standing {
    fn from(conversation: &Conversation) -> Self {
        match &conversation.state {
            State::Queued(waiting) => Self::Waits(Waits {
                queue: conversation.queue,
                boosted: waiting.boosted,
                since: waiting.since,
                sticky: waiting.sticky,
                lang: conversation.lang.clone(),
                round: conversation.round,
                passed: conversation.passed.clone(),
            }),
            State::Bot(_)
            | State::Offered(..)
            | State::Active(_)
            | State::Snoozed(_)
            | State::OfflineForm
            | State::Offline
            | State::Closed(_) => Self::Held(conversation.slots()),
        }
    }
}

/// What a transition, once committed, tells the router: about agents first, so that whoever is set away by it
/// is not asked at once.
pub fn events_of(transition: &Transition) -> Vec<Event> {
    let next = &transition.next;
    let about_agents = transition.effects.iter().filter_map(|effect| about_agent(effect, &next.state));
    about_agents.chain([Event::Conversation(next.id, next.into())]).collect()
}

fn about_agent(effect: &Effect, next: &State) -> Option<Event> {
    if let Effect::OfferEnded { agent, outcome: OfferOutcome::Expired, .. } | Effect::AnswerMissed(agent) =
        effect
    {
        return Some(Event::Missed(*agent));
    }
    if let Effect::OfferEnded { agent, outcome: OfferOutcome::Answered, .. } = effect {
        let may_rest = matches!(next, State::Active(it) if it.answer_due.is_none());
        return may_rest.then_some(Event::Answered(*agent));
    }
    match effect.message().map(|it| (it.author, it.place)) {
        Some((Author::Agent(agent), Place::Thread(_))) => Some(Event::Answered(agent)),
        Some(_) | None => None,
    }
}
