//! Words beside the agent's pointer: why something was not done.
use leptos::prelude::*;

use crate::{i18n::words, sharing::Sharing};

/// Shown for a moment; read out.
#[component]
pub fn RemarkView() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let place = move |axis: fn((f64, f64)) -> f64| {
        let at = sharing.remark.get().map(|remark| axis(remark.at)).filter(|at| at.is_finite());
        at.map_or("50%".to_owned(), |at| format!("{at:.0}px"))
    };
    view! {
        <p class="remark" role="status" class:shown=move || sharing.remark.read().is_some()
            style:--x=move || place(|at| at.0) style:--y=move || place(|at| at.1)>
            {move || sharing.remark.get().map(|remark| words.now(remark.text))}
        </p>
    }
}
