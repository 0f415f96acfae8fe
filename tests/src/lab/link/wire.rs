//! One direction of the link: what becomes of a packet, and when. It knows no clock and no device.
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::{Block, Conditions};

/// Packets under way at most, as a bound on memory.
const ROOM: usize = 65_536;

/// What became of the packets of one protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sent on, now or after their delay.
    pub passed: u64,
    /// Lost by chance.
    pub lost: u64,
    /// Dropped by [`Block`].
    pub blocked: u64,
    /// Dropped since the queue under the rate was full.
    pub overflowed: u64,
}

impl Tally {
    /// All packets that came.
    pub const fn offered(&self) -> u64 {
        self.passed + self.lost + self.blocked + self.overflowed
    }
}

/// What became of the packets of each protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tallies {
    /// Data channels.
    pub udp: Tally,
    /// Pages and WebSockets.
    pub tcp: Tally,
    /// ICMP and the like.
    pub other: Tally,
}

/// One direction.
pub struct Wire {
    /// What happens to packets from now on.
    pub conditions: Conditions,
    /// What happened.
    pub tallies: Tallies,
    random: StdRng,
    /// In the order of their times.
    under_way: VecDeque<(Instant, Vec<u8>)>,
    /// When the last bit of what was taken under the rate has left.
    busy_until: Option<Instant>,
}

impl Wire {
    pub fn new(seed: u64) -> Self {
        Self {
            conditions: Conditions::default(),
            tallies: Tallies::default(),
            random: StdRng::seed_from_u64(seed),
            under_way: VecDeque::new(),
            busy_until: None,
        }
    }

    /// Takes a packet in.
    pub fn offer(&mut self, now: Instant, packet: &[u8]) {
        let protocol = Protocol::of(packet);
        let count = if self.blocks(protocol) {
            &mut self.tally(protocol).blocked
        } else if self.random.random::<f64>() < self.conditions.loss {
            &mut self.tally(protocol).lost
        } else if let Some(due) = self.schedule(now, packet.len()) {
            self.under_way.push_back((due, packet.to_vec()));
            &mut self.tally(protocol).passed
        } else {
            &mut self.tally(protocol).overflowed
        };
        *count += 1;
    }

    /// When the next packet arrives.
    pub fn due(&self) -> Option<Instant> {
        self.under_way.front().map(|(due, _)| *due)
    }

    /// Gives out a packet that has arrived by `now`.
    pub fn take(&mut self, now: Instant) -> Option<Vec<u8>> {
        let (_, packet) = self.under_way.pop_front_if(|(due, _)| *due <= now)?;
        Some(packet)
    }

    fn blocks(&self, protocol: Protocol) -> bool {
        match self.conditions.block {
            Block::Nothing => false,
            Block::Udp => protocol == Protocol::Udp,
            Block::Everything => true,
        }
    }

    /// When a packet that leaves now arrives; none when there is no room for it.
    fn schedule(&mut self, now: Instant, length: usize) -> Option<Instant> {
        if self.under_way.len() >= ROOM {
            return None;
        }
        let left = self.send(now, length)?;
        let jitter = self.conditions.jitter.mul_f64(self.random.random());
        let due = left + self.conditions.delay + jitter;
        // A packet never overtakes another.
        Some(self.under_way.back().map_or(due, |(last, _)| due.max(*last)))
    }

    /// When the packet's last bit has left under the rate; none when it would have to wait too long.
    fn send(&mut self, now: Instant, length: usize) -> Option<Instant> {
        let Some(rate) = self.conditions.rate else { return Some(now) };
        let start = self.busy_until.map_or(now, |until| until.max(now));
        if start - now > self.conditions.queue {
            return None;
        }
        let bits = length as u64 * 8;
        let end = start + Duration::from_nanos(bits.saturating_mul(1_000_000_000) / rate.max(1));
        self.busy_until = Some(end);
        Some(end)
    }

    const fn tally(&mut self, protocol: Protocol) -> &mut Tally {
        match protocol {
            Protocol::Udp => &mut self.tallies.udp,
            Protocol::Tcp => &mut self.tallies.tcp,
            Protocol::Other => &mut self.tallies.other,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Udp,
    Tcp,
    Other,
}

impl Protocol {
    /// Reads the protocol field of IPv4, or the first next-header field of IPv6.
    fn of(packet: &[u8]) -> Self {
        let number = match packet.first().map(|it| it >> 4) {
            Some(4) => packet.get(9),
            Some(6) => packet.get(6),
            _ => None,
        };
        match number {
            Some(17) => Self::Udp,
            Some(6) => Self::Tcp,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(protocol: u8, length: usize) -> Vec<u8> {
        let mut packet = vec![0; length];
        (packet[0], packet[9]) = (0x45, protocol);
        packet
    }

    fn wire(conditions: Conditions) -> Wire {
        Wire { conditions, ..Wire::new(1) }
    }

    #[test]
    fn a_packet_arrives_after_the_delay_and_not_before() {
        let delay = Duration::from_millis(30);
        let mut wire = wire(Conditions { delay, ..Conditions::default() });
        let now = Instant::now();
        wire.offer(now, &packet(17, 100));
        assert_eq!(wire.due(), Some(now + delay));
        assert_eq!(wire.take(now + delay / 2), None);
        assert_eq!(wire.take(now + delay), Some(packet(17, 100)));
        assert_eq!(wire.take(now + delay), None);
    }

    #[test]
    fn a_rate_spaces_packets_and_its_queue_is_bounded() {
        let queue = Duration::from_millis(20);
        // A millisecond for each packet of 1000 bytes.
        let mut wire = wire(Conditions { rate: Some(8_000_000), queue, ..Conditions::default() });
        let now = Instant::now();
        for _ in 0..100 {
            wire.offer(now, &packet(6, 1000));
        }
        assert_eq!((wire.tallies.tcp.passed, wire.tallies.tcp.overflowed), (21, 79));
        assert_eq!(wire.due(), Some(now + Duration::from_millis(1)));
        assert_eq!(wire.under_way.back().map(|it| it.0), Some(now + Duration::from_millis(21)));
    }

    #[test]
    fn jitter_spreads_packets_and_keeps_their_order() {
        let (delay, jitter) = (Duration::from_millis(10), Duration::from_millis(8));
        let mut wire = wire(Conditions { delay, jitter, ..Conditions::default() });
        let begin = Instant::now();
        for millisecond in 0..100 {
            wire.offer(begin + Duration::from_millis(millisecond), &packet(17, 20));
        }
        let times: Vec<_> = wire.under_way.iter().map(|it| it.0 - begin).collect();
        assert!(times.is_sorted(), "{times:?}");
        let late = (0..).zip(&times).map(|(sent, arrived)| *arrived - Duration::from_millis(sent));
        let late: Vec<_> = late.collect();
        assert!(late.iter().all(|it| (delay..=delay + jitter).contains(it)), "{late:?}");
        assert!(
            late.iter().max().unwrap().saturating_sub(*late.iter().min().unwrap()) > jitter / 2,
            "{late:?}"
        );
    }

    #[test]
    fn a_seed_decides_who_is_lost() {
        let fate = |seed| {
            let mut wire = wire(Conditions { loss: 0.5, ..Conditions::default() });
            wire.random = StdRng::seed_from_u64(seed);
            let now = Instant::now();
            (0..64)
                .map(|_| (wire.offer(now, &packet(17, 20)), wire.take(now).is_some()).1)
                .collect::<Vec<_>>()
        };
        assert_eq!(fate(1), fate(1));
        assert_ne!(fate(1), fate(2));
    }

    #[test]
    fn protocols_are_told_apart() {
        let mut sixth = vec![0; 48];
        (sixth[0], sixth[6]) = (0x60, 17);
        assert_eq!(Protocol::of(&packet(17, 20)), Protocol::Udp);
        assert_eq!(Protocol::of(&packet(6, 20)), Protocol::Tcp);
        assert_eq!(Protocol::of(&packet(1, 20)), Protocol::Other);
        assert_eq!(Protocol::of(&sixth), Protocol::Udp);
        assert_eq!(Protocol::of(&[]), Protocol::Other);
        assert_eq!(Protocol::of(&[0x45]), Protocol::Other);
    }
}
