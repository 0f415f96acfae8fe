//! Client management: who is blocked (managers), and one visitor's whole file.
use chat_proto::desk::{Blocked, Contact};
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use wasm_bindgen_futures::spawn_local;

use crate::{
    browser,
    chat::{Chat, Loaded, chat},
    components::{
        chat::{
            closing::unblock, history::History, list_pane::Skeleton, message::form, notes::Notes,
            panel_parts::CustomFacts, who::called,
        },
        icon::Icon,
    },
    i18n::{Text, Words, words},
    net::chat_http,
    pages::chats::Ui,
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
    // Whatever else changes about people and sites, the list is asked for once.
    let is_manager = Memo::new(move |_| chat.is_manager());
    Effect::new(move |_| {
        if is_manager.get() {
            load()
        }
    });
    view! {
        <main class="sheet">
            <header class="sheet-top"><h1>{words.say(Text::BlockedVisitors)}</h1><p class="muted">{words.say(Text::BlockedVisitorsHelp)}</p></header>
            {move || match (is_manager.get(), found.get()) {
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
    let let_in = move |_| unblock(id, chat, move || _ = again.try_run(()));
    let known =
        [&it.name, &it.email].into_iter().find(|it| !it.trim().is_empty()).cloned().unwrap_or_default();
    // Who has no name is called by the address.
    let email = (!it.name.trim().is_empty() && !it.email.is_empty()).then_some(it.email);
    let name = move || called(&known, &it.figures, words);
    view! {
        <article class="sheet-line" data-visitor=id>
            <div><a href=format!("/contacts/{id}")><strong>{name}</strong></a>
                {email.map(|email| view! { " " <span class="muted">{email}</span> })}
                <p class="muted">{when} {(!it.reason.is_empty()).then(|| format!(" · {}", it.reason))}</p></div>
            <button type="button" class="button" data-do="unblock" on:click=let_in>{words.say(Text::Unblock)}</button>
        </article>
    }
}

/// One visitor: who they are, what is noted, and everything that was said, the oldest first (FEATURES INF-08, INF-11).
#[component]
pub fn ContactPage() -> impl IntoView {
    let (words, params) = (words(), use_params_map());
    // Lines of threads know where they stand; from here none is open.
    Ui::provide_apart();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<i64>().ok()));
    let found = RwSignal::new(Loaded::<Contact>::Not);
    let load = move || {
        let Some(id) = id.get_untracked() else { return found.set(Loaded::Failed) };
        spawn_local(async move {
            let answer = chat_http::contact(id).await;
            let _ = found.try_update(|found| match answer {
                Ok(contact) => *found = Loaded::Here(contact),
                Err(_) if matches!(found, Loaded::Here(contact) if contact.id == id) => {}
                Err(_) => *found = Loaded::Failed,
            });
        });
    };
    Effect::new(move |_| {
        id.track();
        load();
    });
    let state = Memo::new(move |_| match &*found.read() {
        Loaded::Not | Loaded::Loading => Shown::Loading,
        Loaded::Failed => Shown::Failed,
        Loaded::Here(contact) => Shown::Here(contact.id),
    });
    let contact = Memo::new(move |last: Option<&Contact>| match &*found.read() {
        Loaded::Here(contact) => contact.clone(),
        Loaded::Not | Loaded::Loading | Loaded::Failed => last.cloned().unwrap_or_default(),
    });
    let pages = RwSignal::new(0_u32);
    view! {
        <main class="sheet contact-sheet" data-page="contact" on:scroll=move |event| near_end(&event, pages)>
            {move || match state.get() {
                Shown::Loading => view! { <Skeleton/> }.into_any(),
                Shown::Failed => view! {
                    <div class="empty" role="alert"><p>{words.say(Text::PanelFailed)}</p>
                        <button type="button" class="button" on:click=move |_| load()>{words.say(Text::TryAgain)}</button></div>
                }.into_any(),
                Shown::Here(visitor) => view! {
                    <Head contact changed=Callback::new(move |()| load())/>
                    <div class="contact-body">
                        <About contact changed=Callback::new(move |()| load())/>
                        <History visitor name=Signal::derive(move || name_of(&contact.read(), words)) pages/>
                    </div>
                }.into_any(),
            }}
        </main>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Loading,
    Failed,
    Here(i64),
}

/// The eye is near the end: more is shown there.
fn near_end(event: &leptos::ev::Event, pages: RwSignal<u32>) {
    use wasm_bindgen::JsCast as _;
    let Some(sheet) = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok()) else { return };
    if sheet.scroll_height() - sheet.scroll_top() < 2 * sheet.client_height() {
        pages.update(|pages| *pages += 1);
    }
}

fn name_of(contact: &Contact, words: Words) -> String {
    called(contact.profile.get("name").map_or("", String::as_str), &contact.figures, words)
}

#[component]
fn Head(contact: Memo<Contact>, changed: Callback<()>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let is_blocked = Memo::new(move |_| contact.read().blocked.is_some());
    let let_in = move |_| {
        let id = contact.read_untracked().id;
        unblock(id, chat, move || _ = changed.try_run(()));
    };
    let name = move || name_of(&contact.read(), words);
    let online = move || contact.read().online;
    let since = move || browser::short_time(contact.read().created, words.language().tag());
    let count = move |text: Text, n: u64| words.fill(text, &[("n", &n.to_string())]);
    let facts = move || {
        let contact = contact.read();
        let since = words.fill(Text::KnownSince, &[("time", &since())]);
        [
            since,
            count(Text::VisitsCount, contact.visits),
            count(Text::ChatsCount, contact.conversations),
            count(Text::ExchangesCount, contact.exchanges),
        ]
        .join(" · ")
    };
    view! {
        <header class="sheet-top contact-top">
            <p class="muted">{words.say(Text::FileTitle)}</p>
            <h1>{name} <span class="contact-presence" class:off=move || !online()>
                <i class="live-dot" class:off=move || !online()></i> {move || words.now(if online() { Text::IsOnline } else { Text::IsOffline })}</span></h1>
            <p class="muted">{facts}</p>
            <Show when=move || is_blocked.get()>
                <p class="warning"><Icon icon=lu::LuBan/> {words.say(Text::VisitorIsBlocked)}
                    <Show when=move || chat.is_manager()>
                        <button type="button" class="button" data-do="unblock" on:click=let_in>{words.say(Text::Unblock)}</button>
                    </Show></p>
            </Show>
        </header>
    }
}

/// Who they are, what the site told, what is noted.
#[component]
fn About(contact: Memo<Contact>, changed: Callback<()>) -> impl IntoView {
    let words = words();
    let custom = Memo::new(move |_| contact.read().custom.clone());
    // The name stands above.
    let profile = Memo::new(move |_| {
        let mut profile = contact.read().profile.clone();
        profile.remove("name");
        profile
    });
    let notes = Memo::new(move |_| contact.read().notes.clone());
    view! {
        <div class="contact-about">
            <section class="sheet-part" data-part="profile"><h2>{words.say(Text::Profile)}</h2>{move || form(&profile.read())}</section>
            <Show when=move || !custom.read().is_empty()>
                <section class="sheet-part" data-part="custom"><h2>{words.say(Text::CustomData)}</h2><CustomFacts custom/></section>
            </Show>
            <section class="sheet-part" data-part="notes"><h2>{words.say(Text::Stickies)}</h2>
                <Notes visitor=Signal::derive(move || contact.read().id) notes changed/>
            </section>
        </div>
    }
}
