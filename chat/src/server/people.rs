//! Who serves a site: the accounts say it, and nobody else. What the chat keeps of an agent on a site follows.
use std::{sync::Arc, time::Duration};

use accounts::{Accounts, Claims};
use store::Tx;
use tokio::sync::Mutex;

use super::{Chat, accounts_fault};
use crate::{
    engine::{Engine, Fault},
    model::{AgentId, QueueId, SiteId},
    tables::people,
    who::{Served, Viewer},
};

/// So often it is looked for what another program changed in the accounts.
const LOOK: Duration = Duration::from_secs(10);

/// Why an agent is not taken away from a site.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CannotRemove {
    /// Administrators serve every site.
    #[error("an administrator serves every site")]
    EverySite,
    /// The store's, or there is no such agent or queue.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Takes agents to sites and away from them; cheap to clone.
#[derive(Clone)]
pub(crate) struct People {
    engine: Engine,
    accounts: Accounts,
    /// One after the other: what one takes away another does not bring back.
    turn: Arc<Mutex<()>>,
}

impl People {
    pub fn new(engine: Engine, accounts: Accounts) -> Self {
        Self { engine, accounts, turn: Arc::default() }
    }

    /// Takes an agent away from a site, for good: first from their account, so that they do not come back with their
    /// next log-in; then what they have waits in `to`.
    pub async fn remove(&self, site: SiteId, agent: AgentId, to: QueueId) -> Result<(), CannotRemove> {
        let _turn = self.turn.lock().await;
        let (account, of) = (accounts::AgentId(agent.0), accounts::SiteId(site.0));
        match self.accounts.leave_site(account, of).await {
            // One without an account is not there for anybody.
            Ok(_) | Err(accounts::Error::NotFound) => {}
            Err(accounts::Error::EverySite) => return Err(CannotRemove::EverySite),
            Err(error) => return Err(accounts_fault(error).into()),
        }
        Ok(self.engine.remove_agent(site, agent, to).await?)
    }

    /// An agent who logs in is on their sites. Only on those that are theirs by now: the log-in may be older.
    async fn enlist(&self, site: SiteId, agent: AgentId) -> Result<(), Fault> {
        if self.engine.known(site).await?.has(agent) {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        let account = self.accounts.agent(accounts::AgentId(agent.0)).await.map_err(accounts_fault)?;
        if account.is_some_and(|it| serves(&it, site)) {
            self.engine.add_agent(site, agent).await?;
        }
        Ok(())
    }

    /// Takes away whoever is on a site that is not theirs any more, or may not log in; what they had waits in the
    /// site's own queue. What was begun by [`People::remove`] and cut short ends here.
    async fn settle(&self) -> Result<(), Fault> {
        let _turn = self.turn.lock().await;
        let accounts = self.accounts.agents().await.map_err(accounts_fault)?;
        let there = self.engine.store().read(|tx: &mut dyn Tx| people::told(tx, None)).await?;
        for it in there {
            let account = accounts.iter().find(|account| account.id.0 == it.agent.0);
            if account.is_none_or(|account| serves(account, it.site)) {
                continue;
            }
            let to = self.engine.settings(it.site).await?.site.settings.default_queue;
            self.engine.remove_agent(it.site, it.agent, to).await?;
        }
        Ok(())
    }
}

/// Whether an account answers on a site: one that is deactivated answers nowhere.
fn serves(account: &accounts::Agent, site: SiteId) -> bool {
    !account.disabled && account.sites.has(accounts::SiteId(site.0))
}

impl Chat {
    /// Follows the accounts, until `stop`: at once what is changed through them, and now and then what others change.
    pub(super) async fn follow_accounts(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut changes = self.accounts.changes();
        loop {
            if self.names.refresh(&self.accounts).await {
                self.hub.names_changed();
            }
            // Whoever has a desk is looked at by it.
            self.hub.look_again();
            let settled = self.people.settle().await;
            if let Err(fault) = settled {
                tracing::warn!(%fault, "agents are not taken from sites that are not theirs yet");
            }
            tokio::select! {
                () = &mut stop => return,
                Ok(()) = changes.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// An agent with the sites that they serve.
    pub(crate) async fn viewer(&self, claims: &Claims) -> Result<Viewer, Fault> {
        let sites = self.accounts.known_sites().await.map_err(accounts_fault)?;
        let mut served: Vec<_> = sites
            .values()
            .filter(|it| claims.may(it.id))
            .map(|it| Served { id: SiteId(it.id.0), key: it.key.clone(), name: it.name.clone() })
            .collect();
        served.sort_by(|one, other| one.key.cmp(&other.key));
        let agent = AgentId(claims.agent.0);
        for site in &served {
            self.set_up(site.id).await?;
            self.people.enlist(site.id, agent).await?;
        }
        crate::views::viewer(&self.engine, (agent, super::role(claims.role)), served).await
    }
}
