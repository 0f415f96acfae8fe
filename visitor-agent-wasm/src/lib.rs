//! What runs in the visitor's page.
//!
//! [`capture`] reads the page, [`inject`] acts on it, [`bar`] is what the visitor sees and answers, [`net`]
//! speaks to the relay; [`share`] joins them around the visitor's session, which alone decides what may be
//! seen and done. [`widget`] is the chat: a machine and its view, which touch no page.

pub mod bar;
pub mod capture;
pub mod inject;
pub mod life;
pub mod listener;
pub mod net;
pub mod share;
pub mod widget;
pub mod words;
