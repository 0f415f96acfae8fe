//! Statements put together at random from parameters, literals, quoted names and comments: each engine
//! binds every parameter where it stands, and nowhere else.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::{Store, Value};

use crate::engines::Bench;

#[derive(Debug, Clone)]
enum Piece {
    /// One of the parameters, from 1.
    Parameter(usize),
    Literal(String),
    /// A literal behind a comment of this text.
    Comment(String),
    LineComment(String),
    /// A column under a quoted name of this text.
    Name(String),
}

fn tricky() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        "[$?]",
        "[1-4]",
        "['\"]",
        Just("--".to_owned()),
        Just("é".to_owned()),
        "[ a]",
        Just("for update".to_owned())
    ];
    proptest::collection::vec(sign, 0..6).prop_map(|signs| signs.concat())
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        3 => (1..5_usize).prop_map(Piece::Parameter),
        2 => tricky().prop_map(Piece::Literal),
        1 => tricky().prop_map(Piece::Comment),
        1 => tricky().prop_map(Piece::LineComment),
        1 => tricky().prop_map(Piece::Name),
    ]
}

const GIVEN: [&str; 4] = ["<one>", "<two $2>", "<three '>", "<four>"];

/// The piece as SQL, and what it is worth.
fn spell(piece: &Piece) -> (String, String) {
    match piece {
        Piece::Parameter(n) => (format!("CAST(${n} AS TEXT)"), GIVEN[n - 1].to_owned()),
        Piece::Literal(text) => (format!("'{}'", text.replace('\'', "''")), text.clone()),
        Piece::Comment(text) => (format!("/* {text} */ 'c'"), "c".to_owned()),
        Piece::LineComment(text) => (format!("-- {text}\n 'l'"), "l".to_owned()),
        Piece::Name(text) => {
            let name = format!("\"n{}\"", text.replace('"', "\"\""));
            (format!("(SELECT {name} FROM (SELECT 'n' AS {name}) AS x)"), "n".to_owned())
        }
    }
}

fn ask(store: &Store, sql: String) -> String {
    let given: Vec<Value> = GIVEN.iter().map(|it| Value::from(*it)).collect();
    store.read_blocking(move |tx| tx.one::<(String,)>(&sql, &given)).expect("answered").0
}

#[test]
fn parameters_are_bound_where_they_stand() {
    let (memory, postgres) = (Bench::memory(), Bench::postgres());
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&proptest::collection::vec(piece(), 1..8), |mut pieces| {
        // Each is used at least once, in some order: none is given in vain.
        pieces.extend([3, 1, 4, 2].map(Piece::Parameter));
        let (sql, worth): (Vec<_>, Vec<_>) = pieces.iter().map(spell).unzip();
        let sql = format!("SELECT {}", sql.join(" || "));
        prop_assert_eq!(&ask(&memory.store, sql.clone()), &worth.concat(), "in SQLite: {}", sql);
        prop_assert_eq!(&ask(&postgres.store, sql.clone()), &worth.concat(), "on PostgreSQL: {}", sql);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
