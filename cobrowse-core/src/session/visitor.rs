//! The visitor's page: the authority. It alone decides what is done, and burns a grant before it tells anybody.
//!
//! A command comes out as [`VisitorEvent::Apply`] only when consent admits it at that moment; what is taken
//! back is burnt in the machine first, then recalled from the events that nobody has taken, then told.
mod events;
mod hand;
mod inbox;
mod stream;
mod tell;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

pub use events::{Bar, BarState, Question, VisitorConfig, VisitorEvent};
use stream::Stream;
use tell::Told;

use crate::{
    command::Receipt,
    consent::{CONTROL_LASTS, Consent, Expired, Flow},
    id::{AgentId, CommandId, Epoch, GrantId, Moment, ViewId},
    session::{
        Lane, SessionError,
        connector::{Connector, Step},
        link::{Link, Traffic, Urgency},
    },
    wire::{
        PageKind, PointerKind,
        message::{self, AgentCard, Ask, EndReason, FromVisitor, PageInfo, Standing, Tab, Welcome},
    },
};

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
    /// What the last hello said of the consent.
    offered: Option<Standing>,
    names: BTreeMap<AgentId, String>,
    info: Option<PageInfo>,
    stream: Stream,
    life: Life,
    told: Told,
    events: VecDeque<VisitorEvent>,
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
            offered: None,
            names: BTreeMap::new(),
            info: None,
            stream: Stream::Broken,
            life: Life::Live,
            told: Told::nothing(),
            events: VecDeque::new(),
        };
        session.settle(now);
        session
    }

    /// The page's signature of [`VisitorEvent::NeedProof`]: ECDSA P-256, r‖s.
    pub fn provide_proof(&mut self, proof: Vec<u8>, now: Moment) {
        self.offered = self.standing();
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

    /// The lane that small frames take now; `None` while nothing carries.
    pub fn path(&self) -> Option<Lane> {
        self.connector.link.as_ref().and_then(Link::path)
    }

    /// There and back to the relay, smoothed.
    pub fn rtt(&self) -> Option<Duration> {
        self.connector.link.as_ref().and_then(Link::rtt)
    }

    /// What went over which lane on the present link.
    pub fn traffic(&self) -> Traffic {
        self.connector.link.as_ref().map(Link::traffic).unwrap_or_default()
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

    /// Capture found so many nodes not to be as they had been sent: for the server's count.
    pub fn diverged(&mut self, nodes: u32, now: Moment) {
        self.send(&FromVisitor::Diverged(nodes), now);
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
        let recalled: Vec<_> = self.events.iter().filter_map(VisitorEvent::command).collect();
        self.events.retain(|event| event.command().is_none());
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
        self.events.retain(|event| event.command().is_none());
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
        let flow = self.consent.flow();
        let offered = self.offered.filter(|_| welcome.stands);
        match (self.carried.take(), offered) {
            (Some(_), Some(standing)) if !self.consent.is_shared() => self.consent.restore(&standing, now),
            (_, standing) => {
                self.consent.carry(standing);
                self.consent.set_flow(flow);
            }
        }
        self.recall(now);
        self.stream = Stream::Broken;
        self.correct_offer(now);
        self.send_info(now);
    }

    /// What changed here between the hello and the welcome was told to a link that is gone.
    fn correct_offer(&mut self, now: Moment) {
        let offered = self.offered.take();
        if let Life::Ending(..) = self.life {
            return self.send_urgently(&FromVisitor::Stopped, now);
        }
        let Some(offered) = offered else { return };
        let controls = self.consent.controller().map(|(_, grant)| grant);
        if let Some(burnt) = offered.grant.filter(|grant| Some(*grant) != controls) {
            self.send_urgently(&FromVisitor::Revoked(burnt), now);
        }
        let paused = self.consent.flow() == Flow::Paused;
        if paused != offered.paused && self.consent.is_shared() {
            self.send_urgently(&FromVisitor::Paused(paused), now);
        }
    }
}
