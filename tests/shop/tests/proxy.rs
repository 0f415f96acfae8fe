//! The proxy before a tiny site of its own, over real connections.

#![allow(clippy::unwrap_used, reason = "a test may panic, and so may its helpers")]

use std::net::{Ipv4Addr, SocketAddr};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, Response, StatusCode, header},
    response::IntoResponse,
    routing::{any, get, post},
};
use http_body_util::BodyExt as _;
use shop::{Script, Upstream, proxy};
use tower::ServiceExt as _;

/// Starts the site and returns the proxy before it.
async fn proxied() -> (SocketAddr, Router) {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, site(at)).await });
    let upstream: Upstream = format!("http://127.0.0.1:{}/ignored", at.port()).parse().unwrap();
    let script = Script { origin: "http://desk.localhost:1".into(), site_key: "k".into() };
    (at, proxy(upstream, script))
}

fn site(at: SocketAddr) -> Router {
    let html = |text: &'static str| ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text);
    let page = ([("content-security-policy", "default-src 'self'"), ("etag", "\"1\"")], "");
    Router::new()
        .route(
            "/",
            get(move || async move {
                (page.0, html("<html><head></head><body>hi</body></html>")).into_response()
            }),
        )
        .route(
            "/moved",
            get(move || async move {
                (StatusCode::FOUND, [(header::LOCATION, format!("http://{at}/next?a=1#b"))])
            }),
        )
        .route("/away", get(|| async { (StatusCode::FOUND, [(header::LOCATION, "https://example.org/x")]) }))
        .route(
            "/cookies",
            get(|| async {
                let mut headers = HeaderMap::new();
                headers
                    .append(header::SET_COOKIE, "a=1; Path=/; Domain=127.0.0.1; HttpOnly".parse().unwrap());
                headers.append(header::SET_COOKIE, "b=2; Path=/".parse().unwrap());
                headers
            }),
        )
        .route("/echo", any(|request: Request| async move { echo(request) }))
        .route("/form", post(|body: String| async move { body.to_uppercase() }))
        .route(
            "/raw",
            get(|| async { ([(header::CONTENT_TYPE, "application/octet-stream")], vec![0_u8; 3_000_000]) }),
        )
        .route(
            "/zipped",
            get(|| async {
                ([(header::CONTENT_TYPE, "text/html"), (header::CONTENT_ENCODING, "gzip")], "not really gzip")
            }),
        )
}

/// The request as the site saw it, a header on each line.
fn echo(request: Request) -> String {
    let headers =
        request.headers().iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()));
    format!("{} {}\n", request.method(), request.uri()) + &headers.collect::<String>()
}

async fn send(router: &Router, request: Request) -> Response<Body> {
    router.clone().oneshot(request).await.unwrap()
}

fn ask(path: &str) -> Request {
    Request::get(path)
        .header("host", "shop.localhost:7400")
        .header("accept", "text/html")
        .header("accept-encoding", "gzip, br")
        .header("origin", "http://shop.localhost:7400")
        .header("referer", "http://shop.localhost:7400/from?x=1")
        .header("cookie", "a=1; b=2")
        .header("connection", "keep-alive, x-private")
        .header("x-private", "1")
        .header("if-none-match", "\"1\"")
        .body(Body::empty())
        .unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn pages_get_the_tag_and_the_site_keeps_its_policy() {
    let (_, router) = proxied().await;
    let response = send(&router, ask("/")).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-security-policy"], "default-src 'self'");
    assert!(response.headers().get("etag").is_none(), "it names the document without the tag");
    let length = response.headers()["content-length"].clone();
    let html = text(response).await;
    assert_eq!(length, html.len().to_string(), "the length is that of the document with the tag");
    assert!(html.contains("data-site=\"k\" referrerpolicy=\"no-referrer\"></script></head>"), "{html}");
}

// The policy is the site's, and stays: weakened for the demo, it would show what the site itself would not do. So
// whoever tries the product is told why nothing happens, and what to add.
#[tokio::test]
async fn a_policy_that_blocks_the_product_is_told_once() {
    let (at, _) = proxied().await;
    let (told, heard) = std::sync::mpsc::channel();
    let script = Script { origin: "http://desk.localhost:1".into(), site_key: "k".into() };
    let upstream = format!("http://{at}").parse().unwrap();
    let router = shop::proxy_telling(upstream, script, move |words| told.send(words.to_owned()).unwrap());
    for path in ["/cookies", "/", "/"] {
        send(&router, ask(path)).await;
    }
    drop(router);
    let heard: Vec<String> = heard.iter().collect();
    let add = "connect-src http://desk.localhost:1 ws://desk.localhost:1; \
               script-src http://desk.localhost:1 'wasm-unsafe-eval'";
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].contains(&format!("http://{at} ")) && heard[0].ends_with(add), "{heard:?}");
}

#[tokio::test]
async fn the_site_sees_itself() {
    let (at, router) = proxied().await;
    let seen = text(send(&router, ask("/echo?q=%20x")).await).await;
    assert!(seen.starts_with("GET /echo?q=%20x\n"), "{seen}");
    for line in [
        format!("host: {at}\n"),
        format!("origin: http://{at}\n"),
        format!("referer: http://{at}/from?x=1\n"),
        "accept-encoding: identity\n".into(),
        "cookie: a=1; b=2\n".into(),
        "x-forwarded-host: shop.localhost:7400\n".into(),
    ] {
        assert!(seen.contains(&line), "{line} in {seen}");
    }
    for gone in ["x-private", "if-none-match", "keep-alive"] {
        assert!(!seen.contains(gone), "{gone} in {seen}");
    }
}

#[tokio::test]
async fn redirects_stay_here_unless_they_lead_away() {
    let (_, router) = proxied().await;
    assert_eq!(send(&router, ask("/moved")).await.headers()["location"], "/next?a=1#b");
    assert_eq!(send(&router, ask("/away")).await.headers()["location"], "https://example.org/x");
}

#[tokio::test]
async fn cookies_are_ours_and_none_is_lost() {
    let (_, router) = proxied().await;
    let response = send(&router, ask("/cookies")).await;
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1; Path=/; HttpOnly", "b=2; Path=/"]);
}

#[tokio::test]
async fn bodies_pass_both_ways() {
    let (_, router) = proxied().await;
    let posted =
        Request::post("/form").header("host", "shop.localhost:7400").body(Body::from("name=marie")).unwrap();
    assert_eq!(text(send(&router, posted).await).await, "NAME=MARIE");
    let raw = send(&router, ask("/raw")).await.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(raw.len(), 3_000_000);
    assert_eq!(text(send(&router, ask("/zipped")).await).await, "not really gzip");
}

#[tokio::test]
async fn upgrades_and_dead_sites_are_answered_in_words() {
    let (_, router) = proxied().await;
    let upgrade = Request::get("/ws").header("upgrade", "websocket").body(Body::empty()).unwrap();
    assert_eq!(send(&router, upgrade).await.status(), StatusCode::NOT_IMPLEMENTED);

    let free = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
    let dead: Upstream = format!("http://{free}").parse().unwrap();
    let router = proxy(dead, Script { origin: "http://desk.localhost:1".into(), site_key: "k".into() });
    let answer = send(&router, ask("/")).await;
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    assert!(text(answer).await.contains("does not answer"));
}

#[test]
fn only_sites_of_this_machine() {
    for bad in
        ["https://localhost:1", "http://example.org", "http://10.0.0.1", "ftp://localhost", "localhost:3000"]
    {
        assert!(bad.parse::<Upstream>().is_err(), "{bad}");
    }
    for good in
        ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080/x", "http://shop.localhost:1"]
    {
        assert!(good.parse::<Upstream>().is_ok(), "{good}");
    }
}
