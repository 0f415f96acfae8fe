//! Whether a click on a consent button was the visitor's own and meant.
use std::cell::Cell;

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlElement, MouseEvent, Node, ShadowRoot};

use super::{Act, sight::Sight};
use crate::life;

/// A button answers only after it has been on the screen for so long, milliseconds: nobody means to press what
/// has just appeared under the finger.
const SETTLED_MS: f64 = 500.0;
/// And a yes counts only after its question has been seen whole for so long, milliseconds: less, since the browser looks
/// only every tenth of a second.
const SEEN_MS: f64 = 400.0;
/// Two presses of Esc within this time are one wish, milliseconds.
const ESCAPES_MS: f64 = 1000.0;

/// Knows when the buttons were painted and where they are.
pub(super) struct Guard {
    root: ShadowRoot,
    host: HtmlElement,
    painted: std::rc::Rc<Cell<Option<f64>>>,
    sight: Sight,
    escape: Cell<Option<f64>>,
    sharing: Cell<bool>,
}

impl Guard {
    pub(super) fn new(root: ShadowRoot, host: HtmlElement) -> Self {
        Self {
            root,
            host,
            painted: Default::default(),
            sight: Sight::new(),
            escape: Cell::new(None),
            sharing: Cell::new(false),
        }
    }

    /// New buttons are about to be painted: the time runs from the frame after the next.
    pub(super) fn repainted(&self) {
        self.sight.follow(self.root.query_selector(".card").ok().flatten().as_ref());
        self.painted.set(None);
        let painted = std::rc::Rc::clone(&self.painted);
        next_frame(move |_| {
            let painted = std::rc::Rc::clone(&painted);
            next_frame(move |now| painted.set(Some(now)));
        });
    }

    /// Esc means something only while a share stands.
    pub(super) fn share_stands(&self, sharing: bool) {
        self.sharing.set(sharing);
        self.escape.set(None);
    }

    /// Whether this Esc (at `at`, milliseconds) is the second of a pair.
    pub(super) fn second_escape(&self, at: f64) -> bool {
        let first = self.escape.replace(Some(at));
        self.sharing.get() && first.is_some_and(|first| at - first <= ESCAPES_MS)
    }

    /// Whether a click is trusted, late enough, and on a button that is really there; a yes also to what is seen.
    pub(super) fn admits(&self, event: &MouseEvent, button: &Element, act: Act) -> bool {
        let is_clear = act != Act::Allow || self.is_question_seen(event.time_stamp());
        event.is_trusted() && is_clear && self.settled(event) && self.unobscured(event, button)
    }

    /// Also where the browser does not tell what is seen, and where the card is higher than the window, its words stand on
    /// top.
    fn is_question_seen(&self, at: f64) -> bool {
        let words = self.root.query_selector(".card h2").ok().flatten();
        self.sight.is_clear_since(at - SEEN_MS) && words.is_some_and(|it| self.is_on_top(&it, middle(&it)))
    }

    fn settled(&self, event: &Event) -> bool {
        self.painted.get().is_some_and(|painted| event.time_stamp() - painted >= SETTLED_MS)
    }

    /// Whether one press would take control away now.
    pub(super) fn can_be_ended(&self) -> bool {
        // The first of the two: while the connection is lost there is only the other.
        let ends = self.root.query_selector(".strip [data-act=take-back], .strip [data-act=stop]");
        ends.ok().flatten().is_some_and(|button| self.is_on_top(&button, middle(&button)))
    }

    /// Keys click without a place (`detail` is 0): then the middle of the button must be on top.
    fn unobscured(&self, event: &MouseEvent, button: &Element) -> bool {
        let at = match event.detail() {
            0 => middle(button),
            _ => (f64::from(event.client_x()), f64::from(event.client_y())),
        };
        self.is_on_top(button, at)
    }

    fn is_on_top(&self, button: &Element, (x, y): (f64, f64)) -> bool {
        let (x, y) = (x as f32, y as f32);
        let outside = self.host.owner_document().and_then(|document| document.element_from_point(x, y));
        let inside = self.root.element_from_point(x, y);
        outside.is_some_and(|top| {
            top.is_same_node(Some(self.host.unchecked_ref::<Node>())) || hosts(&top, &self.host)
        }) && inside.is_some_and(|top| button.contains(Some(&top)))
    }
}

fn middle(button: &Element) -> (f64, f64) {
    let rect = button.get_bounding_client_rect();
    ((rect.left() + rect.right()) / 2.0, (rect.top() + rect.bottom()) / 2.0)
}

/// In a page's own shadow tree the document sees that tree's host instead of ours.
fn hosts(top: &Element, host: &HtmlElement) -> bool {
    let mut root = host.get_root_node();
    while let Some(shadow) = root.dyn_ref::<ShadowRoot>() {
        let owner = shadow.host();
        if owner.is_same_node(Some(top)) {
            return true;
        }
        root = owner.get_root_node();
    }
    false
}

/// Runs once before the next paint, with its time.
pub(super) fn next_frame(run: impl FnOnce(f64) + 'static) {
    let callback = life::guarded(Closure::once_into_js(run).unchecked_ref());
    if let Some(window) = web_sys::window() {
        // Fails only for a callback that is no function.
        let _ = window.request_animation_frame(&callback);
    }
}
