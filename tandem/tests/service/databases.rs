//! The databases that servers are tried on, each empty and of its own.
use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use relay::config::{self, Postgres};

/// What `cargo xtask test` says about its PostgreSQL servers.
///
/// # Panics
/// When it says nothing: a test without its server has failed.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set: this test needs a PostgreSQL server. `cargo xtask test tandem` starts one and \
             runs the tests; or run `cargo xtask postgres` beside them, and here: \
             set -a; . target/postgres.env; set +a"
        )
    })
}

/// Where a server keeps its rows.
pub enum Database {
    /// A file in its folder.
    Sqlite,
    /// A database on the PostgreSQL server that all tests share, dropped at the end.
    Postgres(OnServer),
}

impl Database {
    /// On the server that tests share.
    pub fn postgres() -> Self {
        Self::Postgres(OnServer::new("TANDEM_POSTGRES"))
    }

    /// On the server that tests kill.
    pub fn postgres_to_kill() -> Self {
        Self::Postgres(OnServer::new("TANDEM_POSTGRES_TO_KILL"))
    }

    pub fn config(&self) -> config::Database {
        match self {
            Self::Sqlite => config::Database::DataFolder,
            Self::Postgres(server) => {
                let trusted = Some(PathBuf::from(variable("TANDEM_POSTGRES_CA")));
                config::Database::Postgres(Postgres { address: server.address(), trusted })
            }
        }
    }
}

/// A database on a PostgreSQL server.
pub struct OnServer {
    server: String,
    name: String,
}

impl OnServer {
    fn new(variable_of_server: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tandem_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let made = Self { server: variable(variable_of_server), name };
        made.asks(&format!("CREATE DATABASE {}", made.name));
        made
    }

    pub fn address(&self) -> String {
        let server = self.server.strip_suffix("/postgres").expect("an address that ends with its database");
        format!("{server}/{}", self.name)
    }

    /// On a thread of its own: the client would panic in a task of a runtime.
    fn asks(&self, sql: &str) {
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
            self.asks(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}
