//! Keeps the host where nothing covers it: in the top layer, above a page's own modal dialog and fullscreen too.
use std::{
    cell::{Cell, OnceCell},
    rc::Rc,
};

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Document, Element, Event, HtmlElement, MutationObserver};

use crate::{life, listener::Listener};

#[wasm_bindgen(module = "/js/share/top.js")]
extern "C" {
    /// What of the page alone can be used, in shadow trees too; `host` is not looked at.
    pub(crate) fn topmost(document: &Document, host: Option<&HtmlElement>) -> Option<Element>;
    #[wasm_bindgen(catch)]
    fn watch(observer: &MutationObserver, document: &Document, home: &Element) -> Result<(), JsValue>;
    fn opened(records: &Array) -> bool;
    fn stirs(event: &Event, document: &Document, host: &HtmlElement) -> bool;
}

/// What comes into the top layer after the host is above it.
const ABOVE: [&str; 3] = ["toggle", "close", "fullscreenchange"];
/// Told from inside of shadow trees, where nothing else tells that a dialog has opened or closed: it takes the focus, and
/// gives it back. A page that nobody looks at gets no focus; the first press on it comes in time.
const INSIDE: [&str; 3] = ["focusin", "focusout", "pointerdown"];

/// A popover under a page's `showModal()` is dead in every browser: not clickable, not focusable. So while a
/// modal is open the host lives inside the topmost one, and while something fills the screen, inside of that.
pub(super) struct TopLayer {
    inner: Rc<Inner>,
    _listeners: Vec<Listener>,
    _on_change: Closure<dyn FnMut(Array)>,
}

struct Inner {
    document: Document,
    host: HtmlElement,
    shown: Cell<bool>,
    observer: OnceCell<MutationObserver>,
}

impl TopLayer {
    pub(super) fn new(document: &Document, host: &HtmlElement) -> Self {
        // Cannot fail: the attribute's name is valid.
        let _ = host.set_attribute("popover", "manual");
        let inner = Rc::new(Inner {
            document: document.clone(),
            host: host.clone(),
            shown: Cell::new(false),
            observer: OnceCell::new(),
        });
        let hear = |kind, run: fn(&Inner, &Event)| {
            let inner = Rc::clone(&inner);
            Listener::capture(document, kind, move |event: Event| run(&inner, &event))
        };
        let above = ABOVE.map(|kind| hear(kind, Inner::toggled));
        let inside = INSIDE.map(|kind| hear(kind, Inner::stirred));
        let changes = Rc::clone(&inner);
        let on_change = Closure::<dyn FnMut(Array)>::new(move |records: Array| changes.changed(&records));
        let observer = MutationObserver::new(&life::guarded(on_change.as_ref().unchecked_ref()));
        let observer = observer.unwrap_or_else(|_| wasm_bindgen::throw_str("MutationObserver is not there"));
        // It is empty until here.
        let _ = inner.observer.set(observer);
        Self { inner, _listeners: above.into_iter().chain(inside).collect(), _on_change: on_change }
    }

    /// Puts the host on top and keeps it there.
    pub(super) fn enter(&self) -> Result<(), JsValue> {
        self.inner.shown.set(true);
        self.inner.settle();
        self.inner.watch()
    }

    /// Puts the host above whatever came without being heard of.
    pub(super) fn raise(&self) {
        self.inner.raise();
    }

    /// Takes the host out of the page.
    pub(super) fn leave(&self) {
        self.inner.shown.set(false);
        if let Some(observer) = self.inner.observer.get() {
            observer.disconnect();
        }
        self.inner.host.remove();
    }
}

impl Inner {
    /// Our own popover's toggle must not raise it again; what is unfolded in the page is not above it.
    fn toggled(&self, event: &Event) {
        let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let is_below = target.is_some_and(|it| it == *self.host || it.local_name() == "details");
        if !is_below {
            self.raise();
        }
    }

    /// Somebody presses or moves the focus, which they do all the time: asking what is on top would cost each a layout.
    fn stirred(&self, event: &Event) {
        if self.shown.get() && (!self.is_open() || stirs(event, &self.document, &self.host)) {
            self.settle();
        }
    }

    /// Something came, went, opened or closed. Which dialog is on top is asked only where that may have changed: it
    /// costs a layout.
    fn changed(&self, records: &Array) {
        if opened(records) || !self.host.is_connected() || !self.is_open() {
            self.settle();
        }
    }

    /// Puts the host where it belongs, if the page or a modal moved things; else does nothing.
    fn settle(&self) {
        if self.shown.get() && !(self.is_placed(self.home().as_ref()) && self.is_open()) {
            self.raise();
        }
    }

    fn raise(&self) {
        let Some(home) = self.home().filter(|_| self.shown.get()) else { return };
        if !self.is_placed(Some(&home)) {
            if home.append_child(&self.host).is_err() {
                return;
            }
            // What cannot be watched is heard of by events.
            let _ = self.watch();
        }
        // Hidden and shown again, it is the last in the top layer. An older browser has no popovers: there
        // the style's z-index has to do.
        let _ = self.host.hide_popover();
        let _ = self.host.show_popover();
    }

    fn watch(&self) -> Result<(), JsValue> {
        match (self.observer.get(), self.host.parent_element()) {
            (Some(observer), Some(home)) => watch(observer, &self.document, &home),
            _ => Ok(()),
        }
    }

    fn is_placed(&self, home: Option<&Element>) -> bool {
        home.is_some() && self.host.parent_element().as_ref() == home
    }

    fn is_open(&self) -> bool {
        self.host.matches(":popover-open").unwrap_or(true)
    }

    /// The topmost modal dialog or what fills the screen, else the root element.
    fn home(&self) -> Option<Element> {
        topmost(&self.document, Some(&self.host)).or_else(|| self.document.document_element())
    }
}
