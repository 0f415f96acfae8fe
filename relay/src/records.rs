//! What of the relay outlives a restart: sessions and the audit log, in the database that the whole server
//! shares. Nothing of the database blocks the runtime: commands run on threads of the store.
use std::path::{Path, PathBuf};

use store::{Alone, Error, Migrations, SqliteOptions, Store};

use crate::config::Database;

pub mod audit;
mod schema;
pub mod sessions;
pub mod shares;

pub use schema::TABLES;

/// Makes the data folder, for its owner's eyes only; one that is there is left as it is.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens the server's database and brings its tables to this release's version: the accounts', the relay's,
/// and those of whatever else the server is to carry. Blocks for as long as that takes.
///
/// # Errors
/// When the database cannot be opened, or is of a newer release.
pub fn open(data: &Path, database: &Database, more: &[Migrations]) -> Result<Store, Error> {
    // The accounts come first: they read tables of the first release that the relay then drops.
    let migrations = [&[accounts::TABLES, TABLES], more].concat();
    match database {
        Database::DataFolder => Store::sqlite(&SqliteOptions::new(file(data)), &migrations),
        Database::Postgres(postgres) => Store::postgres(&postgres.options()?, &migrations),
    }
}

/// Holds the name of a service on the database: what a service keeps in memory is true only while no other process
/// runs it on the same rows. It is taken before [`open`], so that who may not run brings no table to another version.
/// Blocks.
///
/// # Errors
/// When another process runs it, or the database cannot be asked.
pub fn alone(data: &Path, database: &Database, name: &'static str) -> Result<Alone, Error> {
    match database {
        Database::DataFolder => Alone::in_file(&file(data), name),
        Database::Postgres(postgres) => Alone::on_server(&postgres.options()?, name),
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("tandem.db")
}

/// The relay's own rows; cheap to clone.
#[derive(Clone)]
pub struct Records {
    store: Store,
}

impl Records {
    /// The rows in this store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Whether the database answers: what `/readyz` asks.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        self.store.read(|tx| tx.one::<(i64,)>("SELECT CAST(1 AS BIGINT)", &[]).map(|_| ())).await
    }
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The database's integers are signed.
fn to_sql(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn from_sql(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
