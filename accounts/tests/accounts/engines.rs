//! The databases under test, each empty and of its own.

use std::collections::BTreeSet;

use accounts::{Accounts, Agent, NewAgent, NewSite, Role, Site, SitesOf, TABLES};
use store::{SqliteOptions, Store};
use store_testing::{Database as OnServer, SHARED};
use tempfile::TempDir;

/// A database, and what it needs to be opened again.
pub enum Database {
    File(TempDir),
    Postgres(OnServer),
}

impl Database {
    pub fn file() -> Self {
        Self::File(tempfile::tempdir().expect("a folder"))
    }

    pub fn postgres() -> Self {
        Self::Postgres(OnServer::new(SHARED))
    }

    pub fn open(&self) -> Store {
        let opened = match self {
            Self::File(folder) => Store::sqlite(&SqliteOptions::new(folder.path().join("a.db")), &[TABLES]),
            Self::Postgres(server) => Store::postgres(&server.options(), &[TABLES]),
        };
        opened.expect("opens")
    }
}

/// Plays a story on a database, and closes what it opened.
pub fn play<F: Future<Output = ()>>(database: Database, story: impl FnOnce(Store, Accounts) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let store = database.open();
    runtime.expect("a runtime").block_on(story(store.clone(), Accounts::new(store.clone())));
    store.close();
}

/// Runs each function on each database.
macro_rules! on_each_engine {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $test() { crate::engines::play(crate::engines::Database::file(), super::$test); })*
        }
        mod on_postgres {
            $(#[test] fn $test() { crate::engines::play(crate::engines::Database::postgres(), super::$test); })*
        }
    };
}
pub(crate) use on_each_engine;

/// What everybody's password is.
pub const PASSWORD: &str = "correct horse";

/// Somebody with this address and role, who serves every site.
pub fn new_agent(email: &str, role: Role) -> NewAgent {
    NewAgent {
        email: email.into(),
        first_name: "Anna".into(),
        last_name: "Roth".into(),
        role,
        sites: SitesOf::All,
        password: PASSWORD.into(),
    }
}

/// The same, there.
pub async fn put(accounts: &Accounts, email: &str, role: Role) -> Agent {
    accounts.put_agent(new_agent(email, role)).await.expect("put")
}

/// A site with pages at `https://KEY.example`.
pub async fn put_site(accounts: &Accounts, key: &str) -> Site {
    let origins = vec![format!("https://{key}.example")];
    let new = NewSite { key: key.into(), name: format!("The {key}"), origins };
    accounts.put_site(new).await.expect("put")
}

/// These sites alone.
pub fn only(sites: &[&Site]) -> SitesOf {
    SitesOf::Some(sites.iter().map(|site| site.id).collect::<BTreeSet<_>>())
}
