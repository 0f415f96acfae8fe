//! The agent's keys while in control. A text field of our own takes them, so that input methods, dead keys
//! and pasting work as everywhere.
use cobrowse_core::command::{Action, Anchor, Modifiers};
use leptos::{ev, html::Textarea, prelude::*};
use web_sys::HtmlElement;

use super::{pointing::Pointing, under};
use crate::{
    browser,
    i18n::{Text, words},
    sharing::Sharing,
    state::{
        keys::{Meaning, Press, copies, meaning, pieces},
        share::Tool,
    },
};

/// What typing needs.
#[derive(Clone, Copy)]
pub struct Typing {
    sharing: Sharing,
    /// The field.
    pub field: NodeRef<Textarea>,
    pointing: StoredValue<Option<Pointing>, LocalStorage>,
}

impl Typing {
    /// Typing without a page yet.
    pub fn new(sharing: Sharing) -> Self {
        Self { sharing, field: NodeRef::new(), pointing: StoredValue::new_local(None) }
    }

    /// The page is there.
    pub fn goes_with(self, pointing: Pointing) {
        self.pointing.set_value(Some(pointing));
    }

    /// Takes the keyboard while in control.
    pub fn take_focus(self) {
        let controls = self.sharing.share.read_untracked().tool() == Tool::Control;
        if let Some(field) = self.field.get_untracked().filter(|_| controls) {
            let _ = field.focus();
        }
    }

    fn handle_key(self, event: &ev::KeyboardEvent) {
        let key = event.key();
        let press = Press { key: &key, modifiers: modifiers(event), composing: event.is_composing() };
        match meaning(press) {
            Meaning::Leave => {
                event.prevent_default();
                self.sharing.choose(Tool::Look);
            }
            Meaning::Send(action) => {
                event.prevent_default();
                if copies(&action) {
                    self.copy();
                }
                self.send(action);
            }
            Meaning::Text | Meaning::Own => {}
        }
    }

    /// Puts what the page has selected on the agent's clipboard.
    fn copy(self) {
        let text = self.sharing.player().and_then(|player| under::selected(&player.borrow()));
        if let Some(text) = text {
            browser::copy(&text);
        }
    }

    /// Sends what the field holds, and empties it.
    fn flush(self) {
        let Some(field) = self.field.get_untracked() else { return };
        let text = field.value();
        field.set_value("");
        for piece in pieces(&text) {
            self.send(Action::Type(piece.to_owned()));
        }
    }

    fn send(self, action: Action) {
        let Some((anchor, at)) = self.place() else { return self.sharing.say(Text::ReceiptNoTarget, None) };
        self.sharing.command(anchor, action, at);
    }

    /// The page's own focus, else where the agent pressed on this very page, else the middle.
    fn place(self) -> Option<(Anchor, (f64, f64))> {
        let player = self.sharing.player()?;
        let player = player.borrow();
        let pane: HtmlElement = player.pane();
        let middle = (f64::from(pane.client_width()) / 2.0, f64::from(pane.client_height()) / 2.0);
        let middle = player.hit(middle.0, middle.1).map(|anchor| (anchor, middle));
        // A press on a page that is gone says nothing of this one.
        let is_of_this_page =
            |(anchor, _): &(Anchor, _)| middle.is_none_or(|(here, _)| here.epoch == anchor.epoch);
        let pressed = self.pointing.get_value()?.pressed().filter(is_of_this_page);
        if let Some(anchor) = player.focused() {
            let at = player.rect(anchor.node).map(|rect| (rect.x + rect.width / 2.0, rect.y + rect.height));
            return Some((anchor, at.or(pressed.map(|(_, at)| at)).unwrap_or_default()));
        }
        pressed.or(middle)
    }
}

fn modifiers(event: &ev::KeyboardEvent) -> Modifiers {
    let held = [
        (event.ctrl_key(), Modifiers::CTRL),
        (event.shift_key(), Modifiers::SHIFT),
        (event.alt_key(), Modifiers::ALT),
        (event.meta_key(), Modifiers::META),
    ];
    Modifiers(held.into_iter().filter_map(|(held, bit)| held.then_some(bit)).sum())
}

/// The field: never seen, focused while the agent controls.
#[component]
pub fn TypingField(
    /// What takes the keys.
    typing: Typing,
) -> impl IntoView {
    let words = words();
    let controls = move || typing.sharing.share.read().tool() == Tool::Control;
    Effect::new(move |_| {
        if controls() {
            typing.take_focus();
        }
    });
    view! {
        <textarea class="typing-field" node_ref=typing.field aria-label=words.say(Text::TypeHere) disabled=move || !controls()
            autocomplete="off" autocapitalize="off" spellcheck="false"
            on:keydown=move |event| typing.handle_key(&event)
            on:input=move |event: ev::Event| if !is_composing(&event) { typing.flush() }
            on:compositionend=move |_| typing.flush()></textarea>
    }
}

fn is_composing(event: &ev::Event) -> bool {
    use wasm_bindgen::JsCast as _;
    event.dyn_ref::<web_sys::InputEvent>().is_some_and(web_sys::InputEvent::is_composing)
}
