//! Pure state: what the views derive from. No browser, no clock, no network.

pub mod backoff;
pub mod chat;
pub mod colour;
pub mod keys;
pub mod languages;
pub mod pace;
pub mod settings;
pub mod share;
pub mod since;
pub mod throttle;
pub mod visitors;
pub mod wheel;
pub mod window;
