//! Brings the bytes of images and fonts to the relay, each once by its hash, and a few at a time.
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Headers, ReferrerPolicy, RequestCredentials, RequestInit, Response};

use super::Share;
use crate::capture::{Asset, Capture};

/// Transfers at a time: the page's own requests come first.
const AT_ONCE: usize = 4;
/// Bytes below which asking first costs more than sending.
const ASK_FIRST: usize = 8 * 1024;

/// The transfers of one capture.
pub(super) struct Uploads {
    share: Weak<Share>,
    capture: RefCell<Weak<Capture>>,
    waiting: RefCell<VecDeque<Job>>,
    running: Cell<usize>,
}

enum Job {
    Put(Asset),
    Fetch(u32, String),
}

impl Uploads {
    pub(super) fn new(share: &Rc<Share>) -> Self {
        Self {
            share: Rc::downgrade(share),
            capture: RefCell::default(),
            waiting: RefCell::default(),
            running: Cell::new(0),
        }
    }

    /// Begins to answer to this capture.
    pub(super) fn serve(self: &Rc<Self>, capture: &Rc<Capture>) {
        *self.capture.borrow_mut() = Rc::downgrade(capture);
        self.start();
    }

    /// Sends an asset.
    pub(super) fn put(self: &Rc<Self>, asset: Asset) {
        self.waiting.borrow_mut().push_back(Job::Put(asset));
        self.start();
    }

    /// Has the relay fetch what the page may not read.
    pub(super) fn fetch(self: &Rc<Self>, key: u32, url: &str) {
        self.waiting.borrow_mut().push_back(Job::Fetch(key, url.to_owned()));
        self.start();
    }

    fn start(self: &Rc<Self>) {
        while self.running.get() < AT_ONCE && self.capture.borrow().strong_count() > 0 {
            let Some(job) = self.waiting.borrow_mut().pop_front() else { return };
            self.running.set(self.running.get() + 1);
            let uploads = Rc::clone(self);
            spawn_local(async move {
                uploads.run(job).await;
                uploads.running.set(uploads.running.get() - 1);
                uploads.start();
            });
        }
    }

    async fn run(&self, job: Job) {
        let Some(share) = self.share.upgrade() else { return };
        match job {
            Job::Put(asset) => {
                let sent = send(&share, &asset).await;
                if let Some(capture) = self.capture.borrow().upgrade() {
                    if sent {
                        capture.asset_accepted(asset.number)
                    } else {
                        capture.asset_refused(asset.number)
                    }
                }
            }
            Job::Fetch(key, url) => {
                let found = fetch(&share, &url).await;
                if let Some(capture) = self.capture.borrow().upgrade() {
                    capture
                        .fetched(key, found.as_ref().map(|(mime, bytes)| (mime.as_str(), bytes.as_slice())));
                }
            }
        }
    }
}

async fn send(share: &Share, asset: &Asset) -> bool {
    let path = format!("assets/{}", asset.hash);
    if asset.bytes.len() > ASK_FIRST
        && request(share, &path, "HEAD", None).await.is_some_and(|it| it.status() == 200)
    {
        return true;
    }
    let body = Uint8Array::from(asset.bytes.as_slice());
    request(share, &path, "PUT", Some((&asset.mime, &body))).await.is_some_and(|it| it.ok())
}

async fn fetch(share: &Share, url: &str) -> Option<(String, Vec<u8>)> {
    let body = js_sys::Object::new();
    js_sys::Reflect::set(&body, &"url".into(), &url.into()).ok()?;
    let text: JsValue = js_sys::JSON::stringify(&body).ok()?.into();
    let response =
        request(share, "fetch", "POST", Some(("application/json", &text))).await.filter(Response::ok)?;
    let mime = response.headers().get("content-type").ok().flatten().unwrap_or_default();
    let buffer: ArrayBuffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?.dyn_into().ok()?;
    Some((mime, Uint8Array::new(&buffer).to_vec()))
}

/// One request with the visitor's ticket and no cookies.
async fn request(
    share: &Share,
    path: &str,
    method: &str,
    body: Option<(&str, &JsValue)>,
) -> Option<Response> {
    let url = format!("{}/v1/sessions/{}/{path}", share.config.server(), share.config.session());
    let headers = Headers::new().ok()?;
    headers.set("authorization", &format!("Bearer {}", share.kept.borrow().ticket)).ok()?;
    let init = RequestInit::new();
    init.set_method(method);
    init.set_credentials(RequestCredentials::Omit);
    // The page's policy may be to send its whole address along.
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    // A request that outlives its page would keep the browser from keeping the page.
    init.set_signal(Some(&share.life.signal()));
    if let Some((mime, body)) = body {
        headers.set("content-type", mime).ok()?;
        init.set_body(body);
    }
    init.set_headers(&headers);
    let sent = web_sys::window()?.fetch_with_str_and_init(&url, &init);
    JsFuture::from(sent).await.ok()?.dyn_into().ok()
}
