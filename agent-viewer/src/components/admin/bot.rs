//! The bot: what visitors meet before an agent does (FEATURES BOT-07, BOT-08). Drawn as steps, told in words, tried
//! beside.
mod draft;
mod preview;
mod step;
mod way;

use std::{collections::BTreeSet, time::Duration};

use chat_proto::admin::{Bot as Flow, BotFault, General, Queue};
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, leptos_dom::helpers::set_timeout, prelude::*};
use wasm_bindgen_futures::spawn_local;

use self::{draft::Row, preview::Preview, step::StepCard};
use super::{
    faults::{Doing, Outcome, act},
    setting::{Part, load, loaded},
    unsaved::watch_unsaved,
};
use crate::{
    chat::{Loaded, chat},
    components::icon::Icon,
    i18n::{Language, Text, words},
    net::{admin_http, site_http, told::Wrong},
    state::{chat::people, languages},
};

/// The server is asked what is wrong when nothing was typed for so long.
const REST: Duration = Duration::from_millis(350);

/// What the site has: its bot, what it begins with, its queues.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    flow: Flow,
    general: General,
    queues: Vec<Queue>,
}

/// The bot while it is drawn.
#[derive(Clone, Copy)]
pub(super) struct Drawing {
    site: StoredValue<String>,
    /// As it is drawn.
    flow: RwSignal<Flow>,
    /// As the server has it.
    kept: RwSignal<Flow>,
    /// Whether visitors meet it, as it is chosen, and as the server has it.
    meets: RwSignal<bool>,
    kept_meets: RwSignal<bool>,
    /// The language that is written in.
    lang: RwSignal<String>,
    /// Languages that were added and have no text yet.
    added: RwSignal<BTreeSet<String>>,
    /// The site's own language.
    site_lang: StoredValue<String>,
    /// The queues, by number and name.
    queues: StoredValue<Vec<(i64, String)>>,
    /// The usual one.
    queue: StoredValue<i64>,
    faults: RwSignal<Vec<BotFault>>,
    rows: Memo<Vec<Row>>,
    /// The answers of the trial.
    tried: RwSignal<Vec<usize>>,
    state: RwSignal<Doing>,
    checks: StoredValue<u32>,
}

impl Drawing {
    fn new(site: String, known: Known) -> Self {
        let Known { flow, general, queues } = known;
        let drawn = RwSignal::new(flow.clone());
        let meets = general.entry == "bot";
        let names = queues.into_iter().map(|it| (it.id, it.name)).collect();
        let drawing = Self {
            site: StoredValue::new(site),
            flow: drawn,
            kept: RwSignal::new(flow),
            meets: RwSignal::new(meets),
            kept_meets: RwSignal::new(meets),
            lang: RwSignal::new(general.lang.clone()),
            added: RwSignal::default(),
            site_lang: StoredValue::new(general.lang),
            queues: StoredValue::new(names),
            queue: StoredValue::new(general.queue),
            faults: RwSignal::default(),
            rows: Memo::new(move |_| draft::rows(&drawn.read())),
            tried: RwSignal::default(),
            state: RwSignal::default(),
            checks: StoredValue::new(0),
        };
        drawing.check();
        drawing
    }

    /// Changes the bot; a moment later the server says what is wrong with it.
    fn draw(self, act: impl FnOnce(&mut Flow)) {
        self.flow.update(act);
        self.touch();
        let due = self.checks.try_update_value(|it| {
            *it += 1;
            *it
        });
        let due_still = move || due.is_some() && self.checks.try_get_value() == due;
        set_timeout(
            move || {
                if due_still() {
                    self.check();
                }
            },
            REST,
        );
    }

    /// How the last change went holds no more; what is on its way goes on.
    fn touch(self) {
        if !matches!(*self.state.read_untracked(), Doing::Idle | Doing::Busy) {
            self.state.set(Doing::Idle);
        }
    }

    fn check(self) {
        let (site, flow) = (self.site.get_value(), self.flow.get_untracked());
        if flow.nodes.is_empty() {
            return self.faults.set(Vec::new());
        }
        spawn_local(async move {
            let Ok(faults) = site_http::check_bot(&site, &flow).await else { return };
            // What was drawn meanwhile is asked for by itself.
            if self.flow.try_read_untracked().is_some_and(|now| *now == flow) {
                self.faults.set(faults);
            }
        });
    }

    fn is_changed(self) -> bool {
        *self.flow.read() != *self.kept.read() || self.meets.get() != self.kept_meets.get()
    }

    /// Languages to write in, by tag.
    fn languages(self) -> Vec<String> {
        let mut all = draft::languages(&self.flow.read());
        all.extend(self.added.read().iter().cloned());
        all.insert(self.site_lang.get_value());
        all.insert(self.lang.get());
        all.into_iter().collect()
    }

    /// A text as it is read in the language that is written in; tracked.
    fn said(self, texts: &chat_proto::admin::Texts) -> String {
        self.site_lang.with_value(|site| draft::pick(texts, &self.lang.read(), site))
    }

    /// The place of a step as it is read, from 1; tracked.
    fn number(self, id: u32) -> usize {
        self.rows.read().iter().position(|it| it.id == id).map_or(0, |at| at + 1)
    }

    fn save(self) {
        let flow =
            (*self.flow.read_untracked() != *self.kept.read_untracked()).then(|| self.flow.get_untracked());
        let meets = self.meets.get_untracked();
        let turned = (meets != self.kept_meets.get_untracked()).then_some(meets);
        act(self.state, self.put(flow, turned), move |()| {
            if self.state.try_get_untracked().is_some() && untrack(|| self.is_changed()) {
                self.touch();
            }
        });
    }

    /// The bot first: what a site begins with must be there. What is stored of the two is known at once, even where
    /// the other one is refused then.
    async fn put(self, flow: Option<Flow>, meets: Option<bool>) -> Result<(), Wrong> {
        let site = self.site.get_value();
        if let Some(sent) = flow {
            let stored = site_http::save_bot(&site, &sent).await?;
            let _ = self.flow.try_update(|now| draft::stored(now, &sent, &stored));
            let _ = self.kept.try_set(stored);
        }
        if let Some(meets) = meets {
            let entry = if meets { "bot" } else { "queue" };
            site_http::change_general(&site, |it| entry.clone_into(&mut it.entry)).await?;
            let _ = self.kept_meets.try_set(meets);
        }
        Ok(())
    }
}

async fn learn(site: String) -> Result<Known, Wrong> {
    let (flow, general) = (site_http::bot(&site).await?, admin_http::general(&site).await?);
    Ok(Known { flow, general, queues: site_http::queues(&site).await? })
}

/// The bot of a site.
#[component]
pub fn Bot(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let known = RwSignal::new(Loaded::Not);
    load(known, learn(site.clone()));
    let of = site.clone();
    let broken =
        Memo::new(move |_| people::site(&chat.directory.read(), &of).is_some_and(|it| !it.faults.is_empty()));
    let show = move |it: Known| view! { <Editor drawing=Drawing::new(site.clone(), it)/> }.into_any();
    view! {
        <Part title=Text::Bot help=Text::BotHelp name="bot">
            <Show when=move || broken.get()>
                <p class="bot-broken" role="alert"><Icon icon=lu::LuTriangleAlert/> {words.say(Text::BotBroken)}</p>
            </Show>
            {loaded(known, show)}
        </Part>
    }
}

#[component]
fn Editor(drawing: Drawing) -> impl IntoView {
    let words = words();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        drawing.save();
    };
    let changed = Memo::new(move |_| drawing.is_changed());
    watch_unsaved(changed.into());
    let none = Memo::new(move |_| drawing.flow.read().nodes.is_empty());
    let busy = move || *drawing.state.read() == Doing::Busy;
    let unsaved = move || {
        (changed.get() && *drawing.state.read() == Doing::Idle).then(|| words.now(Text::UnsavedChanges))
    };
    view! {
        <form class="form bot-form" novalidate on:submit=submit>
            <Entry drawing none/>
            <Show when=move || !none.get() fallback=move || view! { <NoBot drawing/> }>
                <Languages drawing/>
                <div class="bot-desk">
                    <Steps drawing/>
                    <Preview drawing/>
                </div>
            </Show>
            <footer class="setting-foot bot-foot">
                <button type="submit" class="button primary" disabled=move || busy() || !changed.get()>{words.say(Text::Save)}</button>
                <Show when=move || !none.get()><Verdict drawing/></Show>
                <span class="muted">{unsaved}</span>
                <Outcome state=drawing.state done=Text::BotSaved/>
            </footer>
        </form>
    }
}

/// What visitors meet after the form.
#[component]
fn Entry(drawing: Drawing, none: Memo<bool>) -> impl IntoView {
    let words = words();
    let one = move |bot: bool, text: Text| {
        let value = if bot { "bot" } else { "queue" };
        let lacks = move || bot && none.get();
        let choose = move |_| {
            drawing.meets.set(bot);
            drawing.touch();
        };
        view! {
            <label class="check"><input type="radio" name="entry" value=value disabled=lacks prop:checked=move || drawing.meets.get() == bot on:change=choose/>
                <span>{words.say(text)}</span></label>
        }
    };
    view! {
        <fieldset class="bot-entry"><legend>{words.say(Text::EntryIs)}</legend>
            {one(true, Text::EntryBot)} {one(false, Text::EntryQueue)}
        </fieldset>
    }
}

#[component]
fn NoBot(drawing: Drawing) -> impl IntoView {
    let words = words();
    let begin = move |_| {
        let queue = drawing.queue.get_value();
        drawing.meets.set(true);
        drawing.draw(|flow| *flow = sample(queue));
    };
    view! {
        <div class="bot-none">
            <strong>{words.say(Text::BotNone)}</strong>
            <p class="muted">{words.say(Text::BotNoneHelp)}</p>
            <button type="button" class="button primary" data-do="begin-bot" on:click=begin><Icon icon=lu::LuBot/> {words.say(Text::BotBegin)}</button>
        </div>
    }
}

/// A question with one answer that leads to a queue: the least that is complete.
fn sample(queue: i64) -> Flow {
    use chat_proto::admin::{Choice, Step};
    let both = |text: Text| {
        let said = |lang: Language| (lang.tag().to_owned(), text.in_language(lang).to_owned());
        [Language::French, Language::English].map(said).into_iter().collect()
    };
    let question = Step {
        id: 1,
        kind: "question".into(),
        text: both(Text::BotSample),
        choices: vec![Choice { label: both(Text::BotSampleChoice), next: 2, ..draft::answer() }],
        ..Step::default()
    };
    let people = Step { id: 2, kind: "handover".into(), queue, offline_form: true, ..Step::default() };
    Flow { version: 0, start: 1, nodes: vec![question, people] }
}

/// The language that is written in; what is missing in each.
#[component]
fn Languages(drawing: Drawing) -> impl IntoView {
    let words = words();
    let tab = move |tag: String| {
        let (own, of, key) = (tag.clone(), tag.clone(), tag.clone());
        let name = languages::name(&tag).to_owned();
        let missing = Memo::new(move |_| draft::missing(&drawing.flow.read(), &of));
        let count = move || (0 < missing.get()).then(|| view! { <b class="bot-missing">{missing}</b> });
        view! {
            <button type="button" class="bot-lang" data-lang=key aria-pressed=move || (*drawing.lang.read() == own).to_string()
                on:click=move |_| drawing.lang.set(tag.clone())>{name} {count}</button>
        }
    };
    let all = Memo::new(move |_| drawing.languages());
    let add = move |event| {
        let tag = event_target_value(&event);
        if !tag.is_empty() {
            drawing.added.update(|it| _ = it.insert(tag.clone()));
            drawing.lang.set(tag);
        }
    };
    let others = move || {
        let here = all.read();
        let left = languages::ALL.iter().filter(|(tag, _)| !here.iter().any(|it| it == tag));
        left.map(|(tag, name)| view! { <option value=*tag>{*name}</option> }).collect_view()
    };
    view! {
        <div class="bot-languages" role="group" aria-label=words.say(Text::BotLanguage)>
            <span class="muted">{words.say(Text::BotLanguage)}</span>
            <For each=move || all.get() key=Clone::clone children=tab/>
            <select name="add-language" aria-label=words.say(Text::BotAddLanguage) prop:value="" on:change=add>
                <option value="">{words.say(Text::BotAddLanguage)}</option>{others}</select>
        </div>
    }
}

/// All steps as they are read; those that nobody reaches stand apart.
#[component]
fn Steps(drawing: Drawing) -> impl IntoView {
    let words = words();
    let is_lost = |it: &Row| it.via == draft::Via::Lost;
    let reached =
        move || drawing.rows.read().iter().filter(|it| !is_lost(it)).map(|it| it.id).collect::<Vec<_>>();
    let lost = Memo::new(move |_| {
        drawing.rows.read().iter().filter(|it| is_lost(it)).map(|it| it.id).collect::<Vec<_>>()
    });
    view! {
        <div class="bot-steps">
            <ol class="bot-tree"><For each=reached key=|id| *id children=move |id| view! { <StepCard drawing id/> }/></ol>
            <Show when=move || !lost.read().is_empty()>
                <div class="bot-lost">
                    <h3>{words.say(Text::NeverReached)}</h3>
                    <p class="muted">{words.say(Text::NeverReachedHelp)}</p>
                    <ol class="bot-tree"><For each=move || lost.get() key=|id| *id children=move |id| view! { <StepCard drawing id/> }/></ol>
                </div>
            </Show>
        </div>
    }
}

/// What is wrong with the whole, and how many things in all.
#[component]
fn Verdict(drawing: Drawing) -> impl IntoView {
    let words = words();
    let said = move || {
        let faults = drawing.faults.read();
        if faults.is_empty() {
            words.now(Text::BotComplete).to_owned()
        } else {
            words.count(Text::OneFault, Text::ManyFaults, faults.len())
        }
    };
    let whole = move || {
        let flow = drawing.flow.read();
        let of_none = |it: &&BotFault| it.node.is_none_or(|id| draft::step(&flow, id).is_none());
        let text = |it: &BotFault| if it.node.is_some() { Text::BotFaultStart } else { fault_text(&it.code) };
        let found: Vec<_> = drawing.faults.read().iter().filter(of_none).map(text).collect();
        found
            .into_iter()
            .map(|text| view! { <span class="bot-fault">{words.now(text)}</span> })
            .collect_view()
    };
    let bad = move || !drawing.faults.read().is_empty();
    view! { <span class="bot-verdict" class:bot-bad=bad role="status">{said}</span> {whole} }
}

/// What is wrong with a step, in words.
fn fault_text(code: &str) -> Text {
    match code {
        "leads_nowhere" => Text::BotFaultNowhere,
        "no_choice" => Text::BotFaultNoChoice,
        "no_text" => Text::BotFaultNoWords,
        "circle" => Text::BotFaultCircle,
        "unreachable" => Text::BotFaultUnreachable,
        "no_handover" => Text::BotFaultNoHandover,
        "no_queue" => Text::BotFaultNoQueue,
        _ => Text::BotFaultOther,
    }
}
