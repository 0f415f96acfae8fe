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

/// All cards. They are announced apart: the seconds that run here would be said each time.
#[component]
pub fn OfferCards() -> impl IntoView {
    let chat = chat();
    view! {
        <div class="offers" role="region" aria-label=words().say(Text::Offers)>
            <For each=move || chat.offers.read().cards().to_vec() key=|card| (card.row.conv.clone(), card.offer.no)
                children=move |card| view! { <OfferCard card/> }/>
        </div>
    }
}

#[component]
fn OfferCard(card: Card) -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let (conv, no, first) = (card.row.conv.clone(), card.offer.no, card.clone());
    // What is told of it grows while it stands there: the first words may come after it.
    let card = Memo::new(move |last: Option<&Card>| {
        let offers = chat.offers.read();
        let known = offers.of(&first.row.conv).filter(|card| card.offer.no == no).cloned();
        known.or_else(|| last.cloned()).unwrap_or_else(|| first.clone())
    });
    let accept = move |_| {
        let conv = card.with_untracked(|card| card.row.conv.clone());
        chat.claim(&conv);
        ui.go(&conv);
    };
    let decline = move |_| {
        card.with_untracked(|card| {
            chat.order(&card.row.conv, chat_proto::desk::Deed::Decline { no: card.offer.no });
        })
    };
    view! {
        <article class="offer" data-conv=conv>
            <Ring card/>
            <div class="offer-who">
                <strong>{move || card.with(|card| name_of(&card.row, words))}</strong>
                <p data-offer="place">{move || card.with(|card| place_of(card, chat))}</p>
            </div>
            <About card/>
            <div class="offer-do">
                <button type="button" class="button quiet" data-do="decline" on:click=decline>{words.say(Text::Decline)}</button>
                <button type="button" class="button primary" data-do="accept" on:click=accept>
                    <Icon icon=lu::LuCheck/> {words.say(Text::Accept)}
                </button>
            </div>
        </article>
    }
}

/// The queue, and the site where there are several.
fn place_of(card: &Card, chat: Chat) -> String {
    let directory = chat.directory.read();
    let queue = people::queue(&directory, &card.row.site, card.row.queue).map(|it| it.name.clone());
    let site = people::site(&directory, &card.row.site).map(|it| it.name.clone());
    let parts = [queue, site].into_iter().flatten().filter(|it| !it.is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}

/// Who gives it, the page that the visitor is on, and how it begins: as far as each is known.
#[component]
fn About(card: Memo<Card>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let from = move || {
        let from = card.with(|card| card.offer.from)?;
        let name = people::first_name(&chat.directory.read(), from).to_owned();
        let said = words.fill(Text::OfferFrom, &[("name", &name)]);
        Some(
            view! { <p class="offer-from" data-offer="from"><Icon icon=lu::LuArrowRightLeft size=14/> <span>{said}</span></p> },
        )
    };
    let page = move || {
        let page = card.with(|card| card.offer.page.clone())?;
        let title = if page.title.is_empty() { page.url.clone() } else { page.title };
        Some(
            view! { <p class="offer-page" data-offer="page" title=page.url><Icon icon=lu::LuGlobe size=14/> <span>{title}</span></p> },
        )
    };
    let first = move || {
        let first = card.with(|card| card.row.preview.clone());
        (!first.is_empty()).then(|| view! { <p class="offer-words" data-offer="words">{first}</p> })
    };
    view! { <div class="offer-about">{from} {page} {first}</div> }
}

/// The seconds that are left, in a ring that closes.
#[component]
fn Ring(card: Memo<Card>) -> impl IntoView {
    let (words, chat): (_, Chat) = (words(), chat());
    let rest = Memo::new(move |_| card.with(|card| left(&card.offer, chat.now.get())));
    let seconds = move || rest.get().0;
    view! {
        <span class="ring" class:soon=move || seconds() <= 10 role="timer" title=words.say(Text::TimeLeft) aria-label=words.say(Text::TimeLeft)>
            <svg viewBox="0 0 40 40" aria-hidden="true">
                <circle cx="20" cy="20" r="18"></circle>
                <circle class="ring-rest" cx="20" cy="20" r="18" stroke-dasharray=AROUND
                    style:stroke-dashoffset=move || format!("{:.1}", AROUND * (1.0 - rest.get().1))></circle>
            </svg>
            <b>{seconds}</b>
        </span>
    }
}
