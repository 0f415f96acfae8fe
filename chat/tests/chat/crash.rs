//! `kill -9` in the midst of a burst: every acknowledged message is there once, in its author's order, when
//! fifty senders have asked again for everything.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::engines::Database;

const SENDERS: u32 = 50;
/// What each says at least in the life that is not killed.
const EACH: u32 = 20;
/// More than anybody says before they are killed.
const ENDLESS: u32 = 1_000_000;

/// An acknowledged message: sender, which of theirs, place in the thread.
type Message = (u32, u32, u64);

struct Burst {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    acknowledged: BTreeSet<Message>,
}

impl Burst {
    fn start(database: &Database, each: u32) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-burst"));
        match database {
            Database::File(folder) => command.arg(folder.path().join("a.db")),
            Database::Postgres(server) => {
                command.env("BURST", server.url()).env("BURST_CA", server.certificate());
                command.arg("env:BURST")
            }
        };
        command.args([SENDERS.to_string(), each.to_string()]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines, acknowledged: BTreeSet::new() }
    }

    fn read_one(&mut self) -> bool {
        let Some(line) = self.lines.next() else { return false };
        let line = line.expect("readable");
        let mut numbers = line.split(' ').map(|it| it.parse::<u64>().expect("a number"));
        let mut next = || numbers.next().expect("three numbers");
        let (sender, n, seq) = (next(), next(), next());
        let small = |n: u64| u32::try_from(n).expect("small");
        assert!(self.acknowledged.insert((small(sender), small(n), seq)), "twice: {line}");
        true
    }

    /// Ends it without a word once it has acknowledged so many, and gives back all that it had by then.
    fn kill_at(mut self, goal: usize) -> BTreeSet<Message> {
        while self.acknowledged.len() < goal {
            assert!(self.read_one(), "ended after {} messages", self.acknowledged.len());
        }
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGKILL).expect("killed");
        while self.read_one() {}
        assert_eq!(self.child.wait().expect("ended").signal(), Some(9), "it was still at it");
        self.acknowledged
    }

    fn finish(mut self) -> BTreeSet<Message> {
        while self.read_one() {}
        assert!(self.child.wait().expect("ended").success());
        self.acknowledged
    }
}

/// What stands in the threads, in their order. The sender is in the message's name, which only the burst gives.
fn stored(database: &Database) -> Vec<Message> {
    let store = database.open();
    let sql = "SELECT cid, seq FROM chat_message WHERE author IN ('visitor', 'agent') ORDER BY conv_id, seq";
    let rows: Vec<([u8; 16], i64)> = store.read_blocking(move |tx| tx.rows(sql, &[])).expect("read");
    store.close();
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four bytes"));
    let message =
        |(cid, seq): ([u8; 16], i64)| (number(&cid[4..8]), number(&cid[8..12]) - 1, seq.unsigned_abs());
    rows.into_iter().map(message).collect()
}

/// Each message once and in its author's order, and every acknowledged one among them, where it was said to be.
fn check(database: &Database, acknowledged: &BTreeSet<Message>) -> usize {
    let rows = stored(database);
    let mut next: BTreeMap<u32, u32> = BTreeMap::new();
    for (sender, n, _) in &rows {
        let expected = next.entry(*sender).or_default();
        assert_eq!(n, expected, "sender {sender}");
        *expected += 1;
    }
    let there: BTreeSet<Message> = rows.iter().copied().collect();
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    rows.len()
}

fn nothing_acknowledged_is_lost(database: &Database) {
    let mut acknowledged = BTreeSet::new();
    for goal in [50, 300] {
        acknowledged.extend(Burst::start(database, ENDLESS).kill_at(goal));
        let there = check(database, &acknowledged);
        assert!(goal <= there, "{there} messages are there");
    }
    // The senders' last life asks again for everything, and for more: what is there is found, not stored twice.
    let each = most_of_one(database) + EACH;
    acknowledged.extend(Burst::start(database, each).finish());
    let all = usize::try_from(SENDERS * each).expect("small");
    assert_eq!(check(database, &acknowledged), all);
    assert_eq!(acknowledged.len(), all, "a message has one place, whoever asks and when");
    consistent(database);
}

/// How many messages are there of who said most.
fn most_of_one(database: &Database) -> u32 {
    stored(database).into_iter().map(|(_, n, _)| n + 1).max().unwrap_or_default()
}

/// What is kept beside the conversations agrees with them.
fn consistent(database: &Database) {
    let store = database.open();
    let gaps = "SELECT COUNT(*) FROM chat_conversation c WHERE last_seq <>
        (SELECT COUNT(*) FROM chat_message m WHERE m.conv_id = c.id)";
    let load = "SELECT load FROM chat_agent";
    let active = "SELECT COUNT(*) FROM chat_conversation WHERE stage = 'active'";
    let number = |sql| store.read_blocking(move |tx| tx.one::<(i64,)>(sql, &[])).expect("read").0;
    assert_eq!(number(gaps), 0);
    assert_eq!((number(load), number(active)), (25, 25));
    store.close();
}

// shows: ERR-03
#[test]
fn a_killed_program_has_lost_nothing_on_sqlite() {
    nothing_acknowledged_is_lost(&Database::file());
}

// shows: ERR-03
#[test]
fn a_killed_program_has_lost_nothing_on_postgres() {
    nothing_acknowledged_is_lost(&Database::postgres());
}
