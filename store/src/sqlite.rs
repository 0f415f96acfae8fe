//! SQLite: one thread writes, a few read, one carries the log over into the file.

mod checkpoint;
mod driver;
mod reader;
mod writer;

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::queue::{Queues, Shared, channel};
use crate::scope::Driver as _;
use crate::{Dialect, Error, Migrations, migrate};
use driver::Driver;

/// Statements that a connection keeps ready.
const PREPARED: usize = 256;

/// How long a connection waits for whoever has the file locked.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the file is, and what serves it.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    file: PathBuf,
    n_readers: usize,
    vfs: Option<String>,
}

impl SqliteOptions {
    /// This file, with three readers. Its folder must be there.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), n_readers: 3, vfs: None }
    }

    /// Another number of connections that only read, at least 1.
    #[must_use]
    pub fn readers(mut self, count: usize) -> Self {
        self.n_readers = count.max(1);
        self
    }

    /// Reaches the disk through a VFS that the program has registered with SQLite.
    #[must_use]
    pub fn vfs(mut self, name: impl Into<String>) -> Self {
        self.vfs = Some(name.into());
        self
    }

    fn connect(&self, flags: OpenFlags) -> Result<Connection, Error> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = match &self.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(&self.file, flags, vfs.as_str()),
            None => Connection::open_with_flags(&self.file, flags),
        };
        opened.and_then(prepare).map_err(open_error)
    }
}

pub(crate) fn open(options: &SqliteOptions, migrations: &[Migrations]) -> Result<Queues, Error> {
    let create = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let writer = options.connect(create)?;
    let mode = write_ahead(&writer).map_err(open_error)?;
    if mode != "wal" {
        return Err(Error::Open(format!("this file system takes no write-ahead log, only {mode}")));
    }
    let mut writer = migrated(writer, migrations)?;
    let (orders, queue) = channel();
    let (reads, read_queue) = channel();
    let queues = Queues::new(Dialect::Sqlite, vec![orders], (reads, options.n_readers));
    let read_queue = Shared::new(read_queue);
    for _ in 0..options.n_readers {
        let reader = Driver::new(options.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)?);
        let read_queue = read_queue.clone();
        queues.spawn("store-reader", move || reader::run(reader, &read_queue))?;
    }
    let checkpoints = options.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let grown = checkpoint::watch(writer.connection()).map_err(open_error)?;
    queues.spawn("store-checkpoint", move || checkpoint::run(&checkpoints, &grown))?;
    queues.spawn("store-writer", move || writer::run(writer, queue))?;
    Ok(queues)
}

pub(crate) fn open_memory(migrations: &[Migrations]) -> Result<Queues, Error> {
    let db = Connection::open_in_memory().and_then(prepare).map_err(open_error)?;
    let db = migrated(db, migrations)?;
    let (orders, queue) = channel();
    // One connection is the whole database: it reads between the groups that it writes.
    let queues = Queues::new(Dialect::Sqlite, vec![orders.clone()], (orders, 0));
    queues.spawn("store-memory", move || writer::run(db, queue))?;
    Ok(queues)
}

fn migrated(db: Connection, migrations: &[Migrations]) -> Result<Driver, Error> {
    let mut driver = Driver::new(db);
    migrate::run(&mut driver, "BEGIN IMMEDIATE", migrations)?;
    debug_assert!(driver.is_transaction_lost(), "migrations leave no transaction open");
    Ok(driver)
}

/// Asks for the write-ahead log and tells which journal the file has from now on.
///
/// Two that ask for it of a new file at once would wait for each other: SQLite refuses one of them then without a wait,
/// whatever the [patience](PATIENCE) (its documentation of `sqlite3_busy_handler`), and that one asks again.
fn write_ahead(db: &Connection) -> rusqlite::Result<String> {
    let began = Instant::now();
    loop {
        let asked = db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0));
        let is_busy =
            asked.as_ref().is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy));
        if !is_busy || began.elapsed() > PATIENCE {
            return asked;
        }
        // waits: for whoever makes the log, of which SQLite tells nobody
        thread::sleep(Duration::from_millis(5));
    }
}

/// What every connection is told first.
fn prepare(db: Connection) -> rusqlite::Result<Connection> {
    db.busy_timeout(PATIENCE)?;
    // A mistyped name in double quotes is an error, as on PostgreSQL, and not a text.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    db.pragma_update(None, "foreign_keys", true)?;
    // In groups this costs no more than `normal`, and an answer means that the disk has it.
    db.pragma_update(None, "synchronous", "full")?;
    // PostgreSQL's LIKE tells upper from lower case.
    db.pragma_update(None, "case_sensitive_like", true)?;
    db.pragma_update(None, "temp_store", "memory")?;
    db.pragma_update(None, "journal_size_limit", checkpoint::LOG_AT_REST)?;
    db.set_prepared_statement_cache_capacity(PREPARED);
    Ok(db)
}

fn open_error(error: rusqlite::Error) -> Error {
    Error::Open(error.to_string())
}
