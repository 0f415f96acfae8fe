//! A conversation becomes an agent's, and stops being theirs.
use super::{super::*, Draft, not_now, offers, wait};

/// An agent makes it theirs: from the bot, from a queue, from under an offer, or as a manager from another.
pub(super) fn take(draft: &mut Draft<'_>, actor: AgentActor, cap: Cap) -> Result<(), Refusal> {
    let since = match draft.next.state {
        State::Bot(_) => draft.at,
        State::Queued(waiting) => waiting.since,
        State::Offered(_, offer) if offer.agent == actor.id => return accept(draft, actor.id, offer.no),
        State::Offered(waiting, _) => waiting.since,
        State::Active(active) => return take_over(draft, actor, &active, cap),
        State::Snoozed(_) | State::OfflineForm | State::Offline | State::Closed(_) => {
            return Err(not_now(&draft.next.state));
        }
    };
    draft.require_room(actor.id, cap)?;
    offers::end(draft, OfferOutcome::Withdrawn);
    if matches!(draft.next.state, State::Bot(_)) {
        draft.notice(Notice::TakenFromBot(actor.id));
    }
    accepted(draft, actor.id, since, draft.answer_due());
    Ok(())
}

fn take_over(draft: &mut Draft<'_>, actor: AgentActor, active: &Active, cap: Cap) -> Result<(), Refusal> {
    if let Some(transfer) = active.transfer.filter(|it| it.to == actor.id) {
        return accept(draft, actor.id, transfer.no);
    }
    if active.agent == actor.id || !actor.manages() {
        return Err(Refusal::TakenBy(active.agent));
    }
    draft.require_room(actor.id, cap)?;
    offers::end(draft, OfferOutcome::Withdrawn);
    draft.tell(DeskEvent::TakenOver { from: active.agent, by: actor.id });
    changes_hands(draft, active, actor.id, draft.answer_due());
    Ok(())
}

/// An agent takes what was offered to them: from the queue, or by another agent.
pub(super) fn accept(draft: &mut Draft<'_>, agent: AgentId, no: OfferNo) -> Result<(), Refusal> {
    if draft.next.asked() != Some((agent, no)) {
        return Err(match draft.next.active_agent() {
            Some(owner) if owner == agent => Refusal::TakenBy(agent),
            Some(_) | None => Refusal::OfferExpired,
        });
    }
    draft.require_connected(agent)?;
    let asked_in = draft.next.state.clone();
    offers::end(draft, OfferOutcome::Answered);
    match asked_in {
        State::Offered(waiting, offer) => {
            accepted(draft, agent, waiting.since, draft.keep_answer_due(offer.answer_due));
        }
        State::Active(active) => {
            draft.hands_over = true;
            let due = active.transfer.and_then(|it| draft.keep_answer_due(it.due));
            changes_hands(draft, &active, agent, due);
        }
        State::Bot(_)
        | State::Queued(_)
        | State::Snoozed(_)
        | State::OfflineForm
        | State::Offline
        | State::Closed(_) => {}
    }
    Ok(())
}

fn accepted(draft: &mut Draft<'_>, agent: AgentId, waited_since: UnixMillis, due: Option<UnixMillis>) {
    draft.notice(Notice::Accepted(agent));
    own(draft, agent, waited_since, due);
}

fn changes_hands(draft: &mut Draft<'_>, active: &Active, to: AgentId, due: Option<UnixMillis>) {
    draft.notice(Notice::Transferred { from: active.agent, to });
    draft.next.passed.clear();
    own(draft, to, draft.at, due);
}

/// It is this agent's from now on.
pub(super) fn own(
    draft: &mut Draft<'_>,
    agent: AgentId,
    waited_since: UnixMillis,
    answer_due: Option<UnixMillis>,
) {
    draft.next.previous_agent = Some(agent);
    draft.restart_idle();
    draft.next.state =
        State::Active(Active { agent, waited_since, answer_due, gone_due: None, transfer: None });
    draft.put(Effect::Participant(agent));
    draft.tell(DeskEvent::Claimed(agent));
}

/// Accepted, and not a word in time: the visitor is told, and somebody else is sought.
pub(super) fn owner_did_not_answer(draft: &mut Draft<'_>, active: &Active) {
    draft.put(Effect::AnswerMissed(active.agent));
    draft.next.passed.insert(active.agent, Passed::Expired(draft.next.round, draft.at));
    lose(draft, active.agent, DeskEvent::NotAnswered(active.agent));
    wait::enter(draft, wait::Wait { since: active.waited_since, ..wait::Wait::again(draft) });
}

/// The owner is gone: the visitor is told, somebody else is sought, and the owner first if they come back.
pub(super) fn owner_is_gone(draft: &mut Draft<'_>) {
    let State::Active(active) = draft.next.state else { return };
    lose(draft, active.agent, DeskEvent::Lost(active.agent));
    wait::enter_anew(draft, wait::Wait { sticky: Some(active.agent), ..wait::Wait::again(draft) });
}

fn lose(draft: &mut Draft<'_>, agent: AgentId, told: DeskEvent) {
    draft.notice(Notice::AgentUnavailable(agent));
    draft.tell(told);
}
