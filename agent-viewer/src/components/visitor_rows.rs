//! The rows of the list: only those near the eye are in the document.
use std::sync::Arc;

use cobrowse_core::{id::VisitorId, wire::desk::VisitorRow};
use leptos::{ev, html::Div, prelude::*};

use super::avatar::Avatar;
use crate::{
    browser,
    i18n::{Text, words},
    pages::desk::Desk,
    state::{
        colour::hue,
        visitors::{neighbour, tag},
        window::{reveal, visible},
    },
};

/// The id of the list box, which holds the keyboard's focus for all its rows.
pub const LIST: &str = "visitors";
/// Height of a row, CSS pixels; the style sheet's `--row`.
const ROW: f64 = 64.0;

/// A list box after the ARIA pattern: one stop of the Tab key, arrows move the choice.
#[component]
pub fn VisitorRows() -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    let (list, place) = (NodeRef::<Div>::new(), RwSignal::new((0.0, 800.0)));
    let measure = move || {
        if let Some(list) = list.get_untracked() {
            place.set((f64::from(list.scroll_top()), f64::from(list.client_height())));
        }
    };
    Effect::new(move |_| list.get().map(|_| measure()));
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let drawn = Memo::new(move |_| {
        let (top, height) = place.get();
        let shown = desk.shown.read();
        visible(top, height, ROW, shown.len()).map(|index| (index, shown[index].clone())).collect::<Vec<_>>()
    });
    let active = move || desk.selected.get().map(row_id);
    view! {
        <div id=LIST class="rows" role="listbox" tabindex="0" node_ref=list aria-label=words.say(Text::Visitors)
            aria-activedescendant=active on:scroll=move |_| measure() on:keydown=move |event| move_choice(&event, list)>
            <div class="rows-all" role="presentation" style:height=move || format!("{}px", desk.shown.read().len() as f64 * ROW)>
                <For each=move || drawn.get() key=|(_, row)| row.id children=move |(_, row)| {
                    view! { <Row id=row.id drawn/> }
                }/>
            </div>
        </div>
    }
}

type Drawn = Memo<Vec<(usize, Arc<VisitorRow>)>>;

/// One visitor. It follows its data by id, so that a change never rebuilds what the hand is on.
#[component]
fn Row(id: VisitorId, drawn: Drawn) -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    let found = Memo::new(move |_| drawn.read().iter().find(|(_, row)| row.id == id).cloned());
    let of = move |read: fn(&VisitorRow) -> String| {
        found.read().as_ref().map(|(_, row)| read(row)).unwrap_or_default()
    };
    let index = move || found.read().as_ref().map_or(0, |(index, _)| *index);
    let name = move || words.fill(Text::VisitorName, &[("tag", &tag(id))]);
    let age = move || found.read().as_ref().map(|(_, row)| words.since(desk.age(row.since_ms)));
    let shared = move || found.read().as_ref().is_some_and(|(_, row)| row.session.is_some());
    view! {
        <div id=row_id(id) class="row" role="option" aria-selected=move || (desk.selected.get() == Some(id)).to_string()
            aria-posinset=move || index() + 1 aria-setsize=move || desk.shown.read().len()
            style:top=move || format!("{}px", index() as f64 * ROW) on:click=move |_| desk.selected.set(Some(id))>
            <Avatar letters=Signal::derive(move || of(|row| language(&row.lang))) hue=hue(id.as_bytes())/>
            <span class="row-who">{name}</span>
            <span class="row-age">{age}</span>
            <span class="row-path">{move || of(|row| row.path.clone())}</span>
            <Show when=shared><span class="chip viewing">{words.say(Text::Shared)}</span></Show>
        </div>
    }
}

/// The primary language of a tag, as its two letters.
pub fn language(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().chars().take(2).collect::<String>().to_uppercase()
}

fn row_id(id: VisitorId) -> String {
    format!("visitor-{id}")
}

fn move_choice(event: &ev::KeyboardEvent, list: NodeRef<Div>) {
    let desk = expect_context::<Desk>();
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "PageDown" => 10,
        "PageUp" => -10,
        "Home" => isize::MIN,
        "End" => isize::MAX,
        "Enter" => return browser::focus(super::see_page::SEE_PAGE),
        _ => return,
    };
    event.prevent_default();
    let shown = desk.shown.read_untracked();
    let Some(index) = neighbour(&shown, desk.selected.get_untracked(), step) else { return };
    desk.selected.set(Some(shown[index].id));
    let Some(list) = list.get_untracked() else { return };
    if let Some(top) = reveal(index, f64::from(list.scroll_top()), f64::from(list.client_height()), ROW) {
        list.set_scroll_top(top as i32);
    }
}
