//! Lets a page be seen by an agent who is logged in, and by nobody else.
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::{use_location, use_navigate}};

use super::icon::Icon;
use crate::{
    app::{Account, Accounts},
    i18n::{Text, words},
};

/// Shows `children` once somebody is logged in; sends everybody else to the log-in and back.
#[component]
pub fn AccountGate(children: ChildrenFn) -> impl IntoView {
    let accounts = expect_context::<Accounts>();
    let (path, navigate) = (use_location().pathname, use_navigate());
    Effect::new(move |_| {
        if accounts.now() == Account::LoggedOut {
            let next = path.get_untracked();
            let to = if next == "/" { "/login".to_owned() } else { format!("/login?next={next}") };
            navigate(&to, NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    move || match accounts.now() {
        Account::In(_) => children().into_any(),
        Account::Unreachable => view! { <Unreachable/> }.into_any(),
        Account::Unknown | Account::LoggedOut => view! { <div class="blank" aria-busy="true"></div> }.into_any(),
    }
}

#[component]
fn Unreachable() -> impl IntoView {
    let (words, accounts) = (words(), expect_context::<Accounts>());
    view! {
        <main class="notice" role="alert">
            <span class="notice-icon"><Icon icon=lu::LuPlug size=24/></span>
            <h1>{words.say(Text::ServerAway)}</h1>
            <p>{words.say(Text::ServerAwayHelp)}</p>
            <button type="button" class="button primary" on:click=move |_| accounts.ask()>
                <Icon icon=lu::LuRotateCw/> {words.say(Text::TryAgain)}
            </button>
        </main>
    }
}
