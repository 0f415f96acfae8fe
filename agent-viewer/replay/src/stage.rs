//! The border to JavaScript: what is shown, in one object.
use js_sys::{Float64Array, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlIFrameElement};

// The stage imports its sisters by their paths, so each of them has to be shipped beside it.
macro_rules! shipped {
    ($($file:literal $name:ident),* $(,)?) => {$(
        #[wasm_bindgen(module = $file)]
        extern "C" {
            #[wasm_bindgen(js_name = $name)]
            type $name;
        }
    )*};
}
shipped! {
    "/js/assets.js" Assets,
    "/js/choices.js" Choices,
    "/js/page.js" Page,
    "/js/pointer.js" Pointer,
    "/js/properties.js" Properties,
    "/js/sheets.js" Sheets,
}

#[wasm_bindgen(module = "/js/element.js")]
extern "C" {
    #[wasm_bindgen(js_name = raise)]
    fn top_layer();
}

#[wasm_bindgen(module = "/js/geometry.js")]
extern "C" {
    #[wasm_bindgen(js_name = place)]
    fn geometry();
}

#[wasm_bindgen(module = "/js/seal.js")]
extern "C" {
    #[wasm_bindgen(js_name = sealedFrame)]
    fn sealed_frame();
}

#[wasm_bindgen(module = "/js/stage.js")]
extern "C" {
    /// What a container shows.
    pub type Stage;

    #[wasm_bindgen(constructor)]
    pub fn new(container: &HtmlElement) -> Stage;

    #[wasm_bindgen(method)]
    pub fn begin(this: &Stage, epoch: u32, doctype: Vec<String>, mode: &str);
    #[wasm_bindgen(method)]
    pub fn apply(this: &Stage, epoch: u32, words: &[u32], lengths: &[u32], text: &str);
    #[wasm_bindgen(method)]
    pub fn finish(this: &Stage);
    #[wasm_bindgen(method)]
    pub fn abandon(this: &Stage);
    #[wasm_bindgen(method)]
    pub fn asset(this: &Stage, hash: &str, mime: &str, bytes: &[u8]);
    #[wasm_bindgen(method, js_name = assetFailed)]
    pub fn asset_failed(this: &Stage, hash: &str);
    #[wasm_bindgen(method)]
    pub fn heard(this: &Stage);
    #[wasm_bindgen(method)]
    pub fn close(this: &Stage);

    #[wasm_bindgen(method)]
    pub fn scroll(this: &Stage, node: u32, x: f32, y: f32);
    #[wasm_bindgen(method)]
    pub fn point(this: &Stage, epoch: u32, node: u32, part: &[f32], page: &[f32], buttons: u8) -> bool;
    #[wasm_bindgen(method, js_name = hidePointer)]
    pub fn hide_pointer(this: &Stage);
    #[wasm_bindgen(method)]
    pub fn label(this: &Stage, name: &str);

    #[wasm_bindgen(method)]
    pub fn scale(this: &Stage, scale: f64);
    #[wasm_bindgen(method)]
    pub fn follow(this: &Stage, follows: bool);
    #[wasm_bindgen(method)]
    pub fn look(this: &Stage, x: f64, y: f64, dx: f64, dy: f64);
    #[wasm_bindgen(method)]
    pub fn hit(this: &Stage, x: f64, y: f64) -> Option<Float64Array>;
    #[wasm_bindgen(method)]
    pub fn focused(this: &Stage) -> Option<Float64Array>;
    #[wasm_bindgen(method, js_name = scrollBy)]
    pub fn scroll_by(this: &Stage, dx: f64, dy: f64);
    #[wasm_bindgen(method)]
    pub fn rect(this: &Stage, node: u32) -> Option<Float64Array>;
    #[wasm_bindgen(method)]
    pub fn settled(this: &Stage) -> Promise;

    #[wasm_bindgen(method, getter)]
    pub fn frame(this: &Stage) -> Option<HtmlIFrameElement>;
    #[wasm_bindgen(method, getter)]
    pub fn pane(this: &Stage) -> HtmlElement;
    #[wasm_bindgen(method, getter)]
    pub fn refused(this: &Stage) -> u32;
    #[wasm_bindgen(method, getter)]
    pub fn factor(this: &Stage) -> f64;
    #[wasm_bindgen(method, getter)]
    pub fn age(this: &Stage) -> f64;
}
