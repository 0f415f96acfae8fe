//! The desk's live list of visitors.
use std::rc::Rc;

use cobrowse_core::wire::desk::ToDesk;
use leptos::prelude::{on_cleanup, window_event_listener};

use super::line::{Heard, Line, Place};

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
pub struct DeskSocket {
    _line: Rc<Line>,
}

impl DeskSocket {
    /// Connects, and tells everything to `tell`.
    pub fn start(tell: impl Fn(DeskEvent) + 'static) -> Self {
        let place = Place { path: "/v1/desk", protocol: None };
        let line = Rc::new(Line::start(place, move |heard| match heard {
            Heard::Open => {}
            Heard::Text(text) => {
                // A message of a newer server that this page does not know is left out.
                if let Ok(message) = serde_json::from_str(&text) {
                    tell(DeskEvent::Message(message));
                }
            }
            Heard::Cut => tell(DeskEvent::Cut),
            Heard::LoggedOut => tell(DeskEvent::LoggedOut),
        }));
        let weak = Rc::downgrade(&line);
        let online = window_event_listener(leptos::ev::online, move |_| {
            if let Some(line) = weak.upgrade() {
                line.hurry();
            }
        });
        on_cleanup(move || online.remove());
        Self { _line: line }
    }
}
