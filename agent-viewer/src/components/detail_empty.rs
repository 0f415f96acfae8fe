//! What stands beside the list while nobody is chosen.
use icondata_lu as lu;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    i18n::{Text, words},
    pages::desk::Desk,
};

/// What to do here, and the keys that do it.
#[component]
pub fn DetailEmpty() -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    let (title, help) = (
        move || words.now(if desk.count() == 0 { Text::WaitingForVisitors } else { Text::ChooseVisitor }),
        move || {
            words.now(if desk.count() == 0 { Text::WaitingForVisitorsHelp } else { Text::ChooseVisitorHelp })
        },
    );
    view! {
        <div class="notice">
            <span class="notice-icon"><Icon icon=lu::LuScreenShare size=24/></span>
            <h2>{title}</h2>
            <p>{help}</p>
            <dl class="keys">
                <div><dt><kbd>"/"</kbd></dt><dd>{words.say(Text::KeySearch)}</dd></div>
                <div><dt><kbd>"↑"</kbd><kbd>"↓"</kbd></dt><dd>{words.say(Text::KeyMove)}</dd></div>
                <div><dt><kbd>"↵"</kbd></dt><dd>{words.say(Text::KeyOpen)}</dd></div>
            </dl>
        </div>
    }
}
