//! The chat service of Tandem: conversations between visitors and agents.
//!
//! Reading order: [`model`] is what a conversation is and how it goes from state to state; [`hours`] says
//! when somebody is there; [`router`] brings waiting conversations to agents. All three are pure: no I/O, no
//! clock, no async, no randomness of their own. A store applies what they decide.
#![forbid(unsafe_code)]

pub mod hours;
pub mod model;
pub mod router;
