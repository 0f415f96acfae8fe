//! `kill -9` of the program, and of PostgreSQL, in the midst of a burst: every acknowledged message is there once,
//! where it was said to be, and each author's stand in their order.
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use chat_client::{Place, Visitor};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    databases::Database,
    world::{PAGES, form, play},
};

const SENDERS: usize = 50;
const EACH: usize = 20;

/// What a sender was told: their browser's secret, and for each of their texts its number.
struct Told {
    secret: String,
    numbers: Vec<u64>,
}

/// The program on a database, at one address.
struct Program<'a> {
    data: &'a Path,
    database: &'a Database,
    port: u16,
    process: Child,
}

impl<'a> Program<'a> {
    fn start(data: &'a Path, database: &'a Database) -> Self {
        command(data, database, &["site", "add", "shop", "Shop", PAGES]);
        // Free now, and again after each kill: it stays the same.
        let port =
            TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
        let process = serve(data, database, port);
        Self { data, database, port, process }
    }

    /// Ends it without a word, and starts it again.
    fn kill(&mut self) {
        kill(Pid::from_raw(self.process.id().cast_signed()), Signal::SIGKILL).expect("killed");
        self.process.wait().expect("ended");
        self.process = serve(self.data, self.database, self.port);
    }

    fn place(&self) -> Place {
        let server = format!("http://127.0.0.1:{}", self.port);
        let desk = format!("http://desk.localhost:{}", self.port);
        Place { server, desk, site: "shop".into(), pages: PAGES.into() }
    }
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        // Fails only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program(data: &Path, database: &Database, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.args(arguments).arg("--data").arg(data).env_remove("TANDEM_PUBLIC_URL");
    command.env_remove("TANDEM_DATABASE").env("RUST_BACKTRACE", "0");
    if let Database::Postgres(server) = database {
        command.env("TANDEM_DATABASE", server.url());
        command.env("TANDEM_DATABASE_CA", server.certificate());
    }
    command
}

fn command(data: &Path, database: &Database, arguments: &[&str]) {
    let output = program(data, database, arguments).output().expect("starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Answers when this returns.
fn serve(data: &Path, database: &Database, port: u16) -> Child {
    let listen = format!("127.0.0.1:{port}");
    let mut command = program(data, database, &["serve", "--listen", &listen]);
    let mut process =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
    let output = process.stdout.take().expect("its output");
    let line = BufReader::new(output).lines().next().expect("a line").expect("readable");
    assert!(line.starts_with("Desk: "), "{line}");
    process
}

/// Says everything, one after the other, whatever happens to the server meanwhile.
async fn sender(place: Place, name: usize, n_told: Arc<watch::Sender<usize>>) -> Told {
    let mut visitor = Visitor::new(place);
    visitor.start(form(), "fr").await.expect("let in");
    let mut numbers = Vec::new();
    for n in 0..EACH {
        numbers.push(visitor.write(&format!("{name}-{n}")).await.expect("stored").seq);
        n_told.send_modify(|n| *n += 1);
    }
    visitor.leave().await;
    Told { secret: visitor.secret().to_owned(), numbers }
}

/// What stands in a visitor's thread, as another browser of theirs gets it: their texts by their numbers.
async fn thread(place: Place, told: &Told) -> Vec<(u64, String)> {
    let mut visitor = Visitor::of(place, told.secret.clone());
    visitor.connect().await.expect("connects");
    let last = *told.numbers.last().expect("texts");
    visitor.reads("the last text", |it| it.seq == last).await.expect("there");
    let own = visitor.thread.msgs.iter().filter(|it| it.from == chat_proto::message::From::Visitor);
    own.filter(|it| it.kind == "text").map(|it| (it.seq, it.text.clone())).collect()
}

/// Fifty senders say a thousand texts, while at each goal something is killed.
fn nothing_is_lost(database: &Database, mut at: BTreeMap<usize, Kill>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = Program::start(folder.path(), database);
    play(async {
        let n_told = Arc::new(watch::Sender::new(0));
        let mut senders = JoinSet::new();
        for name in 0..SENDERS {
            let (place, n_told) = (program.place(), n_told.clone());
            senders.spawn(async move { (name, sender(place, name, n_told).await) });
        }
        while let Some((goal, killing)) = at.pop_first() {
            n_told.subscribe().wait_for(|n| goal <= *n).await.expect("the senders are there");
            assert!(*n_told.borrow() < SENDERS * EACH, "killed in the midst of it");
            match killing {
                Kill::Program => tokio::task::block_in_place(|| program.kill()),
                Kill::Postgres => tokio::task::block_in_place(|| database.kill_server()),
            }
        }
        while let Some(told) = senders.join_next().await {
            let (name, told) = told.expect("no panic");
            let said: Vec<_> = (0..EACH).map(|n| format!("{name}-{n}")).collect();
            let expected: Vec<_> = told.numbers.iter().copied().zip(said).collect();
            assert_eq!(
                thread(program.place(), &told).await,
                expected,
                "once, in order, where it was said to be"
            );
        }
        assert_eq!(*n_told.borrow(), SENDERS * EACH);
    });
}

/// What is killed.
enum Kill {
    Program,
    Postgres,
}

// shows: ERR-03, ERR-04
#[test]
fn a_killed_program_has_lost_nothing_on_sqlite() {
    nothing_is_lost(&Database::Sqlite, [(100, Kill::Program), (500, Kill::Program)].into());
}

// shows: ERR-03, ERR-04
#[test]
fn a_killed_program_and_a_killed_postgres_have_lost_nothing() {
    let kills = [(100, Kill::Program), (350, Kill::Postgres), (600, Kill::Program), (800, Kill::Postgres)];
    nothing_is_lost(&Database::postgres_to_kill(), kills.into());
}
