//! From a conversation to the visitor's page.
use icondata_lu as lu;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    chat::{Chat, chat},
    components::icon::Icon,
    i18n::{Text, words},
    net::{chat_http, http::HttpError},
    pages::chats::ui,
};

/// Asks the visitor to show their page, in a tab of its own (FEATURES COB-01 to COB-03).
#[component]
pub fn ShareButton() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let busy = RwSignal::new(false);
    let share = move |_| {
        if let Some(conv) = ui.open.get_untracked() {
            begin(conv, chat, busy);
        }
    };
    view! {
        <Show when=move || chat.may("share")>
            <button type="button" class="button quiet square" data-do="share" title=words.say(Text::SeePage)
                aria-label=words.say(Text::SeePage) disabled=busy aria-busy=move || busy.get().to_string() on:click=share>
                <Icon icon=lu::LuScreenShare/>
            </button>
        </Show>
    }
}

/// Where a share is seen, beside its conversation.
pub fn place_of(share: &str, conv: &str) -> String {
    format!("/view/{share}?chat={conv}")
}

/// The tab opens in the click itself, or the browser would block it; where it goes is known later.
fn begin(conv: String, chat: Chat, busy: RwSignal<bool>) {
    let Ok(Some(tab)) = window().open_with_url_and_target("", "_blank") else {
        return chat.toast(Text::TabBlocked, "", true);
    };
    busy.set(true);
    spawn_local(async move {
        match chat_http::share(&conv).await {
            Ok(share) => drop(tab.location().replace(&format!("{}#ask", place_of(&share.session, &conv)))),
            Err(error) => {
                let _ = tab.close();
                chat.toast(explain(&error), "", true);
            }
        }
        busy.set(false);
    });
}

fn explain(error: &HttpError) -> Text {
    match error {
        HttpError::Unreachable => Text::AskUnreachable,
        HttpError::LoggedOut => Text::AskLoggedOut,
        HttpError::Refused(code) if code == "visitor_gone" => Text::AskGone,
        HttpError::Refused(code) if code == "too_many" => Text::AskTooOften,
        HttpError::Refused(_) | HttpError::Garbled => Text::AskBroken,
    }
}

#[cfg(test)]
mod tests {
    use super::place_of;

    // shows: COB-03, ENT-02
    #[test]
    fn the_conversation_comes_along() {
        assert_eq!(place_of("ab", "cd"), "/view/ab?chat=cd");
    }
}
