//! The words that the stories in `tests/` are told in: a visitor, an agent, a server, a shop.
//!
//! Everything is real: the server's own code on a free port, the shop on another site, two separate browsers.
//! People act by trusted keys and pointers only; nothing in the product knows that it is tested.
#![allow(clippy::expect_used, reason = "a story that cannot go on ends here, with the reason")]

pub mod admin;
pub mod agent;
pub mod axe;
#[cfg(target_os = "linux")]
pub mod bare;
pub mod browser;
#[cfg(target_os = "linux")]
pub mod canary;
pub mod closed;
pub mod desk;
pub mod failure;
pub mod files;
pub mod hand;
#[cfg(target_os = "linux")]
pub mod hostile;
#[cfg(target_os = "linux")]
pub mod lab;
#[cfg(target_os = "linux")]
pub mod lab_stage;
pub mod looks;
pub mod plain;
#[cfg(target_os = "linux")]
pub mod recorder;
pub mod slow;
pub mod story;
pub mod visitor;
pub mod wait;
pub mod widget;
