//! Who is logged in, and out.
use icondata_lu as lu;
use leptos::prelude::*;

use super::{admin::unsaved::Unsaved, avatar::Avatar, icon::Icon};
use crate::{
    app::{Account, Accounts},
    i18n::{Text, words},
    state::colour::{hue, initials},
};

/// The agent's disc at the foot of the rail, and the little card that it opens.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let (words, accounts) = (words(), expect_context::<Accounts>());
    let unsaved = expect_context::<Unsaved>();
    unsaved.goes_home();
    let log_out = move |_| unsaved.log_out(accounts);
    move || {
        let Account::In(me) = accounts.now() else { return None };
        let letters = initials(&me.first_name, &me.last_name);
        let name = format!("{letters} · {}", words.now(Text::YourAccount));
        let colour = hue(me.email.as_bytes());
        Some(view! {
            <button type="button" class="button quiet square account" aria-label=name
                title=words.say(Text::YourAccount) popovertarget="account">
                <Avatar letters=letters.clone() hue=colour/>
            </button>
            <div id="account" class="menu" popover="auto">
                <div class="menu-who">
                    <Avatar letters hue=colour/>
                    <div>
                        <strong>{format!("{} {}", me.first_name, me.last_name)}</strong>
                        <span class="muted">{me.email}</span>
                    </div>
                </div>
                <button type="button" class="menu-item" on:click=log_out>
                    <Icon icon=lu::LuLogOut/> {words.say(Text::LogOut)}
                </button>
            </div>
        })
    }
}
