//! One hop between two peers: two reliable channels over two lanes in one order, and values of which only
//! the newest counts.
//!
//! Both ends run the same machine. A frame is cut into *pieces*; pieces, not frames, carry the sequence
//! numbers of their channel, on whichever lane they go. The receiver merges the lanes by them, drops what it
//! has and joins the pieces. So a piece may go twice, over another lane or another connection, and counts
//! once. Two numbers acknowledge a page: what *arrived* need not be kept any more, what was *consumed* makes
//! room for more (DESIGN.md §7).
//!
//! ```text
//!  send_* ─▶ waiting ─cut─▶ under way ──▶ lane ──▶ early │ in order ─joined─▶ poll_*
//!                  window ◀─── consumed ◀── ack ◀─────────────┘
//! ```
mod inbound;
mod lanes;
mod outbound;
mod pace;
mod pointers;
mod signal;
#[cfg(test)]
mod tests;
mod traffic;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use inbound::{Arrival, Inbound};
use lanes::{Due, Health, Lanes};
use outbound::{ABANDONED, Outbound, Road};
use pace::Pace;
use signal::{Ack, Signal};
use thiserror::Error;
pub use traffic::{Count, Traffic};

use crate::{
    id::{Epoch, Moment, Seq},
    session::{Lane, handshake::CONTROL},
    wire::{
        Channel, Envelope, EnvelopeError, PageKind,
        limits::{MAX_FRAME, MAX_MESSAGE},
        message::Resume,
    },
};

/// How often a lane is asked whether somebody is there.
pub const PING_INTERVAL: Duration = Duration::from_secs(5);
/// Most bytes and frames that wait on the control channel.
const MAX_CONTROL_WAITING: usize = 2 << 20;
const MAX_CONTROL_FRAMES: usize = 4096;
/// Most bytes on the control channel that are under way.
const CONTROL_WINDOW: u64 = 256 * 1024;
/// Most bytes of page frames that wait: a whole keyframe, and one more.
const MAX_PAGE_WAITING: usize = 2 * MAX_FRAME;
/// Most bytes of whole frames that nobody has taken yet.
const MAX_READY: usize = 2 * MAX_FRAME;
/// An acknowledgement waits for so long, in case there is more to say.
const ACK_DELAY: Duration = Duration::from_millis(20);
/// After so many bytes it does not wait.
const ACK_BYTES: usize = 4 * 1024;
/// Most answers and repeated messages that wait for a lane.
const MAX_SIGNALS: usize = 16;

/// A whole frame of a reliable channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The stream.
    pub channel: Channel,
    /// The kind within it.
    pub kind: u8,
    /// The keyframe that it belongs to.
    pub epoch: Epoch,
    /// The bytes.
    pub payload: Vec<u8>,
    /// The number of its last piece.
    pub last: Seq,
}

/// Why the link cannot go on. Both sides begin a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LinkError {
    /// No envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A kind that this version does not know.
    #[error("unknown kind {1} on channel {0:?}")]
    UnknownKind(Channel, u8),
    /// Bytes after a signal.
    #[error("{0} stray bytes after a signal")]
    Trailing(usize),
    /// More is missing than a window holds.
    #[error("piece {seq:?} on channel {channel:?} is too far ahead of {last:?}")]
    TooFarAhead {
        /// The stream.
        channel: Channel,
        /// The piece.
        seq: Seq,
        /// The last one in order.
        last: Seq,
    },
    /// Pieces of different frames were joined.
    #[error("a frame on channel {0:?} goes on as another kind")]
    Mixed(Channel),
    /// The joined pieces are too long.
    #[error("a frame on channel {0:?} is too long")]
    FrameTooLong(Channel),
    /// A pointer value is too long.
    #[error("a pointer of {0} bytes is too long")]
    PointerTooLong(usize),
    /// The peer acknowledges what was never sent.
    #[error("piece {seq:?} on channel {channel:?} is acknowledged and was never sent")]
    AckOfUnsent {
        /// The stream.
        channel: Channel,
        /// The piece.
        seq: Seq,
    },
    /// The peer sends faster than its window allows.
    #[error("more frames than the window allows")]
    Flooded,
    /// The peer has taken nothing for too long.
    #[error("too much waits on channel {0:?}")]
    Overflow(Channel),
}

/// How soon a control message must be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// On one lane.
    Normal,
    /// On both lanes at once: a revoke.
    BothLanes,
}

/// When the next acknowledgement is due, and over which lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AckDue {
    Nothing,
    At(Moment),
    Now,
}

/// One end of a hop.
#[derive(Debug)]
pub struct Link {
    id: u64,
    lanes: Lanes,
    pace: Pace,
    page: Outbound,
    control: Outbound,
    pointers: pointers::Outgoing,
    signals: VecDeque<(Lane, Signal)>,
    repeats: VecDeque<(Lane, Vec<u8>)>,
    /// Page frames wait until so many control messages have arrived.
    page_follows: u64,
    page_in: Inbound,
    control_in: Inbound,
    pointers_in: pointers::Incoming,
    pages: VecDeque<Frame>,
    controls: VecDeque<Frame>,
    moves: VecDeque<Envelope>,
    ready_bytes: usize,
    /// The last page piece that was taken, and the last one of a whole frame.
    consumed: Seq,
    whole: Seq,
    ack: AckDue,
    ack_lane: Lane,
    unacked: usize,
    lost: VecDeque<Lane>,
    traffic: Traffic,
}

impl Link {
    /// A new link; `id` names it across connections.
    pub fn new(id: u64) -> Self {
        Self::with_ping_interval(id, PING_INTERVAL)
    }

    /// A new link that asks this often whether somebody is there.
    pub fn with_ping_interval(id: u64, interval: Duration) -> Self {
        Self {
            id,
            lanes: Lanes::new(interval),
            pace: Pace::new(),
            page: Outbound::new(Channel::Page),
            control: Outbound::new(Channel::Control),
            pointers: pointers::Outgoing::default(),
            signals: VecDeque::new(),
            repeats: VecDeque::new(),
            page_follows: 0,
            page_in: Inbound::new(Channel::Page),
            control_in: Inbound::new(Channel::Control),
            pointers_in: pointers::Incoming::default(),
            pages: VecDeque::new(),
            controls: VecDeque::new(),
            moves: VecDeque::new(),
            ready_bytes: 0,
            consumed: Seq(0),
            whole: Seq(0),
            ack: AckDue::Nothing,
            ack_lane: Lane::WebSocket,
            unacked: 0,
            lost: VecDeque::new(),
            traffic: Traffic::default(),
        }
    }

    /// What this end has: for the hello or the welcome of the next connection.
    pub const fn received(&self) -> Resume {
        Resume { link: self.id, page: self.page_in.last(), control: self.control_in.last() }
    }

    /// The link goes on over a new connection; the peer has what `theirs` says. All lanes are down until they
    /// are opened again.
    ///
    /// # Errors
    /// [`LinkError::AckOfUnsent`] when the peer speaks of another link's frames.
    pub fn resume(&mut self, theirs: Resume, now: Moment) -> Result<(), LinkError> {
        for lane in [Lane::WebSocket, Lane::DataChannelReliable, Lane::DataChannelUnreliable] {
            self.lanes.close(lane);
        }
        self.signals.clear();
        self.repeats.clear();
        self.page.all_died();
        self.control.all_died();
        self.page.received(theirs.page, &mut self.pace, now)?;
        self.control.received(theirs.control, &mut self.pace, now)?;
        self.control.consumed(theirs.control)?;
        self.ack = AckDue::Now;
        Ok(())
    }

    /// A lane opened or closed.
    pub fn handle_lane(&mut self, lane: Lane, up: bool, now: Moment) {
        if up {
            self.lanes.open(lane, now);
        } else if self.lanes.health(lane) != Health::Down {
            self.close(lane, now);
        }
    }

    fn close(&mut self, lane: Lane, now: Moment) {
        self.lanes.close(lane);
        self.signals.retain(|(on, _)| *on != lane);
        self.repeats.retain(|(on, _)| *on != lane);
        if lane != Lane::DataChannelUnreliable {
            self.page.lane_died(lane, now);
            self.control.lane_died(lane, now);
        }
    }

    /// A lane takes more bytes, or does not.
    pub const fn set_writable(&mut self, lane: Lane, writable: bool) {
        self.lanes.set_writable(lane, writable);
    }

    /// Whether any reliable lane is there.
    pub fn is_up(&self) -> bool {
        [Lane::WebSocket, Lane::DataChannelReliable]
            .into_iter()
            .any(|lane| self.lanes.health(lane) != Health::Down)
    }

    /// What went over which lane.
    pub fn traffic(&self) -> Traffic {
        let mut traffic = self.traffic;
        traffic.resent = self.page.resent() + self.control.resent();
        traffic
    }

    /// There and back, smoothed; `None` before the first measurement.
    pub const fn rtt(&self) -> Option<Duration> {
        self.pace.rtt()
    }
}

/// In.
impl Link {
    /// A message came over `lane`; `bytes` long before it was read.
    ///
    /// # Errors
    /// [`LinkError`]: the link is over.
    pub fn handle(&mut self, lane: Lane, envelope: Envelope, now: Moment) -> Result<(), LinkError> {
        if MAX_MESSAGE < envelope.payload.len() {
            return Err(EnvelopeError::TooLong(envelope.payload.len()).into());
        }
        self.lanes.heard(lane);
        self.traffic.count_received(lane, envelope.channel, envelope.payload.len());
        match envelope.channel {
            Channel::Page | Channel::Control => self.handle_piece(lane, envelope, now),
            Channel::Pointer => self.handle_pointer(envelope),
            Channel::Link => {
                let signal = Signal::decode(envelope.kind, &envelope.payload)?;
                self.handle_signal(lane, signal, now)
            }
        }
    }

    fn handle_piece(&mut self, lane: Lane, envelope: Envelope, now: Moment) -> Result<(), LinkError> {
        let bytes = envelope.payload.len();
        let inbound = match envelope.channel {
            Channel::Page => &mut self.page_in,
            Channel::Control | Channel::Pointer | Channel::Link => &mut self.control_in,
        };
        let mut frames = Vec::new();
        let arrival = inbound.take(envelope, &mut frames)?;
        self.traffic.duplicates += u64::from(arrival == Arrival::Duplicate);
        for frame in frames {
            self.ready(frame)?;
        }
        self.owe_ack(lane, arrival, bytes, now);
        Ok(())
    }

    fn ready(&mut self, frame: Frame) -> Result<(), LinkError> {
        self.ready_bytes += frame.payload.len();
        if MAX_READY < self.ready_bytes || MAX_CONTROL_FRAMES < self.controls.len() {
            return Err(LinkError::Flooded);
        }
        match frame.channel {
            Channel::Page => {
                self.whole = frame.last;
                self.pages.push_back(frame);
            }
            Channel::Control | Channel::Pointer | Channel::Link => self.controls.push_back(frame),
        }
        Ok(())
    }

    /// Answers over the lane that spoke last: the other may be dead.
    fn owe_ack(&mut self, lane: Lane, arrival: Arrival, bytes: usize, now: Moment) {
        self.ack_lane = lane;
        self.unacked += bytes;
        let soon = arrival != Arrival::InOrder || ACK_BYTES <= self.unacked;
        self.ack = match self.ack {
            _ if soon => AckDue::Now,
            AckDue::Nothing => AckDue::At(now + ACK_DELAY),
            due @ (AckDue::At(_) | AckDue::Now) => due,
        };
    }

    fn handle_pointer(&mut self, envelope: Envelope) -> Result<(), LinkError> {
        if pointers::MAX_POINTER < envelope.payload.len() {
            return Err(LinkError::PointerTooLong(envelope.payload.len()));
        }
        if self.pointers_in.passes(&envelope) {
            // Nobody took them: the newest are as good.
            if self.moves.len() == MAX_CONTROL_FRAMES {
                self.moves.pop_front();
            }
            self.moves.push_back(envelope);
        }
        Ok(())
    }

    fn handle_signal(&mut self, lane: Lane, signal: Signal, now: Moment) -> Result<(), LinkError> {
        match signal {
            Signal::Ack(ack) => self.handle_ack(ack, now)?,
            Signal::Ping(nonce) if self.signals.len() < MAX_SIGNALS => {
                self.signals.push_back((lane, Signal::Pong(nonce)));
            }
            Signal::Ping(_) => {}
            Signal::Pong(nonce) => {
                let took = self.lanes.pong(lane, nonce, now);
                took.into_iter().for_each(|took| self.pace.round_trip(took));
            }
        }
        Ok(())
    }

    fn handle_ack(&mut self, ack: Ack, now: Moment) -> Result<(), LinkError> {
        self.page.received(ack.page, &mut self.pace, now)?;
        if let Some((bytes, departure)) = self.page.consumed(ack.consumed)? {
            self.pace.acknowledged(bytes, departure, now);
        }
        self.control.received(ack.control, &mut self.pace, now)?;
        self.control.consumed(ack.control).map(|_| ())
    }

    /// The next control frame.
    pub fn poll_control(&mut self) -> Option<Frame> {
        let frame = self.controls.pop_front()?;
        self.ready_bytes -= frame.payload.len();
        Some(frame)
    }

    /// The next page frame. It counts as consumed when [`Self::consume_page`] says so.
    pub fn poll_page(&mut self) -> Option<Frame> {
        while let Some(frame) = self.pages.pop_front() {
            self.ready_bytes -= frame.payload.len();
            if frame.kind != ABANDONED {
                return Some(frame);
            }
            // Nobody will take it, and it must not hold up the window.
            self.consumed = self.consumed.max(frame.last);
            self.ack = AckDue::Now;
        }
        None
    }

    /// The next pointer value.
    pub fn poll_pointer(&mut self) -> Option<Envelope> {
        self.moves.pop_front()
    }

    /// A lane whose peer does not answer any more; it counts as closed.
    pub fn poll_lost(&mut self) -> Option<Lane> {
        self.lost.pop_front()
    }

    /// Page frames up to this piece make room for more.
    pub fn consume_page(&mut self, up_to: Seq, now: Moment) {
        if self.consumed < up_to && up_to <= self.page_in.last() {
            self.consumed = up_to;
            self.owe_ack(self.ack_lane, Arrival::InOrder, 0, now);
        }
    }
}

/// Out.
impl Link {
    /// Sends a control message.
    ///
    /// # Errors
    /// [`LinkError::Overflow`] when the peer takes nothing.
    pub fn send_control(&mut self, payload: Vec<u8>, urgency: Urgency, now: Moment) -> Result<(), LinkError> {
        let bytes = self.control.waiting_bytes() + payload.len();
        if MAX_CONTROL_WAITING < bytes || MAX_CONTROL_FRAMES <= self.control.waiting_frames() {
            return Err(LinkError::Overflow(Channel::Control));
        }
        self.control.push(CONTROL, Epoch(0), payload.into(), Road::Small);
        if urgency == Urgency::BothLanes {
            self.repeat_last(now);
        }
        Ok(())
    }

    /// Cuts what waits now, so that the last message can go over the other lane too.
    fn repeat_last(&mut self, now: Moment) {
        while let Some((lane, message)) = self.poll_control_out(now) {
            let repeats = self.control.waiting_frames() == 0 && self.repeats.len() < MAX_SIGNALS;
            self.repeats.push_back((lane, message));
            if repeats
                && let Some(other) = self.lanes.other(lane)
                && let Some(again) = self.control.last_message()
            {
                self.repeats.push_back((other, again));
            }
        }
    }

    /// Sends a page frame. Frames that do not fit 16 KiB, keyframes and assets go over the WebSocket.
    ///
    /// # Errors
    /// [`LinkError::Overflow`] when too much waits: the frame is not sent.
    pub fn send_page(&mut self, kind: PageKind, epoch: Epoch, payload: Arc<[u8]>) -> Result<(), LinkError> {
        if MAX_FRAME < payload.len() {
            return Err(LinkError::FrameTooLong(Channel::Page));
        }
        if MAX_PAGE_WAITING < self.page.waiting_bytes() + payload.len() {
            return Err(LinkError::Overflow(Channel::Page));
        }
        let road = match kind {
            PageKind::Keyframe | PageKind::KeyframeEnd | PageKind::Asset => Road::Bulk,
            PageKind::Delta | PageKind::Check => Road::Small,
        };
        self.page.push(kind as u8, epoch, payload, road);
        Ok(())
    }

    /// Sends a pointer value; the newest of its kind and node wins.
    pub fn send_pointer(&mut self, kind: u8, epoch: Epoch, payload: Vec<u8>) {
        if payload.len() <= pointers::MAX_POINTER {
            self.pointers.set(kind, epoch, payload);
        }
    }

    /// Forgets pointer values that have not gone.
    pub fn clear_pointers(&mut self) {
        self.pointers.clear();
    }

    /// Page frames that follow must not overtake the control messages so far: a yes arrives before what it
    /// allows, whichever lanes they take.
    pub const fn page_follows_control(&mut self) {
        self.page_follows = self.control.frames_pushed();
    }

    const fn page_may_go(&self) -> bool {
        self.page_follows <= self.control.frames_consumed()
    }

    /// Whether another page frame should be made: nothing waits, and the window is open.
    pub fn page_room(&self) -> bool {
        self.is_up()
            && self.page_may_go()
            && self.page.waiting_frames() == 0
            && self.page.under_way() < self.pace.window()
    }

    /// Whole page frames that the peer has consumed since the link began.
    pub const fn page_frames_consumed(&self) -> u64 {
        self.page.frames_consumed()
    }

    /// Drops page frames that wait, and says how many. One that is half sent ends where it is: the other end
    /// drops it, and it is not counted here.
    pub fn abandon_pages(&mut self) -> usize {
        self.page.abandon()
    }

    /// Bytes of page frames that wait for a lane or the window.
    pub const fn page_waiting(&self) -> usize {
        self.page.waiting_bytes()
    }

    /// Bytes of page frames that the peer has not consumed.
    pub const fn page_under_way(&self) -> u64 {
        self.page.under_way()
    }

    /// Whether every control message has arrived.
    pub fn control_settled(&self) -> bool {
        self.control.is_settled()
    }

    /// The next message for a lane.
    pub fn poll_transmit(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        let message = self
            .poll_signal(now)
            .map(|(lane, signal)| (lane, Channel::Link, signal.encode()))
            .or_else(|| self.poll_repeat().map(|(lane, bytes)| (lane, Channel::Control, bytes)))
            .or_else(|| self.poll_control_out(now).map(|(lane, bytes)| (lane, Channel::Control, bytes)))
            .or_else(|| self.poll_pointer_out(now).map(|(lane, bytes)| (lane, Channel::Pointer, bytes)))
            .or_else(|| self.poll_page_out(now).map(|(lane, bytes)| (lane, Channel::Page, bytes)));
        let (lane, channel, bytes) = message?;
        self.traffic.count_sent(lane, channel, bytes.len());
        Some((lane, bytes))
    }

    fn poll_signal(&mut self, now: Moment) -> Option<(Lane, Signal)> {
        if let Some(index) = self.signals.iter().position(|(lane, _)| self.lanes.open_lane(*lane).is_some()) {
            return self.signals.remove(index);
        }
        let due = match self.ack {
            AckDue::Nothing => false,
            AckDue::At(at) => at <= now,
            AckDue::Now => true,
        };
        let lane = self.lanes.open_lane(self.ack_lane).or_else(|| self.lanes.choose(Road::Small));
        let lane = lane.filter(|_| due)?;
        self.ack = AckDue::Nothing;
        self.unacked = 0;
        let Resume { page, control, .. } = self.received();
        Some((lane, Signal::Ack(Ack { page, consumed: self.consumed_pieces(), control })))
    }

    /// Pieces of a frame that is not whole cannot be taken by anybody: they count as soon as all before them
    /// does, or a frame longer than the window would never arrive.
    fn consumed_pieces(&self) -> Seq {
        if self.whole <= self.consumed { self.page_in.last() } else { self.consumed }
    }

    fn poll_repeat(&mut self) -> Option<(Lane, Vec<u8>)> {
        let index = self.repeats.iter().position(|(lane, _)| self.lanes.open_lane(*lane).is_some())?;
        self.repeats.remove(index)
    }

    fn poll_control_out(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        let lanes = &self.lanes;
        let websocket = lanes.open_lane(Lane::WebSocket);
        self.control.poll(|road| lanes.choose(road), websocket, CONTROL_WINDOW, self.pace.depart(now))
    }

    fn poll_page_out(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        if !self.page_may_go() {
            return None;
        }
        let lanes = &self.lanes;
        let websocket = lanes.open_lane(Lane::WebSocket);
        self.page.poll(|road| lanes.choose(road), websocket, self.pace.window(), self.pace.depart(now))
    }

    fn poll_pointer_out(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        let reliable = self.lanes.choose(Road::Small).map(|lane| (lane, pointers::Sent::Reliably));
        let quick = self.lanes.unreliable().map(|lane| (lane, pointers::Sent::Unreliably)).or(reliable);
        let fresh = quick.and_then(|way| Some((way, self.pointers.fresh()?)));
        let next = fresh.or_else(|| Some((reliable?, self.pointers.rested()?)));
        let ((lane, how), (index, envelope)) = next?;
        let bytes = envelope.encode();
        self.pointers.went(index, how, now);
        Some((lane, bytes))
    }
}

/// Time.
impl Link {
    /// When [`Self::handle_timeout`] has something to do.
    pub fn poll_timeout(&self) -> Option<Moment> {
        if !self.is_up() {
            return None;
        }
        let ack = match self.ack {
            AckDue::At(at) => Some(at),
            AckDue::Nothing | AckDue::Now => None,
        };
        let oldest =
            [&self.page, &self.control].into_iter().filter_map(Outbound::oldest_on_data_channel).min();
        let overdue = oldest.filter(|_| self.lanes.health(Lane::WebSocket) == Health::Up);
        let overdue = overdue.map(|at| at + self.pace.patience());
        [ack, overdue, self.lanes.poll_timeout(), self.pointers.poll_timeout()].into_iter().flatten().min()
    }

    /// Asks silent lanes, gives up dead ones, and sends over the WebSocket what is overdue.
    pub fn handle_timeout(&mut self, now: Moment) {
        if matches!(self.ack, AckDue::At(at) if at <= now) {
            self.ack = AckDue::Now;
        }
        self.pointers.handle_timeout(now);
        self.handle_overdue(now);
        for due in self.lanes.handle_timeout(now) {
            match due {
                Due::Ping(lane, nonce) => self.signals.push_back((lane, Signal::Ping(nonce))),
                Due::Lost(lane) => {
                    self.close(lane, now);
                    self.lost.push_back(lane);
                }
            }
        }
    }

    fn handle_overdue(&mut self, now: Moment) {
        if self.lanes.health(Lane::WebSocket) != Health::Up {
            return;
        }
        let before = now - self.pace.patience();
        // `|`: both channels are looked at.
        if before < now && (self.page.overdue(before) | self.control.overdue(before)) {
            self.lanes.suspect(now);
        }
    }
}
