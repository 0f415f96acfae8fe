//! The audit log on each database: in order, whole, and telling when somebody was at it.
use std::path::Path;

use cobrowse_core::id::SessionId;
use relay::{
    Config, Server,
    records::audit::{Audit, Entry, Verdict, verify},
};
use store::{Dialect, Error, Key, Store};

use crate::databases::Opened;

fn entry(event: &str) -> Entry {
    Entry { session: Some(SessionId::from_random([7; 16])), actor: "visitor".into(), event: event.into() }
}

async fn log_of_three(opened: &Opened) {
    let audit = Audit::start(opened.store.clone());
    for event in ["view asked", "view granted", "stopped"] {
        audit.log(entry(event)).await;
    }
    audit.flush().await;
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole_and_in_order() {
    for opened in [Opened::file(), Opened::postgres()] {
        let empty = verify(&opened.store).await.expect("read");
        assert_eq!(empty, Verdict::Whole { entries: 0, head: "0".repeat(64) });
        log_of_three(&opened).await;
        log_of_three(&opened).await;
        let verdict = verify(&opened.store).await.expect("read");
        assert!(matches!(verdict, Verdict::Whole { entries: 6, .. }), "{verdict:?}");
        let of = Audit::start(opened.store.clone()).of(SessionId::from_random([7; 16])).await.expect("read");
        let events: Vec<_> = of.iter().map(|(_, event)| event.as_str()).collect();
        assert_eq!(
            events,
            ["view asked", "view granted", "stopped", "view asked", "view granted", "stopped"]
        );
    }
}

#[tokio::test]
async fn an_entry_that_is_changed_or_cut_out_shows() {
    for (sql, broken) in [
        ("UPDATE relay_audit SET event = 'control granted' WHERE id = 2", 2),
        ("UPDATE relay_audit SET at_ms = at_ms + 1 WHERE id = 1", 1),
        ("DELETE FROM relay_audit WHERE id = 2", 3),
        ("DELETE FROM relay_audit WHERE id = 3", 3),
    ] {
        for opened in [Opened::file(), Opened::postgres()] {
            log_of_three(&opened).await;
            let refused = run(&opened.store, sql).await;
            let rule =
                refused.expect_err("the log is append-only for everybody who asks nicely").constraint();
            assert_eq!(rule, Some(store::Constraint::Trigger));
            take_locks_off(&opened.store).await;
            run(&opened.store, sql).await.expect("tampered");
            let verdict = verify(&opened.store).await.expect("read");
            assert_eq!(verdict, Verdict::Broken { entry: broken }, "{sql}");
        }
    }
}

async fn run(store: &Store, sql: &'static str) -> Result<u64, Error> {
    store.write(Key(0), move |tx| tx.execute(sql, &[])).await
}

async fn take_locks_off(store: &Store) {
    let locks: &[&'static str] = match store.dialect() {
        Dialect::Sqlite => &["DROP TRIGGER relay_audit_is_not_edited", "DROP TRIGGER relay_audit_is_not_cut"],
        Dialect::Postgres => &["DROP TRIGGER relay_audit_is_not_changed ON relay_audit"],
    };
    for lock in locks {
        run(store, lock).await.expect("dropped");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_share_a_database_make_one_chain() {
    const EACH: usize = 300;
    let opened = Opened::postgres();
    let stores = [opened.another(), opened.another()];
    let writers = stores.clone().map(|store| {
        tokio::spawn(async move {
            let audit = Audit::start(store);
            for n in 0..EACH {
                audit.log(entry(&format!("{n}"))).await;
                if n % 10 == 0 {
                    audit.flush().await;
                }
            }
            audit.flush().await;
        })
    });
    for writer in writers {
        writer.await.expect("written");
    }
    let verdict = verify(&opened.store).await.expect("read");
    assert!(matches!(verdict, Verdict::Whole { entries: 600, .. }), "{verdict:?}");
    for store in stores {
        tokio::task::spawn_blocking(move || store.close()).await.expect("closed");
    }
}

#[tokio::test]
async fn a_log_whose_database_is_closed_is_not_waited_for() {
    let opened = Opened::file();
    let audit = Audit::start(opened.store.clone());
    let store = opened.store.clone();
    tokio::task::spawn_blocking(move || store.close()).await.expect("closed");
    audit.log(entry("too late")).await;
    audit.flush().await;
}

#[tokio::test]
async fn a_database_that_cannot_store_for_a_while_loses_no_entry() {
    let opened = Opened::file();
    let audit = Audit::start(opened.store.clone());
    audit.log(entry("before")).await;
    audit.flush().await;
    // Another program writes for longer than the store waits for it.
    let other = rusqlite::Connection::open(opened.folder.path().join("tandem.db")).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    audit.log(entry("meanwhile")).await;
    let flushed = tokio::spawn({
        let audit = audit.clone();
        async move { audit.flush().await }
    });
    // waits: the store gives up on a lock after 5 s, and only then is it asked again.
    tokio::time::sleep(std::time::Duration::from_millis(5500)).await;
    assert!(!flushed.is_finished(), "nothing is written while the lock is held");
    other.execute_batch("ROLLBACK").expect("let go");
    flushed.await.expect("written");
    let verdict = verify(&opened.store).await.expect("read");
    assert!(matches!(verdict, Verdict::Whole { entries: 2, .. }), "{verdict:?}");
}

/// Another program that writes for longer than the store waits for it.
fn held(opened: &Opened) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(opened.folder.path().join("tandem.db")).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_database_takes_is_on_the_disk_and_written_after_a_restart() {
    let opened = Opened::file();
    let journal = opened.folder.path().join("audit.journal");
    let other = held(&opened);
    let audit = beside(&opened, &journal).await;
    for n in 0..5 {
        audit.log(entry(&format!("act {n}"))).await;
    }
    // Answered while the database is held: the disk has it.
    audit.flush().await;
    let kept = std::fs::read_to_string(&journal).expect("a journal");
    assert_eq!(kept.lines().count(), 5, "{kept}");
    let copy = journal.with_extension("copy");
    std::fs::copy(&journal, &copy).expect("copied");
    // A process that is killed now leaves this; the next one finds a database that answers.
    let next = Opened::file();
    let left = next.folder.path().join("audit.journal");
    std::fs::copy(&journal, &left).expect("copied");
    wait_for(&next.store, 5, beside(&next, &left).await).await;
    // And one that lives on writes them when it can.
    other.execute_batch("ROLLBACK").expect("let go");
    wait_for(&opened.store, 5, audit).await;
    // A crash between the commit and the journal's end: nothing is written twice.
    std::fs::rename(&copy, &journal).expect("put back");
    let again = beside(&opened, &journal).await;
    again.log(entry("after")).await;
    wait_for(&opened.store, 6, again).await;
    assert!(!journal.exists(), "nothing waits any more");
}

async fn beside(opened: &Opened, journal: &Path) -> Audit {
    Audit::start_beside(opened.store.clone(), journal.to_owned()).await.expect("read")
}

#[tokio::test]
async fn a_server_that_cannot_read_what_waits_does_not_start_and_leaves_it_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("audit.journal");
    std::fs::create_dir(&journal).expect("what no file is cannot be read");
    let refused = Server::start(Config::loopback(folder.path())).await.err().expect("refused").to_string();
    assert!(refused.contains("audit.journal"), "{refused}");
    assert!(journal.exists());
}

/// Waits until so many entries are in the database, in a chain that is whole, and wait nowhere else any more.
async fn wait_for(store: &Store, wanted: u64, audit: Audit) {
    let mut written = audit.written();
    loop {
        written.mark_unchanged();
        match verify(store).await.expect("read") {
            // What is stored may still stand in the journal, until the log looks at its orders again.
            Verdict::Whole { entries, .. } if entries == wanted => return audit.flush().await,
            Verdict::Whole { entries, .. } => assert!(entries < wanted, "{entries} of {wanted}"),
            broken @ Verdict::Broken { .. } => panic!("{broken:?}"),
        }
        let changed = tokio::time::timeout(std::time::Duration::from_secs(60), written.changed()).await;
        changed.expect("something is written").expect("the log lives");
    }
}
