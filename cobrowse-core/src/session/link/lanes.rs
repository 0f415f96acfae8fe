//! The three lanes: which are there, which are trusted, which take more, and whether the peer still answers.
//!
//! ```text
//!        opened           late                only the WebSocket answers
//!  Down ────────▶ Up ─────────────▶ Doubted ───────────────────────────▶ Suspect
//!    ▲            ▲                  │   │                                 │   │
//!    │            └──── a ping is answered ────────────────────────────────┘   │
//!    └─────────────────────────────────┴───────────────────────────────────────┘ closed, or too many unanswered
//! ```
//!
//! What is late on the data channel may be lost, or the other end is busy and reads nothing. So both lanes are
//! asked: only when the WebSocket answers and the data channel does not, messages go over the WebSocket too.
use std::time::Duration;

use super::outbound::Road;
use crate::{id::Moment, session::Lane};

/// The lanes that are asked whether somebody is there.
const ASKED: [Lane; 2] = [Lane::WebSocket, Lane::DataChannelReliable];
/// So many pings may stay without any answer.
const MISSED: u8 = 2;
/// A lane in doubt is asked this often, and so many times.
const DOUBT_INTERVAL: Duration = Duration::from_secs(1);
const DOUBT_MISSED: u8 = 5;
/// After the WebSocket has answered, a data channel in doubt has so long, or half as long again: a loaded machine
/// may read one lane before the other.
const GRACE: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    Down,
    Up,
    /// Messages are late, and both lanes are asked; it is used meanwhile.
    Doubted,
    /// The WebSocket answers and this does not: nothing new goes over it while the WebSocket is there.
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

/// What was asked when the data channel came in doubt.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    /// The ping on the WebSocket; those on the data channel have higher numbers.
    websocket: u32,
    /// The data channel may answer until then,
    overdue: Moment,
    /// or, once the WebSocket has answered, until then.
    until: Option<Moment>,
}

/// When a ping on the data channel left, and when its answer came: what left before has arrived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Proof {
    pub(super) asked: Moment,
    pub(super) answered: Moment,
}

#[derive(Debug)]
pub(super) struct Lanes {
    lanes: [State; 3],
    interval: Duration,
    nonce: u32,
    doubt: Option<Doubt>,
    /// The data channel's last answer.
    proof: Proof,
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
        let proof = Proof { asked: Moment(Duration::ZERO), answered: Moment(Duration::ZERO) };
        Self { lanes: [down; 3], interval, nonce: 0, doubt: None, proof }
    }

    pub(super) const fn health(&self, lane: Lane) -> Health {
        self.lanes[lane as usize].health
    }

    /// The first ping goes at once: the time there and back is needed soon.
    pub(super) const fn open(&mut self, lane: Lane, now: Moment) {
        self.forget_doubt(lane);
        self.lanes[lane as usize] =
            State { health: Health::Up, gate: Gate::Open, unanswered: 0, next_ping: now, ping: None };
    }

    pub(super) const fn close(&mut self, lane: Lane) {
        self.forget_doubt(lane);
        self.lanes[lane as usize].health = Health::Down;
    }

    const fn forget_doubt(&mut self, lane: Lane) {
        if matches!(lane, Lane::DataChannelReliable) {
            self.doubt = None;
        }
    }

    pub(super) const fn set_writable(&mut self, lane: Lane, writable: bool) {
        self.lanes[lane as usize].gate = if writable { Gate::Open } else { Gate::Shut };
    }

    /// Something came over the lane. That tells nothing of the way there, which a suspect lane has to prove.
    pub(super) fn heard(&mut self, lane: Lane) {
        let state = &mut self.lanes[lane as usize];
        if state.health != Health::Suspect {
            state.unanswered = 0;
        }
    }

    /// An answer to a ping; how long it took.
    pub(super) fn pong(&mut self, lane: Lane, nonce: u32, now: Moment) -> Option<Duration> {
        let ping = &mut self.lanes[lane as usize].ping;
        let asked = ping.take_if(|(sent, _)| *sent == nonce).map(|(_, asked)| asked);
        match lane {
            Lane::WebSocket => self.websocket_answers(nonce, asked, now),
            Lane::DataChannelReliable => self.data_channel_answers(nonce, asked, now),
            Lane::DataChannelUnreliable => {}
        }
        asked.map(|asked| now.since(asked))
    }

    /// Any ping after the doubt will do: the one for the doubt and a regular one may follow each other closely.
    fn websocket_answers(&mut self, nonce: u32, asked: Option<Moment>, now: Moment) {
        let doubt = self.doubt.as_mut().filter(|doubt| doubt.until.is_none() && doubt.websocket <= nonce);
        if let Some(doubt) = doubt {
            let took = asked.map_or(Duration::ZERO, |asked| now.since(asked));
            doubt.until = Some(doubt.overdue.max(now + GRACE.max(took / 2)));
        }
    }

    fn data_channel_answers(&mut self, nonce: u32, asked: Option<Moment>, now: Moment) {
        let state = &mut self.lanes[Lane::DataChannelReliable as usize];
        state.unanswered = 0;
        if self.doubt.is_some_and(|doubt| doubt.websocket < nonce) {
            state.health = Health::Up;
            self.doubt = None;
        }
        if let Some(asked) = asked {
            self.proof = Proof { asked, answered: now };
        }
    }

    /// The last proof that the data channel carries both ways.
    pub(super) const fn proof(&self) -> Proof {
        self.proof
    }

    /// Messages on the data channel are late, and will be overdue. Returns a ping for the WebSocket; the data
    /// channel's is due now.
    pub(super) fn doubt(&mut self, overdue: Moment, now: Moment) -> u32 {
        self.nonce = self.nonce.wrapping_add(1);
        self.doubt = Some(Doubt { websocket: self.nonce, overdue, until: None });
        // Beside its own rhythm: an answer that is missing now must not count as one more that is missing.
        self.lanes[Lane::WebSocket as usize].ping = Some((self.nonce, now));
        let state = &mut self.lanes[Lane::DataChannelReliable as usize];
        (state.health, state.next_ping) = (Health::Doubted, now);
        self.nonce
    }

    /// Whether the doubt is confirmed now: only the WebSocket has answered. True once.
    pub(super) fn confirms_doubt(&mut self, now: Moment) -> bool {
        let confirmed = self.doubt_ends().is_some_and(|until| until <= now);
        if confirmed {
            self.lanes[Lane::DataChannelReliable as usize].health = Health::Suspect;
        }
        confirmed
    }

    fn doubt_ends(&self) -> Option<Moment> {
        let doubted = self.health(Lane::DataChannelReliable) == Health::Doubted;
        self.doubt.filter(|_| doubted)?.until
    }

    pub(super) fn poll_timeout(&self) -> Option<Moment> {
        ASKED
            .into_iter()
            .filter(|lane| self.health(*lane) != Health::Down)
            .map(|lane| self.state(lane).next_ping)
            .chain(self.doubt_ends())
            .min()
    }

    pub(super) fn handle_timeout(&mut self, now: Moment) -> Vec<Due> {
        ASKED.into_iter().filter_map(|lane| self.due(lane, now)).collect()
    }

    fn due(&mut self, lane: Lane, now: Moment) -> Option<Due> {
        let (interval, missed) = match self.health(lane) {
            Health::Down => return None,
            Health::Up => (self.interval, MISSED),
            Health::Doubted | Health::Suspect => (DOUBT_INTERVAL, DOUBT_MISSED),
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
            (Health::Up | Health::Doubted, _) => self.open_lane(Lane::DataChannelReliable).or_else(websocket),
            (Health::Suspect, Health::Down) => self.open_lane(Lane::DataChannelReliable),
            (Health::Suspect | Health::Down, _) => websocket(),
        }
    }

    /// The lane for values that may be lost.
    pub(super) fn unreliable(&self) -> Option<Lane> {
        let trusted = matches!(self.health(Lane::DataChannelReliable), Health::Up | Health::Doubted);
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
