//! Copies a text.
use std::time::Duration;

use icondata_lu as lu;
use leptos::{leptos_dom::helpers::set_timeout, prelude::*};

use super::icon::Icon;
use crate::{
    browser,
    i18n::{Text, words},
};

const THANKS: Duration = Duration::from_millis(1600);

/// Puts `text` on the clipboard and says so for a moment.
#[component]
pub fn CopyButton(
    /// What to copy.
    #[prop(into)]
    text: Signal<String>,
    /// What the button says.
    #[prop(default = Text::CopyAddress)]
    label: Text,
) -> impl IntoView {
    let words = words();
    let copied = RwSignal::new(false);
    let label = move || words.now(if copied.get() { Text::Copied } else { label });
    let copy = move |_| {
        browser::copy(&text.get_untracked());
        copied.set(true);
        let calm = move || {
            let _ = copied.try_set(false);
        };
        set_timeout(calm, THANKS);
    };
    view! {
        <button type="button" class="button quiet square" title=label aria-label=label on:click=copy>
            {move || view! { <Icon icon=if copied.get() { lu::LuCheck } else { lu::LuCopy }/> }}
        </button>
    }
}
