//! The share module as the loader imports it: `start(config)` gives a handle with `stop()` and `leave()`,
//! `elsewhere(place)` one with `close()`.
use std::rc::Rc;

use visitor_agent_wasm::share::{
    Config, Share,
    elsewhere::{Elsewhere, Place},
};
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

    /// Leaves the share to the next page of the tab, or to another tab.
    pub fn leave(&self) {
        self.0.leave();
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

/// Says that another tab is shared.
#[wasm_bindgen]
pub struct Notice(Elsewhere);

#[wasm_bindgen]
impl Notice {
    /// Takes the notice away.
    pub fn close(&self) {
        self.0.close();
    }
}

/// Says in this page who sees another tab of the visitor.
///
/// # Errors
/// When the browser refuses the bar.
#[wasm_bindgen]
pub fn elsewhere(place: &Place) -> Result<Notice, JsValue> {
    Elsewhere::show(place).map(Notice)
}
