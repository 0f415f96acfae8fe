//! Full text over words that the caller has made (folded, stemmed), so that both engines find the same.
//!
//! A migration makes the index with `{fulltext NAME}`: a table of ids and words. Neither engine parses: FTS5
//! is told that every sign but the blank belongs to a word, PostgreSQL gets a cast to `tsvector`.

use crate::{Dialect, Error, Tx, Value, params};

/// Bytes of a word that count; PostgreSQL takes 2,046.
const MAX_WORD: usize = 200;

/// Words of one entry that count.
const MAX_WORDS: usize = 10_000;

/// So many matches are sorted as they come.
const FEW: u32 = 10_000;

/// An index that a migration has made.
#[derive(Debug, Clone, Copy)]
pub struct FullText {
    /// The name that stands in the macro: letters and `_`.
    pub table: &'static str,
}

/// The statements that make an index. FTS5 has a hidden column of the table's own name, so ours has one that
/// no table has. It keeps places of words that nobody asks for: without (`detail=none`), it puts what begins alike
/// together pair by pair and not by sixteens, which took three times as long.
pub(crate) fn table(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!(
            "CREATE VIRTUAL TABLE {name} USING fts5(folded_words, content='', contentless_delete=1, \
             tokenize=\"ascii tokenchars '{SIGNS}'\")"
        ),
        Dialect::Postgres => format!(
            "CREATE TABLE {name} (id BIGINT PRIMARY KEY, folded_words TSVECTOR NOT NULL); \
             CREATE INDEX {name}_words ON {name} USING GIN (folded_words)"
        ),
    }
}

/// Signs that may stand in a word beside letters and digits: all of ASCII but quotes and the backslash,
/// which would have to be escaped differently in each place.
const SIGNS: &str = "!#$%&()*+,-./:;<=>?@[]^_`{|}~";

/// A word as both engines store it; `None` when nothing is left of it.
fn clean(word: &str) -> Option<String> {
    let stays = |sign: &char| !sign.is_ascii() || sign.is_ascii_alphanumeric() || SIGNS.contains(*sign);
    let mut word: String = word.chars().filter(stays).collect::<String>().to_lowercase();
    while MAX_WORD < word.len() {
        word.pop();
    }
    (!word.is_empty()).then_some(word)
}

/// A word that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// It alone. Its entries are read as they are wanted.
    Word(String),
    /// All that begin so. FTS5 puts all their entries together before the first is read.
    Beginning(String),
}

impl Sought {
    /// As both engines store it; `None` when nothing is left of it.
    fn clean(&self) -> Option<Self> {
        match self {
            Self::Word(word) => clean(word).map(Self::Word),
            Self::Beginning(word) => clean(word).map(Self::Beginning),
        }
    }
}

impl FullText {
    /// Puts the words of an entry in the place of those that it had.
    ///
    /// # Errors
    /// As [`Tx::execute`].
    pub fn put(&self, tx: &mut dyn Tx, id: i64, words: &[impl AsRef<str>]) -> Result<(), Error> {
        let words: Vec<_> = words.iter().filter_map(|word| clean(word.as_ref())).take(MAX_WORDS).collect();
        let table = self.table;
        let (sql, text) = match tx.dialect() {
            Dialect::Sqlite => {
                // A virtual table takes no `ON CONFLICT`.
                self.remove(tx, id)?;
                (format!("INSERT INTO {table} (rowid, folded_words) VALUES ($1, $2)"), words.join(" "))
            }
            Dialect::Postgres => {
                let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
                let sql = format!(
                    "INSERT INTO {table} (id, folded_words) VALUES ($1, CAST($2 AS TEXT)::tsvector) \
                     ON CONFLICT (id) DO UPDATE SET folded_words = excluded.folded_words"
                );
                (sql, quoted.join(" "))
            }
        };
        tx.execute(&sql, params![id, text]).map(drop)
    }

    /// Takes an entry out.
    ///
    /// # Errors
    /// As [`Tx::execute`].
    pub fn remove(&self, tx: &mut dyn Tx, id: i64) -> Result<(), Error> {
        let sql = format!("DELETE FROM {} WHERE {} = $1", self.table, id_column(tx.dialect()));
        tx.execute(&sql, params![id]).map(drop)
    }

    /// A subquery of the ids of the entries that match parameter `$n`, to be put behind `id IN`.
    pub fn ids(&self, dialect: Dialect, n: usize) -> String {
        let table = self.table;
        match dialect {
            Dialect::Sqlite => format!("(SELECT rowid FROM {table} WHERE {table} MATCH ${n})"),
            Dialect::Postgres => {
                format!("(SELECT id FROM {table} WHERE folded_words @@ CAST(${n} AS TEXT)::tsquery)")
            }
        }
    }

    /// A subquery of the ids of the entries that match parameter `$query`, from `$from` on and below `$below`, the
    /// highest first, at most `$limit`: a page of them, whose cost is its own and not that of all matches. Its
    /// column is `id`.
    ///
    /// PostgreSQL does not know how common a parameter's words are. So it first takes at most [`FEW`] matches by
    /// the index; only when there are more it goes through the entries from the highest on, where the next match is
    /// near then.
    pub fn page(&self, dialect: Dialect, [query, from, below, limit]: [usize; 4]) -> String {
        let table = self.table;
        let range = |id: &str| format!("${from} <= {id} AND {id} < ${below}");
        match dialect {
            Dialect::Sqlite => format!(
                "(SELECT rowid AS id FROM {table} WHERE {table} MATCH ${query} AND {} ORDER BY rowid DESC \
                 LIMIT ${limit})",
                range("rowid")
            ),
            Dialect::Postgres => {
                let (matches, range) =
                    (format!("folded_words @@ CAST(${query} AS TEXT)::tsquery"), range("id"));
                format!(
                    "(WITH few AS MATERIALIZED (SELECT id FROM {table} WHERE {matches} LIMIT {FEW} + 1), \
                     n AS MATERIALIZED (SELECT COUNT(*) AS n FROM few) \
                     SELECT id FROM (SELECT id FROM few WHERE (SELECT n FROM n) <= {FEW} AND {range} \
                     UNION ALL SELECT id FROM (SELECT id FROM {table} WHERE (SELECT n FROM n) > {FEW} \
                     AND {matches} AND {range} ORDER BY id DESC LIMIT ${limit}) many) found \
                     ORDER BY id DESC LIMIT ${limit})"
                )
            }
        }
    }

    /// A condition that the entry of this id matches parameter `$n`, for a few ids: its cost is theirs. `None` where the
    /// index goes through all matches for each one that is asked about, as FTS5 does for a beginning of words.
    pub fn beside(&self, dialect: Dialect, id: &str, n: usize) -> Option<String> {
        let table = self.table;
        let matches = format!("w.folded_words @@ CAST(${n} AS TEXT)::tsquery");
        let beside = || format!("EXISTS (SELECT 1 FROM {table} w WHERE w.id = {id} AND {matches})");
        (dialect == Dialect::Postgres).then(beside)
    }

    /// The parameter for [`FullText::ids`] and [`FullText::page`]: entries that hold, for every word that is looked for,
    /// one of its alternatives (the folded word and its stems). `None` when no word is left to look for.
    pub fn query(&self, dialect: Dialect, wanted: &[Vec<Sought>]) -> Option<Value> {
        let (quote, prefix, or, and) = match dialect {
            Dialect::Sqlite => ('"', " *", " OR ", " AND "),
            Dialect::Postgres => ('\'', ":*", " | ", " & "),
        };
        let written = |it: Sought| match it {
            Sought::Word(word) => format!("{quote}{word}{quote}"),
            Sought::Beginning(word) => format!("{quote}{word}{quote}{prefix}"),
        };
        let all = wanted.iter().filter_map(|alternatives| {
            let any: Vec<_> = alternatives.iter().filter_map(Sought::clean).map(written).collect();
            (!any.is_empty()).then(|| format!("({})", any.join(or)))
        });
        let all: Vec<_> = all.collect();
        (!all.is_empty()).then(|| Value::Text(all.join(and)))
    }
}

fn id_column(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "rowid",
        Dialect::Postgres => "id",
    }
}
