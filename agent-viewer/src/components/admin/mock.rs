//! A drawing of the widget's window, as the settings beside it would make it. Nothing in it can be used.
use chat_proto::admin::Field;
use leptos::prelude::*;

use crate::{
    i18n::{Text, words},
    state::settings::USUAL_COLOUR,
};

/// The colour that a site has: the usual one where it chose none.
pub fn colour_of(chosen: &str) -> String {
    if chosen.is_empty() { USUAL_COLOUR.to_owned() } else { chosen.to_owned() }
}

/// What the shown site is called; for drawings of its widget.
#[derive(Clone, Copy)]
pub struct SiteName(pub Memo<String>);

/// The window, with its body. As before a chat, the site answers.
#[component]
pub fn Mock(
    /// `#rrggbb`.
    #[prop(into)]
    colour: Signal<String>,
    children: Children,
) -> impl IntoView {
    let words = words();
    let site = use_context::<SiteName>();
    let shown = move || {
        let name = site.map(|it| it.0.get()).unwrap_or_default();
        if name.trim().is_empty() { words.now(Text::MockTeam).to_owned() } else { name }
    };
    let letter = move || shown().chars().next().map(String::from).unwrap_or_default();
    view! {
        <aside class="drawn" aria-label=words.say(Text::Preview) style:--drawn-colour=colour>
            <span class="drawn-caption">{words.say(Text::Preview)}</span>
            <div class="drawn-window" inert=true>
                <div class="drawn-top"><span class="drawn-disc" aria-hidden="true">{letter}</span>
                    <span><strong>{shown}</strong><small>{words.say(Text::MockTeam)}</small></span></div>
                <div class="drawn-body">{children()}</div>
            </div>
            <span class="drawn-bubble" aria-hidden="true"></span>
        </aside>
    }
}

/// A field of a form, drawn.
#[component]
pub fn MockField(
    /// What stands above it.
    label: String,
    /// What it is.
    field: Field,
) -> impl IntoView {
    let words = words();
    let optional = (!field.required).then(|| view! { <i>{words.say(Text::MockOptional)}</i> });
    view! {
        <span class="drawn-label">{label} {optional}</span>
        <span class="drawn-field" class:long=field.kind == "long"></span>
    }
}
