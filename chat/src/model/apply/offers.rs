//! Asking agents, one at a time.
use super::{super::*, Draft, not_now, take, wait};

/// The router found an agent for what waits.
pub(super) fn offer(draft: &mut Draft<'_>, agent: AgentId, round: Round) -> Result<(), Refusal> {
    let State::Queued(waiting) = draft.next.state else { return Err(not_now(&draft.next.state)) };
    let again = match draft.next.passed.get(&agent) {
        Some(Passed::Declined) => true,
        Some(Passed::Expired(passed_in, _)) => round <= *passed_in,
        None => false,
    };
    if again || !draft.is_available(agent) {
        return Err(Refusal::AgentUnavailable);
    }
    draft.require_room(agent, Cap::Holds)?;
    let answer_due = draft.at + draft.first_answer();
    let due = waiting.accept_due.map_or(answer_due, |end| end.min(answer_due));
    let no = draft.next_offer();
    let round = round.max(draft.next.round);
    draft.next.round = round;
    draft.next.state = State::Offered(waiting, Offer { no, agent, round, due, answer_due });
    draft.put(Effect::OfferMade { no, agent, purpose: OfferFor::Queue(draft.next.queue), due });
    Ok(())
}

/// The agent says no: to a conversation that waits, or to another agent's.
pub(super) fn decline(draft: &mut Draft<'_>, agent: AgentId, no: OfferNo) -> Result<(), Refusal> {
    if draft.next.asked() != Some((agent, no)) {
        return Err(Refusal::OfferExpired);
    }
    if let State::Offered(waiting, offer) = draft.next.state {
        pass(draft, &waiting, &offer, OfferOutcome::Declined);
    } else {
        end_transfer(draft, OfferOutcome::Declined);
    }
    Ok(())
}

/// The agent's time is over: to accept, or to write what they accepted.
pub(super) fn time_is_over(draft: &mut Draft<'_>) {
    match draft.next.state {
        State::Offered(waiting, offer) => pass(draft, &waiting, &offer, OfferOutcome::Expired),
        State::Active(active) => take::owner_did_not_answer(draft, &active),
        State::Bot(_)
        | State::Queued(_)
        | State::Snoozed(_)
        | State::OfflineForm
        | State::Offline
        | State::Closed(_) => {}
    }
}

/// The next agent's turn. The visitor sees nothing of it.
fn pass(draft: &mut Draft<'_>, waiting: &Waiting, offer: &Offer, outcome: OfferOutcome) {
    let passed = match outcome {
        OfferOutcome::Expired => Passed::Expired(offer.round, draft.at),
        OfferOutcome::Answered | OfferOutcome::Declined | OfferOutcome::Withdrawn => Passed::Declined,
    };
    draft.next.passed.insert(offer.agent, passed);
    draft.put(Effect::OfferEnded { no: offer.no, agent: offer.agent, outcome });
    wait::resume(draft, *waiting);
}

/// The visitor's wait ends an offer. It is missed only if the agent had the whole time.
pub(super) fn cut(draft: &mut Draft<'_>) {
    let State::Offered(_, offer) = draft.next.state else { return };
    let had_all = offer.answer_due <= draft.at;
    let outcome = if had_all { OfferOutcome::Expired } else { OfferOutcome::Withdrawn };
    end(draft, outcome);
}

/// Ends whatever offer stands, before the conversation leaves its state.
pub(super) fn end(draft: &mut Draft<'_>, outcome: OfferOutcome) {
    let Some((agent, no)) = draft.next.asked() else { return };
    draft.put(Effect::OfferEnded { no, agent, outcome });
    if let State::Offered(waiting, _) = draft.next.state {
        draft.next.state = State::Queued(waiting);
    } else if let Some(active) = draft.active() {
        active.transfer = None;
        if outcome != OfferOutcome::Answered {
            draft.record(Record::TransferEnded { no, to: agent, outcome });
        }
    }
}

/// The other agent did not take it: it stays, or waits if its owner is gone.
pub(super) fn end_transfer(draft: &mut Draft<'_>, outcome: OfferOutcome) {
    let Some((to, _)) = draft.next.asked() else { return };
    end(draft, outcome);
    let due = draft.at + draft.first_answer();
    let State::Active(active) = &mut draft.next.state else { return };
    // The owner has the time anew that waiting for the other one took.
    active.answer_due = active.answer_due.map(|_| due);
    let (owner, is_gone) = (active.agent, active.gone_due.is_some());
    draft.tell(DeskEvent::TransferFailed { owner, to, outcome });
    if is_gone {
        take::owner_is_gone(draft);
    }
}
