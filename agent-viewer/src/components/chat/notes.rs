//! Quick notes about a visitor, for agents only: written, changed, removed (FEATURES CRM-04).
use chat_proto::desk::Sticky;
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, html, prelude::*};
use wasm_bindgen_futures::spawn_local;

use crate::{
    browser,
    chat::chat,
    components::icon::Icon,
    i18n::{Text, words},
    net::{chat_http, http::HttpError},
    state::chat::people,
};

/// The colours that a note can have, the usual one first.
const COLOURS: [(&str, Text); 4] = [
    ("yellow", Text::ColourYellow),
    ("blue", Text::ColourBlue),
    ("green", Text::ColourGreen),
    ("pink", Text::ColourPink),
];
/// Longest note, characters.
const LONGEST: &str = "2000";

/// What the notes of one visitor share.
#[derive(Clone, Copy)]
struct About {
    visitor: Signal<i64>,
    changed: Callback<()>,
}

/// All notes, the latest first, and the way to write one.
#[component]
pub fn Notes(
    /// Which visitor.
    #[prop(into)]
    visitor: Signal<i64>,
    /// What is noted.
    #[prop(into)]
    notes: Signal<Vec<Sticky>>,
    /// Something was changed: they are to be asked for anew.
    #[prop(into)]
    changed: Callback<()>,
) -> impl IntoView {
    let words = words();
    let about = About { visitor, changed };
    let writing = RwSignal::new(false);
    let done = Callback::new(move |()| {
        writing.set(false);
        request_animation_frame(|| browser::focus_first(&["[data-do=new-note]"]));
    });
    view! {
        <div class="stickies">
            <Show when=move || writing.get() fallback=move || view! {
                <button type="button" class="button quiet" data-do="new-note" on:click=move |_| writing.set(true)>
                    <Icon icon=lu::LuPlus/> {words.say(Text::NewSticky)}
                </button>
            }>
                <NoteForm note=Sticky::default() about done/>
            </Show>
            <For each=move || notes.get() key=|note| (note.id, note.edited, note.colour.clone()) children=move |note| view! { <Note note about/> }/>
        </div>
    }
}

#[component]
fn Note(note: Sticky, about: About) -> impl IntoView {
    let note = StoredValue::new(note);
    let editing = RwSignal::new(false);
    let id = note.with_value(|note| note.id);
    let done = Callback::new(move |()| {
        let _ = editing.try_set(false);
        request_animation_frame(move || {
            browser::focus_first(&[&format!("[data-note='{id}'] [data-do=edit-note]"), "[data-do=new-note]"]);
        });
    });
    move || {
        if editing.get() {
            view! { <NoteForm note=note.get_value() about done/> }.into_any()
        } else {
            view! { <NoteCard note=note.get_value() about editing/> }.into_any()
        }
    }
}

#[component]
fn NoteCard(note: Sticky, about: About, editing: RwSignal<bool>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let (id, agent, at) = (note.id, note.agent, note.edited.unwrap_or(note.at));
    let who = move || people::first_name(&chat.directory.read(), agent).to_owned();
    let time = move || browser::short_time(at, words.language().tag());
    let mine = move || chat.is_manager() || chat.directory.read().me == agent;
    let edited = note.edited.is_some();
    let mark = move || edited.then(|| words.now(Text::NoteEdited));
    let remove = move |_| {
        let visitor = about.visitor.get_untracked();
        spawn_local(async move {
            match chat_http::delete_note(visitor, id).await {
                Ok(()) => about.changed.run(()),
                Err(_) => chat.toast(Text::FaultOther, "", true),
            }
        });
    };
    view! {
        <article class=format!("sticky {}", note.colour) data-note=id data-colour=note.colour.clone()>
            <p class="sticky-text">{note.text}</p>
            <footer>
                <span>{who} " · " <time title=move || browser::exact_time(at as f64, words.language().tag())>{time}</time> " " {mark}</span>
                <Show when=mine>
                    <button type="button" class="button quiet square" data-do="edit-note" title=words.say(Text::EditAgain)
                        aria-label=words.say(Text::EditAgain) on:click=move |_| editing.set(true)><Icon icon=lu::LuPencil size=14/></button>
                    <button type="button" class="button quiet square" data-do="delete-note" title=words.say(Text::Remove)
                        aria-label=words.say(Text::Remove) on:click=remove><Icon icon=lu::LuTrash2 size=14/></button>
                </Show>
            </footer>
        </article>
    }
}

/// A new note, or one that is changed.
#[component]
fn NoteForm(note: Sticky, about: About, done: Callback<()>) -> impl IntoView {
    let (words, busy, wrong) = (words(), RwSignal::new(false), RwSignal::new(None::<Text>));
    let (id, text) = (note.id, RwSignal::new(note.text));
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| field.get().map(|field| request_animation_frame(move || drop(field.focus()))));
    let usual = if note.colour.is_empty() { COLOURS[0].0.to_owned() } else { note.colour };
    let colour = RwSignal::new(usual);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let note =
            Sticky { id, text: text.get_untracked(), colour: colour.get_untracked(), ..Sticky::default() };
        let visitor = about.visitor.get_untracked();
        busy.set(true);
        spawn_local(async move {
            match chat_http::save_note(visitor, &note).await {
                Ok(()) => {
                    about.changed.run(());
                    done.run(());
                }
                Err(HttpError::Refused(code)) if code == "too_many" => wrong.set(Some(Text::TooManyNotes)),
                Err(_) => wrong.set(Some(Text::FaultOther)),
            }
            let _ = busy.try_set(false);
        });
    };
    let one = move |(name, label): (&'static str, Text)| {
        view! {
            <label class=format!("sticky-colour {name}") title=words.say(label)>
                <input type="radio" name="colour" value=name aria-label=words.say(label) prop:checked=move || *colour.read() == name
                    on:change=move |_| colour.set(name.to_owned())/>
            </label>
        }
    };
    view! {
        <form class=move || format!("sticky {}", colour.get()) data-form="note" on:submit=submit>
            <textarea node_ref=field name="text" rows="3" required maxlength=LONGEST spellcheck="true" aria-label=words.say(Text::NewSticky)
                placeholder=words.say(Text::StickyHint) prop:value=text.get_untracked() on:input=move |event| text.set(event_target_value(&event))></textarea>
            <p class="field-error" role="alert">{move || wrong.get().map(|text| words.now(text))}</p>
            <footer>
                <span class="sticky-colours" role="radiogroup" aria-label=words.say(Text::NoteColour)>{COLOURS.map(one)}</span>
                <button type="button" class="button quiet" on:click=move |_| done.run(())>{words.say(Text::Cancel)}</button>
                <button type="submit" class="button primary" disabled=move || busy.get() || text.read().trim().is_empty()>{words.say(Text::Save)}</button>
            </footer>
        </form>
    }
}
