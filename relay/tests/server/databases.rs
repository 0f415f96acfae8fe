//! The databases that a server can stand on, each empty and of its own.
use relay::{
    config::{Database, Postgres},
    records,
};
use store::Store;
pub use store_testing::{Database as OnServer, SHARED};
use tempfile::TempDir;

/// How a server is told of it.
pub fn on(database: &OnServer) -> Database {
    let address = format!("{}?sslmode=require", database.url());
    Database::Postgres(Postgres { address, trusted: Some(database.certificate()) })
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
        Self::open(tempfile::tempdir().expect("a folder"), Some(OnServer::new(SHARED)))
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
        let database = server.map_or(Database::DataFolder, on);
        records::open(folder.path(), &database, &[]).expect("opens")
    }
}
