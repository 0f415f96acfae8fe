//! A recording, as JavaScript holds it.
use std::{cell::OnceCell, rc::Rc};

use cobrowse_core::{
    dom::PageFrame,
    id::Epoch,
    redaction::Mode,
    wire::envelope::{PageKind, PointerKind, put_u32},
};
use js_sys::{Array, Function, Promise, Uint8Array};
use visitor_agent_wasm::capture::{Asset, Capture, CaptureError, FrameSink, Options, Rules};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, Element};

use crate::frame::{self, Kind};

#[wasm_bindgen]
extern "C" {
    /// What `tandem.js` hands over: checked and whole.
    pub type RecordOptions;
    #[wasm_bindgen(method, getter)]
    fn emit(this: &RecordOptions) -> Function;
    #[wasm_bindgen(method, getter)]
    fn failed(this: &RecordOptions) -> Function;
    /// Selectors to mask, block, un-mask and lock.
    #[wasm_bindgen(method, getter)]
    fn lists(this: &RecordOptions) -> Vec<Array>;
    #[wasm_bindgen(method, getter, js_name = maskAll)]
    fn mask_all(this: &RecordOptions) -> bool;
    #[wasm_bindgen(method, getter, js_name = ignoreElement)]
    fn ignore_element(this: &RecordOptions) -> Option<Element>;
    #[wasm_bindgen(method, getter)]
    fn assets(this: &RecordOptions) -> bool;
    #[wasm_bindgen(method, getter)]
    fn pointers(this: &RecordOptions) -> bool;
    #[wasm_bindgen(method, getter, js_name = fetchAsset)]
    fn fetch_asset(this: &RecordOptions) -> Option<Function>;

    /// What `fetchAsset` finds.
    type Fetched;
    #[wasm_bindgen(method, getter)]
    fn mime(this: &Fetched) -> String;
    #[wasm_bindgen(method, getter)]
    fn bytes(this: &Fetched) -> Uint8Array;
}

type Held = Rc<OnceCell<Capture>>;

/// Records one document until it is stopped.
#[wasm_bindgen]
pub struct Recording(Held);

#[wasm_bindgen]
impl Recording {
    /// Begins.
    ///
    /// # Errors
    /// Says what the browser lacks.
    #[wasm_bindgen(constructor)]
    pub fn new(document: &Document, options: &RecordOptions) -> Result<Self, JsError> {
        let held: Held = Rc::default();
        let sink = Emitter {
            capture: Rc::clone(&held),
            emit: options.emit(),
            failed: options.failed(),
            fetch: options.fetch_asset(),
            assets: options.assets(),
            pointers: options.pointers(),
        };
        let capture = Capture::start(document, policy(options), Box::new(sink))?;
        // Empty until here: nothing else fills it.
        let _ = held.set(capture);
        Ok(Self(held))
    }

    /// Begins anew with the page as it is.
    pub fn keyframe(&self) {
        if let Some(capture) = self.0.get() {
            capture.keyframe();
        }
    }

    /// Ends it, and undoes all that was done in the page.
    pub fn stop(&self) {
        if let Some(capture) = self.0.get() {
            capture.stop();
        }
    }
}

fn policy(options: &RecordOptions) -> Options {
    let mut lists =
        options.lists().into_iter().map(|list| list.iter().filter_map(|it| it.as_string()).collect());
    let mut next = || lists.next().unwrap_or_default();
    Options {
        host: options.ignore_element(),
        mode: if options.mask_all() { Mode::MaskAll } else { Mode::Default },
        rules: Rules { mask: next(), block: next(), unmask: next(), lock: next() },
        no_fetch: false,
        epoch: Epoch(1),
    }
}

/// Turns everything that a capture gives into frames.
struct Emitter {
    capture: Held,
    emit: Function,
    failed: Function,
    fetch: Option<Function>,
    assets: bool,
    pointers: bool,
}

impl Emitter {
    fn give(&self, kind: Kind, epoch: Epoch, payload: &[u8]) {
        let frame = Uint8Array::from(frame::encode(kind, epoch, payload).as_slice());
        // `tandem.js` catches what a caller's function throws.
        let _ = self.emit.call1(&JsValue::UNDEFINED, &frame);
    }

    /// Runs when the capture is out of the call that it is in.
    fn soon(&self, run: impl FnOnce(&Capture) + 'static) {
        let held = Rc::clone(&self.capture);
        spawn_local(async move {
            if let Some(capture) = held.get() {
                run(capture);
            }
        });
    }
}

impl FrameSink for Emitter {
    fn frame(&mut self, PageFrame { kind, epoch, payload }: PageFrame) {
        self.give(Kind::Page(kind), epoch, &payload);
    }

    fn pointer(&mut self, kind: PointerKind, payload: Vec<u8>) {
        if self.pointers {
            self.give(Kind::Pointer(kind), Epoch(0), &payload);
        }
    }

    fn asset(&mut self, asset: Asset) {
        let number = asset.number;
        let payload = self.assets.then(|| asset_payload(&asset)).flatten();
        match payload {
            Some(payload) => {
                self.give(Kind::Page(PageKind::Asset), Epoch(0), &payload);
                self.soon(move |capture| capture.asset_accepted(number));
            }
            None => self.soon(move |capture| capture.asset_refused(number)),
        }
    }

    fn wanted(&mut self, key: u32, url: &str) -> bool {
        let asked = self.fetch.as_ref().and_then(|fetch| fetch.call1(&JsValue::UNDEFINED, &url.into()).ok());
        let Some(promise) = asked else { return false };
        let held = Rc::clone(&self.capture);
        spawn_local(async move {
            let found = JsFuture::from(Promise::resolve(&promise)).await.ok();
            if let Some(capture) = held.get() {
                answer(capture, key, found);
            }
        });
        true
    }

    fn failed(&mut self, error: CaptureError) {
        let _ = self.failed.call1(&JsValue::UNDEFINED, &error.to_string().into());
    }
}

fn answer(capture: &Capture, key: u32, found: Option<JsValue>) {
    let found = found.filter(JsValue::is_object).map(JsCast::unchecked_into::<Fetched>);
    match found {
        Some(found) => capture.fetched(key, Some((&found.mime(), &found.bytes().to_vec()))),
        None => capture.fetched(key, None),
    }
}

/// 32 bytes of hash, the kind's length and text, the bytes; `None` without a hash.
fn asset_payload(asset: &Asset) -> Option<Vec<u8>> {
    let hash: replay::AssetHash = asset.hash.parse().ok()?;
    let mut payload = Vec::with_capacity(40 + asset.mime.len() + asset.bytes.len());
    payload.extend_from_slice(&hash.0);
    put_u32(&mut payload, u32::try_from(asset.mime.len()).ok()?);
    payload.extend_from_slice(asset.mime.as_bytes());
    payload.extend_from_slice(&asset.bytes);
    Some(payload)
}
