//! Folders of this machine as a site: for pages that a story needs and the shop has not.
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// A site on a free port; it ends when dropped.
pub struct Files {
    /// Its address, without a slash at the end.
    pub url: String,
    task: JoinHandle<()>,
}

impl Files {
    /// Serves folders, each below a path like `/lib/`. The first that fits is asked.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn serve(folders: Vec<(&'static str, PathBuf)>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let app = Router::new().fallback(file).with_state(folders);
        let task = tokio::spawn(async move {
            // Ends with the story, by being aborted.
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { url, task })
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn file(State(folders): State<Vec<(&'static str, PathBuf)>>, request: Request) -> Response {
    let path = request.uri().path();
    let found = folders.iter().find_map(|(prefix, folder)| Some((folder, path.strip_prefix(prefix)?)));
    let Some((folder, rest)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let rest = Path::new(if rest.is_empty() { "index.html" } else { rest });
    if !rest.components().all(|it| matches!(it, Component::Normal(_))) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match tokio::fs::read(folder.join(rest)).await {
        Ok(bytes) => ([(CONTENT_TYPE, mime(rest))], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn mime(path: &Path) -> &'static str {
    match path.extension().and_then(|it| it.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("json") => "application/json",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
