//! Another service on the same server: its own tables, routes and tasks, and the relay's accounts.
use std::net::SocketAddr;
use std::sync::Arc;

use accounts::{Role, token_from_cookies};
use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, State},
    http::{HeaderMap, header},
    routing::{get, post},
};
use relay::{
    Config, Server,
    config::Demo,
    mount::{Base, Mounts},
    server::StartError,
};
use reqwest::StatusCode;
use serde_json::json;
use store::{Key, Migrations, Step};
use tokio::sync::Notify;

use crate::databases::{self, OnServer, SHARED};

const NOTES: Migrations = Migrations {
    component: "notes",
    steps: &[Step::both("notes", "CREATE TABLE note_note (id {id}, body {text} NOT NULL) {strict};")],
};

async fn who(State(base): State<Base>, caller: ConnectInfo<SocketAddr>, headers: HeaderMap) -> String {
    let cookie = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let claims = match token_from_cookies(cookie) {
        Some(token) => base.accounts.login(token).await.expect("read"),
        None => None,
    };
    let name = claims.filter(|it| it.role == Role::Admin).map_or("nobody".to_owned(), |it| it.first_name);
    format!("{name} from {} at {}", caller.0.ip(), base.public_url)
}

async fn note(State(base): State<Base>, body: String) -> String {
    let add = "INSERT INTO note_note (body) VALUES ($1) RETURNING id";
    let added = base.store.write(Key(1), move |tx| tx.one::<(i64,)>(add, store::params![&body])).await;
    let (id,): (i64,) = added.map_err(|error: store::Error| error).expect("written");
    id.to_string()
}

/// With a task that says when it was told to stop.
fn notes(stopped: Arc<Notify>) -> Mounts {
    Mounts::default().with(&[NOTES], async move |base| {
        let shutdown = base.shutdown.clone();
        base.shutdown.spawn(async move {
            shutdown.wanted().await;
            stopped.notify_one();
        });
        let note = post(note).layer(DefaultBodyLimit::max(1 << 20));
        Ok(Router::new().route("/notes/who", get(who)).route("/notes", note).with_state(base))
    })
}

#[tokio::test]
async fn a_service_is_mounted_beside_the_relay() {
    let folder = tempfile::tempdir().expect("a folder");
    let stopped = Arc::new(Notify::new());
    let demo = Some(Demo { origins: Vec::new() });
    let config = Config { demo, ..Config::loopback(folder.path()) };
    let server = Server::start_with(config, notes(Arc::clone(&stopped))).await.expect("starts");
    let (client, base) = (reqwest::Client::new(), format!("http://{}", server.addr));

    let who = client.get(format!("{base}/notes/who"));
    let answer = who.try_clone().expect("no body").send().await.expect("answered");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "as everything that the server says");
    let url = &server.url;
    assert_eq!(answer.text().await.expect("text"), format!("nobody from 127.0.0.1 at {url}"));
    let account = server.demo.clone().expect("the demo's agent");
    let login = json!({ "email": account.email, "password": account.password }).to_string();
    let login = client.post(format!("{base}/v1/login")).header("origin", url).body(login).send().await;
    let cookie = login.expect("answered").headers()["set-cookie"].clone();
    let answer = who.header("cookie", cookie).send().await.expect("answered").text().await;
    assert_eq!(answer.expect("text"), format!("Sophie from 127.0.0.1 at {url}"));

    let long = client.post(format!("{base}/notes")).body("x".repeat(100_000));
    assert_eq!(long.send().await.expect("answered").text().await.expect("text"), "1");
    for path in ["/readyz", "/healthz"] {
        assert_eq!(
            client.get(format!("{base}{path}")).send().await.expect("answered").status(),
            200,
            "{path}"
        );
    }
    let nothing = client.get(format!("{base}/notes/none")).send().await.expect("answered");
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);

    server.shutdown().await.expect("stops");
    stopped.notified().await;
    let store = relay::records::open(folder.path(), &relay::config::Database::DataFolder, &[NOTES]);
    let store = store.expect("one file, closed");
    let kept = store.read(|tx| tx.one::<(i64,)>("SELECT COUNT(*) FROM note_note", &[])).await;
    let kept: Result<(i64,), store::Error> = kept;
    assert_eq!(kept, Ok((1,)));
}

#[tokio::test]
async fn behind_a_proxy_callers_are_who_asked_it_and_elsewhere_nobody_says_who_they_are() {
    for (proxies, seen) in
        [(vec!["127.0.0.0/8".parse().expect("a proxy")], "192.0.2.7"), (vec![], "127.0.0.1")]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { proxies, ..Config::loopback(folder.path()) };
        let server = Server::start_with(config, notes(Arc::default())).await.expect("starts");
        let (client, base) = (reqwest::Client::new(), format!("http://{}", server.addr));
        let from = "203.0.113.1, 192.0.2.7";
        let who = client.get(format!("{base}/notes/who")).header("x-forwarded-for", from).send().await;
        let who = who.expect("answered").text().await.expect("text");
        assert_eq!(who, format!("nobody from {seen} at {}", server.url));
        // The relay's own limits are each caller's.
        let log_in = async |from: &str| {
            let login = json!({ "email": "nobody@shop.example", "password": "not this one" }).to_string();
            let asked = client.post(format!("{base}/v1/login")).header("origin", &server.url);
            asked.header("x-forwarded-for", from).body(login).send().await.expect("answered").status()
        };
        let mut status = log_in(from).await;
        while status == StatusCode::UNAUTHORIZED {
            status = log_in(from).await;
        }
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        // A turn may have come back meanwhile, but not one for each of these.
        let mut taken = 0;
        for _ in 0..5 {
            let other = log_in("203.0.113.1, 198.51.100.7").await;
            assert!([StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS].contains(&other), "{other}");
            taken += u32::from(other == StatusCode::UNAUTHORIZED);
        }
        assert_eq!(taken == 5, seen == "192.0.2.7", "{seen}: {taken} of 5");
        server.shutdown().await.expect("stops");
    }
}

#[tokio::test]
async fn who_may_not_run_on_a_database_leaves_its_tables_as_they_are() {
    for server in [None, Some(OnServer::new(SHARED))] {
        let folder = tempfile::tempdir().expect("a folder");
        let database = server.as_ref().map(databases::on).unwrap_or_default();
        let config = || Config { database: database.clone(), ..Config::loopback(folder.path()) };
        let first = Server::start(config()).await.expect("starts");
        let second = Server::start_with(config(), notes(Arc::default())).await.err();
        assert!(matches!(second, Some(StartError::Store(store::Error::Taken { .. }))), "{second:?}");
        let steps = "SELECT COUNT(*) FROM schema_step WHERE component = 'notes'";
        let steps: Result<(i64,), store::Error> = first.store().read(|tx| tx.one(steps, &[])).await;
        assert_eq!(steps, Ok((0,)));
        first.shutdown().await.expect("stops");
    }
}

#[tokio::test]
async fn a_service_that_cannot_begin_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mounts = Mounts::default().with(&[], async |_| Err::<Router, _>("no room".into()));
    let started = Server::start_with(Config::loopback(folder.path()), mounts).await;
    let refused = started.err().expect("refused");
    assert!(matches!(&refused, StartError::Mount(_)) && refused.to_string() == "no room", "{refused}");
}
