//! Who is there.
use std::sync::Arc;

use serde::Serialize;
use store::{Key, Tx};

use super::{
    Engine, Inner,
    ask::{Ask, Request},
    fault::Fault,
    routing,
};
use crate::{
    changes::Change,
    model::{AgentId, FromSystem, Presence, SiteId, UnixMillis},
    router,
    tables::{event, people, to_json},
};

/// What desks are told.
#[derive(Serialize)]
struct Told {
    agent: AgentId,
    presence: Presence,
}

impl Engine {
    /// An agent is there, is away, or is gone: after the grace of a closed socket, as whoever holds the sockets
    /// counts it. Their active conversations learn of it.
    ///
    /// # Errors
    /// [`Fault::NoAgent`], or the store's.
    pub async fn set_presence(&self, site: SiteId, agent: AgentId, presence: Presence) -> Result<(), Fault> {
        self.inner.routing.seen(site, agent);
        let (inner, at) = (self.inner.clone(), self.inner.clock.now());
        let write = move |tx: &mut dyn Tx| set(&inner, tx, ((site, agent), presence), at);
        self.inner.store.write(Key(site.0), write).await?;
        let of = (site, agent);
        let active = self.inner.store.read(move |tx| people::active_of(tx, of)).await?;
        for conversation in active {
            let told = match presence {
                Presence::Available | Presence::Away => FromSystem::AgentBack,
                Presence::Gone => FromSystem::AgentGone,
            };
            let request = Request { site, conversation, ask: Ask::System(told), rid: None };
            match self.command(request).await {
                // Known already, or not theirs any more.
                Ok(_) | Err(Fault::Refused(_) | Fault::NoConversation) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// The router says so after two missed offers. Not if they have shown meanwhile that they are there: then the
    /// router, which does not ask them any more, has to hear of it.
    pub(super) async fn set_away(&self, site: SiteId, agent: AgentId) -> Result<(), Fault> {
        let (inner, at, of) = (self.inner.clone(), self.inner.clock.now(), (site, agent));
        let write = move |tx: &mut dyn Tx| {
            let told = people::told(tx, Some(of))?;
            let Some(it) = told.first() else { return Ok(()) };
            if it.presence == Presence::Available && router::MISSED_UNTIL_AWAY <= it.missed {
                return set(&inner, tx, (of, Presence::Away), at);
            }
            let (inner, about) = (inner.clone(), routing::about(it));
            tx.after_commit(Box::new(move || _ = inner.routing.tell(site, about, at)));
            Ok(())
        };
        self.inner.store.write(Key(site.0), write).await
    }
}

fn set(
    inner: &Arc<Inner>,
    tx: &mut dyn Tx,
    ((site, agent), presence): (people::Of, Presence),
    at: UnixMillis,
) -> Result<(), Fault> {
    if people::told(tx, Some((site, agent)))?.is_empty() {
        return Err(Fault::NoAgent);
    }
    if !people::set_presence(tx, (site, agent), presence)? {
        return Ok(());
    }
    let no = event::number(tx, site)?;
    let body = to_json(&Told { agent, presence })?;
    event::append(tx, &event::Event { site, no, conversation: None, kind: "agent".to_owned(), body, at })?;
    let inner = inner.clone();
    let unsure = inner.changes.unsure_at(site);
    tx.after_commit(Box::new(move || {
        let told = vec![router::Event::Reach(agent, routing::reach(presence))];
        if inner.routing.tell(site, told, at) {
            inner.wake.notify_one();
        }
        inner.changes.tell(Change::Directory(site));
        unsure.end();
    }));
    Ok(())
}
