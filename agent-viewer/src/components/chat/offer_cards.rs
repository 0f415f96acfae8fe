//! Conversations that this agent is asked to take, each with the time that is left.
use icondata_lu as lu;
use leptos::prelude::*;

use super::{rows::files_of, set_away::SetAway, who::name_of};
use crate::{
    chat::{Chat, chat},
    components::icon::Icon,
    i18n::{Text, words},
    pages::chats::ui,
    state::chat::{
        offers::{Card, Count, Span, counted, left, words_of},
        people,
    },
};

/// Length of the ring's line: its radius is 18.
const AROUND: f64 = 113.1;
/// So many seconds are few.
pub const SOON: i64 = 10;

/// All cards. They are announced apart: the seconds that run here would be said each time.
#[component]
pub fn OfferCards() -> impl IntoView {
    let chat = chat();
    view! {
        <SetAway/>
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
    let rest = Memo::new(move |_| card.with(|card| left(Span::of_offer(&card.offer), chat.now.get())));
    view! {
        <article class="offer" data-conv=conv>
            <Ring rest label=Text::TimeLeft/>
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

/// Who gives it and what they wrote, the page that the visitor is on, and what the visitor wrote last: as far as each is
/// known.
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
    let note = move || {
        let note = card.with(|card| card.offer.note.clone());
        let said = move || words.fill(Text::Quoted, &[("text", &note)]);
        let is_there = card.with(|card| !card.offer.note.is_empty());
        is_there.then(|| {
            view! { <p class="offer-note" data-offer="note" title=words.say(Text::NoteLabel)><Icon icon=lu::LuStickyNote size=14/> <span>{said}</span></p> }
        })
    };
    let said = move || {
        let said = card.with(|card| match words_of(card) {
            ("", 0) => None,
            ("", files) => Some(files_of(files, words)),
            (said, _) => Some(said.to_owned()),
        });
        said.map(|said| view! { <p class="offer-words" data-offer="words">{said}</p> })
    };
    view! { <div class="offer-about">{from} {note} {page} {said}</div> }
}

/// What is left of a time, in a ring that closes; with a label it is a timer of its own, with its seconds in it.
#[component]
pub fn Ring(
    /// Seconds, and the part of the time from 1 to 0.
    rest: Memo<(i64, f64)>,
    /// What it counts.
    #[prop(optional)]
    label: Option<Text>,
) -> impl IntoView {
    let words = words();
    let seconds = move || rest.get().0;
    let said = move || label.map(|label| words.now(label));
    view! {
        <span class="ring" class:soon=move || seconds() <= SOON role=label.map(|_| "timer") title=said aria-label=said>
            <svg viewBox="0 0 40 40" aria-hidden="true">
                <circle cx="20" cy="20" r="18"></circle>
                <circle class="ring-rest" cx="20" cy="20" r="18" stroke-dasharray=AROUND
                    style:stroke-dashoffset=move || format!("{:.1}", AROUND * (1.0 - rest.get().1))></circle>
            </svg>
            {label.map(|_| view! { <b>{move || told(seconds())}</b> })}
        </span>
    }
}

/// In a ring there is room for three figures, and a unit below them.
fn told(seconds: i64) -> AnyView {
    match counted(seconds) {
        Count::Seconds(count) => count.into_any(),
        Count::Minutes(count) => view! { {count} <small>"min"</small> }.into_any(),
        Count::Hours(count) => view! { {count} <small>"h"</small> }.into_any(),
    }
}
