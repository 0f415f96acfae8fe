//! The chat's widget: what it knows, what it does next, and what it shows. Nothing in here touches the page.
//!
//! [`client`] is the machine: an [`event::Event`] goes in, [`event::Out`]s come out and are done in their order by
//! `js/widget`; [`view`] says what is to be seen as a tree that `js/widget/dom.js` puts into the page. What must
//! outlive the page is kept by [`outbox`] and by `Out::Save` before anything else is done.
pub mod backoff;
pub mod client;
pub mod codec;
pub mod event;
pub mod json;
pub mod outbox;
pub mod redacted;
pub mod text;
pub mod thread;
pub mod view;

pub use client::Client;
pub use event::{Event, Out};
