//! The schema's steps: each once, in order, and never backwards.

use std::thread;

use store::{Error, Migrations, SqliteOptions, Step, Store};
use tempfile::tempdir;

use crate::conformance::{ask, write};
use crate::engines::{Database, Engine, SHARED};

const ONE: Migrations =
    Migrations { component: "one", steps: &[Step::both("a", "CREATE TABLE a (n {int}) {strict};")] };
const GROWN: Migrations = Migrations {
    component: "one",
    steps: &[
        Step::both("a", "CREATE TABLE a (n {int}) {strict};"),
        Step::both("b", "INSERT INTO a (n) VALUES (1); INSERT INTO a (n) VALUES (2);"),
    ],
};
const EDITED: Migrations =
    Migrations { component: "one", steps: &[Step::both("a", "CREATE TABLE a (n {int}, m {int}) {strict};")] };
const FAILS: Migrations = Migrations {
    component: "one",
    steps: &[
        Step::both("a", "CREATE TABLE a (n {int}) {strict};"),
        Step::both("b", "INSERT INTO a (n) VALUES (1); INSERT INTO nowhere (n) VALUES (2);"),
    ],
};
const OTHER: Migrations =
    Migrations { component: "other", steps: &[Step::both("a", "CREATE TABLE b (n {int}) {strict};")] };
const TRIGGERS: Migrations = Migrations {
    component: "triggers",
    steps: &[
        Step::both("log", "CREATE TABLE log (n {int}) {strict};"),
        Step::each(
            "append only",
            "CREATE TRIGGER log_is_kept BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'kept'); END;",
            "CREATE FUNCTION keep_log() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'kept'; END $$
                LANGUAGE plpgsql;
             CREATE TRIGGER log_is_kept BEFORE DELETE ON log FOR EACH ROW EXECUTE FUNCTION keep_log();",
        ),
    ],
};

fn engines() -> [Engine; 2] {
    [Engine::File(tempdir().expect("a folder")), Engine::Postgres(Database::new(SHARED))]
}

fn open(engine: &Engine, migrations: &[Migrations]) -> Result<(), Error> {
    engine.open(migrations).map(|store| store.close())
}

#[test]
fn a_database_is_brought_up_once_and_never_down() {
    for engine in engines() {
        open(&engine, &[ONE]).expect("fresh");
        open(&engine, &[ONE]).expect("again");
        open(&engine, &[GROWN, OTHER]).expect("newer");
        let newer = open(&engine, &[ONE, OTHER]).expect_err("older");
        assert_eq!(newer, Error::Newer { component: "one".to_owned(), found: 2, known: 1 });
        assert_eq!(
            newer.to_string(),
            "the database's one is of version 2; this release knows versions up to 1. Use the newer release"
        );
        let store = engine.open(&[GROWN]).expect("who does not know the other component minds it not");
        assert_eq!(ask(&store, "SELECT COUNT(*) FROM a")[0].get(0), Ok(2_i64));
        store.close();
    }
}

#[test]
fn a_released_step_is_not_edited() {
    for engine in engines() {
        open(&engine, &[ONE]).expect("fresh");
        let edited = open(&engine, &[EDITED]).expect_err("edited");
        assert_eq!(edited, Error::Edited { component: "one".to_owned(), number: 1 });
    }
}

#[test]
fn a_step_that_fails_leaves_nothing() {
    for engine in engines() {
        assert!(matches!(open(&engine, &[FAILS]), Err(Error::Sql(_))));
        let store = engine.open(&[ONE]).expect("as before the step");
        assert_eq!(ask(&store, "SELECT COUNT(*) FROM a")[0].get(0), Ok(0_i64));
        store.close();
    }
}

#[test]
fn programs_that_start_together_run_each_step_once() {
    for engine in engines() {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| open(&engine, &[GROWN, OTHER]).expect("opens"));
            }
        });
        let store = engine.open(&[GROWN]).expect("opens");
        assert_eq!(ask(&store, "SELECT COUNT(*) FROM a")[0].get(0), Ok(2_i64));
        store.close();
    }
}

/// Each wants the write-ahead log of a file that has none yet, and only one of them can make it.
#[test]
fn a_new_file_is_opened_by_many_at_once() {
    for _ in 0..20 {
        let folder = tempdir().expect("a folder");
        let options = SqliteOptions::new(folder.path().join("new.db"));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| Store::sqlite(&options, &[ONE]).expect("opens").close());
            }
        });
    }
}

#[test]
fn a_trigger_refuses_alike_on_both() {
    for engine in engines() {
        let store = engine.open(&[TRIGGERS]).expect("opens");
        write(&store, |tx| tx.execute("INSERT INTO log (n) VALUES (1)", &[])).expect("appended");
        let kept = write(&store, |tx| tx.execute("DELETE FROM log", &[])).expect_err("kept");
        assert_eq!(kept.constraint(), Some(store::Constraint::Trigger));
        store.close();
    }
}

#[test]
fn what_is_no_database_is_not_opened() {
    let folder = tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.db"), "this is a letter, not a database".repeat(100))
        .expect("written");
    let letter = open(&Engine::File(folder), &[ONE]);
    assert!(matches!(letter, Err(Error::Open(_))), "{letter:?}");
    let nowhere = store::PostgresOptions::new("postgres://a:b@127.0.0.1:1/c").expect("an address");
    let nobody = store::Store::postgres(&nowhere, &[ONE]).err();
    assert!(matches!(nobody, Some(Error::Open(_))), "{nobody:?}");
    assert!(store::PostgresOptions::new("postgres://a:b@:x/c").is_err());
}
