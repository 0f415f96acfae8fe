//! What a transition says, written down.
use std::sync::Arc;

use serde::Serialize;
use store::Tx;

use super::{Committed, Inner, fault::Fault};
use crate::{
    model::{
        AgentId, Body, Cap, Conversation, DeskEvent, Effect, Message, Place, Record, Refusal, Seq, Stage,
        Transition, UnixMillis, Ver,
    },
    router::{self, events_of},
    tables::{attachment, conversation, desk, event, message, people, timer, to_json, visit},
};

/// Writes a transition.
pub(super) struct Write<'a> {
    pub inner: &'a Arc<Inner>,
    /// From where; `None` where a conversation begins.
    pub before: Option<&'a Conversation>,
    pub at: UnixMillis,
    /// When a router decided it: who was not asked for longest comes first, by its clock.
    pub decided: Option<UnixMillis>,
}

/// What a desk that resumes reads of a transition: enough to know what to read anew.
#[derive(Serialize)]
struct Change<'a> {
    ver: u64,
    stage: Stage,
    seq: u64,
    aseq: u64,
    owner: Option<AgentId>,
    asked: Option<AgentId>,
    desk: Vec<&'a DeskEvent>,
    mail: Vec<Seq>,
    rating: bool,
}

impl<'a> Change<'a> {
    fn new(it: &'a Transition) -> Self {
        let (next, effects) = (&it.next, &it.effects);
        let desk = |it: &'a Effect| if let Effect::Desk(event) = it { Some(event) } else { None };
        let mail = |it: &Effect| if let Effect::Mail(seq) = it { Some(*seq) } else { None };
        Self {
            ver: next.ver.0,
            stage: next.state.stage(),
            seq: next.last_seq.0,
            aseq: next.last_agent_seq.0,
            owner: next.owner(),
            asked: next.asked().map(|(agent, _)| agent),
            desk: effects.iter().filter_map(desk).collect(),
            mail: effects.iter().filter_map(mail).collect(),
            rating: effects.contains(&Effect::AskRating),
        }
    }
}

impl Write<'_> {
    /// Everything, or [`Fault::Refused`] and nothing.
    pub fn all_or_nothing(&self, tx: &mut dyn Tx, transition: Transition) -> Result<(), Fault> {
        let may_fail = |it: &Effect| matches!(it, Effect::Hold(_, Cap::Holds));
        if transition.effects.iter().any(may_fail) {
            tx.attempt(|tx| self.all(tx, transition))
        } else {
            self.all(tx, transition)
        }
    }

    fn all(&self, tx: &mut dyn Tx, transition: Transition) -> Result<(), Fault> {
        // The site's row first: whoever has it, has whatever its conversations share.
        let no = event::number(tx, transition.next.site)?;
        let before = self.before.map_or(Ver(0), |it| it.ver);
        if !conversation::compare_and_set(tx, before, &transition.next, self.at)? {
            return Err(Fault::Raced);
        }
        self.end_of_visit(tx, &transition.next)?;
        self.beside(tx, transition, no)
    }

    /// Whoever is there as a conversation ends was there until then, and if nobody came and they stay to leave a message,
    /// until they have. What becomes of the message is of no visit any more.
    fn end_of_visit(&self, tx: &mut dyn Tx, next: &Conversation) -> Result<(), Fault> {
        let (of, stage) = ((next.site, next.visitor), next.state.stage());
        let Some(since) = self.inner.online.since(of.0, of.1) else { return Ok(()) };
        let before = self.before.map(|it| it.state.stage());
        let ends = match before {
            Some(Stage::OfflineForm) => stage != Stage::OfflineForm && visit::stays(tx, of, Some(since))?,
            Some(before) => conversation::is_live(before) && !conversation::is_live(stage),
            None => false,
        };
        if ends {
            visit::lasts(tx, of, self.at)?;
        }
        Ok(())
    }

    /// All but the conversation itself, which stands there already.
    pub fn beside(&self, tx: &mut dyn Tx, transition: Transition, no: i64) -> Result<(), Fault> {
        let next = &transition.next;
        for effect in &transition.effects {
            self.effect(tx, next, effect)?;
        }
        for told in events_of(&transition) {
            count_missed(tx, next, &told)?;
        }
        let body = to_json(&Change::new(&transition))?;
        let (site, at) = (next.site, self.at);
        let conversation = Some(next.id);
        let kind = "conversation".to_owned();
        event::append(tx, &event::Event { site, no, conversation, kind, body, at })?;
        let (inner, before) = (self.inner.clone(), self.before.cloned());
        let committed = Arc::new(Committed { site, no, at, before, transition });
        let unsure = inner.changes.unsure_at(site);
        tx.after_commit(Box::new(move || {
            inner.committed(&committed);
            unsure.end();
        }));
        Ok(())
    }

    fn effect(&self, tx: &mut dyn Tx, of: &Conversation, effect: &Effect) -> Result<(), Fault> {
        match effect {
            Effect::Append(it) => self.append(tx, of, it)?,
            Effect::SetTimer(kind, at) => timer::set(tx, of, *kind, *at)?,
            Effect::ClearTimer(kind) => timer::clear(tx, of, *kind)?,
            Effect::Hold(agent, cap) => hold(tx, of, *agent, *cap)?,
            Effect::Free(agent) => people::free(tx, (of.site, *agent))?,
            Effect::OfferMade { no, agent, purpose, due } => {
                let made = desk::Made { no: *no, agent: *agent, purpose: *purpose, due: *due, at: self.at };
                desk::offer_made(tx, of, &made)?;
                if let Some(at) = self.decided {
                    people::asked(tx, (of.site, *agent), at)?;
                }
            }
            Effect::OfferEnded { no, outcome, .. } => desk::offer_ended(tx, of, (*no, *outcome), self.at)?,
            Effect::Participant(agent) => desk::participant(tx, of, *agent, self.at)?,
            Effect::Tag(tags, agent) => {
                for tag in tags {
                    desk::tag(tx, of, desk::Tag::By(*tag, *agent), self.at)?;
                }
            }
            Effect::TagAutomatically(reason) => {
                desk::tag(tx, of, desk::Tag::Automatic(*reason), self.at)?;
            }
            Effect::BlockVisitor(by) => people::block(tx, (of.site, of.visitor), *by, self.at)?,
            Effect::UpdateVisitor(form) => people::keep_form(tx, (of.site, of.visitor), form)?,
            // Told by the event, and by the commit; shares have ended before.
            Effect::AnswerMissed(_)
            | Effect::EndShare(_)
            | Effect::HandOverShare { .. }
            | Effect::AskRating
            | Effect::Mail(_)
            | Effect::Desk(_) => {}
        }
        Ok(())
    }

    fn append(&self, tx: &mut dyn Tx, of: &Conversation, it: &Message) -> Result<(), Fault> {
        message::append(tx, of, it)?;
        if let (Some(files), Place::Thread(seq)) = (it.body.files(), it.place)
            && !attachment::bind(tx, of, files, seq)?
        {
            return Err(Fault::Raced);
        }
        if let Body::Record(Record::Blocked { reason, .. }) = &it.body {
            people::block_reason(tx, (of.site, of.visitor), &reason.0)?;
        }
        if let Body::Record(Record::SentToQueue { by, queue, .. }) = &it.body {
            desk::sent_to_queue(tx, of, (*by, *queue), self.at)?;
        }
        Ok(())
    }
}

fn hold(tx: &mut dyn Tx, of: &Conversation, agent: AgentId, cap: Cap) -> Result<(), Fault> {
    let held = people::hold(tx, (of.site, agent), (of.queue, cap))?;
    if held { Ok(()) } else { Err(Fault::Refused(Refusal::AgentFull)) }
}

/// What the router counts must outlive it.
fn count_missed(tx: &mut dyn Tx, of: &Conversation, told: &router::Event) -> Result<(), store::Error> {
    match told {
        router::Event::Missed(agent) => people::missed(tx, (of.site, *agent)),
        router::Event::Answered(agent) => people::answered(tx, (of.site, *agent)),
        router::Event::Queue(..)
        | router::Event::Member(..)
        | router::Event::Agent(..)
        | router::Event::Reach(..)
        | router::Event::Known(..)
        | router::Event::Conversation(..) => Ok(()),
    }
}
