//! The end of everything that a share has running in the page, kept in JavaScript (`js/share/life.js`): after a
//! panic or a trap nothing of WebAssembly can be called, and no `Drop` runs.
use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, EventTarget, WebSocket};

#[wasm_bindgen(module = "/js/share/life.js")]
extern "C" {
    /// What runs for one share.
    pub type Life;
    /// Begins: errors from addresses that start with `from` are ours, and the first one ends the share and
    /// is told to `fell`.
    #[wasm_bindgen(constructor)]
    pub fn new(from: &str, fell: &Function) -> Life;
    /// Calls `object[verb]()` at the end; the last object of a name counts.
    #[wasm_bindgen(method)]
    pub fn holds(this: &Life, name: &str, object: &JsValue, verb: &str);
    /// Calls `object[verb](argument)` when the share has failed.
    #[wasm_bindgen(method, js_name = onFailure)]
    pub fn on_failure(this: &Life, name: &str, object: &JsValue, verb: &str, argument: &str);
    /// Closes a socket at the end, so that the server knows whether the share has failed.
    #[wasm_bindgen(method, js_name = holdsSocket)]
    pub fn holds_socket(this: &Life, socket: &WebSocket);
    /// Aborted at the end.
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &Life) -> AbortSignal;
    /// Ends everything that runs.
    #[wasm_bindgen(method)]
    pub fn end(this: &Life);

    /// A callback that does nothing after the end, and throws nothing into the page.
    pub fn guarded(run: &Function) -> Function;
    /// Listens in the capture phase until the end; gives what is to be removed.
    pub fn listen(target: &EventTarget, kind: &str, run: &Function) -> Function;
    fn panicked(at: &str);
}

/// Ends the share before a panic traps. Says where it was and not what: a message may quote the page.
pub fn falls_with_panics() {
    std::panic::set_hook(Box::new(|info| {
        let at = info.location();
        panicked(&at.map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default());
    }));
}
