//! What the agent has just shown the visitor, on the agent's own stage.
use leptos::prelude::*;

use crate::sharing::{Echo, Sharing};

/// One ring, or one outline, that fades.
#[component]
pub fn EchoView() -> impl IntoView {
    let sharing = expect_context::<Sharing>();
    view! {
        {move || sharing.echo.get().map(|echo| match echo {
            Echo::Ring { at: (x, y) } => {
                view! { <i class="echo ring" style:left=pixels(x) style:top=pixels(y)></i> }.into_any()
            }
            Echo::Outline(rect) => view! {
                <i class="echo outline" style:left=pixels(rect.x) style:top=pixels(rect.y)
                    style:width=pixels(rect.width) style:height=pixels(rect.height)></i>
            }.into_any(),
        })}
    }
}

fn pixels(length: f64) -> String {
    format!("{length:.0}px")
}
