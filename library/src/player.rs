//! A replayer, as JavaScript holds it.
use cobrowse_core::{id::Epoch, id::NodeId};
use js_sys::{Array, Function, Promise};
use replay::{Fit, Replayer};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlIFrameElement};

use crate::frame::{self, Kind};

/// Shows the page that frames tell, in one container.
#[wasm_bindgen]
pub struct Player(Replayer);

#[wasm_bindgen]
impl Player {
    /// Takes over an empty container. `keyframe_wanted` gets the epoch that cannot go on, or `undefined`.
    #[wasm_bindgen(constructor)]
    pub fn new(container: &HtmlElement, keyframe_wanted: Function, pressed: Function) -> Self {
        let mut replayer = Replayer::new(container);
        replayer.on_keyframe_wanted(move |epoch: Option<Epoch>| {
            let epoch = epoch.map_or(JsValue::UNDEFINED, |epoch| epoch.0.into());
            // A callback that throws has nobody to tell here.
            let _ = keyframe_wanted.call1(&JsValue::UNDEFINED, &epoch);
        });
        replayer.on_press(move |anchor| {
            let _ = pressed.call1(&JsValue::UNDEFINED, &anchor.node.to_wire().into());
        });
        Self(replayer)
    }

    /// Applies one frame.
    ///
    /// # Errors
    /// Says why the bytes are no frame, or why the frame does not fit; nothing of it is shown.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<(), JsError> {
        let (kind, epoch, payload) = frame::decode(bytes)?;
        match kind {
            Kind::Page(kind) => self.0.apply(kind, epoch, payload).map(drop)?,
            Kind::Pointer(kind) => self.0.pointer(kind, payload)?,
        }
        Ok(())
    }

    /// Resolves when all that was applied is painted, assets too.
    pub fn settled(&self) -> Promise {
        self.0.settled()
    }

    /// The sealed frame that is shown.
    #[wasm_bindgen(getter)]
    pub fn frame(&self) -> Option<HtmlIFrameElement> {
        self.0.frame()
    }

    /// The pane over the frame, which takes all input.
    #[wasm_bindgen(getter)]
    pub fn pane(&self) -> HtmlElement {
        self.0.pane()
    }

    /// Epoch, node and fraction at a place of the container.
    pub fn hit(&self, x: f64, y: f64) -> Option<Array> {
        let anchor = self.0.hit(x, y)?;
        let numbers =
            [f64::from(anchor.epoch.0), f64::from(anchor.node.to_wire()), anchor.x.into(), anchor.y.into()];
        Some(numbers.into_iter().map(JsValue::from).collect())
    }

    /// A node's box in the container.
    pub fn rect(&self, node: u32) -> Option<Array> {
        let rect = self.0.rect(NodeId::from_wire(node)?)?;
        Some([rect.x, rect.y, rect.width, rect.height].into_iter().map(JsValue::from).collect())
    }

    /// 0 fits the page into the container; else its scale.
    #[wasm_bindgen(js_name = setScale)]
    pub fn set_scale(&self, scale: f64) {
        let fixed = scale.is_finite() && scale > 0.0;
        self.0.set_fit(if fixed { Fit::Scale(scale) } else { Fit::Contain });
    }

    /// The scale that the page is shown at.
    #[wasm_bindgen(getter)]
    pub fn scale(&self) -> f64 {
        self.0.scale()
    }

    /// Whether the document scrolls with the source's.
    pub fn follow(&self, follows: bool) {
        self.0.follow(follows);
    }

    /// The name beside the cursor.
    #[wasm_bindgen(js_name = setName)]
    pub fn set_name(&self, name: &str) {
        self.0.set_name(name);
    }

    /// Milliseconds since the last frame of the page.
    #[wasm_bindgen(getter)]
    pub fn age(&self) -> f64 {
        self.0.age()
    }

    /// The state hash of the mirror, in hexadecimal, for comparison.
    #[wasm_bindgen(getter)]
    pub fn hash(&self) -> String {
        format!("{:016x}", self.0.state().1)
    }

    /// How many changes the browser would not make.
    #[wasm_bindgen(getter)]
    pub fn refused(&self) -> u32 {
        self.0.refused()
    }
}
