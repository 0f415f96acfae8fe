//! The dialogue as a visitor has it: it can be clicked through while it is drawn.
use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    Drawing,
    draft::{self, Said},
};
use crate::{
    components::icon::Icon,
    i18n::{Text, words},
};

/// A small window of the widget.
#[component]
pub fn Preview(drawing: Drawing) -> impl IntoView {
    let words = words();
    let dialogue = Memo::new(move |_| draft::walk(&drawing.flow.read(), &drawing.tried.read()));
    let lines = move || dialogue.get().into_iter().map(|it| line(drawing, it)).collect_view();
    let again = move |_| drawing.tried.set(Vec::new());
    view! {
        <aside class="bot-try" aria-label=words.say(Text::BotTry)>
            <header><strong>{words.say(Text::BotTry)}</strong>
                <button type="button" class="button quiet" data-do="try-again" disabled=move || drawing.tried.read().is_empty() on:click=again>
                    <Icon icon=lu::LuRotateCcw/> {words.say(Text::BotTryAgain)}</button></header>
            <div class="bot-talk" aria-live="polite" lang=move || drawing.lang.get()>{lines}</div>
        </aside>
    }
}

fn line(drawing: Drawing, it: Said) -> AnyView {
    let words = words();
    let flow = drawing.flow;
    let text =
        move |id: u32| draft::step(&flow.read(), id).map(|it| drawing.said(&it.text)).unwrap_or_default();
    match it {
        Said::Bot(id) => {
            let said = move || text(id);
            view! { <Show when=move || !text(id).is_empty()><p class="bot-says">{said}</p></Show> }.into_any()
        }
        Said::Visitor(id, at) => {
            let label = move || {
                let flow = flow.read();
                let choice = draft::step(&flow, id).and_then(|it| it.choices.get(at));
                choice.map(|it| drawing.said(&it.label)).unwrap_or_default()
            };
            view! { <p class="bot-chosen">{label}</p> }.into_any()
        }
        Said::Asks(id) => view! { <Choices drawing id/> }.into_any(),
        Said::Waits(id) => {
            let queue = move || {
                let queue = draft::step(&flow.read(), id).map_or(0, |it| it.queue);
                drawing
                    .queues
                    .with_value(|all| all.iter().find(|(id, _)| *id == queue).map(|(_, name)| name.clone()))
                    .unwrap_or_default()
            };
            let form = move || draft::step(&flow.read(), id).is_some_and(|it| it.offline_form);
            let then = move || words.now(if form() { Text::TryOffline } else { Text::TryNoOffline });
            view! { <p class="bot-event">{move || words.fill(Text::TryQueue, &[("queue", &queue())])} <br/> {then}</p> }.into_any()
        }
        Said::Over(_) => view! { <p class="bot-event">{words.say(Text::TryEnd)}</p> }.into_any(),
        Said::Stuck => view! { <p class="bot-event bot-stuck">{words.say(Text::TryStuck)}</p> }.into_any(),
    }
}

#[component]
fn Choices(drawing: Drawing, id: u32) -> impl IntoView {
    let shown = move || {
        let flow = drawing.flow.read();
        let all = draft::step(&flow, id).map(|it| it.choices.clone()).unwrap_or_default();
        all.into_iter()
            .enumerate()
            .filter(|(_, it)| it.enabled)
            .map(|(at, it)| (at, drawing.said(&it.label)))
            .collect::<Vec<_>>()
    };
    let shown = Memo::new(move |_| shown());
    let one = move |(at, label): (usize, String)| {
        view! { <button type="button" class="bot-choice" data-choice=at on:click=move |_| drawing.tried.update(|it| it.push(at))>{label}</button> }
    };
    view! { <div class="bot-choices">{move || shown.get().into_iter().map(one).collect_view()}</div> }
}
