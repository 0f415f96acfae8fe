//! The product's mark: two pointers on one page.
use leptos::prelude::*;

/// The mark, 28 pixels unless `size` says otherwise.
#[component]
pub fn Brand(
    /// Width and height in CSS pixels.
    #[prop(default = 28)]
    size: u8,
) -> impl IntoView {
    view! {
        <svg class="brand" width=size height=size viewBox="0 0 28 28" aria-hidden="true">
            <rect class="brand-ground" width="28" height="28" rx="8"></rect>
            <path class="brand-back" d="M12.6 6.2 22.4 10l-4.3 1.6-1.7 4.3z"></path>
            <path class="brand-front" d="m6.2 11.4 11.1 4.3-4.9 1.8-1.9 4.9z"></path>
        </svg>
    }
}
