//! The rules of a site's conversations: where they begin, how they are offered and end, files, visitors' pages.
use chat_proto::{admin::General, limits::MAX_FILE_BYTES};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    controls::{Duration, FieldWords, Listed, Pick, Switch},
    setting::{Foot, Part, Setting, Slot, opened},
};
use crate::{
    chat::chat,
    i18n::{Language, Text, words},
    net::admin_http,
    state::{
        languages,
        settings::{decimal, number},
    },
};

/// One mebibyte.
const MIB: f64 = 1_048_576.0;

/// The rules, group by group.
#[component]
pub fn GeneralPart(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let key = site.clone();
    let ask = |site: String| async move { admin_http::general(&site).await };
    let show = move |setting| view! { <Form site=key.clone() setting/> }.into_any();
    view! { <Part title=Text::SettingsGeneral help=Text::SettingsGeneralHelp name="general">{opened(site, ask, show)}</Part> }
}

#[component]
fn Form(site: String, setting: Setting<General>) -> impl IntoView {
    let words = words();
    let key = StoredValue::new(site.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let put = |it: General| async move { admin_http::save_general(&key.get_value(), &it).await };
        setting.save(put, || {});
    };
    let tag_required = setting.slot("tag-required", |it| it.tag_required, |it, on| it.tag_required = on);
    let reopening = setting.slot("reopening", |it| it.reopening, |it, on| it.reopening = on);
    let presence = setting.slot("presence", |it| it.presence, |it, on| it.presence = on);
    let gone = setting.slot("agent_gone_s", |it| it.agent_gone_s, |it, seconds| it.agent_gone_s = seconds);
    let endings =
        setting.slot("refused_files", |it| it.refused_files.clone(), |it, all| it.refused_files = all);
    let keys = setting.slot("query_keys", |it| it.query_keys.clone(), |it, all| it.query_keys = all);
    let group = move |title: Text| view! { <h3 class="form-group">{words.say(title)}</h3> };
    view! {
        <form class="form" novalidate on:submit=submit>
            {group(Text::GroupBegin)}
            <Begin site setting/>
            {group(Text::GroupOffers)}
            <Stops setting/>
            <Duration label=Text::AgentGone of=gone hint=Text::AgentGoneHelp/>
            {group(Text::GroupEnd)}
            <Switch label=Text::ClosingWantsTag of=tag_required/>
            <Switch label=Text::MayReopen of=reopening/>
            <Idle setting/>
            {group(Text::GroupFiles)}
            <FileSize setting/>
            <Listed label=Text::RefusedFiles of=endings example="exe, bat, js" hint=Text::RefusedFilesHelp/>
            {group(Text::GroupPages)}
            <Switch label=Text::PresenceEverywhere of=presence/>
            <Listed label=Text::QueryKeys of=keys example="utm_source, article" hint=Text::QueryKeysHelp/>
            <Foot setting/>
        </form>
    }
}

#[component]
fn Begin(site: String, setting: Setting<General>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let label = move |text: Text| Signal::derive(move || words.now(text).to_owned());
    let entry = setting.slot("entry", |it| it.entry.clone(), |it, to| it.entry = to);
    let entries = Signal::derive(move || {
        [("bot", Text::EntryBot), ("queue", Text::EntryQueue)]
            .map(|(key, text)| (key.to_owned(), words.now(text).to_owned()))
            .to_vec()
    });
    let queue: Slot<String> = setting.slot(
        "queue",
        |it| it.queue.to_string(),
        |it, to: String| it.queue = to.parse().unwrap_or(it.queue),
    );
    let queues = Signal::derive(move || {
        let directory = chat.directory.read();
        let all =
            directory.sites.iter().find(|it| it.key == site).map(|it| it.queues.clone()).unwrap_or_default();
        all.into_iter().map(|it| (it.id.to_string(), it.name)).collect()
    });
    let lang = setting.slot("lang", |it| it.lang.clone(), |it, to| it.lang = to);
    let own = setting.kept.get_untracked().lang;
    let mut tongues: Vec<_> = languages::ALL.map(|(tag, name)| (tag.to_owned(), name.to_owned())).into();
    if tongues.iter().all(|(tag, _)| *tag != own) {
        tongues.insert(0, (own.clone(), own));
    }
    view! {
        <div class="field-grid">
            <Pick label=label(Text::EntryIs) of=entry from=entries/>
            <Pick label=label(Text::DefaultQueue) of=queue from=queues/>
            <Pick label=label(Text::SiteLanguage) of=lang from=tongues/>
        </div>
    }
}

/// What stops the time that an agent has.
#[component]
fn Stops(setting: Setting<General>) -> impl IntoView {
    let words = words();
    let slot =
        setting.slot("offer_stops_on", |it| it.offer_stops_on.clone(), |it, to| it.offer_stops_on = to);
    let choice = move |(key, text): (&'static str, Text)| {
        let on = move || *slot.value.read() == key;
        view! {
            <label class="check"><input type="radio" name="offer_stops_on" value=key prop:checked=on on:change=move |_| slot.set.run(key.to_owned())/>
                <span>{words.say(text)}</span></label>
        }
    };
    view! {
        <fieldset class="choices-of"><legend>{words.say(Text::OfferStops)}</legend>
            {[("accept", Text::OfferStopsAccept), ("answer", Text::OfferStopsAnswer)].map(choice)}
            <FieldWords fault=slot.fault id="wrong-offer_stops_on".to_owned()/></fieldset>
    }
}

/// After how long without a word a visitor's conversation ends, if it does.
#[component]
fn Idle(setting: Setting<General>) -> impl IntoView {
    /// What is proposed first, seconds.
    const USUAL: u32 = 1_800;
    let on = setting.slot(
        "idle_close",
        |it| it.idle_close_s.is_some(),
        |it, on| it.idle_close_s = on.then_some(USUAL),
    );
    let after = setting.slot(
        "idle_close_s",
        |it| it.idle_close_s.unwrap_or(USUAL),
        |it, seconds| it.idle_close_s = Some(seconds),
    );
    view! {
        <Switch label=Text::IdleClose of=on/>
        <Show when=move || on.value.get()><Duration label=Text::IdleCloseAfter of=after hint=Text::IdleCloseHelp/></Show>
    }
}

/// The largest file, in megabytes.
#[component]
fn FileSize(setting: Setting<General>) -> impl IntoView {
    let words = words();
    let slot = setting.slot("max_file_bytes", |it| it.max_file_bytes, |it, bytes| it.max_file_bytes = bytes);
    let point = move || if words.language() == Language::French { "," } else { "." };
    let bytes =
        |text: &str| number(text).filter(|it| (0.0..=1e6).contains(it)).map(|it| (it * MIB).round() as u64);
    let typed = RwSignal::new(untrack(|| decimal(slot.value.get() as f64 / MIB, point())));
    // What is typed stays as it is typed, as long as it says the same.
    Effect::new(move |before: Option<&'static str>| {
        let (now, point, faulty) = (slot.value.get(), point(), slot.fault.read().is_some());
        let is_other = before.is_some_and(|before| before != point);
        if !faulty && (is_other || bytes(&typed.read_untracked()) != Some(now)) {
            typed.set(decimal(now as f64 / MIB, point));
        }
        point
    });
    let read = move |event| {
        let text = event_target_value(&event);
        let read = bytes(&text);
        typed.set(text);
        match read {
            Some(bytes) => slot.set.run(bytes),
            None => slot.spoil.run("no_number"),
        }
    };
    let most =
        move || words.fill(Text::MaxFileHelp, &[("n", &format!("{:.0}", MAX_FILE_BYTES as f64 / MIB))]);
    let invalid = move || slot.fault.get().is_some().to_string();
    view! {
        <label class="field short"><span>{words.say(Text::MaxFile)}</span>
            <input name="max_file_bytes" inputmode="decimal" autocomplete="off" aria-invalid=invalid aria-describedby="wrong-max_file_bytes" prop:value=typed on:input=read/>
            <small class="muted">{most}</small>
            <FieldWords fault=slot.fault id="wrong-max_file_bytes".to_owned()/></label>
    }
}
