//! Event listeners that undo themselves.
use wasm_bindgen::{JsCast, closure::Closure, convert::FromWasmAbi};
use web_sys::{AddEventListenerOptions, EventTarget};

/// A listener that lives as long as this value.
pub struct Listener {
    target: EventTarget,
    kind: &'static str,
    callback: js_sys::Function,
    _closure: Box<dyn std::any::Any>,
}

impl Listener {
    /// Listens in the capture phase, before the page's own listeners on the way down.
    pub fn capture<E: FromWasmAbi + 'static>(
        target: &EventTarget,
        kind: &'static str,
        callback: impl FnMut(E) + 'static,
    ) -> Self {
        let closure = Closure::<dyn FnMut(E)>::new(callback);
        let function: js_sys::Function = closure.as_ref().unchecked_ref::<js_sys::Function>().clone();
        let options = AddEventListenerOptions::new();
        options.set_capture(true);
        options.set_passive(true);
        // Only fails for a target that is no event target, which the type excludes.
        let _ =
            target.add_event_listener_with_callback_and_add_event_listener_options(kind, &function, &options);
        Self { target: target.clone(), kind, callback: function, _closure: Box::new(closure) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Fails only when the document is already gone, and then there is nothing to undo.
        let _ = self.target.remove_event_listener_with_callback_and_bool(self.kind, &self.callback, true);
    }
}
