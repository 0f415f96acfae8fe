//! Event listeners that undo themselves.
use wasm_bindgen::{JsCast, closure::Closure, convert::FromWasmAbi};
use web_sys::EventTarget;

use crate::life;

/// A listener that lives as long as this value, and no longer than its share.
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
        let callback = life::listen(target, kind, closure.as_ref().unchecked_ref());
        Self { target: target.clone(), kind, callback, _closure: Box::new(closure) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Fails only when the document is already gone, and then there is nothing to undo.
        let _ = self.target.remove_event_listener_with_callback_and_bool(self.kind, &self.callback, true);
    }
}
