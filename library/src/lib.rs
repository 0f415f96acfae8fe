//! The engine alone, for pages of others: `record` gives frames, `Replayer` shows them.
//!
//! `static/tandem.js` is what people import, with its types in `static/tandem.d.ts`; this crate is the module
//! behind it. A frame says itself what it is ([`frame`]), and assets travel as frames too, so that whoever
//! carries the bytes needs to know nothing about them.
pub mod frame;
mod player;
mod recording;

pub use player::Player;
pub use recording::Recording;
