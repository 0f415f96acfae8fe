//! PostgreSQL databases for tests, each empty, of its own, and dropped at the end. The servers are those that
//! `cargo xtask test` starts.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]
#![allow(clippy::missing_panics_doc, reason = "that is how a test ends")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use store::PostgresOptions;

/// The server that all tests share.
pub const SHARED: &str = "TANDEM_POSTGRES";

/// The server for tests that kill it; whoever keeps it starts it again.
pub const TO_KILL: &str = "TANDEM_POSTGRES_TO_KILL";

/// Two tests of a program that kill the same server would disturb each other.
pub fn alone_with_the_killed() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What `cargo xtask test` says about its servers. A test without its server has failed.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set: this test needs a PostgreSQL server. `cargo xtask test PACKAGE` starts one and \
             runs the tests; or run `cargo xtask postgres` beside them, and here: \
             set -a; . target/postgres.env; set +a"
        )
    })
}

/// A database on a server, dropped at the end.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// An empty one. `server` is [`SHARED`] or [`TO_KILL`].
    pub fn new(server: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = variable(server);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let database = Self { server, name };
        database.admin(&format!("CREATE DATABASE {}", database.name));
        database
    }

    /// Its address.
    pub fn url(&self) -> String {
        let server = self.server.strip_suffix("/postgres").expect("an address that ends with its database");
        format!("{server}/{}", self.name)
    }

    /// The certificate of its server.
    pub fn certificate(&self) -> PathBuf {
        variable("TANDEM_POSTGRES_CA").into()
    }

    /// What a store opens it with.
    pub fn options(&self) -> PostgresOptions {
        let options = PostgresOptions::new(&self.url()).expect("an address");
        options.trust(&self.certificate()).expect("a certificate")
    }

    /// Runs something on the server without the store.
    pub fn admin(&self, sql: &str) {
        with_client(&self.server, |client| client.batch_execute(sql).expect(sql));
    }

    /// The port of the server.
    pub fn port(&self) -> u16 {
        let (_, address) = self.server.rsplit_once(':').expect("a port");
        address.trim_end_matches("/postgres").parse().expect("a port")
    }

    /// Cuts every connection to this database, wherever it stands.
    pub fn cut_connections(&self) {
        self.admin(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
            self.name
        ));
    }

    /// Whether anybody may connect to this database. Connections that there are stay.
    pub fn lets_in(&self, yes: bool) {
        self.admin(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS {yes}", self.name));
    }

    /// `kill -9` of the server's first process. The others end when they notice.
    #[cfg(unix)]
    pub fn kill_server(&self) {
        use nix::{
            sys::signal::{Signal, kill},
            unistd::Pid,
        };
        // While the connection is open, the process that serves it is there, and so is its parent.
        with_client(&self.server, |client| {
            let backend: i32 = client.query_one("SELECT pg_backend_pid()", &[]).expect("asked").get(0);
            let stat = std::fs::read_to_string(format!("/proc/{backend}/stat")).expect("on this machine");
            let (_, rest) = stat.rsplit_once(')').expect("a process");
            let parent = rest.split_whitespace().nth(1).and_then(|it| it.parse().ok()).expect("its parent");
            kill(Pid::from_raw(parent), Signal::SIGKILL).expect("killed");
        });
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.admin(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

/// On a thread of its own: the client would panic in a task of a runtime.
fn with_client<T: Send>(url: &str, work: impl FnOnce(&mut postgres::Client) -> T + Send) -> T {
    let done = std::thread::scope(|scope| scope.spawn(|| work(&mut connect(url))).join());
    done.expect("the server did it")
}

/// A server that has just been killed comes back soon.
fn connect(url: &str) -> postgres::Client {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        match postgres::Client::connect(&format!("{url}?sslmode=disable"), postgres::NoTls) {
            Ok(client) => return client,
            Err(error) => assert!(Instant::now() < until, "the server does not answer: {error}"),
        }
        // waits: a server that comes back tells nobody.
        std::thread::sleep(Duration::from_millis(50));
    }
}
