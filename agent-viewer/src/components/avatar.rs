//! A coloured disc with letters.
use leptos::prelude::*;

/// A person or visitor at a glance; the name stands beside it, so it is not said again.
#[component]
pub fn Avatar(
    /// One or two letters.
    #[prop(into)]
    letters: Signal<String>,
    /// The colour, in degrees.
    hue: u16,
    /// `large` or nothing.
    #[prop(default = "")]
    size: &'static str,
) -> impl IntoView {
    view! {
        <span class=format!("avatar {size}") style:--hue=hue.to_string() aria-hidden="true">
            {move || letters.get()}
        </span>
    }
}
