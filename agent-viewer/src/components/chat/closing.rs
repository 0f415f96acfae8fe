//! Tags, the end of a conversation, and blocking (FEATURES TAG, BLK).
use chat_proto::desk::{Card, Deed};
use leptos::{ev::SubmitEvent, html::Textarea, prelude::*};
use wasm_bindgen_futures::spawn_local;

use super::{conversation::row, modal::Modal, sending::Foot, toolbar::end_of};
use crate::{
    chat::{Chat, chat},
    i18n::{Text, words},
    net::chat_http,
    pages::chats::ui,
    state::chat::people,
};

/// The tags that are chosen, and whether one must be.
#[derive(Clone, Copy)]
struct Chosen {
    tags: RwSignal<Vec<i64>>,
    required: Memo<bool>,
}

impl Chosen {
    fn new() -> Self {
        let chat = chat();
        let of_row = untrack(row).map(|row| row.tags).unwrap_or_default();
        let required = Memo::new(move |_| {
            let site = row().map(|row| row.site).unwrap_or_default();
            people::site(&chat.directory.read(), &site)
                .is_some_and(|site| site.tag_required && !site.tags.is_empty())
        });
        Self { tags: RwSignal::new(of_row), required }
    }

    fn lacks(self) -> bool {
        self.required.get() && self.tags.read().is_empty()
    }
}

fn finish(what: Deed) {
    let ui = ui();
    if let Some(conv) = ui.open.get_untracked() {
        chat().order(&conv, what);
    }
    ui.dialog.set(None);
}

/// All tags of the site, as buttons that stay pressed.
#[component]
fn TagPicker(chosen: Chosen) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let all = move || {
        let site = row().map(|row| row.site).unwrap_or_default();
        people::site(&chat.directory.read(), &site).map(|site| site.tags.clone()).unwrap_or_default()
    };
    let one = move |tag: Card| {
        let id = tag.id;
        let on = move || chosen.tags.read().contains(&id);
        let toggle =
            move |_| {
                chosen.tags.update(|tags| {
                    if tags.contains(&id) { tags.retain(|it| *it != id) } else { tags.push(id) }
                })
            };
        view! {
            <button type="button" class="tag-button" data-tag=id aria-pressed=move || on().to_string() on:click=toggle>
                <i class="tag-dot" style:background=tag.colour></i> {tag.name}
            </button>
        }
    };
    view! {
        <div class="tags-field" role="group" aria-label=words.say(Text::AddTag)>
            <p class="field-label">{words.say(Text::AddTag)}</p>
            {move || {
                let all = all();
                let none = all.is_empty().then(|| view! { <p class="muted">{words.say(Text::NoTags)}</p> });
                view! { {none} <div class="tag-buttons">{all.into_iter().map(one).collect_view()}</div> }
            }}
            <p class="field-error" role="status">{move || chosen.lacks().then(|| words.now(Text::TagRequired))}</p>
        </div>
    }
}

/// Qualifies without ending.
#[component]
pub fn TagDialog() -> impl IntoView {
    let ui = ui();
    let chosen = Chosen::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        finish(Deed::Tag { tags: chosen.tags.get_untracked() });
    };
    view! {
        <Modal title=Text::TagIt close=move || ui.dialog.set(None)>
            <form class="form" on:submit=submit><TagPicker chosen/> <Foot text=Text::Save/></form>
        </Modal>
    }
}

/// Ends it; a tag first, where the site wants one.
#[component]
pub fn CloseDialog() -> impl IntoView {
    let (words, ui) = (words(), ui());
    let chosen = Chosen::new();
    let title = end_of(untrack(row).as_ref());
    let help = if title == Text::MarkHandled { Text::MarkHandledHelp } else { Text::CloseChatHelp };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        finish(Deed::Close { tags: chosen.tags.get_untracked() });
    };
    view! {
        <Modal title close=move || ui.dialog.set(None)>
            <form class="form" on:submit=submit>
                <p class="muted">{words.say(help)}</p>
                <TagPicker chosen/>
                <Foot text=title disabled=Signal::derive(move || chosen.lacks())/>
            </form>
        </Modal>
    }
}

/// Lets a blocked visitor come again, for managers; `done` once that is so.
pub fn unblock(visitor: i64, chat: Chat, done: impl FnOnce() + 'static) {
    spawn_local(async move {
        match chat_http::unblock(visitor).await {
            Ok(()) => {
                chat.toast(Text::Unblocked, "", false);
                done();
            }
            Err(_) => chat.toast(Text::FaultOther, "", true),
        }
    });
}

/// Ends it, and refuses the visitor from now on.
#[component]
pub fn BlockDialog() -> impl IntoView {
    let (words, ui) = (words(), ui());
    let (chosen, reason) = (Chosen::new(), NodeRef::<Textarea>::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let reason = reason.get_untracked().map(|field| field.value().trim().to_owned()).unwrap_or_default();
        finish(Deed::Block { tags: chosen.tags.get_untracked(), reason });
    };
    view! {
        <Modal title=Text::Block close=move || ui.dialog.set(None)>
            <form class="form" on:submit=submit>
                <p class="muted">{words.say(Text::BlockHelp)}</p>
                <label class="field"><span>{words.say(Text::BlockReason)}</span>
                    <textarea node_ref=reason name="reason" rows="2" maxlength="500" required autofocus></textarea></label>
                <TagPicker chosen/>
                <Foot text=Text::Block kind="danger" disabled=Signal::derive(move || chosen.lacks())/>
            </form>
        </Modal>
    }
}
