//! The router, and what its handlers share.
use std::{ops::Deref, sync::Arc};

use accounts::Accounts;
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::sync::watch;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{
    alone::{self, Holds},
    assets,
    auth::ticket::Tickets,
    config::PublicUrl,
    desk, document,
    error::ApiError,
    error::RefusedWith,
    limits::{MAX_JSON_BODY, Rates},
    metrics::Metrics,
    mount::Mounted,
    presence,
    presence::directory::Directory,
    records::{Records, audit::Audit},
    session::registry::Registry,
    shutdown::Shutdown,
    transport, web,
};

/// What every handler may use; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of [`App`].
pub struct Parts {
    /// The address that browsers use.
    pub public_url: PublicUrl,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Vec<transport::proxy::Proxy>,
    /// The browser parts.
    pub web: web::Files,
    /// Who may do what.
    pub accounts: Accounts,
    /// What of the relay outlives a restart.
    pub records: Records,
    /// Who did what.
    pub audit: Audit,
    /// Who may ask how often.
    pub rates: Rates,
    /// What is counted.
    pub metrics: Metrics,
    /// Signs and checks tickets.
    pub tickets: Tickets,
    /// Who is on the sites.
    pub directory: Directory,
    /// The running sessions.
    pub sessions: Registry,
    /// Images, fonts and sheets of shared pages.
    pub assets: assets::Assets,
    /// The second lane, where it runs.
    pub lanes: Option<transport::webrtc::Endpoint>,
    /// Changes whenever somebody's rights may have become less.
    pub people: watch::Sender<()>,
    /// Whether no other process runs this on the same database.
    pub holds: Holds,
    /// Stops everything.
    pub shutdown: Shutdown,
}

impl From<Parts> for App {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl App {
    /// Somebody's rights may have become less: desks and viewers are looked through.
    pub(crate) async fn people_changed(&self) {
        self.people.send_replace(());
        self.sessions.look_through(self).await;
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Every route of the server, those of other services among them, and the document that describes both.
pub fn app(state: App, mounted: Mounted) -> Router {
    let described = document::table().merge(desk::routes(&state)).merge(assets::routes(&state));
    let (described, mut document) = described.split_for_parts();
    document.merge(mounted.document);
    described
        .layer(Extension(Arc::new(document)))
        .merge(presence::routes())
        .merge(transport::websocket::routes())
        .merge(web::routes(&state))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .merge(mounted.routes.with_state(()))
        .fallback(web::missing)
        .layer(DefaultBodyLimit::max(MAX_JSON_BODY))
        .layer(from_fn_with_state(state.clone(), count_refusals))
        .layer(from_fn_with_state(state.holds.clone(), alone::only_while_held))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(from_fn_with_state(state.clone(), transport::proxy::look_behind))
        .with_state(state)
}

/// A header that every answer has, unless the handler set its own.
pub fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

async fn ready(State(app): State<App>) -> Result<Response, ApiError> {
    if !app.holds.are_sure() {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, "the database is not held\n").into_response());
    }
    app.records.ping().await?;
    Ok("ready\n".into_response())
}

async fn metrics(State(app): State<App>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text()).into_response()
}

/// Every error answer is logged and counted here, once.
async fn count_refusals(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if let Some(RefusedWith(code)) = response.extensions().get() {
        app.metrics.refused_with(code, "http");
    }
    response
}
