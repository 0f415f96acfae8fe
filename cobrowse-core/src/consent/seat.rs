//! One agent's place in the chart.
use std::time::Duration;

use super::Expired;
use crate::{
    id::{AgentId, GrantId, Moment, ViewId},
    wire::message::Ask,
};

/// A question that nobody answers lapses, so that a late tap cannot hand over the page.
pub const QUESTION_LASTS: Duration = Duration::from_secs(30);
/// The longest that a yes to control lasts.
pub const CONTROL_LASTS: Duration = Duration::from_secs(10 * 60);

/// A yes to control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Grant {
    pub(super) id: GrantId,
    pub(super) until: Moment,
}

/// An agent without a seat is not shared with and asks nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Seat {
    ViewAsked { until: Moment },
    Viewing { view: ViewId },
    ControlAsked { view: ViewId, until: Moment },
    Controlling { view: ViewId, grant: Grant },
}

impl Seat {
    pub(super) const fn view(&self) -> Option<ViewId> {
        match self {
            Self::ViewAsked { .. } => None,
            Self::Viewing { view } | Self::ControlAsked { view, .. } | Self::Controlling { view, .. } => {
                Some(*view)
            }
        }
    }

    pub(super) const fn grant(&self) -> Option<Grant> {
        match self {
            Self::Controlling { grant, .. } => Some(*grant),
            Self::ViewAsked { .. } | Self::Viewing { .. } | Self::ControlAsked { .. } => None,
        }
    }

    pub(super) const fn question(&self) -> Option<Ask> {
        match self {
            Self::ViewAsked { .. } => Some(Ask::View),
            Self::ControlAsked { .. } => Some(Ask::Control),
            Self::Viewing { .. } | Self::Controlling { .. } => None,
        }
    }

    /// When time moves it.
    pub(super) const fn until(&self) -> Option<Moment> {
        match self {
            Self::ViewAsked { until } | Self::ControlAsked { until, .. } => Some(*until),
            Self::Controlling { grant, .. } => Some(grant.until),
            Self::Viewing { .. } => None,
        }
    }

    /// What is over when time moves it.
    pub(super) fn expiry(&self, agent: AgentId) -> Option<Expired> {
        let question = self.question().map(|ask| Expired::Question(agent, ask));
        question.or_else(|| self.grant().map(|grant| Expired::Grant(agent, grant.id)))
    }
}
