//! Canned replies that fit what is typed after a `/`.
use chat_proto::desk::Canned;
use leptos::{ev, prelude::*};

use super::{composer::Draft, conversation::row};
use crate::{
    chat::{Chat, Loaded, chat},
    i18n::{Text, words},
    state::chat::canned::{Press, asked, matching, of_site, press},
};

const LIST: &str = "canned-list";

/// What fits now, and which of it the keys are on.
#[derive(Clone, Copy)]
pub struct Suggestions {
    chat: Chat,
    draft: Draft,
    found: Memo<Option<Vec<Canned>>>,
    at: RwSignal<usize>,
    /// Escape: not for this text.
    dismissed: RwSignal<bool>,
}

impl Suggestions {
    pub(super) fn provide(draft: Draft) -> Self {
        let chat = chat();
        let dismissed = RwSignal::new(false);
        let asks = Memo::new(move |_| !draft.note.get() && asked(&draft.text.read()).is_some());
        Effect::new(move |_| {
            if asks.get() {
                // A colleague may have added one since they were asked for.
                chat.reload_canned();
            } else {
                dismissed.set(false);
            }
        });
        let site = Memo::new(move |_| row().map(|row| row.site));
        let found = Memo::new(move |_| {
            if !asks.get() || dismissed.get() {
                return None;
            }
            let (text, canned) = (draft.text.read(), chat.canned.read());
            let Loaded::Here(all) = &*canned else { return Some(Vec::new()) };
            let site = site.read();
            Some(matching(of_site(all, site.as_deref()), asked(&text)?).into_iter().cloned().collect())
        });
        let at = RwSignal::new(0);
        Effect::new(move |_| {
            found.with(|_| ());
            at.set(0);
        });
        Self { chat, draft, found, at, dismissed }
    }

    /// The list's id, while it is shown; tracked.
    pub fn controls(self) -> Option<&'static str> {
        self.found.read().is_some().then_some(LIST)
    }

    /// The id of the reply that the keys are on; tracked.
    pub fn active(self) -> Option<String> {
        let some = self.found.read().as_ref().is_some_and(|found| !found.is_empty());
        some.then(|| line_id(self.at.get()))
    }

    /// Whether a key was for the list.
    pub fn press(self, event: &ev::KeyboardEvent) -> bool {
        let Some(found) = self.found.get_untracked() else { return false };
        let last = found.len().saturating_sub(1);
        let Some(press) = press(&event.key(), event.shift_key(), found.len()) else { return false };
        match press {
            Press::Down => self.at.update(|at| *at = (*at + 1).min(last)),
            Press::Up => self.at.update(|at| *at = at.saturating_sub(1)),
            Press::Dismiss => self.dismissed.set(true),
            Press::Pick => {
                if let Some(reply) = found.get(self.at.get_untracked()) {
                    self.pick(reply);
                }
            }
            Press::Hold => {}
        }
        event.prevent_default();
        true
    }

    /// Puts a reply into the composer, to be changed or sent as it is.
    fn pick(self, reply: &Canned) {
        self.draft.set(reply.body.clone());
        self.chat.use_canned(reply.id);
        crate::browser::focus(super::composer::FIELD);
    }
}

fn line_id(index: usize) -> String {
    format!("{LIST}-{index}")
}

/// The list, above the composer.
#[component]
pub fn CannedMenu(suggestions: Suggestions) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let empty = move || {
        let text = match &*chat.canned.read() {
            Loaded::Failed => Text::CannedFailed,
            Loaded::Here(all) if all.is_empty() => Text::CannedNone,
            Loaded::Here(_) => Text::CannedNoMatch,
            Loaded::Not | Loaded::Loading => Text::Loading,
        };
        words.now(text)
    };
    move || {
        suggestions.found.get().map(|found| {
            let none = found.is_empty();
            let line = |(index, reply): (usize, Canned)| {
                let chosen = move || (suggestions.at.get() == index).to_string();
                let (short, title, body) = (reply.short.clone(), reply.title.clone(), reply.body.clone());
                view! {
                    <button type="button" id=line_id(index) class="menu-item canned-line" role="option" tabindex="-1" aria-selected=chosen
                        on:mousedown=|event| event.prevent_default() on:click=move |_| suggestions.pick(&reply)>
                        <kbd>{format!("/{short}")}</kbd> <strong>{title}</strong> <span class="muted">{body}</span>
                    </button>
                }
            };
            view! {
                <div class="canned-menu">
                    <div id=LIST role="listbox" aria-label=words.say(Text::CannedReplies)>
                        {found.into_iter().enumerate().map(line).collect_view()}
                    </div>
                    {none.then(|| view! { <p class="menu-note muted" role="status">{empty}</p> })}
                </div>
            }
        })
    }
}
