//! The chat service over real sockets: what widgets and desks can rely on.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test passes over what it does not look at")]

mod access;
mod behind;
mod bot;
mod cost;
mod dark;
mod durable;
#[path = "../chat/engines.rs"]
#[allow(dead_code, reason = "shared with the engine's tests")]
mod engines;
mod golden;
mod handed;
mod hours;
mod identity;
mod limits;
mod once;
mod pages;
mod people;
mod polls;
mod raw;
mod shows;
mod site;
mod story;
mod tokens;
#[path = "../../../store/tests/store/vfs.rs"]
#[allow(dead_code, reason = "shared with the store's tests")]
mod vfs;
