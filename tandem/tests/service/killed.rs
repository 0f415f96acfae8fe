//! `kill -9` of the program, of either of its two where they run apart, and of PostgreSQL, in the midst of a burst: every
//! acknowledged message is there once, where it was said to be, and each author's stand in their order.
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chat_client::{Place, Visitor};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use store_testing::alone_with_the_killed;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    databases::Database,
    world::{PAGES, form, play},
};

const SENDERS: usize = 50;
/// What each says at least.
const EACH: usize = 20;

/// What a sender was told: their browser's secret, and for each of their texts its number.
struct Told {
    secret: String,
    numbers: Vec<u64>,
}

/// The program on a database, at one address; or the two of it.
struct Program<'a> {
    data: &'a Path,
    database: &'a Database,
    port: u16,
    /// The chat's own, where it runs apart.
    chat_port: Option<u16>,
    server: Child,
    chat: Option<Child>,
}

impl<'a> Program<'a> {
    fn start(data: &'a Path, database: &'a Database, how: How) -> Self {
        command(data, database, &["site", "add", "shop", "Shop", PAGES]);
        // Free now, and again after each kill: they stay the same.
        let port = free(data);
        let chat_port = (how == How::Apart).then(|| free(data));
        let server = serve((data, database), port, chat_port);
        let chat = chat_port.map(|it| serve_chat((data, database), it, port));
        Self { data, database, port, chat_port, server, chat }
    }

    /// Ends the server without a word, and starts it again.
    fn kill_server(&mut self) {
        end(&mut self.server);
        self.server = serve((self.data, self.database), self.port, self.chat_port);
    }

    /// The same with the chat.
    fn kill_chat(&mut self) {
        let (Some(chat), Some(port)) = (&mut self.chat, self.chat_port) else { panic!("it runs apart") };
        end(chat);
        *chat = serve_chat((self.data, self.database), port, self.port);
    }

    fn place(&self) -> Place {
        let server = format!("http://127.0.0.1:{}", self.port);
        let desk = format!("http://desk.localhost:{}", self.port);
        Place { server, desk, site: "shop".into(), pages: PAGES.into() }
    }
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        for process in [Some(&mut self.server), self.chat.as_mut()].into_iter().flatten() {
            // Fails only when it has ended by itself.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn end(process: &mut Child) {
    kill(Pid::from_raw(process.id().cast_signed()), Signal::SIGKILL).expect("killed");
    process.wait().expect("ended");
}

/// A port that stays free while nobody listens there.
fn free(data: &Path) -> u16 {
    relay::Config::loopback(data).listen.port()
}

fn program(data: &Path, database: &Database, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.args(arguments).arg("--data").arg(data).env_remove("TANDEM_PUBLIC_URL");
    command.env_remove("TANDEM_DATABASE").env_remove("TANDEM_LINK_KEY").env("RUST_BACKTRACE", "0");
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
fn serve((data, database): (&Path, &Database), port: u16, chat: Option<u16>) -> Child {
    let mut arguments = vec!["serve".to_owned(), "--listen".to_owned(), format!("127.0.0.1:{port}")];
    arguments.extend(chat.map(|it| format!("--chat=http://127.0.0.1:{it}")));
    says(program(data, database, &refs(&arguments)), "Desk: ")
}

/// The same for the chat on its own.
fn serve_chat((data, database): (&Path, &Database), port: u16, relay: u16) -> Child {
    let arguments = [
        "chat".to_owned(),
        format!("--listen=127.0.0.1:{port}"),
        format!("--relay=http://127.0.0.1:{relay}"),
        format!("--public-url=http://desk.localhost:{relay}"),
    ];
    says(program(data, database, &refs(&arguments)), "Chat: ")
}

fn refs(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

fn says(mut command: Command, start: &str) -> Child {
    let mut process =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
    let output = process.stdout.take().expect("its output");
    let line = BufReader::new(output).lines().next().expect("a line").expect("readable");
    assert!(line.starts_with(start), "{line}");
    process
}

/// What the senders and who kills have in common.
#[derive(Default)]
struct Burst {
    /// How many texts are acknowledged.
    n_told: watch::Sender<usize>,
    /// Whether nothing is killed any more.
    is_over: AtomicBool,
}

/// Says one text after the other, whatever happens to the server meanwhile, until enough is said and all kills are over: the
/// last one is said after them.
async fn sender(place: Place, name: usize, burst: Arc<Burst>) -> Told {
    let mut visitor = Visitor::new(place);
    visitor.start(form(), "fr").await.expect("let in");
    let mut numbers = Vec::new();
    loop {
        let is_last = EACH <= numbers.len() + 1 && burst.is_over.load(Ordering::Relaxed);
        let text = format!("{name}-{}", numbers.len());
        numbers.push(visitor.write(&text).await.expect("stored").seq);
        burst.n_told.send_modify(|n| *n += 1);
        if is_last {
            break;
        }
    }
    visitor.leave().await;
    Told { secret: visitor.secret().to_owned(), numbers }
}

/// What stands in a visitor's thread, as another browser of theirs gets it: their texts by their numbers.
async fn thread(place: Place, told: &Told) -> Vec<(u64, String)> {
    let mut visitor = Visitor::of(place, told.secret.clone());
    while let Err(error) = visitor.connect().await {
        // A server that has just come back, or its database, may say so still.
        assert!(error.passes(), "{error}");
    }
    let last = *told.numbers.last().expect("texts");
    visitor.reads("the last text", |it| it.seq == last).await.expect("there");
    let own = visitor.thread.msgs.iter().filter(|it| it.from == chat_proto::message::From::Visitor);
    own.filter(|it| it.kind == "text").map(|it| (it.seq, it.text.clone())).collect()
}

/// Fifty senders say a thousand texts or more, while at each goal something is killed.
fn nothing_is_lost(how: How, database: &Database, mut at: BTreeMap<usize, Kill>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = Program::start(folder.path(), database, how);
    play(async {
        let burst = Arc::new(Burst::default());
        let mut senders = JoinSet::new();
        for name in 0..SENDERS {
            let (place, burst) = (program.place(), burst.clone());
            senders.spawn(async move { (name, sender(place, name, burst).await) });
        }
        while let Some((goal, killing)) = at.pop_first() {
            burst.n_told.subscribe().wait_for(|n| goal <= *n).await.expect("the senders are there");
            match killing {
                Kill::Server => tokio::task::block_in_place(|| program.kill_server()),
                Kill::Chat => tokio::task::block_in_place(|| program.kill_chat()),
                Kill::Postgres => tokio::task::block_in_place(|| database.kill_server()),
            }
        }
        burst.is_over.store(true, Ordering::Relaxed);
        let mut n_there = 0;
        while let Some(told) = senders.join_next().await {
            let (name, told) = told.expect("no panic");
            n_there += told.numbers.len();
            let said: Vec<_> = (0..told.numbers.len()).map(|n| format!("{name}-{n}")).collect();
            let expected: Vec<_> = told.numbers.iter().copied().zip(said).collect();
            assert_eq!(
                thread(program.place(), &told).await,
                expected,
                "once, in order, where it was said to be"
            );
        }
        assert_eq!(*burst.n_told.borrow(), n_there);
    });
}

/// What is killed.
enum Kill {
    Server,
    Chat,
    Postgres,
}

/// How relay and chat run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Together,
    Apart,
}

// shows: ERR-03, ERR-04
#[test]
fn a_killed_program_has_lost_nothing_on_sqlite() {
    nothing_is_lost(How::Together, &Database::Sqlite, [(100, Kill::Server), (500, Kill::Server)].into());
}

// shows: ERR-03, ERR-04
#[test]
fn a_killed_program_and_a_killed_postgres_have_lost_nothing() {
    let kills = [(100, Kill::Server), (350, Kill::Postgres), (600, Kill::Server), (800, Kill::Postgres)];
    let _alone = alone_with_the_killed();
    nothing_is_lost(How::Together, &Database::postgres_to_kill(), kills.into());
}

// shows: ERR-03, ERR-04
#[test]
fn where_they_run_apart_either_is_killed_and_nothing_is_lost_on_sqlite() {
    let kills = [(100, Kill::Chat), (350, Kill::Server), (600, Kill::Chat), (800, Kill::Server)];
    nothing_is_lost(How::Apart, &Database::Sqlite, kills.into());
}

// shows: ERR-03, ERR-04
#[test]
fn where_they_run_apart_either_is_killed_and_nothing_is_lost_on_postgres() {
    let kills = [(100, Kill::Server), (350, Kill::Chat), (600, Kill::Postgres), (800, Kill::Chat)];
    let _alone = alone_with_the_killed();
    nothing_is_lost(How::Apart, &Database::postgres_to_kill(), kills.into());
}

fn a_second_is_refused(database: &Database) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let mut first = Program::start(data, database, How::Together);
    let refuses = |arguments: &[&str]| {
        let output = program(data, database, arguments).output().expect("starts");
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let by = format!("in another process (process {}", first.server.id());
    let why = refuses(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(why.contains("the relay of this database runs already") && why.contains(&by), "{why}");
    let alone = ["chat", "--listen", "127.0.0.1:0", "--public-url", "http://desk.localhost:1"];
    let why = refuses(&alone);
    assert!(why.contains("the chat of this database runs already") && why.contains(&by), "{why}");
    // A command beside the server is none.
    command(data, database, &["site", "list"]);
    end(&mut first.server);
    let (chat_port, port) = (free(data), first.port);
    // Each alone, where both were in one: whoever comes takes what it needs.
    first.chat = Some(serve_chat((data, database), chat_port, port));
    first.server = serve((data, database), port, Some(chat_port));
    let why = refuses(&alone);
    assert!(why.contains("the chat of this database runs already"), "{why}");
}

#[test]
fn a_second_server_is_refused_until_the_first_is_gone_on_sqlite() {
    a_second_is_refused(&Database::Sqlite);
}

#[test]
fn a_second_server_is_refused_until_the_first_is_gone_on_postgres() {
    a_second_is_refused(&Database::postgres());
}
