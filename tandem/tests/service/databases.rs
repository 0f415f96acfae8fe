//! The databases that servers are tried on, each empty and of its own.
use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
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

    /// `kill -9` of the PostgreSQL server's first process; whoever keeps it starts it again.
    pub fn kill_server(&self) {
        if let Self::Postgres(server) = self {
            server.kill();
        }
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

    fn asks(&self, sql: &str) {
        self.with_client(|client| client.batch_execute(sql).expect(sql));
    }

    fn kill(&self) {
        // While the connection is open, the process that serves it is there, and so is its parent.
        self.with_client(|client| {
            let backend: i32 = client.query_one("SELECT pg_backend_pid()", &[]).expect("asked").get(0);
            let stat = std::fs::read_to_string(format!("/proc/{backend}/stat")).expect("on this machine");
            let (_, rest) = stat.rsplit_once(')').expect("a process");
            let parent = rest.split_whitespace().nth(1).and_then(|it| it.parse().ok()).expect("its parent");
            kill(Pid::from_raw(parent), Signal::SIGKILL).expect("killed");
        });
    }

    /// On a thread of its own: the client would panic in a task of a runtime. A server that was killed comes back.
    fn with_client(&self, work: impl FnOnce(&mut postgres::Client) + Send) {
        const PATIENCE: Duration = Duration::from_secs(30);
        let url = format!("{}?sslmode=disable", self.server);
        let run = move || {
            let until = Instant::now() + PATIENCE;
            let mut client = loop {
                match postgres::Client::connect(&url, postgres::NoTls) {
                    Ok(client) => break client,
                    Err(error) => assert!(Instant::now() < until, "{error}"),
                }
                // waits: only asking tells whether the server answers.
                std::thread::sleep(Duration::from_millis(50));
            };
            work(&mut client);
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
