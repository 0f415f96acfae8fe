//! A SQLite connection as the store wants it.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, ffi};

use crate::scope;
use crate::sql::{self, Kind, Translations};
use crate::{Constraint, Dialect, Error, Row, Value};

pub(super) struct Driver {
    db: Connection,
    translations: Translations,
}

impl Driver {
    pub(super) fn new(db: Connection) -> Self {
        Self { db, translations: Translations::default() }
    }

    /// One of the store's own statements, kept ready.
    pub(super) fn step(&mut self, sql: &str) -> Result<(), Error> {
        self.db.prepare_cached(sql).and_then(|mut it| it.raw_execute()).map(drop).map_err(error)
    }

    /// Makes the transaction durable. When the disk fails in the midst of it, a crash may bring the
    /// transaction back from the log, until the next one writes over it.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        let done = self.db.prepare_cached("COMMIT").and_then(|mut it| it.raw_execute());
        done.map(drop).map_err(|failed| match failed.sqlite_error_code() {
            Some(rusqlite::ErrorCode::SystemIoFailure) => Error::Unknown(failed.to_string()),
            _ => error(failed),
        })
    }

    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.db
    }
}

impl scope::Driver for Driver {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Error> {
        let text = self.translations.get(sql);
        let mut statement = self.db.prepare_cached(&text).map_err(error)?;
        let changed = statement.execute(rusqlite::params_from_iter(params)).map_err(error)?;
        // What is neither insert, update nor delete would repeat the count of the one before.
        let counts = sql::kind(sql)? == Kind::Change;
        Ok(if counts { u64::try_from(changed).unwrap_or(u64::MAX) } else { 0 })
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Error> {
        let text = self.translations.get(sql);
        let mut statement = self.db.prepare_cached(&text).map_err(error)?;
        let width = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(error)?;
        let mut answer = Vec::new();
        while let Some(row) = rows.next().map_err(error)? {
            let values = (0..width).map(|index| value(row.get_ref(index).map_err(error)?));
            answer.push(Row(values.collect::<Result<_, _>>()?));
        }
        Ok(answer)
    }

    fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.db.execute_batch(sql).map_err(error)
    }

    fn is_transaction_lost(&self) -> bool {
        self.db.is_autocommit()
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(it) => ValueRef::Integer(*it),
            Self::Text(it) => ValueRef::Text(it.as_bytes()),
            Self::Blob(it) => ValueRef::Blob(it),
        }))
    }
}

fn value(column: ValueRef<'_>) -> Result<Value, Error> {
    Ok(match column {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(it) => Value::Int(it),
        ValueRef::Text(it) => Value::Text(String::from_utf8_lossy(it).into_owned()),
        ValueRef::Blob(it) => Value::Blob(it.to_vec()),
        ValueRef::Real(_) => return Err(Error::Sql("a column is a fraction: cast it".to_owned())),
    })
}

/// Tells SQLite's errors apart by what the caller does next.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else SQLite finds wrong is the statement's fault"
)]
pub(super) fn error(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as Code;
    let detail = error.to_string();
    let Some(failure) = error.sqlite_error() else { return Error::Sql(detail) };
    if let Some(rule) = constraint(failure.extended_code) {
        return Error::Constraint { rule, detail };
    }
    if failure.extended_code == ffi::SQLITE_CONSTRAINT_DATATYPE {
        return Error::Data(detail);
    }
    match failure.code {
        Code::TypeMismatch | Code::TooBig => Error::Data(detail),
        Code::ReadOnly => Error::ReadOnly,
        Code::DatabaseBusy
        | Code::DatabaseLocked
        | Code::DiskFull
        | Code::SystemIoFailure
        | Code::OutOfMemory
        | Code::OperationInterrupted
        | Code::CannotOpen => Error::Retry(detail),
        _ => Error::Sql(detail),
    }
}

fn constraint(extended_code: i32) -> Option<Constraint> {
    Some(match extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            Constraint::Unique
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Constraint::ForeignKey,
        ffi::SQLITE_CONSTRAINT_NOTNULL => Constraint::NotNull,
        ffi::SQLITE_CONSTRAINT_CHECK => Constraint::Check,
        ffi::SQLITE_CONSTRAINT_TRIGGER => Constraint::Trigger,
        _ => return None,
    })
}
