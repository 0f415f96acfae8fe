//! What outlives a restart: agents, sites, log-ins, sessions and the audit log, in one SQLite file.
//!
//! WAL mode, so that readers never wait; one thread owns the connection that writes, one the connection that
//! reads. A job is a closure that runs there: nothing of SQLite blocks the runtime.
use std::{path::Path, thread};

use rusqlite::{Connection, OpenFlags};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

pub mod accounts;
pub mod audit;
mod migrate;
pub mod sessions;
pub mod sites;

/// Jobs that may wait for the database. When it is full, callers wait.
const QUEUE: usize = 1024;

/// Why the database did not answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// SQLite's own error.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file is of a newer release; this one would not understand it.
    #[error(
        "the database is of version {found}; this release knows versions up to {known}. Use the newer release"
    )]
    Newer {
        /// What the file says.
        found: i64,
        /// What this program can read.
        known: i64,
    },
    /// The thread ended: the server is stopping.
    #[error("the database is closed")]
    Closed,
    /// The folder of the data cannot be used.
    #[error("data folder: {0}")]
    Io(#[from] std::io::Error),
    /// A row that this program never wrote.
    #[error("database holds an unreadable value: {0}")]
    Unreadable(&'static str),
}

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

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    writer: mpsc::Sender<Job>,
    reader: mpsc::Sender<Job>,
}

impl Store {
    /// Opens `tandem.db` in the folder, makes it and brings it to this release's version.
    ///
    /// # Errors
    /// When the folder cannot be written, the file is no database, or it is of a newer release.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let file = folder.join("tandem.db");
        let mut writer = Connection::open(&file)?;
        writer.pragma_update(None, "journal_mode", "wal")?;
        writer.pragma_update(None, "synchronous", "normal")?;
        writer.pragma_update(None, "foreign_keys", true)?;
        writer.busy_timeout(std::time::Duration::from_secs(5))?;
        migrate::run(&mut writer)?;
        let reader = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        reader.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(Self { writer: work(writer, "store-writer")?, reader: work(reader, "store-reader")? })
    }

    async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        submit(&self.writer, job).await
    }

    async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        submit(&self.reader, job).await
    }

    /// Whether the database answers: what `/readyz` asks.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(|db| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?)).await
    }
}

async fn submit<T: Send + 'static>(
    queue: &mpsc::Sender<Job>,
    job: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (reply, answer) = oneshot::channel();
    let job: Job = Box::new(move |db| {
        // Fails only when the caller went away, and then nobody waits for the answer.
        let _ = reply.send(job(db));
    });
    queue.send(job).await.map_err(|_| StoreError::Closed)?;
    answer.await.map_err(|_| StoreError::Closed)?
}

/// The thread ends, and the connection closes, when the last [`Store`] is dropped.
fn work(mut db: Connection, name: &str) -> Result<mpsc::Sender<Job>, StoreError> {
    let (queue, mut jobs) = mpsc::channel::<Job>(QUEUE);
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        while let Some(job) = jobs.blocking_recv() {
            job(&mut db);
        }
    })?;
    Ok(queue)
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// SQLite's integers are signed.
fn to_sql(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn from_sql(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
