//! One step of the bot: what it says, what may be answered, where it leads.
use chat_proto::admin::{Choice, Step};
use icondata_core::Icon as Picture;
use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    Drawing,
    draft::{self, Via, Way},
    fault_text,
    way::WayChoice,
};
use crate::{
    components::icon::Icon,
    i18n::{Text, words},
};

/// Longest text of a step, characters, as the server takes it.
const LONGEST: &str = "4000";

/// Kinds, each with its name, what its text is, and its picture.
const KINDS: [(&str, Text, Text, Picture); 4] = [
    ("message", Text::StepMessage, Text::StepSays, lu::LuMessageSquare),
    ("question", Text::StepQuestion, Text::StepAsks, lu::LuCircleHelp),
    ("handover", Text::StepHandover, Text::StepWelcome, lu::LuHeadset),
    ("end", Text::StepEnd, Text::StepLast, lu::LuFlag),
];

/// A kind by its key; the end for one that is not known.
pub fn kind_of(kind: &str) -> (&'static str, Text, Text, Picture) {
    *KINDS.iter().find(|(key, ..)| *key == kind).unwrap_or(&KINDS[3])
}

/// A step as it is drawn.
#[component]
pub fn StepCard(drawing: Drawing, id: u32) -> impl IntoView {
    let words = words();
    let kind = Memo::new(move |_| {
        kind_of(&draft::step(&drawing.flow.read(), id).map(|it| it.kind.clone()).unwrap_or_default())
    });
    let depth =
        move || drawing.rows.read().iter().find(|it| it.id == id).map_or(0, |it| it.depth).to_string();
    let faults = Memo::new(move |_| {
        let all = drawing.faults.read();
        all.iter().filter(|it| it.node == Some(id)).map(|it| fault_text(&it.code)).collect::<Vec<_>>()
    });
    let told = move || {
        faults
            .get()
            .into_iter()
            .map(|text| view! { <p class="bot-fault">{words.now(text)}</p> })
            .collect_view()
    };
    let bad = move || !faults.read().is_empty();
    let body = move || match kind.get().0 {
        "message" => view! { <Then drawing id/> }.into_any(),
        "question" => view! { <Answers drawing id/> }.into_any(),
        "handover" => view! { <ToQueue drawing id/> }.into_any(),
        _ => ().into_any(),
    };
    view! {
        <li class="bot-step" class:bot-bad=bad style:--depth=depth data-step=id data-kind=move || kind.get().0>
            <Arrival drawing id/>
            <div class="bot-card">
                <Top drawing id kind/>
                <Words drawing id kind/>
                {body}
                <div class="bot-faults" role="alert">{told}</div>
            </div>
        </li>
    }
}

/// By which answer one comes here.
#[component]
fn Arrival(drawing: Drawing, id: u32) -> impl IntoView {
    let label = Memo::new(move |_| {
        let via = drawing.rows.read().iter().find(|it| it.id == id).map(|it| it.via);
        let Some(Via::Way(Way { step, answer: Some(at) })) = via else { return None };
        let flow = drawing.flow.read();
        let choice = draft::step(&flow, step)?.choices.get(at)?;
        Some(drawing.said(&choice.label))
    });
    move || {
        label.get().map(|label| view! { <p class="bot-arrival"><Icon icon=lu::LuCornerDownRight/> <span>{label}</span></p> })
    }
}

#[component]
fn Top(drawing: Drawing, id: u32, kind: Memo<(&'static str, Text, Text, Picture)>) -> impl IntoView {
    let words = words();
    let number = Memo::new(move |_| drawing.number(id));
    let name = move || words.fill(Text::StepName, &[("n", &number.get().to_string())]);
    let option = move |(key, text, ..): (&'static str, Text, Text, Picture)| {
        view! { <option value=key prop:selected=move || kind.get().0 == key>{words.say(text)}</option> }
    };
    let turn = move |event| {
        let (kind, queue) = (event_target_value(&event), drawing.queue.get_value());
        drawing.draw(|flow| draft::turn_into(flow, id, (&kind, queue)));
    };
    let upper = Memo::new(move |_| draft::before(&drawing.flow.read(), id));
    let lower = Memo::new(move |_| draft::after(&drawing.flow.read(), id));
    let up = move |_| {
        if let Some(upper) = upper.get_untracked() {
            drawing.draw(|flow| draft::swap_with_next(flow, upper));
        }
    };
    let down = move |_| drawing.draw(|flow| draft::swap_with_next(flow, id));
    view! {
        <header class="bot-top">
            <span class="bot-number" aria-hidden="true">{number}</span>
            {move || view! { <Icon icon=kind.get().3/> }}
            <select class="bot-kind" name="kind" aria-label=name on:change=turn>{KINDS.map(option)}</select>
            <span class="bot-tools">
                <Show when=move || upper.get().is_some()><Tool name="step-up" text=Text::Raise icon=lu::LuArrowUp press=up/></Show>
                <Show when=move || lower.get().is_some()><Tool name="step-down" text=Text::Lower icon=lu::LuArrowDown press=down/></Show>
                <Tool name="insert" text=Text::InsertMessage icon=lu::LuMessageSquarePlus press=move |_| drawing.draw(|flow| draft::insert_before(flow, id))/>
                <Tool name="remove-step" text=Text::RemoveStep icon=lu::LuTrash2 press=move |_| drawing.draw(|flow| draft::remove(flow, id))/>
            </span>
        </header>
    }
}

#[component]
fn Tool(
    name: &'static str,
    text: Text,
    icon: Picture,
    #[prop(into)] press: Callback<()>,
    #[prop(into, default = Signal::stored(false))] disabled: Signal<bool>,
) -> impl IntoView {
    let words = words();
    view! {
        <button type="button" class="button quiet square" data-do=name title=words.say(text) aria-label=words.say(text) disabled=disabled
            on:click=move |_| press.run(())><Icon icon/></button>
    }
}

/// The text in the language that is written in; beside it what it is elsewhere.
#[component]
fn Words(drawing: Drawing, id: u32, kind: Memo<(&'static str, Text, Text, Picture)>) -> impl IntoView {
    let words = words();
    let now = move || {
        let flow = drawing.flow.read();
        draft::step(&flow, id).and_then(|it| it.text.get(&*drawing.lang.read()).cloned()).unwrap_or_default()
    };
    let elsewhere = move || {
        let flow = drawing.flow.read();
        draft::step(&flow, id).map(|it| drawing.said(&it.text)).unwrap_or_default()
    };
    let write = move |event| {
        let (text, lang) = (event_target_value(&event), drawing.lang.get_untracked());
        drawing.draw(|flow| draft::change(flow, id, |it| put(&mut it.text, lang, text)));
    };
    view! {
        <label class="field"><span>{move || words.now(kind.get().2)}</span>
            <textarea name="text" rows="2" maxlength=LONGEST lang=move || drawing.lang.get() placeholder=elsewhere prop:value=now on:input=write></textarea></label>
    }
}

fn put(texts: &mut chat_proto::admin::Texts, lang: String, text: String) {
    if text.is_empty() {
        texts.remove(&lang);
    } else {
        texts.insert(lang, text);
    }
}

#[component]
fn Then(drawing: Drawing, id: u32) -> impl IntoView {
    let words = words();
    view! { <label class="bot-then"><span class="muted">{words.say(Text::StepNext)}</span> <WayChoice drawing way=Way { step: id, answer: None }/></label> }
}

#[component]
fn ToQueue(drawing: Drawing, id: u32) -> impl IntoView {
    let words = words();
    let of =
        move || draft::step(&drawing.flow.read(), id).map_or((0, false), |it| (it.queue, it.offline_form));
    let now = Memo::new(move |_| of());
    let option = move |(queue, name): (i64, String)| {
        view! { <option value=queue.to_string() prop:selected=move || now.get().0 == queue>{name}</option> }
    };
    let known = move || drawing.queues.with_value(|all| all.iter().any(|(id, _)| *id == now.get().0));
    let choose = move |event| {
        let queue = event_target_value(&event).parse().unwrap_or(0);
        drawing.draw(|flow| draft::change(flow, id, |it| it.queue = queue));
    };
    let offline = move |event| {
        let on = event_target_checked(&event);
        drawing.draw(|flow| draft::change(flow, id, |it| it.offline_form = on));
    };
    view! {
        <label class="bot-then"><span class="muted">{words.say(Text::StepQueue)}</span>
            <select name="queue" aria-invalid=move || (!known()).to_string() on:change=choose>
                <Show when=move || !known()><option value="" prop:selected=true>{words.say(Text::BotFaultNoQueue)}</option></Show>
                {drawing.queues.get_value().into_iter().map(option).collect_view()}</select></label>
        <label class="check"><input type="checkbox" name="offline-form" prop:checked=move || now.get().1 on:change=offline/>
            <span>{words.say(Text::StepOffline)}</span></label>
    }
}

#[component]
fn Answers(drawing: Drawing, id: u32) -> impl IntoView {
    let words = words();
    let count = Memo::new(move |_| draft::step(&drawing.flow.read(), id).map_or(0, |it| it.choices.len()));
    let add = move |_| drawing.draw(|flow| draft::change(flow, id, |it| it.choices.push(draft::answer())));
    view! {
        <fieldset class="bot-answers"><legend>{words.say(Text::Answers)}</legend>
            <For each=move || 0..count.get() key=|at| *at children=move |at| view! { <Answer drawing id at count/> }/>
            <button type="button" class="button quiet" data-do="add-answer" disabled=move || 30 <= count.get() on:click=add>
                <Icon icon=lu::LuPlus/> {words.say(Text::AddAnswer)}</button>
        </fieldset>
    }
}

#[component]
fn Answer(drawing: Drawing, id: u32, at: usize, count: Memo<usize>) -> impl IntoView {
    let words = words();
    let of = move |read: fn(&Choice) -> bool| {
        draft::step(&drawing.flow.read(), id).and_then(|it| it.choices.get(at)).is_some_and(read)
    };
    let label = move || {
        let flow = drawing.flow.read();
        let choice = draft::step(&flow, id).and_then(|it| it.choices.get(at));
        choice.and_then(|it| it.label.get(&*drawing.lang.read()).cloned()).unwrap_or_default()
    };
    let elsewhere = move || {
        let flow = drawing.flow.read();
        let choice = draft::step(&flow, id).and_then(|it| it.choices.get(at));
        choice
            .map(|it| drawing.said(&it.label))
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| words.now(Text::AnswerSays).to_owned())
    };
    let change = move |act: &dyn Fn(&mut Choice)| {
        drawing.draw(|flow| draft::change(flow, id, |it| it.choices.get_mut(at).into_iter().for_each(act)));
    };
    let write = move |event| {
        let (text, lang) = (event_target_value(&event), drawing.lang.get_untracked());
        change(&|it| put(&mut it.label, lang.clone(), text.clone()));
    };
    let show = move |event| {
        let on = event_target_checked(&event);
        change(&|it| it.enabled = on);
    };
    let shape =
        move |act: fn(&mut Step, usize)| drawing.draw(|flow| draft::change(flow, id, |it| act(it, at)));
    let up = move |()| shape(|it, at| it.choices.swap(at, at.saturating_sub(1)));
    let down = move |()| {
        shape(|it, at| {
            if at + 1 < it.choices.len() {
                it.choices.swap(at, at + 1);
            }
        });
    };
    let remove = move |()| shape(|it, at| _ = it.choices.remove(at));
    let hidden = move || !of(|it| it.enabled);
    view! {
        <div class="bot-answer" class:bot-hidden=hidden data-answer=at>
            <input name="answer" maxlength="200" aria-label=words.say(Text::AnswerSays) lang=move || drawing.lang.get() placeholder=elsewhere prop:value=label on:input=write/>
            <Icon icon=lu::LuArrowRight/>
            <WayChoice drawing way=Way { step: id, answer: Some(at) }/>
            <span class="bot-tools">
                <label class="check"><input type="checkbox" name="shown" prop:checked=move || of(|it| it.enabled) on:change=show/> <span>{words.say(Text::AnswerShown)}</span></label>
                <Tool name="answer-up" text=Text::Raise icon=lu::LuArrowUp press=up disabled=Signal::stored(at == 0)/>
                <Tool name="answer-down" text=Text::Lower icon=lu::LuArrowDown press=down disabled=Signal::derive(move || at + 1 == count.get())/>
                <Tool name="remove-answer" text=Text::RemoveAnswer icon=lu::LuTrash2 press=remove/>
            </span>
        </div>
    }
}
