//! How the page is looked at, and how fresh and over which way it comes.
use icondata_lu as lu;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    i18n::{Text, words},
    net::share_link::Path,
    sharing::{Sharing, Zoom},
    state::share::Phase,
};

/// Follow or free, zoom, age, path, people: while the page is seen.
#[component]
pub fn ViewControls() -> impl IntoView {
    let sharing = expect_context::<Sharing>();
    view! {
        <Show when=move || sharing.phase().shows_page()>
            <Freshness/>
            <People/>
            <FollowSwitch/>
            <ZoomSwitch/>
        </Show>
    }
}

#[component]
fn Freshness() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let age = move || match sharing.behind() {
        Some(seconds) => words.fill(Text::SecondsBehind, &[("n", &seconds.to_string())]),
        None => words.now(Text::LiveNow).to_owned(),
    };
    let udp = move || sharing.path.get() == Path::DataChannels;
    let way = move || words.now(if udp() { Text::ByDataChannel } else { Text::ByWebSocket });
    view! {
        <span class="fresh">
            // Nothing is late while the visitor pauses.
            <Show when=move || sharing.phase() != Phase::Paused>
                <span title=words.say(Text::AgeHelp) class:late=move || sharing.behind().is_some()>
                    <i class="live-dot" class:off=move || sharing.behind().is_some()></i> {age}
                </span>
            </Show>
            <span class="way muted" title=words.say(Text::PathHelp)>
                {move || view! { <Icon icon=if udp() { lu::LuZap } else { lu::LuLink2 }/> }} {way}
            </span>
        </span>
    }
}

#[component]
fn People() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let count = move || sharing.share.read().viewers().len();
    let names = move || {
        let share = sharing.share.read();
        let names: Vec<_> = share.viewers().iter().map(|agent| agent.name.as_str()).collect();
        words.fill(Text::PeopleWatching, &[("names", &names.join(", "))])
    };
    view! {
        <Show when=move || { count() > 0 }>
            <span class="people muted" title=names>
                <Icon icon=lu::LuUsers/> <span aria-hidden="true">{count}</span> <span class="unseen">{names}</span>
            </span>
        </Show>
    }
}

#[component]
fn FollowSwitch() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let follows = sharing.follows;
    let label = move || words.now(if follows.get() { Text::Free } else { Text::Follow });
    view! {
        <button type="button" class="button quiet square" aria-pressed=move || follows.get().to_string() title=label
            aria-label=words.say(Text::Follow) on:click=move |_| follows.update(|follows| *follows = !*follows)>
            {move || view! { <Icon icon=if follows.get() { lu::LuLocateFixed } else { lu::LuMoveVertical }/> }}
        </button>
    }
}

#[component]
fn ZoomSwitch() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let fits = move || sharing.zoom.get() == Zoom::Fit;
    let label = move || words.now(if fits() { Text::ActualSize } else { Text::Fit });
    let switch = move |_| sharing.zoom.set(if fits() { Zoom::Actual } else { Zoom::Fit });
    view! {
        <button type="button" class="button quiet zoom" title=words.say(Text::Zoom) on:click=switch>
            <span class="unseen">{words.say(Text::Zoom)} ": "</span>
            {move || view! { <Icon icon=if fits() { lu::LuMaximize2 } else { lu::LuMinimize2 }/> }} <span class="zoom-word">{label}</span>
        </button>
    }
}
