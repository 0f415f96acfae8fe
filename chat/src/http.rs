//! The routes of the chat service.
//!
//! | route | who | |
//! |---|---|---|
//! | `GET /rt` | widget, desk | the WebSocket |
//! | `GET /v1/widget/{site}?lang=` | the site's pages | what the widget shows |
//! | `POST /v1/widget/{site}/token` | the site's pages | who the visitor is |
//! | `POST /v1/widget/{site}/say` | a visitor | the last words of a page that is left |
//! | `/v1/conversations…`, `/v1/contacts…`, `/v1/canned…`, `/v1/admin/…` | agents | [`api`] |
//! | `/v1/uploads…`, `/v1/files…`, `/v1/dl/…` | visitors, agents | files |
//! | `/v1/conversations…`, `/v1/contacts…`, `/v1/canned…`, `/v1/admin/…` | agents | see [`crate::api`] |
//!
//! Visitors show a bearer token, desks their cookie; never both. A page of a site may ask across origins, without
//! credentials. Errors are a status and a [`Fault`](chat_proto::Fault) as JSON.
mod cross;
mod refused;
mod texts;
mod who;
mod widget;

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
    middleware::from_fn_with_state,
    routing::{get, post},
};
use chat_proto::limits::MAX_FRAME;

pub(crate) use cross::Origin;
pub(crate) use refused::Refused;

use crate::{
    api::Api,
    rt,
    server::{Caller, Chat},
    visits::Browsing,
};

/// All of them.
pub(crate) fn routes(chat: &Chat) -> Router {
    let widget = Router::new()
        .route("/v1/widget/{site}", get(widget::config))
        .route("/v1/widget/{site}/token", post(widget::token))
        .route("/v1/widget/{site}/say", post(widget::say))
        .layer(DefaultBodyLimit::max(MAX_FRAME))
        .layer(from_fn_with_state(chat.clone(), cross::site_pages));
    let socket = Router::new().route("/rt", get(rt::upgrade));
    let mut all = Router::new().merge(widget).merge(socket).with_state(chat.clone());
    all = all.merge(desk(chat));
    if let Some(files) = &chat.files {
        all = all.merge(asked(chat, crate::files::routes(files.clone())));
    }
    all
}

/// What desks ask, and administration: not for pages of sites.
fn desk(chat: &Chat) -> Router {
    let api = Api::new(chat.engine.clone(), &chat.options.origin).with_names(chat.names.clone());
    crate::api::router(api).layer(from_fn_with_state(chat.clone(), who::asks))
}

/// Routes whose handlers find who asks in the request's extensions.
fn asked(chat: &Chat, routes: Router) -> Router {
    routes
        .layer(from_fn_with_state(chat.clone(), who::asks))
        .layer(from_fn_with_state(chat.clone(), cross::any_page))
}

/// The address that a request came from, as far as somebody said.
pub(crate) struct Peer(pub Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let told = parts.extensions.get::<Caller>().map(|Caller(address)| *address);
        let direct = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip());
        Ok(Self(told.or_else(direct)))
    }
}

/// The desk's log-in.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<[u8; 32]> {
    let all = headers.get_all(header::COOKIE).iter();
    all.filter_map(|it| it.to_str().ok()).find_map(accounts::token_from_cookies)
}

/// What the browser says of itself.
pub(crate) fn browsing(headers: &HeaderMap) -> Browsing {
    const LONGEST: usize = 512;
    let agent = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    Browsing { user_agent: agent.chars().take(LONGEST).collect(), country: String::new() }
}
