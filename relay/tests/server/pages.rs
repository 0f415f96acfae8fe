//! The files for browsers, their headers, and TLS without a proxy.
use relay::{
    Config, Server,
    config::{PublicUrl, Tls},
};
use reqwest::{Certificate, Client, StatusCode, header::HeaderMap};
use tempfile::TempDir;

use crate::world::{World, code};

/// A server with small browser parts.
async fn with_pages() -> (relay::Running, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let web = folder.path().join("web");
    for (name, text) in [
        ("desk/index.html", "<!doctype html>desk"),
        ("desk/style.css", "a{}"),
        ("visitor/loader.js", "loader"),
        ("visitor/share.js", "share"),
        ("secret.txt", "not for anybody"),
    ] {
        let file = web.join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, text).expect("written");
    }
    let mut config = Config::loopback(folder.path().join("data"));
    config.web = Some(web);
    (Server::start(config).await.expect("starts"), folder)
}

async fn get(server: &relay::Running, path: &str) -> (StatusCode, HeaderMap, String) {
    let answer = reqwest::get(format!("http://{}{path}", server.addr)).await.expect("answered");
    (answer.status(), answer.headers().clone(), answer.text().await.expect("text"))
}

#[tokio::test]
async fn the_viewer_page_can_load_nothing_but_itself() {
    let (server, _folder) = with_pages().await;
    let (status, headers, text) = get(&server, "/view/00112233445566778899aabbccddeeff").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "<!doctype html>desk"));
    let sockets = server.url.replace("http", "ws");
    let expected = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         connect-src 'self' {sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         img-src blob: data:; font-src blob: data:; media-src blob: data:; frame-src 'none'"
    );
    assert_eq!(headers["content-security-policy"], expected);
    assert_eq!(headers["x-dns-prefetch-control"], "off");
    assert_eq!(get(&server, "/view/none").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn visitors_pages_load_the_loader_from_anywhere_and_the_desk_stays_its_own() {
    let (server, _folder) = with_pages().await;
    for path in ["/v1/loader.js", "/v1/visitor/share.js"] {
        let (status, headers, _) = get(&server, path).await;
        assert_eq!(
            (status, &headers["access-control-allow-origin"]),
            (StatusCode::OK, &"*".parse().expect("text"))
        );
        assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");
        assert!(headers.contains_key("etag"), "{path}");
    }
    for path in ["/", "/assets/style.css"] {
        let (status, headers, _) = get(&server, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(!headers.contains_key("access-control-allow-origin"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
    }
    for path in
        ["/assets/..%2fsecret.txt", "/v1/visitor/%2e%2e/secret.txt", "/assets/", "/v1/visitor/nothing"]
    {
        assert_eq!(get(&server, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn every_address_of_the_desk_can_be_opened_directly() {
    let (server, _folder) = with_pages().await;
    let (status, headers, text) = get(&server, "/login").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "<!doctype html>desk"));
    assert!(headers.contains_key("content-security-policy"));
    // What is none is said by a page to people, and by an error to programs.
    for path in ["/nothing", "/view/none"] {
        let request = Client::new().get(format!("http://{}{path}", server.addr));
        let answer = request.header("accept", "text/html,*/*").send().await.expect("answered");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(answer.headers().contains_key("content-security-policy"), "{path}");
        assert_eq!(answer.text().await.expect("text"), "<!doctype html>desk", "{path}");
        assert!(get(&server, path).await.2.contains("not_found"), "{path}");
    }
}

#[tokio::test]
async fn a_server_says_that_it_lives_and_counts() {
    let world = World::new().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(reqwest::get(world.http(path)).await.expect("answered").status(), StatusCode::OK);
    }
    let missing = reqwest::get(world.http("/nothing")).await.expect("answered");
    assert_eq!(code(missing).await, (404, "not_found".into()));
    assert_eq!(world.refusals("not_found").await, 1);
    assert_eq!(world.metric("tandem_sessions").await, 0);
}

#[tokio::test]
async fn tls_is_spoken_without_a_proxy() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = rcgen::generate_simple_self_signed(vec!["desk.localhost".into()]).expect("a certificate");
    let tls = Tls { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&tls.certificate, made.cert.pem()).expect("written");
    std::fs::write(&tls.key, made.signing_key.serialize_pem()).expect("written");
    let mut config = Config::loopback(folder.path().join("data"));
    config.tls = Some(tls);
    let server = Server::start(config).await.expect("starts");
    assert!(server.url.starts_with("https://desk.localhost:"));
    // A peer that says nothing holds up nobody.
    let _silent = tokio::net::TcpStream::connect(server.addr).await.expect("connected");
    let root = Certificate::from_pem(made.cert.pem().as_bytes()).expect("a certificate");
    let client = Client::builder().tls_certs_only([root]).resolve("desk.localhost", server.addr).build();
    let answer =
        client.expect("a client").get(format!("{}/readyz", server.url)).send().await.expect("answered");
    assert_eq!(answer.status(), StatusCode::OK);
    server.shutdown().await.expect("stops");
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config::loopback(folder.path());
    config.listen = "203.0.113.1:1".parse().expect("an address");
    let Err(error) = Server::start(config).await else { panic!("not our address") };
    assert!(error.to_string().starts_with("cannot listen on 203.0.113.1:1: "), "{error}");
    let insecure = "http://desk.example".parse::<PublicUrl>().expect_err("http off loopback");
    assert!(insecure.to_string().contains("use https"), "{insecure}");
}
