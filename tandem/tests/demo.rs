//! The demo's history, as its first visitor at the desk meets it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use chat_client::{Agent, Place};
use chat_proto::desk::{Contact, List, Query, Row, Rows, Visitor};
use relay::{
    Config, Running, Server,
    config::{Database, Demo, FetchScope},
    mount::Mounts,
};
use serde_json::Value;
use tandem::apart::{self, Way, service, sign::Key};

const SHOP: &str = "http://shop.localhost:7400";

/// The demo's server, or its two.
struct Serves {
    server: Running,
    chat: Option<service::Running>,
}

impl Serves {
    async fn shutdown(self) {
        if let Some(chat) = self.chat {
            chat.shutdown().await.expect("ends");
        }
        self.server.shutdown().await.expect("ends");
    }
}

async fn serve(data: &Path) -> Serves {
    Serves { server: start(data, tandem::mounts_with_history()).await, chat: None }
}

async fn start(data: &Path, mounts: Mounts) -> Running {
    let demo = Some(Demo { origins: vec![SHOP.to_owned()] });
    let config = Config { demo, fetch: FetchScope::Private, ..Config::loopback(data) };
    Server::start_with(config, mounts).await.expect("starts")
}

/// The chat service on its own, which makes the history.
async fn serve_apart(data: &Path) -> Serves {
    let listen = Config::loopback(data).listen;
    let key = Key::in_folder(data).expect("a key");
    let way = |to| Way { url: format!("http://{to}").parse().expect("an address"), key: key.clone() };
    let server = start(data, apart::mounts(way(listen))).await;
    let config = service::Config {
        listen,
        public_url: server.url.parse().expect("an address"),
        proxies: Vec::new(),
        data: data.to_owned(),
        database: Database::DataFolder,
        relay: way(server.addr),
        history: true,
    };
    let chat = service::start(config, |usual| usual).await.expect("starts");
    Serves { server, chat: Some(chat) }
}

/// The demo's first, second or third agent at the desk.
async fn desk(Serves { server, .. }: &Serves, data: &Path, who: usize) -> Agent {
    let sophie = server.demo.iter().map(|it| (it.email.clone(), it.password.clone()));
    let others = tandem::demo::log_ins(data).expect("made");
    let others = others.into_iter().map(|it| (it.email, it.password));
    let (email, password) = sophie.chain(others).nth(who).expect("an agent");
    let place = Place {
        server: server.url.replacen("desk.localhost", "127.0.0.1", 1),
        desk: server.url.clone(),
        site: "demo".to_owned(),
        pages: SHOP.to_owned(),
    };
    let mut agent = Agent::log_in(place, &email, &password).await.expect("logs in");
    agent.connect().await.expect("connects");
    agent
}

async fn list(agent: &mut Agent, list: List) -> Vec<Row> {
    agent.watch(Query { list, ..Query::default() }).await.expect("a list");
    agent.rows.values().cloned().collect()
}

async fn history(agent: &Agent) -> Vec<Row> {
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/conversations?list=history{next}");
        let page: Rows = agent.get(&path).await.expect("a page");
        all.extend(page.rows);
        let Some(after) = page.next else { return all };
        next = format!("&after={after}");
    }
}

async fn found(agent: &Agent, words: &str) -> Vec<Row> {
    let rows: Rows =
        agent.get(&format!("/v1/conversations?list=history&words={words}")).await.expect("found");
    rows.rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_has_a_history_an_inbox_and_nobody_who_waits_and_has_them_once() {
    has_a_history_once(serve).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_has_them_where_the_chat_runs_apart_as_well() {
    has_a_history_once(serve_apart).await;
}

async fn has_a_history_once(serve: impl AsyncFn(&Path) -> Serves) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = serve(folder.path()).await;
    let mut sophie = desk(&server, folder.path(), 0).await;
    let before = history(&sophie).await;
    assert_eq!(before.len(), 28);
    assert!(before.iter().all(|it| it.stage == "closed" && !it.tags.is_empty() && it.read == it.seq));
    let age = days_since_the_oldest(&before);
    assert!((20..=22).contains(&age), "the oldest is {age} days old");
    assert_eq!(list(&mut sophie, List::Inbox).await.len(), 2);
    for nobody in [List::Waiting, List::Bot, List::Active, List::Paused] {
        assert_eq!(list(&mut sophie, nobody).await, [], "{nobody:?}");
    }
    let site = sophie.directory.sites.first().expect("a site");
    assert_eq!((site.queues.len(), site.tags.len(), site.faults.len()), (2, 13, 0));
    let names: Vec<_> = sophie.directory.agents.iter().map(|it| it.first_name.as_str()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(["Sophie", "Karim", "Léa"].iter().all(|it| names.contains(it)), "{names:?}");
    assert!(sophie.directory.agents.iter().all(|it| it.load.0 == 0));
    let log_ins = tandem::demo::log_ins(folder.path()).expect("made");
    server.shutdown().await;

    let again = serve(folder.path()).await;
    let sophie = desk(&again, folder.path(), 0).await;
    let mut after = history(&sophie).await;
    after.iter_mut().zip(&before).for_each(|(it, was)| it.ver = was.ver);
    assert_eq!(after, before, "nothing twice");
    assert_eq!(tandem::demo::log_ins(folder.path()).expect("there"), log_ins, "the passwords stay");
    again.shutdown().await;
}

fn days_since_the_oldest(rows: &[Row]) -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let now = i64::try_from(now.as_millis()).expect("a time");
    rows.iter().map(|it| (now - it.at) / 86_400_000).max().unwrap_or(0)
}

// shows: INF-05, INF-11
#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_found_and_the_panel_and_the_shelf_have_something_to_show() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = serve(folder.path()).await;
    let karim = desk(&server, folder.path(), 1).await;
    for (words, name) in [
        ("meche", "Thomas Girard"),
        ("remboursement", "Amina Haddad"),
        ("Skye", "Emma Clarke"),
        ("d%C3%A9p%C3%B4t%20Rungis", "Thomas Girard"),
        ("waxed", "Emma Clarke"),
    ] {
        let rows = found(&karim, words).await;
        assert!(rows.iter().any(|it| it.name == name), "{words}: {rows:?}");
    }
    let lucie = found(&karim, "Lofoten").await.into_iter().find(|it| it.name == "Lucie Bernard");
    let conv = lucie.expect("hers").conv;
    let panel: Visitor = karim.get(&format!("/v1/conversations/{conv}/visitor")).await.expect("a panel");
    assert!(panel.pages.iter().any(|it| it.title.starts_with("Plaid en laine Lofoten")), "{panel:?}");
    assert_eq!(
        (panel.visits, panel.provenance.0.as_str(), panel.custom.len()),
        (2, "search", 2),
        "{panel:?}"
    );
    assert_eq!((panel.browser.as_str(), panel.system.as_str()), ("Firefox 145", "Linux"));
    let contact: Contact = karim.get(&format!("/v1/contacts/{}", panel.id)).await.expect("a file");
    assert!(!contact.notes.is_empty() && contact.profile.contains_key("email"), "{contact:?}");
    let both: Rows = karim.get(&format!("/v1/contacts/{}/conversations", contact.id)).await.expect("hers");
    assert_eq!(both.rows.len(), 2, "she came twice");
    let canned: Vec<Value> = karim.get("/v1/canned?words=livraison").await.expect("replies");
    assert!(!canned.is_empty());
    server.shutdown().await;
}

/// Ends when dropped.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        // Fails only when it has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_program_prints_who_can_log_in_sophie_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--demo-account", "--demo-history"]);
    command.arg("--data").arg(folder.path()).env_remove("TANDEM_DATABASE").env_remove("TANDEM_PUBLIC_URL");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("starts");
    let mut serving = Ends(child);
    let output = BufReader::new(serving.0.stdout.take().expect("an output"));
    let lines: Vec<String> = output.lines().take(4).map(|line| line.expect("a line")).collect();
    assert!(lines[0].starts_with("Desk: http://desk.localhost:"), "{lines:?}");
    for (line, name) in lines[1..].iter().zip(["sophie", "karim", "lea"]) {
        let start = format!("Log in as {name}@demo.tandem with the password ");
        assert!(line.strip_prefix(&start).is_some_and(|it| it.len() == 16), "{lines:?}");
    }
}
