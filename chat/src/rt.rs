//! Sockets of widgets and desks: `/rt`, frames of `chat.v1`; and for widgets that get none, [`polls`].
//!
//! ```text
//!   socket ──frames──▶ Work ──commands──▶ Engine ──commits──▶ Hub ──marks──▶ Outbox ──▶ Tell ──▶ socket
//! ```
//! A commit only marks what has changed in whose outbox; what is sent is read when the socket has room, by the
//! numbers of what its client has. So nothing is lost, doubled or out of order whatever happens between, and a
//! peer that does not read costs nothing.
mod desk;
mod fault;
mod hub;
mod limits;
mod line;
mod outbox;
mod polls;
mod presence;
pub(crate) mod render;
mod room;
mod say;
mod socket;
mod visitor;
mod wanted;
mod wire;

use std::{net::IpAddr, time::Duration};

use axum::{
    extract::{Query, State, ws::WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use chat_proto::desk::ToDesk;
use serde::Deserialize;

pub(crate) use hub::Hub;
pub use limits::Limits;
pub(crate) use limits::{Rates, RetryMs};
pub(crate) use polls::{Answer, Gone, Polls, Unsaid, begin};
pub(crate) use presence::who_never_came_back;
pub(crate) use say::{Speaker, say};
pub(crate) use visitor::Guest;
pub(crate) use wanted::Wanted;

use crate::{
    changes::Change,
    engine::Committed,
    http::{Origin, Peer, Refused, browsing, cookie},
    model::{Conversation, DeskEvent, Effect, SiteId},
    server::{Chat, Names, routed},
};
use line::Line;
use wire::Codec;

/// `?as=visitor&site=KEY` or `?as=desk`.
#[derive(Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub(crate) enum As {
    Visitor { site: String },
    Desk,
}

/// `GET /rt`.
pub(crate) async fn upgrade(
    State(chat): State<Chat>,
    Query(who): Query<As>,
    headers: HeaderMap,
    Peer(from): Peer,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refused> {
    let Some((codec, upgrade)) = Codec::negotiate(socket::bounded(upgrade)) else {
        return Err(Refused::new(StatusCode::BAD_REQUEST, "subprotocol"));
    };
    match who {
        As::Visitor { site } => visitor_socket(chat, &site, (&headers, from), (codec, upgrade)).await,
        As::Desk => desk_socket(chat, &headers, (codec, upgrade)).await,
    }
}

async fn visitor_socket(
    chat: Chat,
    site: &str,
    (headers, from): (&HeaderMap, Option<IpAddr>),
    (codec, upgrade): (Codec, WebSocketUpgrade),
) -> Result<Response, Refused> {
    let site = chat.site(site).await?.ok_or(Refused::not_found())?;
    let guest = guest(site, headers, from)?;
    let serve = move |socket| visitor::serve(chat, Line::Socket(socket), codec, guest);
    Ok(upgrade.on_upgrade(serve).into_response())
}

/// Who opens a line on a page of the site.
pub(crate) fn guest(
    site: accounts::Site,
    headers: &HeaderMap,
    from: Option<IpAddr>,
) -> Result<Guest, Refused> {
    let page = Origin::of(headers).is_of(&site)?.into();
    let (id, browsing) = (SiteId(site.id.0), browsing(headers));
    Ok(Guest { site: id, key: site.key, page, from, browsing })
}

async fn desk_socket(
    chat: Chat,
    headers: &HeaderMap,
    (codec, upgrade): (Codec, WebSocketUpgrade),
) -> Result<Response, Refused> {
    Origin::of(headers).is_desk(&chat)?;
    let token = cookie(headers).ok_or(Refused::unknown())?;
    let rights = chat.accounts.changes();
    let claims = chat.accounts.login(token).await.map_err(crate::server::accounts_fault)?;
    let guest = desk::Guest { token, claims: claims.ok_or(Refused::unknown())?, rights };
    let serve = move |socket| desk::serve(chat, Line::Socket(socket), codec, guest);
    Ok(upgrade.on_upgrade(serve).into_response())
}

/// A transition is durable: whom it concerns hears of it.
pub(crate) fn committed(chat: &Chat, it: &Committed) {
    chat.hub.committed(it);
    let (next, names) = (&it.transition.next, &chat.names);
    let conv = next.public.to_name();
    for effect in &it.transition.effects {
        match effect {
            Effect::OfferMade { agent, .. } => {
                let key = (it.site, next.id);
                chat.hub.agent_desks(*agent, |desk| desk.outbox.mark(|dirty| _ = dirty.offers.insert(key)));
            }
            Effect::OfferEnded { no, agent, outcome } => {
                let frame =
                    ToDesk::OfferEnded { conv: conv.clone(), no: no.0, why: outcome.code().to_owned() };
                chat.hub.agent_desks(*agent, |desk| desk.outbox.push(&frame));
            }
            Effect::Desk(DeskEvent::Inbox) => inbox(&chat.hub, next, &conv),
            Effect::Desk(event) => toast(&chat.hub, names, &conv, *event),
            Effect::Append(_)
            | Effect::SetTimer(..)
            | Effect::ClearTimer(_)
            | Effect::Hold(..)
            | Effect::Free(_)
            | Effect::AnswerMissed(_)
            | Effect::EndShare(_)
            | Effect::HandOverShare { .. }
            | Effect::Participant(_)
            | Effect::Tag(..)
            | Effect::TagAutomatically(_)
            | Effect::BlockVisitor(_)
            | Effect::UpdateVisitor(_)
            | Effect::AskRating
            | Effect::Mail(_) => {}
        }
    }
}

/// More was committed than waits for a listener: whoever shows anything reads it anew.
pub(crate) async fn missed(chat: &Chat) {
    let all = routed(chat.engine.store()).await;
    let all = all.inspect_err(|fault| tracing::warn!(%fault, "what waits is not known anew"));
    chat.hub.missed(all.ok().as_deref());
}

/// So long after a commit whose fate nobody knows it may still go through.
const UNSURE: Duration = Duration::from_secs(1);

/// Something beside conversations is durable.
pub(crate) fn changed(chat: &Chat, it: Change) {
    match it {
        Change::Unsure(site) => {
            chat.hub.changed(it);
            let changes = chat.engine.changes().clone();
            tokio::spawn(async move {
                tokio::time::sleep(UNSURE).await;
                changes.tell(Change::Directory(site));
            });
        }
        Change::Visitor(site, visitor) => presence::visitor_changed(chat, (site, visitor)),
        Change::Widget(_)
        | Change::Directory(_)
        | Change::Canned(..)
        | Change::Row { .. }
        | Change::Unblocked(..) => chat.hub.changed(it),
    }
}

fn toast(hub: &Hub, names: &Names, conv: &str, event: DeskEvent) {
    let (to, code, named) = match event {
        DeskEvent::Claimed(agent) => (agent, "claimed", None),
        DeskEvent::Lost(agent) => (agent, "lost", None),
        DeskEvent::NotAnswered(agent) => (agent, "not_answered", None),
        DeskEvent::TakenOver { from, by } => (from, "taken_over", Some(by)),
        DeskEvent::TransferFailed { owner, to, .. } => (owner, "transfer_failed", Some(to)),
        DeskEvent::Woken(agent) => (agent, "woken", None),
        DeskEvent::Rated(agent) => (agent, "rated", None),
        DeskEvent::Inbox => return,
    };
    let names = named.map(|agent| names.first(agent)).into_iter().collect();
    let frame = ToDesk::Toast { conv: conv.to_owned(), code: code.to_owned(), names };
    hub.agent_desks(to, |desk| desk.outbox.push(&frame));
}

/// Desks that show a list, of agents who may see it, hear that something was left.
fn inbox(hub: &Hub, of: &Conversation, conv: &str) {
    let frame = ToDesk::Toast { conv: conv.to_owned(), code: "inbox".to_owned(), names: Vec::new() };
    hub.site_desks(of.site, |desk| {
        let viewer = desk.viewer();
        let sees = viewer.actor().manages() || viewer.queues.contains(&of.queue);
        if sees && desk.shows().list.is_some() {
            desk.outbox.push(&frame);
        }
    });
}
