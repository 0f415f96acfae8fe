//! Where the eye is in a thread, and what is in the document around it.
use std::sync::Arc;

use leptos::{html::Div, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    browser,
    chat::chat,
    state::chat::{
        entries::Entry,
        follow::{Follow, NEAR, Stand},
        sight::Sight,
    },
};

/// The eye on a thread's lines.
#[derive(Clone, Copy)]
pub struct Eye {
    /// What is scrolled.
    pub node: NodeRef<Div>,
    /// Whether it follows what comes.
    pub at_end: RwSignal<bool>,
    /// Whether the thread is in sight at all: beside a share it can be folded away.
    pub is_shown: RwSignal<bool>,
    follow: StoredValue<Follow>,
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
            is_shown: RwSignal::new(false),
            follow: StoredValue::default(),
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
        self.turn(|follow| *follow = Follow::default());
    }

    /// Lines came or went: what is scrolled until all is settled is scrolled by nobody.
    pub fn stir(self) {
        self.turn(Follow::stir);
        request_animation_frame(move || self.settle());
    }

    fn turn(self, act: impl FnOnce(&mut Follow)) {
        let is_on = self.follow.try_update_value(|follow| {
            act(follow);
            follow.is_on()
        });
        if let Some(is_on) = is_on.filter(|is_on| self.at_end.try_get_untracked() == Some(!is_on)) {
            self.at_end.set(is_on);
        }
    }

    /// The thread was scrolled, by a hand or by the browser itself.
    pub fn scrolled(self) {
        let Some(node) = self.node.get_untracked() else { return };
        let now = stand(&node);
        let all = self.all.read_untracked();
        let has_end = self.sight.read_untracked().has_end(&all);
        self.turn(|follow| follow.scrolled(now, has_end));
        let at_end = self.at_end.get_untracked();
        if at_end && NEAR <= now.below() {
            drop(all);
            return self.settle();
        }
        if at_end != (*self.sight.read_untracked() == Sight::default()) {
            let next = if at_end { Sight::default() } else { self.sight.read_untracked().stays(&all) };
            self.sight.set(next);
        }
        drop(all);
        self.hold();
        if now.top < NEAR && now.pane < now.whole {
            self.up();
        } else if now.below() < NEAR && !has_end {
            self.down();
        }
    }

    /// Further up; from the first line that is known, to those before.
    pub fn up(self) {
        let next = self.sight.read_untracked().up(&self.all.read_untracked());
        match next {
            Some(next) => {
                self.turn(|follow| *follow = Follow::Away);
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
        self.turn(|follow| *follow = Follow::Away);
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
        let Some(node) = self.node.try_get_untracked().flatten() else { return };
        if self.at_end.try_get_untracked() == Some(true) {
            self.settle();
        }
        let is_shown = 0 < node.client_height();
        if self.is_shown.try_get_untracked() == Some(!is_shown) {
            self.is_shown.set(is_shown);
        }
    }

    /// To the end, and along with it from now on.
    pub fn go_to_end(self) {
        self.begin();
        self.stir();
    }

    /// Lines came or went: at the end the eye follows them; elsewhere what is read stays where it is.
    pub fn settle(self) {
        let Some(node) = self.node.try_get_untracked().flatten() else { return };
        if self.at_end.get_untracked() {
            node.set_scroll_top(node.scroll_height());
            return self.turn(|follow| follow.rest(stand(&node)));
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

fn stand(node: &HtmlElement) -> Stand {
    Stand { top: node.scroll_top(), pane: node.client_height(), whole: node.scroll_height() }
}
