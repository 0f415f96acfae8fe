//! An account is deactivated: what that means, said before it is done.
use leptos::{ev::SubmitEvent, prelude::*};

use super::{Page, called};
use crate::{
    components::{
        admin::faults::{DoFoot, Doing, act},
        chat::modal::Modal,
    },
    i18n::{Text, words},
    net::accounts_http::{self, Agent, Change},
};

/// Says what happens, and does it.
#[component]
pub fn LeavingDialog(page: Page, it: Agent) -> impl IntoView {
    let words = words();
    let state = RwSignal::new(Doing::Idle);
    let (id, name) = (it.id, called(&it));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let change = Change { disabled: Some(true), ..Change::default() };
        act(state, async move { accounts_http::change_agent(id, &change).await }, move |()| {
            page.close();
            page.again();
        });
    };
    let close = Callback::new(move |()| page.close());
    view! {
        <Modal title=Text::DeactivateTitle close>
            <form class="form" on:submit=submit>
                <p>{move || words.fill(Text::DeactivateHelp, &[("name", &name)])}</p>
                <p>{words.say(Text::DeactivateChats)}</p>
                <p class="muted">{words.say(Text::DeactivateBack)}</p>
                <DoFoot state text=Text::Deactivate kind="danger" close/>
            </form>
        </Modal>
    }
}
