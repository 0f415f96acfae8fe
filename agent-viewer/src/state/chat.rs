//! Conversations, as the desk knows them: what the service told, what this agent wrote, and what follows for
//! the views. Frames go in, frames and views come out.

pub mod canned;
pub mod deeds;
pub mod draft;
pub mod emoji;
pub mod entries;
pub mod filter;
pub mod follow;
pub mod list;
pub mod offers;
pub mod outbox;
pub mod page_keys;
pub mod past;
pub mod people;
pub mod pulse;
pub mod rest;
pub mod rich;
pub mod sight;
pub mod thread;
pub mod times;
pub mod toasts;
pub mod typing;
pub mod visit;
