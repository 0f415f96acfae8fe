//! What the engine promises, seen from outside, on each database.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test passes over what it does not look at")]

mod api;
mod crash;
mod desk;
mod differential;
mod engines;
mod files;
mod live;
mod nodes;
mod offers;
mod once;
mod races;
mod reading;
mod restart;
mod search;
mod site;
mod told;
mod views;
mod visits;
mod wheel;
