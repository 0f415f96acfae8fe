//! Who serves a site: the accounts say it, and nobody else. What the chat keeps of an agent on a site follows.
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use accounts::{Accounts, Claims, Site};
use store::{Key, Tx};
use tokio::sync::Mutex;

use super::{Chat, accounts_fault};
use crate::{
    changes::Change,
    engine::{Engine, Fault},
    model::{AgentActor, AgentId, Presence, QueueId, Role, SiteId},
    tables::{marks, people},
    who::{Served, Viewer},
};

/// So often it is looked for what another program changed in the accounts.
const LOOK: Duration = Duration::from_secs(10);

/// Why an agent is not taken away from a site.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CannotRemove {
    /// The account is not the manager's to change.
    #[error("only an administrator takes a site from this account")]
    NotTheirs,
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
    /// next log-in; then what they have waits in `to`. Who asked for it is noted before.
    pub async fn remove(
        &self,
        (site, agent): (SiteId, AgentId),
        by: AgentActor,
        to: QueueId,
    ) -> Result<(), CannotRemove> {
        let _turn = self.turn.lock().await;
        let (account, of) = (accounts::AgentId(agent.0), accounts::SiteId(site.0));
        let found = self.accounts.agent(account).await.map_err(accounts_fault)?;
        if found.as_ref().is_some_and(|it| !may_take_from_a_site(by, it)) {
            return Err(CannotRemove::NotTheirs);
        }
        if found.is_some_and(|it| it.role == accounts::Role::Admin) {
            return Err(CannotRemove::EverySite);
        }
        let now = self.engine.now();
        let note = move |tx: &mut dyn Tx| {
            Ok::<_, Fault>(marks::audit(tx, (site, by.id), ("remove_agent", &agent.0.to_string()), now)?)
        };
        self.engine.store().write(Key(site.0), note).await?;
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

    /// Takes away whoever is on a site that is not theirs any more, and what those have who may not log in; it waits
    /// in the site's own queue. What was begun by [`People::remove`] and cut short ends here. Who cannot be looked
    /// after now is next time, and keeps nobody else waiting.
    async fn settle(&self, accounts: &[accounts::Agent], at_rest: &mut AtRest) -> Result<(), Fault> {
        let there = self.engine.store().read(|tx: &mut dyn Tx| people::told(tx, None)).await?;
        for it in there {
            let of = (it.site, it.agent);
            let account = accounts.iter().find(|account| account.id.0 == it.agent.0);
            let Some(account) = account.filter(|account| !serves(account, it.site)) else {
                at_rest.remove(&of);
                continue;
            };
            let is_theirs = account.sites.has(accounts::SiteId(it.site.0));
            if is_theirs && it.presence == Presence::Gone && at_rest.contains(&of) {
                continue;
            }
            match self.leave(of).await {
                Ok(true) => _ = at_rest.insert(of),
                Ok(false) => _ = at_rest.remove(&of),
                Err(fault) => {
                    let (site, agent) = (it.site.0, it.agent.0);
                    tracing::warn!(%fault, site, agent, "an agent is not taken from a site yet");
                }
            }
        }
        Ok(())
    }

    /// Takes an agent from a site, unless it has been given back to them meanwhile. Who only may not log in keeps what
    /// was set up for them, and has nothing: true for those.
    async fn leave(&self, (site, agent): (SiteId, AgentId)) -> Result<bool, Fault> {
        let _turn = self.turn.lock().await;
        let account = self.accounts.agent(accounts::AgentId(agent.0)).await.map_err(accounts_fault)?;
        let Some(account) = account.filter(|it| !serves(it, site)) else { return Ok(false) };
        let to = self.engine.settings(site).await?.site.settings.default_queue;
        if account.sites.has(accounts::SiteId(site.0)) {
            self.engine.release_agent(site, agent, to).await?;
            return Ok(true);
        }
        self.engine.remove_agent(site, agent, to).await?;
        Ok(false)
    }
}

/// Who may not log in, and is known to have nothing.
type AtRest = HashSet<(SiteId, AgentId)>;

/// Whether an account answers on a site: one that is deactivated answers nowhere.
fn serves(account: &accounts::Agent, site: SiteId) -> bool {
    !account.disabled && account.sites.has(accounts::SiteId(site.0))
}

/// Accounts are the administrators' to change. A manager takes a site from those whom they lead, one by one: neither
/// from who leads as they do, nor from who was given every site there is.
fn may_take_from_a_site(by: AgentActor, of: &accounts::Agent) -> bool {
    by.role == Role::Admin || (of.role < accounts::Role::Manager && of.sites != accounts::SitesOf::All)
}

impl Chat {
    /// Follows the accounts, until `stop`: at once what is changed through them, and now and then what others change.
    pub(super) async fn follow_accounts(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut changes = self.accounts.changes();
        let (mut known, mut at_rest) = (Vec::new(), AtRest::new());
        let (mut is_news, mut sites) = (true, None);
        loop {
            match self.accounts.current_sites().await {
                Ok(now) => {
                    if let Some(before) = sites.replace(now.clone()) {
                        self.sites_changed(&before, &now);
                    }
                }
                Err(error) => tracing::warn!(%error, "the sites cannot be read"),
            }
            match self.accounts.agents().await {
                Ok(agents) => {
                    if self.names.keep(&agents) {
                        self.hub.names_changed();
                    }
                    if is_news || agents != known {
                        // Whoever has a desk is looked at by it.
                        self.hub.look_again();
                    }
                    is_news = false;
                    let settled = self.people.settle(&agents, &mut at_rest).await;
                    if let Err(fault) = settled {
                        tracing::warn!(%fault, "agents are not taken from sites that are not theirs yet");
                    }
                    known = agents;
                }
                Err(error) => tracing::warn!(%error, "the accounts cannot be read"),
            }
            // What could not be read is news until it is.
            tokio::select! {
                () = &mut stop => return,
                Ok(()) = changes.changed() => is_news = true,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Widgets show their site's name, desks all of theirs; a page whose origin was taken away is not the site's.
    fn sites_changed(&self, before: &HashMap<String, Site>, now: &HashMap<String, Site>) {
        let changed: Vec<_> = now.values().filter(|it| before.get(&it.key) != Some(*it)).collect();
        if changed.is_empty() {
            return;
        }
        for it in changed {
            let id = SiteId(it.id.0);
            self.engine.changes().tell(Change::Widget(id));
            self.hub.end_pages(id, |origin| it.allows(origin));
        }
        // Not only those that serve one of them: who is to from now on does not yet.
        self.hub.names_changed();
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
