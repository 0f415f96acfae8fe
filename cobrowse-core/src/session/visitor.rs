//! The visitor's page: the authority. It alone decides what is done, and burns a grant before it tells anybody.
//!
//! A command comes out as [`VisitorEvent::Apply`] only when consent admits it at that moment; what is taken
//! back is burnt in the machine first, then recalled from the events that nobody has taken, then told.
mod inbox;
mod stream;

use std::collections::{BTreeMap, VecDeque};

use stream::Stream;

use crate::{
    command::{Command, Indicate, Receipt},
    consent::{Admitted, CONTROL_LASTS, Consent, Expired, Flow, Hands},
    id::{AgentId, CommandId, Epoch, GrantId, Moment, ViewId},
    session::{
        Lane, Random, SessionError,
        connector::{Connector, Step},
        link::{Link, Traffic, Urgency},
    },
    wire::{
        PageKind, PointerKind,
        message::{self, AgentCard, Ask, EndReason, FromVisitor, PageInfo, Refusal, Standing, Tab, Welcome},
    },
};

/// What a page starts its session with.
pub struct VisitorConfig {
    /// The ticket of the presence socket, or the one that the last page kept.
    pub ticket: String,
    /// The tab, this page's incarnation, the epochs used so far, and the consent that the last page kept.
    pub tab: Tab,
    /// Cryptographic random numbers.
    pub random: Random,
}

/// What the bar shows. Always derived from the consent machine, never set beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The share as it stands.
    pub state: BarState,
    /// The question that waits for an answer, if one does. Shown beside the state, never instead of it.
    pub question: Option<Question>,
}

/// The share, as the visitor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BarState {
    /// Nothing is shared.
    Hidden,
    /// These agents see the page.
    Viewing {
        /// Who, never empty.
        agents: Vec<AgentCard>,
        /// Whether the visitor paused.
        flow: Flow,
    },
    /// One agent controls the page; all of `agents` see it.
    Controlling {
        /// Who controls.
        agent: AgentCard,
        /// Who sees, `agent` among them.
        agents: Vec<AgentCard>,
        /// Whether the visitor paused.
        flow: Flow,
        /// Whether the visitor's own hand is on the page.
        hands: Hands,
    },
    /// Shared, and the connection is lost for now.
    Reconnecting {
        /// Who sees the page as soon as the connection is back.
        agents: Vec<AgentCard>,
    },
    /// The session is over.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// What an agent wants to know from the visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asks.
    pub agent: AgentCard,
    /// For what.
    pub ask: Ask,
}

/// What the share module has to do.
#[derive(Debug)]
pub enum VisitorEvent {
    /// Sign these bytes (nonce ‖ ticket) with the page's key, then call
    /// [`VisitorSession::provide_proof`].
    NeedProof(Vec<u8>),
    /// Open a (new) WebSocket to `/v1/session`; the old one, if any, is dead: close it.
    Reconnect,
    /// Keep this ticket for the next page.
    Ticket(String),
    /// [`VisitorSession::tab`] changed: write it to `sessionStorage`.
    TabChanged,
    /// The link is new or was renewed: make data channels and call [`VisitorSession::offer`].
    OpenDataChannels,
    /// [`VisitorSession::bar`] changed.
    BarChanged,
    /// A view stands: begin an epoch above [`Tab::epoch`] and send its keyframe.
    StartCapture,
    /// No view stands: stop reading the page at once.
    StopCapture,
    /// Begin a new epoch and send its keyframe.
    KeyframeWanted,
    /// [`VisitorSession::page_room`] became true.
    Room,
    /// Do this, then call [`VisitorSession::receipt`].
    Apply(AgentId, Admitted<Command>),
    /// Show this mark of this agent.
    Indicate(AgentCard, Admitted<Indicate>),
    /// Move this agent's pointer.
    AgentPointer(AgentCard, Admitted<Indicate>),
    /// The SDP answer to the offer.
    Answer(String),
    /// The server refused; the session may be over (then [`Self::Ended`] follows).
    Refused(Refusal),
    /// The session is over; nothing more comes.
    Ended(EndReason),
}

/// How far the session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Live,
    /// Over for the visitor; the relay has not confirmed it. Given up at the moment.
    Ending(EndReason, Moment),
    Over(EndReason),
}

/// One page's part in a session.
pub struct VisitorSession {
    connector: Connector,
    consent: Consent,
    tab: Tab,
    /// What the last page of the tab had, until the relay has said whether it still stands.
    carried: Option<Standing>,
    names: BTreeMap<AgentId, String>,
    info: Option<PageInfo>,
    stream: Stream,
    life: Life,
    told: Told,
    events: VecDeque<VisitorEvent>,
}

/// What the shell knows: an event follows when it is different.
struct Told {
    bar: Bar,
    tab: Tab,
    life: Life,
    capture: Capture,
    room: Room,
}

/// Whether capture was told to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Capture {
    Stopped,
    Started,
}

/// Whether another frame was called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Full,
    Free,
}

impl Told {
    const fn nothing(tab: Tab) -> Self {
        let bar = Bar { state: BarState::Hidden, question: None };
        Self { bar, tab, life: Life::Live, capture: Capture::Stopped, room: Room::Full }
    }
}

/// In.
impl VisitorSession {
    /// Begins; the first [`VisitorEvent::Reconnect`] asks for the WebSocket.
    pub fn new(config: VisitorConfig, now: Moment) -> Self {
        let VisitorConfig { ticket, tab, random } = config;
        let mut session = Self {
            connector: Connector::new(ticket, random, now),
            consent: Consent::authority(),
            tab,
            carried: tab.standing,
            names: BTreeMap::new(),
            info: None,
            stream: Stream::Broken,
            life: Life::Live,
            told: Told::nothing(tab),
            events: VecDeque::new(),
        };
        session.settle(now);
        session
    }

    /// The page's signature of [`VisitorEvent::NeedProof`]: ECDSA P-256, r‖s.
    pub fn provide_proof(&mut self, proof: Vec<u8>, now: Moment) {
        if self.connector.hello(Some(self.tab()), Some(proof), now).is_err() {
            self.end(EndReason::Server);
        }
        self.settle(now);
    }

    /// A lane opened or closed. The WebSocket is up as soon as its socket is. Say nothing of a socket that
    /// [`VisitorEvent::Reconnect`] replaced.
    pub fn handle_lane(&mut self, lane: Lane, up: bool, now: Moment) {
        self.connector.handle_lane(lane, up, now);
        self.settle(now);
    }

    /// A lane takes more bytes, or does not.
    pub fn set_writable(&mut self, lane: Lane, writable: bool, now: Moment) {
        self.connector.link.iter_mut().for_each(|link| link.set_writable(lane, writable));
        self.settle(now);
    }

    /// One binary message arrived.
    ///
    /// # Errors
    /// [`SessionError`] for bytes that break the protocol; for the log only, the session handles it.
    pub fn handle_frame(&mut self, lane: Lane, bytes: &[u8], now: Moment) -> Result<(), SessionError> {
        let result = self.connector.handle_frame(lane, bytes, now).and_then(|()| self.read(now));
        self.settle(now);
        result
    }

    /// The moment of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Moment) {
        self.connector.handle_timeout(now);
        for expired in self.consent.handle_timeout(now) {
            match expired {
                Expired::Question(agent, ask) => self.send(&FromVisitor::Lapsed(agent, ask), now),
                Expired::Grant(..) => self.recall(now),
                Expired::Hands => self.send(&FromVisitor::HandsOn(false), now),
            }
        }
        if let Life::Ending(reason, until) = self.life
            && until <= now
        {
            self.end(reason);
        }
        self.settle(now);
    }
}

/// Out.
impl VisitorSession {
    /// When to call [`Self::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Moment> {
        let ending = match self.life {
            Life::Live => None,
            Life::Ending(_, until) => Some(until),
            Life::Over(_) => return None,
        };
        [ending, self.consent.poll_timeout(), self.connector.poll_timeout()].into_iter().flatten().min()
    }

    /// The next message for a lane.
    pub fn poll_transmit(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        self.connector.poll_transmit(now)
    }

    /// The next thing to do.
    pub fn poll_event(&mut self) -> Option<VisitorEvent> {
        self.events.pop_front()
    }

    /// What the bar shows.
    pub fn bar(&self) -> Bar {
        let question = self.consent.question().filter(|_| self.life == Life::Live);
        let question = question.map(|(agent, ask)| Question { agent: self.card(agent), ask });
        Bar { state: self.bar_state(), question }
    }

    fn bar_state(&self) -> BarState {
        let agents: Vec<_> = self.consent.viewers().map(|agent| self.card(agent)).collect();
        let flow = self.consent.flow();
        match (self.life, self.consent.controller()) {
            (Life::Ending(reason, _) | Life::Over(reason), _) => BarState::Ended { reason },
            (Life::Live, _) if agents.is_empty() => BarState::Hidden,
            (Life::Live, _) if !self.connector.is_connected() => BarState::Reconnecting { agents },
            (Life::Live, None) => BarState::Viewing { agents, flow },
            (Life::Live, Some((agent, _))) => {
                BarState::Controlling { agent: self.card(agent), agents, flow, hands: self.consent.hands() }
            }
        }
    }

    fn card(&self, id: AgentId) -> AgentCard {
        AgentCard { id, name: self.names.get(&id).cloned().unwrap_or_default() }
    }

    /// The consent that the next page of this tab may carry.
    pub fn standing(&self) -> Option<Standing> {
        match self.life {
            Life::Live => self.consent.standing().or(self.carried),
            Life::Ending(..) | Life::Over(_) => None,
        }
    }

    /// What to keep in `sessionStorage`: the tab with its epoch and [`Self::standing`].
    pub fn tab(&self) -> Tab {
        Tab { standing: self.standing(), ..self.tab }
    }

    /// Whether capture should flush.
    pub fn page_room(&self) -> bool {
        self.may_show() && self.connector.link.as_ref().is_some_and(Link::page_room)
    }

    /// Whether anything of the page may leave now.
    fn may_show(&self) -> bool {
        self.life == Life::Live && self.consent.is_shared() && self.consent.flow() == Flow::Running
    }

    /// What went over which lane on the present link.
    pub fn traffic(&self) -> Traffic {
        self.connector.link.as_ref().map(Link::traffic).unwrap_or_default()
    }
}

/// By the visitor's own trusted hand.
impl VisitorSession {
    /// The visitor's yes to the question that was on the screen. False when it does not stand any more.
    pub fn allow(&mut self, agent: AgentId, ask: Ask, now: Moment) -> bool {
        let allowed = match ask {
            Ask::View => self.allow_view(agent, now),
            Ask::Control => self.allow_control(agent, now),
        };
        self.settle(now);
        allowed
    }

    fn allow_view(&mut self, agent: AgentId, now: Moment) -> bool {
        let view = ViewId::from_random(self.connector.draw().to_be_bytes());
        let granted = self.consent.grant_view(agent, view, now);
        if granted {
            let first = self.consent.viewers().eq([agent]);
            self.send_urgently(&FromVisitor::ViewGranted(agent, view), now);
            if let Some(link) = self.connector.link.as_mut().filter(|_| first) {
                link.page_follows_control();
            }
        }
        granted
    }

    fn allow_control(&mut self, agent: AgentId, now: Moment) -> bool {
        let grant = GrantId::from_random(self.connector.draw().to_be_bytes());
        let granted = self.consent.grant_control(agent, grant, CONTROL_LASTS, now);
        if granted {
            let seconds = u32::try_from(CONTROL_LASTS.as_secs()).unwrap_or(u32::MAX);
            // Another agent's grant is burnt by this one.
            self.recall(now);
            self.send(&FromVisitor::ControlGranted(agent, grant, seconds), now);
        }
        granted
    }

    /// The visitor's no. False when the question does not stand any more.
    pub fn decline(&mut self, agent: AgentId, ask: Ask, now: Moment) -> bool {
        let declined = self.consent.decline(agent, ask, now).is_some();
        if declined {
            self.send(&FromVisitor::Declined(agent, ask), now);
        }
        self.settle(now);
        declined
    }

    /// Takes control back: the grant is burnt before anything is sent.
    pub fn take_back(&mut self, now: Moment) {
        if let Some((_, grant)) = self.consent.revoke() {
            self.recall(now);
            self.send_urgently(&FromVisitor::Revoked(grant), now);
        }
        self.settle(now);
    }

    /// Ends the share, and with it the session.
    pub fn stop(&mut self, now: Moment) {
        if self.life == Life::Live && self.consent.is_shared() {
            self.consent.stop();
            self.recall(now);
            self.hold_back();
            self.send_urgently(&FromVisitor::Stopped, now);
            self.life = Life::Ending(EndReason::VisitorStopped, now + super::connector::CUT_BUDGET);
        }
        self.settle(now);
    }

    /// Pauses or goes on.
    pub fn pause(&mut self, paused: bool, now: Moment) {
        if self.consent.set_flow(if paused { Flow::Paused } else { Flow::Running }) {
            self.recall(now);
            self.hold_back();
            self.send_urgently(&FromVisitor::Paused(paused), now);
        }
        self.settle(now);
    }

    /// Trusted input of the visitor (pointer, key, touch).
    pub fn hands_on(&mut self, now: Moment) {
        if self.consent.hands_on(now) {
            self.recall(now);
            self.send(&FromVisitor::HandsOn(true), now);
        }
        self.settle(now);
    }

    /// The page is being left (`pagehide`).
    pub fn bye(&mut self, now: Moment) {
        self.send_urgently(&FromVisitor::Bye, now);
        self.settle(now);
    }
}

/// From the page.
impl VisitorSession {
    /// Where the visitor is. Told once a view stands, and on each change.
    pub fn page_info(&mut self, info: PageInfo, now: Moment) {
        if self.info.as_ref() != Some(&info) {
            self.info = Some(info);
            self.send_info(now);
        }
        self.settle(now);
    }

    fn send_info(&mut self, now: Moment) {
        if let Some(info) = self.info.clone().filter(|_| self.may_show()) {
            self.send(&FromVisitor::Page(info), now);
        }
    }

    /// An SDP offer for the data channels.
    pub fn offer(&mut self, sdp: String, now: Moment) {
        self.send(&FromVisitor::Offer(sdp), now);
        self.settle(now);
    }

    /// What became of an applied command.
    pub fn receipt(&mut self, agent: AgentId, id: CommandId, receipt: Receipt, now: Moment) {
        self.send(&FromVisitor::Receipt(agent, id, receipt), now);
        self.settle(now);
    }

    /// A frame of capture. What may not leave is dropped, and a keyframe asked for when it may again.
    pub fn send_page(&mut self, kind: PageKind, epoch: Epoch, payload: Vec<u8>, now: Moment) {
        let may_show = self.may_show();
        let link = self.connector.link.as_mut().filter(|_| may_show);
        if kind == PageKind::Keyframe {
            self.tab.epoch = self.tab.epoch.max(epoch);
        }
        self.stream = self.stream.send(link, kind, epoch, payload);
        self.settle(now);
    }

    /// A cursor or scroll position; the newest wins.
    pub fn send_pointer(&mut self, kind: PointerKind, epoch: Epoch, payload: Vec<u8>, now: Moment) {
        if self.may_show() {
            self.connector
                .link
                .iter_mut()
                .for_each(|link| link.send_pointer(kind as u8, epoch, payload.clone()));
        }
        self.settle(now);
    }
}

/// Within.
impl VisitorSession {
    fn send(&mut self, message: &FromVisitor, now: Moment) {
        self.send_on(message, Urgency::Normal, now);
    }

    fn send_urgently(&mut self, message: &FromVisitor, now: Moment) {
        self.send_on(message, Urgency::BothLanes, now);
    }

    /// What no link can take is told by the state that the next hello carries.
    fn send_on(&mut self, message: &FromVisitor, urgency: Urgency, now: Moment) {
        let Some(link) = &mut self.connector.link else { return };
        let sent = message::encode(message).map(|bytes| link.send_control(bytes, urgency, now));
        if matches!(sent, Ok(Err(_))) {
            self.connector.break_link(now);
        }
    }

    /// Commands that wait to be taken and do not stand any more: nothing is done, and the agent is told.
    fn recall(&mut self, now: Moment) {
        let mut recalled = Vec::new();
        self.events.retain(|event| match event {
            VisitorEvent::Apply(agent, command) => {
                recalled.push((*agent, command.get().id));
                false
            }
            _ => true,
        });
        for (agent, id) in recalled {
            self.send(&FromVisitor::Receipt(agent, id, Receipt::NoGrant), now);
        }
    }

    /// What waits for a lane does not leave any more.
    fn hold_back(&mut self) {
        if let Some(link) = &mut self.connector.link {
            link.clear_pointers();
            link.abandon_pages();
        }
        self.stream = Stream::Broken;
    }

    fn end(&mut self, reason: EndReason) {
        if matches!(self.life, Life::Over(_)) {
            return;
        }
        self.consent.stop();
        self.carried = None;
        self.events.retain(|event| !matches!(event, VisitorEvent::Apply(..)));
        self.connector.close();
        self.life = Life::Over(reason);
    }

    fn settle(&mut self, now: Moment) {
        while let Some(step) = self.connector.poll_step() {
            self.handle_step(step, now);
        }
        self.tell(now);
    }

    fn handle_step(&mut self, step: Step, now: Moment) {
        match step {
            Step::Reconnect => self.events.push_back(VisitorEvent::Reconnect),
            Step::Challenged(nonce) => {
                let signed = [&nonce, self.connector.ticket.as_bytes()].concat();
                self.events.push_back(VisitorEvent::NeedProof(signed));
            }
            Step::Resumed(welcome) => self.events.push_back(VisitorEvent::Ticket(welcome.ticket)),
            Step::Linked(welcome) => self.handle_new_link(*welcome, now),
            Step::Cut => {}
            Step::OpenDataChannels => self.events.push_back(VisitorEvent::OpenDataChannels),
            Step::Refused(refusal) => {
                self.events.push_back(VisitorEvent::Refused(refusal));
                if !self.connector.is_open() {
                    self.end(EndReason::Server);
                }
            }
            Step::GaveUp => self.end(EndReason::VisitorLeft),
        }
    }

    /// The relay keeps of this page's consent what the hello carried, if it stands there, and no more; so do
    /// we. A page that has just begun takes over what its tab carried.
    fn handle_new_link(&mut self, welcome: Welcome, now: Moment) {
        self.events.push_back(VisitorEvent::Ticket(welcome.ticket));
        let standing = self.standing().filter(|_| welcome.stands);
        match (self.carried.take(), standing) {
            (Some(_), Some(standing)) if !self.consent.is_shared() => self.consent.restore(&standing, now),
            (_, standing) => _ = self.consent.carry(standing),
        }
        self.recall(now);
        self.stream = Stream::Broken;
        if let Life::Ending(..) = self.life {
            self.send_urgently(&FromVisitor::Stopped, now);
        }
        self.send_info(now);
    }

    /// Events for what changed. The one place that makes them, so that nothing is told that is not so.
    fn tell(&mut self, now: Moment) {
        let shared = self.life == Life::Live && self.consent.is_shared();
        let capture = if shared { Capture::Started } else { Capture::Stopped };
        if capture != std::mem::replace(&mut self.told.capture, capture) {
            self.tell_capture(capture, now);
        }
        let bar = self.bar();
        if bar != self.told.bar {
            self.told.bar = bar;
            self.events.push_back(VisitorEvent::BarChanged);
        }
        if self.tab() != self.told.tab {
            self.told.tab = self.tab();
            self.events.push_back(VisitorEvent::TabChanged);
        }
        self.tell_room();
        if let Life::Over(reason) = self.life
            && self.told.life != self.life
        {
            self.events.push_back(VisitorEvent::Ended(reason));
        }
        self.told.life = self.life;
    }

    fn tell_capture(&mut self, capture: Capture, now: Moment) {
        match capture {
            Capture::Started => {
                // Its first frame is a keyframe.
                self.stream = Stream::KeyframeAsked;
                self.events.push_back(VisitorEvent::StartCapture);
                self.send_info(now);
            }
            Capture::Stopped => {
                self.stream = Stream::Broken;
                // A start that nobody has taken must not follow the stop.
                self.events.retain(|event| {
                    !matches!(event, VisitorEvent::StartCapture | VisitorEvent::KeyframeWanted)
                });
                self.events.push_front(VisitorEvent::StopCapture);
            }
        }
    }

    fn tell_room(&mut self) {
        let room = if self.page_room() { Room::Free } else { Room::Full };
        let before = std::mem::replace(&mut self.told.room, room);
        if room == Room::Free && self.stream == Stream::Broken {
            self.stream = Stream::KeyframeAsked;
            self.events.push_back(VisitorEvent::KeyframeWanted);
        }
        if (before, room) == (Room::Full, Room::Free) {
            self.events.push_back(VisitorEvent::Room);
        }
    }
}
