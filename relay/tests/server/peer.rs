//! Visitors and viewers as their browsers run them: the machines of `cobrowse-core` on a real WebSocket.
//!
//! Each runs in a task of its own, since a machine's source of randomness stays on one thread; the story
//! sends it verbs and reads its events.
use std::{fmt::Debug, net::SocketAddr, rc::Rc, time::Duration};

use cobrowse_core::{
    id::{Epoch, Incarnation, Moment, TabId},
    session::{
        Lane, SessionError,
        link::Traffic,
        viewer::{ViewerConfig, ViewerEvent, ViewerSession},
        visitor::{VisitorConfig, VisitorEvent, VisitorSession},
    },
    wire::message::Tab,
};
use futures_util::{SinkExt, StreamExt};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite::Message;

use crate::channels::{Channels, Told};
use crate::world::{Browser, SHOP, Socket, World, connect};

/// How long a story waits for something that must come.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What the two machines have in common.
pub trait Machine: 'static {
    type Event: Debug;
    fn lane(&mut self, lane: Lane, up: bool, now: Moment);
    fn frame(&mut self, lane: Lane, bytes: &[u8], now: Moment) -> Result<(), SessionError>;
    fn timeout(&mut self, now: Moment);
    fn wake_at(&self) -> Option<Moment>;
    fn transmit(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)>;
    fn event(&mut self) -> Option<Self::Event>;
    fn offers(&mut self, sdp: String, now: Moment);
    fn counted(&self) -> Traffic;
    /// What the shell does by itself; the rest goes to the story.
    fn own(&mut self, event: Self::Event, browser: &Browser, now: Moment) -> Own<Self::Event>;
}

/// What became of an event.
pub enum Own<E> {
    Done,
    Reconnect,
    OpenChannels,
    Answer(String),
    Tell(E),
}

macro_rules! machine {
    ($session:ty, $event:ty, $own:expr) => {
        impl Machine for $session {
            type Event = $event;
            fn lane(&mut self, lane: Lane, up: bool, now: Moment) {
                self.handle_lane(lane, up, now);
            }
            fn frame(&mut self, lane: Lane, bytes: &[u8], now: Moment) -> Result<(), SessionError> {
                self.handle_frame(lane, bytes, now)
            }
            fn timeout(&mut self, now: Moment) {
                self.handle_timeout(now);
            }
            fn wake_at(&self) -> Option<Moment> {
                self.poll_timeout()
            }
            fn transmit(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
                self.poll_transmit(now)
            }
            fn event(&mut self) -> Option<$event> {
                self.poll_event()
            }
            fn offers(&mut self, sdp: String, now: Moment) {
                self.offer(sdp, now);
            }
            fn counted(&self) -> Traffic {
                self.traffic()
            }
            fn own(&mut self, event: $event, browser: &Browser, now: Moment) -> Own<$event> {
                let own: fn(&mut $session, $event, &Browser, Moment) -> Own<$event> = $own;
                own(self, event, browser, now)
            }
        }
    };
}

machine!(VisitorSession, VisitorEvent, |session, event, browser, now| match event {
    VisitorEvent::NeedProof(bytes) => {
        session.provide_proof(browser.sign(&bytes), now);
        Own::Done
    }
    VisitorEvent::Reconnect => Own::Reconnect,
    VisitorEvent::OpenDataChannels => Own::OpenChannels,
    VisitorEvent::Answer(sdp) => Own::Answer(sdp),
    other => Own::Tell(other),
});
machine!(ViewerSession, ViewerEvent, |_, event, _, _| match event {
    ViewerEvent::Reconnect => Own::Reconnect,
    ViewerEvent::OpenDataChannels => Own::OpenChannels,
    ViewerEvent::Answer(sdp) => Own::Answer(sdp),
    other => Own::Tell(other),
});

type Verb<M> = Box<dyn FnOnce(&mut M, Moment)>;

/// What a story may do to a peer.
enum Order<M> {
    Verb(Verb<M>),
    /// The network goes away under the socket, without a word.
    Cut,
    /// It comes back.
    Mend,
    /// UDP alone stops passing, or passes again.
    Udp(Udp),
}

/// Whether the network lets UDP pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Udp {
    Passes,
    Blocked,
}

/// A peer that runs.
pub struct Peer<M: Machine> {
    orders: mpsc::UnboundedSender<Order<M>>,
    events: mpsc::UnboundedReceiver<M::Event>,
}

pub type Visitor = Peer<VisitorSession>;
pub type Viewer = Peer<ViewerSession>;

impl<M: Machine> Peer<M> {
    fn start(machine: M, browser: Rc<Browser>, (addr, origin): (SocketAddr, String)) -> Self {
        let (orders, inbox) = mpsc::unbounded_channel();
        let (told, events) = mpsc::unbounded_channel();
        let shell = Shell {
            machine,
            browser,
            addr,
            origin,
            socket: None,
            channels: None,
            udp: Udp::Passes,
            told,
            started: Instant::now(),
            cut: false,
        };
        tokio::task::spawn_local(shell.run(inbox));
        Self { orders, events }
    }

    /// Does something with the machine.
    pub fn does(&self, verb: impl FnOnce(&mut M, Moment) + 'static) {
        assert!(self.orders.send(Order::Verb(Box::new(verb))).is_ok(), "the peer runs");
    }

    /// Asks the machine something.
    pub async fn tells<T: 'static>(&self, question: impl FnOnce(&mut M) -> T + 'static) -> T {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.does(move |machine, _| assert!(reply.send(question(machine)).is_ok(), "the story waits"));
        answer.await.expect("the peer runs")
    }

    pub fn is_cut(&self) {
        assert!(self.orders.send(Order::Cut).is_ok(), "the peer runs");
    }

    pub fn udp(&self, udp: Udp) {
        assert!(self.orders.send(Order::Udp(udp)).is_ok(), "the peer runs");
    }

    pub fn is_mended(&self) {
        assert!(self.orders.send(Order::Mend).is_ok(), "the peer runs");
    }

    /// The first event that `pick` takes; the others before it are passed over.
    #[track_caller]
    pub fn sees<T>(&mut self, pick: impl FnMut(M::Event) -> Option<T>) -> impl Future<Output = T> {
        let caller = std::panic::Location::caller();
        self.sees_from(pick, caller)
    }

    async fn sees_from<T>(
        &mut self,
        mut pick: impl FnMut(M::Event) -> Option<T>,
        caller: &'static std::panic::Location<'static>,
    ) -> T {
        let mut passed = Vec::new();
        let found = timeout(PATIENCE, async {
            while let Some(event) = self.events.recv().await {
                passed.push(format!("{event:?}").chars().take(80).collect::<String>());
                if let Some(found) = pick(event) {
                    return Some(found);
                }
            }
            None
        });
        match found.await {
            Ok(Some(found)) => found,
            Ok(None) => panic!("{caller}: the peer ended; passed: {passed:#?}"),
            Err(_) => panic!("{caller}: it never came; passed: {passed:#?}"),
        }
    }

    /// Everything that was told and not yet looked at.
    pub fn rest(&mut self) -> Vec<M::Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}

impl Visitor {
    /// A page that was asked, in a fresh tab.
    pub fn comes(world: &World, browser: &Rc<Browser>, ticket: String) -> Self {
        let id = TabId::from_random(relay::auth::random().expect("randomness"));
        let tab = Tab { id, incarnation: Incarnation(1), epoch: Epoch(0), standing: None };
        Self::comes_with(world, browser, (ticket, tab))
    }

    /// A page with what the last one of its tab kept.
    pub fn comes_with(world: &World, browser: &Rc<Browser>, (ticket, tab): (String, Tab)) -> Self {
        let session = VisitorSession::new(VisitorConfig { ticket, tab, random: random() }, Moment::default());
        Self::start(session, browser.clone(), (world.server.addr, SHOP.into()))
    }
}

impl Viewer {
    /// A viewer's tab.
    pub fn opens(world: &World, ticket: String) -> Self {
        let session = ViewerSession::new(ViewerConfig { ticket, random: random() }, Moment::default());
        Self::start(session, Rc::new(Browser::new()), (world.server.addr, world.server.url.clone()))
    }
}

fn random() -> Box<dyn FnMut() -> u64> {
    Box::new(|| u64::from_le_bytes(relay::auth::random().expect("randomness")))
}

/// The browser around a machine.
struct Shell<M: Machine> {
    machine: M,
    browser: Rc<Browser>,
    addr: SocketAddr,
    origin: String,
    socket: Option<Socket>,
    channels: Option<Channels>,
    udp: Udp,
    told: mpsc::UnboundedSender<M::Event>,
    started: Instant,
    cut: bool,
}

impl<M: Machine> Shell<M> {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Order<M>>) {
        loop {
            self.pump().await;
            let wake = self.machine.wake_at().map(|at| self.started + at.0);
            tokio::select! {
                order = inbox.recv() => match order {
                    Some(Order::Verb(verb)) => verb(&mut self.machine, Moment(self.started.elapsed())),
                    Some(Order::Cut) => { self.cut = true; self.lose(); }
                    Some(Order::Mend) => self.cut = false,
                    Some(Order::Udp(udp)) => self.set_udp(udp),
                    None => return,
                },
                message = next(&mut self.socket) => self.handle_message(message),
                told = next_of(&mut self.channels) => self.handle_channels(told),
                () = until(wake) => self.machine.timeout(Moment(self.started.elapsed())),
            }
        }
    }

    async fn pump(&mut self) {
        loop {
            let now = Moment(self.started.elapsed());
            if let Some(event) = self.machine.event() {
                match self.machine.own(event, &self.browser, now) {
                    Own::Done => {}
                    Own::Reconnect => self.reconnect().await,
                    Own::OpenChannels => self.open_channels().await,
                    Own::Answer(sdp) => self.channels.as_mut().expect("an offer was made").accept(&sdp),
                    // The story may be over.
                    Own::Tell(event) => drop(self.told.send(event)),
                }
            } else if let Some((lane, bytes)) = self.machine.transmit(now) {
                if lane != Lane::WebSocket {
                    self.channels.as_mut().expect("the lane is up").send(lane, &bytes);
                    continue;
                }
                let Some(socket) = &mut self.socket else { continue };
                if socket.send(Message::binary(bytes)).await.is_err() {
                    self.lose();
                }
            } else {
                return;
            }
        }
    }

    async fn open_channels(&mut self) {
        let (mut channels, offer) = Channels::offer().await;
        channels.blocked = self.udp == Udp::Blocked;
        self.channels = Some(channels);
        self.machine.offers(offer, Moment(self.started.elapsed()));
    }

    fn set_udp(&mut self, udp: Udp) {
        self.udp = udp;
        if let Some(channels) = &mut self.channels {
            channels.blocked = udp == Udp::Blocked;
        }
    }

    fn handle_channels(&mut self, told: Told) {
        let now = Moment(self.started.elapsed());
        match told {
            Told::Opened(lane) => self.machine.lane(lane, true, now),
            Told::Closed(lane) => self.machine.lane(lane, false, now),
            Told::Message(lane, bytes) => {
                self.machine.frame(lane, &bytes, now).expect("the server speaks the protocol");
            }
        }
    }

    async fn reconnect(&mut self) {
        self.socket = None;
        if self.cut {
            return self.machine.lane(Lane::WebSocket, false, Moment(self.started.elapsed()));
        }
        let opened = connect(self.addr, "/v1/session", &self.origin, None).await;
        let up = opened.is_ok();
        self.socket = opened.ok();
        self.machine.lane(Lane::WebSocket, up, Moment(self.started.elapsed()));
    }

    fn handle_message(&mut self, message: Option<Message>) {
        match message {
            Some(Message::Binary(bytes)) => {
                let now = Moment(self.started.elapsed());
                self.machine.frame(Lane::WebSocket, &bytes, now).expect("the server speaks the protocol");
            }
            Some(Message::Close(_)) | None => self.lose(),
            Some(_) => {}
        }
    }

    fn lose(&mut self) {
        if self.socket.take().is_some() {
            self.machine.lane(Lane::WebSocket, false, Moment(self.started.elapsed()));
        }
    }
}

async fn next(socket: &mut Option<Socket>) -> Option<Message> {
    match socket {
        Some(socket) => socket.next().await.and_then(Result::ok),
        None => std::future::pending().await,
    }
}

async fn next_of(channels: &mut Option<Channels>) -> Told {
    match channels {
        Some(channels) => channels.next().await,
        None => std::future::pending().await,
    }
}

async fn until(wake: Option<Instant>) {
    match wake {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
