//! What an answer is worth when the power goes, and when the disk fails. `kill -9` keeps the page cache and
//! shows nothing of this; a disk that keeps a diary does.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use rusqlite::ffi;
use store::{Error, Key, SqliteOptions, Store, params};
use tempfile::TempDir;

use crate::conformance::write;
use crate::engines::TABLES;
use crate::vfs::{Disk, Event, after_power_loss};

const SENDERS: i64 = 8;
const EACH: i64 = 40;
const FILE: &str = "a.db";

fn open(disk: &str) -> (TempDir, Store, &'static Disk) {
    let folder = tempfile::tempdir().expect("a folder");
    let disk_name = format!("{disk}-{}", folder.path().display());
    let disk = Disk::register(&disk_name);
    let options = SqliteOptions::new(folder.path().join(FILE)).vfs(disk_name);
    let store = Store::sqlite(&options, &[TABLES]).expect("opens");
    (folder, store, disk)
}

/// Senders who write big rows, so that the log is carried over meanwhile. Each answer is marked twice: by
/// the hook, and by the caller.
fn burst(store: &Store, disk: &'static Disk) {
    thread::scope(|scope| {
        for sender in 0..SENDERS {
            scope.spawn(move || {
                for n in 0..EACH {
                    let id = sender * EACH + n;
                    let answer = store.write_blocking(Key(sender), move |tx| {
                        tx.after_commit(Box::new(move || disk.mark(id)));
                        let body = vec![id.to_le_bytes()[0]; 20_000];
                        tx.execute("INSERT INTO thing (id, size, body) VALUES ($1, 1, $2)", params![id, body])
                    });
                    answer.expect("written");
                    disk.mark(id);
                }
            });
        }
    });
}

/// The rows that SQLite finds in these files, which it must find whole.
fn rows(files: &HashMap<String, Vec<u8>>) -> BTreeSet<i64> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files.iter().filter(|(name, _)| !name.ends_with("-shm")) {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    let db = rusqlite::Connection::open(folder.path().join(FILE)).expect("opens");
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
    assert_eq!(verdict, "ok");
    let mut query = db.prepare("SELECT id FROM thing").expect("the table is there");
    let ids = query.query_map([], |row| row.get(0)).expect("read");
    ids.collect::<Result<_, _>>().expect("read")
}

fn syncs(events: &[Event], suffix: &str) -> usize {
    events.iter().filter(|it| matches!(it, Event::Sync { file, .. } if file.ends_with(suffix))).count()
}

#[test]
fn no_answer_leaves_before_its_sync_returned() {
    let (_folder, store, disk) = open("answers");
    burst(&store, disk);
    store.close();
    let events = disk.events();
    assert!(SENDERS < i64::try_from(syncs(&events, "-wal")).expect("few"), "there were many groups");
    assert!(2 < syncs(&events, FILE), "the log was carried over");
    let mut answered = BTreeSet::new();
    // Between two syncs the disk holds the same.
    let mut on_disk: Option<BTreeSet<i64>> = None;
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::Mark(id) => {
                let certain =
                    on_disk.get_or_insert_with(|| rows(&after_power_loss(&events, index, || false)));
                assert!(certain.contains(id), "{id} was answered, and the disk may not have it");
                answered.insert(*id);
            }
            Event::Sync { .. } | Event::Delete { .. } => on_disk = None,
            Event::Write { .. } | Event::Truncate { .. } => {}
        }
    }
    assert_eq!(answered, (0..SENDERS * EACH).collect());
}

#[test]
fn whenever_the_power_goes_the_file_opens_whole_with_all_that_was_answered() {
    let (_folder, store, disk) = open("power");
    burst(&store, disk);
    let events = disk.events();
    store.close();
    let first = events.iter().position(|it| matches!(it, Event::Mark(_))).expect("an answer");
    let mut dice = 0x2545_F491_4F6C_DD1D_u64;
    let mut roll = move || {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice
    };
    for _ in 0..60 {
        let span = u64::try_from(events.len() - first).expect("few");
        let cut = first + usize::try_from(roll() % span).expect("few") + 1;
        let answered: BTreeSet<i64> = events[..cut]
            .iter()
            .filter_map(|it| if let Event::Mark(id) = it { Some(*id) } else { None })
            .collect();
        let share = roll() % 101;
        let found = rows(&after_power_loss(&events, cut, || roll() % 100 < share));
        assert!(answered.is_subset(&found), "cut at {cut} of {}", events.len());
    }
}

#[test]
fn without_the_sync_the_diary_shows_it() {
    // The measure itself: the same diary with its syncs torn out must not pass.
    let (_folder, store, disk) = open("control");
    burst(&store, disk);
    let events: Vec<_> = disk.events();
    store.close();
    let last = events.iter().rposition(|it| matches!(it, Event::Sync { .. })).expect("a sync");
    let without: Vec<_> = events
        .iter()
        .enumerate()
        .filter(|(index, it)| *index < last / 2 || !matches!(it, Event::Sync { .. }))
        .map(|(_, it)| it.clone())
        .collect();
    let found = rows(&after_power_loss(&without, without.len(), || false));
    assert!(found.len() < usize::try_from(SENDERS * EACH).expect("few"), "found {}", found.len());
}

/// Tries to write while the disk fails. What was answered, and how often a hook ran.
fn write_badly(store: &Store, id: i64) -> (Result<u64, Error>, u32) {
    let hooks = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&hooks);
    let answer = write(store, move |tx| {
        let counted = Arc::clone(&counted);
        tx.after_commit(Box::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        }));
        tx.execute("INSERT INTO thing (id, body) VALUES ($1, $2)", params![id, vec![7_u8; 50_000]])
    });
    (answer, hooks.load(Ordering::SeqCst))
}

fn ids(store: &Store) -> Vec<i64> {
    let rows = store.read_blocking(|tx| tx.rows::<(i64,)>("SELECT id FROM thing ORDER BY id", &[]));
    rows.expect("read").into_iter().map(|(id,)| id).collect()
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    let (_folder, store, disk) = open("full");
    assert_eq!(write_badly(&store, 1), (Ok(1), 1));
    disk.fail_writes(ffi::SQLITE_FULL);
    let all: Vec<_> = thread::scope(|scope| {
        let store = &store;
        let threads: Vec<_> = (2..10).map(|id| scope.spawn(move || write_badly(store, id))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    for (answer, hooks) in all {
        assert!(matches!(answer, Err(Error::Retry(_))), "{answer:?}");
        assert_eq!(hooks, 0, "nothing of it is told to anybody");
    }
    assert_eq!(ids(&store), [1], "reading goes on");
    disk.fail_writes(0);
    assert_eq!(write_badly(&store, 20), (Ok(1), 1));
    assert_eq!(ids(&store), [1, 20]);
    store.close();
}

#[test]
fn a_sync_that_fails_promises_nothing() {
    let (_folder, store, disk) = open("sync");
    assert_eq!(write_badly(&store, 1), (Ok(1), 1));
    disk.fail_syncs(ffi::SQLITE_IOERR_FSYNC);
    let (answer, hooks) = write_badly(&store, 2);
    assert!(matches!(answer, Err(Error::Unknown(_))), "{answer:?}");
    assert_eq!(hooks, 0);
    disk.fail_syncs(0);
    assert_eq!(write_badly(&store, 2), (Ok(1), 1), "the same again is stored once");
    assert_eq!(ids(&store), [1, 2]);
    let events = disk.events();
    assert_eq!(rows(&after_power_loss(&events, events.len(), || false)), BTreeSet::from([1, 2]));
    store.close();
}
