//! The middle pane: who it is, what can be done, the thread, and the composer.
use std::sync::Arc;

use chat_proto::desk::{Detail, Row};
use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    composer::Composer,
    message::field_label,
    offer_cards::OfferCards,
    thread_view::ThreadView,
    toolbar::Toolbar,
    who::{Face, name_of},
};
use crate::{
    browser,
    chat::{Loaded, chat},
    components::icon::Icon,
    i18n::{Text, words},
    pages::chats::ui,
    state::chat::{filter::Filter, people, thread::Thread},
};

/// Where the keyboard goes on when what it was on is gone, the first that is there.
pub const PLACES: [&str; 4] = ["#reply", ".conversation-who h2", "#chats", "#list-title"];

/// The open conversation, or what stands there without one.
#[component]
pub fn Conversation() -> impl IntoView {
    let (chat, ui) = (chat(), ui());
    let state = Memo::new(move |_| match (ui.open.get(), chat.missing.get()) {
        (None, _) => Shown::Nothing,
        (Some(_), true) => Shown::Missing,
        (Some(conv), false) => Shown::Open(conv),
    });
    let inside = StoredValue::new(false);
    // What can be done changes with the conversation: a button that is pressed may be gone afterwards.
    Effect::new(move |_| {
        chat.thread.with(|thread| thread.as_ref().and_then(Thread::detail).map(|detail| detail.may.clone()));
        if inside.get_value() {
            request_animation_frame(|| {
                if browser::focused().is_none() && !browser::has_dialog() {
                    browser::focus_first(&PLACES[if browser::is_narrow() { 1 } else { 0 }..]);
                }
            });
        }
    });
    view! {
        <main class="conversation" on:focusin=move |_| inside.set_value(true)
            on:focusout=move |event| inside.set_value(event.related_target().is_none())>
            <div class="offers-here"><OfferCards/></div>
            {move || match state.get() {
                Shown::Nothing => view! { <Nothing/> }.into_any(),
                Shown::Missing => view! { <Missing/> }.into_any(),
                Shown::Open(conv) => view! { <OpenConversation conv/> }.into_any(),
            }}
        </main>
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Shown {
    Nothing,
    Missing,
    Open(String),
}

/// What is known of the open conversation; tracked.
pub fn detail() -> Option<Arc<Detail>> {
    chat().thread.read().as_ref().and_then(Thread::detail).cloned()
}

/// Its row: the list knows one before the detail comes; tracked.
pub fn row() -> Option<Row> {
    let (chat, ui) = (chat(), ui());
    let open = ui.open.get()?;
    let known = detail().map(|detail| detail.row.clone()).filter(|row| row.conv == open);
    known.or_else(|| chat.listing.read().get(&open).map(|row| (**row).clone()))
}

#[component]
fn OpenConversation(conv: String) -> impl IntoView {
    let filter = RwSignal::new(Filter::All);
    view! {
        <Top/>
        <Filters filter/>
        <ThreadView filter/>
        <Composer conv/>
    }
}

#[component]
fn Top() -> impl IntoView {
    let (words, ui) = (words(), ui());
    let row = Memo::new(move |_| row());
    let name = move || row.read().as_ref().map(|row| name_of(row, words)).unwrap_or_default();
    let back = words.say(Text::BackToList);
    view! {
        <header class="conversation-top">
            <button type="button" class="button quiet square back" title=back aria-label=back on:click=move |_| ui.go_back()>
                <Icon icon=lu::LuArrowLeft size=20/>
            </button>
            {move || row.with(Option::is_some).then(|| view! { <Face row=Signal::derive(move || row.get())/> })}
            <div class="conversation-who">
                <h2 tabindex="-1">{name}</h2>
                <p class="muted">{move || where_it_stands(row.get())}</p>
            </div>
            <Toolbar/>
        </header>
        <Filled/>
    }
}

/// Site and queue, whose it is, and how it stands.
fn where_it_stands(row: Option<Row>) -> String {
    let (words, chat) = (words(), chat());
    let Some(row) = row else { return String::new() };
    let directory = chat.directory.read();
    let site = people::site(&directory, &row.site).map(|site| site.name.clone()).unwrap_or_default();
    let queue =
        people::queue(&directory, &row.site, row.queue).map(|queue| queue.name.clone()).unwrap_or_default();
    let agent = row.agent.map(|agent| people::first_name(&directory, agent).to_owned()).unwrap_or_default();
    let stage = words.now(stage_text(&row.stage)).to_owned();
    let parts = [site, queue, stage, agent];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// How a conversation stands, in a word.
pub fn stage_text(stage: &str) -> Text {
    match stage {
        "bot" => Text::StageBot,
        "queued" | "offered" => Text::StageWaiting,
        "active" => Text::StageActive,
        "snoozed" => Text::StagePaused,
        "offline" | "offline_form" => Text::StageOffline,
        _ => Text::StageClosed,
    }
}

/// What the visitor filled in, at the top (FEATURES DSK-09), and what agents tagged it with; on phones with the way to
/// what was said before.
#[component]
fn Filled() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let shown = Memo::new(move |_| detail().map(|detail| detail.form.clone()).unwrap_or_default());
    let past = Memo::new(move |_| match &*chat.visitor.read() {
        Loaded::Here(visitor) if !visitor.past.is_empty() => Some(visitor.id),
        Loaded::Here(_) | Loaded::Not | Loaded::Loading | Loaded::Failed => None,
    });
    let lines = move || {
        let form = shown.get();
        let line = |(key, value): (&String, &String)| {
            let key = key.clone();
            view! { <span><b>{move || field_label(&key, words)}</b> " " {value.clone()}</span> }
        };
        form.iter().filter(|(key, value)| at_top(key) && !value.is_empty()).map(line).collect_view()
    };
    let before = move || {
        past.get().map(|visitor| {
            view! {
                <a class="button past-button" data-do="past" href=format!("/contacts/{visitor}")>
                    <Icon icon=lu::LuHistory/> {words.say(Text::PastChat)}
                </a>
            }
        })
    };
    let tags = Memo::new(move |_| row().map(|row| (row.site, row.tags)).unwrap_or_default());
    let bare = move || {
        tags.read().1.is_empty() && !shown.read().iter().any(|(key, value)| at_top(key) && !value.is_empty())
    };
    view! {
        <div class="filled" class:bare=bare>
            <div class="filled-lines">{lines} {move || tags.with(|(site, tags)| chips(site, tags))}</div> {before}
        </div>
    }
}

/// What a conversation was tagged with, in words; tracked.
pub fn chips(site: &str, tags: &[i64]) -> impl IntoView + use<> {
    let directory = chat().directory.read();
    let all = tags.iter().filter_map(|tag| people::tag(&directory, site, *tag).cloned());
    all.map(|tag| view! { <span class="chip tag-chip"><i class="tag-dot" style:background=tag.colour></i> {tag.name}</span> })
        .collect_view()
}

/// Whether a field stands at the top of the conversation: how to reach the visitor, and what only this site asks. The
/// others stand in the panel.
pub fn at_top(key: &str) -> bool {
    matches!(key, "email" | "phone") || !is_usual(key)
}

/// Whether a field is one that every site may ask.
fn is_usual(key: &str) -> bool {
    const USUAL: [&str; 12] = [
        "name", "message", "email", "phone", "company", "title", "address", "city", "country", "website",
        "site", "lang",
    ];
    USUAL.contains(&key)
}

#[component]
fn Filters(filter: RwSignal<Filter>) -> impl IntoView {
    let words = words();
    let one = |it: Filter| {
        let text = match it {
            Filter::All => Text::FilterAll,
            Filter::Visitor => Text::FilterVisitor,
            Filter::Agent => Text::FilterAgent,
            Filter::Actions => Text::FilterActions,
        };
        let pressed = move || (filter.get() == it).to_string();
        view! {
            <button type="button" class="segment" data-filter=format!("{it:?}").to_lowercase() aria-pressed=pressed
                on:click=move |_| filter.set(it)>
                {words.say(text)}
            </button>
        }
    };
    view! {
        <div class="thread-filters segments" role="group" aria-label=words.say(Text::ThreadFilters)>
            {Filter::ALL.map(one)}
        </div>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    let words = words();
    let key = |keys: &'static str, text: Text| view! { <div><dt><kbd>{keys}</kbd></dt><dd>{words.say(text)}</dd></div> };
    view! {
        <div class="notice">
            <span class="notice-icon"><Icon icon=lu::LuMessagesSquare size=24/></span>
            <h2>{words.say(Text::ChooseChat)}</h2>
            <p>{words.say(Text::ChooseChatHelp)}</p>
            <dl class="keys">
                {key("Ctrl K", Text::KeyFind)}
                {key("Alt ↑ ↓", Text::KeyMove)}
                {key("?", Text::KeyAll)}
            </dl>
        </div>
    }
}

#[component]
fn Missing() -> impl IntoView {
    let (words, ui) = (words(), ui());
    view! {
        <div class="notice">
            <span class="notice-icon"><Icon icon=lu::LuUnlink size=24/></span>
            <h2>{words.say(Text::NoSuchChat)}</h2>
            <p>{words.say(Text::NoSuchChatHelp)}</p>
            <button type="button" class="button" on:click=move |_| ui.go_back()>{words.say(Text::BackToList)}</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::at_top;

    // shows: DSK-09
    #[test]
    fn what_a_site_asks_stands_at_the_top_and_each_field_once() {
        for key in ["email", "phone", "customer_number"] {
            assert!(at_top(key), "{key}");
        }
        for key in ["name", "message", "company", "lang"] {
            assert!(!at_top(key), "{key}");
        }
    }
}
