//! Keeps the host where nothing covers it: in the top layer, above a page's own modal dialog too.
use std::{cell::Cell, rc::Rc};

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Document, Element, Event, HtmlElement, MutationObserver, MutationObserverInit};

use crate::{life, listener::Listener};

/// A popover under a page's `showModal()` is dead in every browser: not clickable, not focusable. So while a
/// modal is open the host lives inside the topmost one.
pub(super) struct TopLayer {
    inner: Rc<Inner>,
    _toggles: [Listener; 2],
    observer: MutationObserver,
    _on_change: Closure<dyn FnMut()>,
}

struct Inner {
    document: Document,
    host: HtmlElement,
    shown: Cell<bool>,
}

impl TopLayer {
    pub(super) fn new(document: &Document, host: &HtmlElement) -> Self {
        // Cannot fail: the attribute's name is valid.
        let _ = host.set_attribute("popover", "manual");
        let inner =
            Rc::new(Inner { document: document.clone(), host: host.clone(), shown: Cell::new(false) });
        let again = |inner: &Rc<Inner>, kind| {
            let inner = Rc::clone(inner);
            Listener::capture(document, kind, move |event: Event| inner.toggled(&event))
        };
        let moved = Rc::clone(&inner);
        let on_change = Closure::<dyn FnMut()>::new(move || moved.settle());
        let observer = MutationObserver::new(&life::guarded(on_change.as_ref().unchecked_ref()));
        Self {
            _toggles: [again(&inner, "toggle"), again(&inner, "close")],
            observer: observer.unwrap_or_else(|_| wasm_bindgen::throw_str("MutationObserver is not there")),
            inner,
            _on_change: on_change,
        }
    }

    /// Puts the host on top and keeps it there.
    pub(super) fn enter(&self) -> Result<(), JsValue> {
        self.inner.shown.set(true);
        self.inner.settle();
        let opened = MutationObserverInit::new();
        opened.set_subtree(true);
        opened.set_attributes(true);
        opened.set_attribute_filter(&js_sys::Array::of1(&"open".into()));
        let Some(element) = self.inner.document.document_element() else { return Ok(()) };
        // Two targets, because children are watched shallowly: a deep watch would cost each change of the page.
        let children = MutationObserverInit::new();
        children.set_child_list(true);
        self.observer.observe_with_options(&self.inner.document, &opened)?;
        self.observer.observe_with_options(&element, &children)
    }

    /// Takes the host out of the page.
    pub(super) fn leave(&self) {
        self.inner.shown.set(false);
        self.observer.disconnect();
        self.inner.host.remove();
    }
}

impl Inner {
    /// Our own popover's toggle must not raise it again.
    fn toggled(&self, event: &Event) {
        let ours =
            event.target().is_some_and(|target| target == *self.host.unchecked_ref::<web_sys::EventTarget>());
        if !ours {
            self.raise();
        }
    }

    /// Puts the host where it belongs, if the page or a modal moved things; else does nothing.
    fn settle(&self) {
        let placed = self.home().is_some_and(|home| {
            self.host.parent_element().is_some_and(|parent| parent.is_same_node(Some(&home)))
        });
        if !placed || !self.is_open() {
            self.raise();
        }
    }

    fn raise(&self) {
        if !self.shown.get() {
            return;
        }
        let Some(home) = self.home() else { return };
        let placed = self.host.parent_element().is_some_and(|parent| parent.is_same_node(Some(&home)));
        if !placed && home.append_child(&self.host).is_err() {
            return;
        }
        // Hidden and shown again, it is the last in the top layer. An older browser has no popovers: there
        // the style's z-index has to do.
        let _ = self.host.hide_popover();
        let _ = self.host.show_popover();
    }

    fn is_open(&self) -> bool {
        self.host.matches(":popover-open").unwrap_or(true)
    }

    /// The topmost modal dialog, else the root element.
    fn home(&self) -> Option<Element> {
        let modals = self.document.query_selector_all("dialog:modal").ok();
        let topmost = modals.and_then(|list| list.length().checked_sub(1).and_then(|last| list.item(last)));
        match topmost {
            Some(modal) => modal.dyn_into().ok(),
            None => self.document.document_element(),
        }
    }
}
