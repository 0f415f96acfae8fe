//! Which visitors are there.
use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock},
};

use crate::model::{SiteId, VisitorId};

/// Kept by whoever holds the visitors' sockets, grace included; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Online(Arc<RwLock<HashSet<(SiteId, VisitorId)>>>);

impl Online {
    /// Somebody is there from now on, or is not. Says whether that is news.
    pub fn set(&self, site: SiteId, visitor: VisitorId, to: bool) -> bool {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if to { all.insert((site, visitor)) } else { all.remove(&(site, visitor)) }
    }

    /// Whether somebody is there.
    pub fn has(&self, site: SiteId, visitor: VisitorId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(&(site, visitor))
    }

    /// All who are there on these sites.
    pub(crate) fn of(&self, sites: &[SiteId]) -> Vec<VisitorId> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|(site, _)| sites.contains(site)).map(|(_, visitor)| *visitor).collect()
    }
}
