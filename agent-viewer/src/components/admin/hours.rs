//! When somebody is there, and what is said and offered when nobody is (FEATURES HRS).
mod days;
mod ways;

use std::time::Duration;

use chat_proto::admin::{Hours, Opening, Span, Texts, Week};
use leptos::{ev::SubmitEvent, prelude::*};
use wasm_bindgen_futures::spawn_local;

use self::{
    days::{Days, Exceptions},
    ways::{ClosedMock, Ways},
};
use super::{
    controls::FieldWords,
    setting::{Foot, Part, Setting, opened},
    texts::{About, AddLanguage, Languages, LocalText},
};
use crate::{
    browser,
    i18n::{Text, Words, words},
    net::admin_http,
};

/// After so long without a change the server is asked what would hold.
const REST: Duration = Duration::from_millis(350);

/// The week, the days that are not like it, and what happens outside of them.
#[component]
pub fn HoursPart(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let key = site.clone();
    let ask = |site: String| async move { admin_http::hours(&site).await };
    let show = move |setting| view! { <Form site=key.clone() setting/> }.into_any();
    view! { <Part title=Text::OpeningHours help=Text::OpeningHoursHelp name="hours">{opened(site, ask, show)}</Part> }
}

/// From Monday to Friday, with a break at noon.
fn usual_week() -> Week {
    let spans = vec![Span { from: 9 * 60, to: 12 * 60 + 30 }, Span { from: 14 * 60, to: 18 * 60 }];
    let days = (0..7).map(|day| if day < 5 { spans.clone() } else { Vec::new() }).collect();
    Week { zone: browser::time_zone().unwrap_or_else(|| "Europe/Paris".into()), days, exceptions: Vec::new() }
}

#[component]
fn Form(site: String, setting: Setting<Hours>) -> impl IntoView {
    let words = words();
    let key = StoredValue::new(site);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let put = |it: Hours| async move { admin_http::save_hours(&key.get_value(), &it).await };
        setting.save(put, || {});
    };
    let has_week = Memo::new(move |_| setting.now.read().week.is_some());
    let languages = {
        let now = setting.now.read_untracked();
        Languages::of(std::iter::once(&now.message).chain(now.ways.iter().map(|it| &it.label)))
    };
    let get = |it: &Hours| it.message.clone();
    let put = |it: &mut Hours, change: &dyn Fn(&mut Texts)| change(&mut it.message);
    view! {
        <form class="form" novalidate on:submit=submit>
            <Always setting/>
            <Show when=move || has_week.get()>
                <Zone setting/>
                <OpeningNow setting site=key/>
                <h3 class="form-group">{words.say(Text::TheWeek)}</h3>
                <Days setting/>
                <h3 class="form-group">{words.say(Text::Exceptions)}</h3>
                <p class="muted">{words.say(Text::ExceptionsHelp)}</p>
                <Exceptions setting/>
            </Show>
            <h3 class="form-group">{words.say(Text::WhenClosed)}</h3>
            <div class="beside-mock">
                <div class="form">
                    <LocalText about=About::line(Text::ClosedMessage, "message").rows(3).usual(Signal::stored(Some(Text::MockClosed))) setting get put languages/>
                    <p class="muted">{words.say(Text::ClosedMessageHelp)}</p>
                    <Ways setting languages/>
                    <AddLanguage languages/>
                </div>
                <ClosedMock setting/>
            </div>
            <Foot setting/>
        </form>
    }
}

/// Always, or by the week.
#[component]
fn Always(setting: Setting<Hours>) -> impl IntoView {
    let words = words();
    // The week that was there comes back when it is wanted again.
    let last = StoredValue::new(setting.now.get_untracked().week);
    let choose = move |by_week: bool| {
        setting.reshape(|it| {
            if by_week {
                it.week = last.get_value().or_else(|| Some(usual_week()));
            } else if let Some(week) = it.week.take() {
                last.set_value(Some(week));
            }
        });
    };
    let choice = move |(by_week, key, text): (bool, &'static str, Text)| {
        let on = move || setting.now.read().week.is_some() == by_week;
        view! {
            <label class="check"><input type="radio" name="open" value=key prop:checked=on on:change=move |_| choose(by_week)/>
                <span>{words.say(text)}</span></label>
        }
    };
    view! {
        <fieldset class="choices-of"><legend class="unseen">{words.say(Text::OpeningHours)}</legend>
            {[(false, "always", Text::AlwaysOpen), (true, "week", Text::OpenByWeek)].map(choice)}</fieldset>
    }
}

#[component]
fn Zone(setting: Setting<Hours>) -> impl IntoView {
    let words = words();
    let slot = setting.slot(
        "week.zone",
        |it| it.week.as_ref().map(|it| it.zone.clone()).unwrap_or_default(),
        |it, to| {
            if let Some(week) = &mut it.week {
                week.zone = to;
            }
        },
    );
    let invalid = move || slot.fault.get().is_some().to_string();
    view! {
        <label class="field"><span>{words.say(Text::TimeZone)}</span>
            <input name="week.zone" list="time-zones" placeholder="Europe/Paris" autocomplete="off" aria-invalid=invalid aria-describedby="wrong-week-zone"
                prop:value=slot.value on:input=move |event| slot.set.run(event_target_value(&event))/>
            <small class="muted">{words.say(Text::TimeZoneHelp)}</small>
            <FieldWords fault=slot.fault id="wrong-week-zone".to_owned()/></label>
        <datalist id="time-zones">{browser::time_zones().into_iter().map(|it| view! { <option value=it></option> }).collect_view()}</datalist>
    }
}

/// What would hold now, asked for whenever the form rests.
#[component]
fn OpeningNow(setting: Setting<Hours>, site: StoredValue<String>) -> impl IntoView {
    let words = words();
    let found = RwSignal::new(None::<(Opening, String)>);
    let wanted = StoredValue::new(0_u32);
    let ask = move |turn: u32| {
        if wanted.try_get_value() != Some(turn) {
            return;
        }
        let it = setting.now.get_untracked();
        spawn_local(async move {
            let zone = it.week.as_ref().map(|it| it.zone.clone()).unwrap_or_default();
            let answer = admin_http::opening(&site.get_value(), &it).await;
            if wanted.try_get_value() == Some(turn) {
                let _ = found.try_set(answer.ok().map(|it| (it, zone)));
            }
        });
    };
    Effect::new(move |before: Option<()>| {
        setting.now.track();
        let turn = wanted.try_update_value(|it| {
            *it = it.wrapping_add(1);
            *it
        });
        let turn = turn.unwrap_or_default();
        if before.is_none() { ask(turn) } else { set_timeout(move || ask(turn), REST) }
    });
    let is_open = move || found.read().as_ref().map(|(it, _)| it.open);
    let said = move || found.read().as_ref().map(|(it, zone)| said(words, it, zone));
    view! {
        <p class="opening-now" class:open=move || is_open() == Some(true) role="status"><span class="live-dot" class:off=move || is_open() != Some(true)></span>
            <span>{move || said().unwrap_or_else(|| words.now(Text::NoOpening).to_owned())}</span></p>
    }
}

fn said(words: Words, it: &Opening, zone: &str) -> String {
    let language = words.language().tag();
    let at = |at: i64| {
        let same_day = browser::date_in(at, zone) == browser::date_in(it.at, zone);
        let text = if same_day {
            browser::hour_in(at, language, zone)
        } else {
            browser::moment_in(at, language, zone)
        };
        text.unwrap_or_else(|| browser::short_time(at, language))
    };
    match (it.open, it.closes, it.opens) {
        (true, Some(closes), _) => words.fill(Text::OpenUntil, &[("time", &at(closes))]),
        (true, None, _) => words.now(Text::OpenForGood).to_owned(),
        (false, _, Some(opens)) => words.fill(Text::ClosedUntil, &[("time", &at(opens))]),
        (false, _, None) => words.now(Text::ClosedForGood).to_owned(),
    }
}
