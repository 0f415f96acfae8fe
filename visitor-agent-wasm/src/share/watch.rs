//! What happens in the page around the share: the visitor's own hand, and the page's end.
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Document, Event, MutationObserver, MutationObserverInit};

use super::{Act, Share, clock};
use crate::{life, listener::Listener, words::Language};

#[wasm_bindgen(module = "/js/share/hand.js")]
extern "C" {
    /// The visitor's hand, on the page and in its frames.
    type Hand;
    #[wasm_bindgen(constructor)]
    fn new(document: &Document, acts: &Function) -> Hand;
    #[wasm_bindgen(method)]
    fn follow(this: &Hand, document: &Document);
    #[wasm_bindgen(method)]
    fn stop(this: &Hand);
}

/// The listeners; they go with the share.
pub(super) struct Watch {
    hand: Hand,
    _acts: Closure<dyn Fn(bool, f64)>,
    _end: Option<Listener>,
    _language: Following,
}

impl Watch {
    pub(super) fn new(share: &Rc<Share>, document: &Document) -> Result<Self, JsValue> {
        let weak = Rc::downgrade(share);
        let acts = Closure::<dyn Fn(bool, f64)>::new(move |is_escape: bool, at: f64| {
            Share::with(&weak, |share| hand_acts(share, is_escape, at));
        });
        let hand = Hand::new(document, acts.as_ref().unchecked_ref());
        share.life.holds("hand", &hand, "stop");
        let end = document.default_view().map(|window| {
            let weak = Rc::downgrade(share);
            Listener::capture(&window, "pagehide", move |_: Event| Share::with(&weak, Share::leave))
        });
        Ok(Self { hand, _acts: acts, _end: end, _language: Following::language(share, document)? })
    }

    /// The page has this document, too: in a frame that stands where nothing else is told of it.
    pub(super) fn follow(&self, document: &Document) {
        self.hand.follow(document);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.hand.stop();
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

/// While nobody controls the page this costs one comparison inside the session. `at` is when it was, milliseconds.
fn hand_acts(share: &Rc<Share>, is_escape: bool, at: f64) {
    // Some browsers trust what an edit of the agent's hand brings about.
    if share.applying.get() {
        return;
    }
    share.session.borrow_mut().hands_on(clock::now());
    share.pump();
    if is_escape && share.bar.is_second_escape(at) {
        share.act(Act::Stop);
    }
}
