//! The state of the share in words.
use icondata_lu as lu;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    i18n::{Text, words},
    sharing::Sharing,
    state::{
        share::{Phase, Tool},
        since::clock,
    },
};

/// A pill in the state's colour; read out when it changes.
#[component]
pub fn StatePill() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let text = move || match sharing.phase() {
        Phase::Viewing => Some(Text::StateViewing),
        Phase::AskingControl => Some(Text::StateAskingControl),
        Phase::Controlling if sharing.share.read().hands_on() => Some(Text::StateHandsOn),
        Phase::Controlling => Some(Text::StateControlling),
        Phase::Paused => Some(Text::StatePaused),
        Phase::Reconnecting => Some(Text::StateReconnecting),
        Phase::Connecting | Phase::Idle | Phase::Asking | Phase::Answered(_) | Phase::Over(_) => None,
    };
    view! {
        <div class="state" role="status" data-share=move || sharing.phase().colour()>
            {move || text().map(|text| view! { <i class="state-dot"></i> <span class="state-text">{words.say(text)}</span> })}
            <Show when=move || sharing.phase() == Phase::AskingControl>
                <button type="button" class="link" on:click=move |_| sharing.choose(Tool::Look)>
                    {words.say(Text::Cancel)}
                </button>
            </Show>
            <Show when=move || sharing.phase() == Phase::Controlling>
                <button type="button" class="link" title=words.say(Text::LeaveControlHelp)
                    on:click=move |_| sharing.choose(Tool::Look)>
                    {words.say(Text::LeaveControl)}
                </button>
            </Show>
            <ControlAnswer/>
        </div>
    }
}

/// What became of asking for control, while it matters.
#[component]
fn ControlAnswer() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let text = move || {
        let answered = sharing.share.read().control_answer()?;
        let Some(until) = answered.until else { return Some(words.now(Text::ControlLapsed).to_owned()) };
        let left = until.since(sharing.now.get());
        Some(if left.is_zero() {
            words.now(Text::ControlDeclined).to_owned()
        } else {
            words.fill(Text::ControlDeclinedWait, &[("time", &clock(left))])
        })
    };
    view! {
        <div class="answer" class:shown=move || text().is_some()>
            {move || text().map(|text| view! { <Icon icon=lu::LuInfo/> <span>{text}</span> })}
        </div>
    }
}
