//! A link, and a commercial offer (FEATURES DSK-07).
use chat_proto::desk::Say;
use leptos::{
    ev::SubmitEvent,
    html::{Input, Textarea},
    prelude::*,
};

use super::modal::Modal;
use crate::{
    chat::chat,
    i18n::{Text, words},
    pages::chats::ui,
    state::visitors::web,
};

/// Asks for an address and what it says.
#[component]
pub fn LinkDialog() -> impl IntoView {
    let (words, ui) = (words(), ui());
    let (url, title) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let bad = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let value = |field: NodeRef<Input>| {
            field.get_untracked().map(|field| field.value().trim().to_owned()).unwrap_or_default()
        };
        let (url, title) = (value(url), value(title));
        if !web(&url) {
            return bad.set(true);
        }
        say(Say::Link { url, title });
    };
    view! {
        <Modal title=Text::SendLink close=move || ui.dialog.set(None)>
            <form class="form" on:submit=submit>
                <Address node=url bad required=true/>
                <label class="field"><span>{words.say(Text::LinkTitle)}</span><input node_ref=title name="title" maxlength="200"/></label>
                <Foot text=Text::Send/>
            </form>
        </Modal>
    }
}

/// Asks for an offer's words and where to get it.
#[component]
pub fn DealDialog() -> impl IntoView {
    let (words, ui) = (words(), ui());
    let (text, url) = (NodeRef::<Textarea>::new(), NodeRef::<Input>::new());
    let bad = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = text.get_untracked().map(|field| field.value().trim().to_owned()).unwrap_or_default();
        let url = url.get_untracked().map(|field| field.value().trim().to_owned()).unwrap_or_default();
        if !url.is_empty() && !web(&url) {
            return bad.set(true);
        }
        if !text.is_empty() {
            say(Say::Deal { text, url });
        }
    };
    view! {
        <Modal title=Text::SendDeal close=move || ui.dialog.set(None)>
            <form class="form" on:submit=submit>
                <label class="field"><span>{words.say(Text::DealOffer)}</span>
                    <textarea node_ref=text name="text" rows="3" required maxlength="2000" autofocus></textarea></label>
                <Address node=url bad required=false/>
                <Foot text=Text::Send/>
            </form>
        </Modal>
    }
}

fn say(what: Say) {
    let ui = ui();
    if let Some(conv) = ui.open.get_untracked() {
        chat().say(&conv, what, Vec::new());
    }
    ui.dialog.set(None);
}

#[component]
fn Address(node: NodeRef<Input>, bad: RwSignal<bool>, required: bool) -> impl IntoView {
    let words = words();
    view! {
        <label class="field"><span>{words.say(Text::LinkAddress)}</span>
            <input node_ref=node type="url" name="url" required=required placeholder="https://" autocomplete="off"
                aria-invalid=move || bad.get().to_string() on:input=move |_| bad.set(false)/></label>
        <p class="field-error" role="alert">{move || bad.get().then(|| words.now(Text::BadAddress))}</p>
    }
}

/// Cancel, and the one thing to do.
#[component]
pub fn Foot(
    /// What the button says.
    text: Text,
    /// `danger` or nothing.
    #[prop(default = "primary")]
    kind: &'static str,
    /// Nothing can be done yet.
    #[prop(into, default = Signal::stored(false))]
    disabled: Signal<bool>,
) -> impl IntoView {
    let (words, ui) = (words(), ui());
    view! {
        <footer class="modal-foot">
            <button type="button" class="button" on:click=move |_| ui.dialog.set(None)>{words.say(Text::Cancel)}</button>
            <button type="submit" class=format!("button {kind}") disabled=disabled>{words.say(text)}</button>
        </footer>
    }
}
