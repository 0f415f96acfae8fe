//! The keys, and the switch of those that are one letter (WCAG 2.1.4).
use leptos::prelude::*;

use super::modal::Modal;
use crate::{
    browser,
    i18n::{Text, Words, words},
    pages::chats::ui,
};

/// Where the switch is remembered.
const OFF: &str = "tandem-letter-keys-off";

/// Whether keys that are one letter are shortcuts.
pub fn has_letter_keys() -> bool {
    browser::recall(OFF).is_none()
}

fn set_letter_keys(on: bool) {
    if on { browser::forget(OFF) } else { browser::remember(OFF, "off") }
}

/// What stands on the keys.
#[derive(Clone, Copy)]
enum Keys {
    /// The same in each language.
    Same(&'static str),
    /// By the language.
    Named(Text),
}

impl Keys {
    fn now(self, words: Words) -> &'static str {
        match self {
            Self::Same(keys) => keys,
            Self::Named(text) => words.now(text),
        }
    }
}

const KEYS: [(Keys, Text); 5] = [
    (Keys::Same("Ctrl K"), Text::KeyFind),
    (Keys::Same("Alt ↑ ↓"), Text::KeyMove),
    (Keys::Named(Text::EnterKey), Text::Publish),
    (Keys::Named(Text::ShiftEnterKeys), Text::KeyNewline),
    (Keys::Named(Text::EscapeKey), Text::KeyLeave),
];

const LETTERS: [(Keys, Text); 5] = [
    (Keys::Same("/"), Text::CannedReplies),
    (Keys::Same("r"), Text::KeyReply),
    (Keys::Same("n"), Text::KeyNote),
    (Keys::Same("i"), Text::VisitorPanel),
    (Keys::Same("?"), Text::KeyAll),
];

/// All of them.
#[component]
pub fn KeysHelp() -> impl IntoView {
    let (words, ui) = (words(), ui());
    let on = RwSignal::new(has_letter_keys());
    let line = move |(keys, text): (Keys, Text)| view! { <div><dt><kbd>{move || keys.now(words)}</kbd></dt><dd>{words.say(text)}</dd></div> };
    let switch = move |event| {
        on.set(event_target_checked(&event));
        set_letter_keys(on.get_untracked());
    };
    view! {
        <Modal title=Text::KeyAll close=move || ui.dialog.set(None)>
            <dl class="keys all-keys">{KEYS.map(line)}</dl>
            <label class="check keys-switch">
                <input type="checkbox" name="letter-keys" prop:checked=on on:change=switch/>
                <span>{words.say(Text::LetterKeys)} <small class="muted">{words.say(Text::LetterKeysHelp)}</small></span>
            </label>
            <dl class="keys all-keys" class:keys-off=move || !on.get()>{LETTERS.map(line)}</dl>
        </Modal>
    }
}
