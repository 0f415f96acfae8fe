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

/// Forgets what was remembered under `name`.
pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
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
    let location = window().location();
    if !hash.is_empty()
        && let (Ok(history), Ok(path), Ok(query)) =
            (window().history(), location.pathname(), location.search())
    {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&[path, query].concat()));
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

/// What was remembered in this tab.
pub fn recall_in_tab(name: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(name).ok()?
}

/// Remembers for as long as the tab lives, over reloads.
pub fn remember_in_tab(name: &str, value: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = storage.set_item(name, value);
    }
}

/// Whether nobody looks at the page.
pub fn is_hidden() -> bool {
    window()
        .document()
        .is_some_and(|document| document.visibility_state() == web_sys::VisibilityState::Hidden)
}

/// An attribute of the `html` element.
pub fn root_attribute(name: &str) -> Option<String> {
    root()?.get_attribute(name)
}

/// The first moment of a moment's day, by this machine's calendar.
pub fn day_of(ms_since_1970: i64) -> i64 {
    let date = js_sys::Date::new(&JsValue::from_f64(ms_since_1970 as f64));
    date.set_hours(0);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0);
    date.get_time() as i64
}

/// Hours and minutes, by locale.
pub fn hour(ms_since_1970: i64, language: &str) -> String {
    format_date(ms_since_1970, language, &[("hour", "2-digit"), ("minute", "2-digit")])
}

/// A day in words, by locale.
pub fn day(ms_since_1970: i64, language: &str) -> String {
    format_date(ms_since_1970, language, &[("weekday", "long"), ("day", "numeric"), ("month", "long")])
}

/// A day and an hour, short, by locale.
pub fn short_time(ms_since_1970: i64, language: &str) -> String {
    let parts = [("day", "numeric"), ("month", "short"), ("hour", "2-digit"), ("minute", "2-digit")];
    format_date(ms_since_1970, language, &parts)
}

fn format_date(ms_since_1970: i64, language: &str, parts: &[(&str, &str)]) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(ms_since_1970 as f64));
    let options = js_sys::Object::new();
    for (name, value) in parts {
        let _ = js_sys::Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    date.to_locale_string(language, &options).into()
}

/// A moment of the form `2026-11-21T09:30` (what a date field holds) by this machine's clock.
pub fn moment_of(field: &str) -> Option<i64> {
    let millis = js_sys::Date::parse(field);
    millis.is_finite().then_some(millis as i64)
}

/// A moment as a date field holds it, by this machine's clock.
pub fn field_of(ms_since_1970: i64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(ms_since_1970 as f64));
    let shifted = ms_since_1970 as f64 - date.get_timezone_offset() * 60_000.0;
    String::from(js_sys::Date::new(&JsValue::from_f64(shifted)).to_iso_string()).chars().take(16).collect()
}

/// Opens an address in a new tab that knows nothing of this one.
pub fn open_apart(address: &str) {
    let _ = window().open_with_url_and_target_and_features(address, "_blank", "noopener,noreferrer");
}

/// Scrolls the element of this id into sight and gives it the keyboard's focus.
pub fn jump_to(id: &str) -> bool {
    let element = window().document().and_then(|document| document.get_element_by_id(id));
    let Some(element) = element else { return false };
    element.scroll_into_view();
    if let Ok(element) = element.dyn_into::<HtmlElement>() {
        let _ = element.focus();
    }
    true
}

/// Closes a popover.
pub fn hide_popover(id: &str) {
    let element = window().document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.hide_popover();
    }
}

/// Whether only one pane fits: the width under which the style sheet shows one at a time.
pub fn is_narrow() -> bool {
    matches_media("(max-width: 720px)")
}

/// Whether the visitor's panel lies over the thread, for want of room beside it.
pub fn has_drawer() -> bool {
    matches_media("(max-width: 1100px)")
}

fn matches_media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|query| query.matches())
}

/// Saves what lies at an address of our own server.
pub fn save(address: &str) {
    let link = window().document().and_then(|document| document.create_element("a").ok());
    if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok()) {
        link.set_href(address);
        link.set_download("");
        link.click();
    }
}

/// Types a text into an empty field, as a person would.
pub fn type_into(id: &str, text: &str) {
    let element = window().document().and_then(|document| document.get_element_by_id(id));
    let field = element.and_then(|element| element.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    if let Some(field) = field.filter(|field| field.value().is_empty()) {
        field.set_value(text);
        let options = web_sys::EventInit::new();
        options.set_bubbles(true);
        if let Ok(event) = web_sys::Event::new_with_event_init_dict("input", &options) {
            let _ = field.dispatch_event(&event);
        }
    }
}

/// Presses the first element that a selector finds.
pub fn click_on(selector: &str) {
    let element = window().document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.click();
    }
}
