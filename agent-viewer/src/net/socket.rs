//! One WebSocket, whose listeners end with it.
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{BinaryType, MessageEvent, WebSocket};

/// What happened on a socket.
#[derive(Debug)]
pub enum SocketEvent {
    /// It stands.
    Open,
    /// A text message.
    Text(String),
    /// A binary message.
    Bytes(Vec<u8>),
    /// It is gone.
    Closed,
}

/// An open or opening socket. Dropping it closes it; nothing is told after that.
pub struct Socket {
    socket: WebSocket,
    _open: Closure<dyn FnMut(JsValue)>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _close: Closure<dyn FnMut(JsValue)>,
}

impl Socket {
    /// Begins to connect; everything else is told to `handle`.
    ///
    /// # Errors
    /// When the browser does not even try, for example because of a policy.
    pub fn open(address: &str, handle: impl Fn(SocketEvent) + Clone + 'static) -> Result<Self, JsValue> {
        Ok(Self::around(WebSocket::new(address)?, handle))
    }

    /// As [`open`](Self::open), in a subprotocol.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(
        address: &str,
        protocol: &str,
        handle: impl Fn(SocketEvent) + Clone + 'static,
    ) -> Result<Self, JsValue> {
        Ok(Self::around(WebSocket::new_with_str(address, protocol)?, handle))
    }

    fn around(socket: WebSocket, handle: impl Fn(SocketEvent) + Clone + 'static) -> Self {
        socket.set_binary_type(BinaryType::Arraybuffer);
        let (on_open, on_message) = (handle.clone(), handle.clone());
        let open = Closure::<dyn FnMut(JsValue)>::new(move |_| on_open(SocketEvent::Open));
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(event) = read(&event.data()) {
                on_message(event);
            }
        });
        let close = Closure::<dyn FnMut(JsValue)>::new(move |_| later(&handle));
        socket.set_onopen(Some(open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(close.as_ref().unchecked_ref()));
        Self { socket, _open: open, _message: message, _close: close }
    }

    /// Sends a binary message; on a socket that is closing it is lost, and the close is told.
    pub fn send(&self, bytes: &[u8]) {
        let _ = self.socket.send_with_u8_array(bytes);
    }

    /// Sends a text message; on a socket that is closing it is lost, and the close is told.
    pub fn send_text(&self, text: &str) {
        let _ = self.socket.send_with_str(text);
    }

    /// Bytes that the browser has not written yet.
    pub fn buffered(&self) -> u32 {
        self.socket.buffered_amount()
    }

    /// Closes as somebody who leaves (1000).
    pub fn close(&self) {
        let _ = self.socket.close_with_code(1000);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

/// Tells a close from a task of its own: the handler may drop the socket, and with it the closure that
/// would still be running.
fn later(handle: &(impl Fn(SocketEvent) + Clone + 'static)) {
    let handle = handle.clone();
    let task = Closure::once_into_js(move || handle(SocketEvent::Closed));
    let _ = window().set_timeout_with_callback(task.unchecked_ref());
}

fn read(data: &JsValue) -> Option<SocketEvent> {
    if let Some(text) = data.as_string() {
        return Some(SocketEvent::Text(text));
    }
    let buffer = data.dyn_ref::<ArrayBuffer>()?;
    Some(SocketEvent::Bytes(Uint8Array::new(buffer).to_vec()))
}
