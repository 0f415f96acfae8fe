//! The first lane: `GET /v1/session`, binary messages only.
//!
//! The server sends a challenge, the peer answers with its hello, the server with its welcome or a refusal;
//! from then on every message is the session's. Buffers are small, nothing is compressed (page frames are
//! already), and what cannot be written is not taken out of the session.
use std::time::Duration;

use axum::{
    Router,
    extract::{
        ConnectInfo, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::get,
};
use cobrowse_core::{
    id::{AgentId, SessionId},
    session::{Lane, handshake::Handshake, relay::CloseReason},
    wire::{
        Envelope, OLDEST_VERSION, PROTOCOL_VERSION, TICKETS_SINCE,
        message::{AgentCard, Challenge, Hello, Refusal, Resume, Tab, Welcome},
    },
};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::sync::oneshot;

use crate::{
    app::App,
    auth::{
        self, account, serves, site,
        ticket::{Bearer, Claims},
    },
    error::ApiError,
    limits::{HELLO_WITHIN, LANE_OUTBOX, MAX_SOCKET_READ},
    session::{
        Admission, JoinError, Joiner, SessionHandle, end_code,
        port::{Farewell, LaneInlet},
    },
    transport::{
        socket::{FAREWELL_WITHIN, bounded, drain, is_too_large},
        tcp::Caller,
    },
};

/// The close code of a page that is being left (RFC 6455 §7.4.1). Firefox ends its sockets so before the page hears of
/// it, and what the page says then is not sent any more.
const GOING_AWAY: u16 = 1001;
/// The close code of a page whose share has ended by an error of its own: nobody need wait for it.
const FAILED: u16 = 4001;
/// One message may take this long to leave; the kernel's buffer is behind it.
const WRITE_WITHIN: Duration = Duration::from_secs(60);

/// `GET /v1/session`.
pub fn routes() -> Router<App> {
    Router::new().route("/v1/session", get(upgrade))
}

async fn upgrade(
    State(app): State<App>,
    ConnectInfo(Caller(address)): ConnectInfo<Caller>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let origin = site::origin(&headers).map(str::to_owned);
    // A browser cannot read the status of a failed upgrade, but whoever floods need not.
    if !app.rates.hello(address.ip()) {
        return ApiError::from(Refusal::RateLimited).into_response();
    }
    bounded(upgrade).on_upgrade(move |mut socket| async move {
        match greet(&app, &mut socket, origin.as_deref()).await {
            Ok(Some(guest)) => serve(&app, socket, guest).await,
            Ok(None) => {}
            Err(NotGreeted::Here(refusal)) => {
                app.metrics.refused(refusal, "hello");
                refuse(&mut socket, refusal).await;
            }
            Err(NotGreeted::BySession(refusal)) => refuse(&mut socket, refusal).await,
            Err(NotGreeted::Gone) => part(&mut socket, Farewell::GoingAway, None).await,
        }
    })
}

/// A peer that was let in.
struct Guest {
    session: SessionHandle,
    admission: Admission,
    welcome: Vec<u8>,
}

/// Who refused a peer: each refusal is counted once.
enum NotGreeted {
    /// This border; nobody counted it yet.
    Here(Refusal),
    /// The session, which counted it.
    BySession(Refusal),
    /// The session's task ended meanwhile, as all do when the server stops: the next try tells.
    Gone,
}

impl From<Refusal> for NotGreeted {
    fn from(refusal: Refusal) -> Self {
        Self::Here(refusal)
    }
}

impl From<JoinError> for NotGreeted {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Refused(refusal) => Self::BySession(refusal),
            JoinError::Gone(_) => Self::Gone,
        }
    }
}

/// Challenge, hello, and what the session says to it. `None` when the socket closed before.
async fn greet(app: &App, socket: &mut WebSocket, origin: Option<&str>) -> Result<Option<Guest>, NotGreeted> {
    let nonce = auth::random::<32>().map_err(|_| Refusal::Internal)?;
    let challenge = encode(&Handshake::Challenge(Challenge { nonce }))?;
    if socket.send(Message::Binary(challenge.into())).await.is_err() {
        return Ok(None);
    }
    let first =
        tokio::time::timeout(HELLO_WITHIN, next_heard(socket)).await.map_err(|_| Refusal::Malformed)?;
    let Heard::Bytes(first) = first? else { return Ok(None) };
    let hello = read_hello(&first)?;
    let claims = app.tickets.verify(&hello.ticket)?;
    check_bearer(app, &claims, &hello, (&nonce, origin)).await?;
    admit(app, claims, &hello).await.map(Some)
}

/// The version is read first: another one's hello may not decode at all.
fn read_hello(bytes: &[u8]) -> Result<Hello, Refusal> {
    let hello = Handshake::decode(bytes);
    let version = match &hello {
        Ok(Handshake::Hello(hello)) => Some(hello.version),
        Ok(_) | Err(_) => version_of(bytes),
    };
    match (version, hello) {
        (Some(version), _) if !(OLDEST_VERSION..=PROTOCOL_VERSION).contains(&version) => {
            Err(Refusal::VersionUnsupported)
        }
        (_, Ok(Handshake::Hello(hello))) => Ok(hello),
        (_, Ok(_) | Err(_)) => Err(Refusal::Malformed),
    }
}

/// The version stands first in every version's hello.
fn version_of(bytes: &[u8]) -> Option<u16> {
    const HELLO: u8 = 2;
    let envelope = Envelope::decode(bytes, MAX_SOCKET_READ).ok()?;
    if envelope.kind != HELLO {
        return None;
    }
    postcard::take_from_bytes(&envelope.payload).ok().map(|(version, _)| version)
}

/// Whether the one who holds the ticket may use it from here.
async fn check_bearer(
    app: &App,
    claims: &Claims,
    hello: &Hello,
    (nonce, origin): (&[u8; 32], Option<&str>),
) -> Result<(), Refusal> {
    match &claims.bearer {
        Bearer::Visitor { site, key, .. } => {
            site::of_page(app, site, origin).await.map_err(|error| error.into_refusal("hello"))?;
            let proof = hello.proof.as_deref().unwrap_or_default();
            if key.signed(nonce, &hello.ticket, proof) { Ok(()) } else { Err(Refusal::ProofInvalid) }
        }
        Bearer::Viewer { .. } if origin == Some(app.public_url.origin().as_str()) => Ok(()),
        Bearer::Viewer { .. } => Err(Refusal::WrongOrigin),
    }
}

async fn admit(app: &App, claims: Claims, hello: &Hello) -> Result<Guest, NotGreeted> {
    let session =
        app.sessions.find(app, claims.session).await.map_err(|error| error.into_refusal("hello"))?;
    may_view(app, &claims.bearer, &session).await?;
    let joiner = joiner(app, &claims, hello.tab).await?;
    let renewed = (TICKETS_SINCE <= hello.version).then(|| claims.bearer.clone());
    let admission = session.join(joiner, hello.resume, renewed).await?;
    let welcome = welcome(app, claims.session, claims.bearer, &admission);
    match welcome {
        Ok(welcome) => Ok(Guest { session, admission, welcome }),
        Err(refusal) => {
            session.leave(admission.peer).await;
            Err(refusal.into())
        }
    }
}

/// A ticket outlives what its agent may do by some minutes.
async fn may_view(app: &App, bearer: &Bearer, session: &SessionHandle) -> Result<(), Refusal> {
    let Bearer::Viewer { agent, .. } = bearer else { return Ok(()) };
    let may = async {
        if !app.records.is_open_to(session.facts.id, *agent).await? {
            return Ok(false);
        }
        match app.accounts.agent(account(*agent)).await? {
            Some(agent) if !agent.disabled => serves(app, &agent.sites, &session.facts.site).await,
            Some(_) | None => Ok(false),
        }
    };
    match may.await.map_err(|error: ApiError| error.into_refusal("hello"))? {
        true => Ok(()),
        false => Err(Refusal::TicketInvalid),
    }
}

fn welcome(app: &App, session: SessionId, bearer: Bearer, admission: &Admission) -> Result<Vec<u8>, Refusal> {
    let ticket = app.tickets.issue(session, bearer).map_err(|_| Refusal::Internal)?;
    let resume: Resume = admission.joined.resume;
    encode(&Handshake::Welcome(Welcome { session, resume, ticket, stands: admission.joined.stands }))
}

async fn joiner(app: &App, claims: &Claims, tab: Option<Tab>) -> Result<Joiner, Refusal> {
    match &claims.bearer {
        Bearer::Viewer { agent, name } => Ok(Joiner::Viewer(AgentCard { id: *agent, name: name.clone() })),
        Bearer::Visitor { .. } => {
            let tab = tab.ok_or(Refusal::Malformed)?;
            let Some(standing) = tab.standing else { return Ok(Joiner::Visitor(tab, None)) };
            let card = card(app, claims.session, standing.view.1).await;
            Ok(Joiner::Visitor(tab, card.map_err(|error| error.into_refusal("hello"))?))
        }
    }
}

/// Whose view a page carries, unless the session is a conversation's that was given to somebody else meanwhile.
async fn card(app: &App, session: SessionId, id: AgentId) -> Result<Option<AgentCard>, ApiError> {
    if !app.records.is_open_to(session, id).await? {
        return Ok(None);
    }
    let agent = app.accounts.agent(account(id)).await?;
    Ok(agent.map(|agent| AgentCard { id, name: agent.first_name }))
}

fn encode(handshake: &Handshake) -> Result<Vec<u8>, Refusal> {
    handshake.encode().map_err(|_| Refusal::Internal)
}

/// What a socket brings.
enum Heard {
    Bytes(Vec<u8>),
    /// The end, with the peer's close code if it said one.
    Closed(Option<u16>),
}

/// The next binary message, or the end of the socket.
async fn next_heard<S>(socket: &mut S) -> Result<Heard, Refusal>
where
    S: StreamExt<Item = Result<Message, axum::Error>> + Unpin,
{
    loop {
        match socket.next().await {
            Some(Ok(Message::Binary(bytes))) => return Ok(Heard::Bytes(bytes.into())),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Text(_))) => return Err(Refusal::Malformed),
            Some(Ok(Message::Close(frame))) => return Ok(Heard::Closed(frame.map(|frame| frame.code))),
            None => return Ok(Heard::Closed(None)),
            Some(Err(error)) if is_too_large(&error) => return Err(Refusal::TooLarge),
            Some(Err(_)) => return Ok(Heard::Closed(None)),
        }
    }
}

async fn serve(app: &App, socket: WebSocket, guest: Guest) {
    let Guest { session, admission, welcome } = guest;
    let Admission { peer, outgoing, farewell, .. } = admission;
    let (sink, mut stream) = socket.split();
    let writer = Writer { sink, outgoing };
    let (done, written) = oneshot::channel();
    app.shutdown.spawn(async move {
        writer.run(welcome, farewell).await;
        // The reader may have ended first.
        let _ = done.send(());
    });
    let read = tokio::select! {
        read = pass_in(&session, peer, &mut stream) => read,
        _ = written => return drain(&mut stream, None).await,
    };
    match read {
        Ok(Some(FAILED)) => session.failed(peer).await,
        Ok(Some(GOING_AWAY)) => session.going_away(peer).await,
        Ok(_) => session.leave(peer).await,
        Err(refusal) => {
            session.refused(peer, refusal).await;
            drain(&mut stream, Some(refusal)).await;
        }
    }
}

/// Passes messages to the session until the socket closes; gives the close code.
async fn pass_in(
    session: &SessionHandle,
    peer: cobrowse_core::session::relay::PeerId,
    stream: &mut SplitStream<WebSocket>,
) -> Result<Option<u16>, Refusal> {
    loop {
        match next_heard(stream).await? {
            Heard::Bytes(bytes) => {
                if session.frame(peer, Lane::WebSocket, bytes).await.is_err() {
                    return Ok(None);
                }
            }
            Heard::Closed(code) => return Ok(code),
        }
    }
}

/// The socket's sending half.
struct Writer {
    sink: SplitSink<WebSocket, Message>,
    outgoing: LaneInlet,
}

impl Writer {
    async fn run(mut self, welcome: Vec<u8>, mut farewell: oneshot::Receiver<Farewell>) {
        let mut next = Some(welcome);
        while let Some(bytes) = next {
            if !self.write(bytes).await {
                return;
            }
            next = tokio::select! {
                biased; // What was queued before the goodbye goes before it.
                bytes = self.outgoing.next() => bytes,
                end = &mut farewell => return self.say(end).await,
            };
        }
        // The session let go of the lane; the goodbye says why.
        let end = farewell.await;
        self.say(end).await;
    }

    /// Whether the message went to the kernel, and with it what else is there already.
    async fn write(&mut self, bytes: Vec<u8>) -> bool {
        let sending = async {
            self.sink.feed(Message::Binary(bytes.into())).await?;
            for bytes in std::iter::from_fn(|| self.outgoing.take()).take(LANE_OUTBOX) {
                self.sink.feed(Message::Binary(bytes.into())).await?;
            }
            self.sink.flush().await
        };
        matches!(tokio::time::timeout(WRITE_WITHIN, sending).await, Ok(Ok(())))
    }

    async fn say(mut self, end: Result<Farewell, oneshot::error::RecvError>) {
        let last = async {
            while let Some(bytes) = self.outgoing.take() {
                self.sink.send(Message::Binary(bytes.into())).await?;
            }
            if let Ok(end) = end {
                close(&mut self.sink, end).await?;
            }
            Ok::<(), axum::Error>(())
        };
        // A peer that does not read is cut.
        let _ = tokio::time::timeout(FAREWELL_WITHIN, last).await;
    }
}

async fn refuse(socket: &mut WebSocket, refusal: Refusal) {
    part(socket, Farewell::Closed(CloseReason::Refused(refusal)), Some(refusal)).await;
}

async fn part(socket: &mut WebSocket, end: Farewell, refusal: Option<Refusal>) {
    // The peer may be gone already, or not read.
    let _ = tokio::time::timeout(FAREWELL_WITHIN, close(socket, end)).await;
    drain(socket, refusal).await;
}

/// The refusal, where there is one, and the close frame.
async fn close<S>(sink: &mut S, end: Farewell) -> Result<(), axum::Error>
where
    S: SinkExt<Message, Error = axum::Error> + Unpin,
{
    let (code, reason) = match end {
        Farewell::Closed(CloseReason::Refused(refusal)) => {
            if let Ok(bytes) = Handshake::Refused(refusal).encode() {
                sink.send(Message::Binary(bytes.into())).await?;
            }
            (refusal.close_code(), refusal.code())
        }
        Farewell::Closed(CloseReason::Ended(reason)) => (1000, end_code(reason)),
        Farewell::Closed(CloseReason::Replaced) => (1000, "replaced"),
        Farewell::Closed(CloseReason::Silent) => (1001, "silent"),
        Farewell::GoingAway => (1001, "going_away"),
    };
    sink.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await
}
