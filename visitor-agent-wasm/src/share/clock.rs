//! Time and chance, from the browser.
use std::{cell::Cell, rc::Rc, time::Duration};

use cobrowse_core::id::Moment;
use js_sys::Function;
use wasm_bindgen::{JsCast, closure::Closure};

use crate::life;

thread_local! {
    static LAST: Cell<u64> = const { Cell::new(0) };
}

/// Now, on the page's monotonic clock. A page that is being torn down has none any more: there it stands still.
pub(crate) fn now() -> Moment {
    let clock = web_sys::window().and_then(|window| window.performance());
    let micros = clock.map_or(0.0, |clock| clock.now() * 1000.0) as u64;
    let last = LAST.replace(micros.max(LAST.get()));
    Moment(Duration::from_micros(micros.max(last)))
}

/// Random numbers of the browser's cryptographic source.
///
/// # Panics
/// Where there is none: an id that can be guessed would be worse than no share.
pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    let drawn = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).ok());
    if drawn.is_none() {
        wasm_bindgen::throw_str("Tandem: the browser has no random numbers");
    }
    u64::from_le_bytes(bytes)
}

/// One timer that is set again and again.
pub(crate) struct Timer {
    callback: Function,
    _closure: Closure<dyn FnMut()>,
    armed: Rc<Cell<Option<(Moment, i32)>>>,
}

impl Timer {
    pub(crate) fn new(mut run: impl FnMut() + 'static) -> Self {
        let armed: Rc<Cell<Option<(Moment, i32)>>> = Rc::default();
        let fired = Rc::clone(&armed);
        let closure = Closure::<dyn FnMut()>::new(move || {
            fired.set(None);
            run();
        });
        Self { callback: life::guarded(closure.as_ref().unchecked_ref()), _closure: closure, armed }
    }

    /// Arms it for a moment, or not at all.
    pub(crate) fn set(&self, at: Option<Moment>) {
        let Some(window) = web_sys::window() else { return };
        if let Some((before, id)) = self.armed.take() {
            if at == Some(before) {
                self.armed.set(Some((before, id)));
                return;
            }
            window.clear_timeout_with_handle(id);
        }
        let Some(at) = at else { return };
        // Rounded up: a timer that fires early would find nothing to do and be set again.
        let wait = at.since(now()).as_micros().div_ceil(1000);
        let wait = i32::try_from(wait).unwrap_or(i32::MAX);
        let set = window.set_timeout_with_callback_and_timeout_and_arguments_0(&self.callback, wait);
        self.armed.set(set.ok().map(|id| (at, id)));
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.set(None);
    }
}

/// Runs once, later.
pub(crate) fn later(millis: i32, run: impl FnOnce() + 'static) {
    let callback = life::guarded(Closure::once_into_js(run).unchecked_ref());
    if let Some(window) = web_sys::window() {
        // Fails only for a callback that is no function.
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&callback, millis);
    }
}

/// Runs as soon as the present script has ended.
pub(crate) fn soon(run: impl FnOnce() + 'static) {
    wasm_bindgen_futures::spawn_local(async move { run() });
}
