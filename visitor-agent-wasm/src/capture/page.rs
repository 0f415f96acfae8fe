//! The page's half, in JavaScript: `js/capture/*.js`.
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Node};

use super::{Options, port::Port};

#[wasm_bindgen(module = "/js/capture/capture.js")]
extern "C" {
    pub type PageCapture;
    #[wasm_bindgen(constructor, catch)]
    pub fn new(document: &Document, options: &Object, port: &Port) -> Result<PageCapture, JsValue>;
    #[wasm_bindgen(method)]
    pub fn keyframe(this: &PageCapture);
    #[wasm_bindgen(method, js_name = setReady)]
    pub fn set_ready(this: &PageCapture, ready: bool);
    #[wasm_bindgen(method)]
    pub fn stop(this: &PageCapture);
    #[wasm_bindgen(method)]
    pub fn node(this: &PageCapture, id: u32) -> Option<Node>;
    #[wasm_bindgen(method)]
    pub fn id(this: &PageCapture, node: &Node) -> u32;
    #[wasm_bindgen(method)]
    pub fn accepted(this: &PageCapture, number: u32, has: bool);
    #[wasm_bindgen(method)]
    pub fn fetched(this: &PageCapture, key: u32, mime: &str, bytes: Option<Uint8Array>);
    #[wasm_bindgen(method, js_name = inCss)]
    pub fn in_css(this: &PageCapture, node: u32, url: &str, is_sheet: bool) -> u32;
    #[wasm_bindgen(method, js_name = inImport)]
    pub fn in_import(this: &PageCapture, number: u32, url: &str, is_sheet: bool) -> u32;
    #[wasm_bindgen(method, js_name = cssTextRules)]
    pub fn css_text_rules(this: &PageCapture) -> u32;
}

/// The modules that `capture.js` imports: named here so that they are copied beside it.
macro_rules! carried {
    ($($path:literal => $name:ident as $alias:ident;)*) => {$(
        #[wasm_bindgen(module = $path)]
        extern "C" {
            #[allow(dead_code, reason = "only the file is wanted")]
            #[wasm_bindgen(js_name = $name)]
            type $alias;
        }
    )*};
}
carried! {
    "/js/capture/assets.js" => Assets as CarriedAssets;
    "/js/capture/attributes.js" => Attributes as CarriedAttributes;
    "/js/capture/boxes.js" => Boxes as CarriedBoxes;
    "/js/capture/check.js" => Check as CarriedCheck;
    "/js/capture/dirty.js" => Dirty as CarriedDirty;
    "/js/capture/hooks.js" => Hooks as CarriedHooks;
    "/js/capture/live.js" => Live as CarriedLive;
    "/js/capture/nodes.js" => Nodes as CarriedNodes;
    "/js/capture/properties.js" => Properties as CarriedProperties;
    "/js/capture/rules.js" => Rules as CarriedRules;
    "/js/capture/sheets.js" => Sheets as CarriedSheets;
    "/js/capture/time.js" => idle as CarriedTime;
    "/js/capture/walk.js" => Walk as CarriedWalk;
    "/js/capture/words.js" => Words as CarriedWords;
}

/// The options as the page's half reads them.
pub(super) fn options(options: &Options) -> Object {
    let object = Object::new();
    let rules = &options.rules;
    let lists =
        [("mask", &rules.mask), ("block", &rules.block), ("unmask", &rules.unmask), ("lock", &rules.lock)];
    for (name, list) in lists {
        set(&object, name, &list.iter().map(|selector| JsValue::from_str(selector)).collect::<Array>());
    }
    set(&object, "host", &JsValue::from(options.host.clone()));
    set(&object, "fetch", &JsValue::from_bool(!options.no_fetch));
    object
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // A plain object takes any property.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}
