//! The databases that a server can stand on, each empty and of its own.
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use relay::{
    config::{Database, Postgres},
    records,
};
use store::Store;
use tempfile::TempDir;

/// A PostgreSQL database, dropped at the end.
pub struct OnServer {
    server: String,
    name: String,
}

impl OnServer {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("relay_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let database = Self { server: variable("TANDEM_POSTGRES"), name };
        database.admin(&format!("CREATE DATABASE {}", database.name));
        database
    }

    pub fn config(&self) -> Database {
        let server = self.server.strip_suffix("/postgres").expect("an address that ends with its database");
        let trusted = Some(PathBuf::from(variable("TANDEM_POSTGRES_CA")));
        Database::Postgres(Postgres { address: format!("{server}/{}?sslmode=require", self.name), trusted })
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

impl Drop for OnServer {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.admin(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set: this test needs a PostgreSQL server. `cargo xtask test relay` starts one \
             and runs the tests; or run `cargo xtask postgres` beside them, and here: \
             set -a; . target/postgres.env; set +a"
        )
    })
}

/// An opened database and what it stands on.
pub struct Opened {
    pub store: Store,
    pub folder: TempDir,
    server: Option<OnServer>,
}

impl Opened {
    pub fn file() -> Self {
        Self::open(tempfile::tempdir().expect("a folder"), None)
    }

    pub fn postgres() -> Self {
        Self::open(tempfile::tempdir().expect("a folder"), Some(OnServer::new()))
    }

    pub fn open(folder: TempDir, server: Option<OnServer>) -> Self {
        let store = Self::connect(&folder, server.as_ref());
        Self { store, folder, server }
    }

    /// Another program on the same database.
    pub fn another(&self) -> Store {
        Self::connect(&self.folder, self.server.as_ref())
    }

    fn connect(folder: &TempDir, server: Option<&OnServer>) -> Store {
        let database = server.map_or(Database::DataFolder, OnServer::config);
        records::open(folder.path(), &database, &[]).expect("opens")
    }
}
