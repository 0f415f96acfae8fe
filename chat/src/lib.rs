//! The chat service of Tandem: conversations between visitors and agents.
//!
//! Reading order: [`model`] is what a conversation is and how it goes from state to state; [`hours`] says
//! when somebody is there; [`router`] brings waiting conversations to agents. All three are pure: no I/O, no
//! clock, no async, no randomness of their own. [`engine`] makes it durable: one command, one transaction; its
//! tables are the private module `tables`.
#![forbid(unsafe_code)]

mod admin;
pub mod api;
pub mod changes;
pub mod engine;
pub mod files;
pub mod hours;
mod http;
mod known;
pub mod model;
pub mod router;
pub mod rt;
pub mod search;
pub mod server;
pub mod shown;
mod tables;
pub mod views;
pub mod visits;
pub mod who;
