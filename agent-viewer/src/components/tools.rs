//! The tools as one segmented control.
use icondata_core::Icon as Drawing;
use icondata_lu as lu;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    i18n::{Text, words},
    sharing::Sharing,
    state::share::{Phase, Tool},
};

const ALL: [(Tool, Drawing, Text, Text); 4] = [
    (Tool::Look, lu::LuEye, Text::Look, Text::LookHelp),
    (Tool::Indicate, lu::LuMousePointerClick, Text::Indicate, Text::IndicateHelp),
    (Tool::Highlight, lu::LuScan, Text::Highlight, Text::HighlightHelp),
    (Tool::Control, lu::LuHand, Text::Control, Text::ControlHelp),
];

/// Look, indicate, highlight, control. Usable while the page is seen.
#[component]
pub fn Tools() -> impl IntoView {
    let words = words();
    let tools = ALL.map(|(tool, icon, name, help)| view! { <ToolButton tool icon name help/> });
    view! { <div class="tools" role="group" aria-label=words.say(Text::Tools)>{tools.into_iter().collect_view()}</div> }
}

#[component]
fn ToolButton(tool: Tool, icon: Drawing, name: Text, help: Text) -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let phase = move || sharing.phase();
    let usable = move || matches!(phase(), Phase::Viewing | Phase::AskingControl | Phase::Controlling);
    let chosen = move || sharing.share.read().tool() == tool;
    let asking = move || tool == Tool::Control && phase() == Phase::AskingControl;
    let class = if tool == Tool::Control { "tool controls" } else { "tool" };
    view! {
        <button type="button" class=class aria-pressed=move || chosen().to_string() class:asking=asking
            disabled=move || !usable() title=words.say(help) aria-label=words.say(name) aria-description=words.say(help) on:click=move |_| sharing.choose(tool)>
            <Icon icon/> <span>{words.say(name)}</span>
        </button>
    }
}
