//! Who asks over HTTP. The middleware in front of all routes puts it into the request's extensions; a route
//! without it answers 401.
use std::{collections::BTreeSet, sync::Arc};

use store::{Error, Tx, params};

use crate::{
    engine::Ask,
    model::{AgentActor, AgentId, Conversation, FromAgent, FromVisitor, QueueId, Role, SiteId, VisitorId},
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
    /// they are asked to take, those that they took part in, and the past ones of a visitor whom they are
    /// serving; for managers all of the site. What is not there is answered as if it did not exist.
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
        UNION ALL SELECT 1 FROM chat_participant WHERE site_id = $1 AND conv_id = $3 AND agent_id = $4
        UNION ALL SELECT 1 FROM chat_conversation WHERE site_id = $1 AND visitor_id = $5 AND agent_id = $4
            AND stage IN ('active', 'snoozed')";
    let wanted = params![it.site.0, it.queue.0, it.id.0, agent.0, it.visitor.0];
    Ok(tx.optional::<(i64,)>(PART, wanted)?.is_some())
}

/// A site that an agent serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The store's key.
    pub id: SiteId,
    /// Its public key.
    pub key: String,
    /// Its name.
    pub name: String,
}

/// An agent's log-in over all sites that they serve: for what is not about one site. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub agent: AgentId,
    /// As what.
    pub role: Role,
    /// The sites that they serve.
    pub sites: Arc<[Served]>,
    /// The queues that they serve, as of when it was [made](crate::views::viewer).
    pub queues: Arc<BTreeSet<QueueId>>,
}

impl Viewer {
    /// As the state machine knows them.
    pub const fn actor(&self) -> AgentActor {
        AgentActor { id: self.agent, role: self.role }
    }

    /// On one of their sites.
    pub const fn on(&self, site: SiteId, device: Device) -> Who {
        Who::Agent { site, actor: self.actor(), device }
    }

    /// The site of a key, if they serve it.
    pub fn site(&self, key: &str) -> Option<&Served> {
        self.sites.iter().find(|it| it.key == key)
    }

    /// The key of a site, if they serve it.
    pub fn key(&self, site: SiteId) -> Option<&str> {
        self.sites.iter().find(|it| it.id == site).map(|it| it.key.as_str())
    }
}
