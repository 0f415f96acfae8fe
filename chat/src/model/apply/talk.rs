//! Who writes what, where.
use super::{
    super::{content::check_length, *},
    Draft, close, not_now, pause, take, wait,
};

/// The visitor writes.
pub(super) fn from_visitor(
    draft: &mut Draft<'_>,
    cid: Cid,
    content: &Content,
    reply_to: Option<Seq>,
) -> Result<(), Refusal> {
    check_visitors(content)?;
    match draft.next.state {
        State::Bot(_) | State::Queued(_) | State::Offered(..) | State::Active(_) => {
            draft.write(Author::Visitor, cid, Body::Content(content.clone()), reply_to);
            wait::ask_again(draft);
        }
        State::Snoozed(snooze) => {
            draft.write(Author::Visitor, cid, Body::Content(content.clone()), reply_to);
            pause::up(draft, &snooze);
        }
        State::OfflineForm | State::Offline | State::Closed(_) => return Err(not_now(&draft.next.state)),
    }
    Ok(())
}

/// The visitor writes by the link in an e-mail, where there may be nobody in the widget.
pub(super) fn by_link(draft: &mut Draft<'_>, cid: Cid, content: &Content) -> Result<(), Refusal> {
    match draft.next.state {
        State::Offline => check_visitors(content)?,
        State::Closed(_) => {
            check_visitors(content)?;
            close::reopen_by_link(draft)?;
        }
        State::Bot(_)
        | State::Queued(_)
        | State::Offered(..)
        | State::Active(_)
        | State::Snoozed(_)
        | State::OfflineForm => return from_visitor(draft, cid, content, None),
    }
    draft.write(Author::Visitor, cid, Body::Content(content.clone()), None);
    draft.tell(DeskEvent::Inbox);
    Ok(())
}

fn check_visitors(content: &Content) -> Result<(), Refusal> {
    match content {
        Content::Text(_) | Content::Files { .. } | Content::Link { .. } => content.check(),
        Content::Deal { .. } => Err(Refusal::Forbidden),
    }
}

/// An agent writes: the owner; whoever is asked, who accepts by it; anybody in the inbox.
pub(super) fn from_agent(
    draft: &mut Draft<'_>,
    agent: AgentId,
    cid: Cid,
    content: &Content,
    reply_to: Option<Seq>,
) -> Result<(), Refusal> {
    content.check()?;
    if let Some((asked, no)) = draft.next.asked()
        && asked == agent
    {
        take::accept(draft, agent, no)?;
    }
    let body = Body::Content(content.clone());
    match &mut draft.next.state {
        State::Active(active) if active.agent == agent => {
            active.answer_due = None;
            draft.restart_idle();
            draft.next.first_reply_at.get_or_insert(draft.at);
            draft.write(Author::Agent(agent), cid, body, reply_to);
        }
        State::Offline => {
            draft.next.previous_agent = Some(agent);
            draft.next.first_reply_at.get_or_insert(draft.at);
            let seq = draft.write(Author::Agent(agent), cid, body, reply_to);
            draft.put(Effect::Participant(agent));
            draft.put(Effect::Mail(seq));
        }
        State::Queued(_) | State::Offered(..) | State::Active(_) => return Err(not_theirs(draft, agent)),
        State::Bot(_) | State::Snoozed(_) | State::OfflineForm | State::Closed(_) => {
            return Err(not_now(&draft.next.state));
        }
    }
    Ok(())
}

/// Whoever has let it pass was too late; the others never had it.
fn not_theirs(draft: &Draft<'_>, agent: AgentId) -> Refusal {
    match draft.next.passed.get(&agent) {
        Some(Passed::Expired(..)) => Refusal::OfferExpired,
        Some(Passed::Declined) | None => Refusal::NotOwner,
    }
}

/// An agent writes beside the thread, whatever the state.
pub(super) fn note(draft: &mut Draft<'_>, agent: AgentId, cid: Cid, text: &Words) -> Result<(), Refusal> {
    if text.0.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    check_length(&text.0)?;
    draft.write_aside(Author::Agent(agent), cid, Record::Note(text.clone()));
    Ok(())
}
