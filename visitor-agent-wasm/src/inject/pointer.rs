//! Pointer and mouse events in the browser's order (UI Events §3.3.4, Pointer Events §11).
use cobrowse_core::command::{Button, Modifiers, Receipt};
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent, MouseEventInit, PointerEvent, PointerEventInit, Url, Window};

use super::{May, Target, field, focus, kind};

/// The pointer id of the agent's hand; the browser's own begin at 1 and stay small.
const POINTER: i32 = 7401;

const XLINK: &str = "http://www.w3.org/1999/xlink";

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
    let (old, new) = (before.map(chain).unwrap_or_default(), chain(&target.element));
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

/// The element and what is around it, innermost first, through shadow roots.
pub(super) fn chain(element: &Element) -> Vec<Element> {
    std::iter::successors(Some(element.clone()), |it| {
        it.parent_element().or_else(|| kind::shadow_root(it.get_root_node()).map(|root| root.host()))
    })
    .collect()
}

/// Presses and releases a button: the `count`-th press at this place (UI Events, `detail`).
pub(super) fn click(
    target: &Target,
    button: Button,
    (count, modifiers): (u8, Modifiers),
    may: May<'_>,
) -> Receipt {
    // A label's click goes on to its control.
    let reaches = labelled(&target.element).and_then(|control| may(&control));
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
            send(target, "click", press);
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

/// What a script may not do, or must not: file pickers, new windows, other sites, scripts in addresses.
pub(super) fn refused(element: &Element) -> Option<Receipt> {
    let control = labelled(element).unwrap_or_else(|| element.clone());
    if kind::input(&control).is_some_and(|input| input.type_() == "file") {
        return Some(Receipt::Refused);
    }
    let link = around(element, "a, area")?;
    let href = link.get_attribute("href").or_else(|| link.get_attribute_ns(Some(XLINK), "href"))?;
    let base = link.base_uri().ok().flatten()?;
    let here = window_of(element)?.location().origin().ok()?;
    let same_site = Url::new_with_base(&href, &base).is_ok_and(|url| url.origin() == here);
    let target = link.get_attribute("target").unwrap_or_default().to_ascii_lowercase();
    let elsewhere = !same_site || !matches!(target.as_str(), "" | "_self" | "_top" | "_parent");
    (elsewhere || link.has_attribute("download")).then_some(Receipt::Refused)
}

/// The nearest element around that matches, through shadow roots: a click goes up there, too.
fn around(element: &Element, selector: &str) -> Option<Element> {
    let mut at = element.clone();
    loop {
        if let Some(found) = at.closest(selector).ok().flatten() {
            return Some(found);
        }
        at = kind::shadow_root(at.get_root_node())?.host();
    }
}

/// The control of the label around the element.
fn labelled(element: &Element) -> Option<Element> {
    let label = element.closest("label").ok().flatten()?;
    kind::named::<web_sys::HtmlLabelElement>(&label, "label")?.control().map(JsCast::unchecked_into)
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
