//! Small doors to the browser. What is missing (storage switched off, no clipboard) is as if never asked.
use std::{cell::Cell, time::Duration};

use cobrowse_core::id::Moment;
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, Storage};

/// The language that the browser prefers, a BCP 47 tag.
pub fn language() -> String {
    window().navigator().language().unwrap_or_default()
}

/// What was remembered under `name` in an earlier visit.
pub fn recall(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// Remembers `value` for later visits.
pub fn remember(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full or forbidden storage only means that the choice is made again next time.
        let _ = storage.set_item(name, value);
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}

/// Sets an attribute of the `html` element.
pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = root() {
        let _ = root.set_attribute(name, value);
    }
}

fn root() -> Option<Element> {
    window().document()?.document_element()
}

/// Milliseconds since 1970 by this machine's clock.
pub fn clock_ms() -> f64 {
    js_sys::Date::now()
}

thread_local! {
    static LAST: Cell<f64> = const { Cell::new(0.0) };
}

/// Time since the page began; never runs backwards. A page that is being torn down has no clock any more: there it
/// stands still.
pub fn now() -> Moment {
    let millis = window().performance().map_or(0.0, |performance| performance.now()).max(LAST.get());
    LAST.set(millis);
    Moment(Duration::from_secs_f64(millis / 1000.0))
}

/// A number from 0 to 1, for jitter: not for secrets.
pub fn chance() -> f64 {
    js_sys::Math::random()
}

/// 64 bits of a cryptographic source.
pub fn random() -> u64 {
    let mut bytes = [0; 8];
    // Every browser that runs WebAssembly has the source; without it ids would only repeat themselves.
    let _ = window().crypto().map(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
    u64::from_le_bytes(bytes)
}

/// A moment as people write it, by locale.
pub fn exact_time(ms_since_1970: f64, language: &str) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(ms_since_1970));
    date.to_locale_string(language, &JsValue::UNDEFINED).into()
}

/// Puts `text` on the clipboard. Whether it arrived is not known to be interesting.
pub fn copy(text: &str) {
    let _ = window().navigator().clipboard().write_text(text);
}

/// `ws` or `wss` address of a path on our own server.
pub fn socket_address(path: &str) -> String {
    let location = window().location();
    let scheme = if location.protocol().is_ok_and(|scheme| scheme == "https:") { "wss" } else { "ws" };
    format!("{scheme}://{}{path}", location.host().unwrap_or_default())
}

/// The address's end with its `#`, which is taken away: a reload does not find it again.
pub fn take_hash() -> String {
    let hash = window().location().hash().unwrap_or_default();
    if !hash.is_empty()
        && let (Ok(history), Ok(path)) = (window().history(), window().location().pathname())
    {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
    hash
}

/// Moves the keyboard's focus to the element of this id, when there is one.
pub fn focus(id: &str) {
    let element = window().document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Whether the keyboard's focus is in something that takes text.
pub fn is_typing() -> bool {
    let active = window().document().and_then(|document| document.active_element());
    active.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}
