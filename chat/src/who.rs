//! Who asks over HTTP. The middleware in front of all routes puts it into the request's extensions; a route
//! without it answers 401.
use crate::{
    engine::Ask,
    model::{AgentActor, FromAgent, FromVisitor, SiteId, VisitorId},
};

/// What an agent asks from. Phones take fewer kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Device {
    /// A computer.
    Desktop,
    /// A phone or a tablet.
    Mobile,
}

/// Somebody whose token or cookie has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// A visitor.
    Visitor {
        /// On which site.
        site: SiteId,
        /// Who.
        visitor: VisitorId,
    },
    /// An agent of the site.
    Agent {
        /// Of which site.
        site: SiteId,
        /// Who, and as what.
        actor: AgentActor,
        /// From what.
        device: Device,
    },
}

impl Who {
    /// On which site.
    pub const fn site(&self) -> SiteId {
        match self {
            Self::Visitor { site, .. } | Self::Agent { site, .. } => *site,
        }
    }

    /// What a visitor asks, if this is one.
    pub fn visitor_asks(&self, it: FromVisitor) -> Option<Ask> {
        match self {
            Self::Visitor { visitor, .. } => Some(Ask::Visitor(*visitor, it)),
            Self::Agent { .. } => None,
        }
    }

    /// What an agent asks, if this is one.
    pub fn agent_asks(&self, it: FromAgent) -> Option<Ask> {
        match self {
            Self::Agent { actor, .. } => Some(Ask::Agent(*actor, it)),
            Self::Visitor { .. } => None,
        }
    }
}
