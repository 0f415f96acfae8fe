//! The WebSocket lane.
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

use super::{NetEvent, OnNet};
use crate::listener::Listener;
use cobrowse_core::session::Lane;

/// One WebSocket; closed when dropped.
pub struct Socket {
    socket: WebSocket,
    _listeners: [Listener; 3],
}

impl Socket {
    /// Opens a WebSocket.
    ///
    /// # Errors
    /// When the address is no WebSocket address, or the page's policy forbids it at once.
    pub fn open(url: &str, on: &OnNet) -> Result<Self, JsValue> {
        let socket = WebSocket::new(url)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let (opened, received, closed) = (OnNet::clone(on), OnNet::clone(on), OnNet::clone(on));
        let listeners = [
            Listener::capture(&socket, "open", move |_: Event| opened(NetEvent::Up(Lane::WebSocket))),
            Listener::capture(&socket, "message", move |event: MessageEvent| {
                if let Some(bytes) = bytes_of(&event) {
                    received(NetEvent::Frame(Lane::WebSocket, bytes));
                }
            }),
            Listener::capture(&socket, "close", move |event: CloseEvent| {
                closed(NetEvent::Down(Lane::WebSocket, event.code()));
            }),
        ];
        Ok(Self { socket, _listeners: listeners })
    }

    /// The socket itself.
    pub fn socket(&self) -> &WebSocket {
        &self.socket
    }

    /// Sends one frame; a socket that is closing drops it, and the session sends it again later.
    pub fn send(&self, bytes: &[u8]) {
        if self.socket.ready_state() == WebSocket::OPEN {
            // Fails only while connecting, which was just excluded.
            let _ = self.socket.send_with_u8_array(bytes);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Fails only for close codes that are not ours to use.
        let _ = self.socket.close();
    }
}

/// The bytes of a binary message; text is nothing that the relay sends here.
pub(super) fn bytes_of(event: &MessageEvent) -> Option<Vec<u8>> {
    let buffer = event.data().dyn_into::<ArrayBuffer>().ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}
