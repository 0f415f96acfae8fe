//! The files for browsers: what visitors' pages load, and the agents' application.
use std::path::PathBuf;

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::{
    cors::{Any, CorsLayer},
    services::{ServeDir, ServeFile},
};

use crate::{
    app::{App, fixed},
    config::PublicUrl,
    error::ApiError,
};

/// Where the browser parts are.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The folder with `visitor/` and `desk/`, as `cargo xtask web` makes it.
    pub folder: Option<PathBuf>,
}

/// Which policy a page of the desk gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PageKind {
    /// The list and everything beside it.
    Desk,
    /// The page that holds a stranger's page: nothing loads but from blobs.
    Viewer,
}

/// `/`, `/login`, the desk's other pages, `/invitation/{token}`, `/assets/*`, `/view/{session}`, `/v1/loader.js`, `/v1/visitor/*`.
pub fn routes(state: &App) -> Router<App> {
    let routes = Router::new()
        .route("/", get(desk))
        .route("/login", get(desk))
        .route("/visitors", get(desk))
        .route("/contacts", get(desk))
        .route("/contacts/{id}", get(desk))
        .route("/admin", get(desk))
        .route("/admin/{*place}", get(desk))
        .route("/view/{session}", get(view))
        .route("/invitation/{token}", get(desk));
    match &state.web.folder {
        None => routes,
        Some(folder) => routes
            .nest_service("/assets", Router::<()>::new().fallback_service(files(folder.join("desk"))))
            .merge(for_visitors(folder)),
    }
}

/// Pages of any site load these: `Access-Control-Allow-Origin: *`, and no cookie changes what they are.
fn for_visitors(folder: &std::path::Path) -> Router<App> {
    let folder = folder.join("visitor");
    Router::new()
        .route_service("/v1/loader.js", compressed(ServeFile::new(folder.join("loader.js"))))
        .nest_service("/v1/visitor", files(folder))
        .layer(CorsLayer::new().allow_origin(Any))
        .layer(fixed(header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"))
        .layer(fixed(header::CACHE_CONTROL, "no-cache"))
}

fn files(folder: PathBuf) -> Router {
    let missing = get(|| async { ApiError::NotFound });
    let files =
        ServeDir::new(folder).precompressed_br().precompressed_gzip().append_index_html_on_directories(false);
    Router::new()
        .fallback_service(files.not_found_service(missing))
        .layer(fixed(header::CACHE_CONTROL, "no-cache"))
}

fn compressed(file: ServeFile) -> ServeFile {
    file.precompressed_br().precompressed_gzip()
}

async fn desk(State(app): State<App>, request: Request) -> Response {
    page(app, PageKind::Desk, request).await
}

/// The viewer page is served for every well-formed name: whether the session is there is told after the log-in.
async fn view(State(app): State<App>, Path(session): Path<String>, request: Request) -> Response {
    match session.parse::<cobrowse_core::id::SessionId>() {
        Ok(_) => page(app, PageKind::Viewer, request).await,
        Err(_) => missing(State(app), request).await,
    }
}

/// An address that is nothing: people get the desk's page that says so, programs an error.
pub async fn missing(State(app): State<App>, request: Request) -> Response {
    let accepted = request.headers().get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if request.method() != Method::GET || !accepted.contains("text/html") {
        return ApiError::NotFound.into_response();
    }
    let mut response = page(app, PageKind::Desk, request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

async fn page(app: App, kind: PageKind, request: Request) -> Response {
    let Some(folder) = &app.web.folder else { return ApiError::NotFound.into_response() };
    let file = ServeFile::new(folder.join("desk/index.html"));
    let answer = compressed(file).try_call(request).await;
    let mut response = match answer {
        Ok(response) if response.status().is_client_error() => return ApiError::NotFound.into_response(),
        Ok(response) => response.into_response(),
        Err(error) => return ApiError::Internal(error.to_string()).into_response(),
    };
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy(kind, &app.public_url)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in PAGE_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

const PAGE_HEADERS: [(header::HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-cache"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::X_DNS_PREFETCH_CONTROL, "off"),
    (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// The pages' Content-Security-Policy. The socket's origin is named because not every engine takes `'self'`
/// for it.
fn policy(kind: PageKind, own: &PublicUrl) -> String {
    let sockets = own.websocket_origin();
    let common = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         connect-src 'self' {sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    match kind {
        PageKind::Desk => format!("{common}; img-src 'self' data:; font-src 'self'; frame-src 'none'"),
        PageKind::Viewer => format!(
            "{common}; img-src blob: data:; font-src blob: data:; media-src blob: data:; frame-src 'none'"
        ),
    }
}
