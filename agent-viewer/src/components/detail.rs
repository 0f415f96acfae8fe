//! The chosen visitor: where they are, and what can be done for them.
use std::sync::Arc;

use cobrowse_core::wire::desk::VisitorRow;
use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    avatar::Avatar, detail_empty::DetailEmpty, icon::Icon, see_page::SeePage, visit::Visit,
    visitor_rows::language,
};
use crate::{
    i18n::{Text, words},
    pages::desk::Desk,
    state::{colour::hue, visitors::tag},
};

/// The right pane of the desk.
#[component]
pub fn Detail() -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    // One view per visitor: what changes inside it follows the row.
    let id = Memo::new(move |_| desk.chosen().map(|row| row.id));
    let failed = move || desk.failed.get().map(|text| words.now(text));
    view! {
        <main class="detail">
            {move || match id.get() {
                Some(_) => view! { <Chosen/> }.into_any(),
                None if desk.selected.get().is_some() => view! { <Gone/> }.into_any(),
                None => view! { <DetailEmpty/> }.into_any(),
            }}
            <p class="toast" role="alert" class:shown=move || desk.failed.get().is_some()>
                {move || failed().map(|text| view! { <Icon icon=lu::LuCircleAlert/> <span>{text}</span> })}
            </p>
        </main>
    }
}

#[component]
fn Chosen() -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    let start = untrack(|| desk.chosen());
    let row: Memo<Option<Arc<VisitorRow>>> =
        Memo::new(move |last: Option<&Option<_>>| desk.chosen().or_else(|| last.cloned().flatten()));
    let (tag, colour) = start.map(|row| (tag(row.id), hue(row.id.as_bytes()))).unwrap_or_default();
    let letters =
        Signal::derive(move || row.read().as_ref().map(|row| language(&row.lang)).unwrap_or_default());
    let site = move || row.read().as_ref().map(|row| row.site.clone());
    let age = move || row.read().as_ref().map(|row| words.since(desk.age(row.since_ms)));
    view! {
        <header class="detail-top">
            <BackButton/>
            <Avatar letters hue=colour size="large"/>
            <div class="detail-who">
                <h2>{move || words.fill(Text::VisitorName, &[("tag", &tag)])}</h2>
                <p class="muted"><i class="live-dot"></i> {site} " · " {age}</p>
            </div>
            <SeePage row/>
        </header>
        <Visit row/>
    }
}

/// Back to the list, where there is room for one pane only.
#[component]
fn BackButton() -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    let label = words.say(Text::BackToList);
    view! {
        <button type="button" class="button quiet square back" title=label aria-label=label
            on:click=move |_| desk.selected.set(None)>
            <Icon icon=lu::LuArrowLeft size=20/>
        </button>
    }
}

#[component]
fn Gone() -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    view! {
        <div class="notice">
            <span class="notice-icon"><Icon icon=lu::LuUserX size=24/></span>
            <h2>{words.say(Text::VisitorGone)}</h2>
            <p>{words.say(Text::VisitorGoneHelp)}</p>
            <button type="button" class="button" on:click=move |_| desk.selected.set(None)>
                {words.say(Text::BackToList)}
            </button>
        </div>
    }
}
