//! The capture of this page, and its frames on their way to the session.
use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use cobrowse_core::{
    dom::PageFrame,
    id::NodeId,
    redaction::{Mode, Policy, Verdict},
    wire::{PointerKind, message::PageInfo},
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Node};

use super::{Share, clock, document, upload::Uploads, warn};
use crate::{
    capture::{Asset, Capture, CaptureError, FrameSink, Options},
    inject::Nodes,
};

/// A capture that feeds a share.
pub(super) struct Page {
    capture: Rc<Capture>,
    uploads: Rc<Uploads>,
}

impl Page {
    /// Begins an epoch above all that the tab has used.
    pub(super) fn start(share: &Rc<Share>) -> Result<Self, JsValue> {
        let document = document()?;
        let options = Options {
            host: Some(share.bar.host().clone().unchecked_into()),
            epoch: share.session.borrow().tab().epoch.next(),
            ..Options::default()
        };
        let uploads = Rc::new(Uploads::new(share));
        let sink = Sink {
            share: Rc::downgrade(share),
            document: document.clone(),
            uploads: Rc::clone(&uploads),
            policy: Policy { mode: Mode::default(), key: random_key() },
            told: RefCell::default(),
        };
        sink.tell();
        let capture = Capture::start(&document, options, Box::new(sink));
        let capture = Rc::new(capture.map_err(|error| JsValue::from_str(&error.to_string()))?);
        uploads.serve(&capture);
        Ok(Self { capture, uploads })
    }

    /// The capture's half in JavaScript, whose `stop()` undoes what the capture does in the page.
    pub(super) fn half(&self) -> Option<&JsValue> {
        self.capture.half()
    }

    /// Whether the session takes frames now.
    pub(super) fn ready(&self, ready: bool) {
        self.capture.ready(ready);
    }

    /// The line stands, or is cut: what pictures wait for.
    pub(super) fn line(&self, stands: bool) {
        self.uploads.line(stands);
    }

    /// A new epoch, from the page as it is.
    pub(super) fn keyframe(&self) {
        self.capture.keyframe();
    }
}

impl Nodes for Page {
    fn node(&self, id: NodeId) -> Option<Node> {
        self.capture.node(id)
    }

    /// What was never sent is not for the agent.
    fn verdict(&self, element: &Element) -> Verdict {
        match self.capture.id_of(element) {
            Some(id) => self.capture.verdict(id),
            None => Verdict { masked: false, blocked: true, locked: true, secret: false },
        }
    }
}

fn random_key() -> [u8; 16] {
    let (high, low) = (clock::random().to_le_bytes(), clock::random().to_le_bytes());
    std::array::from_fn(|index| if index < 8 { high[index] } else { low[index - 8] })
}

struct Sink {
    share: Weak<Share>,
    document: Document,
    uploads: Rc<Uploads>,
    policy: Policy,
    told: RefCell<(String, String)>,
}

impl Sink {
    /// Tells where the visitor is, as redaction lets it out, when that has changed.
    fn tell(&self) {
        let now = (self.document.url().unwrap_or_default(), self.document.title());
        if *self.told.borrow() == now {
            return;
        }
        let info = PageInfo { url: self.policy.page_url(&now.0), title: self.policy.page_title(&now.1) };
        *self.told.borrow_mut() = now;
        if let Some(share) = self.share.upgrade() {
            share.session.borrow_mut().page_info(info, clock::now());
        }
    }

    /// Sends what the session has, as soon as the capture has returned.
    fn flush(&self, share: &Rc<Share>) {
        let share = Rc::clone(share);
        clock::soon(move || share.pump());
    }
}

impl FrameSink for Sink {
    fn frame(&mut self, frame: PageFrame) {
        let Some(share) = self.share.upgrade() else { return };
        share.session.borrow_mut().send_page(frame.kind, frame.epoch, frame.payload, clock::now());
        self.tell();
        self.flush(&share);
    }

    fn pointer(&mut self, kind: PointerKind, payload: Vec<u8>) {
        let Some(share) = self.share.upgrade() else { return };
        let epoch = share.session.borrow().tab().epoch;
        share.session.borrow_mut().send_pointer(kind, epoch, payload, clock::now());
        self.flush(&share);
    }

    fn asset(&mut self, asset: Asset) {
        self.uploads.put(asset);
    }

    fn wanted(&mut self, key: u32, url: &str) -> bool {
        self.uploads.fetch(key, url);
        true
    }

    fn follows(&mut self, document: &Document) {
        let Some(share) = self.share.upgrade() else { return };
        share.watch.borrow().iter().for_each(|watch| watch.follow(document));
    }

    fn diverged(&mut self, nodes: u32) {
        let Some(share) = self.share.upgrade() else { return };
        share.session.borrow_mut().diverged(nodes, clock::now());
        self.flush(&share);
    }

    fn failed(&mut self, error: CaptureError) {
        warn(&error.to_string());
        if let Some(share) = self.share.upgrade() {
            clock::soon(move || share.stop());
        }
    }
}
