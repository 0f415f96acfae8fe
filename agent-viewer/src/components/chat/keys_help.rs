//! The keys, and the switch of those that are one letter (WCAG 2.1.4).
use leptos::prelude::*;

use super::modal::Modal;
use crate::{
    browser,
    i18n::{Text, words},
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

const KEYS: [(&str, Text); 5] = [
    ("Ctrl K", Text::KeyFind),
    ("Alt ↑ ↓", Text::KeyMove),
    ("Enter", Text::Publish),
    ("Shift Enter", Text::KeyNewline),
    ("Esc", Text::KeyLeave),
];

const LETTERS: [(&str, Text); 5] = [
    ("/", Text::CannedReplies),
    ("r", Text::KeyReply),
    ("n", Text::KeyNote),
    ("i", Text::VisitorPanel),
    ("?", Text::KeyAll),
];

/// All of them.
#[component]
pub fn KeysHelp() -> impl IntoView {
    let (words, ui) = (words(), ui());
    let on = RwSignal::new(has_letter_keys());
    let line = move |(keys, text): (&'static str, Text)| view! { <div><dt><kbd>{keys}</kbd></dt><dd>{words.say(text)}</dd></div> };
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
