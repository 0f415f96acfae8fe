//! What all pages of the desk share: the rail, the line to the service, what it says at the top.
use leptos::prelude::*;
use leptos_router::components::Outlet;

use crate::{
    app::Accounts,
    chat::Chat,
    components::{
        account_gate::AccountGate,
        band::Band,
        chat::{offers_apart::OffersApart, toasts::Toasts},
        rail::Rail,
    },
    i18n::{Text, words},
};

/// The frame, for an agent who is logged in.
#[component]
pub fn Inside() -> impl IntoView {
    view! { <AccountGate><OpenInside/></AccountGate> }
}

#[component]
fn OpenInside() -> impl IntoView {
    let words = words();
    let chat = Chat::provide(expect_context::<Accounts>());
    let cut = Signal::derive(move || chat.is_cut().then(|| words.now(Text::NoConnection).to_owned()));
    view! {
        <div class="desk">
            <Rail/>
            <div class="desk-main">
                <Band text=cut/>
                <OffersApart/>
                <Outlet/>
            </div>
            <Toasts/>
        </div>
    }
}
