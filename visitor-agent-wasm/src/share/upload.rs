//! Brings the bytes of images and fonts to the relay, each once by its hash, and a few at a time.
//!
//! What does not come through is tried again: while the line is cut it waits for it, and else for a pause. Only what the
//! relay will never take, or never get, is given up at once.
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Headers, ReferrerPolicy, RequestCredentials, RequestInit, Response};

use super::{Share, clock};
use crate::capture::{Asset, Capture};

/// Transfers at a time: the page's own requests come first.
const AT_ONCE: usize = 4;
/// Bytes below which asking first costs more than sending.
const ASK_FIRST: usize = 8 * 1024;
/// Pauses of one transfer while the line stands, before its place stays empty: a minute, after which rates begin anew.
const PAUSES: u32 = 7;
/// The first pause, milliseconds; each one is twice the one before.
const PAUSE_MS: i32 = 500;

/// The transfers of one capture.
pub(super) struct Uploads {
    share: Weak<Share>,
    capture: RefCell<Weak<Capture>>,
    waiting: RefCell<VecDeque<Task>>,
    running: Cell<usize>,
    /// Whether the WebSocket stands: without it no request would come through either.
    stands: Cell<bool>,
}

struct Task {
    job: Job,
    pauses: u32,
}

enum Job {
    Put(Asset),
    Fetch(u32, String),
}

/// Why a transfer has not come through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// Another time it may.
    Later,
    /// It never will.
    Final,
}

impl Uploads {
    pub(super) fn new(share: &Rc<Share>) -> Self {
        Self {
            share: Rc::downgrade(share),
            capture: RefCell::default(),
            waiting: RefCell::default(),
            running: Cell::new(0),
            stands: Cell::new(true),
        }
    }

    /// Begins to answer to this capture.
    pub(super) fn serve(self: &Rc<Self>, capture: &Rc<Capture>) {
        *self.capture.borrow_mut() = Rc::downgrade(capture);
        self.start();
    }

    /// Sends an asset.
    pub(super) fn put(self: &Rc<Self>, asset: Asset) {
        self.add(Job::Put(asset));
    }

    /// Has the relay fetch what the page may not read.
    pub(super) fn fetch(self: &Rc<Self>, key: u32, url: &str) {
        self.add(Job::Fetch(key, url.to_owned()));
    }

    /// The line stands, or is cut.
    pub(super) fn line(self: &Rc<Self>, stands: bool) {
        self.stands.set(stands);
        self.start();
    }

    fn add(self: &Rc<Self>, job: Job) {
        self.waiting.borrow_mut().push_back(Task { job, pauses: 0 });
        self.start();
    }

    fn start(self: &Rc<Self>) {
        while self.may_start() {
            let Some(task) = self.waiting.borrow_mut().pop_front() else { return };
            self.running.set(self.running.get() + 1);
            let uploads = Rc::clone(self);
            spawn_local(async move {
                let left = uploads.run(task).await;
                uploads.running.set(uploads.running.get() - 1);
                if let Some(task) = left {
                    uploads.put_off(task);
                }
                uploads.start();
            });
        }
    }

    fn may_start(&self) -> bool {
        self.stands.get() && self.running.get() < AT_ONCE && self.capture.borrow().strong_count() > 0
    }

    /// Tries once; gives back what is to be tried again.
    async fn run(&self, task: Task) -> Option<Task> {
        let share = self.share.upgrade()?;
        match &task.job {
            Job::Put(asset) => match send(&share, asset).await {
                Err(Failure::Later) => return Some(task),
                sent => self.has(asset.number, sent.is_ok()),
            },
            Job::Fetch(key, url) => match fetch(&share, url).await {
                Err(Failure::Later) => return Some(task),
                found => self.found(*key, found.ok()),
            },
        }
        None
    }

    /// What waits for the line is tried as soon as that stands; what fails although it stands, after a pause, and at
    /// last not any more.
    fn put_off(self: &Rc<Self>, mut task: Task) {
        if !self.stands.get() {
            return self.waiting.borrow_mut().push_front(task);
        }
        let Some(pause) = pause(task.pauses) else { return self.give_up(&task.job) };
        task.pauses += 1;
        let weak = Rc::downgrade(self);
        clock::later(pause, move || {
            if let Some(uploads) = weak.upgrade() {
                uploads.waiting.borrow_mut().push_back(task);
                uploads.start();
            }
        });
    }

    fn give_up(&self, job: &Job) {
        match job {
            Job::Put(asset) => self.has(asset.number, false),
            Job::Fetch(key, _) => self.found(*key, None),
        }
    }

    /// The relay has an asset, or never will.
    fn has(&self, number: u32, has: bool) {
        let Some(capture) = self.capture() else { return };
        if has { capture.asset_accepted(number) } else { capture.asset_refused(number) }
    }

    fn found(&self, key: u32, found: Option<(String, Vec<u8>)>) {
        let Some(capture) = self.capture() else { return };
        capture.fetched(key, found.as_ref().map(|(mime, bytes)| (mime.as_str(), bytes.as_slice())));
    }

    fn capture(&self) -> Option<Rc<Capture>> {
        self.capture.borrow().upgrade()
    }
}

/// How long to wait after so many pauses, milliseconds; `None` when it was enough.
fn pause(pauses: u32) -> Option<i32> {
    (pauses < PAUSES).then(|| PAUSE_MS << pauses)
}

/// What an answer of the relay, or of what stands before it, says about another try.
fn verdict(status: u16) -> Result<(), Failure> {
    match status {
        200..=299 => Ok(()),
        404 | 413 | 415 => Err(Failure::Final),
        // A ticket that ran out, a yes that is not known yet, a rate, a restart.
        _ => Err(Failure::Later),
    }
}

async fn send(share: &Share, asset: &Asset) -> Result<(), Failure> {
    let path = format!("assets/{}", asset.hash);
    if asset.bytes.len() > ASK_FIRST
        && request(share, ("HEAD", &path), ("accept", &asset.mime), None).await?.status() == 200
    {
        return Ok(());
    }
    let body = Uint8Array::from(asset.bytes.as_slice());
    let answer = request(share, ("PUT", &path), ("content-type", &asset.mime), Some(&body)).await?;
    verdict(answer.status())
}

async fn fetch(share: &Share, url: &str) -> Result<(String, Vec<u8>), Failure> {
    let body = wanted(url).ok_or(Failure::Final)?;
    let answer = request(share, ("POST", "fetch"), ("content-type", "application/json"), Some(&body)).await?;
    if answer.status() == 502 {
        return Err(unfetched(&text(&answer).await?));
    }
    verdict(answer.status())?;
    let mime = answer.headers().get("content-type").ok().flatten().unwrap_or_default();
    let buffer = answer.array_buffer().map_err(|_| Failure::Later)?;
    let buffer: ArrayBuffer = JsFuture::from(buffer).await.map_err(|_| Failure::Later)?.unchecked_into();
    Ok((mime, Uint8Array::new(&buffer).to_vec()))
}

fn wanted(url: &str) -> Option<JsValue> {
    let body = js_sys::Object::new();
    js_sys::Reflect::set(&body, &"url".into(), &url.into()).ok()?;
    Some(js_sys::JSON::stringify(&body).ok()?.into())
}

/// The relay says by a code that the other end gave nothing; without it a proxy says so of the relay.
fn unfetched(problem: &str) -> Failure {
    if problem.contains("\"fetch_failed\"") { Failure::Final } else { Failure::Later }
}

async fn text(answer: &Response) -> Result<String, Failure> {
    let text = answer.text().map_err(|_| Failure::Later)?;
    let text = JsFuture::from(text).await.map_err(|_| Failure::Later)?;
    Ok(text.as_string().unwrap_or_default())
}

/// One request with the visitor's ticket and no cookies.
async fn request(
    share: &Share,
    (method, path): (&str, &str),
    (header, kind): (&str, &str),
    body: Option<&JsValue>,
) -> Result<Response, Failure> {
    // A kind that is no header's value is none that the relay takes.
    let init = asked(share, (header, kind)).map_err(|_| Failure::Final)?;
    init.set_method(method);
    if let Some(body) = body {
        init.set_body(body);
    }
    let url = format!("{}/v1/sessions/{}/{path}", share.config.server(), share.config.session());
    let window = web_sys::window().ok_or(Failure::Final)?;
    let answer = JsFuture::from(window.fetch_with_str_and_init(&url, &init)).await;
    // Cut off, by the network or by what lies in it.
    answer.ok().and_then(|it| it.dyn_into().ok()).ok_or(Failure::Later)
}

fn asked(share: &Share, (header, kind): (&str, &str)) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    headers.set("authorization", &format!("Bearer {}", share.kept.borrow().ticket))?;
    headers.set(header, kind)?;
    let init = RequestInit::new();
    init.set_headers(&headers);
    init.set_credentials(RequestCredentials::Omit);
    // The page's policy may be to send its whole address along.
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    // A request that outlives its page would keep the browser from keeping the page.
    init.set_signal(Some(&share.life.signal()));
    Ok(init)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_will_never_be_taken_is_given_up_at_once() {
        for status in [404, 413, 415] {
            assert_eq!(verdict(status), Err(Failure::Final), "{status}");
        }
        for status in [400, 401, 403, 429, 500, 502, 503, 504] {
            assert_eq!(verdict(status), Err(Failure::Later), "{status}");
        }
        assert_eq!((verdict(200), verdict(201)), (Ok(()), Ok(())));
        assert_eq!(unfetched(r#"{"code":"fetch_failed","message":"…"}"#), Failure::Final);
        assert_eq!(unfetched("<h1>502 Bad Gateway</h1>"), Failure::Later, "the relay is away");
    }

    #[test]
    fn pauses_grow_for_a_minute_and_then_it_was_enough() {
        let pauses: Vec<_> = (0..).map_while(pause).collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
    }
}
