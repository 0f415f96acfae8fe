//! A PostgreSQL connection as the store wants it.

use std::collections::HashMap;
use std::error::Error as _;

use postgres::error::{DbError, Severity, SqlState};
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Statement};

use crate::scope;
use crate::sql;
use crate::{Constraint, Dialect, Error, Row, Value};

/// Statements that a connection keeps ready; when there are more, all are let go.
const PREPARED: usize = 512;

/// What the server said beside the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    Well,
    /// The transaction stood in another's way: run it again.
    Conflict,
    /// The connection is of no use any more.
    Lost,
}

/// A connection and what it has prepared.
pub(super) struct Session {
    client: Client,
    prepared: HashMap<String, Statement>,
    health: Health,
}

impl Session {
    pub(super) fn new(client: Client) -> Self {
        Self { client, prepared: HashMap::new(), health: Health::Well }
    }

    pub(super) fn health(&self) -> Health {
        self.health
    }

    /// A conflict is over with its transaction.
    pub(super) fn recover(&mut self) {
        if self.health == Health::Conflict {
            self.health = Health::Well;
        }
    }

    pub(super) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    fn prepare(&mut self, sql: &str, params: &[Value]) -> Result<Statement, Error> {
        let types: Vec<Type> = params.iter().map(type_of).collect();
        let key: String = params.iter().map(|it| &it.kind()[..1]).chain([" ", sql]).collect();
        if let Some(known) = self.prepared.get(&key) {
            return Ok(known.clone());
        }
        // The server itself would take more than the statement uses.
        let (wanted, given) = (sql::parameters(sql), params.len());
        if wanted != given {
            return Err(Error::Sql(format!("{wanted} parameters wanted, {given} given")));
        }
        let statement = self.client.prepare_typed(sql, &types).map_err(|error| self.note(&error))?;
        if PREPARED <= self.prepared.len() {
            self.prepared.clear();
        }
        self.prepared.insert(key, statement.clone());
        Ok(statement)
    }

    /// Tells an error apart, and remembers what it means for the connection.
    fn note(&mut self, error: &postgres::Error) -> Error {
        let (health, told) = match error.as_db_error() {
            Some(said) => classify(said),
            None => (Health::Lost, Error::Retry(describe(error))),
        };
        match health {
            Health::Well => {}
            Health::Conflict if self.health == Health::Lost => {}
            Health::Conflict | Health::Lost => self.health = health,
        }
        if told == Error::Retry(STALE_PLAN.to_owned()) {
            self.prepared.clear();
        }
        told
    }
}

impl scope::Driver for Session {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Error> {
        let statement = self.prepare(sql, params)?;
        if !statement.columns().is_empty() {
            return Err(Error::Sql("the statement gives back rows: query it".to_owned()));
        }
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|it| it as _).collect();
        self.client.execute(&statement, &params).map_err(|error| self.note(&error))
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Error> {
        let statement = self.prepare(sql, params)?;
        if let Some(column) = statement.columns().iter().find(|column| !is_known(column.type_())) {
            let (name, found) = (column.name(), column.type_());
            return Err(Error::Sql(format!("column {name} is of type {found}: cast it")));
        }
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|it| it as _).collect();
        let rows = self.client.query(&statement, &params).map_err(|error| self.note(&error))?;
        rows.iter().map(read).collect()
    }

    fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).map_err(|error| self.note(&error))
    }

    fn is_transaction_lost(&self) -> bool {
        self.health != Health::Well
    }
}

fn read(row: &postgres::Row) -> Result<Row, Error> {
    let column = |index| row.try_get::<_, Cell>(index).map(|cell| cell.0);
    let values: Result<_, _> = (0..row.len()).map(column).collect();
    values.map(Row).map_err(|error| Error::Sql(describe(&error)))
}

/// An integer is always sent with 64 bits, whatever it is compared with; the type of a null is the
/// statement's affair.
fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::UNKNOWN,
        Value::Int(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Blob(_) => Type::BYTEA,
    }
}

fn is_known(found: &Type) -> bool {
    const KNOWN: [Type; 9] = [
        Type::INT8,
        Type::INT4,
        Type::INT2,
        Type::BOOL,
        Type::TEXT,
        Type::VARCHAR,
        Type::NAME,
        Type::BYTEA,
        Type::VOID,
    ];
    KNOWN.contains(found)
}

type Unfit = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Unfit> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(it) => it.to_sql(ty, out),
            Self::Text(it) => it.to_sql(ty, out),
            Self::Blob(it) => it.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // The statement was prepared for these very types.
        true
    }

    to_sql_checked!();
}

/// A column of an answer.
struct Cell(Value);

impl<'a> FromSql<'a> for Cell {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Unfit> {
        Ok(Self(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => Value::Blob(raw.to_vec()),
            Type::VOID => Value::Null,
            _ => Value::Text(String::from_sql(ty, raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Unfit> {
        Ok(Self(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        is_known(ty)
    }
}

/// The whole chain: the client's own words alone are "db error".
pub(super) fn describe(error: &postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => format!("{} ({})", said.message(), said.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

/// A statement was prepared before somebody changed its tables.
const STALE_PLAN: &str = "cached plan must not change result type (0A000)";

fn classify(said: &DbError) -> (Health, Error) {
    let detail = format!("{} ({})", said.message(), said.code().code());
    let rule = |rule| Error::Constraint { rule, detail: detail.clone() };
    if matches!(said.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) {
        return (Health::Lost, Error::Retry(detail));
    }
    match *said.code() {
        SqlState::UNIQUE_VIOLATION => (Health::Well, rule(Constraint::Unique)),
        SqlState::FOREIGN_KEY_VIOLATION => (Health::Well, rule(Constraint::ForeignKey)),
        SqlState::NOT_NULL_VIOLATION => (Health::Well, rule(Constraint::NotNull)),
        SqlState::CHECK_VIOLATION => (Health::Well, rule(Constraint::Check)),
        SqlState::RAISE_EXCEPTION => (Health::Well, rule(Constraint::Trigger)),
        SqlState::READ_ONLY_SQL_TRANSACTION => (Health::Well, Error::ReadOnly),
        SqlState::DATATYPE_MISMATCH => (Health::Well, Error::Data(detail)),
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::LOCK_NOT_AVAILABLE => (Health::Conflict, Error::Retry(detail)),
        _ if detail == STALE_PLAN => (Health::Conflict, Error::Retry(detail)),
        _ => by_class(said.code().code(), detail),
    }
}

fn by_class(code: &str, detail: String) -> (Health, Error) {
    if code == SqlState::QUERY_CANCELED.code() {
        return (Health::Conflict, Error::Retry(detail));
    }
    match code.get(..2) {
        // The connection, or the server, is going.
        Some("08" | "57") => (Health::Lost, Error::Retry(detail)),
        // Disk, memory, connections.
        Some("53" | "58") => (Health::Conflict, Error::Retry(detail)),
        Some("22") => (Health::Well, Error::Data(detail)),
        _ => (Health::Well, Error::Sql(detail)),
    }
}
