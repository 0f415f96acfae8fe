//! The visitor's page and the agent's viewer without a browser: the machines of `cobrowse-core` on a WebSocket, each in
//! a task of its own.
use std::{fmt::Debug, net::SocketAddr, rc::Rc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chat_proto::visitor::PageProof;
use cobrowse_core::{
    id::{Epoch, Incarnation, Moment, TabId},
    session::{
        Lane,
        viewer::{Connection, ViewerConfig, ViewerEvent, ViewerSession},
        visitor::{Question, VisitorConfig, VisitorEvent, VisitorSession},
    },
    wire::message::{AgentCard, Ask, EndReason, Refusal, ShareState, Tab},
};
use futures_util::{SinkExt, StreamExt};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use tokio::{
    net::TcpStream,
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message,
    tungstenite::client::IntoClientRequest,
};

const PATIENCE: Duration = Duration::from_secs(30);

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub async fn connect(addr: SocketAddr, path: &str, origin: &str) -> Socket {
    let mut request = format!("ws://{addr}{path}").into_client_request().expect("an address");
    request.headers_mut().insert("origin", origin.parse().expect("an origin"));
    connect_async(request).await.expect("upgraded").0
}

fn random() -> u64 {
    u64::from_le_bytes(relay::auth::random().expect("randomness"))
}

/// The key of a visitor's browser.
#[derive(Clone)]
pub struct PageKey(Rc<SigningKey>);

impl PageKey {
    pub fn new() -> Self {
        loop {
            let bytes = relay::auth::random::<32>().expect("randomness");
            // One in 2^32 numbers is no key of the curve.
            if let Ok(key) = SigningKey::from_slice(&bytes) {
                return Self(Rc::new(key));
            }
        }
    }

    pub fn spki(&self) -> String {
        BASE64.encode(self.0.verifying_key().to_public_key_der().expect("encodes").as_bytes())
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(message);
        signature.to_bytes().to_vec()
    }

    /// What the chat's widget shows of it.
    pub fn prover(&self) -> impl Fn(&str) -> PageProof + Send + 'static {
        let (spki, key) = (self.spki(), SigningKey::clone(&self.0));
        move |token| {
            let signature: Signature = key.sign(format!("tandem-chat:{token}").as_bytes());
            PageProof { key: spki.clone(), signature: BASE64.encode(signature.to_bytes()) }
        }
    }
}

/// What happened, of what a story waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// To the visitor: somebody asks. To the viewer: the page is there, or control.
    Asked(AgentCard, Ask),
    Connected,
    State(ShareState),
    Ended(EndReason),
    /// The server let the viewer not in, or not any longer.
    Refused(Refusal),
}

type Verb<M> = Box<dyn FnOnce(&mut M, Moment)>;

/// A peer that runs.
pub struct Peer<M> {
    orders: mpsc::UnboundedSender<Verb<M>>,
    told: mpsc::UnboundedReceiver<Told>,
}

pub type Page = Peer<VisitorSession>;
pub type Viewer = Peer<ViewerSession>;

impl<M: 'static> Peer<M> {
    /// Does something with the machine.
    pub fn does(&self, verb: impl FnOnce(&mut M, Moment) + 'static) {
        assert!(self.orders.send(Box::new(verb)).is_ok(), "the peer runs");
    }

    /// Waits for something.
    pub async fn hears(&mut self, what: &str, mut wanted: impl FnMut(&Told) -> bool) -> Told {
        let mut passed = Vec::new();
        let found = async {
            while let Some(told) = self.told.recv().await {
                if wanted(&told) {
                    return Some(told);
                }
                passed.push(told);
            }
            None
        };
        let found = timeout(PATIENCE, found).await;
        found.ok().flatten().unwrap_or_else(|| panic!("{what} never came; passed: {passed:?}"))
    }

    pub async fn ends(&mut self) {
        self.hears("the end", |it| matches!(it, Told::Ended(_))).await;
    }
}

/// One machine's life. `$own` does what the page's own script would, and says whether a new socket is wanted.
macro_rules! run {
    ($machine:expr, $at:expr, $inbox:expr, $told:expr, $own:expr) => {{
        let (mut machine, started) = ($machine, Instant::now());
        let ((addr, origin), mut inbox, told) = ($at, $inbox, $told);
        let mut socket: Option<Socket> = None;
        let now = || Moment(started.elapsed());
        loop {
            while let Some(event) = machine.poll_event() {
                if $own(&mut machine, event, &told, now()) {
                    socket = Some(connect(addr, "/v1/session", &origin).await);
                    machine.handle_lane(Lane::WebSocket, true, now());
                }
            }
            while let Some(open) = &mut socket {
                let Some((_, bytes)) = machine.poll_transmit(now()) else { break };
                if open.send(Message::binary(bytes)).await.is_err() {
                    socket = None;
                }
            }
            let wake = machine.poll_timeout().map(|at| started + at.0);
            tokio::select! {
                verb = inbox.recv() => match verb {
                    Some(verb) => verb(&mut machine, now()),
                    None => return,
                },
                message = next(&mut socket) => match message {
                    Some(Message::Binary(bytes)) => {
                        machine.handle_frame(Lane::WebSocket, &bytes, now()).expect("the server speaks it");
                    }
                    Some(Message::Close(_)) | None => {
                        socket = None;
                        machine.handle_lane(Lane::WebSocket, false, now());
                    }
                    Some(_) => {}
                },
                () = until(wake) => machine.handle_timeout(now()),
            }
        }
    }};
}

type Teller = mpsc::UnboundedSender<Told>;

impl Page {
    /// A page that was asked to come, in a fresh tab.
    pub fn comes(addr: SocketAddr, origin: &str, key: &PageKey, ticket: String) -> Self {
        let id = TabId::from_random(relay::auth::random().expect("randomness"));
        let tab = Tab { id, incarnation: Incarnation(1), epoch: Epoch(0), standing: None };
        let config = VisitorConfig { ticket, tab, random: Box::new(random) };
        let (orders, inbox) = mpsc::unbounded_channel::<Verb<VisitorSession>>();
        let (teller, told) = mpsc::unbounded_channel();
        let (key, at) = (key.clone(), (addr, origin.to_owned()));
        tokio::task::spawn_local(async move {
            let mut asked = None;
            let mut own = |machine: &mut VisitorSession, event, told: &Teller, now| {
                match event {
                    VisitorEvent::NeedProof(bytes) => machine.provide_proof(key.sign(&bytes), now),
                    VisitorEvent::Reconnect => return true,
                    VisitorEvent::BarChanged => {
                        let question = machine.bar().question;
                        if question != asked {
                            asked.clone_from(&question);
                            // The story may be over.
                            let tell = |it: Question| drop(told.send(Told::Asked(it.agent, it.ask)));
                            question.map(tell);
                        }
                    }
                    VisitorEvent::Ended(reason) => drop(told.send(Told::Ended(reason))),
                    _ => {}
                }
                false
            };
            run!(VisitorSession::new(config, Moment::default()), at, inbox, teller, own)
        });
        Self { orders, told }
    }

    /// Says yes to the next question of this kind, and tells whose it was.
    pub async fn says_yes(&mut self, ask: Ask) -> String {
        let told = self.hears("a question", |it| matches!(it, Told::Asked(_, it) if *it == ask)).await;
        let Told::Asked(agent, _) = told else { panic!("a question") };
        let id = agent.id;
        self.does(move |page, now| assert!(page.allow(id, ask, now), "the question stands"));
        agent.name
    }
}

impl Viewer {
    /// A viewer's tab.
    pub fn opens(addr: SocketAddr, origin: &str, ticket: String) -> Self {
        let config = ViewerConfig { ticket, random: Box::new(random) };
        let (orders, inbox) = mpsc::unbounded_channel::<Verb<ViewerSession>>();
        let (teller, told) = mpsc::unbounded_channel();
        let at = (addr, origin.to_owned());
        tokio::task::spawn_local(async move {
            let own = |_: &mut ViewerSession, event, told: &Teller, _| {
                // The story may be over.
                match event {
                    ViewerEvent::Reconnect => return true,
                    ViewerEvent::Connection(Connection::Connected) => drop(told.send(Told::Connected)),
                    ViewerEvent::State(state) => drop(told.send(Told::State(state))),
                    ViewerEvent::Refused(refusal) => drop(told.send(Told::Refused(refusal))),
                    ViewerEvent::Ended(reason) => drop(told.send(Told::Ended(reason))),
                    _ => {}
                }
                false
            };
            run!(ViewerSession::new(config, Moment::default()), at, inbox, teller, own)
        });
        Self { orders, told }
    }

    pub async fn asks(&mut self, ask: Ask) {
        self.does(move |viewer, now| viewer.ask(ask, now));
    }

    pub async fn sees(&mut self) {
        self.hears("the page", |it| matches!(it, Told::State(ShareState::Viewing(_)))).await;
    }

    pub async fn controls(&mut self) {
        self.hears("control", |it| matches!(it, Told::State(ShareState::Controlling(..)))).await;
    }
}

async fn next(socket: &mut Option<Socket>) -> Option<Message> {
    match socket {
        Some(socket) => socket.next().await.and_then(Result::ok),
        None => std::future::pending().await,
    }
}

async fn until(wake: Option<Instant>) {
    match wake {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
