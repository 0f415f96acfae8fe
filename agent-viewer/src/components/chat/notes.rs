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
    state::chat::{draft::NoteDraft, people},
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
    visitor: i64,
    notes: Signal<Vec<Sticky>>,
    changed: Callback<()>,
}

impl About {
    /// What is written of one, and not saved: it outlives the view.
    fn kept(self, note: i64) -> Option<NoteDraft> {
        chat().kept_note(self.visitor, note)
    }
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
    // What is being written about one visitor is not saved with the next.
    let of = Memo::new(move |_| visitor.get());
    move || view! { <NotesOf about=About { visitor: of.get(), notes, changed }/> }
}

#[component]
fn NotesOf(about: About) -> impl IntoView {
    let words = words();
    let writing = RwSignal::new(about.kept(0).is_some());
    let done = Callback::new(move |()| {
        let _ = writing.try_set(false);
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
            <For each=move || about.notes.get() key=|note| note.id children=move |note| view! { <Note id=note.id about/> }/>
        </div>
    }
}

#[component]
fn Note(id: i64, about: About) -> impl IntoView {
    let note = Memo::new(move |last: Option<&Sticky>| {
        let notes = about.notes.read();
        notes.iter().find(|it| it.id == id).or(last).cloned().unwrap_or_default()
    });
    let editing = RwSignal::new(about.kept(id).is_some());
    let done = Callback::new(move |()| {
        let _ = editing.try_set(false);
        request_animation_frame(move || {
            browser::focus_first(&[&format!("[data-note='{id}'] [data-do=edit-note]"), "[data-do=new-note]"]);
        });
    });
    move || {
        if editing.get() {
            view! { <NoteForm note=note.get_untracked() about done/> }.into_any()
        } else {
            view! { <NoteCard note about editing/> }.into_any()
        }
    }
}

#[component]
fn NoteCard(note: Memo<Sticky>, about: About, editing: RwSignal<bool>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let id = note.read_untracked().id;
    let agent = move || note.read().agent;
    let at = move || note.with(|note| note.edited.unwrap_or(note.at));
    let who = move || people::first_name(&chat.directory.read(), agent()).to_owned();
    let time = move || browser::short_time(at(), words.language().tag());
    let mine = move || chat.is_manager() || chat.directory.read().me == agent();
    let mark = move || note.read().edited.is_some().then(|| words.now(Text::NoteEdited));
    let remove = move |_| {
        spawn_local(async move {
            match chat_http::delete_note(about.visitor, id).await {
                Ok(()) => about.changed.run(()),
                Err(_) => chat.toast(Text::FaultOther, "", true),
            }
        });
    };
    view! {
        <article class=move || format!("sticky {}", note.read().colour) data-note=id data-colour=move || note.read().colour.clone()>
            <p class="sticky-text">{move || note.read().text.clone()}</p>
            <footer>
                <span>{who} " · " <time title=move || browser::exact_time(at() as f64, words.language().tag())>{time}</time> " " {mark}</span>
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
    let (words, chat, busy, wrong) = (words(), chat(), RwSignal::new(false), RwSignal::new(None::<Text>));
    let (id, visitor) = (note.id, about.visitor);
    let kept = about.kept(id);
    // What is found again does not take the keyboard away.
    let is_asked_for = kept.is_none();
    let kept = kept.unwrap_or(NoteDraft { text: note.text, colour: note.colour });
    let text = RwSignal::new(kept.text);
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        let field = field.get().filter(|_| is_asked_for);
        field.map(|field| request_animation_frame(move || drop(field.focus())))
    });
    let usual = if kept.colour.is_empty() { COLOURS[0].0.to_owned() } else { kept.colour };
    let colour = RwSignal::new(usual);
    let keep = move || {
        let draft = NoteDraft { text: text.get_untracked(), colour: colour.get_untracked() };
        chat.keep_note(visitor, id, &draft);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let note =
            Sticky { id, text: text.get_untracked(), colour: colour.get_untracked(), ..Sticky::default() };
        busy.set(true);
        spawn_local(async move {
            match chat_http::save_note(visitor, &note).await {
                Ok(()) => {
                    chat.forget_note(visitor, id);
                    about.changed.run(());
                    done.run(());
                }
                Err(HttpError::Refused(code)) if code == "too_many" => {
                    let _ = wrong.try_set(Some(Text::TooManyNotes));
                }
                Err(_) => drop(wrong.try_set(Some(Text::FaultOther))),
            }
            let _ = busy.try_set(false);
        });
    };
    let cancel = move |_| {
        chat.forget_note(visitor, id);
        done.run(());
    };
    let one = move |(name, label): (&'static str, Text)| {
        view! {
            <label class=format!("sticky-colour {name}") title=words.say(label)>
                <input type="radio" name="colour" value=name aria-label=words.say(label) prop:checked=move || *colour.read() == name
                    on:change=move |_| { colour.set(name.to_owned()); keep(); }/>
            </label>
        }
    };
    view! {
        <form class=move || format!("sticky {}", colour.get()) data-form="note" on:submit=submit>
            <textarea node_ref=field name="text" rows="3" required maxlength=LONGEST spellcheck="true" aria-label=words.say(Text::NewSticky)
                placeholder=words.say(Text::StickyHint) prop:value=text.get_untracked() on:input=move |event| { text.set(event_target_value(&event)); keep(); }></textarea>
            <p class="field-error" role="alert">{move || wrong.get().map(|text| words.now(text))}</p>
            <footer>
                <span class="sticky-colours" role="radiogroup" aria-label=words.say(Text::NoteColour)>{COLOURS.map(one)}</span>
                <button type="button" class="button quiet" on:click=cancel>{words.say(Text::Cancel)}</button>
                <button type="submit" class="button primary" disabled=move || busy.get() || text.read().trim().is_empty()>{words.say(Text::Save)}</button>
            </footer>
        </form>
    }
}
