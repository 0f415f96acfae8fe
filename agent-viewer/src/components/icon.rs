//! Icons of one set, drawn in the colour of the text beside them.
use icondata_core::Icon as Drawing;
use leptos::prelude::*;

/// One Lucide icon. It says nothing to assistive technology: the control around it has the name.
#[component]
pub fn Icon(
    /// The drawing.
    icon: Drawing,
    /// Width and height in CSS pixels: 16 or 20, larger in empty states.
    #[prop(default = 16)]
    size: u8,
) -> impl IntoView {
    view! {
        <svg
            class="icon"
            width=size
            height=size
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=icon.data
        ></svg>
    }
}
