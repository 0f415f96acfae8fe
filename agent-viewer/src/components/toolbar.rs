//! The viewer's toolbar: who and where, the tools, how the view stands, and the way out.
use icondata_lu as lu;
use leptos::prelude::*;

use super::{icon::Icon, tools::Tools, view_controls::ViewControls, whereabouts::Whereabouts};
use crate::{
    i18n::{Text, words},
    sharing::Sharing,
    state::share::Phase,
};

/// 48 pixels at the top; on narrow windows the tools go to the bottom, under the thumb.
#[component]
pub fn Toolbar() -> impl IntoView {
    view! {
        <header class="toolbar">
            <Whereabouts/>
            <Tools/>
            <div class="toolbar-end">
                <ViewControls/>
                <StopButton/>
            </div>
        </header>
    }
}

#[component]
fn StopButton() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let over = move || matches!(sharing.phase(), Phase::Over(_));
    view! {
        <button type="button" class="button danger stop" title=words.say(Text::StopHelp) disabled=over
            on:click=move |_| sharing.stop()>
            <Icon icon=lu::LuX/> <span>{words.say(Text::Stop)}</span>
        </button>
    }
}
