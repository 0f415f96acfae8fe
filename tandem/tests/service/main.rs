//! What holds whoever asks and whatever they send: who may do what, bodies and frames that nobody's client makes,
//! a server that is killed, a network that goes dark; the whole server each time, relay and chat in one process.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why and ends")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test passes over what it does not look at")]

mod dark;
mod databases;
mod hostile;
mod killed;
mod live;
mod matrix;
mod quiet;
mod rules;
mod socket;
mod world;
