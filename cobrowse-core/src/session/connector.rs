//! A peer's way to the relay: socket, handshake, link, and again after a cut. The same for visitor and viewer.
//!
//! ```text
//!            due             opened            challenged          (signed)  hello          welcome
//!  Waiting ─────▶ Opening ─────────▶ Greeting ───────────▶ Proving ─────────▶ Welcoming ───────────▶ Linked
//!     ▲              │                   │                    │                    │                    │
//!     └──────────────┴───────────────────┴────────────────────┴────────────────────┴────────────────────┘
//!                        closed, silent, refused for now, or a broken link
//! ```
use std::{collections::VecDeque, time::Duration};

use super::{
    Lane, Random, SessionError,
    handshake::{Handshake, refused_for_good},
    link::Link,
};
use crate::{
    id::Moment,
    wire::{
        Envelope, PROTOCOL_VERSION,
        limits::MAX_MESSAGE,
        message::{Hello, Refusal, Tab, Welcome},
    },
};

/// How long a peer that is cut off may come back (CNT-04).
pub const CUT_BUDGET: Duration = Duration::from_secs(60);
/// A socket or a handshake that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(10);
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Data channels that died are tried again after so long, then twice as long.
const CHANNELS_WAIT: Duration = Duration::from_secs(5);
const MAX_DOUBLINGS: u32 = 6;
/// Most handshake bytes in one message.
const MAX_HANDSHAKE: usize = crate::wire::limits::MAX_CONTROL + Envelope::MAX_HEADER;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting {
        until: Moment,
    },
    Opening {
        until: Moment,
    },
    Greeting {
        until: Moment,
    },
    Proving {
        until: Moment,
    },
    Welcoming {
        until: Moment,
    },
    Linked,
    /// Over.
    Closed,
}

/// Data channels: the second lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channels {
    /// Not asked for, or asked for and not open.
    Idle,
    Open,
    Retry(Moment),
}

/// What the session has to do or to know.
#[derive(Debug)]
pub(super) enum Step {
    /// Open a new WebSocket.
    Reconnect,
    /// The server's nonce: answer with [`Connector::hello`].
    Challenged([u8; 32]),
    /// The link goes on as if nothing had happened.
    Resumed(Box<Welcome>),
    /// A new link: whatever the last one carried may be lost.
    Linked(Box<Welcome>),
    /// Nothing carries any more.
    Cut,
    OpenDataChannels,
    /// The server said no; the connector tries again unless it is final.
    Refused(Refusal),
    /// Cut off for too long.
    GaveUp,
}

pub(super) struct Connector {
    pub(super) ticket: String,
    pub(super) link: Option<Link>,
    random: Random,
    phase: Phase,
    attempts: u32,
    /// Since when nothing carries.
    cut_since: Option<Moment>,
    channels: Channels,
    channel_failures: u32,
    steps: VecDeque<Step>,
    handshake: VecDeque<Vec<u8>>,
}

impl Connector {
    pub(super) fn new(ticket: String, random: Random, now: Moment) -> Self {
        let mut connector = Self {
            ticket,
            link: None,
            random,
            phase: Phase::Waiting { until: now },
            attempts: 0,
            cut_since: Some(now),
            channels: Channels::Idle,
            channel_failures: 0,
            steps: VecDeque::new(),
            handshake: VecDeque::new(),
        };
        connector.open(now);
        connector
    }

    /// The next hello carries this ticket. What the page signs now it signs with the last one, and only that one fits
    /// the proof; the welcome brings another.
    pub(super) fn renew(&mut self, ticket: String) {
        if !matches!(self.phase, Phase::Proving { .. }) {
            self.ticket = ticket;
        }
    }

    pub(super) fn draw(&mut self) -> u64 {
        (self.random)()
    }

    pub(super) fn poll_step(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }

    /// Whether something carries what is sent.
    pub(super) const fn is_connected(&self) -> bool {
        self.cut_since.is_none()
    }

    /// Whether it goes on trying.
    pub(super) fn is_open(&self) -> bool {
        self.phase != Phase::Closed
    }

    /// Nothing more is sent or tried.
    pub(super) fn close(&mut self) {
        self.phase = Phase::Closed;
        self.link = None;
        self.handshake.clear();
    }

    fn open(&mut self, now: Moment) {
        self.phase = Phase::Opening { until: now + PATIENCE };
        self.steps.push_back(Step::Reconnect);
    }

    pub(super) fn handle_lane(&mut self, lane: Lane, up: bool, now: Moment) {
        match lane {
            Lane::WebSocket if up => self.socket_opened(now),
            Lane::WebSocket => self.socket_closed(now),
            Lane::DataChannelReliable | Lane::DataChannelUnreliable => self.channel(lane, up, now),
        }
    }

    fn socket_opened(&mut self, now: Moment) {
        if matches!(self.phase, Phase::Opening { .. } | Phase::Waiting { .. }) {
            self.phase = Phase::Greeting { until: now + PATIENCE };
        }
    }

    fn socket_closed(&mut self, now: Moment) {
        // While it waits there is no socket; what closes then is the one before.
        if matches!(self.phase, Phase::Closed | Phase::Waiting { .. }) {
            return;
        }
        self.handshake.clear();
        if let Some(link) = &mut self.link {
            link.handle_lane(Lane::WebSocket, false, now);
        }
        self.wait(now);
    }

    /// Tries again after a while, longer each time, and never all peers at the same moment.
    fn wait(&mut self, now: Moment) {
        let doubled = FIRST_WAIT * 2_u32.pow(self.attempts.min(MAX_DOUBLINGS));
        let longest = if self.attempts == 0 { Duration::from_millis(50) } else { doubled.min(LONGEST_WAIT) };
        let jitter = self.draw() % 1024;
        let wait = longest / 2 + longest * u32::try_from(jitter).unwrap_or(0) / 2048;
        self.attempts += 1;
        self.phase = Phase::Waiting { until: now + wait };
        self.note_cut(now);
    }

    fn note_cut(&mut self, now: Moment) {
        if self.cut_since.is_none() && !self.link.as_ref().is_some_and(Link::is_up) {
            self.cut_since = Some(now);
            self.steps.push_back(Step::Cut);
        }
    }

    fn channel(&mut self, lane: Lane, up: bool, now: Moment) {
        let Some(link) = self.link.as_mut().filter(|_| self.phase != Phase::Closed) else { return };
        link.handle_lane(lane, up, now);
        match (lane, up) {
            (Lane::DataChannelReliable, true) => {
                (self.channels, self.channel_failures) = (Channels::Open, 0);
                self.cut_since = None;
            }
            (Lane::DataChannelReliable, false) if self.channels == Channels::Open => self.channels_died(now),
            (Lane::WebSocket | Lane::DataChannelReliable | Lane::DataChannelUnreliable, _) => {}
        }
        self.note_cut(now);
    }

    fn channels_died(&mut self, now: Moment) {
        let wait = CHANNELS_WAIT * 2_u32.pow(self.channel_failures.min(MAX_DOUBLINGS));
        self.channel_failures += 1;
        self.channels = Channels::Retry(now + wait);
    }

    /// A message: the handshake's are dealt with here, the link's go to the link.
    pub(super) fn handle_frame(&mut self, lane: Lane, bytes: &[u8], now: Moment) -> Result<(), SessionError> {
        if self.phase == Phase::Closed {
            return Ok(());
        }
        let result = self.read(lane, bytes, now);
        if result.is_err() {
            self.break_link(now);
        }
        result
    }

    /// Both sides begin a new link: this one cannot be trusted.
    pub(super) fn break_link(&mut self, now: Moment) {
        self.link = None;
        self.wait(now);
    }

    fn read(&mut self, lane: Lane, bytes: &[u8], now: Moment) -> Result<(), SessionError> {
        if lane == Lane::WebSocket && matches!(self.phase, Phase::Waiting { .. } | Phase::Opening { .. }) {
            // The socket before, which is about to be closed.
            return Ok(());
        }
        let envelope = Envelope::decode(bytes, MAX_HANDSHAKE)?;
        if lane == Lane::WebSocket && Handshake::owns(&envelope) {
            return self.greet(Handshake::of(&envelope)?, now);
        }
        if MAX_MESSAGE < bytes.len() {
            return Err(SessionError::OutOfPlace);
        }
        match (&mut self.link, lane, self.phase) {
            (Some(link), Lane::WebSocket, Phase::Linked) => Ok(link.handle(lane, envelope, now)?),
            (_, Lane::WebSocket, _) => Err(SessionError::OutOfPlace),
            (Some(link), ..) => Ok(link.handle(lane, envelope, now)?),
            // A channel of the link before may still deliver.
            (None, ..) => Ok(()),
        }
    }

    fn greet(&mut self, handshake: Handshake, now: Moment) -> Result<(), SessionError> {
        match (handshake, self.phase) {
            (Handshake::Challenge(challenge), Phase::Greeting { .. }) => {
                self.phase = Phase::Proving { until: now + PATIENCE };
                self.steps.push_back(Step::Challenged(challenge.nonce));
                Ok(())
            }
            (Handshake::Welcome(welcome), Phase::Welcoming { .. }) => self.welcome(welcome, now),
            (Handshake::Refused(refusal), _) => {
                self.refused(refusal, now);
                Ok(())
            }
            (Handshake::Challenge(_) | Handshake::Hello(_) | Handshake::Welcome(_), _) => {
                Err(SessionError::OutOfPlace)
            }
        }
    }

    fn refused(&mut self, refusal: Refusal, now: Moment) {
        self.steps.push_back(Step::Refused(refusal));
        if refused_for_good(refusal) {
            self.close();
        } else {
            self.wait(now);
        }
    }

    /// Answers the challenge.
    pub(super) fn hello(
        &mut self,
        tab: Option<Tab>,
        proof: Option<Vec<u8>>,
        now: Moment,
    ) -> Result<(), SessionError> {
        if !matches!(self.phase, Phase::Proving { .. }) {
            return Ok(());
        }
        let hello = Hello {
            version: PROTOCOL_VERSION,
            ticket: self.ticket.clone(),
            proof,
            tab,
            resume: self.link.as_ref().map(Link::received),
        };
        self.handshake.push_back(Handshake::Hello(hello).encode()?);
        self.phase = Phase::Welcoming { until: now + PATIENCE };
        Ok(())
    }

    fn welcome(&mut self, welcome: Welcome, now: Moment) -> Result<(), SessionError> {
        self.ticket.clone_from(&welcome.ticket);
        let theirs = welcome.resume;
        let step = match self.link.as_mut().filter(|link| link.received().link == theirs.link) {
            Some(link) => {
                link.resume(theirs, now)?;
                Step::Resumed(Box::new(welcome))
            }
            None => {
                self.link = Some(Link::new(theirs.link));
                Step::Linked(Box::new(welcome))
            }
        };
        self.link.iter_mut().for_each(|link| link.handle_lane(Lane::WebSocket, true, now));
        self.phase = Phase::Linked;
        self.attempts = 0;
        self.cut_since = None;
        self.channels = Channels::Idle;
        self.steps.extend([step, Step::OpenDataChannels]);
        Ok(())
    }

    pub(super) fn poll_transmit(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        if let Some(hello) = self.handshake.pop_front() {
            return Some((Lane::WebSocket, hello));
        }
        self.link.as_mut()?.poll_transmit(now)
    }

    pub(super) fn poll_timeout(&self) -> Option<Moment> {
        let phase = match self.phase {
            Phase::Waiting { until }
            | Phase::Opening { until }
            | Phase::Greeting { until }
            | Phase::Proving { until }
            | Phase::Welcoming { until } => Some(until),
            Phase::Linked => None,
            Phase::Closed => return None,
        };
        let channels = match self.channels {
            Channels::Retry(at) if self.phase == Phase::Linked => Some(at),
            Channels::Retry(_) | Channels::Idle | Channels::Open => None,
        };
        let budget = self.cut_since.map(|at| at + CUT_BUDGET);
        let link = self.link.as_ref().and_then(Link::poll_timeout);
        [phase, channels, budget, link].into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(&mut self, now: Moment) {
        self.handle_link_timeout(now);
        match self.phase {
            Phase::Closed => return,
            Phase::Waiting { until } if until <= now => self.open(now),
            Phase::Opening { until }
            | Phase::Greeting { until }
            | Phase::Proving { until }
            | Phase::Welcoming { until }
                if until <= now =>
            {
                self.socket_closed(now);
            }
            Phase::Waiting { .. }
            | Phase::Opening { .. }
            | Phase::Greeting { .. }
            | Phase::Proving { .. }
            | Phase::Welcoming { .. }
            | Phase::Linked => {}
        }
        if matches!(self.channels, Channels::Retry(at) if at <= now) && self.phase == Phase::Linked {
            self.channels = Channels::Idle;
            self.steps.push_back(Step::OpenDataChannels);
        }
        if self.cut_since.is_some_and(|since| since + CUT_BUDGET <= now) {
            self.close();
            self.cut_since = None;
            self.steps.push_back(Step::GaveUp);
        }
    }

    fn handle_link_timeout(&mut self, now: Moment) {
        let Some(link) = &mut self.link else { return };
        link.handle_timeout(now);
        while let Some(lane) = self.link.as_mut().and_then(Link::poll_lost) {
            match lane {
                Lane::WebSocket => self.socket_closed(now),
                Lane::DataChannelReliable | Lane::DataChannelUnreliable => {
                    self.channels_died(now);
                    self.note_cut(now);
                }
            }
        }
    }
}
