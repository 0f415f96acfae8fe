//! The shells of the trio: what a page and a viewer application do with their session's events.
use std::collections::BTreeMap;

use super::network::{Hop, Profile};
use crate::{
    command::{Command, Receipt},
    consent::{Flow, Hands},
    id::{AgentId, CommandId, Epoch, Moment},
    session::{
        relay::PeerId,
        viewer::{ViewerEvent, ViewerSession},
        visitor::{BarState, VisitorEvent, VisitorSession},
    },
    wire::{
        PageKind,
        message::{Ask, EndReason, Presence, Refusal, ShareState},
    },
};

/// Where a client's socket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Socket {
    Closed,
    /// The server accepts at this moment.
    Opening(Moment),
    Open(PeerId),
    /// The server closes when what is on the way has arrived.
    Closing(PeerId),
}

/// One client's connection.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) hop: Hop,
    pub(super) socket: Socket,
    /// Data channels open at this moment.
    pub(super) channels: Option<Moment>,
    /// Whether the server can be reached.
    pub(super) reachable: bool,
}

impl Wire {
    pub(super) fn new(profile: Profile) -> Self {
        Self { hop: Hop::new(profile), socket: Socket::Closed, channels: None, reachable: true }
    }

    pub(super) const fn peer(&self) -> Option<PeerId> {
        match self.socket {
            Socket::Open(peer) | Socket::Closing(peer) => Some(peer),
            Socket::Closed | Socket::Opening(_) => None,
        }
    }

    pub(super) fn next(&self) -> Option<Moment> {
        let opening = match self.socket {
            Socket::Opening(at) => Some(at),
            Socket::Closed | Socket::Open(_) | Socket::Closing(_) => None,
        };
        [opening, self.channels, self.hop.next_arrival()].into_iter().flatten().min()
    }
}

/// A page that changes: it stands for capture, with numbers for a DOM.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) capturing: bool,
    pub(super) epoch: Epoch,
    /// Frames sent in this epoch.
    pub(super) index: u32,
    /// The page's state, and the state that was sent last.
    pub(super) state: u64,
    pub(super) sent: u64,
    pub(super) keyframe_due: bool,
    pub(super) keyframe_bytes: usize,
    pub(super) delta_bytes: usize,
}

/// What the visitor's page saw.
#[derive(Debug, Default)]
pub struct Shown {
    /// Commands that were applied, in order.
    pub applied: Vec<(AgentId, CommandId)>,
    /// Keyframes sent.
    pub keyframes: u32,
    /// Keyframes that somebody asked for.
    pub keyframes_asked: u32,
    /// Marks and pointers of agents.
    pub marks: u32,
    /// The end, once.
    pub ended: Option<EndReason>,
    /// Why the server said no.
    pub refused: Vec<Refusal>,
}

pub(super) struct VisitorEnd {
    pub(super) session: VisitorSession,
    pub(super) wire: Wire,
    pub(super) page: Page,
    pub(super) shown: Shown,
    /// Commands that are taken and injected a moment later would be here; injection is immediate.
    pub(super) reconnects: u32,
}

/// What a viewer saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// The epoch shown.
    pub epoch: Epoch,
    /// Frames applied in this epoch.
    pub index: u32,
    /// The page's state as shown.
    pub state: u64,
    /// Frames applied in all.
    pub frames: u32,
    /// Keyframes applied.
    pub keyframes: u32,
    /// Receipts by command.
    pub receipts: BTreeMap<CommandId, Receipt>,
    /// Refusals of the visitor.
    pub declined: Vec<(Ask, u32)>,
    /// Questions that nobody answered.
    pub lapsed: Vec<Ask>,
    /// Refusals of the server.
    pub refused: Vec<Refusal>,
    /// Values of the visitor's pointer.
    pub pointers: Vec<Vec<u8>>,
    /// The last state of the share.
    pub share: Option<ShareState>,
    /// Whether the visitor is there.
    pub presence: Option<Presence>,
    /// The title of the page.
    pub title: Option<String>,
    /// The end, once.
    pub ended: Option<EndReason>,
}

pub(super) struct ViewerEnd {
    pub(super) agent: AgentId,
    pub(super) session: ViewerSession,
    pub(super) wire: Wire,
    pub(super) seen: Seen,
    /// Whether the tab takes events.
    pub(super) awake: bool,
}

impl VisitorEnd {
    /// Does what an event asks. True when a new socket is wanted, and when channels are.
    pub(super) fn handle(&mut self, event: VisitorEvent, now: Moment) -> Wants {
        match event {
            VisitorEvent::NeedProof(_) => self.session.provide_proof(vec![1; 64], now),
            VisitorEvent::Reconnect => return Wants::Socket,
            VisitorEvent::OpenDataChannels => self.session.offer("offer".to_owned(), now),
            VisitorEvent::Answer(_) => return Wants::Channels,
            VisitorEvent::StartCapture => {
                self.page.capturing = true;
                self.page.keyframe_due = true;
            }
            VisitorEvent::StopCapture => self.page.capturing = false,
            VisitorEvent::KeyframeWanted => {
                self.shown.keyframes_asked += 1;
                self.page.keyframe_due = true;
            }
            VisitorEvent::Apply(agent, command) => self.apply(agent, command.into_inner(), now),
            VisitorEvent::Indicate(..) | VisitorEvent::AgentPointer(..) => self.shown.marks += 1,
            VisitorEvent::Ended(reason) => self.shown.ended = Some(reason),
            VisitorEvent::Refused(refusal) => self.shown.refused.push(refusal),
            VisitorEvent::Ticket(_)
            | VisitorEvent::TabChanged
            | VisitorEvent::BarChanged
            | VisitorEvent::Room => {}
        }
        Wants::Nothing
    }

    fn apply(&mut self, agent: AgentId, command: Command, now: Moment) {
        let bar = self.session.bar().state;
        let allowed = matches!(
            &bar,
            BarState::Controlling { agent: holder, flow: Flow::Running, hands: Hands::Resting, .. } if holder.id == agent
        );
        assert!(allowed, "{agent:?} acts while the bar says {bar:?}");
        self.shown.applied.push((agent, command.id));
        self.session.receipt(agent, command.id, Receipt::Applied, now);
    }

    /// Flushes like capture: the present state, when there is room.
    pub(super) fn flush(&mut self, now: Moment) {
        while self.page.capturing && self.session.page_room() {
            if self.page.keyframe_due {
                self.send_keyframe(now);
            } else if self.page.sent != self.page.state {
                self.page.sent = self.page.state;
                self.send(PageKind::Delta, self.page.delta_bytes, now);
            } else {
                return;
            }
        }
    }

    fn send_keyframe(&mut self, now: Moment) {
        self.page.keyframe_due = false;
        self.page.epoch = self.session.tab().epoch.max(self.page.epoch).next();
        self.page.index = 0;
        self.page.sent = self.page.state;
        self.shown.keyframes += 1;
        self.send(PageKind::Keyframe, self.page.keyframe_bytes, now);
        self.send(PageKind::KeyframeEnd, 8, now);
    }

    fn send(&mut self, kind: PageKind, padding: usize, now: Moment) {
        let mut payload = self.page.index.to_le_bytes().to_vec();
        payload.extend(self.page.sent.to_le_bytes());
        payload.resize(payload.len() + padding, 0);
        self.page.index += 1;
        self.session.send_page(kind, self.page.epoch, payload, now);
    }
}

/// What an event wants of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Nothing,
    Socket,
    Channels,
}

impl ViewerEnd {
    pub(super) fn handle(&mut self, event: ViewerEvent, now: Moment, seed: u64) -> Wants {
        match event {
            ViewerEvent::Reconnect => return Wants::Socket,
            ViewerEvent::OpenDataChannels => self.session.offer("offer".to_owned(), now),
            ViewerEvent::Answer(_) => return Wants::Channels,
            ViewerEvent::State(state) => self.seen.share = Some(state),
            ViewerEvent::Page(kind, epoch, payload) => self.seen.apply(kind, epoch, &payload, seed),
            ViewerEvent::Pointer(_, _, payload) => self.seen.pointers.push(payload),
            ViewerEvent::Receipt(id, receipt) => {
                let before = self.seen.receipts.insert(id, receipt);
                assert_eq!(before, None, "a second receipt for {id:?}, seed {seed}");
            }
            ViewerEvent::Declined(ask, wait) => self.seen.declined.push((ask, wait)),
            ViewerEvent::Lapsed(ask) => self.seen.lapsed.push(ask),
            ViewerEvent::Presence(presence) => self.seen.presence = Some(presence),
            ViewerEvent::PageInfo(info) => self.seen.title = Some(info.title),
            ViewerEvent::Refused(refusal) => self.seen.refused.push(refusal),
            ViewerEvent::Ended(reason) => self.seen.ended = Some(reason),
            ViewerEvent::Ticket(_) | ViewerEvent::Connection(_) | ViewerEvent::Viewers(_) => {}
        }
        Wants::Nothing
    }
}

impl Seen {
    /// Nothing lost, nothing twice, nothing out of order: the frames of an epoch are numbered.
    fn apply(&mut self, kind: PageKind, epoch: Epoch, payload: &[u8], seed: u64) {
        let (Some(index), Some(state)) = (payload.first_chunk::<4>(), payload.get(4..12)) else {
            panic!("a page frame of {} bytes, seed {seed}", payload.len());
        };
        let index = u32::from_le_bytes(*index);
        if kind == PageKind::Keyframe {
            assert!(self.epoch <= epoch, "{epoch:?} after {:?}, seed {seed}", self.epoch);
            (self.epoch, self.index) = (epoch, 0);
            self.keyframes += 1;
        }
        assert_eq!((epoch, index), (self.epoch, self.index), "the next frame, seed {seed}");
        self.index += 1;
        self.frames += 1;
        self.state = state.iter().rev().fold(0, |state, byte| state << 8 | u64::from(*byte));
    }
}
