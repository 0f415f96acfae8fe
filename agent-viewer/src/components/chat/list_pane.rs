//! The left pane: presence, offers, lists, search, rows, and what stands there when there are none.
use chat_proto::desk::{List, Query};
use leptos::prelude::*;

use super::{
    filters::SearchAndFilters,
    offer_cards::OfferCards,
    presence_menu::PresenceMenu,
    rows::ChatRows,
    tabs::{self, Tabs},
    unsent::Unsent,
};
use crate::{
    chat::chat,
    components::icon::Icon,
    i18n::{Text, words},
    state::chat::list::Feed,
};

/// The list pane of the chats page.
#[component]
pub fn ListPane() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let state = Memo::new(move |_| {
        let listing = chat.listing.read();
        match (listing.feed(), listing.rows().is_empty(), narrowed(listing.query())) {
            (Feed::Loading, ..) => Listing::Loading,
            (Feed::Live | Feed::Stale, true, true) => Listing::NoMatch,
            (Feed::Live | Feed::Stale, true, false) => Listing::Empty(listing.query().list),
            (Feed::Live | Feed::Stale, false, _) => Listing::Rows,
        }
    });
    let told = move || {
        let listing = chat.listing.read();
        let count = listing.total().and_then(|it| usize::try_from(it).ok()).unwrap_or(listing.rows().len());
        words.count(Text::OneChat, Text::ManyChats, count)
    };
    view! {
        <section class="list" aria-labelledby="list-title">
            <header class="list-top">
                <h1 id="list-title">{words.say(Text::Chats)}</h1>
                <PresenceMenu/>
            </header>
            <OfferCards/>
            <Unsent/>
            <Tabs/>
            {move || (chat.listing.read().query().list == List::Inbox).then(|| view! {
                <p class="list-name" data-name="inbox"><Icon icon=tabs::icon(List::Inbox)/> {words.say(Text::InboxTitle)}</p>
            })}
            <SearchAndFilters/>
            <p class="unseen" role="status">{told}</p>
            {move || match state.get() {
                Listing::Loading => view! { <Skeleton/> }.into_any(),
                Listing::NoMatch => view! { <NoMatch/> }.into_any(),
                Listing::Empty(list) => view! { <Empty list/> }.into_any(),
                Listing::Rows => view! { <ChatRows/> }.into_any(),
            }}
        </section>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Listing {
    Loading,
    NoMatch,
    Empty(List),
    Rows,
}

fn narrowed(query: &Query) -> bool {
    *query != Query { list: query.list, sort: query.sort.clone(), ..Query::default() }
}

/// Bars of the true size; they appear only when the list is late.
#[component]
pub fn Skeleton() -> impl IntoView {
    let bars = (0..7).map(|_| view! { <li class="bone"><i></i><span><b></b><b></b></span></li> });
    view! { <ul class="bones" aria-busy="true" aria-label=words().say(Text::Loading)>{bars.collect_view()}</ul> }
}

#[component]
fn Empty(list: List) -> impl IntoView {
    let words = words();
    let (title, help) = match list {
        List::Waiting => (Text::EmptyWaiting, Text::EmptyWaitingHelp),
        List::Mine => (Text::EmptyMine, Text::EmptyMineHelp),
        List::Active => (Text::EmptyActive, Text::EmptyActiveHelp),
        List::Bot => (Text::EmptyBot, Text::EmptyBotHelp),
        List::Paused => (Text::EmptyPaused, Text::EmptyPausedHelp),
        List::Inbox => (Text::EmptyInbox, Text::EmptyInboxHelp),
        List::History => (Text::EmptyHistory, Text::EmptyHistoryHelp),
    };
    view! {
        <div class="empty">
            <span class="notice-icon"><Icon icon=tabs::icon(list) size=24/></span>
            <h2>{words.say(title)}</h2>
            <p>{words.say(help)}</p>
        </div>
    }
}

#[component]
fn NoMatch() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let reset = move |_| {
        let list = chat.listing.read_untracked().query().list;
        chat.watch(Query { list, ..Query::default() });
    };
    view! {
        <div class="empty">
            <span class="notice-icon"><Icon icon=icondata_lu::LuSearch size=24/></span>
            <h2>{words.say(Text::NoChatMatches)}</h2>
            <p>{words.say(Text::NoChatMatchesHelp)}</p>
            <button type="button" class="button" on:click=reset>{words.say(Text::ResetFilters)}</button>
        </div>
    }
}
