//! The spans of a week's days, and of the days that are not like them.
use chat_proto::admin::{Exception, Hours, Span, Week};
use icondata_lu as lu;
use leptos::prelude::*;

use crate::{
    browser,
    components::{
        admin::{
            controls::{FieldWords, IconButton, Line},
            setting::{Setting, Slot},
        },
        icon::Icon,
    },
    i18n::{Text, words},
    state::settings::{Edge, clock, minutes},
};

/// A day, milliseconds.
const DAY: i64 = 86_400_000;

/// Which spans: of a day of the week, or of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Day(usize),
    Exception(usize),
}

impl Place {
    fn path(self) -> String {
        match self {
            Self::Day(day) => format!("week.days.{day}"),
            Self::Exception(at) => format!("week.exceptions.{at}.spans"),
        }
    }

    fn name(self) -> String {
        match self {
            Self::Day(day) => format!("day-{day}"),
            Self::Exception(at) => format!("exception-{at}"),
        }
    }

    fn of(self, hours: &Hours) -> Option<&Vec<Span>> {
        let week = hours.week.as_ref()?;
        match self {
            Self::Day(day) => week.days.get(day),
            Self::Exception(at) => week.exceptions.get(at).map(|it| &it.spans),
        }
    }

    fn of_mut(self, hours: &mut Hours) -> Option<&mut Vec<Span>> {
        let week = hours.week.as_mut()?;
        match self {
            Self::Day(day) => week.days.get_mut(day),
            Self::Exception(at) => week.exceptions.get_mut(at).map(|it| &mut it.spans),
        }
    }
}

fn with_week(hours: &mut Hours, change: impl FnOnce(&mut Week)) {
    if let Some(week) = &mut hours.week {
        change(week);
    }
}

/// Another span behind those of a day: an hour later, as long as there is room.
fn next_span(spans: &[Span]) -> Span {
    let last = spans.iter().map(|it| it.to).max().unwrap_or(8 * 60);
    let from = (last + 60).min(23 * 60);
    Span { from, to: (from + if spans.is_empty() { 9 * 60 } else { 4 * 60 }).min(24 * 60) }
}

/// From midnight to midnight: both fields then show the same.
fn is_whole_day(span: &Span) -> bool {
    (span.from, span.to) == (0, 24 * 60)
}

/// The seven days.
#[component]
pub fn Days(
    /// The hours.
    setting: Setting<Hours>,
) -> impl IntoView {
    let words = words();
    let day = move |day: usize| {
        let name = Signal::derive(move || browser::weekday(day, words.language().tag()));
        view! { <div class="day" role="group" aria-label=name data-day=day><span class="day-name">{name}</span><Spans setting place=Place::Day(day) name/></div> }
    };
    let copy = move |_| {
        setting.reshape(|it| {
            with_week(it, |week| {
                if let [monday, rest @ ..] = week.days.as_mut_slice() {
                    rest.iter_mut().take(4).for_each(|day| day.clone_from(monday));
                }
            });
        });
    };
    view! {
        <div class="week">{(0..7).map(day).collect_view()}</div>
        <button type="button" class="button quiet" data-do="copy-monday" on:click=copy><Icon icon=lu::LuCopy/> {words.say(Text::CopyMonday)}</button>
    }
}

/// The spans of one day, and a way to add one.
#[component]
fn Spans(setting: Setting<Hours>, place: Place, name: Signal<String>) -> impl IntoView {
    let words = words();
    let count = Memo::new(move |_| place.of(&setting.now.read()).map_or(0, Vec::len));
    let fault = setting.fault(place.path());
    let add = move |()| {
        setting.reshape(|it| {
            if let Some(spans) = place.of_mut(it) {
                spans.push(next_span(spans));
            }
        });
        let last = count.get_untracked().saturating_sub(1);
        request_animation_frame(move || browser::focus(&format!("{}-{last}-from", place.name())));
    };
    let label = Signal::derive(move || words.fill(Text::AddSpanTo, &[("day", &name.get())]));
    view! {
        <div class="spans">
            <Show when=move || count.get() == 0><span class="muted closed-day">{words.say(Text::ClosedAllDay)}</span></Show>
            <For each=move || 0..count.get() key=|at| *at let:at><SpanFields setting place at fault/></For>
            <IconButton icon=lu::LuPlus label id=format!("{}-add", place.name()) act=add/>
            <FieldWords fault id=format!("wrong-{}", place.path().replace('.', "-"))/>
        </div>
    }
}

#[component]
fn SpanFields(
    setting: Setting<Hours>,
    place: Place,
    at: usize,
    fault: Signal<Option<Text>>,
) -> impl IntoView {
    let words = words();
    let field = move |edge: Edge| {
        let get = move |it: &Hours| {
            place
                .of(it)
                .and_then(|it| it.get(at))
                .map(|it| if edge == Edge::From { it.from } else { it.to })
                .unwrap_or_default()
        };
        let set = move |it: &mut Hours, to: u16| {
            if let Some(span) = place.of_mut(it).and_then(|it| it.get_mut(at)) {
                *(if edge == Edge::From { &mut span.from } else { &mut span.to }) = to;
            }
        };
        let (end, text) = if edge == Edge::From { ("from", Text::SpanFrom) } else { ("to", Text::SpanTo) };
        // What is wrong with either end stands in the day's own line.
        let slot: Slot<u16> = setting.slot(format!("{}.{at}.{end}", place.path()), get, set);
        let read = move |text: String| match minutes(&text, edge) {
            Some(minutes) => slot.set.run(minutes),
            None => slot.spoil.run("no_time"),
        };
        let invalid = move || fault.get().is_some().to_string();
        view! {
            <input type="time" id=format!("{}-{at}-{end}", place.name()) required aria-label=words.say(text) aria-invalid=invalid
                aria-describedby=format!("wrong-{}", place.path().replace('.', "-")) prop:value=move || clock(slot.value.get()) on:input=move |event| read(event_target_value(&event))/>
        }
    };
    let remove = move |()| {
        setting.reshape(|it| {
            if let Some(spans) = place.of_mut(it).filter(|it| at < it.len()) {
                spans.remove(at);
            }
        });
        request_animation_frame(move || browser::focus(&format!("{}-add", place.name())));
    };
    let label = Signal::derive(move || words.now(Text::RemoveSpan).to_owned());
    let is_whole_day = Memo::new(move |_| {
        let hours = setting.now.read();
        place.of(&hours).and_then(|it| it.get(at)).is_some_and(is_whole_day)
    });
    view! {
        <span class="span-fields">{field(Edge::From)} <span aria-hidden="true">"–"</span> {field(Edge::To)}
            <Show when=move || is_whole_day.get()><span class="muted">{words.say(Text::WholeDay)}</span></Show>
            <IconButton icon=lu::LuX label id=format!("{}-{at}-remove", place.name()) act=remove/></span>
    }
}

/// The days that are not like their weekday.
#[component]
pub fn Exceptions(
    /// The hours.
    setting: Setting<Hours>,
) -> impl IntoView {
    let words = words();
    let count = Memo::new(move |_| setting.now.read().week.as_ref().map_or(0, |it| it.exceptions.len()));
    let add = move |_| {
        let tomorrow =
            browser::field_of(browser::clock_ms() as i64 + DAY).chars().take(10).collect::<String>();
        let fresh = Exception { from: tomorrow.clone(), to: tomorrow, spans: Vec::new() };
        setting.reshape(|it| with_week(it, |week| week.exceptions.push(fresh)));
        let last = count.get_untracked().saturating_sub(1);
        request_animation_frame(move || browser::focus_on(&format!("[name='week.exceptions.{last}.from']")));
    };
    view! {
        <div class="exceptions">
            <For each=move || 0..count.get() key=|at| *at let:at><ExceptionRow setting at/></For>
            <button type="button" class="button" id="exceptions-add" on:click=add><Icon icon=lu::LuPlus/> {words.say(Text::AddException)}</button>
        </div>
    }
}

#[component]
fn ExceptionRow(setting: Setting<Hours>, at: usize) -> impl IntoView {
    let words = words();
    let one =
        move |it: &Hours| it.week.as_ref().and_then(|it| it.exceptions.get(at)).cloned().unwrap_or_default();
    let change = move |it: &mut Hours, change: &dyn Fn(&mut Exception)| {
        with_week(it, |week| week.exceptions.get_mut(at).into_iter().for_each(change));
    };
    let from = setting.slot(
        format!("week.exceptions.{at}.from"),
        move |it| one(it).from,
        move |it, to: String| {
            change(it, &|it| {
                // One day stays one day.
                if it.to == it.from {
                    it.to.clone_from(&to);
                }
                it.from.clone_from(&to);
            });
        },
    );
    let to = setting.slot(
        format!("week.exceptions.{at}.to"),
        move |it| one(it).to,
        move |it, day: String| change(it, &|it| it.to.clone_from(&day)),
    );
    let label = move |text: Text| Signal::derive(move || words.now(text).to_owned());
    let remove = move |()| {
        setting.reshape(|it| {
            with_week(it, |week| {
                if at < week.exceptions.len() {
                    week.exceptions.remove(at);
                }
            });
        });
        request_animation_frame(|| browser::focus("exceptions-add"));
    };
    let name = Signal::derive(move || one(&setting.now.read()).from);
    view! {
        <div class="exception" role="group" aria-label=name data-exception=at>
            <Line label=label(Text::FirstDay) of=from kind="date"/>
            <Line label=label(Text::LastDay) of=to kind="date"/>
            <Spans setting place=Place::Exception(at) name/>
            <IconButton icon=lu::LuTrash2 label=label(Text::Remove) id=format!("exception-{at}-away") act=remove/>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_is_added_lies_behind_the_others_and_within_the_day() {
        assert_eq!(next_span(&[]), Span { from: 9 * 60, to: 18 * 60 });
        assert_eq!(next_span(&[Span { from: 540, to: 720 }]), Span { from: 780, to: 1_020 });
        assert_eq!(next_span(&[Span { from: 540, to: 1_440 }]), Span { from: 1_380, to: 1_440 });
    }

    #[test]
    fn midnight_to_midnight_is_said_to_be_the_whole_day() {
        assert!(is_whole_day(&Span { from: 0, to: 1_440 }));
        assert!(!is_whole_day(&Span { from: 0, to: 720 }) && !is_whole_day(&Span { from: 60, to: 1_440 }));
    }
}
