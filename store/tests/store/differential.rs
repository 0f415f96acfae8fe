//! The same commands, drawn at random and grouped at random, on both engines: the same answers, and in the
//! end the same tables.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::{Constraint, Error, Key, Migrations, Row, Step, Store, Tx, Value, params};

use crate::engines::{Database, Engine, SHARED};

/// Keys are given, not drawn: a sequence keeps its gaps on PostgreSQL, and SQLite rolls it back.
const TABLES: Migrations = Migrations {
    component: "random",
    steps: &[Step::both(
        "owners and items",
        "CREATE TABLE owner (id {int} PRIMARY KEY, name {text} UNIQUE, n {int} NOT NULL CHECK (n < 100)) {strict};
         CREATE TABLE item (owner {int} NOT NULL REFERENCES owner(id), seq {int} NOT NULL, body {blob},
             note {text}, PRIMARY KEY (owner, seq)) {strict};",
    )],
};

/// One statement of a command.
#[derive(Debug, Clone)]
enum Op {
    Owner(i64, Option<String>, i64),
    Upsert(i64, i64),
    Append(i64, Option<Vec<u8>>, Option<String>),
    Item(i64, i64),
    Rename(i64, String),
    Add(i64),
    Remove(i64),
    Clear(i64),
    List,
    Find(String),
    Sum,
    /// Part of the command that may fail alone; whether it fails on purpose.
    Attempt(Vec<Op>, Ending),
}

/// How a command, or a part of one, ends when nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Keep,
    Refuse,
}

#[derive(Debug, Clone)]
struct Command {
    ops: Vec<Op>,
    ending: Ending,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-cA-Cé]{0,2}",
        Just("😀".to_owned()),
        Just("it's $1 \"?1\" \\".to_owned()),
        any::<String>()
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let id = || 0..4_i64;
    let leaf = prop_oneof![
        (id(), proptest::option::of(text()), 0..3_i64).prop_map(|(id, name, n)| Op::Owner(id, name, n)),
        (id(), prop_oneof![0..60_i64, Just(i64::MAX)]).prop_map(|(id, n)| Op::Upsert(id, n)),
        (id(), any::<Option<Vec<u8>>>(), proptest::option::of(text()))
            .prop_map(|(id, body, note)| Op::Append(id, body, note)),
        (id(), 0..3_i64).prop_map(|(id, seq)| Op::Item(id, seq)),
        (id(), text()).prop_map(|(id, name)| Op::Rename(id, name)),
        id().prop_map(Op::Add),
        id().prop_map(Op::Remove),
        id().prop_map(Op::Clear),
        Just(Op::List),
        text().prop_map(Op::Find),
        Just(Op::Sum),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        (proptest::collection::vec(inner, 0..3), ending()).prop_map(|(ops, ending)| Op::Attempt(ops, ending))
    })
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![4 => Just(Ending::Keep), 1 => Just(Ending::Refuse)]
}

fn groups() -> impl Strategy<Value = Vec<Vec<Command>>> {
    let command = (proptest::collection::vec(op(), 1..5), ending());
    let command = command.prop_map(|(ops, ending)| Command { ops, ending });
    proptest::collection::vec(proptest::collection::vec(command, 1..8), 1..5)
}

/// What a command says, without words that differ from engine to engine.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Rows(Vec<Row>),
    Changed(u64),
    Broke(Option<Constraint>, &'static str),
}

fn kind(error: &Error) -> Said {
    let name = match error {
        Error::Constraint { .. } => "constraint",
        Error::Data(_) => "data",
        Error::Closed => "refused",
        _ => "other",
    };
    Said::Broke(error.constraint(), name)
}

fn run_all(tx: &mut dyn Tx, ops: &[Op], said: &mut Vec<Said>) -> Result<(), Error> {
    for op in ops {
        let result = run(tx, op, said);
        match &result {
            Ok(it) => said.push(it.clone()),
            Err(error) => said.push(kind(error)),
        }
        result?;
    }
    Ok(())
}

fn run(tx: &mut dyn Tx, op: &Op, said: &mut Vec<Said>) -> Result<Said, Error> {
    const APPEND: &str = "INSERT INTO item (owner, seq, body, note)
        SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3 FROM item WHERE owner = $1 RETURNING seq, note";
    let changed = |n: Result<u64, Error>| n.map(Said::Changed);
    let rows = |rows: Result<Vec<Row>, Error>| rows.map(Said::Rows);
    match op {
        Op::Owner(id, name, n) => {
            let sql = "INSERT INTO owner (id, name, n) VALUES ($1, $2, $3)";
            changed(tx.execute(sql, params![*id, name.clone(), *n]))
        }
        Op::Upsert(id, n) => {
            let sql = "INSERT INTO owner (id, n) VALUES ($1, $2)
                       ON CONFLICT (id) DO UPDATE SET n = owner.n + excluded.n RETURNING n";
            rows(tx.query(sql, params![*id, *n]))
        }
        Op::Append(id, body, note) => rows(tx.query(APPEND, params![*id, body.clone(), note.clone()])),
        Op::Item(id, seq) => {
            let sql = "INSERT INTO item (owner, seq) VALUES ($1, $2) ON CONFLICT (owner, seq) DO NOTHING";
            changed(tx.execute(sql, params![*id, *seq]))
        }
        Op::Rename(id, name) => {
            changed(tx.execute("UPDATE owner SET name = $2 WHERE id = $1", params![*id, name]))
        }
        Op::Add(id) => {
            rows(tx.query("UPDATE owner SET n = n * 2 + 1 WHERE id = $1 RETURNING n, name", params![*id]))
        }
        Op::Remove(id) => changed(tx.execute("DELETE FROM owner WHERE id = $1", params![*id])),
        Op::Clear(id) => changed(tx.execute("DELETE FROM item WHERE owner = $1", params![*id])),
        Op::List => rows(tx.query("SELECT name, n, id FROM owner ORDER BY name NULLS FIRST, id", &[])),
        Op::Find(text) => {
            let sql =
                "SELECT owner, seq, note FROM item WHERE note >= $1 ORDER BY note DESC, owner, seq LIMIT $2";
            rows(tx.query(sql, params![text, 3]))
        }
        Op::Sum => rows(tx.query("SELECT COUNT(*), CAST(SUM(n) AS BIGINT), MAX(name) FROM owner", &[])),
        Op::Attempt(ops, ending) => {
            let mut inner = Vec::new();
            let result = tx.attempt(|tx| {
                run_all(tx, ops, &mut inner)?;
                if *ending == Ending::Keep { Ok(()) } else { Err(Error::Closed) }
            });
            said.append(&mut inner);
            Ok(result.map_or_else(|error| kind(&error), |()| Said::Changed(0)))
        }
    }
}

/// Hands each group over at once, in order, and lists what everybody said.
fn play(store: &Store, groups: &[Vec<Command>]) -> Vec<Vec<Said>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut all = Vec::new();
    for group in groups {
        let waiting: Vec<_> = group
            .iter()
            .map(|command| {
                let command = command.clone();
                Box::pin(store.write(Key(1), move |tx| {
                    let mut said = Vec::new();
                    match run_all(tx, &command.ops, &mut said) {
                        Ok(()) if command.ending == Ending::Keep => Ok(said),
                        Ok(()) => Err(Refused(said, Error::Closed)),
                        Err(error) => Err(Refused(said, error)),
                    }
                }))
            })
            .collect();
        all.extend(runtime.block_on(in_order(waiting)).into_iter().map(|answer| match answer {
            Ok(said) => said,
            Err(Refused(mut said, error)) => {
                said.push(kind(&error));
                said
            }
        }));
    }
    all
}

/// Polls them in turn, so that they are queued in order, and awaits all.
async fn in_order<T, F: Future<Output = T> + Unpin>(mut waiting: Vec<F>) -> Vec<T> {
    let mut done: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (future, slot) in waiting.iter_mut().zip(&mut done).filter(|(_, slot)| slot.is_none()) {
            if let std::task::Poll::Ready(value) = std::pin::Pin::new(future).poll(cx) {
                *slot = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// What a refused command had said by then.
struct Refused(Vec<Said>, Error);

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(Vec::new(), error)
    }
}

fn dump(store: &Store) -> Vec<Vec<Value>> {
    let rows = store.read_blocking(|tx| {
        let mut rows = tx.query("SELECT id, name, n FROM owner ORDER BY id", &[])?;
        rows.extend(tx.query("SELECT owner, seq, body, note FROM item ORDER BY owner, seq", &[])?);
        Ok::<_, Error>(rows)
    });
    rows.expect("read").iter().map(|row| row.values().to_vec()).collect()
}

fn empty(store: &Store) {
    let emptied = store.write_blocking(Key(1), |tx| {
        tx.execute("DELETE FROM item", &[])?;
        tx.execute("DELETE FROM owner", &[])
    });
    emptied.expect("emptied");
}

#[test]
fn random_commands_come_out_the_same_on_both_engines() {
    let file = Engine::File(tempfile::tempdir().expect("a folder"));
    let postgres = Engine::Postgres(Database::new(SHARED));
    let stores = [&file, &Engine::Memory, &postgres].map(|engine| engine.open(&[TABLES]).expect("opens"));
    let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&groups(), |groups| {
        let [file, memory, postgres] = &stores;
        stores.iter().for_each(empty);
        let said = play(file, &groups);
        prop_assert_eq!(&said, &play(memory, &groups), "in memory");
        prop_assert_eq!(&said, &play(postgres, &groups), "on PostgreSQL");
        prop_assert_eq!(&dump(file), &dump(memory), "in memory");
        prop_assert_eq!(&dump(file), &dump(postgres), "on PostgreSQL");
        Ok(())
    });
    stores.iter().for_each(Store::close);
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
