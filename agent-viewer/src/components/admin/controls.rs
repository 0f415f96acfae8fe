//! Fields of settings: each says what it is for, and what is wrong with what was typed.
use icondata_core::Icon as Drawing;
use icondata_lu as lu;
use leptos::prelude::*;

use super::setting::Slot;
use crate::{
    browser,
    components::icon::Icon,
    i18n::{Text, words},
    state::settings::{Unit, listed},
};

/// A name for an element that stands for a place in a setting.
fn named(at: StoredValue<String>, what: &str) -> String {
    format!("{what}-{}", at.get_value().replace('.', "-"))
}

/// What is wrong with a field, below it.
#[component]
pub fn FieldWords(
    /// What is wrong.
    fault: Signal<Option<Text>>,
    /// Names the element, for the field to point to.
    id: String,
) -> impl IntoView {
    let words = words();
    view! { <small class="refusal" id=id role="alert">{move || fault.get().map(|text| words.now(text))}</small> }
}

/// One line of text.
#[component]
pub fn Line(
    /// What stands above it.
    #[prop(into)]
    label: Signal<String>,
    /// What it changes.
    of: Slot<String>,
    /// `text`, `date`, `url`, …
    #[prop(default = "text")]
    kind: &'static str,
    /// What may stand there, or holds where nothing does.
    #[prop(into, optional)]
    example: Signal<String>,
    /// A word below it.
    #[prop(optional)]
    hint: Option<Text>,
) -> impl IntoView {
    let words = words();
    let (id, name) = (named(of.at, "wrong"), of.at.get_value());
    let invalid = move || of.fault.get().is_some().to_string();
    view! {
        <label class="field"><span>{label}</span>
            <input name=name type=kind placeholder=example autocomplete="off" aria-invalid=invalid aria-describedby=id.clone()
                prop:value=of.value on:input=move |event| of.set.run(event_target_value(&event))/>
            {hint.map(|text| view! { <small class="muted">{words.say(text)}</small> })}
            <FieldWords fault=of.fault id/></label>
    }
}

/// Several lines of text.
#[component]
pub fn Lines(
    /// What stands above it.
    #[prop(into)]
    label: Signal<String>,
    /// What it changes.
    of: Slot<String>,
    /// How high it is, in lines.
    #[prop(default = 2)]
    rows: u32,
    /// What holds where nothing is typed.
    #[prop(into, optional)]
    example: Signal<String>,
) -> impl IntoView {
    let (id, name) = (named(of.at, "wrong"), of.at.get_value());
    let invalid = move || of.fault.get().is_some().to_string();
    view! {
        <label class="field"><span>{label}</span>
            <textarea name=name rows=rows placeholder=example spellcheck="true" aria-invalid=invalid aria-describedby=id.clone()
                prop:value=of.value on:input=move |event| of.set.run(event_target_value(&event))></textarea>
            <FieldWords fault=of.fault id/></label>
    }
}

/// One of several values, each with its words.
#[component]
pub fn Pick(
    /// What stands above it.
    #[prop(into)]
    label: Signal<String>,
    /// What it changes.
    of: Slot<String>,
    /// The values and what they say.
    #[prop(into)]
    from: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let (id, name) = (named(of.at, "wrong"), of.at.get_value());
    let option = move |(value, text): (String, String)| {
        let own = value.clone();
        view! { <option value=value selected=move || *of.value.read() == own>{text}</option> }
    };
    let invalid = move || of.fault.get().is_some().to_string();
    view! {
        <label class="field"><span>{label}</span>
            <select name=name aria-invalid=invalid aria-describedby=id.clone() prop:value=of.value on:change=move |event| of.set.run(event_target_value(&event))>
                {move || from.get().into_iter().map(option).collect_view()}
            </select>
            <FieldWords fault=of.fault id/></label>
    }
}

/// Yes or no.
#[component]
pub fn Switch(
    /// What it is about.
    label: Text,
    /// What it changes.
    of: Slot<bool>,
    /// What follows from it.
    #[prop(optional)]
    hint: Option<Text>,
) -> impl IntoView {
    let words = words();
    let (id, name) = (named(of.at, "wrong"), of.at.get_value());
    view! {
        <label class="check"><input type="checkbox" name=name aria-describedby=id.clone() prop:checked=of.value on:change=move |event| of.set.run(event_target_checked(&event))/>
            <span>{words.say(label)} {hint.map(|text| view! { <small class="muted">{words.say(text)}</small> })}<FieldWords fault=of.fault id/></span></label>
    }
}

/// A span of time, in the unit that suits it.
#[component]
pub fn Duration(
    /// What stands above it.
    label: Text,
    /// What it changes, seconds.
    of: Slot<u32>,
    /// What is possible.
    hint: Text,
) -> impl IntoView {
    let words = words();
    let (id, name) = (named(of.at, "wrong"), of.at.get_value());
    let now = of.value.get_untracked();
    let (unit, typed) = (RwSignal::new(Unit::of(now)), RwSignal::new(String::new()));
    let write = move |seconds: u32| {
        let fits = Unit::of(seconds);
        unit.set(fits);
        typed.set((seconds / fits.seconds()).to_string());
    };
    write(now);
    // What is typed stays as it is typed, as long as it says the same.
    Effect::new(move |_| {
        let (now, faulty) = (of.value.get(), of.fault.read().is_some());
        if !faulty && unit.get_untracked().said(&typed.read_untracked()) != Some(now) {
            write(now);
        }
    });
    let read = move || {
        let said = unit.get_untracked().said(&typed.read_untracked());
        match said {
            Some(seconds) => of.set.run(seconds),
            None => of.spoil.run("no_number"),
        }
    };
    let write_down = move |event| {
        typed.set(event_target_value(&event));
        read();
    };
    let choose = move |event| {
        let chosen = event_target_value(&event);
        if let Some(next) = Unit::ALL.into_iter().find(|it| it.seconds().to_string() == chosen) {
            unit.set(next);
            read();
        }
    };
    let option = move |it: Unit| {
        let text = match it {
            Unit::Seconds => Text::InSeconds,
            Unit::Minutes => Text::InMinutes,
            Unit::Hours => Text::InHours,
            Unit::Days => Text::InDays,
        };
        view! { <option value=it.seconds().to_string() selected=move || unit.get() == it>{words.say(text)}</option> }
    };
    let invalid = move || of.fault.get().is_some().to_string();
    view! {
        <div class="field" role="group" aria-label=words.say(label)><span>{words.say(label)}</span>
            <div class="with-unit">
                <input name=name type="text" inputmode="decimal" aria-label=words.say(label) aria-invalid=invalid aria-describedby=id.clone() prop:value=typed on:input=write_down/>
                <select aria-label=words.say(Text::UnitOfTime) prop:value=move || unit.get().seconds().to_string() on:change=choose>{Unit::ALL.map(option)}</select>
            </div>
            <small class="muted">{words.say(hint)}</small>
            <FieldWords fault=of.fault id/></div>
    }
}

/// A list in one line, with commas between.
#[component]
pub fn Listed(
    /// What stands above it.
    label: Text,
    /// What it changes.
    of: Slot<Vec<String>>,
    /// What may stand there.
    example: &'static str,
    /// What it is for.
    hint: Text,
) -> impl IntoView {
    let words = words();
    let (id, name) = (named(of.at, "wrong"), of.at.get_value());
    // What is typed stays as it is typed, as long as it says the same.
    let typed = RwSignal::new(of.value.get_untracked().join(", "));
    Effect::new(move |_| {
        let now = of.value.get();
        if listed(&typed.read_untracked()) != now {
            typed.set(now.join(", "));
        }
    });
    let read = move |text: String| {
        of.set.run(listed(&text));
        typed.set(text);
    };
    let invalid = move || of.fault.get().is_some().to_string();
    view! {
        <label class="field"><span>{words.say(label)}</span>
            <input name=name autocomplete="off" spellcheck="false" placeholder=example aria-invalid=invalid aria-describedby=id.clone() prop:value=typed on:input=move |event| read(event_target_value(&event))/>
            <small class="muted">{words.say(hint)}</small>
            <FieldWords fault=of.fault id/></label>
    }
}

/// A small button with an icon and a name.
#[component]
pub fn IconButton(
    /// What it looks like.
    icon: Drawing,
    /// What it does.
    #[prop(into)]
    label: Signal<String>,
    /// Names it for the keyboard's focus and for tests.
    #[prop(into)]
    id: String,
    /// Whether there is nothing to do.
    #[prop(into, optional)]
    off: Signal<bool>,
    /// Does it.
    #[prop(into)]
    act: Callback<()>,
) -> impl IntoView {
    view! {
        <button type="button" class="button quiet square" id=id title=label aria-label=label disabled=off on:click=move |_| act.run(())><Icon icon/></button>
    }
}

/// The buttons of one of a list: one place up, one place down, away.
#[component]
pub fn RowButtons(
    /// Names the list.
    of: &'static str,
    /// Which one it is.
    at: usize,
    /// How many there are.
    count: Signal<usize>,
    /// Changes places; gives nothing.
    #[prop(into)]
    shift: Callback<isize>,
    /// Takes it away.
    #[prop(into)]
    remove: Callback<()>,
) -> impl IntoView {
    let words = words();
    let label = move |text: Text| Signal::derive(move || words.now(text).to_owned());
    // The focus goes with what was moved, to the same button or, at an end, to the other one.
    let moved = move |by: isize| {
        shift.run(by);
        let to = at.saturating_add_signed(by);
        let is_end = if by < 0 { to == 0 } else { to + 1 == count.get_untracked() };
        let button = if (by < 0) == is_end { "down" } else { "up" };
        request_animation_frame(move || browser::focus(&format!("{of}-{to}-{button}")));
    };
    let gone = move |()| {
        remove.run(());
        request_animation_frame(move || browser::focus(&format!("{of}-add")));
    };
    view! {
        <span class="row-buttons">
            <IconButton icon=lu::LuArrowUp label=label(Text::Raise) id=format!("{of}-{at}-up") off=Signal::derive(move || at == 0) act=move |()| moved(-1)/>
            <IconButton icon=lu::LuArrowDown label=label(Text::Lower) id=format!("{of}-{at}-down") off=Signal::derive(move || count.get() <= at + 1) act=move |()| moved(1)/>
            <IconButton icon=lu::LuTrash2 label=label(Text::Remove) id=format!("{of}-{at}-remove") act=gone/>
        </span>
    }
}
