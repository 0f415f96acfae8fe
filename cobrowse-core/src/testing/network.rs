//! A hop between two peers: a TCP connection and a pair of data channels, as they behave on bad days.
use std::{collections::VecDeque, time::Duration};

use super::Rng;
use crate::{id::Moment, session::Lane};

const LANES: [Lane; 3] = [Lane::WebSocket, Lane::DataChannelReliable, Lane::DataChannelUnreliable];

/// How a network behaves.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// One way.
    pub delay: Duration,
    /// Up to so much more, at random.
    pub jitter: Duration,
    /// Packets lost, per cent: dropped on the unreliable channel, late on the reliable ones.
    pub loss: u64,
    /// Bytes a second each way.
    pub rate: u64,
}

impl Profile {
    /// A wire on one's desk.
    pub const FAST: Self =
        Self { delay: Duration::from_millis(1), jitter: Duration::ZERO, loss: 0, rate: 100_000_000 };
    /// A train.
    pub const LOSSY: Self = Self {
        delay: Duration::from_millis(40),
        jitter: Duration::from_millis(60),
        loss: 5,
        rate: 1_000_000,
    };
}

/// What becomes of UDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Udp {
    /// It arrives, mostly.
    Works,
    /// It never arrives, and nobody is told.
    Swallowed,
}

/// Bytes on the way in one direction.
#[derive(Debug, Default)]
struct Way {
    lanes: [VecDeque<(Moment, Vec<u8>)>; 3],
    free: Moment,
}

/// Two directions: up is towards the relay.
#[derive(Debug)]
pub struct Hop {
    /// How it behaves; may be changed at any time.
    pub profile: Profile,
    /// Whether UDP arrives.
    pub udp: Udp,
    ways: [Way; 2],
    /// The longest that any message was on the way.
    pub longest: Duration,
    /// TCP stands still until then.
    still_until: Moment,
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toward {
    /// From the visitor or viewer.
    Relay,
    /// To the visitor or viewer.
    Client,
}

impl Hop {
    /// A hop with nothing on it.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            udp: Udp::Works,
            ways: [Way::default(), Way::default()],
            longest: Duration::ZERO,
            still_until: Moment::default(),
        }
    }

    /// Loses everything that is on the way.
    pub fn drop_all(&mut self) {
        self.ways = [Way::default(), Way::default()];
    }

    /// Nothing arrives until `until`; TCP makes up for it then, UDP does not.
    pub fn stand_still(&mut self, until: Moment) {
        self.still_until = until;
    }

    /// Puts a message on the way.
    pub fn send(&mut self, toward: Toward, lane: Lane, bytes: Vec<u8>, now: Moment, rng: &mut Rng) {
        let lost = rng.percent(self.profile.loss);
        let still = now < self.still_until;
        let udp = lane != Lane::WebSocket;
        if udp && (self.udp == Udp::Swallowed || still) || lost && lane == Lane::DataChannelUnreliable {
            return;
        }
        let takes = Duration::from_micros(bytes.len() as u64 * 1_000_000 / self.profile.rate);
        let jitter = Duration::from_micros(rng.below(self.profile.jitter.as_micros() as u64 + 1));
        // A retransmission takes a round trip and a timer.
        let again = if lost { self.profile.delay * 2 + Duration::from_millis(200) } else { Duration::ZERO };
        let way = &mut self.ways[toward as usize];
        way.free = way.free.max(now) + takes;
        let arrives = (way.free + self.profile.delay + jitter + again).max(self.still_until);
        let queue = &mut way.lanes[lane as usize];
        let ordered = lane != Lane::DataChannelUnreliable;
        let arrives = queue.back().filter(|_| ordered).map_or(arrives, |(before, _)| arrives.max(*before));
        self.longest = self.longest.max(arrives.since(now));
        queue.push_back((arrives, bytes));
    }

    /// When something arrives.
    pub fn next_arrival(&self) -> Option<Moment> {
        self.ways.iter().flat_map(|way| &way.lanes).flatten().map(|(at, _)| *at).min()
    }

    /// Takes one message that has arrived.
    pub fn receive(&mut self, toward: Toward, now: Moment) -> Option<(Lane, Vec<u8>)> {
        for lane in LANES {
            let queue = &mut self.ways[toward as usize].lanes[lane as usize];
            if let Some(index) = queue.iter().position(|(at, _)| *at <= now) {
                return queue.remove(index).map(|(_, bytes)| (lane, bytes));
            }
        }
        None
    }

    /// Whether nothing is on the way on this lane.
    pub fn is_empty(&self, toward: Toward, lane: Lane) -> bool {
        self.ways[toward as usize].lanes[lane as usize].is_empty()
    }
}
