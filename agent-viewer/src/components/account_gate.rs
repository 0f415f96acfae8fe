//! Lets a page be seen by an agent who is logged in, and by nobody else.
use cobrowse_core::id::AgentId;
use icondata_lu as lu;
use leptos::{ev, html, prelude::*};

use super::{admin::unsaved::Unsaved, icon::Icon};
use crate::{
    app::{Account, Accounts},
    browser,
    i18n::{Text, words},
    pages::login::LoginPage,
};

/// Shows `children` once somebody is logged in, and the log-in to everybody else: at the same address, so
/// that its policy stands and a reload comes back to it. What holds something that is not saved stays behind the
/// log-in, for the same agent, unless it was they who logged out here.
#[component]
pub fn AccountGate(children: ChildrenFn) -> impl IntoView {
    let (accounts, unsaved) = (expect_context::<Accounts>(), expect_context::<Unsaved>());
    // Who it is may be told again without the page beginning anew.
    let shown = Memo::new(move |before: Option<&Shown>| {
        let held = before.copied().filter(|_| unsaved.keeps_page());
        Shown::of(&accounts.now(), held)
    });
    let open = Memo::new(move |_| shown.get().unlocked());
    let locked = Memo::new(move |_| matches!(shown.get(), Shown::Locked(_)));
    let inside = move || match open.get() {
        Shown::Page(_) | Shown::Locked(_) => children().into_any(),
        Shown::LoggedOut => view! { <LoginPage/> }.into_any(),
        Shown::Unreachable => view! { <Unreachable/> }.into_any(),
        Shown::Unknown => view! { <div class="blank" aria-busy="true"></div> }.into_any(),
    };
    view! { {inside} <Show when=move || locked.get()><Lock/></Show> }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Unknown,
    LoggedOut,
    Unreachable,
    /// The page, to this agent.
    Page(AgentId),
    /// The log-in over the page of this agent.
    Locked(AgentId),
}

impl Shown {
    /// What `account` is shown; `held` is what was shown before, where something of it is not saved.
    fn of(account: &Account, held: Option<Self>) -> Self {
        match (account, held) {
            (Account::In(me), _) => Self::Page(me.id),
            (_, Some(Self::Page(owner) | Self::Locked(owner))) => Self::Locked(owner),
            (Account::Unknown, _) => Self::Unknown,
            (Account::LoggedOut, _) => Self::LoggedOut,
            (Account::Unreachable, _) => Self::Unreachable,
        }
    }

    /// A page is the same one when it is locked.
    const fn unlocked(self) -> Self {
        match self {
            Self::Locked(owner) => Self::Page(owner),
            Self::Unknown | Self::LoggedOut | Self::Unreachable | Self::Page(_) => self,
        }
    }
}

/// The log-in as a dialog, so that nothing behind it is read or reached.
#[component]
fn Lock() -> impl IntoView {
    let accounts = expect_context::<Accounts>();
    let node = NodeRef::<html::Dialog>::new();
    let show = move || {
        if let Some(dialog) = node.try_get_untracked().flatten()
            && dialog.is_connected()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    };
    Effect::new(move |_| {
        if node.get().is_some() {
            request_animation_frame(show);
        }
    });
    // Whoever logs in in another tab comes back to this one.
    let looks = window_event_listener(ev::visibilitychange, move |_| {
        if !browser::is_hidden() {
            accounts.ask();
        }
    });
    on_cleanup(move || looks.remove());
    let words = words();
    view! { <dialog class="lock" node_ref=node aria-label=words.say(Text::LogInTitle) on:close=move |_| show()><LoginPage/></dialog> }
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

#[cfg(test)]
mod tests {
    use cobrowse_core::wire::desk::Me;

    use super::*;

    fn agent(id: u32) -> Account {
        Account::In(Me {
            id: AgentId(id),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            role: String::new(),
        })
    }

    #[test]
    fn what_is_not_saved_stays_behind_the_log_in_until_another_agent_comes() {
        let (page, locked) = (Shown::Page(AgentId(1)), Shown::Locked(AgentId(1)));
        assert_eq!(Shown::of(&Account::LoggedOut, Some(page)), locked);
        assert_eq!(Shown::of(&Account::Unreachable, Some(locked)), locked);
        assert_eq!(Shown::of(&agent(1), Some(locked)), page);
        assert_eq!(locked.unlocked(), page.unlocked());
        assert_ne!(Shown::of(&agent(2), Some(locked)).unlocked(), page);
        assert_eq!(Shown::of(&Account::LoggedOut, None), Shown::LoggedOut, "nothing to keep");
        assert_eq!(Shown::of(&Account::LoggedOut, Some(Shown::Unknown)), Shown::LoggedOut);
    }
}
