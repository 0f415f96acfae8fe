//! The desk's line to the chat service: a socket that comes back by itself.
use std::{cell::RefCell, rc::Rc};

use chat_proto::{
    JSON,
    desk::{FromDesk, ToDesk},
};
use leptos::prelude::{TimeoutHandle, set_timeout_with_handle};
use wasm_bindgen_futures::spawn_local;

use super::{
    http::{self, HttpError},
    socket::{Socket, SocketEvent},
};
use crate::{browser, state::backoff::Backoff};

/// What is heard.
#[derive(Debug)]
pub enum LineEvent {
    /// A connection stands: hello is to be said.
    Open,
    /// A frame.
    Frame(Box<ToDesk>),
    /// A frame that this page does not know: a newer server's. It says at least that the server is there.
    Unknown,
    /// The connection is cut; it will be tried again.
    Cut,
    /// Nobody is logged in any more; it will not be tried again.
    LoggedOut,
}

/// Keeps the line open until dropped.
pub struct Line(Rc<Inner>);

struct Inner {
    socket: RefCell<Option<Socket>>,
    backoff: RefCell<Backoff>,
    retry: RefCell<Option<TimeoutHandle>>,
    tell: Box<dyn Fn(LineEvent)>,
}

impl Line {
    /// Connects, and tells everything to `tell`.
    pub fn start(tell: impl Fn(LineEvent) + 'static) -> Self {
        let inner = Rc::new(Inner {
            socket: RefCell::default(),
            backoff: RefCell::default(),
            retry: RefCell::default(),
            tell: Box::new(tell),
        });
        inner.connect();
        Self(inner)
    }

    /// Sends a frame; what is sent into a cut is asked for again by whoever keeps it.
    pub fn send(&self, frame: &FromDesk) {
        if let (Some(socket), Ok(text)) = (self.0.socket.borrow().as_ref(), serde_json::to_string(frame)) {
            socket.send_text(&text);
        }
    }

    /// Tries at once: the network is back, or the line is silent.
    pub fn renew(&self) {
        self.0.socket.replace(None);
        self.0.connect();
    }

    /// Tries at once, unless a connection stands or is being made.
    pub fn hurry(&self) {
        if self.0.socket.borrow().is_none() {
            self.0.connect();
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.socket.replace(None);
        self.0.cancel_retry();
    }
}

impl Inner {
    fn connect(self: &Rc<Self>) {
        self.cancel_retry();
        let weak = Rc::downgrade(self);
        let handle = move |event| {
            if let Some(inner) = weak.upgrade() {
                inner.handle(event);
            }
        };
        match Socket::open_in(&browser::socket_address("/rt?as=desk"), JSON, handle) {
            Ok(socket) => drop(self.socket.replace(Some(socket))),
            Err(_) => self.try_later(),
        }
    }

    fn handle(self: &Rc<Self>, event: SocketEvent) {
        match event {
            SocketEvent::Open => (self.tell)(LineEvent::Open),
            SocketEvent::Text(text) => {
                self.backoff.borrow_mut().succeed();
                (self.tell)(
                    serde_json::from_str(&text)
                        .map_or(LineEvent::Unknown, |it| LineEvent::Frame(Box::new(it))),
                );
            }
            SocketEvent::Bytes(_) => {}
            SocketEvent::Closed => {
                self.socket.replace(None);
                (self.tell)(LineEvent::Cut);
                self.try_later();
            }
        }
    }

    /// A refused upgrade looks like any other failure, so it is asked for by name before the next try.
    fn try_later(self: &Rc<Self>) {
        let wait = self.backoff.borrow_mut().fail(browser::chance());
        let weak = Rc::downgrade(self);
        let retry = move || {
            spawn_local(async move {
                let logged_out = matches!(http::me().await, Err(HttpError::LoggedOut));
                let Some(inner) = weak.upgrade() else { return };
                if logged_out {
                    (inner.tell)(LineEvent::LoggedOut);
                } else if inner.socket.borrow().is_none() {
                    // Otherwise it was renewed meanwhile.
                    inner.connect();
                }
            });
        };
        self.retry.replace(set_timeout_with_handle(retry, wait).ok());
    }

    fn cancel_retry(&self) {
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
    }
}
