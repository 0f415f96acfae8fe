//! Agents who act.
use serde::{Deserialize, Serialize};

use super::id::AgentId;

/// What an agent may do beyond their own conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers visitors.
    Agent,
    /// Also takes over, closes and moves other agents' conversations.
    Manager,
    /// Also changes the site's settings.
    Admin,
}

/// An agent of the conversation's site, known by their log-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AgentActor {
    /// Who.
    pub id: AgentId,
    /// As what.
    pub role: Role,
}

impl AgentActor {
    /// Whether other agents' conversations are theirs to manage.
    pub fn manages(self) -> bool {
        Role::Manager <= self.role
    }
}
