//! The desk's rail: the places of the application, and what concerns the agent.
use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    account_menu::AccountMenu,
    brand::Brand,
    icon::Icon,
    switches::{LanguageSwitch, ThemeSwitch},
};
use crate::i18n::{Text, words};

/// At the left edge, or at the bottom of a narrow window.
#[component]
pub fn Rail() -> impl IntoView {
    let words = words();
    let label = words.say(Text::Visitors);
    view! {
        <nav class="rail" aria-label=words.say(Text::MainMenu)>
            <Brand/>
            <a class="rail-place" href="/" aria-current="page" title=label aria-label=label>
                <Icon icon=lu::LuUsers size=20/>
            </a>
            <span class="rail-rest"></span>
            <LanguageSwitch/>
            <ThemeSwitch/>
            <AccountMenu/>
        </nav>
    }
}
