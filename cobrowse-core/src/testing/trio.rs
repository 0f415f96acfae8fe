//! A visitor, a relay and viewers on virtual time.
use std::{collections::BTreeMap, time::Duration};

use super::{
    Rng, Seen, Shown, TAB, card,
    ends::{Page, Socket, ViewerEnd, VisitorEnd, Wants, Wire},
    network::{Profile, Toward},
};
use crate::{
    id::{AgentId, Epoch, Incarnation, Moment, SessionId},
    session::{
        Lane,
        handshake::Handshake,
        relay::{AuditEntry, CloseReason, Counter, Joined, PeerId, RelayEvent, RelayRandom, RelaySession},
        viewer::{ViewerConfig, ViewerSession},
        visitor::{VisitorConfig, VisitorSession},
    },
    wire::message::{Challenge, Refusal, Tab, Welcome},
};

/// Steps at one moment after which something runs in circles.
const MAX_STEPS: u32 = 10_000;

/// The three, their networks, and what came of it.
pub struct Trio {
    /// Printed with every failure.
    pub seed: u64,
    /// The time.
    pub now: Moment,
    /// Everything that is random.
    pub rng: Rng,
    /// The relay; `None` while it is down.
    pub relay: Option<RelaySession>,
    /// What was audited, over restarts too.
    pub audit: Vec<AuditEntry>,
    /// What was counted.
    pub counters: BTreeMap<String, u32>,
    /// Peers that were closed.
    pub closed: Vec<CloseReason>,
    pub(super) visitor: VisitorEnd,
    pub(super) viewers: BTreeMap<AgentId, ViewerEnd>,
    pub(super) peers: u32,
}

/// Whose end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    Visitor,
    Viewer(AgentId),
}

impl Trio {
    /// A connected visitor and viewers of these agents; nobody has asked yet.
    pub fn new(seed: u64, profile: Profile, agents: &[AgentId]) -> Self {
        let mut rng = Rng::new(seed);
        let now = Moment::from_millis(1_000);
        let relay = RelaySession::new(relay_random(&mut rng), now);
        let page = Page { keyframe_bytes: 40_000, delta_bytes: 200, ..Page::default() };
        let tab = Tab { id: TAB, incarnation: Incarnation(1), epoch: Epoch(0), standing: None };
        let visitor = VisitorEnd {
            session: visitor_session(tab, &mut rng, now),
            wire: Wire::new(profile),
            page,
            shown: Shown::default(),
            reconnects: 0,
        };
        let mut trio = Self {
            seed,
            now,
            rng,
            relay: Some(relay),
            audit: Vec::new(),
            counters: BTreeMap::new(),
            closed: Vec::new(),
            visitor,
            viewers: BTreeMap::new(),
            peers: 0,
        };
        agents.iter().for_each(|agent| trio.viewer_joins(*agent, profile));
        trio.run_for(Duration::from_secs(2));
        trio
    }

    /// A viewer of this agent opens.
    pub fn viewer_joins(&mut self, agent: AgentId, profile: Profile) {
        let mut rng = Rng::new(self.rng.draw());
        let config = ViewerConfig { ticket: "viewer".to_owned(), random: Box::new(move || rng.draw()) };
        let session = ViewerSession::new(config, self.now);
        let end = ViewerEnd { agent, session, wire: Wire::new(profile), seen: Seen::default(), awake: true };
        self.viewers.insert(agent, end);
    }

    /// Lets time pass.
    pub fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        let mut idle = 0;
        loop {
            self.pump();
            let Some(next) = self.next().filter(|next| *next <= end) else { break };
            idle = if next <= self.now { idle + 1 } else { 0 };
            assert!(idle < MAX_STEPS, "time stands still: {}, seed {}", self.timers(), self.seed);
            self.now = self.now.max(next);
            self.arrive();
        }
        self.now = end;
        self.pump();
    }

    /// Who waits for what, for a failure's message.
    fn timers(&self) -> String {
        let visitor = (self.visitor.session.poll_timeout(), self.visitor.wire.next());
        let viewers: Vec<_> =
            self.viewers.values().map(|end| (end.session.poll_timeout(), end.wire.next())).collect();
        let relay = self.relay.as_ref().and_then(RelaySession::poll_timeout);
        format!("now {:?}, visitor {visitor:?}, viewers {viewers:?}, relay {relay:?}", self.now)
    }

    fn next(&self) -> Option<Moment> {
        let visitor = [self.visitor.session.poll_timeout(), self.visitor.wire.next()];
        let viewers = self.viewers.values().flat_map(|end| [end.session.poll_timeout(), end.wire.next()]);
        let relay = self.relay.as_ref().and_then(RelaySession::poll_timeout);
        visitor.into_iter().chain(viewers).chain([relay]).flatten().min()
    }

    /// Everything that is due at this moment.
    fn arrive(&mut self) {
        let now = self.now;
        let due = |at: Option<Moment>| at.is_some_and(|at| at <= now);
        for client in self.clients() {
            self.connect(client);
            self.carry(client);
        }
        if due(self.visitor.session.poll_timeout()) {
            self.visitor.session.handle_timeout(now);
        }
        for end in self.viewers.values_mut().filter(|end| due(end.session.poll_timeout())) {
            end.session.handle_timeout(now);
        }
        if let Some(relay) = self.relay.as_mut().filter(|relay| due(relay.poll_timeout())) {
            relay.handle_timeout(now);
        }
    }

    pub(super) fn clients(&self) -> Vec<Client> {
        let viewers = self.viewers.keys().map(|agent| Client::Viewer(*agent));
        std::iter::once(Client::Visitor).chain(viewers).collect()
    }

    pub(super) fn wire(&mut self, client: Client) -> &mut Wire {
        match client {
            Client::Visitor => &mut self.visitor.wire,
            Client::Viewer(agent) => &mut self.viewer_end(agent).wire,
        }
    }

    pub(super) fn viewer_end(&mut self, agent: AgentId) -> &mut ViewerEnd {
        let seed = self.seed;
        self.viewers.get_mut(&agent).unwrap_or_else(|| panic!("no viewer {agent:?}, seed {seed}"))
    }

    /// Drains all machines until nothing moves.
    fn pump(&mut self) {
        for _ in 0..MAX_STEPS {
            let moved = [self.pump_visitor(), self.pump_viewers(), self.pump_relay()];
            if moved == [false; 3] {
                return;
            }
        }
        panic!("it runs in circles, seed {}", self.seed);
    }

    fn pump_visitor(&mut self) -> bool {
        let mut moved = false;
        while let Some(event) = self.visitor.session.poll_event() {
            moved = true;
            let wants = self.visitor.handle(event, self.now);
            self.want(Client::Visitor, wants);
        }
        self.visitor.flush(self.now);
        while let Some((lane, bytes)) = self.visitor.session.poll_transmit(self.now) {
            moved = true;
            let wire = &mut self.visitor.wire;
            if wire.peer().is_some() {
                wire.hop.send(Toward::Relay, lane, bytes, self.now, &mut self.rng);
            }
        }
        moved
    }

    fn pump_viewers(&mut self) -> bool {
        let mut moved = false;
        let mut wanted = Vec::new();
        for end in self.viewers.values_mut() {
            while end.awake
                && let Some(event) = end.session.poll_event()
            {
                moved = true;
                wanted.push((Client::Viewer(end.agent), end.handle(event, self.now, self.seed)));
            }
            while let Some((lane, bytes)) = end.session.poll_transmit(self.now) {
                moved = true;
                if end.wire.peer().is_some() {
                    end.wire.hop.send(Toward::Relay, lane, bytes, self.now, &mut self.rng);
                }
            }
        }
        wanted.into_iter().for_each(|(client, wants)| self.want(client, wants));
        moved
    }

    fn pump_relay(&mut self) -> bool {
        let mut moved = false;
        while let Some((peer, lane, bytes)) = self.relay.as_mut().and_then(|it| it.poll_transmit(self.now)) {
            moved = true;
            if let Some(client) = self.client_of(peer) {
                let now = self.now;
                let mut rng = Rng::new(self.rng.draw());
                self.wire(client).hop.send(Toward::Client, lane, bytes, now, &mut rng);
            }
        }
        while let Some(event) = self.relay.as_mut().and_then(RelaySession::poll_event) {
            moved = true;
            self.handle_relay(event);
        }
        moved
    }

    fn client_of(&mut self, peer: PeerId) -> Option<Client> {
        self.clients().into_iter().find(|client| self.wire(*client).peer() == Some(peer))
    }

    fn handle_relay(&mut self, event: RelayEvent) {
        match event {
            RelayEvent::Audit(entry) => self.audit.push(entry),
            RelayEvent::Count(counter) => *self.counters.entry(format!("{counter:?}")).or_default() += 1,
            RelayEvent::Offer(peer, _) => {
                let now = self.now;
                self.relay.iter_mut().for_each(|relay| relay.answer(peer, "answer".to_owned(), now));
            }
            RelayEvent::Close(peer, reason) => {
                self.closed.push(reason);
                match self.client_of(peer) {
                    Some(client) => self.wire(client).socket = Socket::Closing(peer),
                    None => self.relay.iter_mut().for_each(|relay| relay.leave(peer, self.now)),
                }
            }
            RelayEvent::Ended(_) => {}
        }
    }

    /// How often something was counted.
    pub fn counted(&self, counter: Counter) -> u32 {
        self.counters.get(&format!("{counter:?}")).copied().unwrap_or_default()
    }
}

/// Sockets.
impl Trio {
    fn want(&mut self, client: Client, wants: Wants) {
        let later = self.now + self.wire(client).hop.profile.delay * 3;
        match wants {
            Wants::Nothing => {}
            Wants::Socket => {
                self.drop_channels(client);
                self.drop_socket(client);
                if client == Client::Visitor {
                    self.visitor.reconnects += 1;
                }
                self.wire(client).socket = Socket::Opening(later);
            }
            Wants::Channels => self.wire(client).channels = Some(later),
        }
    }

    /// The client's socket is gone; the relay learns it, the client knows.
    pub(super) fn drop_socket(&mut self, client: Client) {
        let now = self.now;
        let wire = self.wire(client);
        let peer = wire.peer();
        wire.hop.drop_all();
        wire.socket = Socket::Closed;
        wire.channels = None;
        if let (Some(peer), Some(relay)) = (peer, &mut self.relay) {
            relay.leave(peer, now);
        }
    }

    /// The connection is gone, and both sides know.
    pub(super) fn break_socket(&mut self, client: Client) {
        if self.wire(client).socket != Socket::Closed {
            self.drop_socket(client);
            self.drop_channels(client);
            self.tell_lane(client, Lane::WebSocket, false);
        }
    }

    /// A page closes its channels before it opens another connection.
    fn drop_channels(&mut self, client: Client) {
        for lane in [Lane::DataChannelReliable, Lane::DataChannelUnreliable] {
            self.tell_lane(client, lane, false);
        }
    }

    pub(super) fn tell_lane(&mut self, client: Client, lane: Lane, up: bool) {
        let now = self.now;
        match client {
            Client::Visitor => self.visitor.session.handle_lane(lane, up, now),
            Client::Viewer(agent) => self.viewer_end(agent).session.handle_lane(lane, up, now),
        }
    }

    fn connect(&mut self, client: Client) {
        let now = self.now;
        let up = self.relay.is_some();
        let wire = self.wire(client);
        if matches!(wire.socket, Socket::Opening(at) if at <= now) {
            if wire.reachable && up {
                self.accept(client);
            } else {
                wire.socket = Socket::Closed;
                self.tell_lane(client, Lane::WebSocket, false);
            }
        }
        let wire = self.wire(client);
        if wire.channels.take_if(|at| *at <= now).is_some() {
            self.open_channels(client);
        }
    }

    fn accept(&mut self, client: Client) {
        self.peers += 1;
        let peer = PeerId(self.peers);
        self.wire(client).socket = Socket::Open(peer);
        self.tell_lane(client, Lane::WebSocket, true);
        let nonce = [self.rng.draw() as u8; 32];
        self.say(client, &Handshake::Challenge(Challenge { nonce }));
    }

    fn open_channels(&mut self, client: Client) {
        let now = self.now;
        let Some(peer) = self.wire(client).peer() else { return };
        if self.wire(client).hop.udp == super::Udp::Swallowed {
            return;
        }
        for lane in [Lane::DataChannelReliable, Lane::DataChannelUnreliable] {
            self.relay.iter_mut().for_each(|relay| relay.handle_lane(peer, lane, true, now));
            self.tell_lane(client, lane, true);
        }
    }

    fn say(&mut self, client: Client, handshake: &Handshake) {
        let now = self.now;
        let Ok(bytes) = handshake.encode() else { panic!("a long handshake, seed {}", self.seed) };
        let mut rng = Rng::new(self.rng.draw());
        self.wire(client).hop.send(Toward::Client, Lane::WebSocket, bytes, now, &mut rng);
    }

    /// Delivers what has arrived, both ways.
    fn carry(&mut self, client: Client) {
        let now = self.now;
        while let Some((lane, bytes)) = self.wire(client).hop.receive(Toward::Relay, now) {
            self.serve(client, lane, &bytes);
        }
        while let Some((lane, bytes)) = self.wire(client).hop.receive(Toward::Client, now) {
            let result = match client {
                Client::Visitor => self.visitor.session.handle_frame(lane, &bytes, now),
                Client::Viewer(agent) => self.viewer_end(agent).session.handle_frame(lane, &bytes, now),
            };
            assert!(result.is_ok(), "{client:?} refuses a frame: {result:?}, seed {}", self.seed);
        }
        let wire = self.wire(client);
        if matches!(wire.socket, Socket::Closing(_)) && wire.hop.is_empty(Toward::Client, Lane::WebSocket) {
            self.break_socket(client);
        }
    }

    /// The server: hellos are joins, the rest is the session's.
    fn serve(&mut self, client: Client, lane: Lane, bytes: &[u8]) {
        let now = self.now;
        let Some(peer) = self.wire(client).peer() else { return };
        let Ok(Handshake::Hello(hello)) = Handshake::decode(bytes) else {
            self.relay.iter_mut().for_each(|relay| relay.handle_frame(peer, lane, bytes, now));
            return;
        };
        let Some(relay) = &mut self.relay else { return };
        let joined = match (client, hello.tab) {
            (Client::Visitor, Some(tab)) => {
                if hello.resume.is_some() {
                    relay.adopt(&tab, tab.standing.map(|standing| card(standing.view.1)), now);
                }
                relay.join_visitor(peer, tab, hello.resume, now)
            }
            (Client::Visitor, None) => Err(Refusal::Malformed),
            (Client::Viewer(agent), _) => relay.join_viewer(peer, card(agent), hello.resume, now),
        };
        self.welcome(client, joined);
    }

    fn welcome(&mut self, client: Client, joined: Result<Joined, Refusal>) {
        match joined {
            Ok(Joined { resume, stands }) => {
                let session = SessionId::from_random([1; 16]);
                let welcome = Welcome { session, resume, ticket: "renewed".to_owned(), stands };
                self.say(client, &Handshake::Welcome(welcome));
            }
            Err(refusal) => {
                self.say(client, &Handshake::Refused(refusal));
                if let Some(peer) = self.wire(client).peer() {
                    self.wire(client).socket = Socket::Closing(peer);
                }
            }
        }
    }
}

pub(super) fn relay_random(rng: &mut Rng) -> RelayRandom {
    let mut rng = Rng::new(rng.draw());
    Box::new(move || rng.draw())
}

pub(super) fn visitor_session(tab: Tab, rng: &mut Rng, now: Moment) -> VisitorSession {
    let mut rng = Rng::new(rng.draw());
    let random = Box::new(move || rng.draw());
    VisitorSession::new(VisitorConfig { ticket: "visitor".to_owned(), tab, random }, now)
}
