//! The three lanes: which are there, which are trusted, which take more, and whether the peer still answers.
//!
//! ```text
//!        opened            overdue            anything heard
//!  Down ────────▶ Up ───────────────▶ Suspect ────────────────▶ Up
//!    ▲            │  (data channel)      │
//!    └────────────┴──────────────────────┘ closed, or silent for too many pings
//! ```
use std::time::Duration;

use super::outbound::Road;
use crate::{id::Moment, session::Lane};

/// The lanes that are asked whether somebody is there.
const ASKED: [Lane; 2] = [Lane::WebSocket, Lane::DataChannelReliable];
/// So many pings may stay without any answer.
const MISSED: u8 = 2;
/// A suspect lane is asked this often, and so many times.
const SUSPECT_INTERVAL: Duration = Duration::from_secs(1);
const SUSPECT_MISSED: u8 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    Down,
    Up,
    /// Messages are overdue: nothing new goes over it while the WebSocket is there.
    Suspect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    Shut,
}

#[derive(Debug, Clone, Copy)]
struct State {
    health: Health,
    gate: Gate,
    unanswered: u8,
    next_ping: Moment,
    ping: Option<(u32, Moment)>,
}

/// What the clock asks of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    Ping(Lane, u32),
    Lost(Lane),
}

#[derive(Debug)]
pub(super) struct Lanes {
    lanes: [State; 3],
    interval: Duration,
    nonce: u32,
}

impl Lanes {
    pub(super) const fn new(interval: Duration) -> Self {
        let down = State {
            health: Health::Down,
            gate: Gate::Open,
            unanswered: 0,
            next_ping: Moment(Duration::ZERO),
            ping: None,
        };
        Self { lanes: [down; 3], interval, nonce: 0 }
    }

    pub(super) const fn health(&self, lane: Lane) -> Health {
        self.lanes[lane as usize].health
    }

    /// The first ping goes at once: the time there and back is needed soon.
    pub(super) const fn open(&mut self, lane: Lane, now: Moment) {
        self.lanes[lane as usize] =
            State { health: Health::Up, gate: Gate::Open, unanswered: 0, next_ping: now, ping: None };
    }

    pub(super) const fn close(&mut self, lane: Lane) {
        self.lanes[lane as usize].health = Health::Down;
    }

    pub(super) const fn set_writable(&mut self, lane: Lane, writable: bool) {
        self.lanes[lane as usize].gate = if writable { Gate::Open } else { Gate::Shut };
    }

    /// Something came over the lane.
    pub(super) fn heard(&mut self, lane: Lane) {
        let state = &mut self.lanes[lane as usize];
        state.unanswered = 0;
        if state.health == Health::Suspect {
            state.health = Health::Up;
        }
    }

    /// An answer to a ping; how long it took.
    pub(super) fn pong(&mut self, lane: Lane, nonce: u32, now: Moment) -> Option<Duration> {
        let ping = &mut self.lanes[lane as usize].ping;
        ping.take_if(|(sent, _)| *sent == nonce).map(|(_, at)| now.since(at))
    }

    /// Messages on the data channel are overdue.
    pub(super) fn suspect(&mut self, now: Moment) {
        let state = &mut self.lanes[Lane::DataChannelReliable as usize];
        if state.health == Health::Up {
            state.health = Health::Suspect;
            state.next_ping = now;
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Moment> {
        ASKED
            .into_iter()
            .filter(|lane| self.health(*lane) != Health::Down)
            .map(|lane| self.state(lane).next_ping)
            .min()
    }

    pub(super) fn handle_timeout(&mut self, now: Moment) -> Vec<Due> {
        ASKED.into_iter().filter_map(|lane| self.due(lane, now)).collect()
    }

    fn due(&mut self, lane: Lane, now: Moment) -> Option<Due> {
        let (interval, missed) = match self.health(lane) {
            Health::Down => return None,
            Health::Up => (self.interval, MISSED),
            Health::Suspect => (SUSPECT_INTERVAL, SUSPECT_MISSED),
        };
        let nonce = self.nonce.wrapping_add(1);
        let state = &mut self.lanes[lane as usize];
        if now < state.next_ping {
            return None;
        }
        if missed <= state.unanswered {
            state.health = Health::Down;
            return Some(Due::Lost(lane));
        }
        *state = State {
            unanswered: state.unanswered + 1,
            next_ping: now + interval,
            ping: Some((nonce, now)),
            ..*state
        };
        self.nonce = nonce;
        Some(Due::Ping(lane, nonce))
    }

    /// The lane for a message, or none while it has to wait.
    pub(super) fn choose(&self, road: Road) -> Option<Lane> {
        match road {
            Road::Small => self.small(),
            Road::Bulk if self.health(Lane::WebSocket) == Health::Down => {
                self.open_lane(Lane::DataChannelReliable)
            }
            Road::Bulk => self.open_lane(Lane::WebSocket),
        }
    }

    fn small(&self) -> Option<Lane> {
        let websocket = || self.open_lane(Lane::WebSocket);
        match (self.health(Lane::DataChannelReliable), self.health(Lane::WebSocket)) {
            (Health::Up, _) => self.open_lane(Lane::DataChannelReliable).or_else(websocket),
            (Health::Suspect, Health::Down) => self.open_lane(Lane::DataChannelReliable),
            (Health::Suspect | Health::Down, _) => websocket(),
        }
    }

    /// The lane for values that may be lost.
    pub(super) fn unreliable(&self) -> Option<Lane> {
        let trusted = self.health(Lane::DataChannelReliable) == Health::Up;
        self.open_lane(Lane::DataChannelUnreliable).filter(|_| trusted)
    }

    /// This lane, when it is there and takes more.
    pub(super) fn open_lane(&self, lane: Lane) -> Option<Lane> {
        let state = self.state(lane);
        (state.health != Health::Down && state.gate == Gate::Open).then_some(lane)
    }

    /// The other reliable lane, when it is there and takes more.
    pub(super) fn other(&self, lane: Lane) -> Option<Lane> {
        self.open_lane(match lane {
            Lane::WebSocket => Lane::DataChannelReliable,
            Lane::DataChannelReliable | Lane::DataChannelUnreliable => Lane::WebSocket,
        })
    }

    const fn state(&self, lane: Lane) -> &State {
        &self.lanes[lane as usize]
    }
}
