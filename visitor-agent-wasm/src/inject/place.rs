//! Where keys go: the page's own focus first, for the agent's idea of it is as old as the view.
use cobrowse_core::command::Receipt;
use web_sys::Element;

use super::{May, field, history::History, kind};

/// What the hand that acts has with it.
#[derive(Clone, Copy)]
pub(super) struct Hand<'a> {
    /// Why it may not use an element.
    pub(super) may: May<'a>,
    /// What it has edited.
    pub(super) history: &'a History,
}

impl Hand<'_> {
    /// Why it may not use an element, if it may not.
    pub(super) fn refusal(&self, element: &Element) -> Option<Receipt> {
        (self.may)(element)
    }
}

/// The field or editing host that takes what is typed.
pub(super) fn text_host(element: &Element) -> Option<Element> {
    if field::takes_text(element) {
        return Some(element.clone());
    }
    element.closest("[contenteditable]:not([contenteditable=false])").ok().flatten()
}

/// Where the focus is: a closed root tells its own alone, everything else is told from the page's top.
pub(super) fn focused(element: &Element) -> Option<Element> {
    let own = kind::shadow_root(element.get_root_node()).and_then(|root| root.active_element());
    own.or_else(kind::focused)
}

/// The focused field, if it takes text; else the element itself.
pub(super) fn active(element: &Element) -> Element {
    focused(element).and_then(|it| text_host(&it)).unwrap_or_else(|| element.clone())
}

pub(super) fn is_active(element: &Element) -> bool {
    focused(element).is_some_and(|it| it == *element)
}

/// Keys go to the focused element (UI Events §3.7); the anchor names the one that the agent meant.
pub(super) fn target_of_keys(element: &Element) -> Element {
    match focused(element) {
        Some(active) if active.local_name() != "body" && active.local_name() != "html" => active,
        _ => element.clone(),
    }
}
