//! Serves a folder of somebody's own HTML with the script tag injected.

use std::{fs, path::Path, path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode, header},
    response::IntoResponse,
};
use percent_encoding::percent_decode_str;
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

use crate::{Script, inject};

struct Folder {
    root: PathBuf,
    script: Script,
}

/// A router that serves `dir`: HTML with the tag, other files as they are. Paths that leave the
/// folder, by `..` or by a link, are answered 404.
pub fn pages(dir: PathBuf, script: Script) -> Router {
    Router::new().fallback(serve).with_state(Arc::new(Folder { root: dir, script }))
}

async fn serve(State(folder): State<Arc<Folder>>, mut request: Request) -> Response<Body> {
    let Some(file) = within(&folder.root, request.uri().path()) else {
        return not_found(&folder, request.uri().path());
    };
    if file.is_dir() && !file.join("index.html").is_file() {
        let listing = listing(&file);
        return inject::into_response(listing, &folder.script).await;
    }
    inject::ask_whole_document(&mut request);
    let mut response = match ServeDir::new(&folder.root).oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    // The tag in a page depends on how we were started, not only on the file.
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    inject::into_response(response, &folder.script).await
}

/// The file of a request path when it exists inside `root`, links followed.
fn within(root: &Path, path: &str) -> Option<PathBuf> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    if path.contains(['\0', '\\']) || path.split('/').any(|part| part == "..") {
        return None;
    }
    let root = fs::canonicalize(root).ok()?;
    let file = fs::canonicalize(root.join(path.trim_start_matches('/'))).ok()?;
    file.starts_with(&root).then_some(file)
}

fn not_found(folder: &Folder, path: &str) -> Response<Body> {
    let shown = folder.root.display();
    (StatusCode::NOT_FOUND, format!("{shown} has nothing at {path}\n")).into_response()
}

/// A list of the folder's pages, for folders without an index of their own.
fn listing(dir: &Path) -> Response<Body> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let is_dir = entry.file_type().ok()?.is_dir();
            let name = entry.file_name().into_string().ok()?;
            let is_page = name.ends_with(".html") || name.ends_with(".htm");
            if is_dir { Some(name + "/") } else { is_page.then_some(name) }
        })
        .collect();
    names.sort();
    maud::html! {
        (maud::DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Pages" } }
            body { h1 { "Pages" } ul { @for name in &names { li { a href={ "./" (name) } { (name) } } } } }
        }
    }
    .into_response()
}
