//! Who is visited, and where they are.
use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    avatar::Avatar, brand::Brand, control_bar::ControlBar, copy_button::CopyButton, icon::Icon,
    state_pill::StatePill, visitor_rows::language,
};
use crate::{
    i18n::{Text, words},
    sharing::Sharing,
    state::{
        colour::hue,
        share::Phase,
        visitors::{address, tag, web},
    },
};

/// The address that the visitor's page tells while shared, else the one that the desk knows.
#[component]
pub fn Whereabouts() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let known = move || sharing.visitor.read().as_ref().and_then(address);
    let url = Memo::new(move |_| {
        let told = sharing.share.read().page().map(|page| page.url.clone()).filter(|url| web(url));
        told.or_else(known)
    });
    let name = move || {
        if let Some(named) = &*sharing.named.read() {
            return Some(named.name.clone());
        }
        let tag = sharing.visitor.read().as_ref().map(|row| tag(row.id));
        tag.map(|tag| words.fill(Text::VisitorName, &[("tag", &tag)]))
    };
    // The desk knows a language, the conversation a name.
    let letters = Signal::derive(move || match (&*sharing.named.read(), &*sharing.visitor.read()) {
        (Some(named), _) => named.letters.clone(),
        (None, Some(row)) => language(&row.lang),
        (None, None) => String::new(),
    });
    // The same as where the agent comes from: the conversation, or the list of visitors.
    let colour = Memo::new(move |_| {
        let named = sharing.named.read().as_ref().map(|named| named.hue);
        named.or_else(|| sharing.visitor.read().as_ref().map(|row| hue(row.id.as_bytes())))
    });
    let controls = move || sharing.phase() == Phase::Controlling;
    let (open, open_help) = (words.say(Text::OpenPage), words.say(Text::OpenPageHelp));
    view! {
        <div class="whereabouts">
            {move || match colour.get() {
                Some(hue) => view! { <Avatar letters hue/> }.into_any(),
                None => view! { <Brand/> }.into_any(),
            }}
            <Show when=controls fallback=move || view! {
                <div class="whereabouts-text">
                    <strong>{name}</strong>
                    <span class="muted" title=move || url.get()>{move || url.get().map(|url| short(&url).to_owned())}</span>
                </div>
            }>
                <ControlBar/>
            </Show>
            <Show when=move || url.read().is_some() && !controls()>
                <CopyButton text=Signal::derive(move || url.get().unwrap_or_default())/>
                <a class="button quiet square" target="_blank" rel="noopener noreferrer" title=open_help aria-label=open
                    aria-description=open_help href=move || url.get()>
                    <Icon icon=lu::LuExternalLink/>
                </a>
            </Show>
            <StatePill/>
        </div>
    }
}

/// The address without its scheme: people read the rest.
fn short(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}
