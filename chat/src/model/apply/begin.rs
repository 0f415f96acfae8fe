//! The beginning: by a visitor who is let in, or by a message for the inbox.
use std::collections::{BTreeMap, BTreeSet};

use super::{super::*, Draft, Transition, bot, not_now, wait};

/// See [`super::begin`].
pub(super) fn begin(
    begin: Begin,
    at: UnixMillis,
    world: &dyn World,
    random: &mut dyn Random,
) -> Result<Transition, Refusal> {
    if begin.blocked {
        return Err(Refusal::Blocked);
    }
    let public = PublicId::draw(random);
    let mut draft = Draft::new(blank(&begin, public, at, world.site()), at, world);
    match begin.kind {
        Kind::Chat | Kind::Video => live(&mut draft, &begin)?,
        Kind::Offline => leave_message(&mut draft, begin.cid, &begin.form)?,
    }
    Ok(draft.finish_new())
}

fn blank(begin: &Begin, public: PublicId, at: UnixMillis, site: &SiteSettings) -> Conversation {
    Conversation {
        id: begin.id,
        public,
        site: begin.site,
        visitor: begin.visitor,
        kind: begin.kind,
        ver: Ver(0),
        state: State::OfflineForm,
        queue: site.default_queue,
        option: None,
        lang: begin.lang.clone(),
        last_seq: Seq(0),
        last_agent_seq: AgentSeq(0),
        last_said: None,
        created: at,
        first_reply_at: None,
        offers: OfferNo(0),
        round: Round(1),
        passed: BTreeMap::new(),
        previous_agent: None,
        familiar: begin.previous_agent,
        visitor_gone_due: None,
        tags: BTreeSet::new(),
        rating: None,
        reopened: 0,
    }
}

fn live(draft: &mut Draft<'_>, begin: &Begin) -> Result<(), Refusal> {
    let site = draft.world.site();
    valid(&site.form, &begin.form)?;
    let queue = match site.entry {
        Entry::Bot(_) => None,
        Entry::Queue(queue) => Some(queue),
    };
    let is_open = [None, queue].into_iter().all(|it| draft.world.is_open(it, draft.at));
    if !is_open {
        return Err(Refusal::OutOfHours);
    }
    draft.put(Effect::UpdateVisitor(begin.form.clone()));
    draft.notice(Notice::Started);
    match site.entry {
        Entry::Bot(flow) => bot::start(draft, flow)?,
        Entry::Queue(queue) => {
            draft.next.queue = queue;
            wait::enter_anew(draft, wait::Wait::new(draft, draft.on_missed()));
        }
    }
    let has_ended = matches!(draft.next.state, State::OfflineForm | State::Closed(_));
    // A flow that begins in a closed queue: nothing is stored before the form is sent.
    if has_ended && !draft.is_open() {
        return Err(Refusal::OutOfHours);
    }
    Ok(())
}

/// The visitor sends the form that showed when nobody came.
pub(super) fn submit(draft: &mut Draft<'_>, cid: Cid, form: &Form) -> Result<(), Refusal> {
    match draft.next.state {
        State::OfflineForm => leave_message(draft, cid, form),
        State::Bot(_)
        | State::Queued(_)
        | State::Offered(..)
        | State::Active(_)
        | State::Snoozed(_)
        | State::Offline
        | State::Closed(_) => Err(not_now(&draft.next.state)),
    }
}

fn leave_message(draft: &mut Draft<'_>, cid: Cid, form: &Form) -> Result<(), Refusal> {
    let fields = draft.world.site().offline_form.as_ref().ok_or(Refusal::NoOfflineForm)?;
    valid(fields, form)?;
    draft.put(Effect::UpdateVisitor(form.clone()));
    draft.write(Author::Visitor, cid, Body::Form(form.clone()), None);
    draft.notice(Notice::MessageReceived);
    draft.next.state = State::Offline;
    draft.tell(DeskEvent::Inbox);
    Ok(())
}

fn valid(fields: &FormFields, form: &Form) -> Result<(), Refusal> {
    let faults = fields.faults(form);
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Form(faults)) }
}
