//! Tab and Escape: where the focus goes next, and what closes (HTML §6.6.5, §6.5.2).
use web_sys::{Document, Element, HtmlDialogElement};

use super::{field, focus, kind};
use crate::bar::topmost;

/// What Tab stops at, in the order of the document (HTML §6.6.3).
const STOPS: &str = "a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select:not([disabled]), \
    textarea:not([disabled]), summary, [tabindex]:not([tabindex='-1']), [contenteditable]:not([contenteditable=false])";

/// Sequential focus navigation (HTML §6.6.5), without positive tabindexes' own order.
pub(super) fn focus_next(at: &Element, backwards: bool) {
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
    let found = match topmost(document, None) {
        Some(alone) => alone.query_selector_all(STOPS),
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
    let alone = at.owner_document().and_then(|document| topmost(&document, None));
    let Some(dialog) = alone.as_ref().and_then(|it| kind::named::<HtmlDialogElement>(it, "dialog")) else {
        return;
    };
    let init = web_sys::EventInit::new();
    init.set_cancelable(true);
    let cancel = web_sys::Event::new_with_event_init_dict("cancel", &init);
    if cancel.is_ok_and(|event| dialog.dispatch_event(&event).unwrap_or(true)) {
        dialog.close();
    }
}
