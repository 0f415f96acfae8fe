//! Keys: the events in order (UI Events §3.7.5), and the default actions that untrusted keys do not have.
use std::{cell::Cell, rc::Rc};

use cobrowse_core::command::{Modifiers, Receipt};
use wasm_bindgen::JsCast;
use web_sys::{
    Document, Element, HtmlDialogElement, HtmlElement, HtmlFormElement, HtmlTextAreaElement, KeyboardEvent,
    KeyboardEventInit,
};

use super::{
    May, field, focus, kind,
    pointer::{refused, window_of},
};
use crate::listener::Listener;

/// What Tab stops at, in the order of the document (HTML §6.6.3).
const STOPS: &str = "a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select:not([disabled]), \
    textarea:not([disabled]), summary, [tabindex]:not([tabindex='-1']), [contenteditable]:not([contenteditable=false])";

/// Types text, key by key, where the page's focus is (UI Events §3.7): the agent's own idea of it is as old as
/// the view. The anchor counts when nothing that takes text is focused.
pub(super) fn type_text(element: &Element, text: &str, may: May<'_>) -> Receipt {
    let focused = focused(element).and_then(|it| text_host(&it));
    let Some(element) = focused.or_else(|| text_host(element)) else {
        // A space typed on a button is the key that presses it.
        return if text == " " { press(element, text, Modifiers::default(), may) } else { Receipt::NoTarget };
    };
    if let Some(refusal) = may(&element) {
        return refusal;
    }
    if !is_active(&element) {
        focus(&element);
        field::place_caret(&element, 1);
    }
    for character in text.chars() {
        // A page may move the focus in a key's listener; the next key goes there, if it takes text and is no secret.
        let key = character.to_string();
        let at = active(&element);
        if let Some(refusal) = may(&at) {
            return refusal;
        }
        if send(&at, "keydown", &key, Modifiers::default())
            && send(&at, "keypress", &key, Modifiers::default())
        {
            // A listener may have moved the focus: the letter would go there.
            let now = active(&at);
            if let Some(refusal) = may(&now) {
                return refusal;
            }
            insert(&now, &key);
        }
        send(&at, "keyup", &key, Modifiers::default());
    }
    Receipt::Applied
}

/// The field or editing host that takes what is typed.
fn text_host(element: &Element) -> Option<Element> {
    if field::takes_text(element) {
        return Some(element.clone());
    }
    element.closest("[contenteditable]:not([contenteditable=false])").ok().flatten()
}

/// Where the focus is: a closed root tells its own alone, everything else is told from the page's top.
fn focused(element: &Element) -> Option<Element> {
    let own = kind::shadow_root(element.get_root_node()).and_then(|root| root.active_element());
    own.or_else(kind::focused)
}

/// The focused field, if it takes text; else the element itself.
fn active(element: &Element) -> Element {
    focused(element).and_then(|it| text_host(&it)).unwrap_or_else(|| element.clone())
}

fn is_active(element: &Element) -> bool {
    focused(element).is_some_and(|it| it == *element)
}

/// Inserts text at the caret. The editing command fires `beforeinput` and `input` itself, keeps the page's
/// undo, and frameworks see it.
fn insert(element: &Element, text: &str) {
    // The command goes where the focus is, whatever element is asked.
    let done = is_active(element) && command(element, "insertText", text);
    if !done && field::takes_text(element) {
        let whole = field::text_of(element) + text;
        if field::native_set(element, &whole).is_ok() {
            field::notify(element, "input");
        }
    }
}

fn command(element: &Element, name: &str, value: &str) -> bool {
    let document = element.owner_document().map(JsCast::unchecked_into::<web_sys::HtmlDocument>);
    document.is_some_and(|it| it.exec_command_with_show_ui_and_value(name, false, value).unwrap_or(false))
}

/// Presses and releases one key.
pub(super) fn press(element: &Element, key: &str, modifiers: Modifiers, may: May<'_>) -> Receipt {
    let at = target_of_keys(element);
    if let Some(refusal) = may(&at) {
        // Tab leads out of a field that only the visitor may fill.
        if key == "Tab" {
            move_focus(&at, modifiers.holds(Modifiers::SHIFT));
        }
        return if key == "Tab" { Receipt::Applied } else { refusal };
    }
    // Firefox follows a link at a key's event, even one that a script made: there is none for what is refused.
    if let Some(refusal) = refused(&at).filter(|_| matches!(key, "Enter" | " ")) {
        return refusal;
    }
    let goes_on = send(&at, "keydown", key, modifiers);
    let is_pressed = key == "Enter" || key.chars().count() == 1;
    let followed = goes_on && is_pressed && !modifiers.holds(Modifiers::CTRL) && clicks(&at, key, modifiers);
    if goes_on && !followed {
        // A listener may have moved the focus; what the key would do there is asked for again.
        let now = target_of_keys(&at);
        match may(&now) {
            Some(refusal) if now != at => return refusal,
            _ => default_action(&at, (key, modifiers), may),
        }
    }
    send(&at, "keyup", key, modifiers);
    Receipt::Applied
}

/// Sends a `keypress`, and says whether the browser or the page clicked the element at it: once is enough.
fn clicks(at: &Element, key: &str, modifiers: Modifiers) -> bool {
    let clicked = Rc::new(Cell::new(false));
    let noted = Rc::clone(&clicked);
    let _listening = Listener::capture(at, "click", move |_: web_sys::Event| noted.set(true));
    send(at, "keypress", key, modifiers);
    clicked.get()
}

/// Keys go to the focused element (UI Events §3.7); the anchor names the one that the agent meant.
fn target_of_keys(element: &Element) -> Element {
    match focused(element) {
        Some(active) if active.local_name() != "body" && active.local_name() != "html" => active,
        _ => element.clone(),
    }
}

fn default_action(at: &Element, (key, modifiers): (&str, Modifiers), may: May<'_>) {
    let shortcut = modifiers.holds(Modifiers::CTRL) || modifiers.holds(Modifiers::META);
    match key {
        "a" | "A" if shortcut => select_all(at),
        "Tab" => move_focus(at, modifiers.holds(Modifiers::SHIFT)),
        "Enter" => enter(at, may),
        " " => space(at),
        "Escape" => escape(at),
        // Within a closed root somebody else has the focus, and would be edited.
        "Backspace" | "Delete" if text_host(at).is_none() => {}
        "Backspace" => drop(command(at, "delete", "")),
        "Delete" => drop(command(at, "forwardDelete", "")),
        "ArrowLeft" | "ArrowRight" | "Home" | "End" => move_caret(at, key, modifiers.holds(Modifiers::SHIFT)),
        "ArrowUp" | "ArrowDown" => step(at, key == "ArrowUp"),
        _ => {}
    }
}

fn select_all(at: &Element) {
    if field::takes_text(at) {
        field::select_all(at);
    } else {
        command(at, "selectAll", "");
    }
}

/// Sequential focus navigation (HTML §6.6.5), without positive tabindexes' own order.
fn move_focus(at: &Element, backwards: bool) {
    let Some(document) = at.owner_document() else { return };
    let stops = visible_stops(&document);
    let here = stops.iter().position(|it| it == at);
    let next = match (here, backwards) {
        (Some(index), false) => stops.get(index + 1).or(stops.first()),
        (Some(index), true) => index.checked_sub(1).and_then(|it| stops.get(it)).or(stops.last()),
        (None, false) => stops.first(),
        (None, true) => stops.last(),
    };
    if let Some(next) = next {
        focus(next);
        if field::takes_text(next) {
            field::select_all(next);
        }
    }
}

fn visible_stops(document: &Document) -> Vec<Element> {
    let modal = document.query_selector("dialog:modal").ok().flatten();
    let found = match &modal {
        Some(modal) => modal.query_selector_all(STOPS),
        None => document.query_selector_all(STOPS),
    };
    let Ok(found) = found else { return Vec::new() };
    (0..found.length())
        .filter_map(|index| kind::element(found.item(index)?))
        .filter(|it| it.get_client_rects().length() > 0)
        .collect()
}

/// Enter: a line in text, the form's submission from a field (HTML §4.10.22.2), a click elsewhere.
fn enter(at: &Element, may: May<'_>) {
    if kind::named::<HtmlTextAreaElement>(at, "textarea").is_some() {
        insert(at, "\n");
    } else if at.closest("[contenteditable]:not([contenteditable=false])").ok().flatten().is_some() {
        command(at, "insertParagraph", "");
    } else if let Some(input) = kind::input(at) {
        field::notify(at, "change");
        if let Some(form) = input.form() {
            submit(&form, may);
        }
    } else if let Some(element) = kind::html(at) {
        element.click();
    }
}

/// Implicit submission: the default button is clicked; a form without one submits when one field blocks it.
fn submit(form: &HtmlFormElement, may: May<'_>) {
    let button = controls(form).into_iter().find(is_submit);
    match button {
        Some(button) if may(&button).is_some() => {}
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

/// Space presses buttons and boxes (HTML §6.4 activation), and is a letter elsewhere.
fn space(at: &Element) {
    if text_host(at).is_some() {
        insert(at, " ");
        return;
    }
    let pressed =
        kind::html(at).filter(|it| matches!(it.local_name().as_str(), "button" | "input" | "summary"));
    if let Some(element) = pressed {
        element.click();
    }
}

/// A close request to the topmost dialog (HTML §6.5.2): cancel first, then close.
fn escape(at: &Element) {
    let Some(document) = at.owner_document() else { return };
    let Ok(modals) = document.query_selector_all("dialog:modal") else { return };
    let last = modals.length().checked_sub(1).and_then(|last| modals.item(last));
    let Some(dialog) = last.map(JsCast::unchecked_into::<HtmlDialogElement>) else { return };
    let init = web_sys::EventInit::new();
    init.set_cancelable(true);
    let cancel = web_sys::Event::new_with_event_init_dict("cancel", &init);
    if cancel.is_ok_and(|event| dialog.dispatch_event(&event).unwrap_or(true)) {
        dialog.close();
    }
}

/// Moves the caret in a field, or the selection elsewhere.
fn move_caret(at: &Element, key: &str, extend: bool) {
    let (direction, unit) = match key {
        "ArrowLeft" => ("backward", "character"),
        "ArrowRight" => ("forward", "character"),
        "Home" => ("backward", "lineboundary"),
        _ => ("forward", "lineboundary"),
    };
    // `Selection.modify` moves the caret inside text fields too, in every engine.
    let Some(selection) = window_of(at).and_then(|window| window.get_selection().ok().flatten()) else {
        return;
    };
    let modify = js_sys::Reflect::get(&selection, &"modify".into())
        .ok()
        .and_then(|it| it.dyn_into::<js_sys::Function>().ok());
    if let Some(modify) = modify {
        let alter = if extend { "extend" } else { "move" };
        // Throws only for words that are not in the list above.
        let _ = modify.call3(&selection, &alter.into(), &direction.into(), &unit.into());
    }
}

/// Up and down in numbers and ranges step the value (HTML §4.10.5.4); in selects they choose.
fn step(at: &Element, up: bool) {
    if let Some(select) = kind::named::<web_sys::HtmlSelectElement>(at, "select") {
        let next = select.selected_index() + if up { -1 } else { 1 };
        if (0..i32::try_from(select.length()).unwrap_or(i32::MAX)).contains(&next) {
            select.set_selected_index(next);
            field::notify(at, "input");
            field::notify(at, "change");
        }
    } else if let Some(input) = kind::input(at).filter(|it| matches!(it.type_().as_str(), "number" | "range"))
    {
        let name = if up { "stepUp" } else { "stepDown" };
        let step = js_sys::Reflect::get(input, &name.into())
            .ok()
            .and_then(|it| it.dyn_into::<js_sys::Function>().ok());
        if step.is_some_and(|step| step.call0(input).is_ok()) {
            field::notify(at, "input");
            field::notify(at, "change");
        }
    }
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
