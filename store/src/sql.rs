//! One SQL text, read closely enough to give each engine what it wants.
//!
//! Statements are written in PostgreSQL's way: `$1` for parameters, `FOR UPDATE` where rows are to be held.
//! SQLite numbers a raw `$1` by first appearance and binds wrongly without a word, so `$n` becomes `?n`
//! there; and as it has one writer, `FOR UPDATE` is left out.

use std::collections::HashMap;
use std::sync::Arc;

use crate::Error;

/// What a statement does, by its first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `SELECT`, `VALUES`, `EXPLAIN`.
    Read,
    /// `INSERT`, `UPDATE`, `DELETE`, and `WITH`, which may be either.
    Change,
    /// Everything else that is allowed: `CREATE`, `DROP`, ...
    Other,
}

/// A piece of a statement, as far as we need to tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// A keyword, a name or a number.
    Word(&'a str),
    /// `$3`: the digits.
    Parameter(&'a str),
    /// Copied as it is: literals, quoted names, comments, blanks, signs.
    Verbatim(&'a str),
}

impl Token<'_> {
    fn is_blank(&self) -> bool {
        match self {
            Self::Verbatim(text) => {
                text.starts_with("--") || text.starts_with("/*") || text.trim().is_empty()
            }
            Self::Word(_) | Self::Parameter(_) => false,
        }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }
}

struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    fn take(&mut self, length: usize) -> &'a str {
        let (head, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        head
    }

    /// Up to and with the closing sign; a doubled one stands for itself. An open end runs to the end: the
    /// engine will say so.
    fn quoted(&mut self, quote: char) -> &'a str {
        let mut signs = self.rest.char_indices().skip(1).peekable();
        while let Some((at, sign)) = signs.next() {
            if sign != quote {
                continue;
            }
            match signs.peek() {
                Some((_, next)) if *next == quote => drop(signs.next()),
                _ => return self.take(at + quote.len_utf8()),
            }
        }
        self.take(self.rest.len())
    }

    fn until(&mut self, end: &str) -> &'a str {
        let length = self.rest.find(end).map_or(self.rest.len(), |at| at + end.len());
        self.take(length)
    }

    fn while_word(&mut self, skip: usize) -> &'a str {
        let tail = self.rest.get(skip..).unwrap_or_default();
        // A name may hold a `$`, though not begin with it.
        let ends = |sign: char| !is_word(sign) && (sign != '$' || skip != 0);
        let length = tail.find(ends).unwrap_or(tail.len());
        self.take(skip + length)
    }
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = self.rest.chars().next()?;
        Some(match first {
            '\'' | '"' => Token::Verbatim(self.quoted(first)),
            '-' if self.rest.starts_with("--") => Token::Verbatim(self.until("\n")),
            '/' if self.rest.starts_with("/*") => Token::Verbatim(self.until("*/")),
            '$' if self.rest[1..].starts_with(|sign: char| sign.is_ascii_digit()) => {
                Token::Parameter(&self.while_word(1)[1..])
            }
            _ if is_word(first) => Token::Word(self.while_word(0)),
            _ => Token::Verbatim(self.take(first.len_utf8())),
        })
    }
}

/// What the statement does.
///
/// # Errors
/// [`Error::Sql`] for statements that would end the transaction that they stand in: the store alone begins
/// and commits.
pub(crate) fn kind(sql: &str) -> Result<Kind, Error> {
    const READS: [&str; 4] = ["select", "values", "explain", "table"];
    const CHANGES: [&str; 4] = ["insert", "update", "delete", "with"];
    const OTHERS: [&str; 6] = ["create", "drop", "alter", "analyze", "reindex", "truncate"];
    let first = Tokens { rest: sql }.find(|token| !token.is_blank() && *token != Token::Verbatim("("));
    let Some(Token::Word(word)) = first else {
        return Err(Error::Sql("no statement".to_owned()));
    };
    let is = |words: &[&str]| words.iter().any(|it| word.eq_ignore_ascii_case(it));
    if is(&READS) {
        Ok(Kind::Read)
    } else if is(&CHANGES) {
        Ok(Kind::Change)
    } else if is(&OTHERS) {
        Ok(Kind::Other)
    } else {
        Err(Error::Sql(format!("{word} is not a statement of a command")))
    }
}

/// How many parameters it has: the highest number.
pub(crate) fn parameters(sql: &str) -> usize {
    let number = |token| match token {
        Token::Parameter(digits) => digits.parse().ok(),
        Token::Word(_) | Token::Verbatim(_) => None,
    };
    Tokens { rest: sql }.filter_map(number).max().unwrap_or(0)
}

/// Whether it begins with `WITH`: a query or a change, which only the engine can tell.
pub(crate) fn is_with(sql: &str) -> bool {
    Tokens { rest: sql }.find(|token| !token.is_blank()).is_some_and(|token| token.is_word("with"))
}

/// The statement as SQLite is to get it.
pub(crate) fn for_sqlite(sql: &str) -> String {
    let tokens: Vec<_> = Tokens { rest: sql }.collect();
    let mut text = String::with_capacity(sql.len());
    for token in &tokens[..without_locks(&tokens)] {
        match token {
            Token::Word(it) | Token::Verbatim(it) => text.push_str(it),
            Token::Parameter(digits) => {
                text.push('?');
                text.push_str(digits);
            }
        }
    }
    text
}

/// How many tokens are left when a `FOR UPDATE` at the end goes, with what may follow it.
fn without_locks(tokens: &[Token<'_>]) -> usize {
    let words = || tokens.iter().enumerate().rev().filter(|(_, token)| !token.is_blank());
    let ends = |tail: &[&str]| {
        let mut last = words();
        let mut cut = None;
        for word in tail.iter().rev() {
            cut = last.next().filter(|(_, token)| token.is_word(word)).map(|(index, _)| index);
            cut?;
        }
        cut
    };
    let update = ends(&["for", "update"]).or_else(|| ends(&["for", "update", "skip", "locked"]));
    update.unwrap_or(tokens.len())
}

/// Remembers what statements became: most are the same few texts.
#[derive(Debug, Default)]
pub(crate) struct Translations(HashMap<String, Arc<str>>);

impl Translations {
    /// Statements are fixed texts of the program; were they not, memory must still be bounded.
    const MOST: usize = 2048;

    pub(crate) fn get(&mut self, sql: &str) -> Arc<str> {
        if let Some(known) = self.0.get(sql) {
            return Arc::clone(known);
        }
        if Self::MOST <= self.0.len() {
            self.0.clear();
        }
        let text: Arc<str> = for_sqlite(sql).into();
        self.0.insert(sql.to_owned(), Arc::clone(&text));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(sql: &str, expected: &str) {
        assert_eq!(for_sqlite(sql), expected);
    }

    #[test]
    fn parameters_keep_their_numbers() {
        becomes("UPDATE t SET a = $2 WHERE id=$1 AND b<>$12", "UPDATE t SET a = ?2 WHERE id=?1 AND b<>?12");
        becomes("SELECT ($1),$2||$3", "SELECT (?1),?2||?3");
    }

    #[test]
    fn literals_names_and_comments_are_left_alone() {
        for sql in [
            "SELECT '$1'",
            "SELECT 'it''s $1', \"a $1\"",
            "SELECT \"quoted \"\" $1\"",
            "SELECT 1 -- costs $1\n, 2",
            "SELECT 1 /* $1 'open */ , 2",
            "SELECT '--', '$1', '/*', '$2'",
            "SELECT cost$1, a_$2",
            "SELECT 'été $1 €'",
            "SELECT 'never closed $1",
            "SELECT /* never closed $1",
            "SELECT 5 $ 1",
            "",
        ] {
            becomes(sql, sql);
        }
        becomes("SELECT '--' , $1 -- $1\n, $2", "SELECT '--' , ?1 -- $1\n, ?2");
        becomes("SELECT 'a''', $1", "SELECT 'a''', ?1");
        becomes("SELECT 'é', $1, '€$2'", "SELECT 'é', ?1, '€$2'");
    }

    #[test]
    fn row_locks_are_for_the_engine_that_has_them() {
        becomes("SELECT a FROM t WHERE id = $1 FOR UPDATE", "SELECT a FROM t WHERE id = ?1 ");
        becomes("SELECT a FROM t for  update skip locked -- x\n", "SELECT a FROM t ");
        becomes("SELECT 'FOR UPDATE'", "SELECT 'FOR UPDATE'");
        becomes("UPDATE t SET a = 1", "UPDATE t SET a = 1");
    }

    #[test]
    fn the_first_word_tells_what_a_statement_does() {
        assert_eq!(kind(" -- why\n select 1"), Ok(Kind::Read));
        assert_eq!(kind("(SELECT 1) UNION (SELECT 2)"), Ok(Kind::Read));
        assert_eq!(kind("/* x */ INSERT INTO t VALUES (1)"), Ok(Kind::Change));
        assert_eq!(kind("WITH x AS (SELECT 1) SELECT * FROM x"), Ok(Kind::Change));
        assert_eq!(kind("CREATE TABLE t (a BIGINT)"), Ok(Kind::Other));
    }

    #[test]
    fn a_command_cannot_end_the_transaction_of_its_batch() {
        for sql in ["COMMIT", "rollback", "BEGIN", "SAVEPOINT a", "-- x\nEND", "PRAGMA user_version", "", "1"]
        {
            assert!(matches!(kind(sql), Err(Error::Sql(_))), "{sql}");
        }
    }
}
