//! The visitor's place in the session.
//!
//! ```text
//!           joins               bye                4 s
//!  Awaited ───────▶ Here ─────────────▶ Leaving ─────────▶ over
//!     │ 60 s         │  ▲ speaks again    │
//!     ▼              │  └─────────────────┤ cut, then joins
//!    over            └──cut──▶ Away ──────┘        60 s after a cut ▶ over
//! ```
use std::time::Duration;

use super::{PeerId, budget::Budget};
use crate::{
    id::{Incarnation, Moment, TabId},
    session::link::Link,
    wire::message::{AgentCard, Presence},
};

/// How long a peer that is cut off may come back.
pub(super) const CUT: Duration = Duration::from_secs(60);
/// How long a page that said bye may come back: a reload, or the next page.
pub(super) const BYE: Duration = Duration::from_secs(4);
/// Control messages that a page may send in a second.
const MESSAGES_A_SECOND: u32 = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Awaited { until: Moment },
    Here(PeerId),
    Leaving { peer: PeerId, until: Moment },
    Away { until: Moment },
}

pub(super) struct Visit {
    place: Place,
    pub(super) page: Option<(TabId, Incarnation)>,
    pub(super) link: Option<Link>,
    pub(super) budget: Budget,
    /// Our part does not run in the page that was asked.
    pub(super) cannot_come: bool,
    /// The list that the page was told last.
    pub(super) told_viewers: Option<Vec<AgentCard>>,
}

impl Visit {
    pub(super) fn awaited(now: Moment) -> Self {
        let place = Place::Awaited { until: now + CUT };
        Self {
            place,
            page: None,
            link: None,
            budget: Budget::new(MESSAGES_A_SECOND, now),
            cannot_come: false,
            told_viewers: None,
        }
    }

    pub(super) const fn peer(&self) -> Option<PeerId> {
        match self.place {
            Place::Here(peer) | Place::Leaving { peer, .. } => Some(peer),
            Place::Awaited { .. } | Place::Away { .. } => None,
        }
    }

    /// Whether commands can reach a page that is not being left.
    pub(super) const fn is_here(&self) -> bool {
        matches!(self.place, Place::Here(_))
    }

    pub(super) const fn presence(&self) -> Presence {
        match self.place {
            Place::Here(_) => Presence::Here,
            Place::Awaited { .. } | Place::Leaving { .. } | Place::Away { .. } => Presence::Reconnecting,
        }
    }

    pub(super) const fn arrive(&mut self, peer: PeerId) {
        self.cannot_come = false;
        self.place = Place::Here(peer);
    }

    /// The page says something: it is not being left after all.
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

    pub(super) fn lose(&mut self, lost: PeerId, now: Moment) {
        self.place = match self.place {
            Place::Here(peer) if peer == lost => Place::Away { until: now + CUT },
            Place::Leaving { peer, until } if peer == lost => Place::Away { until },
            place @ (Place::Awaited { .. } | Place::Here(_) | Place::Leaving { .. } | Place::Away { .. }) => {
                place
            }
        };
    }

    pub(super) const fn until(&self) -> Option<Moment> {
        match self.place {
            Place::Awaited { until } | Place::Leaving { until, .. } | Place::Away { until } => Some(until),
            Place::Here(_) => None,
        }
    }

    pub(super) fn is_over(&self, now: Moment) -> bool {
        self.until().is_some_and(|until| until <= now)
    }
}
