//! The start of the process: what was there before, and the time that nobody was there.
use std::{sync::Arc, time::Duration};

use store::{Key, Tx};

use super::{
    Engine, Inner,
    ask::{Ask, Request},
    fault::Fault,
    routing::about,
    transact::Command,
};
use crate::{
    model::{Conversation, FromSystem, SiteId, State, UnixMillis},
    router::Event,
    tables::{conversation, people, site, timer},
};

/// What everybody has to come back after a start.
pub(super) const GRACE: Duration = Duration::from_secs(15);

/// What routers are told, in this order.
type Told = Vec<(SiteId, Event)>;

impl Engine {
    pub(super) async fn reload(&self) -> Result<(), Fault> {
        let (inner, now) = (self.inner.clone(), self.inner.clock.now());
        let was_there = self.inner.store.write(Key(0), move |tx| shift(&inner, tx, now)).await?;
        if was_there {
            self.inner.routing.wait_for_everybody(now + GRACE);
        }
        for (site, event) in self.inner.store.read(everything).await? {
            self.inner.routing.tell(site, vec![event], now);
        }
        Ok(())
    }
}

/// Moves every deadline, in one transaction with the sign of life: never twice for the same time. False when
/// nobody was there before.
fn shift(inner: &Arc<Inner>, tx: &mut dyn Tx, now: UnixMillis) -> Result<bool, Fault> {
    let last = timer::heartbeat(tx)?;
    timer::beat(tx, now)?;
    let Some(last) = last else { return Ok(false) };
    let ask = Ask::System(FromSystem::Shift(now.since(last) + GRACE));
    for (site, conversation) in timer::all(tx)? {
        let request = Request { site, conversation, ask: ask.clone(), rid: None };
        // Refused where nothing moves: the end of a pause is a date.
        let _ = Command { inner, request: &request, at: now, decided: None, burnt: &[] }.run(tx)?;
    }
    Ok(true)
}

/// Queues, agents, who serves what; what counts to somebody's load; what waits, in its order; and who is there
/// last, so that the first who waits is the first who is served.
fn everything(tx: &mut dyn Tx) -> Result<Told, Fault> {
    let queues = site::strategies(tx)?.into_iter();
    let agents = people::told(tx, None)?;
    let members = people::members(tx)?.into_iter();
    let mut told: Told = queues.map(|(site, queue, it)| (site, Event::Queue(queue, it))).collect();
    let profile = |it: &people::Told| (it.site, Event::Agent(it.agent, Some(it.profile.clone())));
    told.extend(agents.iter().map(profile));
    told.extend(members.map(|(site, queue, agent, it)| (site, Event::Member(queue, agent, Some(it)))));
    let mut all = conversation::routed(tx)?;
    all.sort_by_key(order);
    told.extend(all.iter().map(|it| (it.site, Event::Conversation(it.id, it.into()))));
    told.extend(agents.iter().flat_map(|it| about(it).into_iter().map(|event| (it.site, event))));
    Ok(told)
}

fn order(it: &Conversation) -> (bool, bool, UnixMillis) {
    match &it.state {
        State::Queued(waiting) => (true, !waiting.boosted, waiting.since),
        State::Bot(_)
        | State::Offered(..)
        | State::Active(_)
        | State::Snoozed(_)
        | State::OfflineForm
        | State::Offline
        | State::Closed(_) => (false, false, it.created),
    }
}
