//! Tab and Escape: where the focus goes next, and what closes (HTML §6.6.5, §6.5.2).
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlDialogElement};

use super::{field, focus, kind};

/// What Tab stops at, in the order of the document (HTML §6.6.3).
const STOPS: &str = "a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select:not([disabled]), \
    textarea:not([disabled]), summary, [tabindex]:not([tabindex='-1']), [contenteditable]:not([contenteditable=false])";

/// Where a modal dialog is looked for: something of ours may lie over its middle.
const LOOKS: [(f64, f64); 5] = [(0.5, 0.5), (0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)];

/// Sequential focus navigation (HTML §6.6.5), without positive tabindexes' own order.
pub(super) fn focus_next(at: &Element, backwards: bool) {
    let Some(document) = at.owner_document() else { return };
    let stops = visible_stops(&document, at);
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

fn visible_stops(document: &Document, at: &Element) -> Vec<Element> {
    let found = match topmost_modal(document, at) {
        Some(modal) => modal.query_selector_all(STOPS),
        None => document.query_selector_all(STOPS),
    };
    let Ok(found) = found else { return Vec::new() };
    (0..found.length())
        .filter_map(|index| kind::element(found.item(index)?))
        .filter(|it| it.get_client_rects().length() > 0)
        .collect()
}

/// A close request to the topmost dialog (HTML §6.5.2): cancel first, then close.
pub(super) fn close_topmost(at: &Element) {
    let modal = at.owner_document().and_then(|document| topmost_modal(&document, at));
    let Some(dialog) = modal.map(JsCast::unchecked_into::<HtmlDialogElement>) else { return };
    let init = web_sys::EventInit::new();
    init.set_cancelable(true);
    let cancel = web_sys::Event::new_with_event_init_dict("cancel", &init);
    if cancel.is_ok_and(|event| dialog.dispatch_event(&event).unwrap_or(true)) {
        dialog.close();
    }
}

/// The modal dialog that was opened last, wherever it stands in the document: everything outside of it is inert, so
/// the focus can be nowhere else, and neither can what is found at a place.
fn topmost_modal(document: &Document, at: &Element) -> Option<Element> {
    let modals = document.query_selector_all("dialog:modal").ok()?;
    let modals: Vec<Element> =
        (0..modals.length()).filter_map(|index| kind::element(modals.item(index)?)).collect();
    if modals.len() <= 1 {
        return modals.into_iter().next();
    }
    let focused = document.active_element().filter(|it| it.local_name() != "body");
    let focused = focused.as_ref().unwrap_or(at).closest("dialog:modal").ok().flatten();
    focused
        .or_else(|| modals.iter().rev().find(|it| is_reached(document, it)).cloned())
        .or(modals.last().cloned())
}

/// Whether the dialog itself is found where it is.
fn is_reached(document: &Document, modal: &Element) -> bool {
    let rect = modal.get_bounding_client_rect();
    LOOKS.into_iter().any(|(x, y)| {
        let (x, y) = (rect.left() + rect.width() * x, rect.top() + rect.height() * y);
        let found = document.element_from_point(x as f32, y as f32);
        found.and_then(|it| it.closest("dialog:modal").ok().flatten()).as_ref() == Some(modal)
    })
}
