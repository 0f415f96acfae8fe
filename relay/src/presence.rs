//! The socket of a waiting page: where it is, and whether somebody wants to ask it something.
use std::net::IpAddr;

use accounts::Site;
use axum::{
    Router,
    extract::{
        ConnectInfo, Query, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, header},
    response::Response,
    routing::get,
};
use cobrowse_core::wire::{
    desk::{FromPage, ToPage, VisitorRow},
    message::Refusal,
};
use governor::DefaultDirectRateLimiter;
use serde::Deserialize;

use crate::{
    app::App,
    auth::{site, ticket::PageKey},
    limits::{self, HELLO_WITHIN, MAX_JSON_MESSAGE},
    transport::{
        socket::{bounded, drain, is_too_large},
        tcp::Caller,
    },
};

mod browser;
pub mod directory;

use directory::{Attendance, Here};

/// Longest path and language that are kept, bytes.
const MAX_PATH: usize = 1024;
const MAX_LANG: usize = 35;

/// `GET /v1/presence`.
pub fn routes() -> Router<App> {
    Router::new().route("/v1/presence", get(presence))
}

#[derive(Deserialize)]
struct PresenceQuery {
    #[serde(default)]
    site: String,
}

/// What is known of a page before it says anything.
struct Visit {
    address: IpAddr,
    origin: Option<String>,
    browser: String,
}

async fn presence(
    State(app): State<App>,
    ConnectInfo(Caller(address)): ConnectInfo<Caller>,
    Query(query): Query<PresenceQuery>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let user_agent =
        headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let visit = Visit {
        address: address.ip(),
        origin: site::origin(&headers).map(str::to_owned),
        browser: browser::describe(user_agent),
    };
    bounded(upgrade).on_upgrade(move |mut socket| async move {
        if let Err(refusal) = attend(&app, &query.site, &visit, &mut socket).await {
            app.metrics.refused(refusal, "presence");
            refuse(&mut socket, refusal).await;
        }
    })
}

/// A browser cannot read the status of a failed upgrade: refusals are told inside.
async fn refuse(socket: &mut WebSocket, refusal: Refusal) {
    // The page may be gone already, and then nobody is left to be told.
    if send(socket, &ToPage::refused(refusal)).await.is_ok() {
        let close = CloseFrame { code: refusal.close_code(), reason: refusal.code().into() };
        let _ = socket.send(Message::Close(Some(close))).await;
        drain(socket, Some(refusal)).await;
    }
}

async fn attend(app: &App, key: &str, visit: &Visit, socket: &mut WebSocket) -> Result<(), Refusal> {
    if !app.rates.presence(visit.address) {
        return Err(Refusal::RateLimited);
    }
    let site = site::of_page(app, key, visit.origin.as_deref()).await;
    let site = site.map_err(|error| error.into_refusal("presence"))?;
    let first =
        tokio::time::timeout(HELLO_WITHIN, next_text(socket)).await.map_err(|_| Refusal::Malformed)?;
    let Some(first) = first? else { return Ok(()) };
    let here = read_here(app, &site, visit, &first)?;
    let attendance = app.directory.arrive(here.clone()).ok_or(Refusal::RateLimited)?;
    app.sessions.ask_again(app, here.id).await;
    app.metrics.presences.inc();
    let result = Page { app, site: &site, visit, here, attendance }.serve(socket).await;
    app.metrics.presences.dec();
    result
}

/// One waiting page.
struct Page<'a> {
    app: &'a App,
    site: &'a Site,
    visit: &'a Visit,
    here: Here,
    attendance: Attendance,
}

impl Page<'_> {
    async fn serve(mut self, socket: &mut WebSocket) -> Result<(), Refusal> {
        let moves = DefaultDirectRateLimiter::direct(limits::page_moves());
        let mut pulse = Pulse::default();
        loop {
            tokio::select! {
                text = next_text(socket) => {
                    let Some(text) = text? else { return Ok(()) };
                    pulse.heard();
                    if moves.check().is_err() {
                        return Err(Refusal::RateLimited);
                    }
                    self.said(&text).await?;
                }
                Some(order) = self.attendance.orders.recv() => {
                    if send(socket, &order).await.is_err() {
                        return Ok(());
                    }
                }
                alive = pulse.beat() => {
                    if !alive || socket.send(Message::Ping(Default::default())).await.is_err() {
                        return Ok(());
                    }
                }
                () = self.app.shutdown.wanted() => return going_away(socket).await,
            }
        }
    }

    async fn said(&mut self, text: &str) -> Result<(), Refusal> {
        // Pongs come as empty texts: they only show that the page lives.
        if text.is_empty() {
            return Ok(());
        }
        if let Ok(FromPage::Failed { session }) = serde_json::from_str(text) {
            self.app.sessions.cannot_come(self.here.id, session).await;
            return Ok(());
        }
        let here = read_here(self.app, self.site, self.visit, text)?;
        if here.id != self.here.id {
            return Err(Refusal::Malformed);
        }
        self.app.directory.update(here);
        Ok(())
    }
}

fn read_here(app: &App, site: &Site, visit: &Visit, text: &str) -> Result<Here, Refusal> {
    let said = serde_json::from_str(text).map_err(|_| Refusal::Malformed)?;
    let FromPage::Here { key, path, lang } = said else { return Err(Refusal::Malformed) };
    let well_formed = path.starts_with('/') && path.len() <= MAX_PATH && lang.len() <= MAX_LANG;
    let key = PageKey::from_spki(&key).filter(|_| well_formed).ok_or(Refusal::Malformed)?;
    let id = app.tickets.visitor(&site.key, &key);
    let row = VisitorRow {
        id,
        site: site.name.clone(),
        origin: visit.origin.clone().unwrap_or_default(),
        path,
        lang,
        browser: visit.browser.clone(),
        since_ms: 0,
        session: None,
    };
    Ok(Here { id, site: site.key.clone(), key, row })
}

/// The next text, an empty one for a pong, or `None` at the end of the socket.
pub async fn next_text(socket: &mut WebSocket) -> Result<Option<String>, Refusal> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) if MAX_JSON_MESSAGE < text.len() => return Err(Refusal::TooLarge),
            Some(Ok(Message::Text(text))) => return Ok(Some(text.to_string())),
            Some(Ok(Message::Pong(_))) => return Ok(Some(String::new())),
            Some(Ok(Message::Ping(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(Refusal::Malformed),
            Some(Ok(Message::Close(_))) | None => return Ok(None),
            Some(Err(error)) if is_too_large(&error) => return Err(Refusal::TooLarge),
            Some(Err(_)) => return Ok(None),
        }
    }
}

/// Sends a value as JSON text.
///
/// # Errors
/// When the socket is closed.
pub async fn send<T: serde::Serialize>(socket: &mut WebSocket, value: &T) -> Result<(), axum::Error> {
    let text = serde_json::to_string(value).map_err(axum::Error::new)?;
    socket.send(Message::Text(text.into())).await
}

/// Says that the server stops (RFC 6455 §7.4.1, 1001).
async fn going_away(socket: &mut WebSocket) -> Result<(), Refusal> {
    let _ = socket.send(Message::Close(Some(CloseFrame { code: 1001, reason: "".into() }))).await;
    Ok(())
}

/// Finds sockets whose other end went away without a word.
pub struct Pulse {
    timer: tokio::time::Interval,
    silent: u8,
}

impl Default for Pulse {
    fn default() -> Self {
        let period = limits::PING_EVERY;
        Self { timer: tokio::time::interval_at(tokio::time::Instant::now() + period, period), silent: 0 }
    }
}

impl Pulse {
    /// Something came.
    pub fn heard(&mut self) {
        self.silent = 0;
    }

    /// Waits until a ping is due; `false` when the last ones were not answered.
    pub async fn beat(&mut self) -> bool {
        self.timer.tick().await;
        self.silent += 1;
        self.silent <= 2
    }
}
