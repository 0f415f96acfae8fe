//! Queues: who serves them, and how long anybody waits (FEATURES QUE-12, ADM-03).
use chat_proto::admin::{Member, Queue};
use leptos::{ev::SubmitEvent, prelude::*};

use super::setting::{Part, SaveFoot, Saving, load, loaded, save};
use crate::{
    chat::{Loaded, chat},
    i18n::{Text, words},
    net::admin_http,
};

const STRATEGIES: [(&str, Text); 3] = [
    ("least_loaded", Text::StrategyLoad),
    ("round_robin", Text::StrategyTurns),
    ("manual", Text::StrategyManual),
];

/// A form for each queue, and one that makes another.
#[component]
pub fn Queues(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let queues = RwSignal::new(Loaded::Not);
    let site = StoredValue::new(site);
    let again = move || load(queues, async move { admin_http::queues(&site.get_value()).await });
    again();
    let show = move |all: Vec<Queue>| {
        let usual = Queue {
            strategy: "least_loaded".into(),
            sticky: true,
            first_answer_s: 30,
            accept_timeout_s: 120,
            ..Queue::default()
        };
        let one = move |queue: Queue, open: bool| {
            let words = words();
            let (id, name) = (queue.id, queue.name.clone());
            let title =
                move || if name.is_empty() { words.now(Text::NewQueue).to_owned() } else { name.clone() };
            view! { <details class="queue" open=open data-queue=id><summary>{title}</summary><QueueForm queue site again=Callback::new(move |()| again())/></details> }
        };
        let alone = all.len() == 1;
        view! { {all.into_iter().map(|queue| one(queue, alone)).collect_view()} {one(usual, false)} }
            .into_any()
    };
    view! { <Part title=Text::Queues help=Text::QueuesHelp name="queues">{loaded(queues, show)}</Part> }
}

#[component]
fn QueueForm(queue: Queue, site: StoredValue<String>, again: Callback<()>) -> impl IntoView {
    let words = words();
    let fresh = queue.id == 0;
    let (queue, state) = (RwSignal::new(queue), RwSignal::new(Saving::Idle));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let it = queue.get_untracked();
        let then = move || {
            if fresh {
                again.run(())
            }
        };
        save(state, async move { admin_http::save_queue(&site.get_value(), &it).await }, then);
    };
    let strategy = move |(key, text): (&'static str, Text)| {
        view! { <option value=key selected=move || queue.read().strategy == key>{words.say(text)}</option> }
    };
    let seconds = move |name: &'static str, label: Text, value: u32, set: fn(&mut Queue, u32)| {
        let change = move |event| {
            if let Ok(seconds) = event_target_value(&event).parse() {
                queue.update(|queue| set(queue, seconds));
            }
        };
        view! {
            <label class="field"><span>{words.say(label)}</span>
                <input name=name type="number" min="5" max="86400" required prop:value=value.to_string() on:input=change/></label>
        }
    };
    let now = queue.get_untracked();
    view! {
        <form class="form" on:submit=submit on:input=move |_| state.set(Saving::Idle)>
            <div class="field-grid">
                <label class="field"><span>{words.say(Text::FieldName)}</span>
                    <input name="name" required maxlength="60" prop:value=now.name on:input=move |event| queue.update(|queue| queue.name = event_target_value(&event))/></label>
                <label class="field"><span>{words.say(Text::Strategy)}</span>
                    <select name="strategy" on:change=move |event| queue.update(|queue| queue.strategy = event_target_value(&event))>{STRATEGIES.map(strategy)}</select></label>
                {seconds("first-answer", Text::FirstAnswer, now.first_answer_s, |queue, it| queue.first_answer_s = it)}
                {seconds("accept-timeout", Text::AcceptTimeout, now.accept_timeout_s, |queue, it| queue.accept_timeout_s = it)}
            </div>
            <label class="check"><input type="checkbox" name="sticky" prop:checked=now.sticky on:change=move |event| queue.update(|queue| queue.sticky = event_target_checked(&event))/>
                <span>{words.say(Text::StickyHelp)}</span></label>
            <Members queue/>
            <SaveFoot state/>
        </form>
    }
}

/// Everybody whom the site knows; a tick is a member.
#[component]
fn Members(queue: RwSignal<Queue>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let line = move |(id, name): (i64, String)| {
        let on = move || queue.read().members.iter().any(|it| it.agent == id);
        let change = move |event| {
            let add = event_target_checked(&event);
            queue.update(|queue| {
                queue.members.retain(|it| it.agent != id);
                if add {
                    queue.members.push(Member { agent: id, ..Member::default() });
                }
            });
        };
        view! { <label class="check"><input type="checkbox" data-member=id prop:checked=on on:change=change/> <span>{name}</span></label> }
    };
    let all = move || {
        let directory = chat.directory.read();
        directory
            .agents
            .iter()
            .map(|it| (it.id, format!("{} {}", it.first_name, it.last_name)))
            .map(line)
            .collect_view()
    };
    view! { <fieldset class="members"><legend>{words.say(Text::Members)}</legend>{all}</fieldset> }
}
