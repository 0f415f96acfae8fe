//! Reads the page and gives frames: the page's JavaScript gathers what changed, one call per batch, and the
//! recorder redacts and encodes it.
//!
//! Two callers use it: the share module and the JavaScript library. Both hand in a [`FrameSink`].
mod assets;
mod page;
mod port;

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};

use cobrowse_core::{
    dom::{PageFrame, Recorder},
    id::{Epoch, NodeId},
    redaction::{Mode, Policy, Verdict},
    wire::envelope::PointerKind,
};
use js_sys::Uint8Array;
use thiserror::Error;
use wasm_bindgen::JsValue;
use web_sys::{Document, Element, Node};

use page::PageCapture;
use port::Closures;

/// What a site decides about a capture.
#[derive(Clone, Default)]
pub struct Options {
    /// Our own element in the page, never captured.
    pub host: Option<Element>,
    /// How much is hidden to begin with.
    pub mode: Mode,
    /// Selectors of what is masked, blocked, un-masked and locked.
    pub rules: Rules,
    /// The page's own fetch is not tried: a policy of the page would report it.
    pub no_fetch: bool,
    /// The epoch of the first keyframe.
    pub epoch: Epoch,
}

/// The site's redaction rules, as CSS selectors.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Text and values are replaced by the mask.
    pub mask: Vec<String>,
    /// A box of the same size stands for the subtree.
    pub block: Vec<String>,
    /// Shown although something around masks it.
    pub unmask: Vec<String>,
    /// Visible, and not controllable.
    pub lock: Vec<String>,
}

/// The bytes of something that the page shows.
#[derive(Clone)]
pub struct Asset {
    /// Its number, by which frames name it.
    pub number: u32,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub hash: String,
    /// The media type, without parameters.
    pub mime: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The natural width in CSS pixels; 0 when it is not known.
    pub width: u32,
    /// The natural height in CSS pixels; 0 when it is not known.
    pub height: u32,
}

/// Where a capture's frames go. Called inside the page's own work: be quick, and never block.
pub trait FrameSink {
    /// A frame of the reliable page channel, in order.
    fn frame(&mut self, frame: PageFrame);
    /// A cursor or scroll position; the newest wins.
    fn pointer(&mut self, kind: PointerKind, payload: Vec<u8>);
    /// An asset's bytes. Answer with [`Capture::asset_accepted`] or [`Capture::asset_refused`].
    fn asset(&mut self, asset: Asset);
    /// The page itself cannot read `url`. `true` promises an answer by [`Capture::fetched`] with `key`.
    fn wanted(&mut self, key: u32, url: &str) -> bool {
        let _ = (key, url);
        false
    }
    /// The capture follows this document from now on, or listens in it anew: the page's own, or a frame's.
    fn follows(&mut self, document: &Document) {
        let _ = document;
    }
    /// The check found so many nodes not to be as they were sent (`divergence_total{kind="capture"}`). They go again.
    fn diverged(&mut self, nodes: u32) {
        let _ = nodes;
    }
    /// The capture has ended by an error of ours. Everything in the page is undone already.
    fn failed(&mut self, error: CaptureError);
}

/// Why a capture ended by itself.
#[derive(Debug, Clone, Error)]
#[error("capture failed: {0}")]
pub struct CaptureError(pub String);

/// A capture that runs until [`Capture::stop`] or its end of life.
pub struct Capture {
    inner: Rc<Inner>,
    _closures: Closures,
}

struct Inner {
    page: OnceCell<PageCapture>,
    recorder: RefCell<Recorder>,
    sink: RefCell<Box<dyn FrameSink>>,
    epoch: Cell<Epoch>,
    wanted: Cell<u32>,
}

impl Capture {
    /// Begins to follow `document`. The first keyframe leaves in tasks of its own, soon.
    ///
    /// # Errors
    /// [`CaptureError`] when the browser lacks what capture stands on.
    pub fn start(
        document: &Document,
        options: Options,
        sink: Box<dyn FrameSink>,
    ) -> Result<Self, CaptureError> {
        let policy = Policy { mode: options.mode, key: random_key()? };
        let inner = Rc::new(Inner {
            page: OnceCell::new(),
            recorder: RefCell::new(Recorder::new(policy)),
            sink: RefCell::new(sink),
            epoch: Cell::new(options.epoch),
            wanted: Cell::new(0),
        });
        let (port, closures) = Closures::new(&inner);
        let page =
            PageCapture::new(document, &page::options(&options), &port).map_err(|error| reason(&error))?;
        inner.recorder.borrow_mut().begin_epoch(options.epoch);
        let page = inner.page.get_or_init(|| page);
        page.keyframe();
        Ok(Self { inner, _closures: closures })
    }

    fn page(&self) -> Option<&PageCapture> {
        self.inner.page.get()
    }

    /// Whether the channel has room. Without it changes merge, and memory stays bounded by the page.
    pub fn ready(&self, ready: bool) {
        if let Some(page) = self.page() {
            page.set_ready(ready);
        }
    }

    /// Begins a new epoch with the page as it is.
    pub fn keyframe(&self) {
        let epoch = self.inner.epoch.get().next();
        self.inner.epoch.set(epoch);
        self.inner.recorder.borrow_mut().begin_epoch(epoch);
        if let Some(page) = self.page() {
            page.keyframe();
        }
    }

    /// Ends the capture and undoes all it did in the page. Safe to call again.
    pub fn stop(&self) {
        if let Some(page) = self.page() {
            page.stop();
        }
    }

    /// The half in JavaScript. Its `stop()` undoes everything even where WebAssembly has trapped.
    pub fn half(&self) -> Option<&JsValue> {
        self.page().map(AsRef::as_ref)
    }

    /// The epoch that is being sent.
    pub fn epoch(&self) -> Epoch {
        self.inner.epoch.get()
    }

    /// The live node behind an id of the present epoch.
    pub fn node(&self, id: NodeId) -> Option<Node> {
        self.page()?.node(id.to_wire())
    }

    /// The id of a node that was sent in the present epoch.
    pub fn id_of(&self, node: &Node) -> Option<NodeId> {
        NodeId::from_wire(self.page()?.id(node))
    }

    /// What redaction says of a node; of an unknown one, everything is hidden.
    pub fn verdict(&self, id: NodeId) -> Verdict {
        self.inner.recorder.borrow().verdict(id)
    }

    /// The receiver has the asset's bytes.
    pub fn asset_accepted(&self, number: u32) {
        self.accepted(number, true);
    }

    /// The receiver cannot have the asset's bytes: a placeholder of the true size stands for it.
    pub fn asset_refused(&self, number: u32) {
        self.accepted(number, false);
    }

    fn accepted(&self, number: u32, has: bool) {
        if let Some(page) = self.page() {
            page.accepted(number, has);
        }
    }

    /// Answers [`FrameSink::wanted`]: media type and bytes, or `None` when they cannot be had.
    pub fn fetched(&self, key: u32, found: Option<(&str, &[u8])>) {
        let Some(page) = self.page() else { return };
        match found {
            Some((mime, bytes)) => page.fetched(key, mime, Some(Uint8Array::from(bytes))),
            None => page.fetched(key, "", None),
        }
    }

    /// How many CSS rules had to travel as the browser's serialisation instead of their author's text.
    pub fn rules_by_css_text(&self) -> u32 {
        self.page().map_or(0, PageCapture::css_text_rules)
    }

    /// How many nodes the mirror holds.
    pub fn live_nodes(&self) -> usize {
        self.inner.recorder.borrow().live()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A key that names cannot be guessed back with.
fn random_key() -> Result<[u8; 16], CaptureError> {
    let mut key = [0; 16];
    let crypto = web_sys::window().ok_or_else(|| CaptureError("no window".to_owned()))?.crypto();
    crypto
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut key))
        .map_err(|error| reason(&error))?;
    Ok(key)
}

fn reason(error: &JsValue) -> CaptureError {
    CaptureError(format!("{error:?}"))
}
