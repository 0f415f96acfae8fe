//! The parts of the visitor's panel, each as it can be folded.
use chat_proto::{
    desk::{CustomValue, Past},
    visitor::PageView,
};
use icondata_lu as lu;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{file_card::File, message::past_id, panel::Known};
use crate::{
    browser,
    chat::{Loaded, chat},
    components::icon::Icon,
    i18n::{Text, words},
    net::chat_http,
    pages::chats::ui,
    state::{chat::people, since::clock, visitors::web},
};

#[component]
fn Part(
    title: Text,
    #[prop(into, default = Signal::stored(String::new()))] count: Signal<String>,
    name: &'static str,
    children: Children,
) -> impl IntoView {
    let words = words();
    view! {
        <details class="panel-part" open data-part=name>
            <summary><h3>{words.say(title)}</h3> <span class="muted">{count}</span> <Icon icon=lu::LuChevronDown/></summary>
            {children()}
        </details>
    }
}

/// How they came, since when, with what (FEATURES INF-02 to INF-06).
#[component]
pub fn ThisVisit(known: Known) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let lasts = move || {
        let started = known.0.read().visit_started?;
        let millis = u64::try_from(chat.now.get() - started).unwrap_or(0);
        Some(clock(std::time::Duration::from_millis(millis)))
    };
    let came = move || {
        let visitor = known.0.read();
        let (kind, from) = &visitor.provenance;
        let text = match kind.as_str() {
            "direct" => Text::CameDirect,
            "search" => Text::CameSearch,
            "social" => Text::CameSocial,
            "referral" => Text::CameReferral,
            "campaign" => Text::CameCampaign,
            _ => return String::new(),
        };
        if from.is_empty() { words.now(text).to_owned() } else { format!("{} · {from}", words.now(text)) }
    };
    let with = move || {
        let visitor = known.0.read();
        match (visitor.browser.as_str(), visitor.system.as_str()) {
            ("", other) | (other, "") => other.to_owned(),
            (browser, system) => words.fill(Text::BrowserOn, &[("browser", browser), ("system", system)]),
        }
    };
    let fact = move |name: &'static str, label: Text, value: Signal<String>| {
        view! { <Show when=move || !value.read().is_empty()><dt>{words.say(label)}</dt><dd data-fact=name>{value}</dd></Show> }
    };
    view! {
        <Part title=Text::ThisVisit name="visit">
            <dl class="facts">
                {fact("provenance", Text::Provenance, Signal::derive(came))}
                {fact("duration", Text::Duration, Signal::derive(move || lasts().unwrap_or_default()))}
                {fact("pages", Text::PagesViewed, Signal::derive(move || known.0.read().page_count.to_string()))}
                {fact("visits", Text::Visits, Signal::derive(move || known.0.read().visits.to_string()))}
                {fact("country", Text::FieldCountry, Signal::derive(move || known.0.read().country.clone()))}
                {fact("browser", Text::Browser, Signal::derive(with))}
            </dl>
        </Part>
    }
}

/// Pages of the visit, the latest first (FEATURES DSK-10).
#[component]
pub fn PagesSeen(known: Known) -> impl IntoView {
    let words = words();
    let pages = Memo::new(move |_| known.0.read().pages.clone());
    let line = move |page: PageView| {
        let title = if page.title.is_empty() { page.url.clone() } else { page.title.clone() };
        let (at, url) = (page.at, page.url.clone());
        let hour = move || browser::hour(at, words.language().tag());
        let place = if web(&url) {
            view! { <a href=url.clone() target="_blank" rel="noopener noreferrer" title=url>{title}</a> }
                .into_any()
        } else {
            view! { <span title=url>{title}</span> }.into_any()
        };
        view! { <li>{place} <time title=move || browser::exact_time(at as f64, words.language().tag())>{hour}</time></li> }
    };
    let none =
        move || pages.read().is_empty().then(|| view! { <p class="muted">{words.say(Text::NoPages)}</p> });
    view! {
        <Part title=Text::PagesSeen name="pages">
            <ol class="page-list">
                <For each=move || pages.get() key=|page| (page.at, page.url.clone()) children=line/>
            </ol>
            {none}
        </Part>
    }
}

/// The three latest conversations of before, and the way to all (FEATURES INF-07 to INF-10).
#[component]
pub fn PastExchanges(known: Known) -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let past = Memo::new(move |_| known.0.read().past.clone());
    let count = Signal::derive(move || known.0.read().exchanges.to_string());
    let line = move |past: Past| {
        let (at, conv) = (past.at, past.conv.clone());
        let who = past
            .agent
            .map(|agent| people::first_name(&chat.directory.read_untracked(), agent).to_owned())
            .unwrap_or_default();
        let jump = move |_| {
            ui.to_thread();
            jump_to_past(conv.clone());
        };
        view! {
            <li><button type="button" class="past-line" data-past=past.conv on:click=jump>
                <time>{move || browser::short_time(at, words.language().tag())}</time> <span class="muted">{who}</span>
                <span class="past-preview">{past.preview}</span>
            </button></li>
        }
    };
    let none =
        move || past.read().is_empty().then(|| view! { <p class="muted">{words.say(Text::NoPast)}</p> });
    let file = move || format!("/contacts/{}", known.0.read().id);
    view! {
        <Part title=Text::PastExchanges count name="past">
            <ol class="past-list">
                <For each=move || past.get() key=|past| past.conv.clone() children=line/>
            </ol>
            {none}
            <a class="button quiet" data-do="customer-file" href=file><Icon icon=lu::LuBookUser/> {words.say(Text::CustomerFile)}</a>
        </Part>
    }
}

/// Shows the thread down to that conversation, and puts the focus there.
fn jump_to_past(conv: String) {
    let chat = chat();
    if browser::jump_to(&past_id(&conv)) {
        return;
    }
    chat.reach_past(conv.clone());
    let tries = RwSignal::new(50_u8);
    let name = past_id(&conv);
    // It comes page by page; each time lines are drawn it is looked for.
    Effect::new(move |_| {
        chat.past.track();
        let name = name.clone();
        request_animation_frame(move || {
            let left = tries.get_untracked();
            if 0 < left && browser::jump_to(&name) {
                tries.set(0);
            }
        });
    });
}

/// What the site's script told (FEATURES INF-12).
#[component]
pub fn Custom(known: Known) -> impl IntoView {
    let custom = Memo::new(move |_| known.0.read().custom.clone());
    let line = |value: CustomValue| {
        let shown = if value.kind == "url" && web(&value.value) {
            view! { <a href=value.value.clone() target="_blank" rel="noopener noreferrer">{value.value.clone()}</a> }.into_any()
        } else {
            value.value.clone().into_any()
        };
        view! { <dt>{value.label}</dt><dd data-custom=value.key>{shown}</dd> }
    };
    view! {
        <Show when=move || !custom.read().is_empty()>
            <Part title=Text::CustomData name="custom"><dl class="facts">{move || custom.get().into_iter().map(line).collect_view()}</dl></Part>
        </Show>
    }
}

/// Documents of the conversation, both ways, newest first (FEATURES FIL-11).
#[component]
pub fn Documents() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let found = RwSignal::new(Loaded::Not);
    let files = Memo::new(move |_| {
        let thread = chat.thread.read();
        thread
            .as_ref()
            .map_or(0, |thread| thread.msgs().iter().filter(|msg| !msg.meta.files.is_empty()).count())
    });
    let load = move || {
        let Some(conv) = ui.open.get_untracked() else { return };
        spawn_local(async move {
            let answer = chat_http::documents(&conv).await;
            let _ = found.try_set(answer.map_or(Loaded::Failed, Loaded::Here));
        });
    };
    Effect::new(move |_| {
        // Only what is read is computed, and told when it changes.
        files.with(|_| load());
    });
    view! {
        <Part title=Text::DocumentsTitle name="documents">
            {move || match found.get() {
                Loaded::Not | Loaded::Loading => view! { <p class="muted" aria-busy="true">{words.say(Text::Loading)}</p> }.into_any(),
                Loaded::Failed => view! {
                    <p class="muted">{words.say(Text::PanelFailed)}</p>
                    <button type="button" class="button quiet" on:click=move |_| load()>{words.say(Text::TryAgain)}</button>
                }.into_any(),
                Loaded::Here(all) if all.is_empty() => view! { <p class="muted">{words.say(Text::NoDocuments)}</p> }.into_any(),
                Loaded::Here(all) => view! { <ul class="files">{all.into_iter().map(|it| view! { <li><File file=it.file/></li> }).collect_view()}</ul> }.into_any(),
            }}
        </Part>
    }
}
