//! The desk's rail: the places of the application, and what concerns the agent.
use icondata_core::Icon as Drawing;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    account_menu::AccountMenu,
    brand::Brand,
    icon::Icon,
    switches::{LanguageSwitch, ThemeSwitch},
};
use crate::{
    chat::chat,
    i18n::{Text, words},
};

/// At the left edge, or at the bottom of a narrow window.
#[component]
pub fn Rail() -> impl IntoView {
    let words = words();
    let path = use_location().pathname;
    // A customer's file is opened from a chat: it is no part of the list of those who are blocked.
    let here = move |place: &str| {
        path.with(|path| if place == "/admin" { path.starts_with(place) } else { path == place })
    };
    let place = move |to: &'static str, label: Text, icon: Drawing| {
        let label = words.say(label);
        view! {
            <a class="rail-place" href=to aria-current=move || here(to).then_some("page") title=label>
                <Icon icon size=20/>
                <span class="unseen">{label}</span>
                {(to == "/").then(|| view! { <Unread/> })}
            </a>
        }
    };
    view! {
        <nav class="rail" aria-label=words.say(Text::MainMenu)>
            <Brand/>
            {place("/", Text::Chats, lu::LuMessagesSquare)}
            {place("/visitors", Text::Visitors, lu::LuUsers)}
            <Show when=move || chat().is_manager()>
                {place("/contacts", Text::BlockedVisitors, lu::LuBan)}
                {place("/admin", Text::Administration, lu::LuSettings)}
            </Show>
            <span class="rail-rest"></span>
            <LanguageSwitch/>
            <ThemeSwitch/>
            <AccountMenu/>
        </nav>
    }
}

/// How many conversations want the agent, on every page.
#[component]
fn Unread() -> impl IntoView {
    let chat = chat();
    let count = Memo::new(move |_| chat.offers.read().cards().len() + chat.counts.read().unread as usize);
    move || (0 < count.get()).then(|| view! { <b class="badge">{count}</b> })
}
