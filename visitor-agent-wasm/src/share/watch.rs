//! What happens in the page around the share: the visitor's own hand, and the page's end.
use std::rc::Rc;

use web_sys::{Document, Event, MouseEvent};

use super::{Share, clock};
use crate::listener::Listener;

/// A resting hand trembles: a mouse that moved less between two events, CSS pixels, says nothing.
const TREMBLE: i32 = 3;

/// The listeners; they go with the share.
pub(super) struct Watch {
    _listeners: Vec<Listener>,
}

impl Watch {
    pub(super) fn new(share: &Rc<Share>, document: &Document) -> Self {
        let mut listeners: Vec<Listener> = ["pointerdown", "keydown", "wheel", "touchstart"]
            .map(|kind| {
                let weak = Rc::downgrade(share);
                Listener::capture(document, kind, move |event: Event| {
                    if event.is_trusted() {
                        Share::with(&weak, hands_on);
                    }
                })
            })
            .into();
        let weak = Rc::downgrade(share);
        listeners.push(Listener::capture(document, "mousemove", move |event: MouseEvent| {
            if event.is_trusted() && TREMBLE < event.movement_x().abs() + event.movement_y().abs() {
                Share::with(&weak, hands_on);
            }
        }));
        if let Some(window) = document.default_view() {
            let weak = Rc::downgrade(share);
            listeners.push(Listener::capture(&window, "pagehide", move |_: Event| {
                Share::with(&weak, Share::leave);
            }));
        }
        Self { _listeners: listeners }
    }
}

/// While nobody controls the page this costs one comparison inside the session.
fn hands_on(share: &Rc<Share>) {
    share.session.borrow_mut().hands_on(clock::now());
    share.pump();
}
