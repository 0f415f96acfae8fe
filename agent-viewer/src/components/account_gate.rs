//! Lets a page be seen by an agent who is logged in, and by nobody else.
use icondata_lu as lu;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    app::{Account, Accounts},
    i18n::{Text, words},
    pages::login::LoginPage,
};

/// Shows `children` once somebody is logged in, and the log-in to everybody else: at the same address, so
/// that its policy stands and a reload comes back to it.
#[component]
pub fn AccountGate(children: ChildrenFn) -> impl IntoView {
    let accounts = expect_context::<Accounts>();
    // Who it is may be told again without the page beginning anew.
    let kind = Memo::new(move |_| match accounts.now() {
        Account::Unknown => Kind::Unknown,
        Account::LoggedOut => Kind::LoggedOut,
        Account::Unreachable => Kind::Unreachable,
        Account::In(_) => Kind::In,
    });
    move || match kind.get() {
        Kind::In => children().into_any(),
        Kind::LoggedOut => view! { <LoginPage/> }.into_any(),
        Kind::Unreachable => view! { <Unreachable/> }.into_any(),
        Kind::Unknown => view! { <div class="blank" aria-busy="true"></div> }.into_any(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unknown,
    LoggedOut,
    Unreachable,
    In,
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
