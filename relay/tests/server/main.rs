//! The real server on a loopback port, and the machines of `cobrowse-core` as its visitors and viewers.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a story passes over what it does not wait for")]
mod admin;
mod assets;
mod audit;
mod bad_input;
mod channels;
mod conversations;
mod databases;
mod desk;
mod lanes;
mod mounts;
mod pages;
mod peer;
mod restart;
mod story;
mod takeover;
mod tickets;
mod world;
