//! Since when a question is seen whole, where the browser tells: what lies over it may let the pointer through.
use std::{cell::Cell, rc::Rc};

use js_sys::Function;
use wasm_bindgen::{JsCast, closure::Closure, prelude::wasm_bindgen};
use web_sys::Element;

use crate::life;

#[wasm_bindgen(module = "/js/share/sight.js")]
extern "C" {
    fn tells() -> bool;
    #[wasm_bindgen(js_name = Sight)]
    type Observer;
    #[wasm_bindgen(constructor, js_class = "Sight")]
    fn new(told: &Function) -> Observer;
    #[wasm_bindgen(method)]
    fn follow(this: &Observer, target: Option<&Element>);
}

/// Whether it is seen now, and the time of that.
type Told = Closure<dyn FnMut(bool, f64)>;

/// Looks at one question at a time.
pub(super) struct Sight {
    since: Rc<Cell<Option<f64>>>,
    observer: Option<(Observer, Told)>,
}

impl Sight {
    pub(super) fn new() -> Self {
        let since: Rc<Cell<Option<f64>>> = Rc::default();
        let observer = tells().then(|| {
            let since = Rc::clone(&since);
            let told = Told::new(move |is_seen: bool, at: f64| {
                since.set(if is_seen { since.get().or(Some(at)) } else { None });
            });
            (Observer::new(&life::guarded(told.as_ref().unchecked_ref())), told)
        });
        Self { since, observer }
    }

    /// Another question is shown, or none.
    pub(super) fn follow(&self, question: Option<&Element>) {
        self.since.set(None);
        if let Some((observer, _)) = &self.observer {
            observer.follow(question);
        }
    }

    /// Whether the question has been seen whole since then, milliseconds on the page's clock. A browser that cannot tell
    /// says yes.
    pub(super) fn is_clear_since(&self, then: f64) -> bool {
        self.observer.is_none() || self.since.get().is_some_and(|since| since <= then)
    }
}

impl Drop for Sight {
    fn drop(&mut self) {
        self.follow(None);
    }
}
