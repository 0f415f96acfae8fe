//! What a tab says while another tab of the same visitor is shared.
use std::rc::Rc;

use js_sys::{Array, Function};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::document;
use crate::{
    bar::{Act, Bar, Scene, Strip},
    life::{self, Life},
    words::Language,
};

/// What the loader hands over.
#[wasm_bindgen]
extern "C" {
    /// The configuration object of `elsewhere`.
    pub type Place;
    /// The server's origin.
    #[wasm_bindgen(method, getter)]
    fn server(this: &Place) -> String;
    /// The first names of those who see the other tab.
    #[wasm_bindgen(method, getter)]
    fn names(this: &Place) -> Array;
    /// Called when the visitor wants this tab to be seen instead.
    #[wasm_bindgen(method, getter)]
    fn here(this: &Place) -> Function;
    /// Called with the error when the notice has ended by one of ours.
    #[wasm_bindgen(method, getter)]
    fn fell(this: &Place) -> Function;
}

/// The notice, as long as it is true.
pub struct Elsewhere {
    life: Life,
    _bar: Bar,
}

impl Elsewhere {
    /// Says who sees the other tab, and offers this one.
    ///
    /// # Errors
    /// When the browser refuses the bar.
    pub fn show(place: &Place) -> Result<Self, JsValue> {
        let document = document()?;
        let life = Life::new(&format!("{}/v1/visitor/", place.server()), &place.fell());
        life::falls_with_panics();
        let here = place.here();
        let act: Rc<dyn Fn(Act)> = Rc::new(move |act| {
            if act == Act::Here {
                // What the loader does with it is its own affair.
                let _ = here.call0(&JsValue::NULL);
            }
        });
        let bar = Bar::new(&document, Language::of_page(&document), act)?;
        life.holds("bar", bar.host(), "remove");
        let names = place.names().iter().filter_map(|name| name.as_string()).collect();
        bar.show(Scene { card: None, strip: Some(Strip::Elsewhere(names)) })?;
        Ok(Self { life, _bar: bar })
    }

    /// Takes it away.
    pub fn close(&self) {
        self.life.end();
    }
}
