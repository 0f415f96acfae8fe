//! Listens to the agent's pointer on the pane over the page.
use std::rc::Rc;

use cobrowse_core::command::Button;
use web_sys::{HtmlElement, MouseEvent, WheelEvent};

use super::{listener::Listener, pointing::Pointing};

/// The listeners; dropped with the stage.
pub struct Hand {
    _listeners: [Listener; 7],
}

impl Hand {
    /// Puts the hand on `pane`. Each press calls `pressed`, so that typing goes to the page from there on.
    pub fn on(pane: &HtmlElement, pointing: &Pointing, pressed: impl Fn() + 'static) -> Self {
        let listen = |name, handle: fn(&Pointing, &MouseEvent)| {
            let pointing = pointing.clone();
            Listener::new(pane, name, move |event: &MouseEvent| handle(&pointing, event))
        };
        let wheel = pointing.clone();
        let pressed = Rc::new(pressed);
        Self {
            _listeners: [
                listen("pointermove", Pointing::handle_move),
                listen("pointerleave", |pointing, _| pointing.handle_leave()),
                listen("click", |pointing, event| pointing.handle_click(event, Button::Main)),
                listen("auxclick", |pointing, event| {
                    if event.button() == 1 {
                        pointing.handle_click(event, Button::Auxiliary);
                    }
                }),
                listen("contextmenu", |pointing, event| {
                    event.prevent_default();
                    pointing.handle_click(event, Button::Secondary);
                }),
                Listener::new(pane, "wheel", move |event: &WheelEvent| {
                    if wheel.handle_wheel(event) {
                        event.prevent_default();
                    }
                }),
                // The pane takes no focus: it stays, or goes, where the typing is.
                Listener::new(pane, "mousedown", move |event: &MouseEvent| {
                    event.prevent_default();
                    pressed();
                }),
            ],
        }
    }
}
