//! Requests, and what the service did to this agent, on the pages that show no conversations: their time runs there too.
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::{announcer::Announcer, offer_cards::OfferCards};
use crate::{components::admin::unsaved::Unsaved, pages::chats::Ui};

/// Above what such a page shows, which is never covered.
#[component]
pub fn OffersApart() -> impl IntoView {
    let (path, unsaved) = (use_location().pathname, expect_context::<Unsaved>());
    let navigate = StoredValue::new_local(use_navigate());
    let show = Callback::new(move |conv: Option<String>| {
        let Some(conv) = conv else { return };
        let to = format!("/?chat={conv}");
        if unsaved.is_any() {
            unsaved.leave(to);
        } else {
            navigate.with_value(|navigate| navigate(&to, NavigateOptions::default()));
        }
    });
    let is_apart = Memo::new(move |_| *path.read() != "/");
    move || {
        is_apart.get().then(|| {
            Ui::provide(Signal::stored(None), show);
            view! { <div class="offers-apart"><OfferCards/></div> <Announcer/> }
        })
    }
}
