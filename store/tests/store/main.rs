//! What the store promises, seen from outside, on each engine.

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
mod vfs;
