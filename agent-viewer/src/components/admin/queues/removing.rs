//! A queue goes: where those go who wait there.
use leptos::{ev::SubmitEvent, prelude::*};

use super::Page;
use crate::{
    components::{
        admin::faults::{DoFoot, Doing, act},
        chat::modal::Modal,
    },
    i18n::{Text, words},
    net::site_http,
};

/// Says what happens, asks for another queue, and removes this one.
#[component]
pub fn RemovingDialog(page: Page, it: (i64, String)) -> impl IntoView {
    let words = words();
    let state = RwSignal::new(Doing::Idle);
    let (id, name) = it;
    let others = untrack(|| page.others(id));
    let to = RwSignal::new(others.first().map(|(id, _)| *id));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (site, to) = (page.site.get_value(), to.get_untracked());
        act(state, async move { site_http::delete_queue(&site, id, to).await }, move |()| {
            page.removing.set(None);
            page.queues.again();
        });
    };
    let option = |(id, name): (i64, String)| view! { <option value=id.to_string()>{name}</option> };
    let close = Callback::new(move |()| page.removing.set(None));
    view! {
        <Modal title=Text::DeleteQueue close>
            <form class="form" on:submit=submit>
                <p>{move || words.fill(Text::DeleteQueueHelp, &[("name", &name)])}</p>
                <label class="field"><span>{words.say(Text::DeleteQueueTo)}</span>
                    <select name="to" on:change=move |event| to.set(event_target_value(&event).parse().ok())>{others.into_iter().map(option).collect_view()}</select></label>
                <DoFoot state text=Text::DeleteQueue kind="danger" close/>
            </form>
        </Modal>
    }
}
