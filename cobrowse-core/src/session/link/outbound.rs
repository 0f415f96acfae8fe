//! One reliable channel, leaving: frames wait, are cut into pieces, and pieces are kept until they arrived.
use std::{collections::VecDeque, ops::Range, sync::Arc};

use super::{
    LinkError,
    pace::{Departure, Pace},
};
use crate::{
    id::{Epoch, Moment, Seq},
    session::Lane,
    wire::{Channel, Envelope, limits::MAX_MESSAGE},
};

/// Payload bytes of one piece: the whole message fits a data channel.
pub(super) const PIECE: usize = MAX_MESSAGE - Envelope::MAX_HEADER;
/// The kind of the last piece of a frame that was given up.
pub(super) const ABANDONED: u8 = 31;
/// Round trips are measured by messages that are too small to queue long.
const MEASURES_DELAY: usize = 1024;

/// Which lane a frame wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Road {
    /// Small and urgent: the data channel, when there is one.
    Small,
    /// Big: the WebSocket.
    Bulk,
}

#[derive(Debug)]
struct Waiting {
    kind: u8,
    epoch: Epoch,
    payload: Arc<[u8]>,
    cut: usize,
    end: usize,
    road: Road,
}

#[derive(Debug)]
struct Piece {
    seq: Seq,
    kind: u8,
    epoch: Epoch,
    more: bool,
    payload: Arc<[u8]>,
    range: Range<usize>,
    road: Road,
    went: Went,
}

/// Where a piece is that has not been acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Went {
    /// The lane that it went over died.
    Nowhere,
    /// On its way.
    Over(Lane, Moment),
    /// Overdue on the data channel: it goes over the WebSocket too.
    Overdue,
    /// On both reliable lanes.
    Both,
}

#[derive(Debug)]
struct Departed {
    seq: Seq,
    bytes: u64,
    /// 1 for the last piece of a frame.
    frames: u64,
    departure: Departure,
}

#[derive(Debug)]
pub(super) struct Outbound {
    channel: Channel,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    unreceived: VecDeque<Piece>,
    unconsumed: VecDeque<Departed>,
    under_way: u64,
    owing: usize,
    last: Seq,
    resent: u64,
    frames_pushed: u64,
    frames_consumed: u64,
}

impl Outbound {
    pub(super) const fn new(channel: Channel) -> Self {
        Self {
            channel,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            unreceived: VecDeque::new(),
            unconsumed: VecDeque::new(),
            under_way: 0,
            owing: 0,
            last: Seq(0),
            resent: 0,
            frames_pushed: 0,
            frames_consumed: 0,
        }
    }

    pub(super) fn push(&mut self, kind: u8, epoch: Epoch, payload: Arc<[u8]>, road: Road) {
        self.waiting_bytes += payload.len();
        self.frames_pushed += 1;
        let road = if PIECE < payload.len() { Road::Bulk } else { road };
        let end = payload.len();
        self.waiting.push_back(Waiting { kind, epoch, payload, cut: 0, end, road });
    }

    /// Bytes that no lane has taken yet.
    pub(super) const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Frames that no lane has taken whole.
    pub(super) fn waiting_frames(&self) -> usize {
        self.waiting.len()
    }

    /// Bytes that were sent and not yet taken at the other end.
    pub(super) const fn under_way(&self) -> u64 {
        self.under_way
    }

    /// Whether everything has arrived.
    pub(super) fn is_settled(&self) -> bool {
        self.waiting.is_empty() && self.unreceived.is_empty()
    }

    /// Whole frames that were ever given to send.
    pub(super) const fn frames_pushed(&self) -> u64 {
        self.frames_pushed
    }

    /// Whole frames that were taken at the other end.
    pub(super) const fn frames_consumed(&self) -> u64 {
        self.frames_consumed
    }

    /// Drops what waits, and says how many whole frames that were. A frame that has begun ends with an empty
    /// piece that says so.
    pub(super) fn abandon(&mut self) -> usize {
        let before = self.waiting.len();
        self.waiting.retain(|frame| 0 < frame.cut);
        for frame in &mut self.waiting {
            (frame.end, frame.kind) = (frame.cut, ABANDONED);
        }
        self.waiting_bytes = 0;
        before - self.waiting.len()
    }

    pub(super) const fn resent(&self) -> u64 {
        self.resent
    }

    /// The next message, on the lane that `choose` names: first what is owed, then what waits.
    pub(super) fn poll(
        &mut self,
        choose: impl Fn(Road) -> Option<Lane>,
        websocket: Option<Lane>,
        window: u64,
        departure: Departure,
    ) -> Option<(Lane, Vec<u8>)> {
        if 0 < self.owing
            && let Some(message) = self.poll_owed(&choose, websocket, departure.at)
        {
            return Some(message);
        }
        self.poll_waiting(&choose, window, departure)
    }

    fn poll_owed(
        &mut self,
        choose: &impl Fn(Road) -> Option<Lane>,
        websocket: Option<Lane>,
        now: Moment,
    ) -> Option<(Lane, Vec<u8>)> {
        let way = |piece: &Piece| match piece.went {
            Went::Nowhere => choose(piece.road).map(|lane| (lane, Went::Over(lane, now))),
            Went::Overdue => websocket.map(|lane| (lane, Went::Both)),
            Went::Over(..) | Went::Both => None,
        };
        let mut owed = self.unreceived.iter_mut();
        let (piece, (lane, went)) = owed.find_map(|piece| way(piece).map(|way| (piece, way)))?;
        piece.went = went;
        self.owing -= 1;
        self.resent += 1;
        Some((lane, piece.encode(self.channel)))
    }

    fn poll_waiting(
        &mut self,
        choose: &impl Fn(Road) -> Option<Lane>,
        window: u64,
        departure: Departure,
    ) -> Option<(Lane, Vec<u8>)> {
        let head = self.waiting.front_mut()?;
        let range = head.cut..head.end.min(head.cut + PIECE);
        let bytes = range.len() as u64;
        if 0 < self.under_way && window < self.under_way + bytes {
            return None;
        }
        let lane = choose(head.road)?;
        head.cut = range.end;
        let piece = Piece {
            seq: self.last.next(),
            kind: head.kind,
            epoch: head.epoch,
            more: range.end < head.end,
            payload: Arc::clone(&head.payload),
            range,
            road: head.road,
            went: Went::Over(lane, departure.at),
        };
        if !piece.more {
            self.waiting.pop_front();
        }
        Some((lane, self.sent(piece, departure)))
    }

    fn sent(&mut self, piece: Piece, departure: Departure) -> Vec<u8> {
        let bytes = piece.range.len() as u64;
        self.last = piece.seq;
        self.waiting_bytes -= piece.range.len();
        self.under_way += bytes;
        self.unconsumed.push_back(Departed {
            seq: piece.seq,
            bytes,
            frames: u64::from(!piece.more),
            departure,
        });
        let message = piece.encode(self.channel);
        self.unreceived.push_back(piece);
        message
    }

    /// The same message once more, for what is told on both lanes.
    pub(super) fn last_message(&self) -> Option<Vec<u8>> {
        self.unreceived.back().map(|piece| piece.encode(self.channel))
    }

    /// Forgets what has arrived.
    pub(super) fn received(&mut self, up_to: Seq, pace: &mut Pace, now: Moment) -> Result<(), LinkError> {
        if self.last < up_to {
            return Err(LinkError::AckOfUnsent { channel: self.channel, seq: up_to });
        }
        let mut took = None;
        while let Some(piece) = self.unreceived.front().filter(|piece| piece.seq <= up_to) {
            match piece.went {
                Went::Over(_, at) if piece.range.len() <= MEASURES_DELAY => took = Some(now.since(at)),
                Went::Nowhere | Went::Overdue => self.owing -= 1,
                Went::Over(..) | Went::Both => {}
            }
            self.unreceived.pop_front();
        }
        took.into_iter().for_each(|took| pace.round_trip(took));
        Ok(())
    }

    /// Makes room for more. Says how many bytes were taken, and when the last of them had left.
    pub(super) fn consumed(&mut self, up_to: Seq) -> Result<Option<(u64, Departure)>, LinkError> {
        if self.last < up_to {
            return Err(LinkError::AckOfUnsent { channel: self.channel, seq: up_to });
        }
        let (mut bytes, mut newest) = (0, None);
        while let Some(departed) = self.unconsumed.front().filter(|departed| departed.seq <= up_to) {
            bytes += departed.bytes;
            self.frames_consumed += departed.frames;
            newest = Some(departed.departure);
            self.unconsumed.pop_front();
        }
        self.under_way -= bytes;
        Ok(newest.map(|departure| (bytes, departure)))
    }

    /// A lane died: what it carried is owed again, unless the other lane has it too.
    pub(super) fn lane_died(&mut self, dead: Lane, now: Moment) {
        let survivor = match dead {
            Lane::WebSocket => Lane::DataChannelReliable,
            Lane::DataChannelReliable | Lane::DataChannelUnreliable => Lane::WebSocket,
        };
        for piece in &mut self.unreceived {
            match piece.went {
                Went::Over(lane, _) if lane == dead => {
                    (piece.went, self.owing) = (Went::Nowhere, self.owing + 1)
                }
                Went::Overdue if dead == Lane::DataChannelReliable => piece.went = Went::Nowhere,
                Went::Both => piece.went = Went::Over(survivor, now),
                Went::Over(..) | Went::Overdue | Went::Nowhere => {}
            }
        }
    }

    /// Everything that has not arrived is owed: a new connection.
    pub(super) fn all_died(&mut self) {
        self.unreceived.iter_mut().for_each(|piece| piece.went = Went::Nowhere);
        self.owing = self.unreceived.len();
    }

    /// When the oldest message on the data channel left.
    pub(super) fn oldest_on_data_channel(&self) -> Option<Moment> {
        self.unreceived.iter().find_map(Piece::left_on_data_channel)
    }

    /// What left on the data channel goes over the WebSocket too: the channel keeps an order, so all of it is
    /// stuck behind the oldest.
    pub(super) fn overdue(&mut self) {
        for piece in self.unreceived.iter_mut().filter(|piece| piece.left_on_data_channel().is_some()) {
            piece.went = Went::Overdue;
            self.owing += 1;
        }
    }
}

impl Piece {
    fn encode(&self, channel: Channel) -> Vec<u8> {
        let payload = self.payload.get(self.range.clone()).unwrap_or_default().to_vec();
        Envelope { channel, kind: self.kind, more: self.more, seq: self.seq, epoch: self.epoch, payload }
            .encode()
    }

    const fn left_on_data_channel(&self) -> Option<Moment> {
        match self.went {
            Went::Over(Lane::DataChannelReliable, at) => Some(at),
            Went::Over(..) | Went::Nowhere | Went::Overdue | Went::Both => None,
        }
    }
}
