//! A transaction, as commands see it.

use crate::{Error, FromRow, Row, Value};

/// Which engine runs a statement, for the few places where one text cannot serve both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The embedded default.
    Sqlite,
    /// The server, for several nodes.
    Postgres,
}

/// What a command leaves to be done once it is durable.
pub type Hook = Box<dyn FnOnce() + Send>;

/// A running transaction. It blocks its thread, which belongs to the store.
///
/// A statement that fails takes its command with it, as PostgreSQL has it: what follows fails with the same
/// error, and the command is rolled back whatever it returns. Behind [`attempt`](#method.attempt) only that
/// part is rolled back.
pub trait Tx {
    /// Which engine this is.
    fn dialect(&self) -> Dialect;

    /// Runs a statement that gives back no rows, and says how many it changed.
    ///
    /// # Errors
    /// Says which rule it broke, or what is wrong with it.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Error>;

    /// Runs a statement that gives back rows: a query, or a change with `RETURNING`.
    ///
    /// # Errors
    /// Says which rule it broke, or what is wrong with it.
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Error>;

    /// Runs `hook` on the store's thread once the transaction is durable, before the caller has its answer;
    /// never if it is rolled back. It must be quick, and must not wait for the store.
    fn after_commit(&mut self, hook: Hook);

    /// Sets a savepoint. Use [`attempt`](#method.attempt).
    ///
    /// # Errors
    /// When a statement before has failed.
    fn savepoint(&mut self) -> Result<(), Error>;

    /// Ends the innermost savepoint.
    ///
    /// # Errors
    /// When the whole transaction is lost; and when something failed that was to be kept: then it is undone.
    fn end_savepoint(&mut self, end: SavepointEnd) -> Result<(), Error>;
}

/// What becomes of what came after a savepoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SavepointEnd {
    /// It stays, if the transaction does.
    Keep,
    /// It never was.
    Undo,
}

impl dyn Tx + '_ {
    /// Runs `part` so that, when it fails, only its own changes and hooks go.
    ///
    /// # Errors
    /// Its own, or the store's when the whole transaction is lost.
    pub fn attempt<T, E: From<Error>>(
        &mut self,
        part: impl FnOnce(&mut dyn Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        self.savepoint()?;
        match part(self) {
            Ok(value) => {
                self.end_savepoint(SavepointEnd::Keep)?;
                Ok(value)
            }
            Err(error) => {
                self.end_savepoint(SavepointEnd::Undo)?;
                Err(error)
            }
        }
    }

    /// Every row, read as `T`.
    ///
    /// # Errors
    /// As [`Tx::query`], or [`Error::Column`].
    pub fn rows<T: FromRow>(&mut self, sql: &str, params: &[Value]) -> Result<Vec<T>, Error> {
        self.query(sql, params)?.into_iter().map(T::from_row).collect()
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`Tx::query`], or [`Error::Column`].
    pub fn optional<T: FromRow>(&mut self, sql: &str, params: &[Value]) -> Result<Option<T>, Error> {
        self.query(sql, params)?.into_iter().next().map(T::from_row).transpose()
    }

    /// The first row of a statement that always has one.
    ///
    /// # Errors
    /// As [`Tx::query`], or [`Error::Column`] when there is no row.
    pub fn one<T: FromRow>(&mut self, sql: &str, params: &[Value]) -> Result<T, Error> {
        let row = self.optional(sql, params)?;
        row.ok_or(Error::Column { index: 0, wanted: "a row", found: "no row" })
    }
}
