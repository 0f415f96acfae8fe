//! Between a session and a peer's lanes: bounded queues, and a way to say goodbye.
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use cobrowse_core::{id::AgentId, session::Lane, session::relay::CloseReason};
use governor::DefaultDirectRateLimiter;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{
    auth::ticket::Bearer,
    limits::{self, LANE_OUTBOX},
};

/// Why a peer's socket closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// The session says so.
    Closed(CloseReason),
    /// The server stops; the peer may come back to the next one.
    GoingAway,
}

/// The session's end of one lane.
pub(crate) struct LaneOutlet {
    frames: mpsc::Sender<Vec<u8>>,
    full: Arc<AtomicBool>,
}

/// The socket's end of one lane.
pub struct LaneInlet {
    frames: mpsc::Receiver<Vec<u8>>,
    full: Arc<AtomicBool>,
    room: Arc<Notify>,
}

/// A lane whose fullness is told by `room`.
pub(crate) fn lane(room: &Arc<Notify>) -> (LaneOutlet, LaneInlet) {
    let (sender, receiver) = mpsc::channel(LANE_OUTBOX);
    let full = Arc::new(AtomicBool::new(false));
    let inlet = LaneInlet { frames: receiver, full: full.clone(), room: room.clone() };
    (LaneOutlet { frames: sender, full }, inlet)
}

/// What a lane did with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// There is room for more.
    Room,
    /// It was the last one that fits.
    Full,
    /// The socket is gone, or never stood; the message with it.
    Gone,
}

impl LaneOutlet {
    pub(crate) fn send(&self, bytes: Vec<u8>) -> Taken {
        if self.frames.try_send(bytes).is_err() {
            return Taken::Gone;
        }
        if self.frames.capacity() != 0 {
            return Taken::Room;
        }
        self.full.store(true, Ordering::SeqCst);
        Taken::Full
    }

    /// Whether the lane was full and has room again. True once.
    pub(crate) fn has_room_again(&self) -> bool {
        let drained = LANE_OUTBOX / 2 <= self.frames.capacity();
        drained && self.full.swap(false, Ordering::SeqCst)
    }
}

impl LaneInlet {
    /// The next message; `None` when the session has done with this peer.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        let bytes = self.frames.recv().await;
        self.tell_room();
        bytes
    }

    /// A message that is there already.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        let bytes = self.frames.try_recv().ok();
        self.tell_room();
        bytes
    }

    fn tell_room(&self) {
        if self.full.load(Ordering::SeqCst) && self.frames.len() <= LANE_OUTBOX / 2 {
            self.room.notify_one();
        }
    }
}

/// One peer, as its session reaches it.
pub(crate) struct Port {
    websocket: LaneOutlet,
    reliable: Option<LaneOutlet>,
    unreliable: Option<LaneOutlet>,
    farewell: oneshot::Sender<Farewell>,
    agent: Option<AgentId>,
    renewed: Option<Bearer>,
    /// Taking an offer costs some 10 ms.
    offers: DefaultDirectRateLimiter,
}

impl Port {
    /// A peer that is this agent's viewer, or the visitor, and whom its new tickets are for, if it reads any.
    pub(crate) fn new(
        websocket: LaneOutlet,
        farewell: oneshot::Sender<Farewell>,
        (agent, renewed): (Option<AgentId>, Option<Bearer>),
    ) -> Self {
        let offers = DefaultDirectRateLimiter::direct(limits::offers());
        Self { websocket, reliable: None, unreliable: None, farewell, agent, renewed, offers }
    }

    /// Whose viewer it is, if it is one.
    pub(crate) fn agent(&self) -> Option<AgentId> {
        self.agent
    }

    /// Whom its new tickets are for, if it reads any.
    pub(crate) fn renewed(&self) -> Option<&Bearer> {
        self.renewed.as_ref()
    }

    pub(crate) fn may_offer(&self) -> bool {
        self.offers.check().is_ok()
    }

    pub(crate) fn lane(&self, lane: Lane) -> Option<&LaneOutlet> {
        match lane {
            Lane::WebSocket => Some(&self.websocket),
            Lane::DataChannelReliable => self.reliable.as_ref(),
            Lane::DataChannelUnreliable => self.unreliable.as_ref(),
        }
    }

    /// Takes new data channels; the old ones, if there were any, end.
    pub(crate) fn set_channels(&mut self, reliable: LaneOutlet, unreliable: LaneOutlet) {
        self.reliable = Some(reliable);
        self.unreliable = Some(unreliable);
    }

    /// The lanes that were full and have room again.
    pub(crate) fn with_room_again(&self) -> impl Iterator<Item = Lane> {
        let lanes = [Lane::WebSocket, Lane::DataChannelReliable, Lane::DataChannelUnreliable];
        lanes.into_iter().filter(|lane| self.lane(*lane).is_some_and(LaneOutlet::has_room_again))
    }

    /// Ends the peer, after what is queued for it.
    pub(crate) fn close(self, farewell: Farewell) {
        // The socket may be gone already.
        let _ = self.farewell.send(farewell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_lane_tells_when_half_of_it_is_drained() {
        let room = Arc::new(Notify::new());
        let (outlet, mut inlet) = lane(&room);
        for _ in 1..LANE_OUTBOX {
            assert_eq!(outlet.send(vec![0]), Taken::Room);
        }
        assert_eq!(outlet.send(vec![0]), Taken::Full);
        inlet.next().await.expect("queued");
        assert!(!outlet.has_room_again());
        for _ in 0..LANE_OUTBOX / 2 {
            inlet.next().await.expect("queued");
        }
        room.notified().await;
        assert!(outlet.has_room_again());
        assert!(!outlet.has_room_again(), "told once");
    }
}
