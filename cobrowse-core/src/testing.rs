//! Test doubles: visitor, relay and viewer on virtual time, joined by networks that lose, reorder and cut.
//!
//! Everything random comes from one seed, which every failure prints.
pub(crate) mod consent;
mod ends;
mod network;
mod ops;
mod rng;
mod trio;
mod verbs;

pub use consent::consent_ops;
pub use ends::{Seen, Shown};
pub use network::{Hop, Profile, Udp};
pub use ops::{random_ops, session_ops};
pub use rng::Rng;
pub use trio::Trio;

use crate::{
    id::{AgentId, TabId},
    wire::message::AgentCard,
};

/// An agent.
pub const SOPHIE: AgentId = AgentId(1);
/// Another agent.
pub const BEN: AgentId = AgentId(2);
/// The visitor's tab.
pub const TAB: TabId = TabId::from_random([7; 16]);

/// What people see of a test's agent.
pub fn card(id: AgentId) -> AgentCard {
    let name = if id == SOPHIE { "Sophie" } else { "Ben" };
    AgentCard { id, name: name.to_owned() }
}
