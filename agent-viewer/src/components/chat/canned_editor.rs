//! One's own canned replies: made, changed, removed (FEATURES CAN-03). Managers also keep the shared ones.
use chat_proto::desk::Canned;
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, html, prelude::*};
use wasm_bindgen_futures::spawn_local;

use super::{conversation::row, modal::Modal};
use crate::{
    chat::{Chat, Loaded, chat},
    components::icon::Icon,
    i18n::{Text, words},
    net::{admin_http, chat_http},
    pages::chats::ui,
};

/// The list, and the form of the one that is being changed.
#[component]
pub fn CannedEditor() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    chat.load_canned();
    let edited = RwSignal::new(None::<Canned>);
    let leaving = RwSignal::new(None::<Canned>);
    let fresh = move |_| {
        let directory = chat.directory.read_untracked();
        let first = || directory.sites.first().map(|site| site.key.clone());
        let site = untrack(row).map(|row| row.site).or_else(first).unwrap_or_default();
        edited.set(Some(Canned { site, agent: Some(directory.me), ..Canned::default() }));
    };
    view! {
        <Modal title=Text::ManageCanned close=move || ui.dialog.set(None) kind="wide">
            {move || match (edited.get(), leaving.get()) {
                (Some(reply), _) => view! { <Form reply edited/> }.into_any(),
                (None, Some(reply)) => view! { <Removal reply leaving/> }.into_any(),
                (None, None) => view! {
                    <div class="canned-all">{move || lines(chat, (edited, leaving))}</div>
                    <footer class="modal-foot">
                        <button type="button" class="button primary" data-do="new-canned" on:click=fresh><Icon icon=lu::LuPlus/> {words.say(Text::NewCanned)}</button>
                    </footer>
                }.into_any(),
            }}
        </Modal>
    }
}

/// A reply that something is done to.
type One = RwSignal<Option<Canned>>;

fn lines(chat: Chat, (edited, leaving): (One, One)) -> AnyView {
    let words = words();
    match chat.canned.get() {
        Loaded::Not | Loaded::Loading => view! { <p class="muted" aria-busy="true">{words.say(Text::Loading)}</p> }.into_any(),
        Loaded::Failed => view! {
            <p class="muted">{words.say(Text::CannedFailed)}</p>
            <button type="button" class="button" on:click=move |_| chat.reload_canned()>{words.say(Text::TryAgain)}</button>
        }
        .into_any(),
        Loaded::Here(all) if all.is_empty() => view! { <p class="muted">{words.say(Text::CannedNone)}</p> }.into_any(),
        Loaded::Here(all) => all.into_iter().map(|reply| view! { <Line reply edited leaving/> }).collect_view().into_any(),
    }
}

#[component]
fn Line(reply: Canned, edited: One, leaving: One) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let mine =
        move || reply.agent == Some(chat.directory.read().me) || (reply.agent.is_none() && chat.is_manager());
    let shared =
        reply.agent.is_none().then(|| view! { <span class="chip">{words.say(Text::SharedReply)}</span> });
    let kept = StoredValue::new(reply.clone());
    let id = reply.id;
    let (edit_label, remove_label) = (words.say(Text::EditAgain), words.say(Text::Remove));
    view! {
        <article class="canned-item" data-canned=id>
            <kbd>{format!("/{}", reply.short)}</kbd>
            <div><strong>{reply.title.clone()}</strong> {shared}<p class="muted">{reply.body.clone()}</p></div>
            <Show when=mine>
                <button type="button" class="button quiet square" title=edit_label aria-label=edit_label on:click=move |_| edited.set(Some(kept.get_value()))>
                    <Icon icon=lu::LuPencil/>
                </button>
                <button type="button" class="button quiet square" title=remove_label aria-label=remove_label on:click=move |_| leaving.set(Some(kept.get_value()))>
                    <Icon icon=lu::LuTrash2/>
                </button>
            </Show>
        </article>
    }
}

/// Asks first: a shared one is taken from the whole team.
#[component]
fn Removal(reply: Canned, leaving: One) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let (id, busy) = (reply.id, RwSignal::new(false));
    let keep = NodeRef::<html::Button>::new();
    // The button that asked is gone, and the keyboard with it.
    Effect::new(move |_| keep.get().map(|keep| request_animation_frame(move || drop(keep.focus()))));
    let remove = move |_| {
        busy.set(true);
        spawn_local(async move {
            match chat_http::delete_canned(id).await {
                Ok(()) => chat.reload_canned(),
                Err(_) => chat.toast(Text::FaultOther, "", true),
            }
            let _ = leaving.try_set(None);
        })
    };
    view! {
        <p><kbd>{format!("/{}", reply.short)}</kbd> <strong>{reply.title}</strong></p>
        <p>{words.say(Text::RemoveReplyHelp)}</p>
        <footer class="modal-foot">
            <button type="button" class="button" node_ref=keep on:click=move |_| leaving.set(None)>{words.say(Text::Cancel)}</button>
            <button type="button" class="button danger" data-do="remove-now" disabled=busy on:click=remove>{words.say(Text::RemoveReply)}</button>
        </footer>
    }
}

#[component]
fn Form(reply: Canned, edited: One) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let (reply, wrong, busy) = (RwSignal::new(reply), RwSignal::new(None::<Text>), RwSignal::new(false));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let it = reply.get_untracked();
        busy.set(true);
        spawn_local(async move {
            match admin_http::save_canned(&it).await {
                Ok(()) => {
                    edited.set(None);
                    chat.reload_canned();
                }
                Err(refused) if matches!(refused.at("short"), Some("taken" | "no_word")) => {
                    wrong.set(Some(Text::ShortTaken))
                }
                Err(_) => wrong.set(Some(Text::FaultOther)),
            }
            busy.set(false);
        });
    };
    let share = move |event| {
        let me = chat.directory.read_untracked().me;
        reply.update(|reply| reply.agent = if event_target_checked(&event) { None } else { Some(me) });
    };
    view! {
        <form class="form" on:submit=submit>
            <label class="field"><span>{words.say(Text::CannedShort)}</span>
                <input name="short" required maxlength="32" pattern="[^\\s\\/]+" prop:value=reply.get_untracked().short autofocus
                    on:input=move |event| reply.update(|reply| reply.short = event_target_value(&event))/></label>
            <label class="field"><span>{words.say(Text::CannedTitle)}</span>
                <input name="title" required maxlength="100" prop:value=reply.get_untracked().title
                    on:input=move |event| reply.update(|reply| reply.title = event_target_value(&event))/></label>
            <label class="field"><span>{words.say(Text::CannedBody)}</span>
                <textarea name="body" rows="5" required maxlength="10000" spellcheck="true" prop:value=reply.get_untracked().body
                    on:input=move |event| reply.update(|reply| reply.body = event_target_value(&event))></textarea></label>
            // Whose a reply is, is said as it is made.
            <Show when=move || chat.is_manager() && reply.read().id == 0>
                <label class="check"><input type="checkbox" name="shared" prop:checked=move || reply.read().agent.is_none() on:change=share/>
                    <span>{words.say(Text::SharedReply)}</span></label>
            </Show>
            <p class="field-error" role="alert">{move || wrong.get().map(|text| words.now(text))}</p>
            <footer class="modal-foot">
                <button type="button" class="button" on:click=move |_| edited.set(None)>{words.say(Text::Cancel)}</button>
                <button type="submit" class="button primary" disabled=busy>{words.say(Text::Save)}</button>
            </footer>
        </form>
    }
}
