//! Client management: who is blocked (managers), and one visitor's whole file.
use chat_proto::desk::{Blocked, Contact, Row};
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use wasm_bindgen_futures::spawn_local;

use crate::{
    browser,
    chat::{Chat, Loaded, chat},
    components::{
        chat::{list_pane::Skeleton, message::form},
        icon::Icon,
    },
    i18n::{Text, words},
    net::chat_http,
    state::chat::people,
};

/// Blocked visitors; managers let them come again (FEATURES BLK-02).
#[component]
pub fn ContactsPage() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let found = RwSignal::new(Loaded::Not);
    let load = move || {
        spawn_local(async move {
            let answer = chat_http::blocked().await;
            let _ = found.try_set(answer.map_or(Loaded::Failed, Loaded::Here));
        })
    };
    Effect::new(move |_| {
        if chat.is_manager() {
            load()
        }
    });
    view! {
        <main class="sheet">
            <header class="sheet-top"><h1>{words.say(Text::BlockedVisitors)}</h1><p class="muted">{words.say(Text::BlockedVisitorsHelp)}</p></header>
            {move || match (chat.is_manager(), found.get()) {
                (false, _) if chat.directory.read().role.is_empty() => view! { <Skeleton/> }.into_any(),
                (false, _) => view! { <Note text=Text::OnlyManagers/> }.into_any(),
                (true, Loaded::Not | Loaded::Loading) => view! { <Skeleton/> }.into_any(),
                (true, Loaded::Failed) => view! {
                    <Note text=Text::PanelFailed/>
                    <button type="button" class="button" on:click=move |_| load()>{words.say(Text::TryAgain)}</button>
                }.into_any(),
                (true, Loaded::Here(all)) if all.is_empty() => view! { <Note text=Text::NobodyBlocked/> }.into_any(),
                (true, Loaded::Here(all)) => all.into_iter().map(|it| view! { <BlockedLine it again=Callback::new(move |()| load())/> }).collect_view().into_any(),
            }}
        </main>
    }
}

#[component]
fn Note(text: Text) -> impl IntoView {
    view! { <div class="empty"><p>{words().say(text)}</p></div> }
}

#[component]
fn BlockedLine(it: Blocked, again: Callback<()>) -> impl IntoView {
    let (words, chat): (_, Chat) = (words(), chat());
    let (id, at) = (it.id, it.at);
    let by = move || people::first_name(&chat.directory.read(), it.agent).to_owned();
    let when = move || {
        words.fill(
            Text::BlockedBy,
            &[("name", &by()), ("time", &browser::short_time(at, words.language().tag()))],
        )
    };
    let unblock = move |_| {
        spawn_local(async move {
            match chat_http::unblock(id).await {
                Ok(()) => again.run(()),
                Err(_) => chat.toast(Text::FaultOther, "", true),
            }
        })
    };
    let name = if it.name.is_empty() { it.email.clone() } else { it.name.clone() };
    view! {
        <article class="sheet-line" data-visitor=id>
            <div><a href=format!("/contacts/{id}")><strong>{name}</strong></a> <span class="muted">{it.email}</span>
                <p class="muted">{when} {(!it.reason.is_empty()).then(|| format!(" · {}", it.reason))}</p></div>
            <button type="button" class="button" data-do="unblock" on:click=unblock>{words.say(Text::Unblock)}</button>
        </article>
    }
}

/// One visitor: who they are and everything that was said, the oldest first (FEATURES INF-08, INF-11).
#[component]
pub fn ContactPage() -> impl IntoView {
    let (words, params) = (words(), use_params_map());
    let found = RwSignal::new(Loaded::<(Contact, Vec<Row>)>::Not);
    Effect::new(move |_| {
        let Some(id) = params.read().get("id").and_then(|id| id.parse::<i64>().ok()) else {
            return found.set(Loaded::Failed);
        };
        spawn_local(async move {
            let answer = async {
                Ok::<_, crate::net::http::HttpError>((
                    chat_http::contact(id).await?,
                    chat_http::conversations_of(id).await?,
                ))
            };
            let answer = answer.await;
            let _ = found.try_set(answer.map_or(Loaded::Failed, Loaded::Here));
        });
    });
    view! {
        <main class="sheet">
            {move || match found.get() {
                Loaded::Not | Loaded::Loading => view! { <Skeleton/> }.into_any(),
                Loaded::Failed => view! { <div class="empty"><p>{words.say(Text::PanelFailed)}</p></div> }.into_any(),
                Loaded::Here((contact, rows)) => view! { <File contact rows/> }.into_any(),
            }}
        </main>
    }
}

#[component]
fn File(contact: Contact, rows: Vec<Row>) -> impl IntoView {
    let words = words();
    let name = contact.profile.get("name").cloned().unwrap_or_default();
    let line = move |row: Row| {
        let at = row.at;
        view! {
            <a class="sheet-line" href=format!("/?chat={}", row.conv) data-conv=row.conv.clone()>
                <Icon icon=lu::LuMessageSquare/>
                <div><time>{move || browser::short_time(at, words.language().tag())}</time><p class="muted">{row.preview}</p></div>
            </a>
        }
    };
    view! {
        <header class="sheet-top"><h1>{name}</h1><p class="muted">{words.say(Text::CustomerFile)}</p></header>
        <section class="sheet-part">{form(&contact.profile)}</section>
        <section class="sheet-part"><h2>{words.say(Text::AllChats)}</h2>{rows.into_iter().map(line).collect_view()}</section>
    }
}
