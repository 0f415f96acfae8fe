//! Names that only one page of this browser holds at a time (Web Locks): they are free when their page is gone, however
//! it went.
use std::{cell::Cell, rc::Rc, time::Duration};

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::{set_timeout, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::AbortController;

/// What came of asking for a name.
pub enum Held {
    /// It is this page's, until this is dropped.
    Ours(TabLock),
    /// Another page has it.
    Theirs,
    /// This browser has no such names, or not here.
    Unknown,
}

/// A name that this page holds until it is dropped, or the page goes.
pub struct TabLock(Function);

impl Drop for TabLock {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// Told once.
type Then = Rc<Cell<Option<Box<dyn FnOnce(Held)>>>>;

/// Asks for a name that may be free.
pub fn try_hold(name: &str, then: impl FnOnce(Held) + 'static) {
    let options = Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    request(name, &options, Box::new(then));
}

/// Waits for a name that its holder may be about to leave: a page that is being loaded again.
pub fn hold_within(name: &str, patience: Duration, then: impl FnOnce(Held) + 'static) {
    let options = Object::new();
    if let Ok(controller) = AbortController::new() {
        let _ = Reflect::set(&options, &"signal".into(), &controller.signal());
        set_timeout(move || controller.abort(), patience);
    }
    request(name, &options, Box::new(then));
}

fn request(name: &str, options: &Object, then: Box<dyn FnOnce(Held)>) {
    let then: Then = Rc::new(Cell::new(Some(then)));
    let granted = then.clone();
    let on_lock = Closure::once_into_js(move |lock: JsValue| -> JsValue { on_lock(&granted, &lock) });
    match call(name, options, &on_lock) {
        Some(asked) => {
            let failed = Closure::once_into_js(move |_: JsValue| tell(&then, Held::Theirs));
            let catch = Reflect::get(&asked, &"catch".into()).and_then(JsCast::dyn_into::<Function>);
            let _ = catch.and_then(|catch| catch.call1(&asked, &failed));
        }
        None => tell(&then, Held::Unknown),
    }
}

/// Gives what the name is held until: a promise that its [`TabLock`] ends.
fn on_lock(then: &Then, lock: &JsValue) -> JsValue {
    if lock.is_null() {
        tell(then, Held::Theirs);
        return JsValue::UNDEFINED;
    }
    let mut release = None;
    let until = Promise::new(&mut |resolve, _| release = Some(resolve));
    if let Some(release) = release {
        tell(then, Held::Ours(TabLock(release)));
    }
    until.into()
}

fn tell(then: &Then, held: Held) {
    if let Some(then) = then.take() {
        then(held);
    }
}

fn call(name: &str, options: &Object, on_lock: &JsValue) -> Option<JsValue> {
    let locks = Reflect::get(&window().navigator(), &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    request.call3(&locks, &name.into(), options, on_lock).ok()
}
