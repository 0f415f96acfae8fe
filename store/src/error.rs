//! What can go wrong, told by what the caller does next, and the same on both engines.

use thiserror::Error;

/// Which rule of the schema a statement broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Constraint {
    /// A unique key or index, the primary key among them.
    Unique,
    /// A reference to a row that is not there, or from rows that are.
    ForeignKey,
    /// A column that must have a value.
    NotNull,
    /// A `CHECK`.
    Check,
    /// A trigger refused: `RAISE` in either dialect.
    Trigger,
}

/// Why the database did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A rule of the schema. The statement did nothing; the command goes on only behind a savepoint.
    #[error("{rule:?} constraint: {detail}")]
    Constraint {
        /// Which kind of rule.
        rule: Constraint,
        /// The engine's own words, for logs only: they differ from engine to engine.
        detail: String,
    },
    /// A value does not fit its column, or a calculation left 64 bits.
    #[error("value does not fit: {0}")]
    Data(String),
    /// Nothing of the command was stored: the disk is full, the server is gone, a deadlock did not clear.
    /// Ask again later, with the same request id.
    #[error("not stored, try again: {0}")]
    Retry(String),
    /// The server was lost, or the disk failed, during the commit, and cannot be asked: the command is stored once or not at
    /// all. Ask again with the same request id, which must be a key in the same transaction.
    #[error("stored or not, the commit was cut short: {0}")]
    Unknown(String),
    /// A statement that writes, in a read.
    #[error("this transaction only reads")]
    ReadOnly,
    /// The statement itself is wrong: a defect of the caller.
    #[error("statement: {0}")]
    Sql(String),
    /// A column that is not what the caller took it for.
    #[error("column {index}: wanted {wanted}, found {found}")]
    Column {
        /// Counted from 0.
        index: usize,
        /// What the caller asked for.
        wanted: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// The command panicked. It left no trace; the others of its batch are not touched.
    #[error("the command panicked")]
    Panicked,
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    /// The database cannot be opened.
    #[error("cannot open the database: {0}")]
    Open(String),
    /// Another process holds the name that this one wants: see [`Alone`](crate::Alone).
    #[error("the {name} of this database runs already, in another process ({by}): end that one first")]
    Taken {
        /// Which name.
        name: &'static str,
        /// Who has it, as they said it.
        by: String,
    },
    /// The database is of a newer release; this one would not understand it.
    #[error(
        "the database's {component} is of version {found}; this release knows versions up to {known}. \
         Use the newer release"
    )]
    Newer {
        /// Whose tables.
        component: String,
        /// What the database says.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// A released migration reads differently than when this database ran it.
    #[error("step {number} of {component} was edited after this database had run it")]
    Edited {
        /// Whose tables.
        component: String,
        /// Which step.
        number: i64,
    },
}

impl Error {
    /// Whether the same request may succeed when it is made again.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Retry(_) | Self::Unknown(_))
    }

    /// What it means when the whole transaction could not be had or kept: nothing was stored.
    pub(crate) fn not_stored(self) -> Self {
        if self.is_retryable() { self } else { Self::Retry(self.to_string()) }
    }

    /// Which rule was broken, if one was.
    pub fn constraint(&self) -> Option<Constraint> {
        if let Self::Constraint { rule, .. } = self { Some(*rule) } else { None }
    }
}
