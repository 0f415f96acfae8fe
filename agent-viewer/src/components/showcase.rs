//! The picture beside the log-in: what a share looks like, drawn with boxes.
use icondata_lu as lu;
use leptos::prelude::*;

use super::icon::Icon;
use crate::i18n::{Text, words};

/// Decoration: hidden from assistive technology, but for its words.
#[component]
pub fn Showcase() -> impl IntoView {
    let words = words();
    view! {
        <aside class="showcase">
            <div class="mock" aria-hidden="true">
                <div class="mock-bar"><i></i><i></i><i></i><span></span></div>
                <div class="mock-page">
                    <div class="mock-picture"></div>
                    <div class="mock-lines"><b></b><i></i><i></i><u></u></div>
                </div>
                <div class="mock-tiles"><i></i><i></i><i></i></div>
                <span class="mock-pointer"><svg width="20" height="20" viewBox="0 0 20 20">
                    <path d="m3 2 14 6.6-6.2 1.9L8 17z"></path></svg><em>"Sophie"</em></span>
                <span class="mock-pill"><i></i>{words.say(Text::ShowcasePill)}</span>
            </div>
            <h2>{words.say(Text::ShowcaseTitle)}</h2>
            <ul>
                <li><Icon icon=lu::LuShieldCheck/> {words.say(Text::ShowcaseConsent)}</li>
                <li><Icon icon=lu::LuEyeOff/> {words.say(Text::ShowcasePrivacy)}</li>
                <li><Icon icon=lu::LuHand/> {words.say(Text::ShowcaseControl)}</li>
            </ul>
        </aside>
    }
}
