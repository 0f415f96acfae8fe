//! The agent's viewer: it asks, shows and sends; it decides nothing.
//!
//! A page frame counts as consumed when [`ViewerSession::poll_event`] hands it out, so a viewer that draws
//! slowly slows the visitor's capture instead of filling somebody's memory.
mod events;

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

pub use events::{Connection, ViewerConfig, ViewerEvent};

use crate::{
    command::{Action, Anchor, Command, Indicate, Mark, Receipt},
    id::{CommandId, Epoch, Moment, ViewId},
    session::{
        Lane, SessionError,
        connector::{Connector, Step},
        link::{Link, Traffic, Urgency},
    },
    wire::{
        PageKind, PointerKind,
        message::{self, Ask, EndReason, FromViewer, ShareState, ToViewer},
    },
};

/// Most commands that may wait for their receipts.
pub const MAX_OUTSTANDING: usize = 256;

/// How far the session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Live,
    /// The agent ended it; the relay has not confirmed it.
    Ending(Moment),
    Over(EndReason),
}

/// Whether there is something that deltas can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Picture {
    Blank,
    Begun,
}

/// One viewer's part in a session.
pub struct ViewerSession {
    connector: Connector,
    connection: Connection,
    state: ShareState,
    picture: Picture,
    life: Life,
    next: CommandId,
    outstanding: BTreeSet<CommandId>,
    events: VecDeque<ViewerEvent>,
    clock: Moment,
}

/// In.
impl ViewerSession {
    /// Begins; the first [`ViewerEvent::Reconnect`] asks for the WebSocket.
    pub fn new(config: ViewerConfig, now: Moment) -> Self {
        let mut connector = Connector::new(config.ticket, config.random, now);
        // Receipts of the viewer before a reload must not be taken for ours.
        let next = CommandId((connector.draw() >> 32) as u32);
        let mut session = Self {
            connector,
            connection: Connection::Connecting,
            state: ShareState::NotShared,
            picture: Picture::Blank,
            life: Life::Live,
            next,
            outstanding: BTreeSet::new(),
            events: VecDeque::new(),
            clock: now,
        };
        session.settle(now);
        session
    }

    /// A lane opened or closed. Say nothing of a socket that [`ViewerEvent::Reconnect`] replaced.
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
        if matches!(self.life, Life::Ending(until) if until <= now) {
            self.finish(EndReason::AgentLeft);
        }
        self.settle(now);
    }

    fn read(&mut self, now: Moment) -> Result<(), SessionError> {
        while let Some(frame) = self.connector.link.as_mut().and_then(Link::poll_control) {
            match message::decode::<ToViewer>(&frame.payload) {
                Ok(said) => self.hear(said),
                Err(error) => {
                    self.connector.break_link(now);
                    return Err(error.into());
                }
            }
        }
        while let Some(value) = self.connector.link.as_mut().and_then(Link::poll_pointer) {
            if let Some(kind) = PointerKind::from_wire(value.kind) {
                self.show_pointer(ViewerEvent::Pointer(kind, value.epoch, value.payload));
            }
        }
        Ok(())
    }

    /// The newest of many that nobody took is enough.
    fn show_pointer(&mut self, event: ViewerEvent) {
        if self.events.len() < 4 * MAX_OUTSTANDING {
            self.events.push_back(event);
        }
    }

    fn hear(&mut self, said: ToViewer) {
        let event = match said {
            ToViewer::State(state) => {
                self.state = state;
                if shared(state).is_none() {
                    self.picture = Picture::Blank;
                }
                ViewerEvent::State(state)
            }
            ToViewer::Declined(ask, wait) => ViewerEvent::Declined(ask, wait),
            ToViewer::Lapsed(ask) => ViewerEvent::Lapsed(ask),
            ToViewer::Receipt(id, receipt) => {
                // A second receipt for the same command says nothing.
                if !self.outstanding.remove(&id) {
                    return;
                }
                ViewerEvent::Receipt(id, receipt)
            }
            ToViewer::Page(info) => ViewerEvent::PageInfo(info),
            ToViewer::Presence(presence) => ViewerEvent::Presence(presence),
            ToViewer::Viewers(cards) => ViewerEvent::Viewers(cards),
            ToViewer::Answer(sdp) => ViewerEvent::Answer(sdp),
            ToViewer::Refused(refusal) => ViewerEvent::Refused(refusal),
            ToViewer::Ended(reason) => return self.finish(reason),
            ToViewer::Ticket(ticket) => {
                self.connector.renew(ticket.clone());
                ViewerEvent::Ticket(ticket)
            }
        };
        self.events.push_back(event);
    }
}

/// Out.
impl ViewerSession {
    /// When to call [`Self::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Moment> {
        let ending = match self.life {
            Life::Live => None,
            Life::Ending(until) => Some(until),
            Life::Over(_) => return None,
        };
        [ending, self.connector.poll_timeout()].into_iter().flatten().min()
    }

    /// The next message for a lane.
    pub fn poll_transmit(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        self.clock = now;
        self.connector.poll_transmit(now)
    }

    /// The next thing to do or show.
    pub fn poll_event(&mut self) -> Option<ViewerEvent> {
        self.events.pop_front().or_else(|| self.poll_page())
    }

    /// Frames wait until the share's state has come, which may have gone over the other lane, and count from
    /// the first keyframe after it.
    fn poll_page(&mut self) -> Option<ViewerEvent> {
        shared(self.state)?;
        let link = self.connector.link.as_mut()?;
        while let Some(frame) = link.poll_page() {
            link.consume_page(frame.last, self.clock);
            let kind = PageKind::from_wire(frame.kind);
            if kind == Some(PageKind::Keyframe) {
                self.picture = Picture::Begun;
            }
            if let Some(kind) = kind.filter(|_| self.picture == Picture::Begun) {
                return Some(ViewerEvent::Page(kind, frame.epoch, frame.payload));
            }
        }
        None
    }

    /// How the share stands.
    pub const fn state(&self) -> ShareState {
        self.state
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

/// By the agent's hand.
impl ViewerSession {
    /// Asks the visitor.
    pub fn ask(&mut self, ask: Ask, now: Moment) {
        self.send(&FromViewer::Ask(ask), now);
    }

    /// Does not ask any more.
    pub fn withdraw(&mut self, ask: Ask, now: Moment) {
        self.send(&FromViewer::Withdraw(ask), now);
    }

    /// Gives control back.
    pub fn release(&mut self, now: Moment) {
        self.send(&FromViewer::Release, now);
    }

    /// Sends a command on the grant that stands; without one its receipt is `NoGrant` at once.
    pub fn command(&mut self, anchor: Anchor, action: Action, now: Moment) -> CommandId {
        let id = self.next;
        self.next = CommandId(id.0.wrapping_add(1));
        let refused = match self.state {
            ShareState::Controlling(_, grant) if self.outstanding.len() < MAX_OUTSTANDING => {
                self.outstanding.insert(id);
                self.send(&FromViewer::Command(Command { id, grant, anchor, action }), now);
                return id;
            }
            ShareState::Controlling(..) => Receipt::Refused,
            ShareState::NotShared
            | ShareState::ViewAsked
            | ShareState::Viewing(_)
            | ShareState::ControlAsked(_) => Receipt::NoGrant,
        };
        self.events.push_back(ViewerEvent::Receipt(id, refused));
        id
    }

    /// Shows a mark; nothing happens without a view.
    pub fn indicate(&mut self, anchor: Anchor, mark: Mark, now: Moment) {
        if let Some(view) = shared(self.state) {
            self.send(&FromViewer::Indicate(Indicate { view, anchor, mark }), now);
        }
    }

    /// Moves the named pointer; the newest wins.
    pub fn pointer(&mut self, anchor: Anchor, now: Moment) {
        let Some(view) = shared(self.state) else { return };
        let epoch = anchor.epoch;
        let encoded = message::encode(&Indicate { view, anchor, mark: Mark::Move });
        if let (Ok(payload), Some(link)) = (encoded, &mut self.connector.link) {
            link.send_pointer(PointerKind::Agent as u8, epoch, payload);
        }
        self.settle(now);
    }

    /// The replayed page differs from the visitor's.
    pub fn diverged(&mut self, epoch: Epoch, now: Moment) {
        self.send(&FromViewer::Diverged(epoch), now);
    }

    /// An SDP offer for the data channels.
    pub fn offer(&mut self, sdp: String, now: Moment) {
        self.send(&FromViewer::Offer(sdp), now);
    }

    /// Ends the share (the Stop button). [`ViewerEvent::Ended`] follows when the relay knows it.
    pub fn end(&mut self, now: Moment) {
        if self.life == Life::Live {
            self.life = Life::Ending(now + super::connector::CUT_BUDGET);
            self.send_on(&FromViewer::End, Urgency::BothLanes, now);
        }
    }

    /// The tab is being left (`pagehide`): a reload within 4 s goes on, else the share ends.
    pub fn bye(&mut self, now: Moment) {
        // What is on a data channel dies with the tab.
        self.send_on(&FromViewer::Bye, Urgency::BothLanes, now);
    }
}

/// Within.
impl ViewerSession {
    fn send(&mut self, said: &FromViewer, now: Moment) {
        self.send_on(said, Urgency::Normal, now);
    }

    fn send_on(&mut self, said: &FromViewer, urgency: Urgency, now: Moment) {
        if let Some(link) = &mut self.connector.link {
            let sent = message::encode(said).map(|bytes| link.send_control(bytes, urgency, now));
            if matches!(sent, Ok(Err(_))) {
                self.connector.break_link(now);
            }
        }
        self.settle(now);
    }

    fn settle(&mut self, now: Moment) {
        self.clock = now;
        while let Some(step) = self.connector.poll_step() {
            self.handle_step(step, now);
        }
        let connected = self.connector.is_connected() && self.life == Life::Live;
        let connection = if connected { Connection::Connected } else { Connection::Connecting };
        if connection != self.connection {
            self.connection = connection;
            self.events.push_back(ViewerEvent::Connection(connection));
        }
    }

    fn handle_step(&mut self, step: Step, now: Moment) {
        match step {
            Step::Reconnect => self.events.push_back(ViewerEvent::Reconnect),
            Step::Challenged(_) => {
                if self.connector.hello(None, None, now).is_err() {
                    self.finish(EndReason::Server);
                }
            }
            Step::Resumed(welcome) => self.events.push_back(ViewerEvent::Ticket(welcome.ticket)),
            Step::Linked(welcome) => {
                self.events.push_back(ViewerEvent::Ticket(welcome.ticket));
                self.begin_anew(now);
            }
            Step::Cut => {}
            Step::OpenDataChannels => self.events.push_back(ViewerEvent::OpenDataChannels),
            Step::Refused(refusal) => {
                self.events.push_back(ViewerEvent::Refused(refusal));
                if !self.connector.is_open() {
                    self.finish(EndReason::Server);
                }
            }
            Step::GaveUp => self.finish(EndReason::Server),
        }
    }

    /// What the last link carried may be lost: commands without a receipt get one, so that nobody waits.
    fn begin_anew(&mut self, now: Moment) {
        self.picture = Picture::Blank;
        let lost = std::mem::take(&mut self.outstanding);
        self.events.extend(lost.into_iter().map(|id| ViewerEvent::Receipt(id, Receipt::Refused)));
        if let Life::Ending(_) = self.life {
            self.send(&FromViewer::End, now);
        }
    }

    fn finish(&mut self, reason: EndReason) {
        if matches!(self.life, Life::Over(_)) {
            return;
        }
        self.life = Life::Over(reason);
        self.connector.close();
        if self.state != ShareState::NotShared {
            self.state = ShareState::NotShared;
            self.events.push_back(ViewerEvent::State(self.state));
        }
        self.events.push_back(ViewerEvent::Ended(reason));
    }
}

/// The view that stands.
const fn shared(state: ShareState) -> Option<ViewId> {
    match state {
        ShareState::NotShared | ShareState::ViewAsked => None,
        ShareState::Viewing(shared)
        | ShareState::ControlAsked(shared)
        | ShareState::Controlling(shared, _) => Some(shared.view),
    }
}
