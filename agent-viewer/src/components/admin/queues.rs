//! Queues: who serves them, and how long anybody waits (FEATURES QUE-12, ADM-03).
mod members;
mod removing;

use chat_proto::{
    admin::{Overflow, Queue},
    desk::AgentCard,
};
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};

use self::{members::Members, removing::RemovingDialog};
use super::{
    setting::{Foot, Part, Setting},
    several::Several,
};
use crate::{
    chat::chat,
    components::icon::Icon,
    i18n::{Text, words},
    net::site_http,
    state::chat::people,
};

const STRATEGIES: [(&str, Text); 3] = [
    ("least_loaded", Text::StrategyLoad),
    ("round_robin", Text::StrategyTurns),
    ("manual", Text::StrategyManual),
];

/// How long somebody waits before they go on to another queue, until an admin says otherwise, seconds.
const OVERFLOW_S: u32 = 60;

/// What the forms of one site share.
#[derive(Clone, Copy)]
struct Page {
    site: StoredValue<String>,
    queues: Several<Queue>,
    removing: RwSignal<Option<(i64, String)>>,
}

impl Page {
    /// Every queue but one, by number and name; tracked.
    fn others(self, own: i64) -> Vec<(i64, String)> {
        self.queues.all().into_iter().filter(|it| it.id != own).map(|it| (it.id, it.name)).collect()
    }
}

/// A queue as it is proposed.
fn usual() -> Queue {
    Queue {
        strategy: "least_loaded".into(),
        sticky: true,
        first_answer_s: 30,
        accept_timeout_s: 120,
        ..Queue::default()
    }
}

/// A form for each queue, and one that makes another.
#[component]
pub fn Queues(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let site = StoredValue::new(site);
    let queues = Several::new(move || async move { site_http::queues(&site.get_value()).await });
    let queues = queues.following(site.get_value());
    let page = Page { site, queues, removing: RwSignal::new(None) };
    let show = move || {
        let open = untrack(|| queues.all().len()) == 1;
        let ids = move || queues.all().into_iter().map(|it| it.id).collect::<Vec<_>>();
        view! {
            <For each=ids key=|id| *id children=move |id| view! { <OneQueue id page open/> }/>
            <OneQueue id=0 page open=false/>
        }
        .into_any()
    };
    let dialog = move || page.removing.get().map(|it| view! { <RemovingDialog page it/> });
    view! { <Part title=Text::Queues help=Text::QueuesHelp name="queues">{queues.shown(show)} {dialog}</Part> }
}

#[component]
fn OneQueue(id: i64, page: Page, open: bool) -> impl IntoView {
    let words = words();
    let setting = Setting::new(untrack(|| page.queues.find(|it| it.id == id)).unwrap_or_else(usual));
    page.queues.follow(move |it| it.id == id, move |it| setting.learn(it));
    let title = move || {
        if id == 0 { words.now(Text::NewQueue).to_owned() } else { setting.kept.read().name.clone() }
    };
    let chat = chat();
    let nobody = Memo::new(move |_| {
        let (directory, kept) = (chat.directory.read(), setting.kept.read());
        let is_member = |it: &AgentCard| kept.members.iter().any(|member| member.agent == it.id);
        id != 0 && !page.site.with_value(|site| people::serving(&directory, site).any(is_member))
    });
    view! {
        <details class="queue" open=open data-queue=id>
            <summary>{title} <Show when=move || nobody.get()><span class="queue-alone">{words.say(Text::NobodyServes)}</span></Show></summary>
            <QueueForm id setting page/>
        </details>
    }
}

#[component]
fn QueueForm(id: i64, setting: Setting<Queue>, page: Page) -> impl IntoView {
    let words = words();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let put = move |it: Queue| async move { site_http::save_queue(&page.site.get_value(), &it).await };
        setting.save(put, move || {
            if id == 0 {
                setting.take(usual());
            }
            page.queues.again();
        });
    };
    let sticky = setting.slot("sticky", |it| it.sticky, |it, on| it.sticky = on);
    let may_go = Memo::new(move |_| id != 0 && !page.others(id).is_empty());
    let remove = move |_| page.removing.set(Some((id, setting.kept.get_untracked().name)));
    view! {
        <form class="form" class:fresh=move || !setting.is_changed() on:submit=submit>
            <Basics setting/>
            <label class="check"><input type="checkbox" name="sticky" prop:checked=sticky.value on:change=move |event| sticky.set.run(event_target_checked(&event))/>
                <span>{words.say(Text::StickyHelp)}</span></label>
            <OverflowFields setting page own=id/>
            <Members setting site=page.site/>
            <Foot setting/>
            <Show when=move || may_go.get()>
                <div><button type="button" class="button danger" data-do="delete-queue" on:click=remove><Icon icon=lu::LuTrash2/> {words.say(Text::DeleteQueue)}</button></div>
            </Show>
        </form>
    }
}

/// What is wrong at a place of a setting.
#[component]
pub(super) fn Under(fault: Signal<Option<Text>>) -> impl IntoView {
    let words = words();
    view! { <small class="under-field" role="alert">{move || fault.get().map(|text| words.now(text))}</small> }
}

#[component]
fn Basics(setting: Setting<Queue>) -> impl IntoView {
    let words = words();
    let name = setting.slot("name", |it| it.name.clone(), |it, name| it.name = name);
    let strategy = setting.slot("strategy", |it| it.strategy.clone(), |it, key| it.strategy = key);
    let option = move |(key, text): (&'static str, Text)| {
        view! { <option value=key selected=move || *strategy.value.read() == key>{words.say(text)}</option> }
    };
    let invalid = move || name.fault.read().is_some().to_string();
    view! {
        <div class="field-grid">
            <label class="field"><span>{words.say(Text::FieldName)}</span>
                <input name="name" required maxlength="80" aria-invalid=invalid prop:value=name.value on:input=move |event| name.set.run(event_target_value(&event))/>
                <Under fault=name.fault/></label>
            <label class="field"><span>{words.say(Text::Strategy)}</span>
                <select name="strategy" prop:value=strategy.value on:change=move |event| strategy.set.run(event_target_value(&event))>{STRATEGIES.map(option)}</select></label>
            <Seconds setting names=("first-answer", "first_answer_s") label=Text::FirstAnswer
                get=|it| it.first_answer_s set=|it, value| it.first_answer_s = value/>
            <Seconds setting names=("accept-timeout", "accept_timeout_s") label=Text::AcceptTimeout
                get=|it| it.accept_timeout_s set=|it, value| it.accept_timeout_s = value/>
        </div>
    }
}

#[component]
fn Seconds(
    setting: Setting<Queue>,
    names: (&'static str, &'static str),
    label: Text,
    get: fn(&Queue) -> u32,
    set: fn(&mut Queue, u32),
) -> impl IntoView {
    let words = words();
    let (name, at) = names;
    let slot = setting.slot(at, get, set);
    let change = move |event| match event_target_value(&event).parse() {
        Ok(seconds) => slot.set.run(seconds),
        Err(_) => slot.spoil.run("no_number"),
    };
    let invalid = move || slot.fault.read().is_some().to_string();
    view! {
        <label class="field"><span>{words.say(label)}</span>
            <input name=name type="number" min="5" max="86400" required aria-invalid=invalid prop:value=move || slot.value.get().to_string() on:input=change/>
            <Under fault=slot.fault/></label>
    }
}

/// Where those go on who wait for long.
#[component]
fn OverflowFields(setting: Setting<Queue>, page: Page, own: i64) -> impl IntoView {
    let words = words();
    let to = setting.slot(
        "overflow.queue",
        |it| it.overflow.as_ref().map(|it| it.queue),
        |it, to: Option<i64>| {
            let after_s = it.overflow.as_ref().map_or(OVERFLOW_S, |it| it.after_s);
            it.overflow = to.map(|queue| Overflow { queue, after_s });
        },
    );
    let option = move |(id, name): (i64, String)| {
        view! { <option value=id.to_string() selected=move || to.value.get() == Some(id)>{name}</option> }
    };
    let several = Memo::new(move |_| !page.others(own).is_empty());
    let chosen = move || to.value.get().map(|id| id.to_string()).unwrap_or_default();
    let after: fn(&Queue) -> u32 = |it| it.overflow.as_ref().map_or(OVERFLOW_S, |it| it.after_s);
    let set_after: fn(&mut Queue, u32) = |it, seconds| {
        if let Some(it) = &mut it.overflow {
            it.after_s = seconds;
        }
    };
    view! {
        <Show when=move || several.get()>
            <div class="field-grid">
                <label class="field"><span>{words.say(Text::Overflow)}</span>
                    <select name="overflow" prop:value=chosen on:change=move |event| to.set.run(event_target_value(&event).parse().ok())>
                        <option value="">{words.say(Text::OverflowNone)}</option>
                        <For each=move || page.others(own) key=Clone::clone children=option/></select>
                    <Under fault=to.fault/></label>
                <Show when=move || to.value.read().is_some()>
                    <Seconds setting names=("overflow-after", "overflow.after_s") label=Text::OverflowAfter get=after set=set_after/>
                </Show>
            </div>
        </Show>
    }
}
