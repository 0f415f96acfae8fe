//! The desk's live list: a socket that comes back by itself.
use std::{cell::RefCell, rc::Rc};

use cobrowse_core::wire::desk::ToDesk;
use leptos::prelude::{TimeoutHandle, set_timeout_with_handle, window_event_listener};
use wasm_bindgen_futures::spawn_local;

use super::{
    http::{self, HttpError},
    socket::{Socket, SocketEvent},
};
use crate::{browser, state::backoff::Backoff};

/// What the desk hears.
#[derive(Debug)]
pub enum DeskEvent {
    /// A message.
    Message(ToDesk),
    /// The connection is cut; it will be tried again.
    Cut,
    /// Nobody is logged in any more; it will not be tried again.
    LoggedOut,
}

/// Keeps the desk's socket open until dropped.
pub struct DeskSocket(Rc<Inner>);

struct Inner {
    socket: RefCell<Option<Socket>>,
    backoff: RefCell<Backoff>,
    retry: RefCell<Option<TimeoutHandle>>,
    tell: Box<dyn Fn(DeskEvent)>,
}

impl DeskSocket {
    /// Connects, and tells everything to `tell`.
    pub fn start(tell: impl Fn(DeskEvent) + 'static) -> Self {
        let inner = Rc::new(Inner {
            socket: RefCell::default(),
            backoff: RefCell::default(),
            retry: RefCell::default(),
            tell: Box::new(tell),
        });
        inner.connect();
        let weak = Rc::downgrade(&inner);
        let online = window_event_listener(leptos::ev::online, move |_| {
            if let Some(inner) = weak.upgrade().filter(|inner| inner.socket.borrow().is_none()) {
                inner.connect();
            }
        });
        leptos::prelude::on_cleanup(move || online.remove());
        Self(inner)
    }
}

impl Drop for DeskSocket {
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
        match Socket::open(&browser::socket_address("/v1/desk"), handle) {
            Ok(socket) => drop(self.socket.replace(Some(socket))),
            Err(_) => self.try_later(),
        }
    }

    fn handle(self: &Rc<Self>, event: SocketEvent) {
        match event {
            SocketEvent::Open => self.backoff.borrow_mut().succeed(),
            SocketEvent::Text(text) => {
                // A message of a newer server that this page does not know is left out.
                if let Ok(message) = serde_json::from_str(&text) {
                    (self.tell)(DeskEvent::Message(message));
                }
            }
            SocketEvent::Bytes(_) => {}
            SocketEvent::Closed => {
                self.socket.replace(None);
                (self.tell)(DeskEvent::Cut);
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
                if logged_out { (inner.tell)(DeskEvent::LoggedOut) } else { inner.connect() }
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
