//! Pointer and mouse events in the browser's order (UI Events §3.3.4, Pointer Events §11).
use cobrowse_core::command::{Button, Modifiers, Receipt};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, MouseEvent, MouseEventInit, PointerEvent, PointerEventInit, Window};

use super::{
    May, Target, field, focus, kind,
    path::{is_activated, labelled, path, refused},
};
use crate::life;

/// The pointer id of the agent's hand; the browser's own begin at 1 and stay small.
const POINTER: i32 = 7401;

/// Moves the hand over the target. Gecko tells all of the pointer before anything of the mouse, every other engine tells
/// both of what is left and entered before the move.
pub(super) fn hover(target: &Target, before: Option<&Element>) {
    let crosses = |family: &str| {
        if before.is_none_or(|before| *before != target.element) {
            cross(target, before, family);
        }
    };
    crosses("pointer");
    if kind::is_gecko(&target.element) {
        send(target, "pointermove", &Press::none());
        crosses("mouse");
    } else {
        crosses("mouse");
        send(target, "pointermove", &Press::none());
    }
    send(target, "mousemove", &Press::none());
}

/// The way of one kind of events out of what was under the hand, and into the target: only the elements that the
/// other has not around it are left and entered. Each side is told of the other, unless it is of another document.
fn cross(target: &Target, before: Option<&Element>, family: &str) {
    let old: Vec<_> = before.into_iter().flat_map(path).collect();
    let new: Vec<_> = path(&target.element).collect();
    let before = before.filter(|before| before.owner_document() == target.element.owner_document());
    let to = |element: &Element, way: &str, other: Option<&Element>| {
        dispatch(target, element, (format!("{family}{way}").as_str(), other), &Press::none());
    };
    let there = before.and(Some(&target.element));
    if let Some(left) = old.first() {
        to(left, "out", there);
    }
    for element in old.iter().filter(|it| !new.contains(it)) {
        to(element, "leave", there);
    }
    to(&target.element, "over", before);
    for element in new.iter().rev().filter(|it| !old.contains(it)) {
        to(element, "enter", before);
    }
}

/// Presses and releases a button: the `count`-th press at this place (UI Events, `detail`).
pub(super) fn click(
    target: &Target,
    button: Button,
    (count, modifiers): (u8, Modifiers),
    may: May<'_>,
) -> Receipt {
    let reaches = labelled(&target.element).find_map(|control| may(&control));
    if let Some(refusal) = reaches.or_else(|| refused(&target.element)) {
        return refusal;
    }
    let of_mouse = press(target, &Press { button, count, modifiers, down: true });
    release(target, &Press { button, count, modifiers, down: false }, of_mouse);
    Receipt::Applied
}

/// Whether the mouse's own events go along: a cancelled pointerdown suppresses those (Pointer Events §11), but neither
/// the click nor the menu.
fn press(target: &Target, press: &Press) -> bool {
    let element = &target.element;
    let of_mouse = send(target, "pointerdown", press);
    // The default action of mousedown is the focus (HTML §6.6.4), and the caret in a field.
    if of_mouse && send(target, "mousedown", press) && press.button == Button::Main {
        match focusable(element) {
            Some(it) => {
                focus(&it);
                field::place_caret(&it, press.count);
            }
            None => blur_active(element),
        }
    }
    if press.button == Button::Secondary && !menus_at_release(element) {
        send(target, "contextmenu", press);
    }
    of_mouse
}

/// Windows opens a context menu when the button comes up, every other system when it goes down.
fn menus_at_release(element: &Element) -> bool {
    let platform = window_of(element).and_then(|window| window.navigator().platform().ok());
    platform.is_some_and(|it| it.starts_with("Win"))
}

fn release(target: &Target, press: &Press, of_mouse: bool) {
    let element = &target.element;
    send(target, "pointerup", press);
    if of_mouse {
        send(target, "mouseup", press);
    }
    match press.button {
        Button::Main => {
            send_click(target, press);
            if press.count == 2 {
                send(target, "dblclick", press);
            }
        }
        Button::Auxiliary => drop(send(target, "auxclick", press)),
        Button::Secondary => {
            send(target, "auxclick", press);
            if menus_at_release(element) {
                send(target, "contextmenu", press);
            }
        }
    }
}

/// Sends a click. A closed shadow tree tells nobody what it has around what it slots, and that may be a link to another
/// site: where nothing that is known would be activated, nothing is, once the page's own listeners have had the click.
fn send_click(target: &Target, press: &Press) {
    let Some(event) = event(target, ("click", None), press) else { return };
    let window = window_of(&target.element).filter(|_| !is_activated(&target.element));
    let ours = JsValue::from(event.clone());
    // What a listener of the page clicks in turn comes by, too, and is the page's own affair.
    let inert = Closure::<dyn Fn(Event)>::new(move |it: Event| {
        if *AsRef::<JsValue>::as_ref(&it) == ours {
            it.prevent_default();
        }
    });
    let inert = life::guarded(inert.as_ref().unchecked_ref());
    if let Some(window) = &window {
        // Neither fails for a window that is there.
        let _ = window.add_event_listener_with_callback("click", &inert);
    }
    let _ = target.element.dispatch_event(&event);
    if let Some(window) = &window {
        let _ = window.remove_event_listener_with_callback("click", &inert);
    }
}

fn focusable(element: &Element) -> Option<Element> {
    let label = element.closest("label").ok().flatten();
    if label.is_some_and(|label| !label.contains(Some(element)) || label == *element) {
        return None;
    }
    element
        .closest("a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]:not([contenteditable=false]), iframe")
        .ok()
        .flatten()
        .filter(|it| !it.has_attribute("disabled"))
}

fn blur_active(element: &Element) {
    let active = element.owner_document().and_then(|document| document.active_element());
    if let Some(active) = active.as_ref().and_then(kind::html) {
        // Fails only for elements whose document is gone.
        let _ = active.blur();
    }
}

/// The buttons and keys of one event.
struct Press {
    button: Button,
    count: u8,
    modifiers: Modifiers,
    down: bool,
}

impl Press {
    fn none() -> Self {
        Self { button: Button::Main, count: 0, modifiers: Modifiers::default(), down: false }
    }

    const fn button(&self) -> i16 {
        match self.button {
            Button::Main => 0,
            Button::Auxiliary => 1,
            Button::Secondary => 2,
        }
    }

    const fn buttons(&self) -> u16 {
        match (self.down, self.button) {
            (false, _) => 0,
            (true, Button::Main) => 1,
            (true, Button::Auxiliary) => 4,
            (true, Button::Secondary) => 2,
        }
    }
}

/// Sends one event to the target; `false` when the page cancelled it.
fn send(target: &Target, kind: &str, press: &Press) -> bool {
    dispatch(target, &target.element, (kind, None), press)
}

/// Sends one event, which tells where the hand came from or goes to.
fn dispatch(target: &Target, to: &Element, (kind, other): (&str, Option<&Element>), press: &Press) -> bool {
    let event = event(target, (kind, other), press);
    event.is_none_or(|event| to.dispatch_event(&event).unwrap_or(true))
}

/// A mouse's event, or a pointer's, which those of a whole press are too (Pointer Events §11.3).
fn event(target: &Target, (kind, other): (&str, Option<&Element>), press: &Press) -> Option<MouseEvent> {
    let of_pointer = kind.starts_with("pointer");
    let of_crossing = kind.ends_with("enter") || kind.ends_with("leave");
    let of_press = matches!(kind, "pointerdown" | "pointerup");
    let init = PointerEventInit::new();
    init.set_bubbles(!of_crossing);
    init.set_cancelable(!of_crossing);
    init.set_composed(!of_crossing);
    init.set_view(window_of(&target.element).as_ref());
    init.set_related_target(other.map(JsCast::unchecked_ref));
    init.set_pointer_id(POINTER);
    init.set_pointer_type("mouse");
    init.set_is_primary(true);
    init.set_pressure(if press.down { 0.5 } else { 0.0 });
    let counts = !of_pointer && (kind != "contextmenu" || kind::is_gecko(&target.element));
    init.set_detail(if counts { press.count.into() } else { 0 });
    init.set_button(if of_pointer && !of_press { -1 } else { press.button() });
    init.set_buttons(press.buttons());
    init.set_client_x(target.x as i32);
    init.set_client_y(target.y as i32);
    init.set_ctrl_key(press.modifiers.holds(Modifiers::CTRL));
    init.set_shift_key(press.modifiers.holds(Modifiers::SHIFT));
    init.set_alt_key(press.modifiers.holds(Modifiers::ALT));
    init.set_meta_key(press.modifiers.holds(Modifiers::META));
    if of_pointer || matches!(kind, "click" | "auxclick" | "contextmenu") {
        PointerEvent::new_with_event_init_dict(kind, &init).ok().map(JsCast::unchecked_into)
    } else {
        MouseEvent::new_with_mouse_event_init_dict(kind, init.unchecked_ref::<MouseEventInit>()).ok()
    }
}

pub(super) fn window_of(element: &Element) -> Option<Window> {
    element.owner_document().and_then(|document| document.default_view())
}
