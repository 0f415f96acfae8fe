//! The world around a conversation, as the transaction sees it.
use std::{
    cell::{OnceCell, RefCell},
    sync::Arc,
};

use store::{Error, Tx};

use super::{Inner, fault::Fault, lock};
use crate::{
    model::{
        AgentFacts, AgentId, Flow, FlowRef, QueueId, QueueSettings, Room, SiteId, SiteSettings, UnixMillis,
        VisitorId, World,
    },
    tables::{
        people,
        site::{self, Settings},
    },
};

/// Reads what is asked for, and no more. A query that failed answers "nothing", and [`Facts::end`] tells.
pub(super) struct Facts<'t> {
    tx: RefCell<&'t mut dyn Tx>,
    site: SiteId,
    settings: Arc<Settings>,
    /// Whose cap holds.
    queue: QueueId,
    flow: OnceCell<Option<(FlowRef, Flow)>>,
    failed: RefCell<Option<Error>>,
}

impl<'t> Facts<'t> {
    pub fn new(tx: &'t mut dyn Tx, site: SiteId, settings: Arc<Settings>, queue: QueueId) -> Self {
        let (flow, failed) = (OnceCell::new(), RefCell::new(None));
        Self { tx: RefCell::new(tx), site, settings, queue, flow, failed }
    }

    /// What failed meanwhile: then whatever was decided does not count.
    pub fn end(self) -> Result<(), Error> {
        self.failed.into_inner().map_or(Ok(()), Err)
    }

    fn ask<T>(&self, query: impl FnOnce(&mut dyn Tx) -> Result<Option<T>, Error>) -> Option<T> {
        query(&mut **self.tx.borrow_mut()).unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            None
        })
    }
}

impl World for Facts<'_> {
    fn site(&self) -> &SiteSettings {
        &self.settings.site.settings
    }

    fn queue(&self, queue: QueueId) -> Option<QueueSettings> {
        self.settings.queues.get(&queue).map(|it| it.settings)
    }

    fn is_open(&self, queue: Option<QueueId>, at: UnixMillis) -> bool {
        let site = self.settings.site.hours.as_ref();
        let queue = queue.and_then(|it| self.settings.queues.get(&it)?.hours.as_ref());
        site.into_iter().chain(queue).all(|hours| hours.is_open(at))
    }

    fn agent(&self, agent: AgentId) -> Option<AgentFacts> {
        let it = self.ask(|tx| people::agent(tx, (self.site, agent), self.queue))?;
        let room = if it.load < it.cap { Room::Free } else { Room::Full };
        Some(AgentFacts { presence: it.presence, room })
    }

    fn is_blocked(&self, visitor: VisitorId) -> bool {
        self.ask(|tx| people::is_blocked(tx, (self.site, visitor))) != Some(false)
    }

    /// A conversation stands in one flow.
    fn flow(&self, flow: FlowRef) -> Option<&Flow> {
        let load = || Some((flow, self.ask(|tx| site::flow(tx, self.site, flow))?));
        let (of, found) = self.flow.get_or_init(load).as_ref()?;
        (*of == flow).then_some(found)
    }
}

/// The site's settings, parsed once for each version of them.
pub(super) fn settings(inner: &Inner, tx: &mut dyn Tx, site: SiteId) -> Result<Arc<Settings>, Fault> {
    let version = site::version(tx, site)?.ok_or(Fault::NoSite)?;
    if let Some(known) = lock(&inner.settings).get(&site).filter(|it| it.version == version) {
        return Ok(known.clone());
    }
    let loaded = Arc::new(site::load(tx, site)?.ok_or(Fault::NoSite)?);
    lock(&inner.settings).insert(site, loaded.clone());
    Ok(loaded)
}
