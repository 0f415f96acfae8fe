//! Assets by hash and the guarded fetch, through a share that stands.
use std::rc::Rc;

use axum::{Router, http::header, routing::get};
use cobrowse_core::id::SessionId;
use relay::{
    assets::turns::Turns,
    limits::{FETCHES_EACH, UPLOADS_EACH},
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::LocalSet,
    time::timeout,
};

use crate::{
    peer::PATIENCE,
    story::Share,
    world::{Browser, SHOP, World, code},
};

const PIXEL: &[u8] = b"not really a picture";

fn name(bytes: &[u8]) -> String {
    relay::auth::hex(&Sha256::digest(bytes))
}

impl Share {
    fn asset(&self, method: Method, hash: &str) -> RequestBuilder {
        let path = format!("/v1/sessions/{}/assets/{hash}", self.session);
        Client::new().request(method, self.world.http(&path))
    }

    /// What the visitor's page does with an asset.
    fn visitors(&self, method: Method, hash: &str) -> RequestBuilder {
        self.asset(method, hash).bearer_auth(&self.ticket).header("origin", SHOP)
    }

    async fn puts(&self, hash: &str, kind: &str, bytes: &'static [u8]) -> Response {
        let request = self.visitors(Method::PUT, hash).header("content-type", kind).body(bytes);
        request.send().await.expect("answered")
    }

    /// Whether it is known as this kind.
    async fn heads(&self, hash: &str, kind: &str) -> StatusCode {
        let request = self.visitors(Method::HEAD, hash).header("accept", kind);
        request.send().await.expect("answered").status()
    }

    /// What an agent is given who asks for this kind.
    async fn gets(&self, hash: &str, kind: &str) -> String {
        let ticket = self.sophie.ticket(self.session).await;
        let request = self.asset(Method::GET, hash).bearer_auth(ticket).header("accept", kind);
        let answer = request.send().await.expect("answered");
        answer.headers()["content-type"].to_str().expect("text").to_owned()
    }

    async fn fetches(&self, url: &str) -> Response {
        let path = self.world.http(&format!("/v1/sessions/{}/fetch", self.session));
        let request = Client::new().post(path).bearer_auth(&self.ticket).header("origin", SHOP);
        request.body(json!({ "url": url }).to_string()).send().await.expect("answered")
    }
}

#[tokio::test]
async fn an_asset_goes_from_the_visitor_to_the_viewer_once() {
    LocalSet::new().run_until(once()).await;
}

async fn once() {
    let share = Share::new().await;
    let hash = name(PIXEL);
    let head = share.visitors(Method::HEAD, &hash).send().await.expect("answered");
    assert_eq!(head.status(), StatusCode::NO_CONTENT);
    let put = share.puts(&hash, "image/svg+xml; charset=utf-8", PIXEL).await;
    assert_eq!(
        (put.status(), put.headers()["access-control-allow-origin"].to_str().expect("text")),
        (StatusCode::CREATED, SHOP)
    );
    let again = share.puts(&hash, "image/svg+xml", PIXEL).await;
    assert_eq!(again.status(), StatusCode::OK, "known");
    let head = share.visitors(Method::HEAD, &hash).send().await.expect("answered");
    assert_eq!(head.status(), StatusCode::OK);

    let ticket = share.sophie.ticket(share.session).await;
    let read = share.asset(Method::GET, &hash).bearer_auth(ticket).send().await.expect("answered");
    let headers = read.headers().clone();
    assert_eq!(headers["content-type"], "image/svg+xml", "as it was given");
    assert_eq!(headers["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(headers["cache-control"].to_str().expect("text").contains("immutable"));
    assert_eq!(read.bytes().await.expect("bytes"), PIXEL);
    let path = format!("/v1/sessions/{}/assets/{hash}", share.session);
    let by_cookie = share.sophie.request(Method::GET, &path).send().await.expect("answered");
    assert_eq!(by_cookie.status(), StatusCode::OK);
}

#[tokio::test]
async fn nobody_spoils_an_asset_for_others_by_giving_it_first_as_something_else() {
    LocalSet::new().run_until(spoilt()).await;
}

async fn spoilt() {
    let share = Share::new().await;
    let hash = name(PIXEL);
    let spoilt = share.puts(&hash, "application/octet-stream", PIXEL).await;
    assert_eq!(spoilt.status(), StatusCode::CREATED);
    assert_eq!(share.heads(&hash, "image/svg+xml").await, StatusCode::NO_CONTENT, "not as that");
    assert_eq!(share.puts(&hash, "image/svg+xml", PIXEL).await.status(), StatusCode::CREATED);
    assert_eq!(share.heads(&hash, "image/svg+xml").await, StatusCode::OK);
    assert_eq!(share.gets(&hash, "image/svg+xml").await, "image/svg+xml");
    assert_eq!(share.gets(&hash, "application/octet-stream").await, "application/octet-stream");
    // A kind that it was never given as: whatever is there, and its true name.
    assert_eq!(share.gets(&hash, "font/woff2").await, "image/svg+xml");
    assert_eq!(share.heads(&hash, "text/html").await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

/// A request of a visitor's page whose body never comes.
async fn stalls(world: &World, session: SessionId, ticket: &str) -> TcpStream {
    let mut page = TcpStream::connect(world.server.addr).await.expect("connected");
    let head = format!(
        "PUT /v1/sessions/{session}/assets/{} HTTP/1.1\r\nhost: relay\r\norigin: {SHOP}\r\n\
         authorization: Bearer {ticket}\r\ncontent-type: image/png\r\ncontent-length: 16777216\r\n\r\nbegins",
        name(PIXEL)
    );
    page.write_all(head.as_bytes()).await.expect("sent");
    page
}

async fn until_held(turns: &Turns, wanted: usize) {
    let held = async {
        while turns.held() != wanted {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, held).await.unwrap_or_else(|_| panic!("{} are held, not {wanted}", turns.held()));
}

#[tokio::test]
async fn one_visitor_has_few_assets_on_the_way_at_a_time() {
    LocalSet::new().run_until(few_at_a_time()).await;
}

async fn few_at_a_time() {
    let share = Share::new().await;
    let turns = &share.world.server.app.assets.uploads;
    let mut slow = Vec::new();
    for _ in 0..UPLOADS_EACH {
        slow.push(stalls(&share.world, share.session, &share.ticket).await);
    }
    until_held(turns, UPLOADS_EACH).await;
    let (hash, bytes) = (name(b"p{}"), b"p{}");
    assert_eq!(code(share.puts(&hash, "text/css", bytes).await).await, (429, "rate_limited".into()));
    // Whoever hangs up takes up nothing, and leaves nothing.
    drop(slow.pop());
    until_held(turns, UPLOADS_EACH - 1).await;
    assert_eq!(share.puts(&hash, "text/css", bytes).await.status(), StatusCode::CREATED);
    drop(slow);
    until_held(turns, 0).await;
}

#[tokio::test]
async fn one_visitor_has_few_addresses_fetched_at_a_time() {
    LocalSet::new().run_until(few_fetches()).await;
}

async fn few_fetches() {
    let share = Rc::new(Share::new().await);
    let turns = &share.world.server.app.assets.fetches;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    // Who listens and never answers.
    let silent = format!("http://{}/a.png", listener.local_addr().expect("bound"));
    let mut waiting = Vec::new();
    for _ in 0..FETCHES_EACH {
        let (share, silent) = (Rc::clone(&share), silent.clone());
        waiting.push(tokio::task::spawn_local(async move { share.fetches(&silent).await }));
    }
    until_held(turns, FETCHES_EACH).await;
    assert_eq!(code(share.fetches(&silent).await).await, (429, "rate_limited".into()));
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    until_held(turns, 0).await;
}

#[tokio::test]
async fn what_is_not_an_asset_is_refused_by_name() {
    LocalSet::new().run_until(refused()).await;
}

async fn refused() {
    let share = Share::new().await;
    let hash = name(PIXEL);
    assert_eq!(code(share.puts(&hash, "text/html", PIXEL).await).await, (415, "media_type".into()));
    assert_eq!(
        code(share.puts(&name(b"other"), "image/png", PIXEL).await).await,
        (400, "bad_request".into())
    );
    assert_eq!(code(share.puts("..%2Ftandem.db", "image/png", PIXEL).await).await, (404, "not_found".into()));
    static HUGE: [u8; (16 << 20) + 1] = [0; (16 << 20) + 1];
    let huge = share.puts(&name(&HUGE), "image/png", &HUGE).await;
    assert_eq!(code(huge).await, (413, "too_large".into()));

    let request = share.asset(Method::PUT, &hash).header("origin", SHOP).body(PIXEL);
    assert_eq!(code(request.send().await.expect("answered")).await, (401, "ticket_invalid".into()));
    let request =
        share.asset(Method::PUT, &hash).bearer_auth(&share.ticket).header("origin", "http://evil.localhost");
    assert_eq!(code(request.body(PIXEL).send().await.expect("answered")).await, (403, "wrong_origin".into()));
    let viewers = share.sophie.ticket(share.session).await;
    let request = share.asset(Method::PUT, &hash).bearer_auth(viewers).header("origin", SHOP).body(PIXEL);
    assert_eq!(code(request.send().await.expect("answered")).await, (401, "ticket_invalid".into()));
}

#[tokio::test]
async fn an_agent_without_a_yes_sees_no_asset() {
    LocalSet::new().run_until(without_a_yes()).await;
}

async fn without_a_yes() {
    let mut share = Share::new().await;
    let hash = name(PIXEL);
    assert_eq!(share.puts(&hash, "image/png", PIXEL).await.status(), StatusCode::CREATED);
    let ben = share.world.another_agent("ben@demo.tandem", "Ben").await;
    let path = format!("/v1/sessions/{}/assets/{hash}", share.session);
    let read = ben.request(Method::GET, &path).send().await.expect("answered");
    assert_eq!(code(read).await, (403, "consent_required".into()));
    let read = share.asset(Method::GET, &hash).send().await.expect("answered");
    assert_eq!(code(read).await, (401, "login_required".into()));
    let read = share.asset(Method::GET, &hash).bearer_auth(&share.ticket).send().await.expect("answered");
    assert_eq!(code(read).await, (401, "ticket_invalid".into()), "the visitor's ticket is for giving");

    share.visitor.does(|visitor, now| visitor.stop(now));
    share.viewer.ended().await;
    share.world.until_ended(share.session).await;
    assert_eq!(share.puts(&name(b"later"), "image/png", b"later").await.status(), StatusCode::GONE);
}

#[tokio::test]
async fn nothing_is_taken_before_the_visitor_said_yes() {
    let world = World::new().await;
    let sophie = world.sophie().await;
    let mut desk = world.socket("/v1/desk", &world.server.url, Some(&sophie.cookie)).await;
    let browser = Rc::new(Browser::new());
    let mut page = browser.waits(&world, "/").await;
    sophie.opens_session(crate::world::first_visitor(&mut desk).await).await;
    let (session, ticket) = crate::world::asked(&mut page).await;
    let path = world.http(&format!("/v1/sessions/{session}/assets/{}", name(PIXEL)));
    let put = Client::new().put(path).bearer_auth(&ticket).header("origin", SHOP).body(PIXEL);
    assert_eq!(code(put.send().await.expect("answered")).await, (403, "consent_required".into()));
    // Nor is it waited for.
    let mut answer = [0; 12];
    let mut slow = stalls(&world, session, &ticket).await;
    timeout(PATIENCE, slow.read_exact(&mut answer)).await.expect("in time").expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 403");
}

#[tokio::test]
async fn the_guarded_fetch_brings_pictures_and_nothing_else() {
    LocalSet::new().run_until(fetched()).await;
}

async fn fetched() {
    let share = Share::new().await;
    let picture = || async { ([(header::CONTENT_TYPE, "image/png"), (header::SET_COOKIE, "a=b")], PIXEL) };
    let page = || async { ([(header::CONTENT_TYPE, "text/html")], "<p>") };
    let other = Router::new().route("/a.png", get(picture)).route("/page", get(page));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, other).await });

    let got = share.fetches(&format!("{base}/a.png")).await;
    assert_eq!(
        (got.status(), got.headers()["content-type"].to_str().expect("text")),
        (StatusCode::OK, "image/png")
    );
    assert!(got.headers().get("set-cookie").is_none());
    assert_eq!(got.bytes().await.expect("bytes"), PIXEL);
    assert_eq!(code(share.fetches(&format!("{base}/page")).await).await, (415, "media_type".into()));
    assert_eq!(code(share.fetches(&format!("{base}/none")).await).await, (502, "fetch_failed".into()));
    for url in ["file:///etc/passwd", "ftp://127.0.0.1/", "nonsense"] {
        assert_eq!(code(share.fetches(url).await).await, (502, "fetch_failed".into()), "{url}");
    }
}

#[tokio::test]
async fn a_preflight_of_a_sites_page_passes_and_no_other() {
    let world = World::new().await;
    let preflight = async |origin: &str| {
        let path = world.http("/v1/sessions/00000000000000000000000000000000/assets/00");
        let request = Client::new().request(Method::OPTIONS, path).header("origin", origin);
        let request = request.header("access-control-request-method", "PUT");
        let answer = request.header("access-control-request-headers", "authorization").send().await;
        answer.expect("answered").headers().get("access-control-allow-origin").cloned()
    };
    assert_eq!(preflight(SHOP).await.expect("allowed"), SHOP);
    assert_eq!(preflight("http://evil.localhost").await, None);
}
