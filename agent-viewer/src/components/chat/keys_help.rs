//! The keys.
use leptos::prelude::*;

use super::modal::Modal;
use crate::{
    i18n::{Text, words},
    pages::chats::ui,
};

const KEYS: [(&str, Text); 10] = [
    ("Ctrl K", Text::KeyFind),
    ("/", Text::CannedReplies),
    ("r", Text::KeyReply),
    ("n", Text::KeyNote),
    ("Alt ↑ ↓", Text::KeyMove),
    ("Enter", Text::Publish),
    ("Shift Enter", Text::KeyNewline),
    ("i", Text::VisitorPanel),
    ("Esc", Text::KeyLeave),
    ("?", Text::KeyAll),
];

/// All of them.
#[component]
pub fn KeysHelp() -> impl IntoView {
    let (words, ui) = (words(), ui());
    let line = move |(keys, text): (&'static str, Text)| view! { <div><dt><kbd>{keys}</kbd></dt><dd>{words.say(text)}</dd></div> };
    view! {
        <Modal title=Text::KeyAll close=move || ui.dialog.set(None)>
            <dl class="keys all-keys">{KEYS.map(line)}</dl>
        </Modal>
    }
}
