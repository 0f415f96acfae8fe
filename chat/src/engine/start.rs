//! The beginning of a conversation: once, however often it is asked for.
use std::sync::Arc;

use store::{Constraint, Key, Tx};

use super::{
    Engine, Inner, RACES,
    effects::Write,
    facts::{self, Facts},
    fault::Fault,
    random,
};
use crate::{
    model::{
        Begin, Cid, ConversationId, Effect, Entry, Form, Kind, Lang, PublicId, QueueId, Random, SiteId,
        UnixMillis, VisitorId, begin,
    },
    tables::{conversation, event, people, site::Settings},
};

/// A visitor begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// On which site.
    pub site: SiteId,
    /// Who.
    pub visitor: VisitorId,
    /// What they ask for.
    pub kind: Kind,
    /// The client's name of this start.
    pub cid: Cid,
    /// What they filled in.
    pub form: Form,
    /// Their language.
    pub lang: Option<Lang>,
}

/// The conversation that a start made or found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started {
    /// The store's key.
    pub conversation: ConversationId,
    /// What the outside calls it.
    pub public: PublicId,
}

/// Gives out what was drawn before the transaction, which may run more than once.
struct Drawn([u8; 16]);

impl Random for Drawn {
    fn bytes(&mut self) -> [u8; 16] {
        self.0
    }
}

impl Engine {
    /// The conversation that this start would find: nothing new begins then.
    ///
    /// # Errors
    /// The store's.
    pub async fn begun(&self, start: &Start) -> Result<Option<Started>, Fault> {
        let start = start.clone();
        Ok(self.inner.store.read(move |tx| found(tx, &start)).await?)
    }

    /// Begins a conversation. The same start again, and another start while the visitor has a live
    /// conversation, give the one that is there.
    ///
    /// # Errors
    /// [`Fault::Refused`] and the other faults: nothing was stored.
    pub async fn start(&self, start: Start) -> Result<Started, Fault> {
        let receipt = self.receive();
        let (at, public) = (receipt.at(), random()?);
        for _ in 0..RACES {
            let (inner, start) = (self.inner.clone(), start.clone());
            let written = self.inner.store.write(Key(start.site.0), move |tx| {
                Beginning { inner: &inner, start: &start, at, public }.run(tx)
            });
            match written.await {
                // Somebody else's start of the same visitor came first: it is found now.
                Err(Fault::Store(error)) if error.constraint() == Some(Constraint::Unique) => {}
                done => return done,
            }
        }
        Err(Fault::Store(store::Error::Retry("the visitor starts too often".to_owned())))
    }
}

struct Beginning<'a> {
    inner: &'a Arc<Inner>,
    start: &'a Start,
    at: UnixMillis,
    public: [u8; 16],
}

impl Beginning<'_> {
    fn run(&self, tx: &mut dyn Tx) -> Result<Started, Fault> {
        let of = (self.start.site, self.start.visitor);
        let blocked = people::is_blocked(tx, of)?.ok_or(Fault::NoVisitor)?;
        if let Some(found) = found(tx, self.start)? {
            return Ok(found);
        }
        let settings = facts::settings(self.inner, tx, self.start.site)?;
        let begins = Begin {
            // The store's key comes with the row: nothing of the transition names it.
            id: ConversationId(0),
            site: self.start.site,
            visitor: self.start.visitor,
            blocked,
            kind: self.start.kind,
            cid: self.start.cid,
            form: self.start.form.clone(),
            lang: self.start.lang.clone(),
            previous_agent: conversation::familiar(tx, of)?,
        };
        let world = Facts::new(tx, self.start.site, settings.clone(), entry_queue(&settings));
        let begun = begin(begins, self.at, &world, &mut Drawn(self.public));
        world.end()?;
        self.write(tx, begun.map_err(Fault::Refused)?)
    }

    fn write(&self, tx: &mut dyn Tx, mut it: crate::model::Transition) -> Result<Started, Fault> {
        let no = event::number(tx, self.start.site)?;
        it.next.id = conversation::insert(tx, &it.next, self.start.cid)?;
        debug_assert!(!it.effects.iter().any(|it| matches!(it, Effect::EndShare(_))));
        let started = Started { conversation: it.next.id, public: it.next.public };
        Write { inner: self.inner, before: None, at: self.at, decided: None }.beside(tx, it, no)?;
        Ok(started)
    }
}

fn found(tx: &mut dyn Tx, start: &Start) -> Result<Option<Started>, store::Error> {
    let of = (start.site, start.visitor);
    let same = conversation::by_start(tx, of, start.cid)?;
    let found = match (same, start.kind) {
        (Some(same), _) => Some(same),
        (None, Kind::Chat | Kind::Video) => conversation::live_of(tx, of)?,
        (None, Kind::Offline) => None,
    };
    Ok(found.map(|it| Started { conversation: it.id, public: it.public }))
}

fn entry_queue(settings: &Settings) -> QueueId {
    match settings.site.settings.entry {
        Entry::Queue(queue) => queue,
        Entry::Bot(_) => settings.site.settings.default_queue,
    }
}
