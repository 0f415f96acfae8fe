//! What the accounts promise, seen from outside, on each database.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]

mod agents;
mod engines;
mod invitations;
mod logins;
mod nodes;
mod sites;
mod takeover;
