//! Where a way leads: a queue, a new step, or one that is there.
use chat_proto::admin::Step;
use leptos::prelude::*;

use super::{
    Drawing,
    draft::{self, Target, Way},
};
use crate::i18n::{Text, words};

/// Longest piece of a step's text in a list of steps, characters.
const PIECE: usize = 36;

const NEW: [(&str, &str, Text); 3] = [
    ("new:message", "message", Text::StepMessage),
    ("new:question", "question", Text::StepQuestion),
    ("new:end", "end", Text::StepEnd),
];

fn target(value: &str) -> Target {
    if let Some((_, kind, _)) = NEW.iter().find(|(key, ..)| *key == value) {
        return Target::New(kind);
    }
    let number = |prefix| value.strip_prefix(prefix).and_then(|it: &str| it.parse::<i64>().ok());
    match (number("queue:"), number("step:").and_then(|it| u32::try_from(it).ok())) {
        (Some(queue), _) => Target::Queue(queue),
        (_, Some(step)) => Target::Step(step),
        (None, None) => Target::Nowhere,
    }
}

fn piece(text: &str) -> String {
    let mut short: String =
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(PIECE + 1).collect();
    if PIECE < short.chars().count() {
        short.pop();
        short.push('…');
    }
    short
}

/// What a step is called in a list: its queue, else its words, else its kind; tracked.
fn title(drawing: Drawing, it: &Step) -> String {
    let words = words();
    if it.kind == "handover" {
        let name = drawing
            .queues
            .with_value(|all| all.iter().find(|(id, _)| *id == it.queue).map(|(_, name)| name.clone()));
        return words.fill(Text::StepToQueue, &[("queue", &name.unwrap_or_default())]);
    }
    let text = piece(&drawing.said(&it.text));
    if text.is_empty() { words.now(super::step::kind_of(&it.kind).1).to_owned() } else { text }
}

/// Chooses where a way leads.
#[component]
pub fn WayChoice(drawing: Drawing, way: Way) -> impl IntoView {
    let words = words();
    let now = Memo::new(move |_| draft::leads_to(&drawing.flow.read(), way));
    // Titles change as one types; the list is drawn anew only when one of them does.
    let steps = Memo::new(move |_| {
        let flow = drawing.flow.read();
        let rows = drawing.rows.read();
        let others = rows.iter().enumerate().filter(|(_, row)| row.id != way.step || way.answer.is_some());
        let title = |(at, row): (usize, &draft::Row)| {
            (row.id, at + 1, draft::step(&flow, row.id).map(|it| title(drawing, it)).unwrap_or_default())
        };
        others.map(title).collect::<Vec<_>>()
    });
    let change = move |event| {
        let chosen = target(&event_target_value(&event));
        drawing.draw(|flow| draft::lead(flow, way, chosen));
    };
    let there = move |(id, number, text): (u32, usize, String)| {
        let said = words.fill(Text::StepAgain, &[("n", &number.to_string()), ("text", &text)]);
        view! { <option value=format!("step:{id}") prop:selected=move || now.get() == id>{said}</option> }
    };
    let queues = drawing.queues.get_value().into_iter();
    let queue = |(id, name): (i64, String)| view! { <option value=format!("queue:{id}")>{name}</option> };
    let fresh = move |(key, _, text): (&'static str, &'static str, Text)| {
        view! { <option value=key>{words.say(text)}</option> }
    };
    view! {
        <select class="bot-way" name="way" aria-label=words.say(Text::StepNext) aria-invalid=move || (now.get() == 0).to_string() on:change=change>
            <option value="" prop:selected=move || now.get() == 0>{words.say(Text::WayNone)}</option>
            <optgroup label=words.say(Text::WayThere)>{move || steps.get().into_iter().map(there).collect_view()}</optgroup>
            <optgroup label=words.say(Text::WayQueue)>{queues.map(queue).collect_view()}</optgroup>
            <optgroup label=words.say(Text::WayNew)>{NEW.map(fresh)}</optgroup>
        </select>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_where_it_leads() {
        assert_eq!(target("queue:4"), Target::Queue(4));
        assert_eq!(target("step:12"), Target::Step(12));
        assert_eq!(target("new:end"), Target::New("end"));
        assert_eq!([target(""), target("step:x"), target("step:-1")], [Target::Nowhere; 3]);
    }

    #[test]
    fn long_titles_are_cut_and_lines_joined() {
        assert_eq!(piece("Hello,\nyou"), "Hello, you");
        assert_eq!(piece(&"é".repeat(50)).chars().count(), PIECE + 1);
    }
}
