//! Keys: the events in order (UI Events §3.7.5), and the default actions that untrusted keys do not have.
use std::{cell::Cell, rc::Rc};

use cobrowse_core::command::{Modifiers, Receipt};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlFormElement, KeyboardEvent, KeyboardEventInit};

use super::{
    caret, editing, field, focus, kind, moving,
    path::refused,
    place::{Hand, active, focused, is_active, target_of_keys, text_host},
    pointer::window_of,
    scrolling,
};
use crate::listener::Listener;

/// What Enter presses (HTML §6.4).
const PRESSED_BY_ENTER: &str = "a[href], area[href], button, summary, input:is([type=submit], [type=image], [type=button], [type=reset])";

/// Types text, key by key, where the page's focus is (UI Events §3.7): the agent's own idea of it is as old as
/// the view. The anchor counts when nothing that takes text is focused.
pub(super) fn type_text(element: &Element, text: &str, hand: Hand<'_>) -> Receipt {
    let focused = focused(element).and_then(|it| text_host(&it));
    let Some(element) = focused.or_else(|| text_host(element)) else {
        // A space typed on a button is the key that presses it, and on the page one that scrolls.
        return if text == " " {
            press(element, text, Modifiers::default(), hand)
        } else {
            Receipt::NoTarget
        };
    };
    if let Some(refusal) = hand.refusal(&element) {
        return refusal;
    }
    enter_field(&element);
    for character in text.chars() {
        // A page may move the focus in a key's listener; the next key goes there, if it takes text and is no secret.
        let key = character.to_string();
        let at = active(&element);
        if let Some(refusal) = hand.refusal(&at) {
            return refusal;
        }
        let goes_on = send(&at, "keydown", &key, Modifiers::default())
            && send(&at, "keypress", &key, Modifiers::default());
        if goes_on {
            // A listener may have moved the focus: the letter would go there.
            let now = active(&at);
            let receipt = hand.refusal(&now).unwrap_or_else(|| editing::insert(&now, &key, hand));
            if receipt != Receipt::Applied {
                return receipt;
            }
        }
        send(&at, "keyup", &key, Modifiers::default());
    }
    Receipt::Applied
}

/// Brings the focus into a field of text that was meant and has it not.
fn enter_field(element: &Element) {
    if !is_active(element) {
        focus(element);
        field::place_caret(element, 1);
    }
}

/// Presses and releases one key.
pub(super) fn press(element: &Element, key: &str, modifiers: Modifiers, hand: Hand<'_>) -> Receipt {
    let at = target_of_keys(element);
    if let Some(refusal) = hand.refusal(&at) {
        // Tab leads out of a field that only the visitor may fill.
        if key == "Tab" {
            moving::focus_next(&at, modifiers.holds(Modifiers::SHIFT));
        }
        return if key == "Tab" { Receipt::Applied } else { refusal };
    }
    // Firefox follows a link at a key's event, even one that a script made: there is none for what is refused.
    if let Some(refusal) = refused(&at).filter(|_| matches!(key, "Enter" | " ")) {
        return refusal;
    }
    if let Some(host) = text_host(&at).filter(|_| at == *element) {
        enter_field(&host);
    }
    let goes_on = send(&at, "keydown", key, modifiers);
    let is_pressed = key == "Enter" || key.chars().count() == 1;
    let followed = goes_on && is_pressed && !modifiers.holds(Modifiers::CTRL) && clicks(&at, key, modifiers);
    let mut receipt = Receipt::Applied;
    if goes_on && !followed {
        // A listener may have moved the focus; what the key would do there is asked for again.
        let now = target_of_keys(&at);
        match hand.refusal(&now) {
            Some(refusal) if now != at => return refusal,
            _ => receipt = default_action(&at, (key, modifiers), hand),
        }
    }
    send(&at, "keyup", key, modifiers);
    receipt
}

/// Sends a `keypress`, and says whether the browser or the page clicked the element at it: once is enough.
fn clicks(at: &Element, key: &str, modifiers: Modifiers) -> bool {
    let clicked = Rc::new(Cell::new(false));
    let noted = Rc::clone(&clicked);
    let _listening = Listener::capture(at, "click", move |_: web_sys::Event| noted.set(true));
    send(at, "keypress", key, modifiers);
    clicked.get()
}

/// What the browser would do by itself, and what came of it. Where a person's key would do nothing either, nothing is
/// what there is to do.
fn default_action(at: &Element, (key, modifiers): (&str, Modifiers), hand: Hand<'_>) -> Receipt {
    let shift = modifiers.holds(Modifiers::SHIFT);
    match key {
        _ if is_shortcut(modifiers) && key.chars().count() == 1 => shortcut(at, (key, shift), hand),
        "Tab" => {
            moving::focus_next(at, shift);
            Receipt::Applied
        }
        "Escape" => {
            moving::close_topmost(at);
            Receipt::Applied
        }
        "Enter" => enter(at, hand),
        " " => space(at, modifiers, hand),
        "Backspace" | "Delete" => editing::delete(at, key, hand),
        "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" | "Home" | "End" | "PageUp" | "PageDown" => {
            hand.history.moved();
            navigate(at, key, modifiers)
        }
        _ => Receipt::Applied,
    }
}

fn is_shortcut(modifiers: Modifiers) -> bool {
    modifiers.holds(Modifiers::CTRL) || modifiers.holds(Modifiers::META)
}

/// The shortcuts of editing; whatever else the page makes of one it has done at the key's event.
fn shortcut(at: &Element, (key, shift): (&str, bool), hand: Hand<'_>) -> Receipt {
    match key.to_ascii_lowercase().as_str() {
        "a" => editing::select_all(at),
        "c" => editing::copy(at, false, hand),
        "x" => editing::copy(at, true, hand),
        "z" if !shift => editing::undo(at, hand),
        "z" | "y" => editing::redo(at, hand),
        _ => Receipt::Applied,
    }
}

/// Arrows and their like: choices and numbers step, text has a caret, everything else scrolls.
fn navigate(at: &Element, key: &str, modifiers: Modifiers) -> Receipt {
    let vertical = matches!(key, "ArrowUp" | "ArrowDown");
    let pages = matches!(key, "PageUp" | "PageDown");
    match text_host(at) {
        _ if vertical && step(at, key == "ArrowUp") => Receipt::Applied,
        // A field of one line has no pages: the page around it has.
        Some(host) if !(pages && kind::input(&host).is_some()) => caret::go(&host, key, modifiers),
        _ => scrolling::by_key(at, key, modifiers),
    }
}

/// Enter: a line in text, the form's submission from a field (HTML §4.10.22.2), a click on what can be pressed.
fn enter(at: &Element, hand: Hand<'_>) -> Receipt {
    let text = text_host(at).filter(|it| kind::input(it).is_none());
    if let Some(host) = text {
        return match host.local_name().as_str() {
            "textarea" => editing::insert(&host, "\n", hand),
            _ => editing::paragraph(&host, hand),
        };
    }
    if let Some(element) = kind::html(at).filter(|it| it.matches(PRESSED_BY_ENTER).unwrap_or(false)) {
        element.click();
    } else if let Some(input) = kind::input(at) {
        field::notify(at, "change");
        if let Some(form) = input.form() {
            submit(&form, hand);
        }
    }
    Receipt::Applied
}

/// Implicit submission: the default button is clicked; a form without one submits when one field blocks it.
fn submit(form: &HtmlFormElement, hand: Hand<'_>) {
    let button = controls(form).into_iter().find(is_submit);
    match button {
        Some(button) if hand.refusal(&button).is_some() => {}
        Some(button) if button.has_attribute("disabled") => {}
        Some(button) => button.unchecked_into::<HtmlElement>().click(),
        // Fails for a form that is not in the page any more.
        None => drop(form.request_submit()),
    }
}

/// The controls of a form, wherever they stand, in the order of the document.
fn controls(form: &HtmlFormElement) -> Vec<Element> {
    let all = js_sys::Reflect::get(form, &"elements".into()).unwrap_or_default();
    js_sys::Array::from(&all).iter().filter_map(|it| kind::element(it.unchecked_into())).collect()
}

fn is_submit(control: &Element) -> bool {
    let kind = js_sys::Reflect::get(control, &"type".into()).ok().and_then(|it| it.as_string());
    matches!(kind.as_deref(), Some("submit" | "image"))
}

/// Space presses buttons and boxes (HTML §6.4 activation), is a letter in text, and scrolls elsewhere.
fn space(at: &Element, modifiers: Modifiers, hand: Hand<'_>) -> Receipt {
    if let Some(host) = text_host(at) {
        return editing::insert(&host, " ", hand);
    }
    let pressed =
        kind::html(at).filter(|it| matches!(it.local_name().as_str(), "button" | "input" | "summary"));
    match pressed {
        Some(element) => {
            element.click();
            Receipt::Applied
        }
        None => scrolling::by_key(at, " ", modifiers),
    }
}

/// Up and down in numbers and ranges step the value (HTML §4.10.5.4); in selects they choose. Whether it is one.
fn step(at: &Element, up: bool) -> bool {
    if let Some(select) = kind::named::<web_sys::HtmlSelectElement>(at, "select") {
        let next = select.selected_index() + if up { -1 } else { 1 };
        if (0..i32::try_from(select.length()).unwrap_or(i32::MAX)).contains(&next) {
            select.set_selected_index(next);
            field::notify(at, "input");
            field::notify(at, "change");
        }
        return true;
    }
    let Some(input) = kind::input(at).filter(|it| matches!(it.type_().as_str(), "number" | "range")) else {
        return false;
    };
    let name = if up { "stepUp" } else { "stepDown" };
    let step =
        js_sys::Reflect::get(input, &name.into()).ok().and_then(|it| it.dyn_into::<js_sys::Function>().ok());
    if step.is_some_and(|step| step.call0(input).is_ok()) {
        field::notify(at, "input");
        field::notify(at, "change");
    }
    true
}

/// Sends one key event; `false` when the page cancelled it.
fn send(to: &Element, kind: &str, key: &str, modifiers: Modifiers) -> bool {
    let init = KeyboardEventInit::new();
    init.set_bubbles(true);
    init.set_cancelable(true);
    init.set_composed(true);
    init.set_key(key);
    init.set_code(&code_of(key));
    init.set_key_code(key_code(key));
    init.set_view(window_of(to).as_ref());
    init.set_ctrl_key(modifiers.holds(Modifiers::CTRL));
    init.set_shift_key(modifiers.holds(Modifiers::SHIFT));
    init.set_alt_key(modifiers.holds(Modifiers::ALT));
    init.set_meta_key(modifiers.holds(Modifiers::META));
    let event = KeyboardEvent::new_with_keyboard_event_init_dict(kind, &init);
    event.is_ok_and(|event| to.dispatch_event(&event).unwrap_or(true))
}

/// The physical key of a US keyboard, where the key has one (UI Events KeyboardEvent code Values).
fn code_of(key: &str) -> String {
    let mut letters = key.chars();
    match (letters.next(), letters.next()) {
        (Some(' '), None) => "Space".to_owned(),
        (Some(it), None) if it.is_ascii_alphabetic() => format!("Key{}", it.to_ascii_uppercase()),
        (Some(it), None) if it.is_ascii_digit() => format!("Digit{it}"),
        (Some(_), None) | (None, _) => String::new(),
        (Some(_), Some(_)) => key.to_owned(),
    }
}

/// The legacy `keyCode` (UI Events §7.3), which many pages still read.
fn key_code(key: &str) -> u32 {
    match key {
        "Backspace" => 8,
        "Tab" => 9,
        "Enter" => 13,
        "Escape" => 27,
        "PageUp" => 33,
        "PageDown" => 34,
        "End" => 35,
        "Home" => 36,
        "ArrowLeft" => 37,
        "ArrowUp" => 38,
        "ArrowRight" => 39,
        "ArrowDown" => 40,
        "Delete" => 46,
        _ => key
            .chars()
            .next()
            .filter(|_| key.chars().count() == 1)
            .map_or(0, |it| u32::from(it.to_ascii_uppercase())),
    }
}
