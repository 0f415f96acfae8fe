//! The visitor's page in its sealed frame, and the agent's hand on it.

pub mod assets;
pub mod choices;
mod hand;
pub mod listener;
mod pointing;
mod typing;
mod under;
pub mod view;
