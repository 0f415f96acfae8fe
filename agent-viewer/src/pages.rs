//! One page per file.

pub mod admin;
pub mod chats;
pub mod contacts;
pub mod desk;
pub mod inside;
pub mod invitation;
pub mod login;
pub mod missing;
pub mod viewer;
