//! A socket that comes back by itself, as long as somebody is logged in.
use std::{cell::RefCell, rc::Rc};

use leptos::prelude::{TimeoutHandle, set_timeout_with_handle};
use wasm_bindgen_futures::spawn_local;

use super::{
    http::{self, HttpError},
    socket::{Socket, SocketEvent},
};
use crate::{browser, state::backoff::Backoff};

/// What is heard.
#[derive(Debug)]
pub enum Heard {
    /// A connection stands.
    Open,
    /// A text.
    Text(String),
    /// The connection is cut; it will be tried again.
    Cut,
    /// Nobody is logged in any more; it will not be tried again.
    LoggedOut,
}

/// Where a line leads.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// A path on our own server.
    pub path: &'static str,
    /// The subprotocol, where there is one.
    pub protocol: Option<&'static str>,
}

/// Keeps a socket open until dropped.
pub struct Line(Rc<Inner>);

struct Inner {
    place: Place,
    socket: RefCell<Option<Socket>>,
    backoff: RefCell<Backoff>,
    retry: RefCell<Option<TimeoutHandle>>,
    tell: Box<dyn Fn(Heard)>,
}

impl Line {
    /// Connects, and tells everything to `tell`.
    pub fn start(place: Place, tell: impl Fn(Heard) + 'static) -> Self {
        let inner = Rc::new(Inner {
            place,
            socket: RefCell::default(),
            backoff: RefCell::default(),
            retry: RefCell::default(),
            tell: Box::new(tell),
        });
        inner.connect();
        Self(inner)
    }

    /// Sends a text; what is sent into a cut is asked for again by whoever keeps it.
    pub fn send(&self, text: &str) {
        if let Some(socket) = self.0.socket.borrow().as_ref() {
            socket.send_text(text);
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
        let address = browser::socket_address(self.place.path);
        let opened = match self.place.protocol {
            Some(protocol) => Socket::open_in(&address, protocol, handle),
            None => Socket::open(&address, handle),
        };
        match opened {
            Ok(socket) => drop(self.socket.replace(Some(socket))),
            Err(_) => self.try_later(),
        }
    }

    fn handle(self: &Rc<Self>, event: SocketEvent) {
        match event {
            SocketEvent::Open => (self.tell)(Heard::Open),
            SocketEvent::Text(text) => {
                // A server that accepts and falls silent is not reached yet.
                self.backoff.borrow_mut().succeed();
                (self.tell)(Heard::Text(text));
            }
            SocketEvent::Bytes(_) => {}
            SocketEvent::Closed => {
                self.socket.replace(None);
                (self.tell)(Heard::Cut);
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
                    (inner.tell)(Heard::LoggedOut);
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
