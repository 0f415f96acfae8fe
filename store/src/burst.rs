//! `store-burst TARGET SENDERS MESSAGES`: what a disk or a server can take. Each sender writes messages one
//! after the other, each of them durable before the next, and asks again whenever the store says so.
//!
//! TARGET is a file, or `env:NAME`: a variable that holds a PostgreSQL address (`NAME_CA`: its certificate).
//! Standard output has a line for each acknowledged message; the figures come at the end on standard error.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use store::{Error, Key, Migrations, PostgresOptions, SqliteOptions, Step, Store, Tx, params};

/// The shape of a chat: messages are numbered within their conversation, and a request id makes each once.
const TABLES: Migrations = Migrations {
    component: "burst",
    steps: &[Step::both(
        "chat",
        "CREATE TABLE burst_conversation (id {int} PRIMARY KEY, last_seq {int} NOT NULL) {strict};
         CREATE TABLE burst_message (id {id}, conversation {int} NOT NULL, seq {int} NOT NULL,
             request {int} NOT NULL, body {text} NOT NULL,
             UNIQUE (conversation, seq), UNIQUE (conversation, request)) {strict};",
    )],
};

/// How long a sender waits before it asks again.
const AGAIN: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, senders, messages] = arguments.as_slice() else {
        return complain("usage: store-burst FILE|env:NAME SENDERS MESSAGES");
    };
    let (Ok(senders), Ok(messages)) = (senders.parse(), messages.parse()) else {
        return complain("SENDERS and MESSAGES are numbers");
    };
    match open(target).and_then(|store| burst(&store, senders, messages)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error.to_string()),
    }
}

fn complain(text: &str) -> ExitCode {
    eprintln!("store-burst: {text}");
    ExitCode::FAILURE
}

fn open(target: &str) -> Result<Store, Error> {
    let Some(name) = target.strip_prefix("env:") else {
        return Store::sqlite(&SqliteOptions::new(target), &[TABLES]);
    };
    let address = std::env::var(name).map_err(|_| Error::Open(format!("{name} is not set")))?;
    let mut options = PostgresOptions::new(&address)?;
    if let Ok(certificate) = std::env::var(format!("{name}_CA")) {
        options = options.trust(Path::new(&certificate))?;
    }
    Store::postgres(&options, &[TABLES])
}

/// Every sender has a conversation of its own.
fn burst(store: &Store, senders: i64, messages: i64) -> Result<(), Error> {
    let taken = Mutex::new(Vec::new());
    let start = Instant::now();
    let sent: Result<(), Error> = thread::scope(|scope| {
        let taken = &taken;
        let threads: Vec<_> =
            (0..senders).map(|it| scope.spawn(move || send(store, (it, messages), taken))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or(Err(Error::Panicked)))
    });
    sent?;
    report(&taken, start.elapsed());
    store.close();
    Ok(())
}

fn send(store: &Store, (sender, messages): (i64, i64), taken: &Mutex<Vec<Duration>>) -> Result<(), Error> {
    let mut mine = Vec::new();
    for request in 0..messages {
        let start = Instant::now();
        let seq = loop {
            match store.write_blocking(Key(sender), move |tx| append(tx, sender, request)) {
                // waits: a server that comes back tells nobody.
                Err(error) if error.is_retryable() => thread::sleep(AGAIN),
                answer => break answer?,
            }
        };
        mine.push(start.elapsed());
        acknowledge(sender, request, seq)?;
    }
    if let Ok(mut taken) = taken.lock() {
        taken.append(&mut mine);
    }
    Ok(())
}

fn acknowledge(sender: i64, request: i64, seq: i64) -> Result<(), Error> {
    let said = writeln!(std::io::stdout().lock(), "{sender} {request} {seq}");
    said.map_err(|error| Error::Open(format!("nobody hears the acknowledgements: {error}")))
}

/// Appends a message, or finds that it is there.
fn append(tx: &mut dyn Tx, conversation: i64, request: i64) -> Result<i64, Error> {
    const THERE: &str = "SELECT seq FROM burst_message WHERE conversation = $1 AND request = $2";
    const NEXT: &str = "INSERT INTO burst_conversation (id, last_seq) VALUES ($1, 1)
        ON CONFLICT (id) DO UPDATE SET last_seq = burst_conversation.last_seq + 1 RETURNING last_seq";
    const APPEND: &str =
        "INSERT INTO burst_message (conversation, seq, request, body) VALUES ($1, $2, $3, $4)";
    if let Some((seq,)) = tx.optional(THERE, params![conversation, request])? {
        return Ok(seq);
    }
    let (seq,): (i64,) = tx.one(NEXT, params![conversation])?;
    let body =
        "A message as people write them, of about a hundred bytes: could you look at my order, please?";
    tx.execute(APPEND, params![conversation, seq, request, body])?;
    Ok(seq)
}

fn report(taken: &Mutex<Vec<Duration>>, all: Duration) {
    let Ok(mut taken) = taken.lock() else { return };
    taken.sort();
    let count = u32::try_from(taken.len()).unwrap_or(u32::MAX);
    let at = |share: usize| taken.get(taken.len() * share / 100).map_or(0.0, |it| it.as_secs_f64() * 1000.0);
    let rate = f64::from(count) / all.as_secs_f64();
    eprintln!(
        "{count} messages in {all:.2?}: {rate:.0} a second, p50 {:.1} ms, p99 {:.1} ms",
        at(50),
        at(99)
    );
}
