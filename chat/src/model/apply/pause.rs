//! Putting a conversation aside, and taking it up again.
use super::{super::*, Draft, close, not_now, wait};

/// Its owner puts it aside: the slot is free.
pub(super) fn snooze(draft: &mut Draft<'_>, agent: AgentId, span: SnoozeFor) -> Result<(), Refusal> {
    let State::Active(active) = draft.next.state else { return Err(not_now(&draft.next.state)) };
    if active.agent != agent {
        return Err(Refusal::NotOwner);
    }
    if active.transfer.is_some() {
        return Err(Refusal::TransferPending);
    }
    let end = match span {
        SnoozeFor::Keep(until) => SnoozeEnd::Keep(until),
        SnoozeFor::Close(until) => SnoozeEnd::Close(until),
        SnoozeFor::Reply => SnoozeEnd::Reply,
    };
    if end.at().is_some_and(|until| until <= draft.at) {
        return Err(Refusal::TimePast);
    }
    draft.record(Record::Paused { by: agent, until: end.at() });
    draft.next.state = State::Snoozed(Snooze { agent, since: draft.at, end });
    Ok(())
}

/// Its owner or a manager takes it up before its time.
pub(super) fn wake(draft: &mut Draft<'_>, actor: AgentActor) -> Result<(), Refusal> {
    let State::Snoozed(snooze) = draft.next.state else { return Err(not_now(&draft.next.state)) };
    if snooze.agent == actor.id {
        to_owner(draft, actor.id);
    } else if actor.manages() {
        up(draft, &snooze);
    } else {
        return Err(Refusal::NotOwner);
    }
    Ok(())
}

/// The pause is over.
pub(super) fn time_is_over(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let State::Snoozed(snooze) = draft.next.state else { return Err(not_now(&draft.next.state)) };
    match snooze.end {
        SnoozeEnd::Keep(_) => up(draft, &snooze),
        SnoozeEnd::Close(_) => close::close(draft, CloseReason::SnoozeEnd),
        SnoozeEnd::Reply => {}
    }
    Ok(())
}

/// Back to its owner, or to others when the owner takes none at the moment.
pub(super) fn up(draft: &mut Draft<'_>, snooze: &Snooze) {
    if draft.is_available(snooze.agent) {
        to_owner(draft, snooze.agent);
        return;
    }
    draft.record(Record::Woken);
    // The visitor may be gone since: no form, and no end of the wait.
    let sticky = Some(snooze.agent);
    wait::enter_anew(draft, wait::Wait { sticky, on_missed: None, ..wait::Wait::again(draft) });
}

fn to_owner(draft: &mut Draft<'_>, agent: AgentId) {
    draft.record(Record::Woken);
    draft.cap = Cap::Ignored;
    draft.restart_idle();
    let (waited_since, answer_due) = (draft.at, None);
    draft.next.state =
        State::Active(Active { agent, waited_since, answer_due, gone_due: None, transfer: None });
    draft.tell(DeskEvent::Woken(agent));
}
