//! The databases under test, each empty and of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use chat::engine::TABLES;
use store::{Migrations, PostgresOptions, SqliteOptions, Store};
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
        self.open_with(&[TABLES])
    }

    /// With these tables.
    pub fn open_with(&self, tables: &[Migrations]) -> Store {
        let opened = match self {
            Self::File(folder) => Store::sqlite(&SqliteOptions::new(folder.path().join("a.db")), tables),
            Self::Postgres(server) => Store::postgres(&server.options(), tables),
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
            "{name} is not set: this test needs a PostgreSQL server. `cargo xtask test chat` starts one \
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
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = variable("TANDEM_POSTGRES");
        let name = format!("chat_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let database = Self { server, name };
        database.admin(&format!("CREATE DATABASE {}", database.name));
        database
    }

    pub fn url(&self) -> String {
        let server = self.server.strip_suffix("/postgres").expect("an address that ends with its database");
        format!("{server}/{}", self.name)
    }

    fn options(&self) -> PostgresOptions {
        let options = PostgresOptions::new(&self.url()).expect("an address");
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

/// Runs each function on each database.
macro_rules! on_each_engine {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $test() { crate::site::play(crate::engines::Database::file(), super::$test); })*
        }
        mod on_postgres {
            $(#[test] fn $test() { crate::site::play(crate::engines::Database::postgres(), super::$test); })*
        }
    };
}
pub(crate) use on_each_engine;
