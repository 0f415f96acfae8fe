//! Peers without a browser: the product's own machines on a WebSocket, for what no person's hand is quick enough for, and
//! for what no honest program does.
mod agent;
mod finder;
mod gateless;
mod line;

pub use self::{agent::BareAgent, finder::Finder, gateless::Gateless, line::Line, line::Peer};
