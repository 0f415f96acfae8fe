//! The engines under test, each with an empty database of its own.

use store::{Error, Migrations, SqliteOptions, Step, Store};
pub use store_testing::{Database, SHARED, TO_KILL, alone_with_the_killed, variable};
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
