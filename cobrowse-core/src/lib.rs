//! The pure core of Tandem: no I/O, no clock, no web, no async.
//!
//! Reading order: [`id`] names things; [`wire`] is what crosses the network; [`dom`] holds a page as a
//! mirror and turns changes into frames and back; [`redaction`] decides what may leave; [`consent`] and
//! [`command`] decide what may be done; [`session`] joins them into three sans-IO machines, one for the
//! visitor, one for the relay and one for the viewer.
#![forbid(unsafe_code)]

pub mod command;
pub mod consent;
pub mod css;
pub mod dom;
pub mod id;
pub mod redaction;
pub mod session;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod wire;
