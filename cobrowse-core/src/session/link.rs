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
mod frame;
mod inbound;
mod lanes;
mod outbound;
mod pace;
mod pointers;
mod receive;
mod signal;
#[cfg(test)]
mod tests;
mod traffic;
mod transmit;

use std::{collections::VecDeque, sync::Arc, time::Duration};

pub use frame::{Frame, LinkError, Urgency};
use inbound::{Arrival, Inbound};
use lanes::{Due, Health, Lanes};
use outbound::{ABANDONED, Outbound, Road};
use pace::Pace;
use signal::{Ack, Signal};
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

    /// The lane that small frames take now; `None` while nothing carries.
    pub fn path(&self) -> Option<Lane> {
        let up = |lane: &Lane| matches!(self.lanes.health(*lane), Health::Up | Health::Doubted);
        [Lane::DataChannelReliable, Lane::WebSocket].into_iter().find(up)
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
        let late = self.waits().map(|(_, since)| since + self.pace.patience() / 2);
        [ack, late, self.lanes.poll_timeout(), self.pointers.poll_timeout()].into_iter().flatten().min()
    }

    /// Asks silent lanes, gives up dead ones, and sends over the WebSocket what a data channel does not bring.
    pub fn handle_timeout(&mut self, now: Moment) {
        if matches!(self.ack, AckDue::At(at) if at <= now) {
            self.ack = AckDue::Now;
        }
        self.pointers.handle_timeout(now);
        self.handle_late(now);
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

    /// When the oldest message on the data channel left, and since when nothing was heard of it; none while the
    /// channel is in doubt, or the only lane.
    fn waits(&self) -> Option<(Moment, Moment)> {
        let both = [Lane::WebSocket, Lane::DataChannelReliable].map(|lane| self.lanes.health(lane));
        let oldest = [&self.page, &self.control].into_iter().filter_map(Outbound::oldest_on_data_channel);
        let left = oldest.min().filter(|_| both == [Health::Up, Health::Up])?;
        Some((left, left.max(self.lanes.proof().answered)))
    }

    fn handle_late(&mut self, now: Moment) {
        let patience = self.pace.patience();
        // Asked at half time, so that the answers are there when patience ends.
        if let Some((left, since)) = self.waits().filter(|(_, since)| *since + patience / 2 <= now) {
            if left < self.lanes.proof().asked {
                // A message that left later was answered: the channel has lost this one.
                self.go_over_websocket();
            } else {
                let ping = self.lanes.doubt(since + patience, now);
                self.signals.push_back((Lane::WebSocket, Signal::Ping(ping)));
            }
        }
        if self.lanes.confirms_doubt(now) {
            self.go_over_websocket();
        }
    }

    fn go_over_websocket(&mut self) {
        self.page.overdue();
        self.control.overdue();
    }
}
