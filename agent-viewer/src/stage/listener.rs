//! An event listener that ends with its owner.
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AddEventListenerOptions, Event, EventTarget};

/// Listens until dropped.
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    captures: bool,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `handle` for each event of this name; it may keep the browser from acting.
    pub fn new<E: JsCast>(target: &EventTarget, name: &'static str, handle: impl Fn(&E) + 'static) -> Self {
        Self::at(target, name, false, handle)
    }

    /// Calls `handle` for each event of this name in the window, before anybody else hears of it.
    pub fn before<E: JsCast>(name: &'static str, handle: impl Fn(&E) + 'static) -> Self {
        Self::at(&leptos::prelude::window(), name, true, handle)
    }

    fn at<E: JsCast>(
        target: &EventTarget,
        name: &'static str,
        captures: bool,
        handle: impl Fn(&E) + 'static,
    ) -> Self {
        let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| handle(event.unchecked_ref()));
        let options = AddEventListenerOptions::new();
        options.set_passive(false);
        options.set_capture(captures);
        // Fails for no target that exists.
        let _ = target.add_event_listener_with_callback_and_add_event_listener_options(
            name,
            closure.as_ref().unchecked_ref(),
            &options,
        );
        Self { target: target.clone(), name, captures, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback_and_bool(
            self.name,
            self.closure.as_ref().unchecked_ref(),
            self.captures,
        );
    }
}
