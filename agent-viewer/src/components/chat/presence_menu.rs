//! For which sites the agent is there: « Connexion » (FEATURES QUE-04).
use chat_proto::desk::{Presence, SiteCard};
use icondata_lu as lu;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::NotificationPermission;

use crate::{
    browser,
    chat::{alarm_permission, ask_alarm, chat},
    components::icon::Icon,
    i18n::{Text, words},
    state::chat::people,
};

const MENU: &str = "presence";

/// The button says where one stands; its menu has a line per site.
#[component]
pub fn PresenceMenu() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let presence = Memo::new(move |_| chat.presence());
    let label = move || words.now(word(presence.get()));
    let asked = Memo::new(move |_| chat.offers.read().cards().len());
    Effect::new(move |before: Option<usize>| {
        if before.is_some_and(|before| before < asked.get()) {
            // The card stands under it, and its time runs.
            browser::hide_popover(MENU);
        }
        asked.get()
    });
    view! {
        <button type="button" class="button presence" class:primary=move || presence.get() == Presence::Gone
            popovertarget=MENU aria-haspopup="dialog">
            <i class=move || format!("presence-dot {}", key(presence.get()))></i> {label} <Icon icon=lu::LuChevronDown/>
        </button>
        <div id=MENU class="menu presence-menu" popover="auto">
            <h2>{words.say(Text::PresenceTitle)}</h2>
            <p class="muted">{words.say(Text::PresenceHelp)}</p>
            <For each=move || chat.directory.read().sites.clone() key=|site| site.key.clone()
                children=move |site| view! { <SiteLine site=site.key/> }/>
            <Alarms/>
        </div>
    }
}

/// The button's own word: what a click would do first, or where one stands.
const fn word(presence: Presence) -> Text {
    match presence {
        Presence::Available => Text::PresenceAvailable,
        Presence::Away => Text::PresenceAway,
        Presence::Gone => Text::Connect,
    }
}

/// A presence as styles and tests know it.
pub const fn key(presence: Presence) -> &'static str {
    match presence {
        Presence::Available => "available",
        Presence::Away => "away",
        Presence::Gone => "gone",
    }
}

#[component]
fn SiteLine(site: String) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let name = site.clone();
    let key_of = StoredValue::new(site);
    let of = Memo::new(move |last: Option<&SiteCard>| {
        let directory = chat.directory.read();
        let now = key_of.with_value(|key| people::site(&directory, key).cloned());
        now.or_else(|| last.cloned()).unwrap_or_default()
    });
    let broken = move || !of.read().faults.is_empty();
    let called = move || of.read().name.clone();
    let one = move |to: Presence, text: Text| {
        let choose = move |_| {
            key_of.with_value(|key| chat.be(key, to));
            if chat.directory.read_untracked().sites.len() <= 1 {
                browser::hide_popover(MENU); // There is nothing more to choose.
            }
        };
        view! {
            <button type="button" class="segment" data-presence=key(to) aria-pressed=move || (of.read().presence == to).to_string() on:click=choose>
                {words.say(text)}
            </button>
        }
    };
    view! {
        <div class="site-line" data-site=name>
            <span class="site-name">{called}</span>
            <div class="segments" role="group" aria-label=called>
                {one(Presence::Available, Text::PresenceAvailable)}
                {one(Presence::Away, Text::PresenceAway)}
                {one(Presence::Gone, Text::PresenceGone)}
            </div>
            <Show when=broken><p class="warning"><Icon icon=lu::LuCircleAlert/> {words.say(Text::SiteBroken)}</p></Show>
        </div>
    }
}

/// Notifications of the desktop: only a click may ask for them.
#[component]
fn Alarms() -> impl IntoView {
    let words = words();
    let state = RwSignal::new(alarm_permission());
    let ask = move |_| spawn_local(async move { state.set(ask_alarm().await) });
    move || {
        match state.get() {
        NotificationPermission::Default => view! {
            <button type="button" class="menu-item" on:click=ask><Icon icon=lu::LuBell/> {words.say(Text::AskNotifications)}</button>
        }
        .into_any(),
        NotificationPermission::Granted => view! {
            <p class="menu-note muted"><Icon icon=lu::LuBellRing/> {words.say(Text::NotificationsOn)}</p>
        }
        .into_any(),
        // What a later browser may say is no permission either.
        NotificationPermission::Denied | _ => view! { <p class="menu-note muted"><Icon icon=lu::LuBellOff/> {words.say(Text::NotificationsOff)}</p> }.into_any(),
    }
    }
}
