//! The button that asks to see a visitor's page.
use std::sync::Arc;

use cobrowse_core::{id::VisitorId, wire::desk::VisitorRow};
use icondata_lu as lu;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::icon::Icon;
use crate::{
    i18n::{Text, words},
    net::http::{self, HttpError},
    pages::desk::Desk,
};

/// The id of the button.
pub const SEE_PAGE: &str = "see-page";

/// Opens the viewer's tab, where the visitor is asked.
#[component]
pub fn SeePage(
    /// The visitor.
    row: Memo<Option<Arc<VisitorRow>>>,
) -> impl IntoView {
    let (words, desk) = (words(), expect_context::<Desk>());
    let busy = RwSignal::new(false);
    let shared = move || row.read().as_ref().is_some_and(|row| row.session.is_some());
    let label = move || words.now(if shared() { Text::BackToShare } else { Text::SeePage });
    let see = move |_| {
        if let Some(row) = row.get_untracked() {
            see_page(row.id, desk, busy);
        }
    };
    view! {
        <button id=SEE_PAGE type="button" class="button primary see-page" disabled=busy title=words.say(Text::SeePageHelp)
            aria-busy=move || busy.get().to_string() on:click=see>
            <Icon icon=lu::LuScreenShare/> {label}
        </button>
    }
}

/// The tab opens in the click itself, or the browser would block it; where it goes is known later.
fn see_page(visitor: VisitorId, desk: Desk, busy: RwSignal<bool>) {
    let Ok(Some(tab)) = window().open_with_url_and_target("", "_blank") else {
        return desk.failed.set(Some(Text::TabBlocked));
    };
    busy.set(true);
    desk.failed.set(None);
    spawn_local(async move {
        match http::open_session(visitor).await {
            Ok(session) => drop(tab.location().replace(&format!("/view/{session}#ask"))),
            Err(error) => {
                let _ = tab.close();
                desk.failed.set(Some(explain(&error)));
            }
        }
        busy.set(false);
    });
}

fn explain(error: &HttpError) -> Text {
    match error {
        HttpError::Unreachable => Text::AskUnreachable,
        HttpError::LoggedOut => Text::AskLoggedOut,
        HttpError::Refused(code) if code == "visitor_gone" || code == "unknown_visitor" => Text::AskGone,
        HttpError::Refused(code) if code == "rate_limited" => Text::AskTooOften,
        HttpError::Refused(_) | HttpError::Garbled => Text::AskBroken,
    }
}
