//! The caret: arrows, Home, End and whole pages in text. `Selection.modify` knows every line as it is laid out, but does
//! not reach into fields in Gecko: there the caret is counted.
mod count;

use cobrowse_core::command::{Modifiers, Receipt};
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlTextAreaElement};

use super::{field, kind, pointer::window_of};
use count::{Caret, Way};

/// Lines of a page, where the browser does not say how high a line is.
const PAGE: u32 = 10;

/// Moves the caret of a field or editing host that has the focus.
pub(super) fn go(host: &Element, key: &str, modifiers: Modifiers) -> Receipt {
    let Some(way) = way(host, key, modifiers) else { return Receipt::NoTarget };
    let extend = modifiers.holds(Modifiers::SHIFT);
    let lines_are_laid_out = kind::input(host).is_none() && !matches!(way, Way::Left(_) | Way::Right(_));
    match caret_of(host) {
        Some(caret) if !lines_are_laid_out || kind::is_gecko(host) => count(host, caret, way, extend),
        // Numbers and e-mail addresses say nothing of their caret.
        None if field::takes_text(host) && kind::is_gecko(host) => Receipt::Refused,
        _ => modify(host, way, extend),
    }
}

fn way(host: &Element, key: &str, modifiers: Modifiers) -> Option<Way> {
    let far = modifiers.holds(Modifiers::CTRL) || modifiers.holds(Modifiers::META);
    Some(match key {
        "ArrowLeft" => Way::Left(far),
        "ArrowRight" => Way::Right(far),
        "ArrowUp" => Way::Up(1),
        "ArrowDown" => Way::Down(1),
        "Home" => Way::Start(far),
        "End" => Way::End(far),
        "PageUp" => Way::Up(page(host)),
        "PageDown" => Way::Down(page(host)),
        _ => return None,
    })
}

/// Lines that are seen at once, but one.
fn page(host: &Element) -> u32 {
    let style = window_of(host).and_then(|window| window.get_computed_style(host).ok().flatten());
    let pixels = |name: &str| {
        let value = style.as_ref()?.get_property_value(name).ok()?;
        value.strip_suffix("px")?.parse::<f64>().ok()
    };
    let line = pixels("line-height").or_else(|| pixels("font-size").map(|size| size * 1.2));
    let lines = line.filter(|it| 0.0 < *it).map(|line| f64::from(host.client_height()) / line - 1.0);
    lines.map_or(PAGE, |lines| lines.clamp(1.0, 200.0) as u32)
}

/// The caret of a field that has one.
fn caret_of(host: &Element) -> Option<Caret> {
    if !field::takes_text(host) {
        return None;
    }
    let get = |name: &str| Reflect::get(host, &name.into()).ok();
    let edge = |name: &str| get(name)?.as_f64().map(|it| it as usize);
    let (start, end) = (edge("selectionStart")?, edge("selectionEnd")?);
    let backward = get("selectionDirection").and_then(|it| it.as_string()).is_some_and(|it| it == "backward");
    Some(if backward { Caret { anchor: end, focus: start } } else { Caret { anchor: start, focus: end } })
}

fn count(host: &Element, caret: Caret, way: Way, extend: bool) -> Receipt {
    let text: Vec<u16> = field::text_of(host).encode_utf16().collect();
    let Caret { anchor, focus } = count::moved(&text, caret, way, extend);
    let edge = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let (start, end) = (edge(anchor.min(focus)), edge(anchor.max(focus)));
    let direction = if focus < anchor { "backward" } else { "forward" };
    let set = match (kind::input(host), kind::named::<HtmlTextAreaElement>(host, "textarea")) {
        (Some(input), _) => input.set_selection_range_with_direction(start, end, direction),
        (None, Some(area)) => area.set_selection_range_with_direction(start, end, direction),
        (None, None) => return Receipt::NoTarget,
    };
    if set.is_ok() { Receipt::Applied } else { Receipt::Refused }
}

/// Asks the browser itself, which moves the caret of the focused field too, or the one of rich text.
fn modify(host: &Element, way: Way, extend: bool) -> Receipt {
    let (direction, unit, times) = match way {
        Way::Left(false) => ("left", "character", 1),
        Way::Right(false) => ("right", "character", 1),
        Way::Left(true) => ("left", "word", 1),
        Way::Right(true) => ("right", "word", 1),
        Way::Up(lines) => ("backward", "line", lines),
        Way::Down(lines) => ("forward", "line", lines),
        Way::Start(false) => ("backward", "lineboundary", 1),
        Way::End(false) => ("forward", "lineboundary", 1),
        Way::Start(true) => ("backward", "documentboundary", 1),
        Way::End(true) => ("forward", "documentboundary", 1),
    };
    let Some(selection) = window_of(host).and_then(|window| window.get_selection().ok().flatten()) else {
        return Receipt::Refused;
    };
    let modify = Reflect::get(&selection, &"modify".into()).ok();
    let Some(modify) = modify.and_then(|it| it.dyn_into::<js_sys::Function>().ok()) else {
        return Receipt::Refused;
    };
    let alter = JsValue::from_str(if extend { "extend" } else { "move" });
    // Gecko knows no boundary of a whole document.
    let done = (0..times).all(|_| modify.call3(&selection, &alter, &direction.into(), &unit.into()).is_ok());
    if done { Receipt::Applied } else { Receipt::Refused }
}
