//! Images, fonts and sheets of shared pages, by content: sent once by a site's visitors, seen by viewers alone.
//!
//! # Threats, and what stands against each
//! - *A page hands over a document that acts when it is opened*: only images, fonts, sheets and plain bytes
//!   are kept; they are answered with `nosniff` and a policy of `sandbox`, so that an SVG opened by itself runs
//!   nothing.
//! - *Content under a false name*: the name is the SHA-256 of the bytes, checked before anything is kept.
//! - *A full disk*: bounds per asset and per site; what was stored first goes first.
//! - *Looking without consent*: a viewer needs a yes of this session's visitor, as for the page itself.
use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use cobrowse_core::{
    id::SessionId,
    wire::{desk::Problem, message::Refusal},
};
use serde::Deserialize;
use tower_http::cors::{AllowOrigin, CorsLayer};
use utoipa::ToSchema;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use crate::{
    app::App,
    auth::{Authorized, Viewer, Visitor, site},
    desk,
    error::ApiError,
    limits::MAX_ASSET,
    session::SessionHandle,
};

pub mod disk;
pub mod fetch;

use disk::{Disk, Hash, Kept, Kind};
use fetch::Fetcher;

/// The store and the guarded fetch.
pub struct Assets {
    /// What is kept.
    pub disk: Disk,
    /// Gets what a page may not read itself.
    pub fetcher: Fetcher,
}

/// `/v1/sessions/{session}/assets/{hash}` and `/v1/sessions/{session}/fetch`.
pub(crate) fn routes(state: &App) -> OpenApiRouter<App> {
    let long = |asset: MethodRouter<App>| asset.layer(DefaultBodyLimit::max(MAX_ASSET));
    OpenApiRouter::new()
        .routes(routes!(read, ask, keep).map(long))
        .routes(routes!(fetch))
        .layer(cors(state.clone()))
}

/// A preflight carries no ticket: it may know whether any site has this origin, and the request itself is
/// checked against its own site.
fn cors(app: App) -> CorsLayer {
    let known = move |origin: HeaderValue, _: &axum::http::request::Parts| {
        let app = app.clone();
        async move {
            let Ok(origin) = origin.to_str() else { return false };
            app.accounts.knows_origin(origin).await.unwrap_or(false)
        }
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::async_predicate(known))
        .allow_methods([Method::GET, Method::HEAD, Method::PUT, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .max_age(std::time::Duration::from_secs(600))
}

/// A visitor whose page is shared, and the session it is shared in.
async fn sharing(
    app: &App,
    visitor: &Visitor,
    session: &str,
    headers: &HeaderMap,
) -> Result<SessionHandle, ApiError> {
    let session: SessionId = session.parse().map_err(|_| ApiError::NotFound)?;
    if visitor.session != session {
        return Err(Refusal::TicketInvalid.into());
    }
    if !app.rates.asset(*session.as_bytes()) {
        return Err(Refusal::RateLimited.into());
    }
    let running = app.sessions.find(app, session).await?;
    site::of_page(app, &running.facts.site, site::origin(headers)).await?;
    match running.is_shared().await {
        true => Ok(running),
        false => Err(Refusal::ConsentRequired.into()),
    }
}

/// Whether it is kept: 200, and 204 where not.
#[utoipa::path(head, path = "/v1/sessions/{session}/assets/{hash}", tag = "shares",
    params(("session" = String, Path, description = "The session"), ("hash" = String, Path, description = "The SHA-256 of its bytes, in hexadecimal")),
    responses((status = 200),
        (status = 204), (status = 401), (status = 403), (status = 404), (status = 410),
        (status = 429)))]
async fn ask(
    State(app): State<App>,
    visitor: Authorized<Visitor>,
    Path((session, hash)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let running = sharing(&app, &visitor, &session, &headers).await?;
    let hash: Hash = hash.parse().map_err(|_| ApiError::NotFound)?;
    match app.assets.disk.find(&running.facts.site, hash) {
        Some(_) => Ok(StatusCode::OK),
        // Not 404: a browser writes that into the console of the visitor's page as an error.
        None => Ok(StatusCode::NO_CONTENT),
    }
}

/// Keeps an image, a font or a sheet of a shared page.
#[utoipa::path(put, path = "/v1/sessions/{session}/assets/{hash}", tag = "shares",
    params(("session" = String, Path, description = "The session"), ("hash" = String, Path, description = "The SHA-256 of its bytes, in hexadecimal")),
    request_body(content = Vec<u8>, content_type = "*/*"),
    responses((status = 200),
        (status = 201),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "The visitor has not said yes, or the page is not the site's"),
        (status = 404, body = Problem),
        (status = 410, body = Problem, description = "The session has ended"),
        (status = 413, body = Problem),
        (status = 415, body = Problem),
        (status = 429, body = Problem)))]
async fn keep(
    State(app): State<App>,
    visitor: Authorized<Visitor>,
    Path((session, hash)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, ApiError> {
    let body = body?;
    let running = sharing(&app, &visitor, &session, &headers).await?;
    let hash: Hash = hash.parse().map_err(|_| ApiError::NotFound)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = Kind::of(kind.unwrap_or_default()).ok_or(ApiError::MediaType)?;
    if Hash::of(&body) != hash {
        return Err(ApiError::BadRequest("The name is not the SHA-256 of the bytes."));
    }
    match app.assets.disk.keep(&running.facts.site, Kept { hash, kind }, body).await {
        Ok(disk::Outcome::Stored { evicted }) => {
            app.metrics.asset("stored", 1);
            app.metrics.asset("evicted", evicted);
            Ok(StatusCode::CREATED)
        }
        Ok(disk::Outcome::Known) => {
            app.metrics.asset("known", 1);
            Ok(StatusCode::OK)
        }
        Err(error) => Err(ApiError::Internal(error.to_string())),
    }
}

/// Gives it to an agent who sees the page.
#[utoipa::path(get, path = "/v1/sessions/{session}/assets/{hash}", tag = "shares",
    params(("session" = String, Path, description = "The session"), ("hash" = String, Path, description = "The SHA-256 of its bytes, in hexadecimal")),
    responses((status = 200, body = Vec<u8>, content_type = "*/*"),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "The visitor has not said yes to this agent"),
        (status = 404, body = Problem),
        (status = 410, body = Problem, description = "The session has ended")))]
async fn read(
    State(app): State<App>,
    viewer: Authorized<Viewer>,
    Path((session, hash)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let session: SessionId = session.parse().map_err(|_| ApiError::NotFound)?;
    if viewer.session.is_some_and(|own| own != session) {
        return Err(Refusal::TicketInvalid.into());
    }
    let running = app.sessions.find(&app, session).await?;
    if !running.views(viewer.agent).await {
        return Err(Refusal::ConsentRequired.into());
    }
    let hash: Hash = hash.parse().map_err(|_| ApiError::NotFound)?;
    let found = app.assets.disk.read(&running.facts.site, hash).await;
    let (kind, bytes) =
        found.map_err(|error| ApiError::Internal(error.to_string()))?.ok_or(ApiError::NotFound)?;
    app.metrics.asset("read", 1);
    Ok((sealed(kind), bytes).into_response())
}

/// Bytes of a stranger, on the desk's own origin: whatever they are, nothing of them runs.
fn sealed(kind: Kind) -> [(HeaderName, &'static str); 4] {
    [
        (header::CONTENT_TYPE, kind.mime()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        (header::CONTENT_DISPOSITION, "attachment"),
    ]
}

/// `POST /v1/sessions/{session}/fetch`.
#[derive(Deserialize, ToSchema)]
struct Wanted {
    /// Its address.
    url: String,
}

/// Gets for a shared page what the page may not read itself.
#[utoipa::path(post, path = "/v1/sessions/{session}/fetch", tag = "shares",
    params(("session" = String, Path, description = "The session")),
    request_body(content = Wanted, content_type = "application/json"),
    responses((status = 200, body = Vec<u8>, content_type = "*/*"),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "The visitor has not said yes, or the page is not the site's"),
        (status = 404, body = Problem),
        (status = 410, body = Problem, description = "The session has ended"),
        (status = 413, body = Problem),
        (status = 415, body = Problem),
        (status = 429, body = Problem),
        (status = 502, body = Problem, description = "The other end did not give it")))]
async fn fetch(
    State(app): State<App>,
    visitor: Authorized<Visitor>,
    Path(session): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let wanted: Wanted = desk::read_json(&body?, "An object with a url is accepted.")?;
    sharing(&app, &visitor, &session, &headers).await?;
    if !app.rates.fetch(*visitor.session.as_bytes()) {
        return Err(Refusal::RateLimited.into());
    }
    let (kind, bytes) = app.assets.fetcher.fetch(&wanted.url).await?;
    app.metrics.asset("fetched", 1);
    let headers = [
        (header::CONTENT_TYPE, kind.mime()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}
