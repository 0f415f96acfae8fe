//! Which visitors are there.
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::model::{SiteId, UnixMillis, VisitorId};

/// Kept by whoever holds the visitors' sockets, grace included; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Online(Arc<RwLock<Since>>);

/// Since when each has been there without having been gone.
type Since = HashMap<(SiteId, VisitorId), UnixMillis>;

impl Online {
    fn read(&self) -> RwLockReadGuard<'_, Since> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Since> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody is there from `at` on, if they were not before. Says whether that is news.
    pub fn came(&self, site: SiteId, visitor: VisitorId, at: UnixMillis) -> bool {
        match self.write().entry((site, visitor)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(it) => {
                it.insert(at);
                true
            }
        }
    }

    /// Somebody is gone. Says whether that is news.
    pub fn left(&self, site: SiteId, visitor: VisitorId) -> bool {
        self.write().remove(&(site, visitor)).is_some()
    }

    /// Whether somebody is there.
    pub fn has(&self, site: SiteId, visitor: VisitorId) -> bool {
        self.read().contains_key(&(site, visitor))
    }

    /// Since when somebody is there, if they are.
    pub(crate) fn since(&self, site: SiteId, visitor: VisitorId) -> Option<UnixMillis> {
        self.read().get(&(site, visitor)).copied()
    }

    /// All who are there on these sites.
    pub(crate) fn of(&self, sites: &[SiteId]) -> Vec<VisitorId> {
        let all = self.read();
        all.keys().filter(|(site, _)| sites.contains(site)).map(|(_, visitor)| *visitor).collect()
    }
}
