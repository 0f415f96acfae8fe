//! Scrolling: the wheel, and the keys that scroll where nothing else takes them (CSSOM View §6).
use cobrowse_core::command::{Modifiers, Receipt};
use web_sys::{Element, ScrollBehavior, ScrollToOptions, WheelEvent, WheelEventInit};

use super::{Target, path::path, pointer::window_of};

/// CSS pixels of an arrow key.
const LINE: f64 = 40.0;
/// The part of a box that a page key goes by.
const PAGE: f64 = 0.9;
/// Further than any box goes.
const FAR: f64 = 1e7;

/// Sends a wheel event, then scrolls the nearest box that can go that way.
pub(super) fn wheel(target: &Target, dx: f64, dy: f64) -> Receipt {
    let init = WheelEventInit::new();
    init.set_bubbles(true);
    init.set_cancelable(true);
    init.set_composed(true);
    init.set_view(window_of(&target.element).as_ref());
    init.set_delta_x(dx);
    init.set_delta_y(dy);
    init.set_client_x(target.x as i32);
    init.set_client_y(target.y as i32);
    let event = WheelEvent::new_with_event_init_dict("wheel", &init);
    let goes_on = event.is_ok_and(|event| target.element.dispatch_event(&event).unwrap_or(true));
    if goes_on && let Some(found) = scroller(&target.element, dx, dy) {
        scroll(&found, dx, dy);
    }
    Receipt::Applied
}

/// Arrows, Home, End, whole pages and Space where there is no text. At an end nothing moves, as under a person's hand.
pub(super) fn by_key(at: &Element, key: &str, modifiers: Modifiers) -> Receipt {
    let way = |part: f64| {
        let found = scroller(at, 0.0, part);
        found.map(|it| (part * PAGE * f64::from(it.client_height()), it))
    };
    let page = match (key, modifiers.holds(Modifiers::SHIFT)) {
        ("PageUp", _) | (" ", true) => way(-1.0),
        ("PageDown", _) | (" ", false) => way(1.0),
        _ => None,
    };
    let (dx, dy) = match key {
        "ArrowLeft" => (-LINE, 0.0),
        "ArrowRight" => (LINE, 0.0),
        "ArrowUp" => (0.0, -LINE),
        "ArrowDown" => (0.0, LINE),
        "Home" => (0.0, -FAR),
        "End" => (0.0, FAR),
        _ => (0.0, 0.0),
    };
    if let Some((by, found)) = page {
        scroll(&found, 0.0, by);
    } else if let Some(found) = scroller(at, dx, dy) {
        scroll(&found, dx, dy);
    }
    Receipt::Applied
}

/// The nearest box around that can go that way: through shadow roots, and out of frames when they are at their end.
fn scroller(element: &Element, dx: f64, dy: f64) -> Option<Element> {
    let mut at = element.clone();
    loop {
        let document = at.owner_document()?;
        let root = document.scrolling_element();
        let inner = path(&at).find(|it| root.as_ref() != Some(it) && scrolls(it, dx, dy));
        if let Some(found) = inner.or_else(|| root.filter(|root| has_room(root, dx, dy))) {
            return Some(found);
        }
        // Another origin's frame gives no element.
        let frame = document.default_view()?.frame_element().ok()??;
        at = frame;
    }
}

fn scroll(found: &Element, dx: f64, dy: f64) {
    let options = ScrollToOptions::new();
    options.set_left(dx);
    options.set_top(dy);
    options.set_behavior(ScrollBehavior::Instant);
    found.scroll_by_with_scroll_to_options(&options);
}

fn scrolls(element: &Element, dx: f64, dy: f64) -> bool {
    let Some(style) = window_of(element).and_then(|window| window.get_computed_style(element).ok().flatten())
    else {
        return false;
    };
    let may = |property: &str| matches!(style.get_property_value(property).as_deref(), Ok("auto" | "scroll"));
    (may("overflow-y") && has_room(element, 0.0, dy)) || (may("overflow-x") && has_room(element, dx, 0.0))
}

fn has_room(element: &Element, dx: f64, dy: f64) -> bool {
    let room = |delta: f64, at: i32, whole: i32, seen: i32| {
        if delta < 0.0 { at > 0 } else { delta > 0.0 && at + seen < whole - 1 }
    };
    room(dy, element.scroll_top(), element.scroll_height(), element.client_height())
        || room(dx, element.scroll_left(), element.scroll_width(), element.client_width())
}
