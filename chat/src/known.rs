//! What every desk of a site asks for again and again, kept in memory until it [changes](crate::changes): who serves
//! which queues, who is there, and what stands in the directory. One process alone writes a database's conversations,
//! so that it hears of every change.
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chat_proto::desk::SiteCard;
use store::{Error, Store, Tx};

use crate::{
    changes::{Change, Changes},
    model::{AgentId, QueueId, SiteId},
    tables::people::{self, Reached},
    views,
};

/// A site, as desks know it.
pub(crate) struct SiteKnown {
    /// Without its name and key, and without whether somebody is there.
    pub card: SiteCard,
    /// Its agents.
    pub agents: Vec<Reached>,
    /// Whose queues are which.
    queues: HashMap<AgentId, BTreeSet<QueueId>>,
}

impl SiteKnown {
    fn read(tx: &mut dyn Tx, site: SiteId) -> Result<Self, Error> {
        let (card, agents) = (views::card(tx, site)?, people::reached(tx, &[site])?);
        let mut queues: HashMap<AgentId, BTreeSet<QueueId>> = HashMap::new();
        for (queue, agent, _) in people::members_of(tx, site)? {
            queues.entry(agent).or_default().insert(queue);
        }
        Ok(Self { card, agents, queues })
    }

    /// Whether somebody is among its agents.
    pub fn has(&self, agent: AgentId) -> bool {
        self.agents.iter().any(|it| it.agent == agent)
    }

    /// The queues that somebody serves.
    pub fn queues_of(&self, agent: AgentId) -> impl Iterator<Item = QueueId> + '_ {
        self.queues.get(&agent).into_iter().flatten().copied()
    }
}

/// All sites that somebody asked for; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Known(Arc<Mutex<HashMap<SiteId, Entry>>>);

#[derive(Default)]
struct Entry {
    /// Counts changes: what was read before one is not kept after it.
    changes: u64,
    known: Option<Arc<SiteKnown>>,
    /// One reads it for all who want it at the same moment.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Known").finish_non_exhaustive()
    }
}

/// A write that changes what is known of a site. Where nobody says that it is durable, it may be all the same
/// ([`Error::Unknown`]): what is known is forgotten as this goes, and whoever shows it is told so.
pub(crate) struct Unsure {
    changes: Changes,
    site: SiteId,
    is_durable: bool,
}

impl Unsure {
    pub const fn new(changes: Changes, site: SiteId) -> Self {
        Self { changes, site, is_durable: false }
    }

    /// It is durable, and whoever has to hear of it does.
    pub fn end(mut self) {
        self.is_durable = true;
    }
}

impl Drop for Unsure {
    fn drop(&mut self) {
        if !self.is_durable {
            self.changes.tell(Change::Unsure(self.site));
        }
    }
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, HashMap<SiteId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A site has changed.
    pub fn forget(&self, site: SiteId) {
        let mut all = self.lock();
        let entry = all.entry(site).or_default();
        entry.changes += 1;
        entry.known = None;
    }

    /// What is known of a site; else how often it has changed, and the turn to read it.
    fn look(&self, site: SiteId) -> Result<Arc<SiteKnown>, (u64, Arc<tokio::sync::Mutex<()>>)> {
        let mut all = self.lock();
        let entry = all.entry(site).or_default();
        entry.known.clone().ok_or_else(|| (entry.changes, entry.turn.clone()))
    }

    /// A site as it is now: from memory, or read.
    ///
    /// # Errors
    /// The store's.
    pub async fn site(&self, store: &Store, site: SiteId) -> Result<Arc<SiteKnown>, Error> {
        let turn = match self.look(site) {
            Ok(known) => return Ok(known),
            Err((_, turn)) => turn,
        };
        let _turn = turn.lock().await;
        let changes = match self.look(site) {
            Ok(known) => return Ok(known),
            Err((changes, _)) => changes,
        };
        let read = Arc::new(store.read(move |tx| SiteKnown::read(tx, site)).await?);
        let mut all = self.lock();
        let entry = all.entry(site).or_default();
        if entry.changes == changes {
            entry.known = Some(read.clone());
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: SiteId = SiteId(1);

    fn changes() -> Changes {
        let changes = Changes::default();
        let known = changes.known();
        let (card, agents, queues) = (SiteCard::default(), Vec::new(), HashMap::new());
        known.lock().entry(SHOP).or_default().known = Some(Arc::new(SiteKnown { card, agents, queues }));
        changes
    }

    #[test]
    fn what_a_write_changed_of_which_nobody_knows_whether_it_is_durable_is_read_anew() {
        let changes = changes();
        let (unsure, mut told) = (changes.unsure_at(SHOP), changes.subscribe());
        // What a store that lost its server does with what follows a commit.
        drop(Box::new(move || unsure.end()) as store::Hook);
        assert!(changes.known().look(SHOP).is_err());
        assert_eq!(told.try_recv(), Ok(Change::Unsure(SHOP)));
    }

    #[test]
    fn what_is_durable_is_forgotten_by_whoever_tells_of_it() {
        let changes = changes();
        let (unsure, mut told) = (changes.unsure_at(SHOP), changes.subscribe());
        (Box::new(move || unsure.end()) as store::Hook)();
        assert!(changes.known().look(SHOP).is_ok());
        assert!(told.try_recv().is_err(), "nobody is told by it");
    }
}
