//! The parts of the visitor's panel, each as it can be folded.
use chat_proto::{
    desk::{CustomValue, Past},
    visitor::PageView,
};
use icondata_lu as lu;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    conversation::detail,
    file_card::File,
    message::past_id,
    notes::Notes,
    panel::Known,
    rating::{Rating, Stars},
};
use crate::{
    browser,
    chat::{Loaded, chat},
    components::icon::Icon,
    i18n::{Text, Words, words},
    net::chat_http,
    pages::chats::{Ui, ui},
    state::{
        chat::{people, thread::Thread, visit},
        since::clock,
        visitors::web,
    },
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
    let lasts = move || visit::lasts(&known.0.read(), chat.now.get()).map(clock);
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
    let campaign = move || visit::campaign(&known.0.read());
    let first = move || {
        let visitor = known.0.read();
        visitor.first_page.as_ref().map(|page| (page.url.clone(), page.title.clone()))
    };
    let referrer =
        move || Some((known.0.read().referrer.clone(), String::new())).filter(|(url, _)| !url.is_empty());
    let fact = move |name: &'static str, label: Text, value: Signal<String>| {
        view! { <Show when=move || !value.read().is_empty()><dt>{words.say(label)}</dt><dd data-fact=name>{value}</dd></Show> }
    };
    view! {
        <Part title=Text::ThisVisit name="visit">
            <dl class="facts">
                {fact("provenance", Text::Provenance, Signal::derive(came))}
                {fact("campaign", Text::Campaign, Signal::derive(campaign))}
                {place("referrer", Text::Referrer, Signal::derive(referrer))}
                {place("first-page", Text::FirstPage, Signal::derive(first))}
                {fact("duration", Text::Duration, Signal::derive(move || lasts().unwrap_or_default()))}
                {fact("pages", Text::PagesViewed, Signal::derive(move || known.0.read().page_count.to_string()))}
                {fact("visits", Text::Visits, Signal::derive(move || known.0.read().visits.to_string()))}
                {fact("country", Text::FieldCountry, Signal::derive(move || known.0.read().country.clone()))}
                {fact("browser", Text::Browser, Signal::derive(with))}
            </dl>
        </Part>
    }
}

/// An address of a visit, by its title where it has one.
fn place(name: &'static str, label: Text, value: Signal<Option<(String, String)>>) -> impl IntoView {
    let words = words();
    move || {
        value.get().map(|(url, title)| {
            view! { <dt>{words.say(label)}</dt><dd class="fact-place" data-fact=name>{link(url, title)}</dd> }
        })
    }
}

/// A way to a page, where a browser may be sent there. Its address is shown without what all of them begin with.
fn link(url: String, title: String) -> AnyView {
    let short = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest).trim_end_matches('/').to_owned();
    let shown = if title.is_empty() { short } else { title };
    if web(&url) {
        view! { <a href=url.clone() target="_blank" rel="noopener noreferrer" title=url>{shown}</a> }
            .into_any()
    } else {
        view! { <span title=url>{shown}</span> }.into_any()
    }
}

/// Pages of the visit, the latest first (FEATURES DSK-10): since the conversation began, and before it (DSK-11).
#[component]
pub fn PagesSeen(known: Known) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let begun = Memo::new(move |_| {
        let thread = chat.thread.read();
        let first = thread.as_ref().filter(|thread| thread.earlier().is_none()).map(Thread::msgs)?.first()?;
        Some(first.at)
    });
    let pages = Memo::new(move |_| visit::around(&known.0.read().pages, begun.get()));
    let line = move |page: PageView| {
        let at = page.at;
        let hour = move || browser::hour(at, words.language().tag());
        view! {
            <li>{link(page.url, page.title)} <time title=move || browser::exact_time(at as f64, words.language().tag())>{hour}</time></li>
        }
    };
    let none = move || {
        let (since, before) = &*pages.read();
        (since.is_empty() && before.is_empty())
            .then(|| view! { <p class="muted">{words.say(Text::NoPages)}</p> })
    };
    let split = move || {
        let (since, before) = &*pages.read();
        let both = !since.is_empty() && !before.is_empty();
        both.then(|| view! { <p class="page-split" data-split>{words.say(Text::BeforeChat)}</p> })
    };
    view! {
        <Part title=Text::PagesSeen name="pages">
            <ol class="page-list" data-pages="since">
                <For each=move || pages.read().0.clone() key=|page| (page.at, page.url.clone()) children=line/>
            </ol>
            {split}
            <ol class="page-list" data-pages="before">
                <For each=move || pages.read().1.clone() key=|page| (page.at, page.url.clone()) children=line/>
            </ol>
            {none}
        </Part>
    }
}

/// What agents noted about the visitor (FEATURES CRM-04).
#[component]
pub fn VisitorNotes(known: Known) -> impl IntoView {
    let (chat, ui) = (chat(), ui());
    let notes = Memo::new(move |_| known.0.read().notes.clone());
    let count = Signal::derive(move || match notes.read().len() {
        0 => String::new(),
        count => count.to_string(),
    });
    let changed = move |()| {
        if let Some(conv) = ui.open.get_untracked() {
            chat.load_visitor(conv);
        }
    };
    view! {
        <Part title=Text::Stickies count name="notes">
            <Notes visitor=Signal::derive(move || known.0.read().id) notes changed=Callback::new(changed)/>
        </Part>
    }
}

/// What the visitor thought of this conversation (FEATURES RAT-01).
#[component]
pub fn Rated() -> impl IntoView {
    let rating = Memo::new(move |_| detail().and_then(|detail| detail.rating.clone()));
    move || {
        rating.get().map(|(stars, text)| {
            view! { <Part title=Text::RatingTitle name="rating"><Rating stars text/></Part> }
        })
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
            jump_to_past(ui, conv.clone());
        };
        view! {
            <li><button type="button" class="past-line" data-past=past.conv on:click=jump>
                <time>{move || browser::short_time(at, words.language().tag())}</time>
                <span class="muted">{who} {past.rating.map(|stars| view! { " " <Stars stars/> })}</span>
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

/// Shows the thread down to that conversation, and puts the focus there: it comes page by page.
fn jump_to_past(ui: Ui, conv: String) {
    let id = past_id(&conv);
    if !browser::jump_to(&id) {
        ui.sought.set(Some(id.into()));
        chat().reach_past(conv);
    }
}

/// What the site's script told (FEATURES INF-12).
#[component]
pub fn Custom(known: Known) -> impl IntoView {
    let custom = Memo::new(move |_| known.0.read().custom.clone());
    view! {
        <Show when=move || !custom.read().is_empty()>
            <Part title=Text::CustomData name="custom"><CustomFacts custom/></Part>
        </Show>
    }
}

/// Each value under the site's own name for it, written as its kind is read.
#[component]
pub fn CustomFacts(
    /// The values.
    #[prop(into)]
    custom: Signal<Vec<CustomValue>>,
) -> impl IntoView {
    let words = words();
    let line = move |value: CustomValue| {
        let (label, key) = (value.label.clone(), value.key.clone());
        let shown = if value.kind == "url" && web(&value.value) {
            link(value.value.clone(), String::new())
        } else {
            (move || written(&value, words)).into_any()
        };
        view! { <dt>{label}</dt><dd data-custom=key>{shown}</dd> }
    };
    view! { <dl class="facts">{move || custom.get().into_iter().map(line).collect_view()}</dl> }
}

fn written(value: &CustomValue, words: Words) -> String {
    let language = words.language().tag();
    let shown = match value.kind.as_str() {
        "money" => {
            visit::money(&value.value).map(|(amount, currency)| browser::money(amount, &currency, language))
        }
        "date" => browser::date_of(&value.value, language),
        _ => None,
    };
    shown.unwrap_or_else(|| value.value.clone())
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
