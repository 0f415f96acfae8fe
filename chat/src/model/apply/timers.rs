//! Deadlines pass.
use super::{super::*, Draft, close, offers, pause, take, wait};

/// Lets every deadline up to `until` pass, each at its own instant. True when there was one.
pub(super) fn settle(draft: &mut Draft<'_>, until: UnixMillis) -> Result<bool, Refusal> {
    let mut fired = false;
    // What ended late lets a deadline begin late: time does not go back for it.
    let mut now = UnixMillis(i64::MIN);
    while let Some((kind, due)) = earliest(&draft.next).filter(|(_, due)| *due <= until) {
        now = now.max(due);
        draft.at = now;
        fire(draft, kind)?;
        fired = true;
    }
    draft.at = until;
    Ok(fired)
}

/// The next deadline; of several at one instant the first by kind.
fn earliest(conversation: &Conversation) -> Option<(TimerKind, UnixMillis)> {
    conversation.timers().into_iter().min_by_key(|(kind, due)| (*due, *kind))
}

/// Each of these ends the deadline that it is about, or the state that has it: [`settle`] comes to an end.
fn fire(draft: &mut Draft<'_>, kind: TimerKind) -> Result<(), Refusal> {
    match kind {
        TimerKind::Accept => wait::over(draft),
        TimerKind::Answer => offers::time_is_over(draft),
        TimerKind::Transfer => offers::end_transfer(draft, OfferOutcome::Expired),
        TimerKind::Overflow => wait::overflow(draft),
        TimerKind::Wake => pause::time_is_over(draft)?,
        TimerKind::AgentGone => take::owner_is_gone(draft),
        TimerKind::VisitorGone => close::close(draft, CloseReason::Idle),
    }
    Ok(())
}
