//! What happens in the page around the share: the visitor's own hand, and the page's end.
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Document, Event, MouseEvent, MutationObserver, MutationObserverInit};

use super::{Share, clock};
use crate::{life, listener::Listener, words::Language};

/// A resting hand trembles: a mouse that moved less between two events, CSS pixels, says nothing.
const TREMBLE: i32 = 3;

/// The listeners; they go with the share.
pub(super) struct Watch {
    _listeners: Vec<Listener>,
    _language: Following,
}

impl Watch {
    pub(super) fn new(share: &Rc<Share>, document: &Document) -> Result<Self, JsValue> {
        let mut listeners: Vec<Listener> = ["pointerdown", "keydown", "wheel", "touchstart"]
            .map(|kind| {
                let weak = Rc::downgrade(share);
                Listener::capture(document, kind, move |event: Event| {
                    if event.is_trusted() {
                        Share::with(&weak, hands_on);
                    }
                })
            })
            .into();
        let weak = Rc::downgrade(share);
        listeners.push(Listener::capture(document, "mousemove", move |event: MouseEvent| {
            if event.is_trusted() && TREMBLE < event.movement_x().abs() + event.movement_y().abs() {
                Share::with(&weak, hands_on);
            }
        }));
        if let Some(window) = document.default_view() {
            let weak = Rc::downgrade(share);
            listeners.push(Listener::capture(&window, "pagehide", move |_: Event| {
                Share::with(&weak, Share::leave);
            }));
        }
        Ok(Self { _listeners: listeners, _language: Following::language(share, document)? })
    }
}

/// An observer that ends with this value.
struct Following {
    observer: MutationObserver,
    _callback: Closure<dyn FnMut()>,
}

impl Following {
    /// Follows the `lang` of the root element: one attribute of one node.
    fn language(share: &Rc<Share>, document: &Document) -> Result<Self, JsValue> {
        let (weak, page) = (Rc::downgrade(share), document.clone());
        let speak = Closure::<dyn FnMut()>::new(move || {
            Share::with(&weak, |share| share.speak(Language::of_page(&page)))
        });
        let observer = MutationObserver::new(&life::guarded(speak.as_ref().unchecked_ref()))?;
        let only = MutationObserverInit::new();
        only.set_attribute_filter(&js_sys::Array::of1(&"lang".into()));
        if let Some(root) = document.document_element() {
            observer.observe_with_options(&root, &only)?;
        }
        Ok(Self { observer, _callback: speak })
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// While nobody controls the page this costs one comparison inside the session.
fn hands_on(share: &Rc<Share>) {
    share.session.borrow_mut().hands_on(clock::now());
    share.pump();
}
