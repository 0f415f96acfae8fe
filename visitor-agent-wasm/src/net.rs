//! The two lanes of the browser: a WebSocket that opens first and stays, and data channels beside it.
//!
//! Only bytes and openings pass here; order, loss and resumption are the session's.
pub mod rtc;
pub mod socket;

use std::rc::Rc;

use cobrowse_core::session::Lane;

/// What happens on the lanes.
pub enum NetEvent {
    /// A lane can carry frames.
    Up(Lane),
    /// A lane is gone; a WebSocket says with which close code.
    Down(Lane, u16),
    /// Bytes arrived.
    Frame(Lane, Vec<u8>),
    /// The browser's description for the data channels, to be sent to the relay.
    Offer(String),
}

/// Takes what happens.
pub type OnNet = Rc<dyn Fn(NetEvent)>;
