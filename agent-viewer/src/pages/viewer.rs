//! The tab in which a shared page is watched.
use cobrowse_core::id::SessionId;
use leptos::{ev, prelude::*};
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    components::{account_gate::AccountGate, band::Band, beside_share::BesideShare, toolbar::Toolbar},
    i18n::{Text, words},
    pages::missing::MissingPage,
    sharing::Sharing,
    stage::view::Stage,
    state::share::{Phase, Tool},
};

/// The page, for an agent who is logged in and an address that names a session.
#[component]
pub fn ViewerPage() -> impl IntoView {
    let params = use_params_map();
    let session = move || params.read().get("session").and_then(|text| text.parse::<SessionId>().ok());
    move || match session() {
        Some(session) => view! { <AccountGate><OpenViewer session/></AccountGate> }.into_any(),
        None => view! { <MissingPage/> }.into_any(),
    }
}

#[component]
fn OpenViewer(session: SessionId) -> impl IntoView {
    let words = words();
    let sharing = Sharing::provide(session);
    // It stays in the address: a reload comes back to both.
    let conv = use_query_map().read_untracked().get("chat").filter(|conv| chat_proto::is_name(conv));
    let keys = window_event_listener(ev::keydown, move |event| put_down(sharing, &event));
    on_cleanup(move || keys.remove());
    Effect::new(move |_| {
        let place = sharing.visitor.read().as_ref().map(|row| row.path.clone()).unwrap_or_default();
        document().set_title(&format!("{place} · {} · Tandem", words.now(Text::SeePage)));
    });
    let has_chat = conv.is_some();
    let cut = Signal::derive(move || {
        let cut = sharing.phase() == Phase::Reconnecting;
        cut.then(|| match sharing.behind() {
            Some(seconds) => words.fill(Text::ReconnectingSince, &[("n", &seconds.to_string())]),
            None => words.now(Text::StateReconnecting).to_owned(),
        })
    });
    view! {
        <div class="viewer" class:with-chat=has_chat>
            <div class="viewer-page">
                <Toolbar/>
                <Band text=cut/>
                <Stage/>
            </div>
            {conv.map(|conv| view! { <BesideShare conv/> })}
        </div>
    }
}

/// Escape puts a pointing tool down. In control the typing has its own Escape.
fn put_down(sharing: Sharing, event: &ev::KeyboardEvent) {
    let points = matches!(sharing.share.read_untracked().tool(), Tool::Indicate | Tool::Highlight);
    if event.key() == "Escape" && points {
        sharing.choose(Tool::Look);
    }
}
