//! Told when elements get another size.
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{Element, ResizeObserver};

/// Watches until dropped.
pub struct Sizes {
    observer: ResizeObserver,
    _closure: Closure<dyn FnMut()>,
}

impl Sizes {
    /// Calls `told` before the paint that shows another size, and once at the beginning; `None` in a browser that
    /// cannot watch.
    pub fn watch(told: impl Fn() + 'static) -> Option<Self> {
        let closure = Closure::<dyn FnMut()>::new(told);
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        Some(Self { observer, _closure: closure })
    }

    /// One more.
    pub fn add(&self, element: &Element) {
        self.observer.observe(element);
    }
}

impl Drop for Sizes {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
