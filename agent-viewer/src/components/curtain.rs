//! What stands before the page, or in its place: asking, answers, pauses, the end.
use cobrowse_core::wire::message::{Ask, EndReason, Refusal};
use icondata_core::Icon as Drawing;
use icondata_lu as lu;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    app::Accounts,
    i18n::{Text, words},
    sharing::Sharing,
    state::{
        share::{Answered, Over, Phase},
        since::clock,
    },
};

/// Nothing while the page is seen. Told by a live region, so that waiting needs no looking.
#[component]
pub fn Curtain() -> impl IntoView {
    let sharing = expect_context::<Sharing>();
    let phase = Memo::new(move |_| sharing.phase());
    let painted = move || sharing.painted.get();
    view! {
        <div class="curtain-place" aria-live="polite">
            {move || match phase.get() {
                Phase::Connecting => Some(view! { <Note icon=lu::LuPlug title=Text::Connecting pulse=true/> }.into_any()),
                Phase::Idle => Some(view! { <Idle/> }.into_any()),
                Phase::Asking => Some(view! { <Asking/> }.into_any()),
                Phase::Answered(answered) => Some(view! { <Refusing answered/> }.into_any()),
                Phase::Over(over) => Some(view! { <End over/> }.into_any()),
                Phase::Paused => Some(view! { <Pause/> }.into_any()),
                Phase::Reconnecting if !painted() => Some(view! { <Note icon=lu::LuWifiOff title=Text::StateReconnecting pulse=true/> }.into_any()),
                Phase::Viewing | Phase::AskingControl | Phase::Controlling if !painted() => {
                    Some(view! { <Note icon=lu::LuScreenShare title=Text::Painting pulse=true/> }.into_any())
                }
                Phase::Viewing | Phase::AskingControl | Phase::Controlling | Phase::Reconnecting => None,
            }}
        </div>
    }
}

/// A card with an icon, a title, one sentence, and what can be done.
#[component]
fn Note(
    icon: Drawing,
    title: Text,
    #[prop(optional)] help: Option<Text>,
    /// Whether something is awaited.
    #[prop(optional)]
    pulse: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let words = words();
    view! {
        <div class="curtain">
            <span class="notice-icon" class:pulse=pulse><Icon icon size=24/></span>
            <h1>{words.say(title)}</h1>
            {help.map(|help| view! { <p>{words.say(help)}</p> })}
            {children.map(|children| view! { <div class="curtain-actions">{children()}</div> })}
        </div>
    }
}

#[component]
fn Idle() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    view! {
        <Note icon=lu::LuScreenShare title=Text::IdleTitle help=Text::IdleHelp>
            <button type="button" class="button primary" on:click=move |_| sharing.ask(Ask::View)>
                {words.say(Text::AskToSee)}
            </button>
        </Note>
    }
}

/// Whoever is called by a name beside is called by it here.
#[component]
fn Pause() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let title = move || match &*sharing.named.read() {
        Some(named) => words.fill(Text::PausedTitleOf, &[("name", &named.name)]),
        None => words.now(Text::PausedTitle).to_owned(),
    };
    view! {
        <div class="curtain">
            <span class="notice-icon"><Icon icon=lu::LuPause size=24/></span>
            <h1>{title}</h1>
            <p>{words.say(Text::PausedHelp)}</p>
        </div>
    }
}

#[component]
fn Asking() -> impl IntoView {
    let (words, sharing, accounts) = (words(), expect_context::<Sharing>(), expect_context::<Accounts>());
    let help = move || words.fill(Text::AskingHelp, &[("name", &accounts.first_name())]);
    view! {
        <div class="curtain" data-share="asking">
            <span class="notice-icon pulse"><Icon icon=lu::LuScreenShare size=24/></span>
            <h1>{words.say(Text::AskingTitle)}</h1>
            <p>{help}</p>
            <div class="curtain-actions">
                <button type="button" class="button" on:click=move |_| sharing.withdraw(Ask::View)>
                    {words.say(Text::Cancel)}
                </button>
            </div>
        </div>
    }
}

/// No, or no answer.
#[component]
fn Refusing(answered: Answered) -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let left =
        move || answered.until.map(|until| until.since(sharing.now.get())).filter(|left| !left.is_zero());
    let label = move || match left() {
        Some(left) => words.fill(Text::AskAgainIn, &[("time", &clock(left))]),
        None => words.now(Text::AskAgain).to_owned(),
    };
    let (icon, title, help) = match answered.until {
        Some(_) => (lu::LuHand, Text::DeclinedTitle, Text::DeclinedHelp),
        None => (lu::LuClock, Text::LapsedTitle, Text::LapsedHelp),
    };
    view! {
        <Note icon title help>
            <button type="button" class="button primary" disabled=move || left().is_some()
                on:click=move |_| sharing.ask(Ask::View)>
                {label}
            </button>
        </Note>
    }
}

#[component]
fn End(over: Over) -> impl IntoView {
    let words = words();
    let (title, help) = match over {
        Over::Ended(reason) => (Text::OverTitle, ended(reason)),
        Over::Refused(refusal) => (Text::RefusedTitle, refused(refusal)),
    };
    let close = move |_| {
        let _ = window().close();
    };
    view! {
        <Note icon=lu::LuScreenShareOff title help>
            <button type="button" class="button" on:click=close>{words.say(Text::CloseTab)}</button>
            <a class="button primary" href="/" rel="external">{words.say(Text::BackToDesk)}</a>
        </Note>
    }
}

const fn ended(reason: EndReason) -> Text {
    match reason {
        EndReason::VisitorStopped => Text::VisitorStopped,
        EndReason::VisitorLeft => Text::VisitorLeft,
        EndReason::AgentLeft => Text::AgentLeft,
        EndReason::Server => Text::ServerEnded,
        EndReason::VisitorFailed => Text::VisitorFailed,
    }
}

fn refused(refusal: Refusal) -> Text {
    match refusal {
        Refusal::SessionEnded => Text::RefusedEnded,
        Refusal::ConsentRequired => Text::RefusedConsent,
        Refusal::TicketInUse => Text::RefusedInUse,
        Refusal::VersionUnsupported => Text::RefusedVersion,
        Refusal::UnknownSite
        | Refusal::WrongOrigin
        | Refusal::TicketExpired
        | Refusal::TicketInvalid
        | Refusal::ProofInvalid
        | Refusal::Fenced
        | Refusal::Malformed
        | Refusal::TooLarge
        | Refusal::RateLimited
        | Refusal::Internal => Text::RefusedOther,
    }
}
