//! `kill -9` in the midst of a burst: of the program, and of PostgreSQL's server. Fifty senders who ask
//! again until they are answered; then every acknowledged message is there, once, and in its sender's order.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use store::{SqliteOptions, Store};

use crate::engines::{Database, SHARED, TO_KILL};

const SENDERS: i64 = 50;
/// What each says at least in the life that is not killed.
const EACH: i64 = 20;
/// More than anybody says before they are killed.
const ENDLESS: i64 = 1_000_000;
/// What each says to a server that is killed: more lines than a pipe holds that nobody reads, so that they are still at
/// it whenever the server is killed.
const MANY: i64 = 200;

/// An acknowledged message: sender, request, number.
type Message = (i64, i64, i64);

struct Burst {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    acknowledged: BTreeSet<Message>,
}

impl Burst {
    fn start(command: &mut Command, each: i64) -> Self {
        command.args([SENDERS.to_string(), each.to_string()]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines, acknowledged: BTreeSet::new() }
    }

    fn on_file(file: &Path, each: i64) -> Self {
        Self::start(Command::new(env!("CARGO_BIN_EXE_store-burst")).arg(file), each)
    }

    fn on_postgres(database: &Database, each: i64) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_store-burst"));
        command.env("BURST", database.url()).env("BURST_CA", database.certificate());
        Self::start(command.arg("env:BURST"), each)
    }

    fn read_one(&mut self) -> bool {
        let Some(line) = self.lines.next() else { return false };
        let line = line.expect("readable");
        let numbers: Vec<i64> = line.split(' ').map(|it| it.parse().expect("a number")).collect();
        let &[sender, request, seq] = numbers.as_slice() else { panic!("{line}") };
        assert!(self.acknowledged.insert((sender, request, seq)), "acknowledged twice: {line}");
        true
    }

    fn read_until(&mut self, count: usize) {
        while self.acknowledged.len() < count {
            assert!(self.read_one(), "ended after {} messages", self.acknowledged.len());
        }
    }

    /// Ends it without a word, and gives back all that it had acknowledged by then.
    fn kill(mut self) -> BTreeSet<Message> {
        let pid = Pid::from_raw(self.child.id().cast_signed());
        kill(pid, Signal::SIGKILL).expect("killed");
        while self.read_one() {}
        let status = self.child.wait().expect("ended");
        assert_eq!(status.signal(), Some(9), "it was still at it");
        self.acknowledged
    }

    fn finish(mut self) -> BTreeSet<Message> {
        while self.read_one() {}
        assert!(self.child.wait().expect("ended").success());
        self.acknowledged
    }
}

fn stored(store: &Store) -> Vec<Message> {
    let sql = "SELECT conversation, request, seq FROM burst_message ORDER BY conversation, seq";
    store.read_blocking(move |tx| tx.rows(sql, &[])).expect("read")
}

/// Each message once, numbered without gaps in its sender's order, and every acknowledged one among them.
fn check(store: &Store, acknowledged: &BTreeSet<Message>) -> usize {
    let rows = stored(store);
    let mut last: BTreeMap<i64, i64> = BTreeMap::new();
    for (sender, request, seq) in &rows {
        let last = last.entry(*sender).or_default();
        assert_eq!((*seq, *request), (*last + 1, *last), "sender {sender}");
        *last = *seq;
    }
    let there: BTreeSet<Message> = rows.iter().copied().collect();
    assert_eq!(there.len(), rows.len());
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    rows.len()
}

/// What is there when each has said so much.
fn all(each: i64) -> usize {
    usize::try_from(SENDERS * each).expect("few")
}

/// What each says in a last life: all that is there of who said most, and more.
fn more_than_said(store: &Store) -> i64 {
    stored(store).into_iter().map(|(_, _, seq)| seq).max().unwrap_or_default() + EACH
}

#[test]
fn a_killed_program_has_lost_nothing_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.db");
    let (mut acknowledged, mut each) = (BTreeSet::new(), 0);
    for goal in [50, 300] {
        let mut burst = Burst::on_file(&file, ENDLESS);
        burst.read_until(goal);
        acknowledged.extend(burst.kill());
        let store = Store::sqlite(&SqliteOptions::new(&file), &[]).expect("opens");
        let there = check(&store, &acknowledged);
        assert!(goal <= there, "{there} messages are there");
        each = more_than_said(&store);
        store.close();
    }
    // The senders' last life asks again for everything, and for more: what is there is found, not stored twice.
    acknowledged.extend(Burst::on_file(&file, each).finish());
    let store = Store::sqlite(&SqliteOptions::new(&file), &[]).expect("opens");
    assert_eq!(check(&store, &acknowledged), all(each));
    assert_eq!(acknowledged.len(), all(each), "a message has one number, whoever asks and when");
    store.close();
}

#[test]
fn a_killed_program_has_lost_nothing_on_postgres() {
    const GOAL: usize = 200;
    let database = Database::new(SHARED);
    let mut burst = Burst::on_postgres(&database, ENDLESS);
    burst.read_until(GOAL);
    let mut acknowledged = burst.kill();
    let store = Store::postgres(&database.options(), &[]).expect("opens");
    let there = check(&store, &acknowledged);
    assert!(GOAL <= there, "{there} messages are there");
    let each = more_than_said(&store);
    acknowledged.extend(Burst::on_postgres(&database, each).finish());
    assert_eq!(check(&store, &acknowledged), all(each));
    assert_eq!(acknowledged.len(), all(each));
    store.close();
}

#[test]
fn a_killed_server_has_lost_nothing() {
    let _alone = crate::engines::alone_with_the_killed();
    let database = Database::new(TO_KILL);
    let mut burst = Burst::on_postgres(&database, MANY);
    for goal in [100, 400] {
        burst.read_until(goal);
        database.kill_server();
    }
    let acknowledged = burst.finish();
    assert_eq!(acknowledged.len(), all(MANY));
    let store = Store::postgres(&database.options(), &[]).expect("opens");
    assert_eq!(check(&store, &acknowledged), all(MANY));
    store.close();
}
