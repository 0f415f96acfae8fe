//! One viewer's place: connection, and how far it has been fed from the log.
use std::collections::{BTreeSet, VecDeque};

use super::{
    PeerId,
    budget::Budget,
    log::Log,
    visit::{BYE, CUT},
};
use crate::{
    id::{CommandId, Moment},
    session::link::Link,
    wire::message::{AgentCard, PageInfo, Presence, ShareState},
};

/// Most agents in one session.
pub(super) const MAX_VIEWERS: usize = crate::consent::MAX_AGENTS;
/// Control messages that a viewer may send in a second.
const MESSAGES_A_SECOND: u32 = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Here(PeerId),
    Leaving {
        peer: PeerId,
        until: Moment,
    },
    Away {
        until: Moment,
    },
    /// Done; what is left is to tell it.
    Retired(PeerId),
}

/// How a viewer keeps up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It gets the keyframe and what followed.
    CatchingUp,
    /// It had everything.
    UpToDate,
    /// It had everything once, and has fallen behind.
    Lagging,
}

/// What a viewer was told last.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) state: Option<ShareState>,
    pub(super) presence: Option<Presence>,
    pub(super) info: Option<PageInfo>,
    pub(super) viewers: Option<Vec<AgentCard>>,
}

pub(super) struct Viewer {
    pub(super) card: AgentCard,
    pub(super) link: Link,
    pub(super) told: Told,
    pub(super) budget: Budget,
    /// Commands that are with the visitor.
    pub(super) outstanding: BTreeSet<CommandId>,
    /// Whether this agent has pointed at something.
    pub(super) has_pointed: bool,
    place: Place,
    /// The next frame of the log.
    next: u64,
    /// Frames on the link, by number, and how many of the link's have been consumed.
    fed: VecDeque<u64>,
    consumed: u64,
    reached: u64,
    step: Step,
}

impl Viewer {
    pub(super) fn away(card: AgentCard, link: Link, now: Moment) -> Self {
        Self {
            card,
            link,
            told: Told::default(),
            budget: Budget::new(MESSAGES_A_SECOND, now),
            outstanding: BTreeSet::new(),
            has_pointed: false,
            place: Place::Away { until: now + CUT },
            next: 0,
            fed: VecDeque::new(),
            consumed: 0,
            reached: 0,
            step: Step::CatchingUp,
        }
    }

    pub(super) const fn peer(&self) -> Option<PeerId> {
        match self.place {
            Place::Here(peer) | Place::Leaving { peer, .. } | Place::Retired(peer) => Some(peer),
            Place::Away { .. } => None,
        }
    }

    pub(super) const fn arrive(&mut self, peer: PeerId) {
        self.place = Place::Here(peer);
    }

    /// The tab says something: it is not being left after all.
    pub(super) const fn speaks(&mut self) {
        if let Place::Leaving { peer, .. } = self.place {
            self.place = Place::Here(peer);
        }
    }

    pub(super) fn say_bye(&mut self, now: Moment) {
        if let Place::Here(peer) = self.place {
            self.place = Place::Leaving { peer, until: now + BYE };
        }
    }

    /// The agent is done: the place goes with the connection. Its peer, if there is one.
    pub(super) const fn retire(&mut self) -> Option<PeerId> {
        let peer = self.peer();
        if let Some(peer) = peer {
            self.place = Place::Retired(peer);
        }
        peer
    }

    pub(super) const fn is_retired(&self) -> bool {
        matches!(self.place, Place::Retired(_))
    }

    pub(super) fn lose(&mut self, lost: PeerId, now: Moment) {
        self.place = match self.place {
            Place::Here(peer) if peer == lost => Place::Away { until: now + CUT },
            Place::Leaving { peer, until } if peer == lost => Place::Away { until },
            place @ (Place::Here(_) | Place::Leaving { .. } | Place::Away { .. } | Place::Retired(_)) => {
                place
            }
        };
    }

    pub(super) const fn until(&self) -> Option<Moment> {
        match self.place {
            Place::Leaving { until, .. } | Place::Away { until } => Some(until),
            Place::Here(_) | Place::Retired(_) => None,
        }
    }

    pub(super) fn is_over(&self, now: Moment) -> bool {
        self.until().is_some_and(|until| until <= now)
    }

    /// A new link: everything is told and fed again.
    pub(super) fn renew(&mut self, link: Link) {
        self.link = link;
        self.told = Told::default();
        self.outstanding.clear();
        self.rewind();
        self.consumed = 0;
        self.fed.clear();
    }

    /// Begins with the log's keyframe again.
    pub(super) const fn rewind(&mut self) {
        self.next = 0;
        self.step = Step::CatchingUp;
    }

    /// Nothing of the page goes to this viewer any more, not even what waits for a lane.
    pub(super) fn withhold(&mut self) {
        self.link.clear_pointers();
        let dropped = self.link.abandon_pages();
        self.fed.truncate(self.fed.len().saturating_sub(dropped));
        self.rewind();
    }

    /// Puts the next frame on the link, when it takes one. A keyframe in the log overtakes what is before it.
    pub(super) fn feed(&mut self, log: &Log) {
        while self.link.page_room() {
            if self.next < log.first() {
                (self.next, self.step) = (log.first(), Step::CatchingUp);
            }
            let Some(entry) = log.get(self.next) else {
                self.step = Step::UpToDate;
                return;
            };
            if self.link.send_page(entry.kind, entry.epoch, entry.payload.clone()).is_err() {
                return;
            }
            self.fed.push_back(self.next);
            self.next += 1;
        }
    }

    /// The number after the last frame that the viewer has taken.
    pub(super) fn reached(&mut self) -> u64 {
        while self.consumed < self.link.page_frames_consumed() {
            self.consumed += 1;
            if let Some(number) = self.fed.pop_front() {
                self.reached = number + 1;
            }
        }
        self.reached
    }

    /// Notes whether the viewer keeps up. True when it has just fallen behind.
    pub(super) fn falls_behind(&mut self, log: &Log) -> bool {
        let falls = self.step == Step::UpToDate && log.lag_limit() < log.behind(self.next);
        if falls {
            self.step = Step::Lagging;
        }
        falls
    }

    pub(super) const fn step(&self) -> Step {
        self.step
    }
}
