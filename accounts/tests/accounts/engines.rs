//! The databases under test, each empty and of its own.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use accounts::{Accounts, Agent, NewAgent, NewSite, Role, Site, SitesOf, TABLES};
use store::{PostgresOptions, SqliteOptions, Store};
use tempfile::TempDir;

/// A database, and what it needs to be opened again.
pub enum Database {
    File(TempDir),
    Postgres(Server),
}

impl Database {
    pub fn file() -> Self {
        Self::File(tempfile::tempdir().expect("a folder"))
    }

    pub fn postgres() -> Self {
        Self::Postgres(Server::new())
    }

    pub fn open(&self) -> Store {
        let opened = match self {
            Self::File(folder) => Store::sqlite(&SqliteOptions::new(folder.path().join("a.db")), &[TABLES]),
            Self::Postgres(server) => Store::postgres(&server.options(), &[TABLES]),
        };
        opened.expect("opens")
    }
}

/// What `cargo xtask test` says about the server.
///
/// # Panics
/// When it says nothing: a test without its server has failed.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set: this test needs a PostgreSQL server. `cargo xtask test accounts` starts one \
             and runs the tests; or run `cargo xtask postgres` beside them, and here: \
             set -a; . target/postgres.env; set +a"
        )
    })
}

/// A database on the server, dropped at the end.
pub struct Server {
    server: String,
    name: String,
}

impl Server {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = variable("TANDEM_POSTGRES");
        let name = format!("accounts_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let database = Self { server, name };
        database.admin(&format!("CREATE DATABASE {}", database.name));
        database
    }

    fn options(&self) -> PostgresOptions {
        let server = self.server.strip_suffix("/postgres").expect("an address that ends with its database");
        let options = PostgresOptions::new(&format!("{server}/{}", self.name)).expect("an address");
        options.trust(&PathBuf::from(variable("TANDEM_POSTGRES_CA"))).expect("a certificate")
    }

    /// On a thread of its own: the client would panic in a task of a runtime.
    fn admin(&self, sql: &str) {
        let url = format!("{}?sslmode=disable", self.server);
        let run = || {
            let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("the server answers");
            client.batch_execute(sql).expect(sql);
        };
        std::thread::scope(|scope| scope.spawn(run).join()).expect("the server did it");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.admin(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
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
