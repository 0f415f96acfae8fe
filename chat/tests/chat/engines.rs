//! The databases under test, each empty and of its own.

use chat::engine::TABLES;
use store::{Migrations, SqliteOptions, Store};
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
