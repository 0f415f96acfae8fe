//! Small doors to the browser. What is missing (storage switched off, no clipboard) is as if never asked.
mod locale;
mod sizes;

use std::{cell::Cell, time::Duration};

use cobrowse_core::id::Moment;
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, Storage};

use locale::locale;
pub use sizes::Sizes;

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

/// All names of what is remembered that begin so.
pub fn remembered(prefix: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let all = (0..storage.length().unwrap_or(0)).filter_map(|index| storage.key(index).ok().flatten());
    all.filter(|name| name.starts_with(prefix)).collect()
}

/// Whether a key belongs to an input method: some browsers tell the Enter that ends a composition as a key of its own,
/// with this code (UI Events §5.6.2 and its legacy `keyCode`).
pub fn is_composing(event: &web_sys::KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
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
    date.to_locale_string(&locale(language), &JsValue::UNDEFINED).into()
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

/// What has the keyboard's focus, if anything has.
pub fn focused() -> Option<HtmlElement> {
    let active = window().document()?.active_element()?;
    active.dyn_into::<HtmlElement>().ok().filter(|it| it.tag_name() != "BODY")
}

/// Whether a modal dialog is open.
pub fn has_dialog() -> bool {
    first("dialog[open]").is_some()
}

/// Whether an element is there to be focused: in the document, seen, and not switched off.
pub fn can_take_focus(element: &HtmlElement) -> bool {
    element.is_connected() && 0 < element.get_client_rects().length() && !element.has_attribute("disabled")
}

/// Moves the keyboard's focus to the first of these places that can take it.
pub fn focus_first(selectors: &[&str]) {
    let found = selectors.iter().filter_map(|selector| first(selector)).find(can_take_focus);
    if let Some(found) = found {
        let _ = found.focus();
    }
}

fn first(selector: &str) -> Option<HtmlElement> {
    window().document()?.query_selector(selector).ok()??.dyn_into().ok()
}

/// Whether the keyboard's focus is in something that takes text.
pub fn is_typing() -> bool {
    let active = window().document().and_then(|document| document.active_element());
    active.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Whether the keyboard is in a field that Alt and an arrow open: a list to choose from, a date.
pub fn is_choosing() -> bool {
    focused().is_some_and(|it| {
        it.matches("select, [type=date], [type=time], [type=datetime-local]").unwrap_or(false)
    })
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
    format_date(ms_since_1970, language, &clock_of(language))
}

/// A day in words, by locale; with its year where that is another one.
pub fn day(ms_since_1970: i64, language: &str) -> String {
    let parts = [("weekday", "long"), ("day", "numeric"), ("month", "long")];
    format_date(ms_since_1970, language, &dated(&parts, is_this_year(ms_since_1970)))
}

/// A day and an hour, short, by locale; with the year where that is another one.
pub fn short_time(ms_since_1970: i64, language: &str) -> String {
    let [hour, minute] = clock_of(language);
    let parts = [("day", "numeric"), ("month", "short"), hour, minute];
    format_date(ms_since_1970, language, &dated(&parts, is_this_year(ms_since_1970)))
}

fn is_this_year(ms_since_1970: i64) -> bool {
    let then = js_sys::Date::new(&JsValue::from_f64(ms_since_1970 as f64));
    then.get_full_year() == js_sys::Date::new_0().get_full_year()
}

/// How an hour is written: French ones have two figures always.
fn clock_of(language: &str) -> [(&'static str, &'static str); 2] {
    let hour = if language.starts_with("fr") { "2-digit" } else { "numeric" };
    [("hour", hour), ("minute", "2-digit")]
}

/// What of a date is said.
fn dated<'a>(parts: &[(&'a str, &'a str)], this_year: bool) -> Vec<(&'a str, &'a str)> {
    let year = (!this_year).then_some(("year", "numeric"));
    parts.iter().copied().chain(year).collect()
}

fn format_date(ms_since_1970: i64, language: &str, parts: &[(&str, &str)]) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(ms_since_1970 as f64));
    let options = js_sys::Object::new();
    for (name, value) in parts {
        let _ = js_sys::Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    date.to_locale_string(&locale(language), &options).into()
}

/// An amount in a currency, by locale; a currency that the browser does not know stands behind the number.
pub fn money(amount: f64, currency: &str, language: &str) -> String {
    let of = |object: &JsValue, name: &str| js_sys::Reflect::get(object, &name.into()).ok();
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"style".into(), &"currency".into());
    let _ = js_sys::Reflect::set(&options, &"currency".into(), &currency.into());
    // Throws for what cannot be a currency: made by name, so that it is not an exception of ours.
    let text = of(&window(), "Intl").and_then(|intl| {
        let make = of(&intl, "NumberFormat")?.dyn_into::<js_sys::Function>().ok()?;
        let made = js_sys::Reflect::construct(&make, &js_sys::Array::of2(&locale(language).into(), &options))
            .ok()?;
        of(&made, "format")?
            .dyn_into::<js_sys::Function>()
            .ok()?
            .call1(&made, &amount.into())
            .ok()?
            .as_string()
    });
    text.unwrap_or_else(|| format!("{amount:.2} {currency}"))
}

/// A date or moment of ISO 8601, by locale; nothing for what is none.
pub fn date_of(text: &str, language: &str) -> Option<String> {
    let millis = js_sys::Date::parse(text);
    if !millis.is_finite() {
        return None;
    }
    // A date without an hour is the same day everywhere.
    let day = [("day", "numeric"), ("month", "long"), ("year", "numeric")];
    Some(if text.len() <= 10 {
        format_date(millis as i64, language, &[day.as_slice(), &[("timeZone", "UTC")]].concat())
    } else {
        format_date(millis as i64, language, &[day.as_slice(), &clock_of(language)].concat())
    })
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

/// Bytes that this page has under an address of its own, as long as this lives.
#[derive(Debug, PartialEq, Eq)]
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// Takes them, unless the browser has no room.
    pub fn of(bytes: &web_sys::Blob) -> Option<Self> {
        web_sys::Url::create_object_url_with_blob(bytes).ok().map(Self)
    }

    /// The address.
    pub fn address(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        let _ = web_sys::Url::revoke_object_url(&self.0);
    }
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

/// The origin of our own pages.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// The path and query of the address now, as the browser shows it.
pub fn place() -> String {
    let location = window().location();
    [location.pathname(), location.search()].into_iter().map(Result::unwrap_or_default).collect()
}

/// Shows another address of ours, and loads nothing.
pub fn push_place(place: &str) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(place));
    }
}

/// The name of this machine's time zone, for example `Europe/Paris`; nothing where the browser tells none.
pub fn time_zone() -> Option<String> {
    let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}

/// The names of all time zones that the browser knows.
pub fn time_zones() -> Vec<String> {
    let of = |object: &JsValue, name: &str| js_sys::Reflect::get(object, &name.into()).ok();
    let found = of(&window(), "Intl").and_then(|intl| {
        let list = of(&intl, "supportedValuesOf")?.dyn_into::<js_sys::Function>().ok()?;
        list.call1(&intl, &"timeZone".into()).ok()?.dyn_into::<js_sys::Array>().ok()
    });
    found.map(|all| all.iter().filter_map(|it| it.as_string()).collect()).unwrap_or_default()
}

/// A language's name in another one; its tag where the browser knows none.
pub fn name_of_language(tag: &str, language: &str) -> String {
    let of = |object: &JsValue, name: &str| js_sys::Reflect::get(object, &name.into()).ok();
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"type".into(), &"language".into());
    let found = of(&window(), "Intl").and_then(|intl| {
        let make = of(&intl, "DisplayNames")?.dyn_into::<js_sys::Function>().ok()?;
        let names =
            js_sys::Reflect::construct(&make, &js_sys::Array::of2(&language.into(), &options)).ok()?;
        of(&names, "of")?.dyn_into::<js_sys::Function>().ok()?.call1(&names, &tag.into()).ok()?.as_string()
    });
    found.unwrap_or_else(|| tag.to_owned())
}

/// A day and an hour in words by the clock of a time zone; nothing where there is none of this name.
pub fn moment_in(ms_since_1970: i64, language: &str, zone: &str) -> Option<String> {
    let [hour, minute] = clock_of(language);
    let parts = [("weekday", "long"), ("day", "numeric"), ("month", "long"), hour, minute];
    in_zone(ms_since_1970, language, zone, &parts)
}

/// Hours and minutes by the clock of a time zone; nothing where there is none of this name.
pub fn hour_in(ms_since_1970: i64, language: &str, zone: &str) -> Option<String> {
    in_zone(ms_since_1970, language, zone, &clock_of(language))
}

/// The date by the clock of a time zone, in figures: two moments of one day there have the same.
pub fn date_in(ms_since_1970: i64, zone: &str) -> Option<String> {
    in_zone(ms_since_1970, "en", zone, &[("year", "numeric"), ("month", "numeric"), ("day", "numeric")])
}

fn in_zone(ms_since_1970: i64, language: &str, zone: &str, parts: &[(&str, &str)]) -> Option<String> {
    let date = js_sys::Date::new(&JsValue::from_f64(ms_since_1970 as f64));
    let options = js_sys::Object::new();
    for (name, value) in parts.iter().chain([&("timeZone", zone)]) {
        js_sys::Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)).ok()?;
    }
    // Throws for a zone that is none: asked for by name, so that it is not an exception of ours.
    let tell =
        js_sys::Reflect::get(&date, &"toLocaleString".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
    tell.call2(&date, &locale(language).into(), &options).ok()?.as_string()
}

/// The name of a day of the week, 0 for Monday.
pub fn weekday(day: usize, language: &str) -> String {
    // The fifth of January 1970 was a Monday.
    let noon = 1_000.0 * (86_400.0 * (4.0 + day as f64) + 43_200.0);
    in_zone(noon as i64, language, "UTC", &[("weekday", "long")]).unwrap_or_default()
}

/// Puts the keyboard's focus on the first element that a selector finds, and scrolls it into sight.
pub fn focus_on(selector: &str) {
    let element = window().document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// What a field or a list holds from now on.
pub fn set_value(id: &str, value: &str) {
    let element = window().document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element {
        let _ = js_sys::Reflect::set(&element, &"value".into(), &value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_another_year_says_which() {
        let parts = [("day", "numeric")];
        assert_eq!(dated(&parts, true), parts);
        assert_eq!(dated(&parts, false), [("day", "numeric"), ("year", "numeric")]);
    }
}
