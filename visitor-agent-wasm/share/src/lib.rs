//! The share module as the loader imports it: `start(config)` gives a handle with `stop()`.
use std::rc::Rc;

use visitor_agent_wasm::share::{Config, Share};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// A running share.
#[wasm_bindgen]
pub struct Handle(Rc<Share>);

#[wasm_bindgen]
impl Handle {
    /// Ends the share, as the bar's button does.
    pub fn stop(&self) {
        self.0.stop();
    }
}

/// Starts a share in this page.
///
/// # Errors
/// When the configuration is not the loader's, or the browser refuses the bar.
#[wasm_bindgen]
pub fn start(config: Config) -> Result<Handle, JsValue> {
    Share::start(config).map(Handle)
}
