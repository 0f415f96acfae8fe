//! What is asked of the engine, and what it answers.
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{
    AgentActor, Author, Cid, Command, ConversationId, FromAgent, FromSystem, FromVisitor, Place, SiteId,
    UnixMillis, Ver, VisitorId,
};

/// Names a request that has no message: drawn by the client, and kept for a day for each actor.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rid(pub [u8; 16]);

/// Shows the first four digits only.
impl fmt::Debug for Rid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rid({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// Who asks, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A visitor, of their own conversation.
    Visitor(VisitorId, FromVisitor),
    /// An agent of the site.
    Agent(AgentActor, FromAgent),
    /// The service.
    System(FromSystem),
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// On which site.
    pub site: SiteId,
    /// About which conversation.
    pub conversation: ConversationId,
    /// Who asks, and what.
    pub ask: Ask,
    /// Its name, where it has no message whose cid names it.
    pub rid: Option<Rid>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The message stands here.
    Stored {
        /// Its number.
        place: Place,
        /// When it was received first.
        at: UnixMillis,
    },
    /// Done, and when it was received first.
    Done(Ver, UnixMillis),
}

impl Ask {
    /// As the state machine takes it.
    pub(super) fn command(&self) -> Command {
        match self {
            Self::Visitor(_, it) => Command::Visitor(it.clone()),
            Self::Agent(actor, it) => Command::Agent(*actor, it.clone()),
            Self::System(it) => Command::System(it.clone()),
        }
    }

    /// Whose messages it writes.
    pub(super) const fn author(&self) -> Author {
        match self {
            Self::Visitor(..) => Author::Visitor,
            Self::Agent(actor, _) => Author::Agent(actor.id),
            Self::System(_) => Author::System,
        }
    }

    /// Whose request names are apart from others'. The service asks by no name.
    pub(super) const fn actor(&self) -> Option<(&'static str, i64)> {
        match self {
            Self::Visitor(visitor, _) => Some(("visitor", visitor.0)),
            Self::Agent(actor, _) => Some(("agent", actor.id.0)),
            Self::System(_) => None,
        }
    }

    /// The name of the message that it writes.
    pub(super) const fn cid(&self) -> Option<Cid> {
        match self {
            Self::Visitor(_, it) => of_visitor(it),
            Self::Agent(_, FromAgent::Send { cid, .. } | FromAgent::Note { cid, .. })
            | Self::System(FromSystem::Share { cid, .. }) => Some(*cid),
            Self::Agent(..) | Self::System(_) => None,
        }
    }
}

const fn of_visitor(it: &FromVisitor) -> Option<Cid> {
    match it {
        FromVisitor::Send { cid, .. }
        | FromVisitor::Choose { cid, .. }
        | FromVisitor::Submit { cid, .. }
        | FromVisitor::Reply { cid, .. } => Some(*cid),
        FromVisitor::Close | FromVisitor::Rate(_) => None,
    }
}
