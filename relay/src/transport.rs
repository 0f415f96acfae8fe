//! How frames come in and go out: the WebSocket that is always there, and data channels beside it.
pub mod mux;
pub mod proxy;
pub mod socket;
pub mod tcp;
pub mod tls;
pub mod webrtc;
pub mod websocket;
