//! An address that shows nothing.
use icondata_lu as lu;
use leptos::prelude::*;

use crate::{
    components::icon::Icon,
    i18n::{Text, words},
};

/// Says so, and shows the way back.
#[component]
pub fn MissingPage() -> impl IntoView {
    let words = words();
    view! {
        <main class="notice">
            <span class="notice-icon"><Icon icon=lu::LuUnlink size=24/></span>
            <h1>{words.say(Text::NoSuchPage)}</h1>
            <p>{words.say(Text::NoSuchPageHelp)}</p>
            <a class="button primary" href="/">{words.say(Text::BackToDesk)}</a>
        </main>
    }
}
