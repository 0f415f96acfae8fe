//! What an acknowledgement is worth when the power goes: seen by visitors and an agent at their sockets, on a disk that
//! keeps a diary. `kill -9` keeps the page cache and shows nothing of this.
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    sync::Arc,
    time::Duration,
};

use chat::{
    engine::{Engine, NoShares, SystemClock},
    rt::Limits,
    server::Options,
};
use chat_client::{Agent, Visitor, name};
use chat_proto::{desk::Deed, visitor::FromVisitor};
use store::{SqliteOptions, Store};
use tempfile::TempDir;

use crate::{
    engines::Database,
    site::{Bench, TABLES, form, options, play_on},
    vfs::{Disk, Event, after_power_loss},
};

const VISITORS: i64 = 6;
const EACH: i64 = 25;
const FILE: &str = "a.db";
/// A sync takes so much longer, milliseconds, that whatever does not wait for it comes before it.
const SLOW: i32 = 3;

/// A visitor who writes, and marks what is acknowledged as it comes.
async fn writes(mut lea: Visitor, disk: &'static Disk, who: i64) {
    let conv = lea.conversation.as_ref().map(|it| it.conv.clone()).expect("in a conversation");
    for n in 0..EACH {
        let id = who * EACH + n;
        // Long, so that the log is carried over into the file meanwhile.
        let text = format!("message {id}. {}", "word ".repeat(1_500));
        let send = FromVisitor::Send { cid: name(), conv: conv.clone(), text, files: vec![], reply_to: None };
        lea.say(send).await.expect("acknowledged");
        disk.mark(id);
    }
}

fn number(text: &str) -> Option<i64> {
    text.strip_prefix("message ")?.split_once('.')?.0.parse().ok()
}

/// An agent who reads the first conversation, and marks what they are told.
async fn reads(mut anna: Agent, disk: &'static Disk, conv: &str) {
    let mut told = BTreeSet::new();
    let all = anna.until("every message", |it, _| {
        for id in it.open[conv].msgs.iter().filter_map(|it| number(&it.text)) {
            if told.insert(id) {
                disk.mark(id);
            }
        }
        (told.len() == usize::try_from(EACH).expect("few")).then_some(())
    });
    all.await.expect("told");
}

async fn story(bench: Bench, disk: &'static Disk) {
    let mut anna = bench.agent("Anna").await;
    let mut visitors = Vec::new();
    for _ in 0..VISITORS {
        let mut lea = bench.visitor();
        lea.start(form(), "fr").await.expect("let in");
        visitors.push(lea);
    }
    let (conv, no) = anna.is_asked().await.expect("asked");
    anna.does(&conv, Deed::Accept { no }).await.expect("accepted");
    anna.open(&conv).await.expect("open");
    disk.slow_syncs(SLOW);
    let mut tasks = tokio::task::JoinSet::new();
    // Hers is the first who writes.
    visitors.sort_by_key(|it| it.conversation.as_ref().is_none_or(|it| it.conv != conv));
    for (who, lea) in (0..).zip(visitors) {
        tasks.spawn(writes(lea, disk, who));
    }
    reads(anna, disk, &conv).await;
    while let Some(done) = tasks.join_next().await {
        done.expect("a visitor");
    }
    disk.slow_syncs(0);
}

/// Everything that happened on the disk of one story.
fn diary(name: &str) -> (TempDir, Vec<Event>) {
    let folder = tempfile::tempdir().expect("a folder");
    let disk_name = format!("chat-{name}-{}", folder.path().display());
    let disk = Disk::register(&disk_name);
    let at = SqliteOptions::new(folder.path().join(FILE)).vfs(disk_name);
    let store = Store::sqlite(&at, &TABLES).expect("opens");
    let limits = Limits { message_burst: 10_000, ..Limits::default() };
    let options = Options { limits, ping: Duration::from_secs(20), ..options() };
    play_on(store, Database::file(), options, |bench| story(bench, disk));
    let events = disk.events();
    (folder, events)
}

/// Puts files into a folder as a disk has them.
fn put(files: &HashMap<String, Vec<u8>>, folder: &Path) {
    for (name, bytes) in files.iter().filter(|(name, _)| !name.ends_with("-shm")) {
        std::fs::write(folder.join(name), bytes).expect("written");
    }
}

/// The messages that these files hold, which must be whole.
fn messages(files: &HashMap<String, Vec<u8>>) -> BTreeSet<i64> {
    let folder = tempfile::tempdir().expect("a folder");
    put(files, folder.path());
    let db = rusqlite::Connection::open(folder.path().join(FILE)).expect("opens");
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
    assert_eq!(verdict, "ok");
    let mut query = db.prepare("SELECT body FROM chat_message").expect("the table is there");
    let bodies = query.query_map([], |row| row.get::<_, String>(0)).expect("read");
    bodies
        .filter_map(|body| {
            let body = body.expect("read");
            number(&body[body.find("message ")?..])
        })
        .collect()
}

// shows: ERR-03
#[test]
fn no_acknowledgement_leaves_before_its_message_is_on_the_disk() {
    let (_folder, events) = diary("acks");
    let syncs = events.iter().filter(|it| matches!(it, Event::Sync { .. })).count();
    assert!(20 < syncs, "{syncs} syncs");
    let mut known: BTreeSet<i64> = BTreeSet::new();
    let (mut answered, mut is_read) = (BTreeMap::<i64, u32>::new(), false);
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::Mark(id) => {
                // What was on the disk once stays there: it is read anew for what is new.
                if !known.contains(id) {
                    assert!(!is_read, "{id} was acknowledged, and the disk may not have it");
                    known = messages(&after_power_loss(&events, index, || false));
                    is_read = true;
                    assert!(known.contains(id), "{id} was acknowledged, and the disk may not have it");
                }
                *answered.entry(*id).or_default() += 1;
            }
            Event::Sync { .. } | Event::Delete { .. } => is_read = false,
            Event::Write { .. } | Event::Truncate { .. } => {}
        }
    }
    assert_eq!(answered.len(), usize::try_from(VISITORS * EACH).expect("few"));
    // Those of the first conversation were told to its agent as well, no earlier.
    assert_eq!(answered.values().filter(|n| **n == 2).count(), usize::try_from(EACH).expect("few"));
}

/// How the chat finds what the power left: every thread without a gap.
async fn takes_up(folder: &Path) {
    let store = Store::sqlite(&SqliteOptions::new(folder.join(FILE)), &TABLES).expect("opens");
    Engine::open(store.clone(), Arc::new(SystemClock), Arc::new(NoShares)).await.expect("takes it up");
    const GAPS: &str = "SELECT COUNT(*) FROM chat_conversation c WHERE last_seq <>
        (SELECT COUNT(*) FROM chat_message m WHERE m.conv_id = c.id)";
    let read = store.read(|tx| tx.one::<(i64,)>(GAPS, &[])).await;
    assert_eq!(read.expect("read").0, 0, "a gap");
    tokio::task::spawn_blocking(move || store.close()).await.expect("closed");
}

// shows: ERR-03
#[test]
fn whenever_the_power_goes_the_chat_goes_on_with_all_that_was_acknowledged() {
    let (_folder, events) = diary("power");
    let first = events.iter().position(|it| matches!(it, Event::Mark(_))).expect("an acknowledgement");
    let mut dice = crate::once::Dice(0x0051_AB1E);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    for _ in 0..25 {
        let span = u64::try_from(events.len() - first).expect("few");
        let cut = first + usize::try_from(dice.below(span)).expect("few") + 1;
        let marks = events[..cut].iter();
        let answered: BTreeSet<i64> =
            marks.filter_map(|it| if let Event::Mark(id) = it { Some(*id) } else { None }).collect();
        // Of what was not synced yet, some sectors made it all the same.
        let share = dice.below(101);
        let files = after_power_loss(&events, cut, || dice.below(100) < share);
        let found = messages(&files);
        assert!(answered.is_subset(&found), "cut at {cut} of {}", events.len());
        let folder = tempfile::tempdir().expect("a folder");
        put(&files, folder.path());
        runtime.block_on(takes_up(folder.path()));
    }
}
