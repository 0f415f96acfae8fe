//! One command in its transaction.
use std::{sync::Arc, time::Duration};

use store::Tx;

use super::{
    Inner, ShareEnd,
    ask::{Answer, Ask, Request},
    effects,
    facts::{self, Facts},
    fault::Fault,
};
use crate::{
    model::{Cid, Conversation, Effect, Refusal, Transition, UnixMillis, apply},
    tables::{
        attachment::{self, Uploader},
        conversation, from_json, message, result, to_json,
    },
};

/// So long an answer is given again.
pub(super) const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What was answered: kept whole, so that a refusal too is given again.
pub(super) type Said = Result<Answer, Refusal>;

/// A command, with what is done already.
pub(super) struct Command<'a> {
    pub inner: &'a Arc<Inner>,
    pub request: &'a Request,
    /// When it was received.
    pub at: UnixMillis,
    /// When a router decided it, if one did.
    pub decided: Option<UnixMillis>,
    /// Shares that have ended for it.
    pub burnt: &'a [ShareEnd],
}

impl Command<'_> {
    /// Answers what is known, or does it.
    pub fn run(&self, tx: &mut dyn Tx) -> Result<Said, Fault> {
        let before = self.load(tx)?;
        if let Some(said) = self.known(tx)? {
            return Ok(said);
        }
        let said = self.decide(tx, &before)?;
        if let Some(asked) = self.asked() {
            let answer = (self.request.conversation, to_json(&said)?);
            result::keep(tx, asked, answer, self.at)?;
        }
        Ok(said)
    }

    fn load(&self, tx: &mut dyn Tx) -> Result<Conversation, Fault> {
        let found = conversation::load(tx, self.request.site, self.request.conversation)?;
        let is_theirs = |it: &Conversation| match self.request.ask {
            Ask::Visitor(visitor, _) => it.visitor == visitor,
            Ask::Agent(..) | Ask::System(_) => true,
        };
        found.filter(is_theirs).ok_or(Fault::NoConversation)
    }

    /// A message's name goes before a request's.
    fn asked(&self) -> Option<result::Asked> {
        let (rid, actor) = (self.request.rid?, self.request.ask.actor()?);
        let is_named = self.request.ask.cid().is_some();
        (!is_named).then_some(result::Asked { site: self.request.site, actor, rid: rid.0 })
    }

    fn known(&self, tx: &mut dyn Tx) -> Result<Option<Said>, Fault> {
        if let Some(cid) = self.request.ask.cid() {
            return self.known_message(tx, cid);
        }
        let Some(asked) = self.asked() else { return Ok(None) };
        match result::find(tx, asked, self.at - KEPT)? {
            None => Ok(None),
            Some((conv, _)) if conv != self.request.conversation => Err(Fault::RidConflict),
            Some((_, answer)) => Ok(Some(from_json(&answer)?)),
        }
    }

    fn known_message(&self, tx: &mut dyn Tx, cid: Cid) -> Result<Option<Said>, Fault> {
        match message::find(tx, (self.request.site, self.request.conversation), cid)? {
            None => Ok(None),
            Some(found) if found.author != self.request.ask.author() => Err(Fault::CidConflict),
            Some(found) => Ok(Some(Ok(Answer::Stored { place: found.place, at: found.at }))),
        }
    }

    fn decide(&self, tx: &mut dyn Tx, before: &Conversation) -> Result<Said, Fault> {
        let settings = facts::settings(self.inner, tx, before.site)?;
        let world = Facts::new(tx, before.site, settings, before.queue);
        let applied = apply(before, &self.request.ask.command(), self.at, &world);
        world.end()?;
        match applied {
            Err(refusal) => Ok(Err(refusal)),
            Ok(transition) => self.write(tx, before, transition),
        }
    }

    fn write(&self, tx: &mut dyn Tx, before: &Conversation, transition: Transition) -> Result<Said, Fault> {
        let next = &transition.next;
        let goes_live =
            !conversation::is_live(before.state.stage()) && conversation::is_live(next.state.stage());
        if goes_live && conversation::live_of(tx, (next.site, next.visitor))?.is_some() {
            return Ok(Err(Refusal::OtherOpen));
        }
        let ends = shares_to_end(&transition);
        if ends.iter().any(|it| !self.burnt.contains(it)) {
            return Err(Fault::Burn(ends));
        }
        if let Some(refusal) = unbindable(tx, &transition)? {
            return Ok(Err(refusal));
        }
        let answer = self.answer(&transition);
        let write =
            effects::Write { inner: self.inner, before: Some(before), at: self.at, decided: self.decided };
        match write.all_or_nothing(tx, transition) {
            Err(Fault::Refused(refusal)) => Ok(Err(refusal)),
            written => written.map(|()| Ok(answer)),
        }
    }

    fn answer(&self, transition: &Transition) -> Answer {
        let mut messages = transition.effects.iter().filter_map(Effect::message);
        let own = self.request.ask.cid().and_then(|cid| messages.find(|it| it.cid == cid));
        own.map_or(Answer::Done(transition.next.ver, self.at), |it| Answer::Stored {
            place: it.place,
            at: it.at,
        })
    }
}

/// Why the files of a message cannot be its files.
fn unbindable(tx: &mut dyn Tx, transition: &Transition) -> Result<Option<Refusal>, Fault> {
    for message in transition.effects.iter().filter_map(Effect::message) {
        let Some(files) = message.body.files() else { continue };
        let by = Uploader::of(message.author, &transition.next);
        let can = by.map(|by| attachment::can_bind(tx, &transition.next, by, files)).transpose()?;
        if can != Some(true) {
            return Ok(Some(Refusal::FilesMissing));
        }
    }
    Ok(None)
}

/// What the visitor's page shows or lets an agent do that must not outlive the transition.
fn shares_to_end(transition: &Transition) -> Vec<ShareEnd> {
    let (site, conversation) = (transition.next.site, transition.next.id);
    let end = |effect: &Effect| {
        if let Effect::HandOverShare { from, to } = effect {
            return Some(ShareEnd { site, conversation, from: *from, to: Some(*to) });
        }
        let Effect::EndShare(from) = effect else { return None };
        Some(ShareEnd { site, conversation, from: *from, to: None })
    };
    transition.effects.iter().filter_map(end).collect()
}
