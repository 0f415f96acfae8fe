//! The link through loss, reordering and cuts.
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::testing::Rng;

const WS: Lane = Lane::WebSocket;
const DC: Lane = Lane::DataChannelReliable;
const QUICK: Lane = Lane::DataChannelUnreliable;
const LANES: [Lane; 3] = [WS, DC, QUICK];

/// One end, and what it has to say and has heard.
struct End {
    link: Link,
    /// Messages on their way to the other end.
    out: [VecDeque<Vec<u8>>; 3],
    sent: Vec<(Channel, Vec<u8>)>,
    heard: Vec<(Channel, Vec<u8>)>,
}

impl End {
    fn new() -> Self {
        let out = [VecDeque::new(), VecDeque::new(), VecDeque::new()];
        Self { link: Link::new(7), out, sent: Vec::new(), heard: Vec::new() }
    }

    fn say(&mut self, channel: Channel, payload: Vec<u8>, now: Moment) {
        let sent = match channel {
            Channel::Page => self.link.send_page(PageKind::Delta, Epoch(1), payload.clone().into()),
            Channel::Control | Channel::Pointer | Channel::Link => {
                self.link.send_control(payload.clone(), Urgency::Normal, now)
            }
        };
        sent.expect("room");
        self.sent.push((channel, payload));
    }

    fn drain(&mut self, now: Moment) {
        while let Some((lane, bytes)) = self.link.poll_transmit(now) {
            assert!(bytes.len() <= MAX_MESSAGE, "{} bytes on {lane:?}", bytes.len());
            self.out[lane as usize].push_back(bytes);
        }
    }

    fn listen(&mut self, now: Moment) {
        while let Some(frame) = self.link.poll_control() {
            self.heard.push((Channel::Control, frame.payload));
        }
        while let Some(frame) = self.link.poll_page() {
            self.link.consume_page(frame.last, now);
            self.heard.push((Channel::Page, frame.payload));
        }
    }
}

struct Pair {
    ends: [End; 2],
    now: Moment,
    rng: Rng,
    seed: u64,
    udp: bool,
}

impl Pair {
    fn new(seed: u64) -> Self {
        let mut pair = Self {
            ends: [End::new(), End::new()],
            now: Moment::default(),
            rng: Rng::new(seed),
            seed,
            udp: true,
        };
        LANES.into_iter().for_each(|lane| pair.lane(lane, true));
        pair
    }

    fn lane(&mut self, lane: Lane, up: bool) {
        for end in &mut self.ends {
            end.out[lane as usize].clear();
            end.link.handle_lane(lane, up, self.now);
        }
    }

    /// The connection breaks; another one is made.
    fn reconnect(&mut self) {
        LANES.into_iter().for_each(|lane| self.lane(lane, false));
        let has = [0, 1].map(|end| self.ends[end].link.received());
        for end in [0, 1] {
            self.ends[end].link.resume(has[1 - end], self.now).expect("the same link");
        }
        self.lane(WS, true);
    }

    fn step(&mut self) {
        for end in [0, 1] {
            self.ends[end].drain(self.now);
            for lane in LANES {
                self.deliver(end, lane);
            }
        }
        self.now = self.now + Duration::from_millis(self.rng.below(30));
        for end in &mut self.ends {
            if end.link.poll_timeout().is_some_and(|at| at <= self.now) {
                end.link.handle_timeout(self.now);
            }
            while end.link.poll_lost().is_some() {}
        }
    }

    /// Some of what is on the way arrives; the other lane may be quicker.
    fn deliver(&mut self, from: usize, lane: Lane) {
        let many = self.rng.below(4);
        for _ in 0..many {
            let Some(bytes) = self.ends[from].out[lane as usize].pop_front() else { return };
            let lost = lane != WS && !self.udp || lane == QUICK && self.rng.percent(30);
            if !lost {
                let envelope = Envelope::decode(&bytes, MAX_MESSAGE).expect("our own");
                let to = &mut self.ends[1 - from];
                to.link
                    .handle(lane, envelope, self.now)
                    .unwrap_or_else(|error| panic!("{error}, seed {}", self.seed));
                to.listen(self.now);
            }
        }
    }

    fn act(&mut self) {
        let end = self.rng.below(2) as usize;
        match self.rng.below(40) {
            0 => self.lane(DC, false),
            1 | 2 => self.lane(DC, true),
            3 => self.reconnect(),
            4 => self.udp = !self.udp,
            5 => {
                let lane = LANES[self.rng.below(2) as usize];
                let open = self.rng.percent(50);
                self.ends[end].link.set_writable(lane, open);
            }
            6..14 => {
                let size = self.rng.below(if self.rng.clone().percent(10) { 60_000 } else { 400 });
                let payload = self.payload(size);
                self.ends[end].say(Channel::Page, payload, self.now);
            }
            14..24 => {
                let size = self.rng.below(300);
                let payload = self.payload(size);
                self.ends[end].say(Channel::Control, payload, self.now);
            }
            _ => {}
        }
    }

    fn payload(&mut self, size: u64) -> Vec<u8> {
        let mut payload = self.rng.draw().to_le_bytes().to_vec();
        payload.resize(8 + size as usize, 1);
        payload
    }

    fn calm(&mut self) {
        self.udp = true;
        self.reconnect();
        (0..3_000).for_each(|_| self.step());
    }

    fn check(&self) {
        for (from, to) in [(0, 1), (1, 0)] {
            for channel in [Channel::Page, Channel::Control] {
                let of = |all: &[(Channel, Vec<u8>)]| {
                    all.iter().filter(|(on, _)| *on == channel).map(|(_, it)| it.clone()).collect::<Vec<_>>()
                };
                let (sent, heard) = (of(&self.ends[from].sent), of(&self.ends[to].heard));
                assert!(sent == heard, "{channel:?}: {} of {}, seed {}", heard.len(), sent.len(), self.seed);
            }
        }
    }
}

#[test]
fn what_is_said_is_heard_once_and_in_order_whatever_happens_to_the_lanes() {
    for seed in 0..150 {
        let mut pair = Pair::new(seed);
        for _ in 0..400 {
            pair.act();
            pair.step();
        }
        pair.calm();
        pair.check();
    }
}

fn quiet() -> Pair {
    let mut pair = Pair::new(1);
    (0..50).for_each(|_| pair.step());
    pair
}

#[test]
fn an_urgent_message_goes_over_both_lanes_and_counts_once() {
    let mut pair = quiet();
    pair.ends[0].link.send_control(vec![1], Urgency::BothLanes, pair.now).expect("room");
    pair.ends[0].drain(pair.now);
    let pieces = |queue: &VecDeque<Vec<u8>>| queue.iter().filter(|it| it[0] & 3 == 1).count();
    assert_eq!([WS, DC].map(|lane| pieces(&pair.ends[0].out[lane as usize])), [1, 1]);
    (0..50).for_each(|_| pair.step());
    assert_eq!(pair.ends[1].heard, [(Channel::Control, vec![1])]);
}

#[test]
fn no_more_than_the_window_is_under_way() {
    let mut pair = Pair::new(1);
    pair.ends[0].say(Channel::Page, vec![1; 1_000_000], pair.now);
    pair.ends[0].drain(pair.now);
    let under_way: usize = pair.ends[0].out.iter().flatten().map(Vec::len).sum();
    assert!(under_way <= 17 * 1024, "{under_way}");
    assert!(!pair.ends[0].link.page_room());
}

#[test]
fn a_page_that_nobody_takes_closes_the_window_and_costs_no_repetition() {
    let mut pair = quiet();
    for _ in 0..40 {
        pair.ends[0].say(Channel::Page, vec![1; 1_000], pair.now);
    }
    for _ in 0..200 {
        pair.ends[0].drain(pair.now);
        pair.ends[1].drain(pair.now);
        for (from, lane) in [(0, WS), (0, DC), (1, WS), (1, DC)] {
            while let Some(bytes) = pair.ends[from].out[lane as usize].pop_front() {
                let envelope = Envelope::decode(&bytes, MAX_MESSAGE).expect("our own");
                pair.ends[1 - from].link.handle(lane, envelope, pair.now).expect("in order");
            }
        }
        pair.now = pair.now + Duration::from_millis(20);
        pair.ends.iter_mut().for_each(|end| end.link.handle_timeout(pair.now));
    }
    let link = &mut pair.ends[0].link;
    assert!(!link.page_room() && link.page_under_way() <= 16 * 1024);
    assert_eq!(link.traffic().resent, 0, "what has arrived is not sent again");
}

/// A page that computes for a second reads neither lane. That is no reason to send anything twice.
#[test]
fn an_end_that_is_busy_is_not_taken_for_a_dead_lane() {
    let mut pair = quiet();
    for _ in 0..20 {
        pair.ends[0].say(Channel::Control, vec![1; 100], pair.now);
        for _ in 0..40 {
            pair.ends[0].drain(pair.now);
            pair.now = pair.now + Duration::from_millis(25);
            pair.ends[0].link.handle_timeout(pair.now);
        }
        // Then it reads everything, one lane after the other.
        for lane in [WS, DC] {
            while let Some(bytes) = pair.ends[0].out[lane as usize].pop_front() {
                let envelope = Envelope::decode(&bytes, MAX_MESSAGE).expect("our own");
                pair.ends[1].link.handle(lane, envelope, pair.now).expect("in order");
            }
            pair.ends[1].drain(pair.now);
            pair.now = pair.now + Duration::from_millis(20);
        }
        (0..20).for_each(|_| pair.step());
    }
    let traffic = pair.ends[0].link.traffic();
    assert_eq!((traffic.resent, traffic.sent(WS, Channel::Control).messages), (0, 0), "{traffic:?}");
    assert_eq!(pair.ends[0].link.path(), Some(DC));
}

/// What has arrived is not sent again, so nothing but a ping would bring the word that it was taken.
#[test]
fn an_acknowledgement_that_is_lost_with_its_lane_holds_nothing_up_for_long() {
    let mut pair = quiet();
    pair.ends[0].link.set_writable(WS, false);
    for _ in 0..20 {
        pair.ends[0].say(Channel::Page, vec![1; 1_000], pair.now);
    }
    for _ in 0..10 {
        pair.ends[0].drain(pair.now);
        while let Some(bytes) = pair.ends[0].out[DC as usize].pop_front() {
            let envelope = Envelope::decode(&bytes, MAX_MESSAGE).expect("our own");
            pair.ends[1].link.handle(DC, envelope, pair.now).expect("in order");
        }
        pair.now = pair.now + Duration::from_millis(25);
        pair.ends[1].link.handle_timeout(pair.now);
        pair.ends[1].drain(pair.now);
        for lane in [WS, DC] {
            while let Some(bytes) = pair.ends[1].out[lane as usize].pop_front() {
                let envelope = Envelope::decode(&bytes, MAX_MESSAGE).expect("our own");
                pair.ends[0].link.handle(lane, envelope, pair.now).expect("in order");
            }
        }
    }
    assert!(!pair.ends[0].link.page_room(), "it has arrived, and nobody has taken it");
    let now = pair.now;
    pair.ends[1].listen(now);
    pair.now = pair.now + Duration::from_millis(25);
    pair.ends[1].link.handle_timeout(pair.now);
    pair.ends[1].drain(pair.now);
    pair.ends[1].out[DC as usize].clear();
    pair.ends[0].link.set_writable(WS, true);
    let taken = pair.now;
    while !pair.ends[0].link.page_room() && pair.now.since(taken) < 2 * PING_INTERVAL {
        pair.step();
    }
    assert!(pair.now.since(taken) <= PING_INTERVAL + Duration::from_secs(1), "{:?}", pair.now.since(taken));
}

#[test]
fn a_frame_that_is_given_up_half_way_is_no_frame() {
    let mut pair = quiet();
    pair.ends[0].say(Channel::Page, vec![1; 100_000], pair.now);
    pair.ends[0].drain(pair.now);
    pair.ends[0].link.abandon_pages();
    pair.ends[0].sent.clear();
    pair.ends[0].say(Channel::Page, vec![2; 100], pair.now);
    (0..100).for_each(|_| pair.step());
    pair.check();
    assert!(pair.ends[0].link.page_room());
}

#[test]
fn page_frames_wait_for_the_yes_that_allows_them() {
    let mut pair = quiet();
    let now = pair.now;
    pair.ends[0].link.set_writable(DC, true);
    pair.ends[0].say(Channel::Control, vec![9], now);
    pair.ends[0].link.page_follows_control();
    assert!(!pair.ends[0].link.page_room());
    pair.ends[0].say(Channel::Page, vec![1; 100], now);
    (0..100).for_each(|_| pair.step());
    assert_eq!(pair.ends[1].heard.first().map(|(channel, _)| *channel), Some(Channel::Control));
    pair.check();
}

#[test]
fn a_peer_that_does_not_keep_to_the_window_is_refused() {
    let piece = |seq: u32, more, size| Envelope {
        channel: Channel::Page,
        kind: 1,
        more,
        seq: Seq(seq),
        epoch: Epoch(1),
        payload: vec![0; size],
    };
    let mut gaps = Link::new(1);
    let refused =
        (2..2_000).find_map(|seq| gaps.handle(WS, piece(seq, false, 16_000), Moment::default()).err());
    assert!(matches!(refused, Some(LinkError::TooFarAhead { .. })), "{refused:?}");
    assert!(matches!(
        Link::new(1).handle(WS, piece(u32::MAX, false, 1), Moment::default()),
        Err(LinkError::TooFarAhead { .. })
    ));
    let mut endless = Link::new(1);
    let refused =
        (1..2_000).find_map(|seq| endless.handle(WS, piece(seq, true, 16_000), Moment::default()).err());
    assert_eq!(refused, Some(LinkError::FrameTooLong(Channel::Page)));
    let mut flood = Link::new(1);
    let refused =
        (1..2_000).find_map(|seq| flood.handle(WS, piece(seq, false, 16_000), Moment::default()).err());
    assert_eq!(refused, Some(LinkError::Flooded));
}

#[test]
fn an_acknowledgement_of_what_was_never_sent_is_refused() {
    let payload = vec![5, 5, 0];
    let ack =
        Envelope { channel: Channel::Link, kind: 0, more: false, seq: Seq(0), epoch: Epoch(0), payload };
    assert!(matches!(Link::new(1).handle(WS, ack, Moment::default()), Err(LinkError::AckOfUnsent { .. })));
}

#[test]
fn a_lane_that_does_not_answer_is_given_up_and_its_messages_go_elsewhere() {
    let mut pair = quiet();
    pair.udp = false;
    pair.ends[0].say(Channel::Control, vec![1], pair.now);
    let began = pair.now;
    while pair.ends[1].heard.is_empty() {
        pair.step();
    }
    assert!(pair.now.since(began) < Duration::from_secs(1), "{:?}", pair.now.since(began));
    (0..1_500).for_each(|_| pair.step());
    assert_eq!(pair.ends[0].link.lanes.health(DC), Health::Down);
    assert_eq!(pair.ends[0].link.lanes.health(WS), Health::Up);
}

#[test]
fn the_bytes_of_version_one() {
    let ack = Ack { page: Seq(300), consumed: Seq(299), control: Seq(1) };
    for (signal, bytes) in [
        (Signal::Ack(ack), &[0x03, 0, 0, 0xac, 0x02, 0xab, 0x02, 1][..]),
        (Signal::Ping(7), &[0x0b, 0, 0, 7][..]),
        (Signal::Pong(7), &[0x13, 0, 0, 7][..]),
    ] {
        assert_eq!(signal.encode(), bytes);
        let envelope = Envelope::decode(bytes, MAX_MESSAGE).expect("short");
        assert_eq!(Signal::decode(envelope.kind, &envelope.payload), Ok(signal));
    }
}

proptest! {
    #[test]
    fn any_messages_are_taken_or_refused(messages: Vec<(u8, Vec<u8>)>) {
        let mut link = Link::new(1);
        LANES.into_iter().for_each(|lane| link.handle_lane(lane, true, Moment::default()));
        for (lane, bytes) in messages {
            let Ok(envelope) = Envelope::decode(&bytes, MAX_MESSAGE) else { continue };
            if link.handle(LANES[usize::from(lane % 3)], envelope, Moment::default()).is_err() {
                break;
            }
            while link.poll_transmit(Moment::default()).is_some() {}
        }
    }
}
