//! What holds of every conversation after every transition.
use std::collections::{BTreeMap, BTreeSet};

use super::{super::*, stage::Site};

/// What a store would hold, built from effects alone.
#[derive(Debug, Default)]
pub struct Shadow {
    timers: BTreeMap<TimerKind, UnixMillis>,
    holders: BTreeSet<AgentId>,
    offers: BTreeMap<OfferNo, (AgentId, Option<OfferOutcome>)>,
    cids: BTreeSet<Cid>,
    seq: u64,
    agent_seq: u64,
    sharer: Option<AgentId>,
}

impl Shadow {
    /// Takes in a transition and compares.
    pub fn take(&mut self, before: Option<(&Conversation, UnixMillis)>, transition: &Transition) {
        transition.effects.iter().for_each(|effect| self.apply(effect));
        let next = &transition.next;
        assert_eq!(next.ver, before.map_or(Ver(0), |(it, _)| it.ver).next());
        assert_eq!(self.timers, next.timers());
        assert_eq!(self.holders, next.slots(), "load = count(active + offered)");
        assert_eq!((self.seq, self.agent_seq), (next.last_seq.0, next.last_agent_seq.0));
        let open: Vec<_> = self.offers.iter().filter(|(_, (_, outcome))| outcome.is_none()).collect();
        let open: Vec<_> = open.into_iter().map(|(no, (agent, _))| (*agent, *no)).collect();
        assert_eq!(open, next.asked().into_iter().collect::<Vec<_>>(), "at most one offer stands");
        self.check_share(next);
        check_state(next);
        if let Some((before, now)) = before {
            check_kept(before, next);
            // Where a deadline has passed besides, there was a state in between.
            if before.timers().into_values().all(|due| now < due) {
                check_step(before, next);
            }
        }
    }

    fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Append(message) => self.append(message),
            Effect::SetTimer(kind, at) => {
                assert_ne!(self.timers.insert(*kind, *at), Some(*at), "set to what it was");
            }
            Effect::ClearTimer(kind) => assert!(self.timers.remove(kind).is_some(), "{kind:?} was not set"),
            Effect::Hold(agent, _) => assert!(self.holders.insert(*agent), "{agent:?} held it already"),
            Effect::Free(agent) => assert!(self.holders.remove(agent), "{agent:?} did not hold it"),
            Effect::OfferMade { no, agent, .. } => {
                assert_eq!(self.offers.insert(*no, (*agent, None)), None, "offers are numbered");
            }
            Effect::OfferEnded { no, agent, outcome } => {
                let ended = self.offers.insert(*no, (*agent, Some(*outcome)));
                assert_eq!(ended, Some((*agent, None)), "an offer ends once");
            }
            Effect::EndShare(agent) | Effect::HandOverShare { from: agent, .. } => {
                assert_eq!(self.sharer.take(), Some(*agent));
            }
            Effect::AnswerMissed(_)
            | Effect::Participant(_)
            | Effect::Tag(..)
            | Effect::TagAutomatically(_)
            | Effect::BlockVisitor(_)
            | Effect::UpdateVisitor(_)
            | Effect::AskRating
            | Effect::Mail(_)
            | Effect::Desk(_) => {}
        }
    }

    fn append(&mut self, message: &Message) {
        assert!(self.cids.insert(message.cid), "a name is used twice: {message:?}");
        let is_record = matches!(message.body, Body::Record(_));
        match message.place {
            Place::Thread(seq) => {
                self.seq += 1;
                assert_eq!(seq.0, self.seq, "gap-free");
                assert!(!is_record, "what is for agents only reached the visitor: {message:?}");
            }
            Place::AgentsOnly(seq) => {
                self.agent_seq += 1;
                assert_eq!(seq.0, self.agent_seq, "gap-free");
                assert!(is_record);
            }
        }
    }

    /// Whoever could share the page is either still its owner, or their share was ended.
    fn check_share(&mut self, next: &Conversation) {
        if let Some(sharer) = self.sharer {
            assert_eq!(next.active_agent(), Some(sharer), "a share outlives its owner");
        }
        self.sharer = next.active_agent();
    }
}

fn check_state(it: &Conversation) {
    let timers = it.timers();
    let has = |kind| timers.contains_key(&kind);
    match &it.state {
        State::Queued(waiting) => {
            assert_eq!(has(TimerKind::Accept), waiting.accept_due.is_some());
            assert!(!has(TimerKind::Answer));
        }
        State::Offered(_, offer) => {
            assert!(has(TimerKind::Answer));
            assert!(timers.get(&TimerKind::Accept).is_none_or(|end| offer.due <= *end));
            assert!(offer.due <= offer.answer_due);
        }
        State::Active(active) => {
            assert!(!has(TimerKind::Accept));
            assert_eq!(has(TimerKind::Transfer), active.transfer.is_some());
            assert_ne!(active.transfer.map(|it| it.to), Some(active.agent), "one owner");
            assert_eq!(it.previous_agent, Some(active.agent));
        }
        State::Snoozed(snooze) => assert_eq!(has(TimerKind::Wake), snooze.end.at().is_some()),
        State::Closed(closed) => {
            assert!(timers.is_empty() && it.slots().is_empty());
            assert!(it.created <= closed.at);
        }
        State::Bot(_) | State::OfflineForm | State::Offline => {
            assert!(timers.is_empty() && it.slots().is_empty());
        }
    }
}

/// What may follow what.
fn check_step(before: &Conversation, next: &Conversation) {
    use Stage::*;
    let (from, to) = (before.state.stage(), next.state.stage());
    let allowed: &[Stage] = match from {
        Bot => &[Bot, Queued, Active, OfflineForm, Closed],
        Queued | Offered => &[Queued, Offered, Active, OfflineForm, Offline, Closed],
        Active | Snoozed => &[Queued, Active, Snoozed, OfflineForm, Closed],
        OfflineForm => &[OfflineForm, Offline, Closed],
        Offline => &[Offline, Closed],
        Closed => &[Closed, Active, Offline],
    };
    assert!(allowed.contains(&to), "{from:?} -> {to:?}");
    if from == Closed && to != Closed {
        assert_eq!(next.reopened, before.reopened + 1, "only by opening it again");
    }
}

fn check_kept(before: &Conversation, next: &Conversation) {
    assert!(before.first_reply_at.is_none() || next.first_reply_at == before.first_reply_at);
    assert!(before.tags.is_subset(&next.tags));
    assert!(before.offers <= next.offers);
    assert_eq!(
        (before.id, before.public, before.visitor, before.created),
        (next.id, next.public, next.visitor, next.created)
    );
}

/// A command that was refused would be refused again: it has changed nothing.
pub fn check_refusal(conversation: &Conversation, command: &Command, now: UnixMillis, site: &Site) {
    let first = apply(conversation, command, now, site);
    assert_eq!(first, apply(conversation, command, now, site));
}
