//! The band at the top of a page that says what is wrong with the connection.
use icondata_lu as lu;
use leptos::prelude::*;

use super::icon::Icon;

/// Shown while `text` is something. Announced at once.
#[component]
pub fn Band(
    /// What to say.
    #[prop(into)]
    text: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="band" role="status" aria-live="polite" class:shown=move || text.read().is_some()>
            {move || text.get().map(|text| view! { <Icon icon=lu::LuWifiOff/> <span>{text}</span> })}
        </div>
    }
}
