//! What a visitor thought of a conversation (FEATURES RAT-01).
use icondata_lu as lu;
use leptos::prelude::*;

use crate::{
    components::icon::Icon,
    i18n::{Text, words},
};

/// Five stars, so many of them full.
#[component]
pub fn Stars(
    /// 1 to 5.
    stars: u8,
) -> impl IntoView {
    let words = words();
    let label = move || words.fill(Text::StarsOf, &[("n", &stars.to_string())]);
    let one = |index: u8| view! { <i class:full=index < stars><Icon icon=lu::LuStar size=14/></i> };
    view! { <span class="rating-stars" role="img" data-stars=stars title=label aria-label=label>{(0..5).map(one).collect_view()}</span> }
}

/// Stars and words, at the end of the thread.
#[component]
pub fn Rating(
    /// 1 to 5.
    stars: u8,
    /// What they wrote; may be empty.
    text: String,
) -> impl IntoView {
    let words = words();
    view! {
        <div class="rating-line" data-rating=stars>
            <p><span class="muted">{words.say(Text::RatedBy)}</span> <Stars stars/></p>
            {(!text.is_empty()).then(|| view! { <blockquote class="rating-words">{text}</blockquote> })}
        </div>
    }
}
