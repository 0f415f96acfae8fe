//! The end of a conversation, and what comes after it.
use std::collections::BTreeSet;

use super::{
    super::{content::check_length, *},
    Draft, not_now, offers, take,
};

/// The visitor ends it. No tag is asked for.
pub(super) fn by_visitor(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    require_open(draft)?;
    close(draft, CloseReason::Visitor);
    Ok(())
}

/// Its owner or a manager ends it; of the inbox, anybody.
pub(super) fn by_agent(
    draft: &mut Draft<'_>,
    actor: AgentActor,
    tags: &BTreeSet<TagId>,
) -> Result<(), Refusal> {
    require_open(draft)?;
    let may = match draft.next.state {
        State::Offline => true,
        State::Active(_) | State::Snoozed(_) => draft.next.owner() == Some(actor.id),
        State::Bot(_) | State::Queued(_) | State::Offered(..) | State::OfflineForm | State::Closed(_) => {
            false
        }
    };
    if !may && !actor.manages() {
        return Err(Refusal::NotOwner);
    }
    tag_at_end(draft, actor.id, tags)?;
    close(draft, CloseReason::Agent(actor.id));
    Ok(())
}

/// Ends it, from whatever state: offers are withdrawn, and what no person decided is tagged automatically.
pub(super) fn close(draft: &mut Draft<'_>, reason: CloseReason) {
    offers::end(draft, OfferOutcome::Withdrawn);
    draft.notice(Notice::Ended(reason.told()));
    draft.next.state = State::Closed(Closed { at: draft.at, reason });
    if reason.is_system() && draft.world.site().tag_required && draft.next.tags.is_empty() {
        draft.put(Effect::TagAutomatically(reason));
    }
    if draft.next.is_rateable() {
        draft.put(Effect::AskRating);
    }
}

/// An agent refuses this visitor from now on, also after the end.
pub(super) fn block(
    draft: &mut Draft<'_>,
    actor: AgentActor,
    tags: &BTreeSet<TagId>,
    reason: &Words,
) -> Result<(), Refusal> {
    check_length(&reason.0)?;
    if draft.next.owner().is_some_and(|owner| owner != actor.id) && !actor.manages() {
        return Err(Refusal::NotOwner);
    }
    let is_open = require_open(draft).is_ok();
    if is_open {
        tag_at_end(draft, actor.id, tags)?;
    }
    draft.put(Effect::BlockVisitor(actor.id));
    draft.record(Record::Blocked { by: actor.id, reason: reason.clone() });
    if is_open {
        close(draft, CloseReason::Blocked(actor.id));
    }
    Ok(())
}

/// Qualifies it: its owner, a manager, and of what nobody owns whoever had it last; of the inbox, anybody.
pub(super) fn tag(draft: &mut Draft<'_>, actor: AgentActor, tags: &BTreeSet<TagId>) -> Result<(), Refusal> {
    let owner = draft.next.owner().or(draft.next.previous_agent);
    let may = owner == Some(actor.id) || actor.manages() || draft.next.state == State::Offline;
    if !may {
        return Err(Refusal::NotOwner);
    }
    if tags.is_subset(&draft.next.tags) {
        return Err(Refusal::Nothing);
    }
    add_tags(draft, actor.id, tags);
    Ok(())
}

fn tag_at_end(draft: &mut Draft<'_>, agent: AgentId, tags: &BTreeSet<TagId>) -> Result<(), Refusal> {
    if draft.world.site().tag_required && tags.is_empty() && draft.next.tags.is_empty() {
        return Err(Refusal::TagRequired);
    }
    add_tags(draft, agent, tags);
    Ok(())
}

fn add_tags(draft: &mut Draft<'_>, agent: AgentId, tags: &BTreeSet<TagId>) {
    let new: BTreeSet<_> = tags.difference(&draft.next.tags).copied().collect();
    if !new.is_empty() {
        draft.next.tags.extend(&new);
        draft.put(Effect::Tag(new, agent));
    }
}

/// What the visitor thinks of it: once.
pub(super) fn rate(draft: &mut Draft<'_>, rating: &Rating) -> Result<(), Refusal> {
    if !(1..=5).contains(&rating.stars) {
        return Err(Refusal::BadRating);
    }
    check_length(&rating.text)?;
    // Words go with it: whoever was blocked since says none.
    let may = draft.next.is_rateable() && !draft.world.is_blocked(draft.next.visitor);
    let agent = draft.next.previous_agent.filter(|_| may).ok_or(Refusal::NotRateable)?;
    draft.next.rating = Some(rating.clone());
    draft.tell(DeskEvent::Rated(agent));
    Ok(())
}

/// A manager, or whoever had it last, takes up what was ended.
pub(super) fn reopen(draft: &mut Draft<'_>, actor: AgentActor) -> Result<(), Refusal> {
    require_reopening(draft)?;
    if draft.next.previous_agent != Some(actor.id) && !actor.manages() {
        return Err(Refusal::NotOwner);
    }
    draft.require_room(actor.id, Cap::Holds)?;
    open_again(draft);
    take::own(draft, actor.id, draft.at, None);
    Ok(())
}

/// The visitor wrote once more by the link in an e-mail: it is in the inbox again.
pub(super) fn reopen_by_link(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let was_blocked =
        matches!(draft.next.state, State::Closed(Closed { reason: CloseReason::Blocked(_), .. }));
    if was_blocked {
        return Err(Refusal::Closed);
    }
    require_reopening(draft)?;
    open_again(draft);
    draft.next.state = State::Offline;
    Ok(())
}

fn require_reopening(draft: &Draft<'_>) -> Result<(), Refusal> {
    match draft.next.state {
        State::Closed(_) if draft.world.site().reopening => Ok(()),
        State::Closed(_) => Err(Refusal::ReopeningOff),
        State::Bot(_)
        | State::Queued(_)
        | State::Offered(..)
        | State::Active(_)
        | State::Snoozed(_)
        | State::OfflineForm
        | State::Offline => Err(Refusal::NotNow(draft.next.state.stage())),
    }
}

fn open_again(draft: &mut Draft<'_>) {
    draft.next.reopened = draft.next.reopened.saturating_add(1);
    draft.notice(Notice::Reopened);
}

fn require_open(draft: &Draft<'_>) -> Result<(), Refusal> {
    match draft.next.state {
        State::Closed(_) => Err(not_now(&draft.next.state)),
        State::Bot(_)
        | State::Queued(_)
        | State::Offered(..)
        | State::Active(_)
        | State::Snoozed(_)
        | State::OfflineForm
        | State::Offline => Ok(()),
    }
}
