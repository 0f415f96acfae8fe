//! Who may do what: agents and their roles, sites and their origins, invitations, log-ins. The relay and the
//! chat service ask here and see [`Claims`]; nobody else reads these tables.
//!
//! Reading order: [`agent`] and [`site`] are what there is; [`login`] says who somebody is; [`invitation`]
//! is how an account begins; `password` hashes; `schema` has the tables.
//!
//! Every change goes through one [`store::Key`], so that two changes of one process never meet; nodes that
//! share a database meet at the rows.

pub mod agent;
mod error;
pub mod invitation;
pub mod login;
mod password;
mod schema;
pub mod site;

use std::sync::Arc;

use store::{Key, Store, Tx};
use tokio::sync::watch;

pub use agent::{Agent, AgentChange, AgentId, NewAgent, Role, SitesOf};
pub use error::{Error, Invalid};
pub use invitation::{Accepted, Closed, Invitation, InvitationId, NewInvitation, Offered};
pub use login::{COOKIE, Claims, LOGIN_LIFE, token_from_cookies};
pub use password::random_password;
pub use schema::TABLES;
pub use site::{NewSite, Site, SiteChange, SiteId, parse_origin};

/// All changes run one after the other: they are few, and some look at more than one row.
const KEY: Key = Key(-0x6163_636F);

/// The accounts of a store whose tables were opened with [`TABLES`]; cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    sites: Arc<site::Cache>,
    changed: watch::Sender<()>,
}

impl Accounts {
    /// The accounts in this store.
    pub fn new(store: Store) -> Self {
        Self { store, sites: Arc::default(), changed: watch::Sender::default() }
    }

    /// Changes before the answer of whatever may take a right from somebody, or give one: through this value or a
    /// clone of it. What other programs change on the same database is not told.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Writes what may change somebody's rights.
    async fn change<T: Send + 'static>(
        &self,
        command: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let changed = self.write(command).await;
        // Whatever came of it: a commit that was cut short may have been kept.
        self.changed.send_replace(());
        changed
    }

    async fn write<T: Send + 'static>(
        &self,
        command: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.store.write(KEY, command).await
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.store.read(query).await
    }
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Random bytes from the system.
fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    Ok(bytes)
}

/// A stolen database must not let anybody in. Tokens are 256 random bits: no salt is needed.
fn hash(token: &[u8; 32]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    Sha256::digest(token).to_vec()
}
