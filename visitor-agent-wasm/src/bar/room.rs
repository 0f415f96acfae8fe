//! How much room the strip takes, told to the chat: both stand in closed roots, and on a phone the chat's window fills
//! the screen below the strip.
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, ShadowRoot};

use crate::listener::Listener;

/// On the host: the strip's height and the space below it, pixels. Read by `js/widget/chat.js`.
const ROOM: &str = "data-tandem-bar";
/// Said at the page's window when that has changed, and when the host has come or gone.
const CHANGED: &str = "tandem-bar";
/// Between the strip and what stands below it, pixels.
const SPACE: i32 = 4;

/// Tells what room the strip takes.
pub(super) struct Room {
    host: HtmlElement,
    root: ShadowRoot,
    _resizes: Option<Listener>,
}

impl Room {
    pub(super) fn new(host: &HtmlElement, root: &ShadowRoot) -> Self {
        let again = (host.clone(), root.clone());
        let resizes = web_sys::window()
            .map(|window| Listener::capture(&window, "resize", move |_: Event| tell(&again.0, &again.1)));
        Self { host: host.clone(), root: root.clone(), _resizes: resizes }
    }

    /// Something else is shown, or nothing any more.
    pub(super) fn tell(&self) {
        tell(&self.host, &self.root);
    }
}

/// Dragging the strip does not change it: the header below stays where it is.
fn tell(host: &HtmlElement, root: &ShadowRoot) {
    let strip = root.query_selector(".strip").ok().flatten();
    let high = strip.map_or(0, |it| it.unchecked_into::<HtmlElement>().offset_height());
    let room = if high == 0 { "0".to_owned() } else { (high + SPACE).to_string() };
    if host.get_attribute(ROOM).as_deref() == Some(&room) && host.is_connected() {
        return;
    }
    // Fails for no name of an attribute or an event that is valid.
    let _ = host.set_attribute(ROOM, &room);
    if let (Some(window), Ok(event)) = (web_sys::window(), Event::new(CHANGED)) {
        let _ = window.dispatch_event(&event);
    }
}
