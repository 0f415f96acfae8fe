//! What the WebSocket carries, by requests: for visitors whose network lets none through (CHAT.md §5). The frames are
//! the same, and so is all that is made of them; see [`crate::rt`].
use std::{net::IpAddr, time::Duration};

use accounts::Site;
use axum::{
    Extension, Json,
    extract::{State, ws::Utf8Bytes},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use chat_proto::{
    Fault as Told,
    visitor::{FromVisitor, Stream, Streamed},
};
use serde::Deserialize;

use super::{Peer, Refused, who::bearer, widget::Sent};
use crate::{
    api::Params,
    engine::Fault,
    model::{PublicId, SiteId, VisitorId},
    rt::{self, Answer},
    server::Chat,
};

/// The longest that a request waits, seconds. Pings end the wait before, so that both sides know of each other in time.
const LONGEST_S: u64 = 25;

/// Which stream is spoken on.
#[derive(Deserialize)]
pub(super) struct Spoken {
    /// None for a new one.
    #[serde(default)]
    stream: String,
}

/// What is waited for.
#[derive(Deserialize)]
pub(super) struct Waited {
    stream: String,
    #[serde(default)]
    cursor: u32,
    #[serde(default = "longest")]
    wait: u64,
}

const fn longest() -> u64 {
    LONGEST_S
}

/// The visitor of a bearer token, and the token. Who is known no more hears it by the stream, as by a socket.
fn visitor<'a>(
    chat: &Chat,
    headers: &'a HeaderMap,
    site: SiteId,
) -> Result<((SiteId, VisitorId), &'a str), Refused> {
    let token = bearer(headers)?;
    let known = chat.tokens.check(token, site, chat.engine.now());
    let (visitor, _) = known.ok_or(Refused::new(StatusCode::UNAUTHORIZED, "token"))?;
    Ok(((site, visitor), token))
}

/// Says something where no WebSocket comes through: first hello, without `stream`, which gives one; then one frame after
/// the other, each when the one before is answered. What a frame is answered comes by the stream.
#[utoipa::path(post, path = "/v1/stream", tag = "widget",
    params(("site" = String, Query, description = "The site's key"),
        ("stream" = Option<String>, Query, description = "Which stream; none with hello")),
    request_body(content = FromVisitor, content_type = "application/json"),
    responses((status = 200, body = Stream, description = "Taken, and done in its order"),
        (status = 400, body = Told, description = "No frame; the stream ends"),
        (status = 401, body = Told, description = "`token`: it does not count any more"),
        (status = 403, body = Told, description = "Not from a page of the site"),
        (status = 404, body = Told, description = "No such site or stream: say hello anew"),
        (status = 413, body = Told),
        (status = 429, body = Told, description = "Something else is being said, or too many streams are begun"),
        (status = 503, body = Told)))]
pub(super) async fn tell(
    State(chat): State<Chat>,
    (Extension(site), Peer(from)): (Extension<Site>, Peer),
    headers: HeaderMap,
    Params(Spoken { stream }): Params<Spoken>,
    sent: Sent,
) -> Result<Json<Stream>, Refused> {
    let by = visitor(&chat, &headers, SiteId(site.id.0))?;
    let sent = sent.map_err(|rejection| Refused::new(rejection.status(), "too_long"))?;
    let frame = Utf8Bytes::try_from(sent).map_err(|_| malformed())?;
    if stream.is_empty() {
        return begin(&chat, site, (by, &headers, from), frame).map(Json);
    }
    let is_one = serde_json::from_str::<FromVisitor>(&frame).is_ok();
    // What is no frame ends the stream, as it would a socket.
    chat.polls.find(&stream, by.0)?.say(frame).await?;
    if is_one { Ok(Json(Stream { stream })) } else { Err(malformed()) }
}

fn malformed() -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "malformed")
}

fn begin(
    chat: &Chat,
    site: Site,
    ((who, shown), headers, from): (((SiteId, VisitorId), &str), &HeaderMap, Option<IpAddr>),
    hello: Utf8Bytes,
) -> Result<Stream, Refused> {
    let Ok(FromVisitor::Hello { token, .. }) = serde_json::from_str(&hello) else { return Err(malformed()) };
    if token != shown {
        return Err(Refused::new(StatusCode::UNAUTHORIZED, "token"));
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Fault::Random(error.to_string()))?;
    let name = PublicId::from_bytes(bytes);
    let guest = rt::guest(site, headers, from)?;
    rt::begin(chat, name, (who, guest), hello)?;
    Ok(Stream { stream: name.to_name() })
}

/// Waits for what the visitor is told, for `wait` seconds at most; there may be nothing. `cursor` is 0 at first, and then
/// what the last answer said: an answer that got lost is asked for by the cursor of before, and is the same again.
#[utoipa::path(get, path = "/v1/stream", tag = "widget",
    params(("site" = String, Query, description = "The site's key"),
        ("stream" = String, Query, description = "Which stream"),
        ("cursor" = Option<u32>, Query, description = "What the last answer that has come said"),
        ("wait" = Option<u64>, Query, description = "Seconds; 25 at most")),
    responses((status = 200, body = Streamed),
        (status = 400, body = Told),
        (status = 401, body = Told, description = "`token`: it does not count any more"),
        (status = 403, body = Told, description = "Not from a page of the site"),
        (status = 404, body = Told, description = "No such site or stream, or it has ended: say hello anew"),
        (status = 503, body = Told)))]
pub(super) async fn hear(
    State(chat): State<Chat>,
    Extension(site): Extension<Site>,
    headers: HeaderMap,
    Params(Waited { stream, cursor, wait }): Params<Waited>,
) -> Result<Response, Refused> {
    let (who, _) = visitor(&chat, &headers, SiteId(site.id.0))?;
    let wait = Duration::from_secs(wait.min(LONGEST_S));
    let Answer { cursor, frames } = chat.polls.find(&stream, who)?.ask(cursor, wait).await?;
    let frames: Vec<&str> = frames.iter().map(|it| it.as_str()).collect();
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, Streamed::written(cursor, &frames)).into_response())
}
