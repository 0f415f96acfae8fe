//! What the service itself asks: router, presence, relay, clock.
use std::time::Duration;

use super::{super::*, Draft, offers, transfer, wait};

/// Each of these changes something, or is refused: the same thing twice does nothing twice.
pub(super) fn handle(draft: &mut Draft<'_>, command: &FromSystem) -> Result<(), Refusal> {
    match command {
        FromSystem::Offer { agent, round } => offers::offer(draft, *agent, *round),
        // A deadline that was due has passed before.
        FromSystem::Timeout => Err(Refusal::Nothing),
        FromSystem::AgentGone => agent_gone(draft),
        FromSystem::AgentBack => agent_back(draft),
        FromSystem::VisitorGone => visitor_gone(draft),
        FromSystem::VisitorBack => visitor_back(draft),
        FromSystem::QueueClosed => wait::queue_closed(draft),
        FromSystem::Reroute(queue) => transfer::reroute(draft, *queue),
        FromSystem::Share { cid, share, phase, agent } => {
            // Also after the end: the relay's events are stored whenever they arrive.
            let notice = Notice::Share(*share, *phase, *agent);
            draft.write(Author::System, *cid, Body::Notice(notice), None);
            Ok(())
        }
        FromSystem::Shift(down) => shift(draft, *down),
    }
}

/// The service was down: nobody could keep a deadline meanwhile.
pub(super) fn shift(draft: &mut Draft<'_>, down: Duration) -> Result<(), Refusal> {
    let before = draft.next.timers();
    draft.next.state.shift(down);
    draft.next.visitor_gone_due = draft.next.visitor_gone_due.map(|due| due + down);
    if draft.next.timers() == before { Err(Refusal::Nothing) } else { Ok(()) }
}

fn agent_gone(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let due = draft.at + draft.world.site().agent_gone;
    let active = draft.active().filter(|it| it.gone_due.is_none()).ok_or(Refusal::Nothing)?;
    active.gone_due = Some(due);
    Ok(())
}

fn agent_back(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let gone = draft.active().and_then(|it| it.gone_due.take());
    gone.map(|_| ()).ok_or(Refusal::Nothing)
}

fn visitor_gone(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let span = draft.world.site().idle_close.ok_or(Refusal::Nothing)?;
    let is_closed = matches!(draft.next.state, State::Closed(_));
    if is_closed || draft.next.visitor_gone_due.is_some() {
        return Err(Refusal::Nothing);
    }
    draft.next.visitor_gone_due = Some(draft.at + span);
    Ok(())
}

fn visitor_back(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.next.visitor_gone_due.take().map(|_| ()).ok_or(Refusal::Nothing)
}
