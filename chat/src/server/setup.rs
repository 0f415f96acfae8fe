//! A site that nobody has set up works at once: one queue, served by everybody, a form, and the inbox.
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use super::{Chat, accounts_fault};
use crate::{
    engine::{Fault, FirstSetUp},
    model::{AgentId, SiteId},
};

/// The sites that are known to be set up.
#[derive(Default)]
pub(super) struct Done(Mutex<HashSet<SiteId>>);

impl Done {
    fn has(&self, site: SiteId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&site)
    }

    fn add(&self, site: SiteId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(site);
    }
}

impl Chat {
    /// Sets a site up if nobody has. Once: what an admin changes stays.
    pub(super) async fn set_up(&self, site: SiteId) -> Result<(), Fault> {
        if self.setups.has(site) {
            return Ok(());
        }
        let agents = self.accounts.agents().await.map_err(accounts_fault)?;
        let serves = agents.into_iter().filter(|it| !it.disabled && it.sites.has(accounts::SiteId(site.0)));
        let agents: Vec<_> = serves.map(|it| AgentId(it.id.0)).collect();
        self.engine.set_up(site, FirstSetUp::usual(agents)).await?;
        self.setups.add(site);
        Ok(())
    }
}
