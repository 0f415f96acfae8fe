//! Where the eye is in a thread, and what is in the document around it.
use std::sync::Arc;

use leptos::{html::Div, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    browser,
    chat::chat,
    state::chat::{entries::Entry, sight::Sight},
};

/// So near to an end, CSS pixels, counts as being there.
const NEAR: i32 = 80;

/// The eye on a thread's lines.
#[derive(Clone, Copy)]
pub struct Eye {
    /// What is scrolled.
    pub node: NodeRef<Div>,
    /// Whether it follows what comes.
    pub at_end: RwSignal<bool>,
    all: Memo<Vec<Entry>>,
    sight: RwSignal<Sight>,
    /// The first line that is seen, and how far below the top it is: it stays there while others come and go.
    held: StoredValue<Option<(HtmlElement, f64)>, LocalStorage>,
}

impl Eye {
    /// At the end of the thread.
    pub fn on(all: Memo<Vec<Entry>>) -> Self {
        Self {
            node: NodeRef::new(),
            at_end: RwSignal::new(true),
            all,
            sight: RwSignal::default(),
            held: StoredValue::new_local(None),
        }
    }

    /// The lines that are in the document; tracked.
    pub fn lines(self) -> Vec<Entry> {
        let all = self.all.read();
        all[self.sight.read().range(&all)].to_vec()
    }

    /// Whether the first of all lines is among them; tracked.
    pub fn has_begin(self) -> bool {
        self.sight.read().range(&self.all.read()).start == 0
    }

    /// Whether the last of all lines is among them; tracked.
    pub fn has_end(self) -> bool {
        self.sight.read().has_end(&self.all.read())
    }

    /// Another thread, from its end.
    pub fn begin(self) {
        self.sight.set(Sight::default());
        self.at_end.set(true);
    }

    /// The thread was scrolled.
    pub fn scrolled(self) {
        let Some(node) = self.node.get_untracked() else { return };
        let below = node.scroll_height() - node.scroll_top() - node.client_height();
        let all = self.all.read_untracked();
        let has_end = self.sight.read_untracked().has_end(&all);
        let at_end = below < NEAR && has_end;
        if at_end != (*self.sight.read_untracked() == Sight::default()) {
            let next = if at_end { Sight::default() } else { self.sight.read_untracked().stays(&all) };
            self.sight.set(next);
        }
        drop(all);
        self.at_end.set(at_end);
        self.hold();
        if node.scroll_top() < NEAR && node.client_height() < node.scroll_height() {
            self.up();
        } else if below < NEAR && !has_end {
            self.down();
        }
    }

    /// Further up; from the first line that is known, to those before.
    pub fn up(self) {
        let next = self.sight.read_untracked().up(&self.all.read_untracked());
        match next {
            Some(next) => {
                self.at_end.set(false);
                self.sight.set(next);
            }
            None => chat().earlier(),
        }
    }

    fn down(self) {
        let next = self.sight.read_untracked().down(&self.all.read_untracked());
        if let Some(next) = next {
            self.sight.set(next);
        }
    }

    /// To the line of this id, if it is known by now; the keyboard's focus goes there.
    pub fn reach(self, id: Arc<str>, reached: impl FnOnce() + 'static) {
        let at = self.all.read_untracked().iter().position(|it| it.place() == *id);
        let Some(at) = at else { return };
        self.at_end.set(false);
        self.sight.set(Sight::around(at, &self.all.read_untracked()));
        self.held.set_value(None);
        request_animation_frame(move || {
            if browser::jump_to(&id) {
                reached();
            }
        });
    }

    /// Where the end is looked at, it stays in sight.
    pub fn stay(self) {
        if self.at_end.try_get_untracked() == Some(true) {
            self.go_to_end();
        }
    }

    /// The thread or its lines got another size: where the end is looked at, it stays in sight.
    pub fn resized(self) {
        if self.at_end.try_get_untracked() == Some(true) {
            self.settle();
        }
    }

    /// To the end, and along with it from now on.
    pub fn go_to_end(self) {
        self.begin();
        request_animation_frame(move || self.settle());
    }

    /// Lines came or went: at the end the eye follows them; elsewhere what is read stays where it is.
    pub fn settle(self) {
        let Some(node) = self.node.try_get_untracked().flatten() else { return };
        if self.at_end.get_untracked() {
            return node.set_scroll_top(node.scroll_height());
        }
        let top = node.get_bounding_client_rect().top();
        let held = self.held.try_get_value().flatten().filter(|(line, _)| line.is_connected());
        if let Some((line, before)) = held {
            let moved = line.get_bounding_client_rect().top() - top - before;
            node.set_scroll_top(node.scroll_top() + moved.round() as i32);
        }
        self.hold();
        // What was fetched stands above: whoever is at the top has not got there yet.
        let has_more = 0 < self.sight.read_untracked().range(&self.all.read_untracked()).start;
        if node.scroll_top() < NEAR && has_more {
            self.up();
        }
    }

    fn hold(self) {
        let Some(node) = self.node.try_get_untracked().flatten() else { return };
        let top = node.get_bounding_client_rect().top();
        let Ok(lines) = node.query_selector_all(".line") else { return };
        let all = (0..lines.length()).filter_map(|at| lines.get(at)?.dyn_into::<HtmlElement>().ok());
        let below = |it: &HtmlElement| it.get_bounding_client_rect().top() - top;
        let first = all.map(|it| (below(&it), it)).find(|(below, _)| 0.0 <= *below);
        let _ = self.held.try_set_value(first.map(|(below, it)| (it, below)));
    }
}
