//! One suite for every engine: what a statement does, and what it may not.

use store::{Constraint, Error, Key, Row, Store, Tx, Value, params};

use crate::engines::{Bench, on_each_engine};

on_each_engine! {
    every_type_comes_back_as_it_went,
    big_blobs_and_any_text_come_back_whole,
    a_text_with_nul_is_refused,
    results_of_other_types_are_named,
    comparisons_are_integers,
    text_sorts_by_its_bytes,
    nulls_stand_where_the_statement_says,
    like_tells_case_apart,
    numbered_parameters_are_bound_by_number,
    each_rule_has_its_error,
    a_value_of_the_wrong_type_is_refused,
    numbers_do_not_leave_64_bits,
    returning_gives_rows,
    an_upsert_updates_or_inserts,
    changes_are_counted,
    execute_is_for_statements_without_rows,
    a_failed_statement_fails_its_command,
    an_attempt_undoes_only_itself,
    attempts_nest,
    reads_do_not_write,
    a_wrong_statement_says_so,
    a_command_cannot_commit,
    rows_can_be_locked,
}

/// Runs one command.
pub fn write<T: Send + 'static>(
    store: &Store,
    command: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    store.write_blocking(Key(1), command)
}

/// Asks with one statement.
pub fn ask(store: &Store, sql: &'static str) -> Vec<Row> {
    store.read_blocking(move |tx| tx.query(sql, &[])).expect(sql)
}

fn numbers(store: &Store, sql: &'static str) -> Vec<i64> {
    ask(store, sql).iter().map(|row| row.get(0).expect("a number")).collect()
}

const INSERT: &str = "INSERT INTO thing (name, size, body) VALUES ($1, $2, $3) RETURNING id";

fn insert(store: &Store, name: &'static str) -> i64 {
    write(store, move |tx| tx.one::<(i64,)>(INSERT, params![name, 1, vec![1_u8]])).expect("inserted").0
}

fn every_type_comes_back_as_it_went(bench: &Bench) {
    let rows = [
        (Value::Text("a".into()), Value::Int(i64::MIN), Value::Blob(vec![0, 255])),
        (Value::Text(String::new()), Value::Int(i64::MAX), Value::Blob(Vec::new())),
        (Value::Null, Value::Null, Value::Null),
        (Value::Text("b".into()), Value::Null, Value::Blob(vec![0])),
        (Value::Null, Value::Int(0), Value::Null),
    ];
    for (name, size, body) in rows {
        let given = [name, size, body];
        let sent = given.clone();
        let id = write(&bench.store, move |tx| tx.one::<(i64,)>(INSERT, &sent)).expect("inserted").0;
        let back = bench.store.read_blocking(move |tx| {
            tx.one::<Row>("SELECT name, size, body FROM thing WHERE id = $1", params![id])
        });
        assert_eq!(back.expect("read").values(), &given);
    }
}

fn big_blobs_and_any_text_come_back_whole(bench: &Bench) {
    let body: Vec<u8> = (0..5_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    let name = "é̀ 日本語 😀 \u{202e} \u{1} ' \" \\ $1 ?1 \r\n\t".repeat(1000);
    let (sent, sent_name) = (body.clone(), name.clone());
    write(&bench.store, move |tx| tx.query(INSERT, params![&sent_name, 1, &sent])).expect("inserted");
    let back = ask(&bench.store, "SELECT name, body FROM thing");
    assert_eq!(back[0].get(0), Ok(name));
    assert!(back[0].get::<Vec<u8>>(1) == Ok(body), "the blob differs");
}

fn a_text_with_nul_is_refused(bench: &Bench) {
    let refused = write(&bench.store, |tx| tx.query(INSERT, params!["a\0b", 1, vec![1_u8]]));
    assert!(matches!(refused, Err(Error::Data(_))), "{refused:?}");
}

fn results_of_other_types_are_named(bench: &Bench) {
    let fraction = bench.store.read_blocking(|tx| tx.query("SELECT CAST(1.5 AS REAL)", &[]));
    assert!(matches!(&fraction, Err(Error::Sql(why)) if why.contains("cast it")), "{fraction:?}");
}

fn comparisons_are_integers(bench: &Bench) {
    assert_eq!(ask(&bench.store, "SELECT 1 = 1, 1 = 2")[0].values(), params![1, 0]);
    assert_eq!(ask(&bench.store, "SELECT EXISTS (SELECT 1 FROM thing)")[0].values(), params![0]);
    assert_eq!(ask(&bench.store, "SELECT COUNT(*) FROM thing")[0].values(), params![0]);
}

fn text_sorts_by_its_bytes(bench: &Bench) {
    for name in ["b", "a", "B", "é", "z", "A b", "Ab", "", "😀", "\u{ffff}"] {
        insert(&bench.store, name);
    }
    let rows = ask(&bench.store, "SELECT name FROM thing ORDER BY name");
    let sorted: Vec<String> = rows.iter().map(|row| row.get(0).expect("a name")).collect();
    assert_eq!(sorted, ["", "A b", "Ab", "B", "a", "b", "z", "é", "\u{ffff}", "😀"]);
    assert_eq!(numbers(&bench.store, "SELECT COUNT(*) FROM thing WHERE name < 'a'"), [4]);
}

fn nulls_stand_where_the_statement_says(bench: &Bench) {
    for size in [None, Some(2), Some(1)] {
        write(&bench.store, move |tx| tx.query(INSERT, params![None::<&str>, size, vec![1_u8]])).expect("in");
    }
    let sizes = |sql| -> Vec<Option<i64>> {
        ask(&bench.store, sql).iter().map(|row| row.get(0).expect("a size")).collect()
    };
    assert_eq!(sizes("SELECT size FROM thing ORDER BY size NULLS FIRST"), [None, Some(1), Some(2)]);
    assert_eq!(sizes("SELECT size FROM thing ORDER BY size NULLS LAST"), [Some(1), Some(2), None]);
    let cast = bench.store.read_blocking(|tx| {
        tx.one::<(i64,)>("SELECT COUNT(*) FROM thing WHERE CAST($1 AS BIGINT) IS NULL", params![None::<i64>])
    });
    assert_eq!(cast, Ok((3,)));
}

fn like_tells_case_apart(bench: &Bench) {
    insert(&bench.store, "Invoice 10%");
    let count = |pattern: &'static str| {
        let sql = "SELECT COUNT(*) FROM thing WHERE name LIKE $1 ESCAPE '!'";
        bench.store.read_blocking(move |tx| tx.one::<(i64,)>(sql, params![pattern])).expect("counted").0
    };
    assert_eq!([count("Inv%"), count("inv%"), count("%10!%"), count("%1!%")], [1, 0, 1, 0]);
}

fn numbered_parameters_are_bound_by_number(bench: &Bench) {
    let row = bench.store.read_blocking(|tx| {
        let sql = "SELECT $2 || '$1' || $1 || $2, $3 -- $4\n + 1";
        tx.one::<(String, i64)>(sql, params!["one", "two", 40])
    });
    assert_eq!(row, Ok(("two$1onetwo".to_owned(), 41)));
    let missing = bench.store.read_blocking(|tx| tx.query("SELECT $1 || $2", params!["one"]));
    assert!(matches!(missing, Err(Error::Sql(_))), "{missing:?}");
    let more = bench.store.read_blocking(|tx| tx.query("SELECT $1 || 'x'", params!["one", "two"]));
    assert!(matches!(more, Err(Error::Sql(_))), "{more:?}");
}

fn each_rule_has_its_error(bench: &Bench) {
    let thing = insert(&bench.store, "whole");
    let part = "INSERT INTO part (thing, label) VALUES ($1, $2)";
    let broken = |sql: &'static str, values: &[Value]| {
        let values = values.to_vec();
        write(&bench.store, move |tx| tx.execute(sql, &values)).expect_err(sql).constraint()
    };
    write(&bench.store, move |tx| tx.execute(part, params![thing, "a"])).expect("the first");
    assert_eq!(broken(part, params![thing, "a"]), Some(Constraint::Unique));
    assert_eq!(broken(part, params![thing + 1, "a"]), Some(Constraint::ForeignKey));
    assert_eq!(broken("DELETE FROM thing WHERE id = $1", params![thing]), Some(Constraint::ForeignKey));
    assert_eq!(broken(part, params![thing, None::<&str>]), Some(Constraint::NotNull));
    let counter = "INSERT INTO counter (name, n) VALUES ('c', $1)";
    assert_eq!(broken(counter, params![-1]), Some(Constraint::Check));
    write(&bench.store, move |tx| tx.execute(counter, params![1])).expect("the first");
    assert_eq!(broken(counter, params![1]), Some(Constraint::Unique));
}

fn a_value_of_the_wrong_type_is_refused(bench: &Bench) {
    let refused = |values: &[Value]| {
        let values = values.to_vec();
        write(&bench.store, move |tx| tx.query(INSERT, &values)).expect_err("refused")
    };
    for values in
        [params!["a", "b", vec![1_u8]], params!["a", 1, "text"], params!["a", vec![1_u8], vec![1_u8]]]
    {
        assert!(matches!(refused(values), Error::Data(_)), "{:?}", refused(values));
    }
}

fn numbers_do_not_leave_64_bits(bench: &Bench) {
    let sql = "INSERT INTO counter (name, n) VALUES ('c', $1)";
    write(&bench.store, move |tx| tx.execute(sql, params![i64::MAX])).expect("the most");
    let over = write(&bench.store, |tx| tx.execute("UPDATE counter SET n = n + 1", &[]));
    assert!(matches!(over, Err(Error::Data(_))), "{over:?}");
    assert_eq!(numbers(&bench.store, "SELECT n FROM counter"), [i64::MAX]);
}

fn returning_gives_rows(bench: &Bench) {
    let (one, two) = (insert(&bench.store, "one"), insert(&bench.store, "two"));
    assert!(one < two);
    let rows = write(&bench.store, |tx| {
        tx.rows::<(i64, String)>("UPDATE thing SET size = size + 10 RETURNING size, name", &[])
    });
    let mut rows = rows.expect("updated");
    rows.sort();
    assert_eq!(rows, [(11, "one".to_owned()), (11, "two".to_owned())]);
    let gone = write(&bench.store, |tx| tx.rows::<(i64,)>("DELETE FROM thing RETURNING id", &[]));
    assert_eq!(gone.expect("deleted").len(), 2);
    let none = write(&bench.store, |tx| tx.optional::<(i64,)>("DELETE FROM thing RETURNING id", &[]));
    assert_eq!(none, Ok(None));
}

fn an_upsert_updates_or_inserts(bench: &Bench) {
    let sql = "INSERT INTO counter (name, n) VALUES ($1, 1)
               ON CONFLICT (name) DO UPDATE SET n = counter.n + excluded.n RETURNING n";
    let count = || write(&bench.store, move |tx| tx.one::<(i64,)>(sql, params!["c"])).expect("counted").0;
    assert_eq!([count(), count(), count()], [1, 2, 3]);
    let nothing = write(&bench.store, |tx| {
        tx.execute("INSERT INTO counter (name, n) VALUES ('c', 9) ON CONFLICT DO NOTHING", &[])
    });
    assert_eq!(nothing, Ok(0));
}

fn changes_are_counted(bench: &Bench) {
    insert(&bench.store, "one");
    insert(&bench.store, "two");
    let count = |sql: &'static str| write(&bench.store, move |tx| tx.execute(sql, &[])).expect(sql);
    assert_eq!(count("UPDATE thing SET size = 5"), 2);
    assert_eq!(count("UPDATE thing SET size = 6 WHERE name = 'one'"), 1);
    assert_eq!(count("UPDATE thing SET size = 7 WHERE name = 'none'"), 0);
    assert_eq!(
        count("WITH x AS (SELECT 6 AS n) UPDATE thing SET size = 8 WHERE size IN (SELECT n FROM x)"),
        1
    );
    assert_eq!(count("CREATE INDEX thing_size ON thing (size)"), 0);
    assert_eq!(count("DELETE FROM thing"), 2);
}

fn execute_is_for_statements_without_rows(bench: &Bench) {
    for sql in ["SELECT 1", "INSERT INTO counter (name, n) VALUES ('c', 1) RETURNING n"] {
        let refused = write(&bench.store, move |tx| tx.execute(sql, &[]));
        assert!(matches!(refused, Err(Error::Sql(_))), "{refused:?}");
    }
    assert_eq!(numbers(&bench.store, "SELECT COUNT(*) FROM counter"), [0]);
    let nothing = write(&bench.store, |tx| tx.query("INSERT INTO counter (name, n) VALUES ('c', 1)", &[]));
    assert_eq!(nothing, Ok(Vec::new()));
}

fn a_failed_statement_fails_its_command(bench: &Bench) {
    let swallowed = write(&bench.store, |tx| {
        tx.execute("INSERT INTO counter (name, n) VALUES ('before', 1)", &[])?;
        let bad = tx.execute("INSERT INTO counter (name, n) VALUES ('bad', -1)", &[]);
        assert_eq!(bad.expect_err("checked").constraint(), Some(Constraint::Check));
        let after = tx.execute("INSERT INTO counter (name, n) VALUES ('after', 1)", &[]);
        assert_eq!(after.expect_err("too late").constraint(), Some(Constraint::Check));
        Ok("all is well")
    });
    assert_eq!(swallowed.expect_err("it is not").constraint(), Some(Constraint::Check));
    assert_eq!(numbers(&bench.store, "SELECT COUNT(*) FROM counter"), [0]);
}

const COUNTER: &str = "INSERT INTO counter (name, n) VALUES ($1, $2)";

fn an_attempt_undoes_only_itself(bench: &Bench) {
    let done = write(&bench.store, |tx| {
        tx.execute(COUNTER, params!["kept", 1])?;
        let failed = tx.attempt(|tx| {
            tx.execute(COUNTER, params!["undone", 2])?;
            tx.execute(COUNTER, params!["kept", 3])
        });
        assert_eq!(failed.expect_err("twice").constraint(), Some(Constraint::Unique));
        tx.attempt(|tx| tx.execute(COUNTER, params!["also kept", 4]))?;
        let swallowed = tx.attempt(|tx| {
            tx.execute(COUNTER, params!["undone", 5])?;
            assert!(tx.execute(COUNTER, params!["kept", 6]).is_err());
            Ok::<_, Error>(())
        });
        assert_eq!(swallowed.expect_err("swallowed").constraint(), Some(Constraint::Unique));
        tx.execute(COUNTER, params!["last", 7])
    });
    assert_eq!(done, Ok(1));
    assert_eq!(numbers(&bench.store, "SELECT n FROM counter ORDER BY n"), [1, 4, 7]);
}

fn attempts_nest(bench: &Bench) {
    let done = write(&bench.store, |tx| {
        let outer = tx.attempt(|tx| {
            tx.execute(COUNTER, params!["outer", 1])?;
            let inner = tx.attempt(|tx| tx.execute(COUNTER, params!["outer", 2]));
            assert!(inner.is_err());
            tx.attempt(|tx| tx.execute(COUNTER, params!["inner", 3]))?;
            Err::<(), _>(Error::Closed)
        });
        assert_eq!(outer, Err(Error::Closed));
        tx.attempt(|tx| {
            tx.attempt(|tx| tx.execute(COUNTER, params!["deep", 4]))?;
            tx.attempt(|tx| tx.execute(COUNTER, params!["deeper", 5]))
        })
    });
    assert_eq!(done, Ok(1));
    assert_eq!(numbers(&bench.store, "SELECT n FROM counter ORDER BY n"), [4, 5]);
}

fn reads_do_not_write(bench: &Bench) {
    for sql in [
        "INSERT INTO counter (name, n) VALUES ('c', 1)",
        "UPDATE counter SET n = 1",
        "DELETE FROM counter",
        "CREATE TABLE other (a BIGINT)",
        "DROP TABLE counter",
        "WITH x AS (SELECT 1 AS n) INSERT INTO counter (name, n) SELECT 'c', n FROM x",
    ] {
        let refused = bench.store.read_blocking(move |tx| tx.query(sql, &[]));
        assert_eq!(refused, Err(Error::ReadOnly), "{sql}");
    }
    assert_eq!(numbers(&bench.store, "WITH x AS (SELECT 7 AS n) SELECT n FROM x"), [7]);
    write(&bench.store, |tx| tx.execute(COUNTER, params!["c", 1])).expect("commands still write");
    assert_eq!(numbers(&bench.store, "SELECT n FROM counter"), [1]);
}

fn a_wrong_statement_says_so(bench: &Bench) {
    for sql in [
        "SELECT nothing FROM thing",
        "SELECT \"nothing\" FROM thing",
        "SELECT 1 FROM nowhere",
        "SELEC 1",
        "SELECT 'open",
        "SELECT 1; SELECT 2",
        "",
    ] {
        let wrong = bench.store.read_blocking(move |tx| tx.query(sql, &[]));
        assert!(matches!(wrong, Err(Error::Sql(_))), "{sql}: {wrong:?}");
    }
}

fn a_command_cannot_commit(bench: &Bench) {
    for sql in ["COMMIT", "ROLLBACK", "SAVEPOINT a", "-- why\nEND"] {
        let refused = write(&bench.store, move |tx| {
            tx.execute(COUNTER, params!["c", 1])?;
            tx.execute(sql, &[])
        });
        assert!(matches!(refused, Err(Error::Sql(_))), "{sql}: {refused:?}");
    }
    assert_eq!(numbers(&bench.store, "SELECT COUNT(*) FROM counter"), [0]);
}

fn rows_can_be_locked(bench: &Bench) {
    write(&bench.store, |tx| tx.execute(COUNTER, params!["c", 1])).expect("inserted");
    for sql in [
        "SELECT n FROM counter WHERE name = $1 FOR UPDATE",
        "SELECT n FROM counter WHERE name = $1 FOR UPDATE SKIP LOCKED",
    ] {
        let row = write(&bench.store, move |tx| tx.one::<(i64,)>(sql, params!["c"]));
        assert_eq!(row, Ok((1,)), "{sql}");
    }
}
