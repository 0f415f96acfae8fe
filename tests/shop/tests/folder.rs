//! Serving somebody's own pages.

#![allow(clippy::unwrap_used, reason = "a test may panic, and so may its helpers")]

use std::fs;

use axum::{Router, body::Body, http::Request, http::Response};
use http_body_util::BodyExt as _;
use shop::{Script, pages};
use tempfile::TempDir;
use tower::ServiceExt as _;

fn site() -> (TempDir, Router) {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("site");
    fs::create_dir_all(dir.join("deep")).unwrap();
    fs::write(outer.path().join("secret.txt"), "secret").unwrap();
    fs::write(dir.join("index.html"), "<html><head></head><body>home</body></html>").unwrap();
    fs::write(dir.join("deep/page one.html"), "<p>deep</p>").unwrap();
    fs::write(dir.join("data.json"), r#"{"a":"</head>"}"#).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outer.path().join("secret.txt"), dir.join("link.txt")).unwrap();
    let script = Script { origin: "http://desk.localhost:1".into(), site_key: "k".into() };
    (outer, pages(dir, script))
}

async fn get(router: &Router, path: &str) -> Response<Body> {
    let request = Request::get(path).header("accept", "text/html").body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn pages_get_the_tag_and_other_files_do_not() {
    let (_dir, router) = site();
    for path in ["/", "/index.html", "/deep/page%20one.html"] {
        let response = get(&router, path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(text(response).await.matches("/v1/loader.js").count(), 1, "{path}");
    }
    let json = get(&router, "/data.json").await;
    assert_eq!(json.headers()["content-type"], "application/json");
    assert_eq!(text(json).await, r#"{"a":"</head>"}"#);
}

#[tokio::test]
async fn a_folder_without_an_index_is_listed() {
    let (_dir, router) = site();
    let listing = text(get(&router, "/deep/").await).await;
    assert!(listing.contains("./page one.html"), "{listing}");
    assert_eq!(listing.matches("/v1/loader.js").count(), 1);
}

#[tokio::test]
async fn nothing_outside_the_folder() {
    let (_dir, router) = site();
    let paths = [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/deep/../../secret.txt",
        "/deep/..%5c..%5csecret.txt",
        "//../secret.txt",
        "/link.txt",
        "/%00",
        "/none.html",
    ];
    for path in paths {
        let response = get(&router, path).await;
        assert_eq!(response.status(), 404, "{path}");
        assert!(!text(response).await.contains("secret\n"), "{path}");
    }
}
