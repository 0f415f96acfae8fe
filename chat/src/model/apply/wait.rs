//! Waiting for an agent.
use std::collections::BTreeMap;

use super::{super::*, Draft, close, offers};

/// How a wait begins.
pub(super) struct Wait {
    pub since: UnixMillis,
    pub boosted: bool,
    pub sticky: Option<AgentId>,
    /// What the visitor gets when nobody comes; `None` when they may not be there: then it has no end.
    pub on_missed: Option<OnMissed>,
}

impl Wait {
    /// Of a visitor whom nobody has had yet.
    pub fn new(draft: &Draft<'_>, on_missed: OnMissed) -> Self {
        let asks_first = draft.queue(draft.next.queue).sticky;
        let sticky = draft.next.familiar.filter(|_| asks_first);
        Self { since: draft.at, boosted: false, sticky, on_missed: Some(on_missed) }
    }

    /// Of a visitor who had an agent.
    pub fn again(draft: &Draft<'_>) -> Self {
        Self { boosted: true, sticky: None, ..Self::new(draft, draft.on_missed()) }
    }
}

/// The conversation waits in its queue from now on, or is told that it is closed.
pub(super) fn enter(draft: &mut Draft<'_>, wait: Wait) {
    // A queue that was removed meanwhile has nobody: the site's own one takes what comes there.
    let own = draft.world.site().default_queue;
    if draft.world.queue(draft.next.queue).is_none() && draft.world.queue(own).is_some() {
        draft.next.queue = own;
    }
    let queue = draft.queue(draft.next.queue);
    let waiting = Waiting {
        since: wait.since,
        boosted: wait.boosted,
        sticky: wait.sticky,
        accept_due: wait.on_missed.map(|_| draft.at + queue.accept_timeout),
        on_missed: wait.on_missed.unwrap_or(OnMissed::Notice),
        overflow_at: queue.overflow.map(|(_, after)| draft.at + after),
    };
    resume(draft, waiting);
}

/// The same, of a new wait: nobody has let it pass yet.
pub(super) fn enter_anew(draft: &mut Draft<'_>, wait: Wait) {
    draft.next.passed = BTreeMap::new();
    draft.next.round = Round(1);
    enter(draft, wait);
}

/// The wait goes on after an offer.
pub(super) fn resume(draft: &mut Draft<'_>, waiting: Waiting) {
    let has_end = waiting.accept_due.is_some();
    draft.next.state = State::Queued(waiting);
    if waiting.accept_due.is_some_and(|due| due <= draft.at) {
        over(draft);
    } else if has_end && !draft.is_open() {
        out_of_hours(draft, waiting.on_missed);
    }
}

/// The visitor has written. A wait without an end that everybody said no to would last for ever: they are asked again.
pub(super) fn ask_again(draft: &mut Draft<'_>) {
    let (State::Queued(waiting) | State::Offered(waiting, _)) = &draft.next.state else { return };
    if waiting.accept_due.is_none() {
        draft.next.passed.retain(|_, passed| *passed != Passed::Declined);
    }
}

/// Nobody came in time.
pub(super) fn over(draft: &mut Draft<'_>) {
    let on_missed = match &draft.next.state {
        State::Queued(waiting) | State::Offered(waiting, _) => waiting.on_missed,
        State::Bot(_)
        | State::Active(_)
        | State::Snoozed(_)
        | State::OfflineForm
        | State::Offline
        | State::Closed(_) => return,
    };
    offers::cut(draft);
    draft.notice(Notice::NobodyAvailable);
    leave(draft, on_missed, CloseReason::Missed);
}

/// It is outside opening hours: the notice always shows, the form where there is one.
pub(super) fn out_of_hours(draft: &mut Draft<'_>, on_missed: OnMissed) {
    draft.notice(Notice::OutOfHours);
    leave(draft, on_missed, CloseReason::OutOfHours);
}

fn leave(draft: &mut Draft<'_>, on_missed: OnMissed, reason: CloseReason) {
    match on_missed {
        OnMissed::Form if draft.world.site().offline_form.is_some() => draft.next.state = State::OfflineForm,
        OnMissed::Form | OnMissed::Notice => close::close(draft, reason),
    }
}

/// It has waited so long that another queue helps.
pub(super) fn overflow(draft: &mut Draft<'_>) {
    let State::Queued(waiting) = draft.next.state else { return };
    if let Some((queue, _)) = draft.queue(draft.next.queue).overflow
        && draft.world.queue(queue).is_some()
        && draft.world.is_open(Some(queue), draft.at)
    {
        draft.next.queue = queue;
    }
    // Once only: a circle of queues would send it round and round.
    draft.next.state = State::Queued(Waiting { overflow_at: None, ..waiting });
}

/// The queue closed for today. Whoever is asked at this moment may still answer.
pub(super) fn queue_closed(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let State::Queued(waiting) = draft.next.state else { return Err(Refusal::Nothing) };
    if waiting.accept_due.is_none() || draft.is_open() {
        return Err(Refusal::Nothing);
    }
    out_of_hours(draft, waiting.on_missed);
    Ok(())
}
