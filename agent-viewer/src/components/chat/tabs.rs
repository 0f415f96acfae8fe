//! Which list is shown: the two that an agent works from, the inbox, and the others behind a menu.
use chat_proto::desk::{List, Query};
use icondata_lu as lu;
use leptos::prelude::*;

use crate::{
    chat::chat,
    components::icon::Icon,
    i18n::{Text, words},
};

const MENU: &str = "more-lists";

/// What a list is called.
pub const fn name(list: List) -> Text {
    match list {
        List::Waiting => Text::ListWaiting,
        List::Mine => Text::ListMine,
        List::Active => Text::ListActive,
        List::Bot => Text::ListBot,
        List::Paused => Text::ListPaused,
        List::Inbox => Text::ListInbox,
        List::History => Text::ListHistory,
    }
}

/// A list's name as tests and styles know it.
pub const fn key(list: List) -> &'static str {
    match list {
        List::Waiting => "waiting",
        List::Mine => "mine",
        List::Active => "active",
        List::Bot => "bot",
        List::Paused => "paused",
        List::Inbox => "inbox",
        List::History => "history",
    }
}

/// All lists, in the menu's order.
pub const ALL: [List; 7] =
    [List::Waiting, List::Mine, List::Active, List::Bot, List::Paused, List::Inbox, List::History];

const FIRST: [List; 2] = [List::Waiting, List::Mine];
const REST: [List; 5] = [List::Inbox, List::History, List::Active, List::Bot, List::Paused];

/// The tabs.
#[component]
pub fn Tabs() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let current = Memo::new(move |_| chat.listing.read().query().list);
    let third = move || REST.into_iter().find(|list| *list == current.get());
    // What lies unread in the inbox is seen from every list.
    let inbox =
        move || Some(chat.counts.read().inbox).filter(|count| 0 < *count && current.get() != List::Inbox);
    let third_name = move || words.now(third().map_or(Text::MoreLists, name));
    let items = REST.map(|list| view! { <MenuItem list current/> });
    view! {
        <nav class="tabs" aria-label=words.say(Text::Lists)>
            {FIRST.map(|list| view! { <Tab list current/> })}
            <button type="button" class="tab more" class:chosen=move || third().is_some() popovertarget=MENU>
                <span>{third_name}</span>
                {move || inbox().map(|count| {
                    let label = words.fill(Text::SaysAloud, &[("name", words.now(Text::ListInbox)), ("text", &count.to_string())]);
                    view! { <i class="unread-dot" role="img" data-inbox=count title=label.clone() aria-label=label.clone()></i> }
                })}
                <Icon icon=lu::LuChevronDown/>
            </button>
            <div id=MENU class="menu lists-menu" popover="auto">{items}</div>
        </nav>
    }
}

fn count(list: List) -> u32 {
    let counts = *chat().counts.read();
    match list {
        List::Waiting => counts.waiting,
        List::Mine => counts.mine,
        List::Inbox => counts.inbox,
        List::Active | List::Bot | List::Paused | List::History => 0,
    }
}

fn go(list: List) {
    let chat = chat();
    let sites = chat.listing.read_untracked().query().sites.clone();
    chat.watch(Query { list, sites, ..Query::default() });
}

#[component]
fn Tab(list: List, current: Memo<List>) -> impl IntoView {
    let words = words();
    let chosen = move || current.get() == list;
    let some = move || Some(count(list)).filter(|count| 0 < *count);
    view! {
        <button type="button" class="tab" data-list=key(list) class:chosen=chosen
            aria-current=move || chosen().then_some("true") on:click=move |_| go(list)>
            <span>{words.say(name(list))}</span>
            {move || some().map(|count| view! { <b class="tab-count">{count}</b> })}
        </button>
    }
}

#[component]
fn MenuItem(list: List, current: Memo<List>) -> impl IntoView {
    let words = words();
    let some = move || Some(count(list)).filter(|count| 0 < *count);
    let choose = move |_| {
        go(list);
        crate::browser::hide_popover(MENU);
    };
    view! {
        <button type="button" class="menu-item" data-list=key(list) on:click=choose
            aria-current=move || (current.get() == list).then_some("true")>
            <Icon icon=icon(list)/> <span>{words.say(name(list))}</span>
            {move || some().map(|count| view! { <b class="tab-count">{count}</b> })}
        </button>
    }
}

/// A list's sign.
pub fn icon(list: List) -> icondata_core::Icon {
    match list {
        List::Waiting => lu::LuClock,
        List::Mine => lu::LuMessageSquare,
        List::Active => lu::LuMessagesSquare,
        List::Bot => lu::LuBot,
        List::Paused => lu::LuPause,
        List::Inbox => lu::LuInbox,
        List::History => lu::LuHistory,
    }
}
