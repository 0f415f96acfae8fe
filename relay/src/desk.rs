//! The agents' API: log-in, the live list, opening sessions, tickets to them.
use accounts::Claims;
use axum::{
    Json,
    body::Bytes,
    extract::{
        ConnectInfo, Path, Request, State,
        rejection::BytesRejection,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use axum_extra::extract::cookie::CookieJar;
use cobrowse_core::{
    id::{SessionId, VisitorId},
    wire::{
        desk::{Login, Me, Opened, Problem, Ticket, ToDesk},
        message::Refusal,
    },
};
use serde::de::DeserializeOwned;
use tokio::sync::broadcast;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    admin,
    app::{App, fixed},
    auth::{
        Authorized,
        login::{self, Secure},
        on_wire, serves, site,
        ticket::Bearer,
    },
    error::ApiError,
    presence::{Pulse, next_text, send},
    transport::{socket::bounded, tcp::Caller},
};

mod sight;

use sight::Sight;

/// Everything under the desk's cookie.
pub(crate) fn routes(state: &App) -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(log_in))
        .routes(routes!(log_out))
        .routes(routes!(me))
        .route("/v1/desk", get(desk))
        .routes(routes!(open_session))
        .routes(routes!(ticket))
        .merge(admin::routes())
        .layer(from_fn_with_state(state.clone(), own_origin))
        .layer(fixed(header::CACHE_CONTROL, "no-store"))
}

/// What changes state, and the socket, comes from the desk's own pages or not at all.
async fn own_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let upgrades = request.headers().contains_key(header::UPGRADE);
    if reads && !upgrades {
        return next.run(request).await;
    }
    match site::of_desk(&app, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => ApiError::from(refusal).into_response(),
    }
}

/// Begins a log-in: the answer sets its cookie.
#[utoipa::path(post, path = "/v1/login", tag = "accounts",
    request_body(content = Login, content_type = "application/json"),
    responses((status = 200, body = Me),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages"),
        (status = 413, body = Problem),
        (status = 429, body = Problem)))]
async fn log_in(
    State(app): State<App>,
    ConnectInfo(Caller(address)): ConnectInfo<Caller>,
    jar: CookieJar,
    body: Result<Bytes, BytesRejection>,
) -> Result<(CookieJar, Json<Me>), ApiError> {
    let Login { email, password } = read_json(&body?, "An object with email and password is accepted.")?;
    if !app.rates.login(address.ip(), &email) {
        return Err(Refusal::RateLimited.into());
    }
    let agent = app.accounts.log_in(&email, password).await?;
    welcome(&app, jar, agent.into()).await
}

/// Begins a log-in, and says whose it is.
///
/// # Errors
/// When the account was disabled meanwhile, or the database fails.
pub async fn welcome(app: &App, jar: CookieJar, claims: Claims) -> Result<(CookieJar, Json<Me>), ApiError> {
    let token = app.accounts.begin_login(claims.agent).await?;
    Ok((jar.add(login::cookie(&token, secure(app))), Json(about(&claims)?)))
}

/// Ends the log-in of the cookie, if it is one.
#[utoipa::path(post, path = "/v1/logout", tag = "accounts",
    responses((status = 204),
        (status = 403, body = Problem, description = "Not from the desk's own pages")))]
async fn log_out(
    State(app): State<App>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<(CookieJar, StatusCode), ApiError> {
    if let Some(token) = login::token(&headers) {
        app.accounts.end_login(token).await?;
    }
    Ok((jar.add(login::no_cookie(secure(&app))), StatusCode::NO_CONTENT))
}

/// Nobody is an answer too: a question is no failure, and browsers write failures to the console.
#[utoipa::path(get, path = "/v1/me", tag = "accounts",
    responses((status = 200, body = Me),
        (status = 204)))]
async fn me(agent: Result<Authorized<Claims>, ApiError>) -> Result<Response, ApiError> {
    match agent {
        Ok(agent) => Ok(Json(about(&agent)?).into_response()),
        Err(ApiError::LoginRequired) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error) => Err(error),
    }
}

/// Asks a visitor who is there to show their page; the session that is open already, if there is one.
#[utoipa::path(post, path = "/v1/visitors/{id}/sessions", tag = "shares",
    params(("id" = String, Path, description = "The visitor")),
    responses((status = 201, body = Opened),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages"),
        (status = 404, body = Problem, description = "`visitor_gone`"),
        (status = 429, body = Problem)))]
async fn open_session(
    State(app): State<App>,
    agent: Authorized<Claims>,
    Path(visitor): Path<String>,
) -> Result<(StatusCode, Json<Opened>), ApiError> {
    let visitor: VisitorId = visitor.parse().map_err(|_| ApiError::VisitorGone)?;
    let found = app.directory.find(visitor).ok_or(ApiError::VisitorGone)?;
    if !serves(&app, &agent.sites, &found.site).await? {
        return Err(ApiError::VisitorGone);
    }
    let session = app.sessions.open(&app, visitor, on_wire(agent.agent)?).await?;
    Ok((StatusCode::CREATED, Json(Opened { session })))
}

/// What the viewer comes into a session with.
#[utoipa::path(post, path = "/v1/sessions/{session}/ticket", tag = "shares",
    params(("session" = String, Path, description = "The session")),
    responses((status = 200, body = Ticket),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages"),
        (status = 404, body = Problem),
        (status = 410, body = Problem, description = "The session has ended"),
        (status = 429, body = Problem)))]
async fn ticket(
    State(app): State<App>,
    agent: Authorized<Claims>,
    Path(session): Path<String>,
) -> Result<Json<Ticket>, ApiError> {
    let session: SessionId = session.parse().map_err(|_| ApiError::NotFound)?;
    let running = app.sessions.find(&app, session).await?;
    if !serves(&app, &agent.sites, &running.facts.site).await? {
        return Err(ApiError::NotFound);
    }
    let id = on_wire(agent.agent)?;
    if !app.records.is_open_to(session, id).await? {
        return Err(ApiError::NotFound);
    }
    let bearer = Bearer::Viewer { agent: id, name: agent.first_name.clone() };
    let ticket = app.tickets.issue(session, bearer).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(Json(Ticket { ticket, visitor: app.directory.row(running.facts.visitor) }))
}

async fn desk(
    State(app): State<App>,
    agent: Authorized<Claims>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let token = login::token(&headers);
    bounded(upgrade).on_upgrade(move |socket| async move {
        app.metrics.desks.inc();
        tracing::debug!(agent = agent.agent.0, "desk opened");
        serve_desk(&app, (token.unwrap_or_default(), agent.into_inner()), socket).await;
        app.metrics.desks.dec();
    })
}

async fn serve_desk(app: &App, (token, claims): ([u8; 32], Claims), mut socket: WebSocket) {
    let mut changes = app.directory.subscribe();
    let mut people = app.people.subscribe();
    let mut pulse = Pulse::default();
    let mut sight = Sight::new(claims);
    let mut sent = send(&mut socket, &sight.everybody(app).await).await;
    while sent.is_ok() {
        sent = tokio::select! {
            change = changes.recv() => pass_on(app, change, &mut sight, &mut socket).await,
            text = next_text(&mut socket) => match text {
                // A desk has nothing to say; texts and pongs show that it lives.
                Ok(Some(_)) => { pulse.heard(); Ok(()) }
                Ok(None) => return,
                Err(refusal) => {
                    app.metrics.refused(refusal, "desk");
                    return close(&mut socket, refusal.close_code(), refusal.code()).await;
                }
            },
            alive = pulse.beat() => {
                if !alive {
                    return;
                }
                if !look_again(app, token, &mut sight, &mut socket).await {
                    return close(&mut socket, 1008, "login_required").await;
                }
                socket.send(Message::Ping(Default::default())).await
            }
            Ok(()) = people.changed() => {
                if !look_again(app, token, &mut sight, &mut socket).await {
                    return close(&mut socket, 1008, "login_required").await;
                }
                Ok(())
            }
            () = app.shutdown.wanted() => return close(&mut socket, 1001, "").await,
        };
    }
}

type Change = Result<ToDesk, broadcast::error::RecvError>;

/// A desk that lagged is told everything anew.
async fn pass_on(
    app: &App,
    change: Change,
    sight: &mut Sight,
    socket: &mut WebSocket,
) -> Result<(), axum::Error> {
    match change {
        Ok(change) if sight.hears(app, &change).await => send(socket, &change).await,
        Ok(_) => Ok(()),
        Err(_) => send(socket, &sight.everybody(app).await).await,
    }
}

/// Whether the log-in still stands: a log-out, here or in another tab, closes the desk as well. One whose
/// agent serves other sites now is told everything anew; that it cannot be told shows by itself.
async fn look_again(app: &App, token: [u8; 32], sight: &mut Sight, socket: &mut WebSocket) -> bool {
    let Ok(Some(claims)) = app.accounts.login(token).await else { return false };
    if sight.becomes(claims) {
        let _ = send(socket, &sight.everybody(app).await).await;
    }
    true
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    // The desk may be gone already.
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}

fn about(claims: &Claims) -> Result<Me, ApiError> {
    Ok(Me {
        id: on_wire(claims.agent)?,
        first_name: claims.first_name.clone(),
        last_name: claims.last_name.clone(),
        email: claims.email.clone(),
        role: claims.role.name().to_owned(),
    })
}

fn secure(app: &App) -> Secure {
    if app.public_url.is_https() { Secure::Https } else { Secure::Loopback }
}

/// A JSON body, whatever its content type says: the origin was checked, not the type.
pub fn read_json<T: DeserializeOwned>(body: &[u8], accepted: &'static str) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|_| ApiError::BadRequest(accepted))
}
