//! Giving a conversation to somebody else.
use super::{
    super::{content::check_length, *},
    Draft, not_now, offers, wait,
};

/// The owner or a manager gives it on. To an agent: they are asked, and nothing changes until they accept. To
/// a queue: at once.
pub(super) fn ask(
    draft: &mut Draft<'_>,
    actor: AgentActor,
    to: TransferTo,
    note: &Words,
) -> Result<(), Refusal> {
    check_length(&note.0)?;
    match to {
        TransferTo::Agent(agent, cap) => {
            // It is the other one who is not connected.
            let asked = draft.require_room(agent, cap);
            asked.map_err(|it| if it == Refusal::NotConnected { Refusal::AgentUnavailable } else { it })?;
            ask_agent(draft, actor, agent, note)
        }
        TransferTo::Queue(queue) => send_to_queue(draft, actor, queue, note),
    }
}

fn ask_agent(draft: &mut Draft<'_>, actor: AgentActor, to: AgentId, note: &Words) -> Result<(), Refusal> {
    let active = require_owned(draft, actor)?;
    if active.agent == to {
        return Err(Refusal::SameAgent);
    }
    if active.transfer.is_some() {
        return Err(Refusal::TransferPending);
    }
    let no = draft.next_offer();
    let from = active.agent;
    let due = draft.at + draft.first_answer();
    let transfer = Some(TransferOffer { no, to, due });
    draft.next.state = State::Active(Active { transfer, ..active });
    draft.record(Record::TransferAsked { no, from, to, note: note.clone() });
    draft.put(Effect::OfferMade { no, agent: to, purpose: OfferFor::Transfer(from), due });
    Ok(())
}

fn send_to_queue(
    draft: &mut Draft<'_>,
    actor: AgentActor,
    queue: QueueId,
    note: &Words,
) -> Result<(), Refusal> {
    draft.world.queue(queue).ok_or(Refusal::UnknownQueue)?;
    let may = match draft.next.state {
        State::Active(active) => active.agent == actor.id || actor.manages(),
        State::Queued(_) | State::Offered(..) | State::Snoozed(_) => actor.manages(),
        State::Bot(_) | State::OfflineForm | State::Offline | State::Closed(_) => {
            return Err(not_now(&draft.next.state));
        }
    };
    if !may {
        return Err(Refusal::NotOwner);
    }
    if !draft.world.is_open(Some(queue), draft.at) {
        return Err(Refusal::QueueClosed);
    }
    move_to_queue(draft, queue, Some(actor.id), note);
    Ok(())
}

/// The queue or its agent does not exist any more.
pub(super) fn reroute(draft: &mut Draft<'_>, queue: QueueId) -> Result<(), Refusal> {
    draft.world.queue(queue).ok_or(Refusal::UnknownQueue)?;
    match draft.next.state {
        State::Queued(_) | State::Offered(..) | State::Active(_) | State::Snoozed(_) => {
            move_to_queue(draft, queue, None, &Words::default());
            Ok(())
        }
        State::Bot(_) | State::OfflineForm | State::Offline | State::Closed(_) => Err(Refusal::Nothing),
    }
}

fn move_to_queue(draft: &mut Draft<'_>, queue: QueueId, by: Option<AgentId>, note: &Words) {
    offers::end(draft, OfferOutcome::Withdrawn);
    draft.record(Record::SentToQueue { by, queue, note: note.clone() });
    let owner = draft.next.owner();
    if owner.is_some() {
        draft.notice(Notice::TransferredToQueue { queue });
    }
    let wait = match draft.next.state {
        // Whoever waits keeps the place.
        State::Queued(waiting) | State::Offered(waiting, _) => wait::Wait {
            since: waiting.since,
            boosted: waiting.boosted,
            sticky: waiting.sticky,
            on_missed: waiting.accept_due.map(|_| waiting.on_missed),
        },
        // A visitor whose conversation was put aside may not be there.
        State::Snoozed(_) => wait::Wait { on_missed: None, ..wait::Wait::again(draft) },
        State::Bot(_) | State::Active(_) | State::OfflineForm | State::Offline | State::Closed(_) => {
            wait::Wait::again(draft)
        }
    };
    draft.next.queue = queue;
    draft.next.passed = owner.map(|agent| (agent, Passed::Declined)).into_iter().collect();
    draft.next.round = Round(1);
    wait::enter(draft, wait);
}

/// Keeps it after all.
pub(super) fn cancel(draft: &mut Draft<'_>, actor: AgentActor) -> Result<(), Refusal> {
    let active = require_owned(draft, actor)?;
    active.transfer.ok_or(Refusal::NoTransfer)?;
    offers::end_transfer(draft, OfferOutcome::Withdrawn);
    Ok(())
}

fn require_owned(draft: &Draft<'_>, actor: AgentActor) -> Result<Active, Refusal> {
    match draft.next.state {
        State::Active(active) if active.agent == actor.id || actor.manages() => Ok(active),
        State::Active(_) => Err(Refusal::NotOwner),
        State::Bot(_)
        | State::Queued(_)
        | State::Offered(..)
        | State::Snoozed(_)
        | State::OfflineForm
        | State::Offline
        | State::Closed(_) => Err(not_now(&draft.next.state)),
    }
}
