//! The list of connected visitors with its search, and what stands there when it is empty.
use icondata_lu as lu;
use leptos::prelude::*;

use super::{icon::Icon, visitor_rows::VisitorRows};
use crate::{
    i18n::{Text, words},
    pages::desk::{Desk, SEARCH},
    state::visitors::Feed,
};

/// The left pane of the desk.
#[component]
pub fn VisitorList() -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    let state = Memo::new(move |_| match (desk.feed(), desk.count(), desk.shown.read().len()) {
        (Feed::Loading, ..) => Listing::Loading,
        (Feed::Live | Feed::Reconnecting, 0, _) => Listing::Nobody,
        (Feed::Live | Feed::Reconnecting, _, 0) => Listing::NoMatch,
        (Feed::Live | Feed::Reconnecting, ..) => Listing::Rows,
    });
    let told = move || words.count(Text::OneVisitor, Text::ManyVisitors, desk.shown.read().len());
    view! {
        <section class="list" aria-labelledby="list-title">
            <header class="list-top">
                <h1 id="list-title">{words.say(Text::Visitors)}</h1>
                <span class="count" title=words.say(Text::ConnectedNow)>
                    <i class="live-dot" class:off=move || desk.feed() != Feed::Live></i> {move || desk.count()}
                </span>
            </header>
            <SearchBox/>
            <p class="unseen" role="status">{told}</p>
            {move || match state.get() {
                Listing::Loading => view! { <Skeleton/> }.into_any(),
                Listing::Nobody => view! { <Nobody/> }.into_any(),
                Listing::NoMatch => view! { <NoMatch/> }.into_any(),
                Listing::Rows => view! { <VisitorRows/> }.into_any(),
            }}
        </section>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Listing {
    Loading,
    Nobody,
    NoMatch,
    Rows,
}

#[component]
fn SearchBox() -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    let label = words.say(Text::SearchVisitors);
    let on_key = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            crate::browser::focus(super::visitor_rows::LIST);
        }
        "Escape" => desk.query.set(String::new()),
        _ => {}
    };
    view! {
        <label class="search">
            <Icon icon=lu::LuSearch/>
            <input id=SEARCH type="search" autocomplete="off" spellcheck="false" placeholder=label aria-label=label
                aria-keyshortcuts="/ Control+K Meta+K"
                prop:value=desk.query on:input=move |event| desk.query.set(event_target_value(&event)) on:keydown=on_key/>
            <kbd aria-hidden="true">"/"</kbd>
        </label>
    }
}

/// Bars of the true size; they appear only when the list is late.
#[component]
fn Skeleton() -> impl IntoView {
    let bars = (0..6).map(|_| view! { <li class="bone"><i></i><span><b></b><b></b></span></li> });
    view! { <ul class="bones" aria-busy="true" aria-label=words().say(Text::Loading)>{bars.collect_view()}</ul> }
}

#[component]
fn Nobody() -> impl IntoView {
    let words = words();
    view! {
        <div class="empty">
            <span class="notice-icon"><Icon icon=lu::LuUsers size=24/></span>
            <h2>{words.say(Text::NobodyHere)}</h2>
            <p>{words.say(Text::NobodyHereHelp)}</p>
        </div>
    }
}

#[component]
fn NoMatch() -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    view! {
        <div class="empty">
            <span class="notice-icon"><Icon icon=lu::LuSearch size=24/></span>
            <h2>{words.say(Text::NoMatch)}</h2>
            <p>{words.say(Text::NoMatchHelp)}</p>
            <button type="button" class="button" on:click=move |_| desk.query.set(String::new())>
                {words.say(Text::ClearSearch)}
            </button>
        </div>
    }
}
