//! Words at the top of the page, for a few seconds.
use icondata_lu as lu;
use leptos::prelude::*;

use crate::{chat::chat, components::icon::Icon, i18n::words};

/// All of them, the latest last. Announced as they come.
#[component]
pub fn Toasts() -> impl IntoView {
    let (words, chat) = (words(), chat());
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || chat.toasts.get() key=|toast| toast.id children=move |toast| {
                let icon = if toast.bad { lu::LuCircleAlert } else { lu::LuCircleCheck };
                view! {
                    <p class="toast-line" class:bad=toast.bad>
                        <Icon icon/>
                        <span>{move || words.fill(toast.text, &[("name", &toast.name)])}</span>
                    </p>
                }
            }/>
        </div>
    }
}
