//! The database layer: one SQL text, on an embedded SQLite file or a PostgreSQL server, with answers only
//! after the data is durable. It knows nothing of what is stored.
//!
//! ```
//! use store::{Error, Key, Migrations, Step, Store, params};
//!
//! const NOTES: Migrations = Migrations {
//!     component: "notes",
//!     steps: &[Step::both("first", "CREATE TABLE note (id {id}, body {text} NOT NULL) {strict};")],
//! };
//!
//! # fn main() -> Result<(), Error> {
//! let store = Store::memory(&[NOTES])?;
//! let id: i64 = store.write_blocking(Key(1), |tx| {
//!     let (id,) = tx.one("INSERT INTO note (body) VALUES ($1) RETURNING id", params!["hello"])?;
//!     tx.after_commit(Box::new(move || println!("tell the others about {id}")));
//!     Ok::<i64, Error>(id)
//! })?;
//! let bodies: Vec<(String,)> =
//!     store.read_blocking(move |tx| tx.rows("SELECT body FROM note WHERE id = $1", params![id]))?;
//! assert_eq!(bodies, [("hello".to_owned(),)]);
//! # Ok(())
//! # }
//! ```
//!
//! # The portable subset
//! - Values are 64-bit integers, text, blobs and null. `SUM` and `AVG` give other types on PostgreSQL:
//!   `CAST(SUM(a) AS BIGINT)`. A parameter whose type nothing tells is cast: `CAST($1 AS TEXT) IS NULL`.
//! - Columns are declared with the macros of [`migrate`]; text sorts by its bytes.
//! - `ORDER BY` says `NULLS FIRST` or `NULLS LAST` where there may be nulls; `LIKE` says `ESCAPE`.
//! - Nothing is converted by itself: a number is cast before it is put into a text. Nothing is divided by
//!   what may be 0, and a calculation that may leave 64 bits is only stored, not selected.
//! - A sequence behind `{id}` may leave gaps, and leaves others on each engine: ids say nothing but identity.
//! - Commands never begin or commit; a failed statement fails its command, or its [`attempt`].
//!
//! # Writing and reading
//! A command is a closure that may run more than once: PostgreSQL replays it after a deadlock. So it reads
//! its world through the transaction, and leaves side effects to [`Tx::after_commit`]. Commands are
//! committed in groups; the answer comes when the group is on the disk.
//!
//! Commands of one [`Key`] run in the order in which they were given. One that was answered with
//! [`Error::Retry`] has lost its place: those behind it may have been stored.
//!
//! [`attempt`]: trait.Tx.html#method.attempt

mod alone;
mod bus;
mod command;
mod error;
pub mod fulltext;
pub mod migrate;
mod pg;
mod queue;
mod scope;
mod sql;
mod sqlite;
mod tx;
mod value;

use std::sync::Arc;

pub use alone::{Alone, Hold};
pub use bus::{Bus, InProcess, MAX_TOPIC, Subscription, Wake};
pub use command::Key;
pub use error::{Constraint, Error};
pub use migrate::{Migrations, Step};
pub use pg::{PostgresBus, PostgresOptions};
pub use sqlite::SqliteOptions;
pub use tx::{Dialect, Hook, SavepointEnd, Tx};
pub use value::{FromRow, FromValue, Row, Value};

use queue::{Order, Queues};

/// A database; cheap to clone.
///
/// When the last clone is dropped, its threads end by themselves; [`Store::close`] waits for them.
#[derive(Clone)]
pub struct Store {
    queues: Arc<Queues>,
}

/// What a [`Store`] was asked for, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Transactions that only read.
    pub reads: u64,
    /// Commands.
    pub writes: u64,
}

impl Store {
    /// Opens a SQLite file, makes it if there is none, and brings its tables to this release's version.
    ///
    /// # Errors
    /// When the file cannot be used, or is of a newer release.
    pub fn sqlite(options: &SqliteOptions, migrations: &[Migrations]) -> Result<Self, Error> {
        Ok(Self { queues: Arc::new(sqlite::open(options, migrations)?) })
    }

    /// Makes a database in memory, for tests: SQLite with the same groups and answers.
    ///
    /// # Errors
    /// When a migration fails.
    pub fn memory(migrations: &[Migrations]) -> Result<Self, Error> {
        Ok(Self { queues: Arc::new(sqlite::open_memory(migrations)?) })
    }

    /// Connects to a PostgreSQL server and brings the database's tables to this release's version. Programs
    /// that start at the same time wait for each other.
    ///
    /// # Errors
    /// When the server cannot be reached, or the database is of a newer release.
    pub fn postgres(options: &PostgresOptions, migrations: &[Migrations]) -> Result<Self, Error> {
        Ok(Self { queues: Arc::new(pg::open(options, migrations)?) })
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        self.queues.dialect
    }

    /// How many [reads](Store::read) and [writes](Store::write) were asked for since it was opened, by all clones.
    pub fn asked(&self) -> Asked {
        let [reads, writes] = self.queues.asked();
        Asked { reads, writes }
    }

    /// Runs a command that may write, and answers when what it wrote is durable. When its future is dropped,
    /// a command that has been queued still runs.
    ///
    /// # Errors
    /// The command's own: then it left no trace. Or the store's, see [`Error`]: [`Error::Retry`] left none
    /// either, [`Error::Unknown`] may have.
    pub async fn write<T, E>(
        &self,
        key: Key,
        command: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = command::job(command);
        self.queues.writer(key).send(Order::Write(job)).await.map_err(|_| Error::Closed)?;
        answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// The same for threads that may block. Panics in a task of a runtime.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T, E>(
        &self,
        key: Key,
        command: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = command::job(command);
        self.queues.writer(key).blocking_send(Order::Write(job)).map_err(|_| Error::Closed)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Runs queries on one unchanging state of the database, which holds every write that was answered
    /// before. Never waits for writers.
    ///
    /// # Errors
    /// The closure's own, or the store's.
    pub async fn read<T, E>(
        &self,
        query: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = command::job(query);
        self.queues.reader().send(Order::Read(job)).await.map_err(|_| Error::Closed)?;
        answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// The same for threads that may block. Panics in a task of a runtime.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T, E>(
        &self,
        query: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = command::job(query);
        self.queues.reader().blocking_send(Order::Read(job)).map_err(|_| Error::Closed)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Answers what has been queued, then closes every connection. Later calls, of other clones too, fail
    /// with [`Error::Closed`]. Blocks: not for tasks of a runtime.
    pub fn close(&self) {
        self.queues.close();
    }
}
