//! What the store promises, seen from outside, on each engine.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test passes over what it does not look at")]

mod alone;
mod concurrency;
mod conformance;
mod crash;
mod differential;
mod durable;
mod engines;
mod fulltext;
mod groups;
mod hints;
mod migrations;
mod outage;
mod statements;
mod tls;
mod vfs;
