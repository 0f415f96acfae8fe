//! The routes of the chat service.
//!
//! | route | who | |
//! |---|---|---|
//! | `GET /rt` | widget, desk | the WebSocket |
//! | `GET /v1/widget/{site}?lang=` | the site's pages | what the widget shows |
//! | `POST /v1/widget/{site}/token` | the site's pages | who the visitor is |
//! | `POST /v1/widget/{site}/say` | a visitor | the last words of a page that is left |
//! | `POST`, `GET /v1/stream?site=` | a visitor | what the WebSocket carries, where none comes through |
//! | `/v1/uploads…`, `/v1/files…`, `/v1/dl/…` | visitors, agents | files |
//! | `/v1/conversations…`, `/v1/contacts…`, `/v1/canned…`, `/v1/admin/…` | agents | see [`crate::api`] |
//!
//! Visitors show a bearer token, desks their cookie; never both. A page of a site may ask across origins, without
//! credentials. Errors are a status and a [`Fault`](chat_proto::Fault) as JSON.
mod cross;
mod refused;
mod stream;
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
    routing::get,
};
use chat_proto::limits::MAX_FRAME;
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use cross::Origin;
pub(crate) use refused::Refused;

use crate::{api::Api, rt, server::Chat, visits::Browsing};

/// All of them; the socket alone is not described.
pub(crate) fn routes(chat: &Chat) -> Router {
    let widget = Router::from(widget())
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

/// The table of the widget's routes.
fn widget() -> OpenApiRouter<Chat> {
    OpenApiRouter::new()
        .routes(routes!(widget::config))
        .routes(routes!(widget::token))
        .routes(routes!(widget::say))
        .routes(routes!(stream::tell, stream::hear))
}

/// The description of all routes but the socket.
pub(crate) fn document() -> OpenApi {
    let mut document = crate::api::document();
    document.merge(widget().into_openapi());
    document.merge(crate::files::table().into_openapi());
    document
}

/// What desks ask, and administration: not for pages of sites.
fn desk(chat: &Chat) -> Router {
    let api = Api::new(chat.engine.clone(), &chat.options.origin)
        .with_names(chat.names.clone())
        .with_people(chat.people.clone());
    crate::api::router(api).layer(from_fn_with_state(chat.clone(), who::asks))
}

/// Routes whose handlers find who asks in the request's extensions.
fn asked(chat: &Chat, routes: Router) -> Router {
    routes
        .layer(from_fn_with_state(chat.clone(), who::asks))
        .layer(from_fn_with_state(chat.clone(), cross::any_page))
}

/// The network that a request came from, where that can be known: what a configured proxy says, else the
/// connection's other end. A loopback address is a proxy that nobody configured: it says nothing about whose
/// request it is.
pub(crate) struct Peer(pub Option<IpAddr>);

impl FromRequestParts<Chat> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, chat: &Chat) -> Result<Self, Infallible> {
        let direct = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip().to_canonical());
        let proxies = &chat.options.proxies;
        let told = direct.filter(|it| proxies.contains(it)).and_then(|_| forwarded(&parts.headers, proxies));
        Ok(Self(told.or(direct).filter(|it| !it.is_loopback())))
    }
}

/// The last address of `X-Forwarded-For` that is no proxy's own: whoever asked the first proxy wrote those before it.
fn forwarded(headers: &HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().filter_map(|it| it.to_str().ok()).collect();
    let mut all = lines.iter().rev().flat_map(|it| it.rsplit(',')).map(str::trim);
    // What is no address was not written by a proxy: nothing before it is known.
    let mut known = std::iter::from_fn(|| all.next()?.parse::<IpAddr>().ok().map(|it| it.to_canonical()));
    known.find(|it| !proxies.contains(it))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_proxy_wrote_is_believed() {
        let proxies = ["10.0.0.1".parse().expect("an address"), "10.0.0.2".parse().expect("an address")];
        let told = |lines: &[&str]| {
            let line = |it: &&str| {
                (header::HeaderName::from_static("x-forwarded-for"), it.parse().expect("a value"))
            };
            let mut headers = HeaderMap::new();
            lines.iter().map(line).for_each(|(name, value)| _ = headers.append(name, value));
            forwarded(&headers, &proxies).map(|it| it.to_string())
        };
        assert_eq!(told(&["192.0.2.7"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(told(&["198.51.100.1, 192.0.2.7, 10.0.0.2"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(told(&["198.51.100.1", "192.0.2.7,10.0.0.1"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(told(&["::ffff:192.0.2.7"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(told(&["192.0.2.7, me"]), None);
        assert_eq!(told(&["10.0.0.1"]), None);
        assert_eq!(told(&[]), None);
    }
}
