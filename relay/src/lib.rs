//! The server of Tandem: it brings visitors' pages and agents' viewers together and keeps consent.
//!
//! Reading order: [`config`] and [`server`] start it; [`app`] is the router; [`auth`] says who may do what;
//! [`presence`] and [`desk`] are the two small sockets,
//! [`admin`] what a desk administers; [`session`] holds one task per session around the pure
//! machine of `cobrowse-core`; [`transport`] carries its frames; [`assets`] keeps what pages look like;
//! [`records`] is what outlives a restart, [`alone`] keeps a second process from it; [`mount`] is how other services come along,
//! [`conversations`] how shares belong to what they serve. It routes envelopes and
//! never decodes a page.

pub mod admin;
pub mod alone;
pub mod app;
pub mod assets;
pub mod auth;
pub mod config;
pub mod conversations;
pub mod desk;
mod document;
pub mod error;
pub mod limits;
pub mod metrics;
pub mod mount;
pub mod presence;
pub mod records;
pub mod server;
pub mod session;
pub mod shutdown;
pub mod transport;
pub mod web;

pub use config::Config;
pub use server::{Running, Server};
