//! The service set this agent away, since requests went unanswered: it stays told until they know (FEATURES QUE-11).
use chat_proto::desk::Presence;
use icondata_lu as lu;
use leptos::prelude::*;

use crate::{
    chat::chat,
    components::icon::Icon,
    i18n::{Text, words},
};

/// One notice per site, with the way back.
#[component]
pub fn SetAway() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let told = Memo::new(move |_| chat.rest.read().told(&chat.directory.read()));
    let one = move |(key, name): (String, String)| {
        let (site, again, known) = (key.clone(), key.clone(), key);
        let said = move || match chat.directory.read().sites.len() {
            0 | 1 => words.now(Text::SetAway).to_owned(),
            _ => words.fill(Text::SetAwayAt, &[("site", &name)]),
        };
        let back = move |_| chat.be(&again, Presence::Available);
        let dismiss = move |_| chat.rest.update(|rest| rest.know(&known));
        view! {
            <div class="set-away" data-site=site>
                <p><Icon icon=lu::LuCircleAlert/> <span>{said}</span></p>
                <button type="button" class="button primary" data-do="available-again" on:click=back>{words.say(Text::AvailableAgain)}</button>
                <button type="button" class="button quiet square" data-do="dismiss" title=words.say(Text::Dismiss)
                    aria-label=words.say(Text::Dismiss) on:click=dismiss>
                    <Icon icon=lu::LuX/>
                </button>
            </div>
        }
    };
    view! {
        <div class="set-aways" role="status">
            <For each=move || told.get() key=|(key, _)| key.clone() children=one/>
        </div>
    }
}
