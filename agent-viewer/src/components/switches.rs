//! Language and theme.
use icondata_lu as lu;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    i18n::{Language, Text, words},
    theme::{Shade, Theme},
};

/// Changes between French and English; shows the language that a click brings.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let words = words();
    let other = move || match words.language() {
        Language::English => "FR",
        Language::French => "EN",
    };
    // The name begins with what is seen, for those who speak to their browser.
    let label = move || format!("{} · {}", other(), words.now(Text::SwitchLanguage));
    view! {
        <button type="button" class="button quiet square language" title=label aria-label=label
            on:click=move |_| words.switch()>
            {other}
        </button>
    }
}

/// Changes between light and dark.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let (words, shade) = (words(), expect_context::<Shade>());
    let dark = move || shade.now() == Theme::Dark;
    let label = move || words.now(if dark() { Text::UseLight } else { Text::UseDark });
    view! {
        <button type="button" class="button quiet square" title=label aria-label=label
            on:click=move |_| shade.switch()>
            {move || view! { <Icon size=20 icon=if dark() { lu::LuSun } else { lu::LuMoon }/> }}
        </button>
    }
}
