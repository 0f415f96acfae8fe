//! Who asks over HTTP. The middleware in front of all routes puts it into the request's extensions; a route
//! without it answers 401.
use store::{Error, Tx, params};

use crate::{
    engine::Ask,
    model::{AgentActor, AgentId, Conversation, FromAgent, FromVisitor, SiteId, VisitorId},
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

    /// Whether a conversation is there for them: their own; for agents also those of their queues, those that
    /// they are asked to take and those that they took part in; for managers all of the site. What is not there
    /// is answered as if it did not exist.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn sees(&self, tx: &mut dyn Tx, it: &Conversation) -> Result<bool, Error> {
        if self.site() != it.site {
            return Ok(false);
        }
        match self {
            Self::Visitor { visitor, .. } => Ok(it.visitor == *visitor),
            Self::Agent { actor, .. } if actor.manages() => Ok(true),
            Self::Agent { actor, .. } => {
                let has = [it.owner(), it.previous_agent, it.asked().map(|(agent, _)| agent)];
                Ok(has.contains(&Some(actor.id)) || takes_part(tx, it, actor.id)?)
            }
        }
    }
}

fn takes_part(tx: &mut dyn Tx, it: &Conversation, agent: AgentId) -> Result<bool, Error> {
    const PART: &str = "SELECT 1 FROM chat_member WHERE site_id = $1 AND queue_id = $2 AND agent_id = $4
        UNION ALL SELECT 1 FROM chat_participant WHERE site_id = $1 AND conv_id = $3 AND agent_id = $4";
    let wanted = params![it.site.0, it.queue.0, it.id.0, agent.0];
    Ok(tx.optional::<(i64,)>(PART, wanted)?.is_some())
}
