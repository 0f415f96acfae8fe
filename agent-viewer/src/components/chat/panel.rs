//! The visitor beside the conversation (FEATURES B8).
use chat_proto::desk::Visitor;
use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    conversation::{at_top, row},
    dialogs::Dialog,
    message::field_label,
    panel_parts::{Custom, Documents, PagesSeen, PastExchanges, Rated, ThisVisit, VisitorNotes},
    who::{Face, name_of},
};
use crate::{
    chat::{Loaded, chat},
    components::icon::Icon,
    i18n::{Text, words},
    pages::chats::ui,
};

/// The right pane; a drawer where there is no room for it.
#[component]
pub fn VisitorPanel() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let label = words.say(Text::CloseDialog);
    let state = Memo::new(move |_| match &*chat.visitor.read() {
        Loaded::Here(_) => Shown::Here,
        Loaded::Failed => Shown::Failed,
        Loaded::Not | Loaded::Loading => Shown::Loading,
    });
    view! {
        <aside class="panel" aria-label=words.say(Text::VisitorPanel)>
            <button type="button" class="button quiet square panel-close" title=label aria-label=label on:click=move |_| ui.panel.set(false)>
                <Icon icon=lu::LuX/>
            </button>
            {move || match state.get() {
                Shown::Here => view! { <KnownVisitor/> }.into_any(),
                Shown::Failed => view! { <Failed/> }.into_any(),
                Shown::Loading => view! { <div class="panel-bones" aria-busy="true"><i></i><b></b><b></b><b></b></div> }.into_any(),
            }}
        </aside>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Loading,
    Failed,
    Here,
}

/// The visitor as last told; for the parts of the panel.
#[derive(Clone, Copy)]
pub struct Known(pub Memo<Visitor>);

#[component]
fn KnownVisitor() -> impl IntoView {
    let chat = chat();
    let visitor = Memo::new(move |last: Option<&Visitor>| match &*chat.visitor.read() {
        Loaded::Here(visitor) => visitor.clone(),
        Loaded::Not | Loaded::Loading | Loaded::Failed => last.cloned().unwrap_or_default(),
    });
    let known = Known(visitor);
    view! {
        <Profile known/>
        <Rated/>
        <VisitorNotes known/>
        <ThisVisit known/>
        <PagesSeen known/>
        <PastExchanges known/>
        <Custom known/>
        <Documents/>
    }
}

#[component]
fn Profile(known: Known) -> impl IntoView {
    let (words, ui) = (words(), ui());
    let row = Memo::new(move |_| row());
    let name = move || row.read().as_ref().map(|row| name_of(row, words)).unwrap_or_default();
    let facts = move || {
        let visitor = known.0.read();
        let line = |(key, value): (&String, &String)| {
            view! { <dt>{field_label(key, words)}</dt><dd>{value.clone()}</dd> }
        };
        visitor
            .profile
            .iter()
            .filter(|(key, value)| {
                !matches!(key.as_str(), "name" | "message") && !at_top(key) && !value.is_empty()
            })
            .map(line)
            .collect_view()
    };
    let label = words.say(Text::EditProfile);
    view! {
        <section class="panel-part">
            <header class="panel-who">
                <Face row=Signal::derive(move || row.get()) size="large"/>
                <div><h2>{name}</h2>
                    <p class="muted">{move || words.now(if known.0.read().online { Text::IsOnline } else { Text::IsOffline })}</p></div>
                <button type="button" class="button quiet square" data-do="edit-profile" title=label aria-label=label
                    on:click=move |_| ui.dialog.set(Some(Dialog::Profile))>
                    <Icon icon=lu::LuPencil/>
                </button>
            </header>
            {move || known.0.read().blocked.then(|| view! { <p class="warning"><Icon icon=lu::LuBan/> {words.say(Text::VisitorIsBlocked)}</p> })}
            <dl class="facts">{facts}</dl>
        </section>
    }
}

#[component]
fn Failed() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let again = move |_| {
        if let Some(conv) = ui.open.get_untracked() {
            chat.load_visitor(conv);
        }
    };
    view! {
        <div class="empty" role="alert">
            <p>{words.say(Text::PanelFailed)}</p>
            <button type="button" class="button" on:click=again>{words.say(Text::TryAgain)}</button>
        </div>
    }
}
