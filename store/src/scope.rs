//! What makes a transaction the same on both engines, whatever the engine below would allow.
//!
//! PostgreSQL refuses everything after a failed statement, SQLite goes on; PostgreSQL refuses NUL in a text,
//! SQLite stores it. The stricter rule holds on both.

use crate::sql::{self, Kind};
use crate::tx::{Hook, SavepointEnd};
use crate::{Dialect, Error, Row, Tx, Value};

/// A connection, as thin as it can be.
pub(crate) trait Driver {
    fn dialect(&self) -> Dialect;

    /// Runs a statement without rows.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Error>;

    /// Runs a statement with rows.
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Error>;

    /// Runs texts of the store's own.
    fn batch(&mut self, sql: &str) -> Result<(), Error>;

    /// Whether the engine itself gave up the whole transaction, not only a statement of it.
    fn is_transaction_lost(&self) -> bool;
}

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// One command's part of a transaction.
pub(crate) struct Scope<'a> {
    driver: &'a mut dyn Driver,
    access: Access,
    /// What failed; nothing runs any more.
    broken: Option<Error>,
    /// For each open savepoint, how many hooks there were.
    savepoints: Vec<usize>,
    hooks: Vec<Hook>,
    changed: bool,
}

/// How a command's part of a transaction came out.
pub(crate) struct Outcome {
    /// A statement failed and was not undone: the command must be rolled back.
    pub broken: Option<Error>,
    /// To be run when the transaction is durable.
    pub hooks: Vec<Hook>,
    /// There is something to roll back.
    pub changed: bool,
    /// The engine gave up the transaction as a whole.
    pub lost: bool,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(driver: &'a mut dyn Driver, access: Access) -> Self {
        Self { driver, access, broken: None, savepoints: Vec::new(), hooks: Vec::new(), changed: false }
    }

    pub(crate) fn end(self) -> Outcome {
        let lost = self.driver.is_transaction_lost();
        Outcome { broken: self.broken, hooks: self.hooks, changed: self.changed, lost }
    }

    fn check(&mut self, sql: &str, params: &[Value]) -> Result<Kind, Error> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        let has_nul = |value: &Value| matches!(value, Value::Text(text) if text.contains('\0'));
        if params.iter().any(has_nul) {
            return Err(Error::Data("a text holds NUL".to_owned()));
        }
        let kind = sql::kind(sql)?;
        match (self.access, kind) {
            // `WITH` may be a query; if it is not, the engine refuses.
            (Access::Read, Kind::Other) => Err(Error::ReadOnly),
            (Access::Read, Kind::Change) if !sql::is_with(sql) => Err(Error::ReadOnly),
            (Access::Read | Access::Write, _) => Ok(kind),
        }
    }

    fn run<T>(
        &mut self,
        (sql, params): (&str, &[Value]),
        run: impl FnOnce(&mut dyn Driver) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let result = self.check(sql, params).and_then(|kind| {
            self.changed |= kind != Kind::Read;
            run(self.driver)
        });
        self.note(result)
    }

    fn note<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.broken.get_or_insert_with(|| error.clone());
        }
        result
    }

    fn undo_savepoint(&mut self, name: &str, hooks: usize) -> Result<(), Error> {
        if self.driver.is_transaction_lost() {
            let lost = || Error::Retry("the transaction was lost".to_owned());
            return Err(self.broken.get_or_insert_with(lost).clone());
        }
        self.hooks.truncate(hooks);
        let undone = self.driver.batch(&format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}"));
        self.broken = None;
        self.note(undone)
    }
}

impl Tx for Scope<'_> {
    fn dialect(&self) -> Dialect {
        self.driver.dialect()
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Error> {
        self.run((sql, params), |driver| driver.execute(sql, params))
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Error> {
        self.run((sql, params), |driver| driver.query(sql, params))
    }

    fn after_commit(&mut self, hook: Hook) {
        self.hooks.push(hook);
    }

    fn savepoint(&mut self) -> Result<(), Error> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        let set = self.driver.batch(&format!("SAVEPOINT part{}", self.savepoints.len()));
        self.note(set)?;
        self.savepoints.push(self.hooks.len());
        Ok(())
    }

    fn end_savepoint(&mut self, end: SavepointEnd) -> Result<(), Error> {
        let Some(hooks) = self.savepoints.pop() else {
            return Err(Error::Sql("no savepoint to end".to_owned()));
        };
        let name = format!("part{}", self.savepoints.len());
        match (end, self.broken.clone()) {
            (SavepointEnd::Keep, None) => {
                let released = self.driver.batch(&format!("RELEASE SAVEPOINT {name}"));
                self.note(released)
            }
            (SavepointEnd::Keep, Some(error)) => self.undo_savepoint(&name, hooks).and(Err(error)),
            (SavepointEnd::Undo, _) => self.undo_savepoint(&name, hooks),
        }
    }
}
