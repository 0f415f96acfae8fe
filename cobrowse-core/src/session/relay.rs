//! The relay's part of one session: the second gate, the log, the roster.
//!
//! It routes: page frames go from the visitor into the log, and from there to each viewer as fast as that
//! viewer takes them; commands and marks go the other way, when consent admits them here too. What people
//! are told (the share's state, who is there, who views) is compared with what they were told last, after
//! each event: see [`tell`].
mod budget;
mod decided;
mod events;
mod gate;
mod join;
mod log;
mod roster;
mod tell;
mod visit;

use std::collections::{BTreeMap, VecDeque};

pub use events::{Actor, AuditEntry, CloseReason, Counter, Deed, Joined, RelayEvent};
use log::Log;
use roster::Viewer;
use visit::Visit;

use crate::{
    consent::{Consent, Expired},
    id::{AgentId, Moment},
    session::{
        Lane,
        link::{Link, LinkError, Traffic, Urgency},
    },
    wire::{
        Envelope, EnvelopeError,
        limits::MAX_MESSAGE,
        message::{self, AgentCard, EndReason, PageInfo, Refusal, Tab, ToViewer, ToVisitor},
    },
};

/// One connected peer, numbered by the shell; a new WebSocket is a new peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerId(pub u32);

/// A source of cryptographic random numbers that can move between threads.
pub type RelayRandom = Box<dyn FnMut() -> u64 + Send>;

/// Whose a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Visitor,
    Viewer(AgentId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Live,
    Over,
}

/// The relay's part of one session.
pub struct RelaySession {
    random: RelayRandom,
    consent: Consent,
    visit: Visit,
    viewers: BTreeMap<AgentId, Viewer>,
    peers: BTreeMap<PeerId, Who>,
    log: Log,
    info: Option<PageInfo>,
    /// Since when no viewer is there or expected.
    vacant_since: Option<Moment>,
    life: Life,
    past_traffic: Traffic,
    events: VecDeque<RelayEvent>,
}

/// Begin and end.
impl RelaySession {
    /// A session that nobody has joined yet.
    pub fn new(random: RelayRandom, now: Moment) -> Self {
        Self {
            random,
            consent: Consent::second_gate(),
            visit: Visit::awaited(now),
            viewers: BTreeMap::new(),
            peers: BTreeMap::new(),
            log: Log::new(now),
            info: None,
            vacant_since: Some(now),
            life: Life::Live,
            past_traffic: Traffic::default(),
            events: VecDeque::new(),
        }
    }

    /// A session that this process does not remember, made anew: [`Self::new`] and [`Self::adopt`].
    pub fn restore(random: RelayRandom, tab: &Tab, card: Option<AgentCard>, now: Moment) -> Self {
        let mut session = Self::new(random, now);
        session.adopt(tab, card, now);
        session
    }

    /// Takes the record from the page, which is the authority, in a session that no page has joined. Only for
    /// a hello that names a link ([`Hello::resume`](message::Hello::resume)), before
    /// [`Self::join_visitor`]: a page that has just begun needs the record that is lost. `card` is the agent
    /// of the page's standing consent.
    pub fn adopt(&mut self, tab: &Tab, card: Option<AgentCard>, now: Moment) {
        let standing = tab.standing.filter(|_| !self.knows_visitor() && self.life == Life::Live);
        if let (Some(standing), Some(card)) = (standing, card.filter(|card| is_of(card, tab))) {
            self.consent.restore(&standing, now);
            self.audit(Actor::Server, Deed::Carried(card.id));
            if !self.viewers.contains_key(&card.id) {
                self.expect_viewer(card, now);
            }
        }
    }

    /// The server ends the session.
    pub fn end(&mut self, now: Moment) {
        self.finish(EndReason::Server, Actor::Server, now);
    }

    /// The peer's page is being left, as its browser says: as if the page had said so itself.
    pub fn going_away(&mut self, peer: PeerId, now: Moment) {
        match self.peers.get(&peer) {
            Some(Who::Visitor) => self.visit.say_bye(now),
            Some(Who::Viewer(agent)) => {
                self.viewers.get_mut(agent).into_iter().for_each(|viewer| viewer.say_bye(now));
            }
            None => {}
        }
    }

    /// The peer's page said that its part has failed. Without the visitor's page there is nothing to see.
    pub fn fail(&mut self, peer: PeerId, now: Moment) {
        if matches!(self.peers.get(&peer), Some(Who::Visitor)) {
            self.finish(EndReason::VisitorFailed, Actor::Visitor, now);
        }
    }

    /// The visitor's page was asked to come, and cannot: nobody need wait, unless one has come. The agent who
    /// asked hears it, also when the page was quicker than they.
    pub fn visitor_cannot_come(&mut self, now: Moment) {
        self.visit.cannot_come = true;
        self.give_up_waiting(now);
    }

    fn give_up_waiting(&mut self, now: Moment) {
        let awaited = self.viewers.values().any(|viewer| viewer.peer().is_some());
        if self.visit.cannot_come && self.visit.peer().is_none() && awaited {
            self.finish(EndReason::VisitorFailed, Actor::Visitor, now);
        }
    }

    fn finish(&mut self, reason: EndReason, actor: Actor, now: Moment) {
        if self.life == Life::Over {
            return;
        }
        self.life = Life::Over;
        self.consent.stop();
        self.audit(actor, Deed::Ended(reason));
        self.send_visitor(&ToVisitor::Ended(reason), Urgency::BothLanes, now);
        for agent in self.viewers.keys().copied().collect::<Vec<_>>() {
            self.viewers.get_mut(&agent).into_iter().for_each(Viewer::withhold);
            self.tell_viewer_urgently(agent, &ToViewer::Ended(reason), now);
        }
        let peers = self.peers.keys().copied();
        self.events.extend(peers.map(|peer| RelayEvent::Close(peer, CloseReason::Ended(reason))));
        self.events.push_back(RelayEvent::Ended(reason));
    }
}

/// Whether the card is the one whom the standing consent names.
fn is_of(card: &AgentCard, tab: &Tab) -> bool {
    tab.standing.is_some_and(|standing| standing.view.1 == card.id)
}

/// In.
impl RelaySession {
    /// All lanes of the peer are closed.
    pub fn leave(&mut self, peer: PeerId, now: Moment) {
        if self.life == Life::Live {
            self.viewers.retain(|_, viewer| !(viewer.is_retired() && viewer.peer() == Some(peer)));
            self.lose(peer, now);
            self.settle(now);
        }
    }

    /// A lane of the peer opened or closed (the WebSocket is open since its join).
    pub fn handle_lane(&mut self, peer: PeerId, lane: Lane, up: bool, now: Moment) {
        let Some(link) = self.link(peer) else { return };
        link.handle_lane(lane, up, now);
        if !link.is_up() {
            self.lose(peer, now);
        }
        self.settle(now);
    }

    /// A lane of the peer takes more bytes, or does not.
    pub fn set_writable(&mut self, peer: PeerId, lane: Lane, writable: bool, now: Moment) {
        self.link(peer).into_iter().for_each(|link| link.set_writable(lane, writable));
        self.settle(now);
    }

    /// One binary message of the peer. Bad ones close it ([`RelayEvent::Close`]) and nobody else.
    pub fn handle_frame(&mut self, peer: PeerId, lane: Lane, bytes: &[u8], now: Moment) {
        if self.life == Life::Over {
            return;
        }
        let Some(link) = self.link(peer) else { return };
        let handled = Envelope::decode(bytes, MAX_MESSAGE)
            .map_err(LinkError::from)
            .and_then(|envelope| link.handle(lane, envelope, now));
        let read = handled.map_err(refusal_of).and_then(|()| match self.peers.get(&peer) {
            Some(Who::Visitor) => self.read_visitor(now),
            Some(Who::Viewer(agent)) => self.read_viewer(*agent, now),
            None => Ok(()),
        });
        if let Err(refusal) = read {
            self.refuse(peer, refusal, now);
        }
        self.settle(now);
    }

    /// The SDP answer to an offer.
    pub fn answer(&mut self, peer: PeerId, sdp: String, now: Moment) {
        match self.peers.get(&peer) {
            Some(Who::Visitor) => self.send_visitor(&ToVisitor::Answer(sdp), Urgency::Normal, now),
            Some(Who::Viewer(agent)) => self.send_viewer(*agent, &ToViewer::Answer(sdp), now),
            None => {}
        }
        self.settle(now);
    }

    /// A newer ticket for this peer, which must be of a version that knows such a message
    /// ([`TICKETS_SINCE`](crate::wire::TICKETS_SINCE)).
    pub fn renew_ticket(&mut self, peer: PeerId, ticket: String, now: Moment) {
        match self.peers.get(&peer) {
            Some(Who::Visitor) => self.send_visitor(&ToVisitor::Ticket(ticket), Urgency::Normal, now),
            Some(Who::Viewer(agent)) => self.send_viewer(*agent, &ToViewer::Ticket(ticket), now),
            None => {}
        }
        self.settle(now);
    }

    /// The moment of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Moment) {
        if self.life == Life::Over {
            return;
        }
        for expired in self.consent.handle_timeout(now) {
            self.handle_expiry(expired, now);
        }
        for peer in self.peers.keys().copied().collect::<Vec<_>>() {
            self.handle_link_timeout(peer, now);
        }
        self.handle_absences(now);
        self.settle(now);
    }

    fn handle_expiry(&mut self, expired: Expired, now: Moment) {
        match expired {
            Expired::Question(agent, ask) => {
                self.audit(Actor::Server, Deed::Lapsed(agent, ask));
                self.send_viewer(agent, &ToViewer::Lapsed(ask), now);
                self.send_visitor(&ToVisitor::Withdrawn(agent, ask), Urgency::Normal, now);
            }
            Expired::Grant(agent, _) => {
                self.audit(Actor::Server, Deed::Expired(agent));
                self.send_visitor(&ToVisitor::Released(agent), Urgency::Normal, now);
            }
            Expired::Hands => {}
        }
    }

    fn handle_link_timeout(&mut self, peer: PeerId, now: Moment) {
        let Some(link) = self.link(peer) else { return };
        link.handle_timeout(now);
        while link.poll_lost().is_some() {}
        if !link.is_up() {
            self.events.push_back(RelayEvent::Close(peer, CloseReason::Silent));
            self.lose(peer, now);
        }
    }

    fn handle_absences(&mut self, now: Moment) {
        if self.visit.is_over(now) {
            return self.finish(EndReason::VisitorLeft, Actor::Visitor, now);
        }
        let gone = self.viewers.values().filter(|viewer| viewer.is_over(now));
        for agent in gone.map(|viewer| viewer.card.id).collect::<Vec<_>>() {
            self.part(agent, now);
        }
        if self.vacant_since.is_some_and(|since| since + visit::CUT <= now) {
            self.finish(EndReason::AgentLeft, Actor::Server, now);
        }
    }
}

/// Out.
impl RelaySession {
    /// When to call [`Self::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Moment> {
        if self.life == Life::Over {
            return None;
        }
        let visitor = self.visit.link.as_ref().filter(|_| self.visit.peer().is_some());
        // Who is done waits for no answer any more.
        let viewers = self.viewers.values().filter(|viewer| viewer.peer().is_some() && !viewer.is_retired());
        let viewers = viewers.map(|viewer| &viewer.link);
        let links = visitor.into_iter().chain(viewers).filter_map(Link::poll_timeout).min();
        let absences = self.viewers.values().filter_map(Viewer::until).min();
        let vacant = self.vacant_since.map(|since| since + visit::CUT);
        let checkpoint = self.checkpoint_at();
        [self.consent.poll_timeout(), self.visit.until(), links, absences, vacant, checkpoint]
            .into_iter()
            .flatten()
            .min()
    }

    /// The next message for a peer.
    pub fn poll_transmit(&mut self, now: Moment) -> Option<(PeerId, Lane, Vec<u8>)> {
        if let Some(peer) = self.visit.peer()
            && let Some((lane, bytes)) = self.visit.link.as_mut().and_then(|link| link.poll_transmit(now))
        {
            return Some((peer, lane, bytes));
        }
        let agents: Vec<_> = self.viewers.keys().copied().collect();
        agents.into_iter().find_map(|agent| self.poll_viewer(agent, now))
    }

    fn poll_viewer(&mut self, agent: AgentId, now: Moment) -> Option<(PeerId, Lane, Vec<u8>)> {
        let shown = self.life == Life::Live && self.may_see(agent);
        let viewer = self.viewers.get_mut(&agent)?;
        let peer = viewer.peer()?;
        if shown {
            viewer.feed(&self.log);
        }
        viewer.link.poll_transmit(now).map(|(lane, bytes)| (peer, lane, bytes))
    }

    /// The next thing to do.
    pub fn poll_event(&mut self) -> Option<RelayEvent> {
        self.events.pop_front()
    }

    /// What went over which lane on all links of the session, seen from the relay.
    pub fn traffic(&self) -> Traffic {
        let mut traffic = self.past_traffic;
        self.links().for_each(|link| traffic.add(&link.traffic()));
        traffic
    }

    /// Bytes that the session holds for its peers: the log, and what each viewer has not taken.
    pub fn held_bytes(&self) -> usize {
        self.log.bytes() + self.viewers.values().map(|viewer| viewer.link.page_waiting()).sum::<usize>()
    }

    /// Whether any page has joined yet.
    pub const fn knows_visitor(&self) -> bool {
        self.visit.page.is_some()
    }

    /// The consent as this gate knows it.
    pub const fn consent(&self) -> &Consent {
        &self.consent
    }
}

/// Within.
impl RelaySession {
    fn draw(&mut self) -> u64 {
        (self.random)()
    }

    fn link(&mut self, peer: PeerId) -> Option<&mut Link> {
        match self.peers.get(&peer)? {
            Who::Visitor => self.visit.link.as_mut(),
            Who::Viewer(agent) => self.viewers.get_mut(agent).map(|viewer| &mut viewer.link),
        }
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        self.visit.link.iter().chain(self.viewers.values().map(|viewer| &viewer.link))
    }

    fn audit(&mut self, actor: Actor, deed: Deed) {
        self.events.push_back(RelayEvent::Audit(AuditEntry { actor, deed }));
    }

    fn count(&mut self, counter: Counter) {
        self.events.push_back(RelayEvent::Count(counter));
    }

    fn send_visitor(&mut self, said: &ToVisitor, urgency: Urgency, now: Moment) {
        let Some(link) = &mut self.visit.link else { return };
        let sent = message::encode(said).map(|bytes| link.send_control(bytes, urgency, now));
        match (sent, self.visit.peer()) {
            (Ok(Err(_)), Some(peer)) => self.refuse(peer, Refusal::RateLimited, now),
            // It is away, and something is lost: it must not go on as if nothing were.
            (Ok(Err(_)), None) => self.visit.link = None,
            (Ok(Ok(())) | Err(_), _) => {}
        }
    }

    fn send_viewer(&mut self, agent: AgentId, said: &ToViewer, now: Moment) {
        self.send_viewer_on(agent, said, Urgency::Normal, now);
    }

    /// On both lanes: what is said last must be on the WebSocket before it closes.
    fn tell_viewer_urgently(&mut self, agent: AgentId, said: &ToViewer, now: Moment) {
        self.send_viewer_on(agent, said, Urgency::BothLanes, now);
    }

    fn send_viewer_on(&mut self, agent: AgentId, said: &ToViewer, urgency: Urgency, now: Moment) {
        let Some(viewer) = self.viewers.get_mut(&agent) else { return };
        let sent = message::encode(said).map(|bytes| viewer.link.send_control(bytes, urgency, now));
        match (sent, viewer.peer()) {
            (Ok(Err(_)), Some(peer)) => self.refuse(peer, Refusal::RateLimited, now),
            (Ok(Err(_)), None) => self.renew_viewer_link(agent),
            (Ok(Ok(())) | Err(_), _) => {}
        }
    }

    /// Closes a peer that broke the rules. It may come back, on a new link.
    fn refuse(&mut self, peer: PeerId, refusal: Refusal, now: Moment) {
        self.count(Counter::Refused(refusal));
        self.events.push_back(RelayEvent::Close(peer, CloseReason::Refused(refusal)));
        match self.peers.get(&peer).copied() {
            Some(Who::Visitor) => self.visit.link = None,
            Some(Who::Viewer(agent)) => self.renew_viewer_link(agent),
            None => {}
        }
        self.lose(peer, now);
    }

    /// The peer is cut off, for now.
    fn lose(&mut self, peer: PeerId, now: Moment) {
        match self.peers.remove(&peer) {
            Some(Who::Visitor) => self.visit.lose(peer, now),
            Some(Who::Viewer(agent)) => {
                self.viewers.get_mut(&agent).into_iter().for_each(|viewer| viewer.lose(peer, now));
            }
            None => {}
        }
    }
}

const fn refusal_of(error: LinkError) -> Refusal {
    match error {
        LinkError::Envelope(EnvelopeError::TooLong(_))
        | LinkError::FrameTooLong(_)
        | LinkError::PointerTooLong(_) => Refusal::TooLarge,
        LinkError::Flooded | LinkError::Overflow(_) => Refusal::RateLimited,
        LinkError::Envelope(EnvelopeError::Short | EnvelopeError::Number)
        | LinkError::UnknownKind(..)
        | LinkError::Trailing(_)
        | LinkError::TooFarAhead { .. }
        | LinkError::Mixed(_)
        | LinkError::AckOfUnsent { .. } => Refusal::Malformed,
    }
}
