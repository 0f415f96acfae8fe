//! Stories and properties of conversations, on virtual time.
mod bot;
mod endings;
mod invariants;
mod offers;
mod pauses;
mod properties;
mod rows;
mod show;
pub(crate) mod stage;
mod transfers;
mod waits;
