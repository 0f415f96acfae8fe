//! The relay as the chat's front: browsers know one origin, and what is the chat's goes on to it, sockets included.
//!
//! Nothing is kept or changed but what belongs to a connection (RFC 9110 §7.6.1) and who asks, which the relay knows.
use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use axum::{
    Json, Router,
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CONNECTION, RETRY_AFTER, UPGRADE},
    },
    response::{IntoResponse, Response},
    routing::any,
};
use chat::server::Chat;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use relay::shutdown::Shutdown;
use reqwest::Client;

use super::{Url, call::client};

/// Without a body, an answer begins within this time.
const ANSWER: Duration = Duration::from_secs(30);
/// Of each direction of a socket, bytes: as the chat's own.
const BUFFER: usize = 4 * 1024;
/// What the chat's document does not describe.
const SOCKET: &str = "/rt";
/// Of one connection only, beside what its `Connection` names.
const HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// See the module; cheap to clone.
#[derive(Clone)]
pub struct Proxy {
    http: Client,
    to: String,
    shutdown: Shutdown,
}

impl Proxy {
    /// To the chat at this address. Its sockets end with the server.
    ///
    /// # Errors
    /// When there can be no client.
    pub fn to(url: &Url, shutdown: Shutdown) -> Result<Self, reqwest::Error> {
        Ok(Self { http: client()?, to: url.origin(), shutdown })
    }

    /// Everything that is the chat's.
    pub fn routes(self) -> Router {
        let mut routes = Router::new();
        for prefix in prefixes() {
            routes = routes.route(&prefix, any(forward)).route(&format!("{prefix}/{{*rest}}"), any(forward));
        }
        routes.with_state(self)
    }
}

/// The first two segments of what the chat's document describes, and the rest.
fn prefixes() -> BTreeSet<String> {
    let document = Chat::document();
    let described = document.paths.paths.keys().map(|path| {
        let end = path.match_indices('/').nth(2).map_or(path.len(), |(at, _)| at);
        path[..end].to_owned()
    });
    described.chain([SOCKET.to_owned()]).collect()
}

async fn forward(State(proxy): State<Proxy>, mut request: Request) -> Response {
    let wants_socket = request.headers().contains_key(UPGRADE);
    let upgrade = wants_socket.then(|| hyper::upgrade::on(&mut request));
    let has_body = !request.body().is_end_stream();
    let sent = proxy.ask(request, wants_socket);
    // How long a body takes is the visitor's line.
    let answer = if has_body { Ok(sent.await) } else { tokio::time::timeout(ANSWER, sent).await };
    match (answer, upgrade) {
        (Ok(Ok(answer)), Some(upgrade)) if answer.status() == StatusCode::SWITCHING_PROTOCOLS => {
            proxy.join(answer, upgrade)
        }
        (Ok(Ok(answer)), _) => {
            let (status, headers) = (answer.status(), ends_here(answer.headers()));
            (status, headers, Body::from_stream(answer.bytes_stream())).into_response()
        }
        (Ok(Err(error)), _) => away(&error.to_string()),
        (Err(_), _) => away("no answer in time"),
    }
}

/// The chat is not there now; clients try again.
fn away(why: &str) -> Response {
    tracing::warn!(why, "the chat service does not answer");
    let fault = chat_proto::Fault { code: "retry".to_owned(), ..chat_proto::Fault::default() };
    let again = [(RETRY_AFTER, HeaderValue::from_static("1"))];
    (StatusCode::SERVICE_UNAVAILABLE, again, Json(fault)).into_response()
}

/// Without what is of one connection only.
fn ends_here(headers: &HeaderMap) -> HeaderMap {
    let named = headers.get_all(CONNECTION).iter().filter_map(|it| it.to_str().ok());
    let named: BTreeSet<_> =
        named.flat_map(|it| it.split(',')).map(|it| it.trim().to_ascii_lowercase()).collect();
    let goes_on = |name: &HeaderName| !HOP.contains(&name.as_str()) && !named.contains(name.as_str());
    headers
        .iter()
        .filter(|(name, _)| goes_on(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

impl Proxy {
    async fn ask(&self, request: Request, wants_socket: bool) -> Result<reqwest::Response, reqwest::Error> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |it| it.as_str());
        let mut headers = ends_here(&parts.headers);
        if wants_socket {
            headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            headers.extend(parts.headers.get(UPGRADE).map(|it| (UPGRADE, it.clone())));
        }
        // In the place of what was said before: the relay knows whom to believe.
        headers.remove(FORWARDED);
        let caller = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip().to_string());
        headers.extend(caller.and_then(|it| Some((FORWARDED, HeaderValue::from_str(&it).ok()?))));
        let asked = self.http.request(parts.method, format!("{}{path}", self.to)).headers(headers);
        let asked = match body.is_end_stream() {
            true => asked,
            false => asked.body(reqwest::Body::wrap_stream(body.into_data_stream())),
        };
        asked.send().await
    }

    /// Carries both directions of a socket until one of them ends, or the server stops.
    fn join(&self, answer: reqwest::Response, upgrade: OnUpgrade) -> Response {
        let mut headers = ends_here(answer.headers());
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.extend(answer.headers().get(UPGRADE).map(|it| (UPGRADE, it.clone())));
        let stop = self.shutdown.clone();
        self.shutdown.spawn(async move {
            let carry = async {
                let Ok((mut there, here)) = tokio::try_join!(
                    async { answer.upgrade().await.map_err(|error| error.to_string()) },
                    async { upgrade.await.map_err(|error| error.to_string()) }
                ) else {
                    return;
                };
                let mut here = TokioIo::new(here);
                // However it ends, it has ended.
                let _ = tokio::io::copy_bidirectional_with_sizes(&mut here, &mut there, BUFFER, BUFFER).await;
            };
            tokio::select! {
                () = carry => {}
                () = stop.wanted() => {}
            }
        });
        (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_connection_ends_with_it() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Own"),
            ("x-own", "1"),
            ("te", "trailers"),
            ("origin", "https://a.example"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let left = ends_here(&headers);
        assert_eq!(left.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["origin"]);
    }

    #[test]
    fn all_that_is_the_chats_goes_on() {
        let all = prefixes();
        for path in ["/rt", "/v1/conversations", "/v1/admin", "/v1/canned", "/v1/contacts", "/v1/counts"] {
            assert!(all.contains(path), "{path}: {all:?}");
        }
        assert!(all.iter().all(|it| it == "/rt" || it.starts_with("/v1/")), "{all:?}");
    }
}
