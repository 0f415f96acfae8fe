//! `cargo xtask bench chat`: what the chat service takes, on SQLite and on PostgreSQL.
//!
//! Beside each figure stands what the same machine does in the same run without the product: the store alone for
//! messages, a bare WebSocket server for sockets, the disk for what must be on it. Its limits are raised nowhere: each
//! talker writes as often as a visitor may for ever, and loopback addresses are of no network.

mod programs;
mod sockets;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use super::Options;
use super::table::{Goal, Row, quantile};
use crate::postgres::{self, Servers};
use crate::run::say;
use programs::{Built, Target};

/// People who write at the same time, and what each writes.
const SENDERS: u32 = 200;
const EACH: u32 = 100;
/// Conversations that wait in a list.
const LISTED: u32 = 5_000;

/// What is said is found within this time, milliseconds: the index is kept behind the messages.
const INDEXED: f64 = 1_000.0;

/// Everything, on one database after the other.
pub fn measure(options: &Options) -> Result<Vec<Row>> {
    let built = Built::find(options)?;
    say(&format!("measuring {}", built.shown()));
    let folder = tempfile::tempdir()?;
    let servers = postgres::start()?;
    let disk = Disk::measure(folder.path())?;
    let mut rows = vec![Row::new("the disk", "write and fsync of 4 KiB, p99", disk.p99, "ms")];
    let bare = if options.wants("sockets") { Some(sockets::bare(&built, options)?) } else { None };
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = Bench { engine, built: &built, options, folder: folder.path(), servers: &servers };
        if options.wants("messages") {
            rows.extend(bench.messages()?);
        }
        if let Some(bare) = &bare {
            rows.extend(sockets::measure(&bench, bare, &disk)?);
        }
        if options.wants("quiet") {
            rows.push(sockets::quiet(&bench)?);
        }
        if options.wants("list") {
            rows.extend(bench.lists()?);
        }
        if options.wants("search") {
            rows.extend(bench.search()?);
        }
    }
    Ok(rows)
}

/// How long the machine's disk takes.
#[derive(Debug)]
pub struct Disk {
    /// Of a small write until it is there for good, milliseconds.
    p99: f64,
}

impl Disk {
    fn measure(folder: &Path) -> Result<Self> {
        const TIMES: usize = 300;
        let mut file = File::create(folder.join("disk"))?;
        let mut times = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let start = Instant::now();
            file.write_all(&[7; 4096])?;
            file.sync_all()?;
            times.push(start.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(Self { p99: quantile(&times, 0.99) })
    }
}

/// Where rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// One engine's turn.
pub struct Bench<'a> {
    pub engine: Engine,
    pub built: &'a Built,
    pub options: &'a Options,
    folder: &'a Path,
    servers: &'a Servers,
}

impl Bench<'_> {
    /// An empty database.
    pub fn database(&self, name: &str) -> Result<Target> {
        match self.engine {
            Engine::Sqlite => Ok(Target::File(self.folder.join(format!("{name}.db")))),
            Engine::Postgres => {
                let (address, certificate) = self.servers.database(&format!("bench_{name}"))?;
                Ok(Target::Server { address, certificate })
            }
        }
    }

    fn messages(&self) -> Result<Vec<Row>> {
        let (senders, each) = (SENDERS.to_string(), EACH.to_string());
        let mut rates = Vec::new();
        for program in ["chat-burst", "store-burst"] {
            let target = self.database(&program.replace('-', "_"))?;
            let said = self.built.run(program, &target, &[&senders, &each])?;
            rates.push(number_before(&said.errors, " a second").context("the burst says no rate")?);
        }
        let case = format!("{}: durable messages, {SENDERS} senders", self.engine.name());
        let row = Row::new(&case, "acknowledged after commit", rates[0], "a second");
        Ok(vec![row.beside("the store alone", rates[1]).goal(Goal::AtLeast(5_000.0))])
    }

    fn lists(&self) -> Result<Vec<Row>> {
        let said = self.built.run("chat-lists", &self.database("lists")?, &[&LISTED.to_string()])?;
        let case = format!("{}: list of {LISTED}", self.engine.name());
        said.lines.iter().map(|line| slow_end(&case, line, 100.0)).collect()
    }

    fn search(&self) -> Result<Vec<Row>> {
        let n = self.options.messages;
        let said = self.built.run("chat-search", &self.database("search")?, &[&n.to_string()])?;
        let case = format!("{}: search in {n}", self.engine.name());
        let goal = |line: &str| if line.starts_with("a new message") { INDEXED } else { 150.0 };
        said.lines.iter().map(|line| slow_end(&case, line, goal(line))).collect()
    }
}

/// `name: 7 rows, 812 1650`: what, how many, median and 95th percentile in microseconds.
fn slow_end(case: &str, line: &str, goal: f64) -> Result<Row> {
    let read = || {
        let (name, rest) = line.rsplit_once(": ")?;
        let (_, times) = rest.rsplit_once(", ")?;
        let (_, slow) = times.split_once(' ')?;
        Some((name, slow.parse::<f64>().ok()? / 1_000.0))
    };
    let (name, slow) = read().with_context(|| format!("not understood: {line}"))?;
    Ok(Row::new(case, &format!("{name}, p95"), slow, "ms").goal(Goal::AtMost(goal)))
}

/// The last number that stands before these words.
fn number_before(text: &str, words: &str) -> Option<f64> {
    let (before, _) = text.rsplit_once(words)?;
    before.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_programs_say_is_understood() {
        let row = slow_end("a list", "Manager, a common word: 50 rows, 812 1650", 1.0).expect("understood");
        let shown = serde_json::to_value(&row).expect("JSON");
        assert_eq!(
            (shown["metric"].as_str(), shown["ours"].as_f64()),
            (Some("Manager, a common word, p95"), Some(1.65))
        );
        assert_eq!(shown["holds"], false);
        let said = "20000 messages in 3.21s: 6230 a second, p50 1.0 ms, p99 2.0 ms";
        assert_eq!(number_before(said, " a second"), Some(6230.0));
        assert_eq!(number_before("nothing", " a second"), None);
        assert!(slow_end("a list", "nothing", 1.0).is_err());
    }
}
