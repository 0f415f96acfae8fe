//! Words at the top of the page, for a few seconds.
use icondata_lu as lu;
use leptos::prelude::*;

use crate::{
    chat::chat,
    components::icon::Icon,
    i18n::{Text, Words, words},
    state::chat::toasts::Toast,
};

/// All of them, the latest last. Announced as they come.
#[component]
pub fn Toasts() -> impl IntoView {
    let (words, chat) = (words(), chat());
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || chat.toasts.read().all().to_vec() key=|toast| toast.id children=move |toast| {
                let bad = toast.bad;
                let icon = if bad { lu::LuCircleAlert } else { lu::LuCircleCheck };
                view! {
                    <p class="toast-line" class:bad=bad>
                        <Icon icon/>
                        <span>{move || said(&toast, words)}</span>
                    </p>
                }
            }/>
        </div>
    }
}

fn said(toast: &Toast, words: Words) -> String {
    let count = toast.names.len().to_string();
    let several = toast.text == Text::OfferExpired && 1 < toast.names.len();
    let text = if several { Text::OffersExpired } else { toast.text };
    words.fill(text, &[("name", &toast.named()), ("n", &count)])
}
