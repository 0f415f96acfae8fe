//! Images, fonts and sheets of shared pages, by content: sent once by a site's visitors, seen by viewers alone.
//!
//! # Threats, and what stands against each
//! - *A page hands over a document that acts when it is opened*: only images, fonts, sheets and plain bytes
//!   are kept; they are answered with `nosniff` and a policy of `sandbox`, so that an SVG opened by itself runs
//!   nothing.
//! - *Content under a false name*: the name is the SHA-256 of the bytes, checked before anything is kept.
//! - *The right bytes under a false kind*: the same bytes are kept as each kind that they were given as, and a page is
//!   answered for its own.
//! - *A full disk, or a store emptied by one visitor*: bounds per asset and per site, and what live sessions refer to goes
//!   last, first of whoever refers to the most.
//! - *A full memory*: nothing of a body is read before session, rate, origin and consent are known, and then piece by piece
//!   onto the disk; how many come in or are fetched at a time is bounded, for each session and in all, and so is the time.
//! - *Looking without consent*: a viewer needs a yes of this session's visitor, as for the page itself.
use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use cobrowse_core::{
    id::SessionId,
    wire::{desk::Problem, message::Refusal},
};
use serde::Deserialize;
use tower_http::cors::{AllowOrigin, CorsLayer};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    auth::{self, Authorized, Viewer, Visitor},
    desk,
    error::ApiError,
    limits::{FETCHES, FETCHES_EACH, UPLOAD_WITHIN, UPLOADS, UPLOADS_EACH},
    session::SessionHandle,
};

pub mod disk;
pub mod fetch;
pub mod part;
mod site;
pub mod turns;

use disk::{Disk, Hash, Kept, Kind, Share};
use fetch::Fetcher;
use turns::Turns;

/// The store and the guarded fetch.
pub struct Assets {
    /// What is kept.
    pub disk: Disk,
    /// Gets what a page may not read itself.
    pub fetcher: Fetcher,
    /// What comes in now.
    pub uploads: Arc<Turns>,
    /// What is fetched now, or on its way to who asked.
    pub fetches: Arc<Turns>,
}

impl Assets {
    /// Within the server's bounds.
    pub fn new(disk: Disk, fetcher: Fetcher) -> Self {
        let (uploads, fetches) = (Turns::new(UPLOADS, UPLOADS_EACH), Turns::new(FETCHES, FETCHES_EACH));
        Self { disk, fetcher, uploads, fetches }
    }
}

/// `/v1/sessions/{session}/assets/{hash}` and `/v1/sessions/{session}/fetch`.
pub(crate) fn routes(state: &App) -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read, ask, keep)).routes(routes!(fetch)).layer(cors(state.clone()))
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
        .max_age(Duration::from_secs(600))
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
    auth::site::of_page(app, &running.facts.site, auth::site::origin(headers)).await?;
    match running.is_shared().await {
        true => Ok(running),
        false => Err(Refusal::ConsentRequired.into()),
    }
}

/// The one kind that is accepted, or `None` where any is.
fn accepted(headers: &HeaderMap) -> Result<Option<Kind>, ApiError> {
    match headers.get(header::ACCEPT).map(|value| value.to_str().unwrap_or_default()) {
        None | Some("*/*") => Ok(None),
        Some(kind) => Kind::of(kind).map(Some).ok_or(ApiError::MediaType),
    }
}

impl SessionHandle {
    fn share(&self) -> Share<'_> {
        Share { site: &self.facts.site, session: self.facts.id }
    }
}

/// Whether it is kept as what `Accept` names: 200, and 204 where not.
#[utoipa::path(head, path = "/v1/sessions/{session}/assets/{hash}", tag = "shares",
    params(("session" = String, Path, description = "The session"), ("hash" = String, Path, description = "The SHA-256 of its bytes, in hexadecimal")),
    responses((status = 200),
        (status = 204), (status = 401), (status = 403), (status = 404), (status = 410),
        (status = 415), (status = 429)))]
async fn ask(
    State(app): State<App>,
    visitor: Authorized<Visitor>,
    Path((session, hash)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let running = sharing(&app, &visitor, &session, &headers).await?;
    let hash: Hash = hash.parse().map_err(|_| ApiError::NotFound)?;
    match app.assets.disk.find(running.share(), hash, accepted(&headers)?) {
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
    body: Body,
) -> Result<StatusCode, ApiError> {
    let running = sharing(&app, &visitor, &session, &headers).await?;
    let hash: Hash = hash.parse().map_err(|_| ApiError::NotFound)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = Kind::of(kind.unwrap_or_default()).ok_or(ApiError::MediaType)?;
    let _turn = app.assets.uploads.take(visitor.session).ok_or(Refusal::RateLimited)?;
    let taken = take_in(&app, running.share(), Kept { hash, kind }, body);
    let late = |_| ApiError::BadRequest("The body did not come in time.");
    match tokio::time::timeout(UPLOAD_WITHIN, taken).await.map_err(late)?? {
        disk::Outcome::Stored { evicted } => {
            app.metrics.asset("stored", 1);
            app.metrics.asset("evicted", evicted);
            Ok(StatusCode::CREATED)
        }
        disk::Outcome::Known => {
            app.metrics.asset("known", 1);
            Ok(StatusCode::OK)
        }
    }
}

/// Reads the body, and keeps it unless it is there.
async fn take_in(app: &App, share: Share<'_>, asset: Kept, body: Body) -> Result<disk::Outcome, ApiError> {
    let failed = |error: std::io::Error| ApiError::Internal(error.to_string());
    let disk = &app.assets.disk;
    let mut part = match disk.find(share, asset.hash, Some(asset.kind)) {
        Some(_) => None,
        None => Some(disk.part(share.site).await.map_err(failed)?),
    };
    if part::receive(body, part.as_mut()).await? != asset.hash {
        return Err(ApiError::BadRequest("The name is not the SHA-256 of the bytes."));
    }
    match part {
        Some(part) => disk.keep(share, asset, part).await.map_err(failed),
        None => Ok(disk::Outcome::Known),
    }
}

/// Gives it to an agent who sees the page, as what `Accept` names, or else as what it is kept as.
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
    headers: HeaderMap,
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
    // Who opens an address by hand accepts much, and none of it by name.
    let kind = accepted(&headers).unwrap_or_default();
    let found = app.assets.disk.read(running.share(), hash, kind).await;
    let (kind, bytes) =
        found.map_err(|error| ApiError::Internal(error.to_string()))?.ok_or(ApiError::NotFound)?;
    app.metrics.asset("read", 1);
    Ok((sealed(kind), bytes).into_response())
}

/// Bytes of a stranger, on the desk's own origin: whatever they are, nothing of them runs.
fn sealed(kind: Kind) -> [(HeaderName, &'static str); 5] {
    [
        (header::CONTENT_TYPE, kind.mime()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        (header::VARY, "accept"),
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
    let turn = app.assets.fetches.take(visitor.session).ok_or(Refusal::RateLimited)?;
    let (kind, bytes) = app.assets.fetcher.fetch(&wanted.url).await?;
    app.metrics.asset("fetched", 1);
    let headers = [
        (header::CONTENT_TYPE, kind.mime()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, turn.holds(bytes)).into_response())
}
