//! What the page's half calls: one closure per verb, handed over as one object.
use std::rc::{Rc, Weak};

use cobrowse_core::{
    command::Anchor,
    dom::{Differences, GatherBatch, PageFrame},
    id::NodeId,
    wire::{envelope::PointerKind, message::encode},
};
use js_sys::Object;
use wasm_bindgen::prelude::*;
use web_sys::Document;

use super::{Asset, CaptureError, Inner, assets};

/// The answer to a batch that does not fit: send the page anew.
const REFUSED: u32 = u32::MAX;

/// No answer.
type Done = ();

/// Ids for the page's half, or an error that it throws.
type Ids = Result<Vec<u32>, JsValue>;

/// What is answered when the capture is over.
trait Silent {
    fn silent() -> Self;
}

impl Silent for Ids {
    fn silent() -> Self {
        Ok(Vec::new())
    }
}

macro_rules! silent_by_default {
    ($($type:ty),*) => {$(
        impl Silent for $type {
            fn silent() -> Self {
                Self::default()
            }
        }
    )*};
}
silent_by_default!((), bool, u32, String, Vec<u8>);

#[wasm_bindgen]
extern "C" {
    /// A plain object of functions.
    #[wasm_bindgen(extends = Object)]
    pub type Port;
    #[wasm_bindgen(method, setter)]
    fn set_batch(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_end(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_checkpoint(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_differs(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_cursor(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_scroll(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_asset(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_rewrite(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_wanted(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_shows(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_follows(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_diverged(this: &Port, run: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_failed(this: &Port, run: &JsValue);
}

/// Keeps the closures alive as long as the capture.
pub(super) struct Closures(#[allow(dead_code, reason = "held, not used")] Vec<Box<dyn std::any::Any>>);

impl Closures {
    pub(super) fn new(inner: &Rc<Inner>) -> (Port, Self) {
        let port: Port = Object::new().unchecked_into();
        let mut kept: Vec<Box<dyn std::any::Any>> = Vec::new();
        macro_rules! offer {
            ($set:ident, |$inner:ident $(, $arg:ident: $type:ty)*| -> $result:ty { $body:expr }) => {
                let weak: Weak<Inner> = Rc::downgrade(inner);
                let run = move |$($arg: $type),*| -> $result {
                    // The capture is over: nothing is said and nothing is heard any more.
                    let Some($inner) = weak.upgrade() else { return Silent::silent() };
                    $body
                };
                let closure = Closure::<dyn Fn($($type),*) -> $result>::new(run);
                port.$set(closure.as_ref());
                kept.push(Box::new(closure));
            };
        }
        offer!(set_batch, |inner, _kind: u32, ops: Vec<u32>, lens: Vec<u32>, text: Vec<u8>| -> Ids {
            inner.batch(&ops, &lens, &text)
        });
        offer!(set_differs, |inner, ops: Vec<u32>, lens: Vec<u32>, text: Vec<u8>| -> Ids {
            inner.differs(&ops, &lens, &text)
        });
        offer!(set_end, |inner| -> Done { inner.end() });
        offer!(set_checkpoint, |inner| -> Done { inner.checkpoint() });
        offer!(set_cursor, |inner,
                            node: u32,
                            x: f32,
                            y: f32,
                            page_x: f32,
                            page_y: f32,
                            buttons: u8,
                            kind: u8|
         -> Done { inner.cursor(node, [x, y, page_x, page_y], [buttons, kind]) });
        offer!(set_scroll, |inner, node: u32, x: f32, y: f32| -> Done { inner.scroll(node, x, y) });
        offer!(set_asset, |inner,
                           number: u32,
                           hash: Option<Vec<u8>>,
                           mime: String,
                           bytes: Vec<u8>,
                           width: u32,
                           height: u32|
         -> String {
            inner.asset(Asset { number, hash: assets::hash(hash, &bytes), mime, bytes, width, height })
        });
        offer!(set_rewrite, |inner, number: u32, bytes: Vec<u8>| -> Vec<u8> {
            inner.rewrite(number, &bytes)
        });
        offer!(set_wanted, |inner, url: String| -> u32 { inner.wanted(&url) });
        offer!(set_shows, |inner, node: u32| -> bool { inner.shows(node) });
        offer!(set_follows, |inner, document: Document| -> Done {
            inner.sink.borrow_mut().follows(&document)
        });
        offer!(set_diverged, |inner, nodes: u32| -> Done { inner.sink.borrow_mut().diverged(nodes) });
        offer!(set_failed, |inner, error: String| -> Done {
            inner.sink.borrow_mut().failed(CaptureError(error))
        });
        (port, Self(kept))
    }
}

impl Inner {
    fn frame(&self, frame: PageFrame) {
        self.sink.borrow_mut().frame(frame);
    }

    /// Records one batch. What does not fit the mirror begins a new epoch and is answered with [`REFUSED`];
    /// else the answer is the ids that ended: how many are stale, those, the others.
    fn batch(&self, ops: &[u32], lens: &[u32], text: &[u8]) -> Ids {
        let mut recorder = self.recorder.borrow_mut();
        let batch = GatherBatch { ops, lens, text };
        let Ok(frame) = recorder.record(&batch, &mut assets::Numbers(self)) else {
            let epoch = self.epoch.get().next();
            self.epoch.set(epoch);
            recorder.begin_epoch(epoch);
            return Ok(vec![REFUSED]);
        };
        let ended = ended(recorder.stale(), recorder.retired());
        drop(recorder);
        if let Some(frame) = frame {
            self.frame(frame);
        }
        Ok(ended)
    }

    fn differs(&self, ops: &[u32], lens: &[u32], text: &[u8]) -> Ids {
        let batch = GatherBatch { ops, lens, text };
        let differences =
            self.recorder.borrow_mut().compare(&batch, &mut assets::Numbers(self)).map_err(thrown)?;
        Ok(differing(&differences))
    }

    fn end(&self) {
        let frame = self.recorder.borrow_mut().end_keyframe();
        self.frame(frame);
    }

    fn checkpoint(&self) {
        let frame = self.recorder.borrow().check();
        self.frame(frame);
    }

    /// `at` is the fraction of the node's box and the place on the page; `hand` the buttons and the pointer's kind.
    fn cursor(&self, node: u32, at: [f32; 4], hand: [u8; 2]) {
        let Some(node) = NodeId::from_wire(node) else { return };
        let [x, y, page_x, page_y] = at;
        let anchor = Anchor { epoch: self.epoch.get(), node, x, y };
        self.pointer(PointerKind::Cursor, &(anchor, page_x, page_y, hand[0], hand[1]));
    }

    fn scroll(&self, node: u32, x: f32, y: f32) {
        let Some(node) = NodeId::from_wire(node) else { return };
        if self.recorder.borrow().tells_scroll(node) {
            self.pointer(PointerKind::Scroll, &(node, x, y));
        }
    }

    fn pointer<T: serde::Serialize>(&self, kind: PointerKind, message: &T) {
        // Numbers alone always fit a message.
        if let Ok(payload) = encode(message) {
            self.sink.borrow_mut().pointer(kind, payload);
        }
    }

    fn asset(&self, asset: Asset) -> String {
        let hash = asset.hash.clone();
        self.sink.borrow_mut().asset(asset);
        hash
    }

    fn wanted(&self, url: &str) -> u32 {
        let key = self.wanted.get().wrapping_add(1).max(1);
        self.wanted.set(key);
        if self.sink.borrow_mut().wanted(key, url) { key } else { 0 }
    }

    /// Whether a node's picture may leave the page. What no node shows belongs to the page's sheets.
    fn shows(&self, node: u32) -> bool {
        let node = NodeId::from_wire(node).unwrap_or(NodeId::DOCUMENT);
        let verdict = self.recorder.borrow().verdict(node);
        !verdict.masked && !verdict.blocked
    }
}

/// How many nodes are out of their places, those, each with the one that was before it or 0, and the others.
fn differing(found: &Differences) -> Vec<u32> {
    let count = u32::try_from(found.places.len()).unwrap_or(u32::MAX);
    let places =
        found.places.iter().flat_map(|(id, before)| [id.to_wire(), before.map_or(0, NodeId::to_wire)]);
    std::iter::once(count).chain(places).chain(found.contents.iter().map(|id| id.to_wire())).collect()
}

fn ended(stale: &[NodeId], retired: &[NodeId]) -> Vec<u32> {
    if retired.is_empty() && stale.is_empty() {
        return Vec::new();
    }
    let count = u32::try_from(stale.len()).unwrap_or(u32::MAX);
    let ids = stale.iter().chain(retired).map(|id| id.to_wire());
    std::iter::once(count).chain(ids).collect()
}

fn thrown(error: impl std::error::Error) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}
