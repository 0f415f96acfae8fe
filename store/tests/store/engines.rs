//! The engines under test, each with an empty database of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use store::{Error, Migrations, PostgresOptions, SqliteOptions, Step, Store};
use tempfile::TempDir;

/// The tables that most tests use.
pub const TABLES: Migrations = Migrations {
    component: "test",
    steps: &[
        Step::both(
            "things",
            "CREATE TABLE thing (id {id}, name {text}, size {int}, body {blob}) {strict};
             CREATE TABLE counter (name {text} PRIMARY KEY, n {int} NOT NULL CHECK (0 <= n)) {strict};",
        ),
        Step::both(
            "rules",
            "CREATE TABLE part (id {id}, thing {int} NOT NULL REFERENCES thing(id), label {text} NOT NULL,
                UNIQUE (thing, label)) {strict};",
        ),
    ],
};

/// An engine, and what it needs to be opened again.
pub enum Engine {
    File(TempDir),
    Memory,
    Postgres(Database),
}

/// A store with [`TABLES`], and the engine below it.
pub struct Bench {
    pub store: Store,
    /// Goes after the store.
    _engine: Engine,
}

impl Bench {
    pub fn file() -> Self {
        Self::on(Engine::File(tempfile::tempdir().expect("a folder")))
    }

    pub fn memory() -> Self {
        Self::on(Engine::Memory)
    }

    pub fn postgres() -> Self {
        Self::on(Engine::Postgres(Database::new(SHARED)))
    }

    fn on(engine: Engine) -> Self {
        let store = engine.open(&[TABLES]).expect("opens");
        Self { store, _engine: engine }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.store.close();
    }
}

impl Engine {
    pub fn open(&self, migrations: &[Migrations]) -> Result<Store, Error> {
        match self {
            Self::File(folder) => Store::sqlite(&SqliteOptions::new(folder.path().join("a.db")), migrations),
            Self::Memory => Store::memory(migrations),
            Self::Postgres(database) => Store::postgres(&database.options(), migrations),
        }
    }
}

/// The server that all tests share.
pub const SHARED: &str = "TANDEM_POSTGRES";

/// The server for tests that kill it; whoever keeps it starts it again.
pub const TO_KILL: &str = "TANDEM_POSTGRES_TO_KILL";

/// Two tests that kill the same server would disturb each other.
pub fn alone_with_the_killed() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What `cargo xtask test` says about the server.
///
/// # Panics
/// When it says nothing: a test without its server has failed.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set: this test needs a PostgreSQL server. `cargo xtask test store` starts one \
             and runs the tests; or run `cargo xtask postgres` beside them, and here: \
             set -a; . target/postgres.env; set +a"
        )
    })
}

/// A database on the server, dropped at the end.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// `variable` names the server's address.
    pub fn new(server: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = variable(server);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let database = Self { server, name };
        database.admin(&format!("CREATE DATABASE {}", database.name));
        database
    }

    pub fn url(&self) -> String {
        let server = self.server.strip_suffix("/postgres").expect("an address that ends with its database");
        format!("{server}/{}", self.name)
    }

    pub fn options(&self) -> PostgresOptions {
        let options = PostgresOptions::new(&self.url()).expect("an address");
        options.trust(&PathBuf::from(variable("TANDEM_POSTGRES_CA"))).expect("a certificate")
    }

    /// Runs something on the server without the store.
    pub fn admin(&self, sql: &str) {
        with_client(&self.server, |client| client.batch_execute(sql).expect(sql));
    }

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

    /// `kill -9` of the server's first process. The others end when they notice.
    pub fn kill_server(&self) {
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

/// Runs each function on each engine: `on_each_engine! { types, order }`.
macro_rules! on_each_engine {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $test() { super::$test(&crate::engines::Bench::file()); })*
        }
        mod in_memory {
            $(#[test] fn $test() { super::$test(&crate::engines::Bench::memory()); })*
        }
        mod on_postgres {
            $(#[test] fn $test() { super::$test(&crate::engines::Bench::postgres()); })*
        }
    };
}
pub(crate) use on_each_engine;
