//! Conversations that this agent is asked to take, each with the time that is left.
use icondata_lu as lu;
use leptos::prelude::*;

use super::who::name_of;
use crate::{
    chat::{Chat, chat},
    components::icon::Icon,
    i18n::{Text, words},
    pages::chats::ui,
    state::chat::{
        offers::{Card, left},
        people,
    },
};

/// Length of the ring's line: its radius is 18.
const AROUND: f64 = 113.1;

/// All cards; announced as they come.
#[component]
pub fn OfferCards() -> impl IntoView {
    let chat = chat();
    view! {
        <div class="offers" role="region" aria-live="assertive" aria-label=words().say(Text::Offers)>
            <For each=move || chat.offers.read().cards().to_vec() key=|card| (card.row.conv.clone(), card.offer.no)
                children=move |card| view! { <OfferCard card/> }/>
        </div>
    }
}

#[component]
fn OfferCard(card: Card) -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let card = StoredValue::new(card);
    let from = move || {
        let from = card.with_value(|card| card.offer.from)?;
        let name = people::first_name(&chat.directory.read(), from).to_owned();
        Some(words.fill(Text::OfferFrom, &[("name", &name)]))
    };
    let accept = move |_| {
        let conv = card.with_value(|card| card.row.conv.clone());
        chat.claim(&conv);
        ui.go(&conv);
    };
    let decline = move |_| {
        card.with_value(|card| {
            chat.order(&card.row.conv, chat_proto::desk::Deed::Decline { no: card.offer.no });
        })
    };
    view! {
        <article class="offer">
            <Ring card/>
            <div class="offer-who">
                <strong>{move || card.with_value(|card| name_of(&card.row, words))}</strong>
                <p>{move || from().unwrap_or_else(|| card.with_value(|card| card.row.preview.clone()))}</p>
            </div>
            <div class="offer-do">
                <button type="button" class="button quiet" data-do="decline" on:click=decline>{words.say(Text::Decline)}</button>
                <button type="button" class="button primary" data-do="accept" on:click=accept>
                    <Icon icon=lu::LuCheck/> {words.say(Text::Accept)}
                </button>
            </div>
        </article>
    }
}

/// The seconds that are left, in a ring that closes.
#[component]
fn Ring(card: StoredValue<Card>) -> impl IntoView {
    let (words, chat): (_, Chat) = (words(), chat());
    let rest = Memo::new(move |_| card.with_value(|card| left(&card.offer, chat.now.get())));
    let seconds = move || rest.get().0;
    view! {
        <span class="ring" class:soon=move || seconds() <= 10 role="timer" title=words.say(Text::TimeLeft)>
            <svg viewBox="0 0 40 40" aria-hidden="true">
                <circle cx="20" cy="20" r="18"></circle>
                <circle class="ring-rest" cx="20" cy="20" r="18" stroke-dasharray=AROUND
                    style:stroke-dashoffset=move || format!("{:.1}", AROUND * (1.0 - rest.get().1))></circle>
            </svg>
            <b>{seconds}</b>
        </span>
    }
}
