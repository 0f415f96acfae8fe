//! The rows of a list of conversations: only those near the eye are in the document.
use std::{sync::Arc, time::Duration};

use chat_proto::{
    desk::{List, Row},
    message::From,
};
use icondata_lu as lu;
use leptos::{ev, html::Div, prelude::*};

use super::who::{Face, name_of};
use crate::{
    chat::{Chat, chat},
    components::icon::Icon,
    i18n::{Text, Words, words},
    pages::chats::{Ui, ui},
    state::{
        chat::{
            people,
            rich::{Piece, marks, nearer},
        },
        since::{Since, clock},
        window::{reveal, visible},
    },
};

/// The id of the list box, which holds the keyboard's focus for all its rows.
pub const LIST: &str = "chats";
/// Height of a row, CSS pixels; the style sheet's `--chat-row`.
const ROW: f64 = 68.0;
/// Characters that stand before what a search found: the line is short.
const BEFORE: usize = 8;

/// A list box after the ARIA pattern: one stop of the Tab key, arrows move, Enter opens.
#[component]
pub fn ChatRows() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let (list, place) = (NodeRef::<Div>::new(), RwSignal::new((0.0, 800.0)));
    let measure = move || {
        if let Some(list) = list.get_untracked() {
            place.set((f64::from(list.scroll_top()), f64::from(list.client_height())));
            if list.scroll_height() - list.scroll_top() < 3 * list.client_height() {
                chat.more();
            }
        }
    };
    Effect::new(move |_| list.get().map(|_| request_animation_frame(measure)));
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let drawn = Memo::new(move |_| {
        let (top, height) = place.get();
        let listing = chat.listing.read();
        let rows = listing.rows();
        visible(top, height, ROW, rows.len()).map(|index| (index, rows[index].clone())).collect::<Vec<_>>()
    });
    let count = Memo::new(move |_| chat.listing.read().rows().len());
    let cursor = RwSignal::new(None::<String>);
    let active = move || cursor.get().or_else(|| ui.open.get()).map(|conv| row_id(&conv));
    let on_key = move |event: ev::KeyboardEvent| move_cursor(&event, (chat, ui), (list, cursor));
    view! {
        <div id=LIST class="rows" role="listbox" tabindex="0" node_ref=list aria-label=words.say(Text::Chats)
            aria-activedescendant=active on:scroll=move |_| measure() on:keydown=on_key>
            <div class="rows-all" role="presentation" style:height=move || format!("{}px", count.get() as f64 * ROW)>
                <For each=move || drawn.get() key=|(_, row)| row.conv.clone() children=move |(_, row)| {
                    view! { <ChatRow row drawn cursor count/> }
                }/>
            </div>
        </div>
    }
}

type Drawn = Memo<Vec<(usize, Arc<Row>)>>;

fn row_id(conv: &str) -> String {
    format!("chat-{conv}")
}

/// One conversation. It follows its data by name, so that a change never rebuilds what the hand is on.
#[component]
fn ChatRow(
    row: Arc<Row>,
    drawn: Drawn,
    cursor: RwSignal<Option<String>>,
    count: Memo<usize>,
) -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let conv = StoredValue::new(row.conv.clone());
    let found = Memo::new(move |last: Option<&(usize, Arc<Row>)>| {
        let drawn = drawn.read();
        let found = drawn.iter().find(|(_, row)| conv.with_value(|conv| row.conv == *conv)).cloned();
        found.or_else(|| last.cloned()).unwrap_or_default()
    });
    let index = move || found.read().0;
    let data = Memo::new(move |_| found.read().1.clone());
    let unread = move || {
        let row = data.read();
        row.read < row.seq && row.preview_from == From::Visitor
    };
    let chosen = move || ui.open.read().as_deref().is_some_and(|open| conv.with_value(|conv| open == conv));
    let at_cursor = move || cursor.read().as_deref().is_some_and(|it| conv.with_value(|conv| it == conv));
    let age = Memo::new(move |_| age(&data.read(), chat, words));
    let open = move |_| {
        cursor.set(None);
        enter(&data.get_untracked(), (chat, ui));
    };
    view! {
        <div id=row_id(&row.conv) class="row chat-row" role="option" class:unread=unread class:cursor=at_cursor
            aria-selected=move || chosen().to_string() aria-posinset=move || index() + 1 aria-setsize=count
            style:top=move || format!("{}px", index() as f64 * ROW) on:click=open>
            <Face row=Signal::derive(move || Some((*data.get()).clone()))/>
            <span class="row-line">
                <span class="row-who">{move || name_of(&data.read(), words)}</span>
                <span class="row-age" class:late=move || is_late(&data.read(), chat)>{age}</span>
            </span>
            <span class="row-line">
                <span class="row-text">{move || preview(&data.read(), words)}</span>
                <span class="row-marks">{move || row_marks(&data.read(), chat, words)}</span>
            </span>
        </div>
    }
}

/// Opens a conversation, and takes it where a click is all that is missing.
fn enter(row: &Row, (chat, ui): (Chat, Ui)) {
    chat.enter(row);
    ui.go(&row.conv);
}

/// How long it waits, to the second; else how long ago it changed.
fn age(row: &Row, chat: Chat, words: Words) -> String {
    let span = |from: i64| Duration::from_millis(u64::try_from(chat.now.get() - from).unwrap_or(0));
    match row.since {
        Some(since) if span(since) < Duration::from_secs(3600) => clock(span(since)),
        Some(since) => words.since(Since::of(span(since))),
        None => words.since(Since::of(span(row.at))),
    }
}

/// More than two minutes are long for somebody who waits.
fn is_late(row: &Row, chat: Chat) -> bool {
    row.since.is_some_and(|since| 120_000 < chat.now.get() - since)
}

fn preview(row: &Row, words: Words) -> AnyView {
    if let Some(found) = &row.found {
        let piece = |piece: Piece| match piece {
            Piece::Mark(text) => view! { <mark>{text}</mark> }.into_any(),
            Piece::Text(text) | Piece::Link(text) => text.into_any(),
        };
        let (text, at) = nearer(&found.text, &found.at, BEFORE);
        return marks(&text, &at).into_iter().map(piece).collect_view().into_any();
    }
    let from = match row.preview_from {
        From::Agent => Some(words.now(Text::PreviewAgent)),
        From::Bot => Some(words.now(Text::PreviewBot)),
        From::Visitor | From::System => None,
    };
    let text = match (row.preview.as_str(), row.preview_files) {
        ("", 0) => words.now(Text::NoMessageYet).to_owned(),
        ("", files) => files_of(files, words),
        (text, _) => text.to_owned(),
    };
    view! { {from.map(|from| view! { <span class="row-from">{from} " "</span> })} {text} }.into_any()
}

/// What stands for files without words; tracked.
pub fn files_of(files: u64, words: Words) -> String {
    words.count(Text::OneFile, Text::ManyFiles, usize::try_from(files).unwrap_or(usize::MAX))
}

fn row_marks(row: &Row, chat: Chat, words: Words) -> AnyView {
    let directory = chat.directory.read();
    let list = chat.listing.read().query().list;
    let star = row.starred.then(|| view! { <span class="star on" role="img" aria-label=words.now(Text::Starred)><Icon icon=lu::LuStar/></span> });
    let offered = row.offer.as_ref().map(|offer| people::first_name(&directory, offer.agent).to_owned());
    let owner = row.agent.filter(|_| !matches!(list, List::Mine | List::Waiting | List::Bot));
    let who = offered.or_else(|| owner.map(|agent| people::first_name(&directory, agent).to_owned()));
    let who = who.filter(|who| !who.is_empty()).map(|who| view! { <span class="row-agent">{who}</span> });
    let one = |id: &i64| {
        let tag = people::tag(&directory, &row.site, *id)?;
        let name = tag.name.clone();
        Some(
            view! { <i class="tag-dot" role="img" style:background=tag.colour.clone() title=name.clone() aria-label=name></i> },
        )
    };
    let tags = row.tags.iter().take(3).filter_map(one).collect_view();
    let unread = row.read < row.seq && row.preview_from == From::Visitor;
    let dot =
        unread.then(|| view! { <i class="unread-dot" role="img" aria-label=words.now(Text::Unread)></i> });
    let stars = row.rating.map(|stars| {
        let label = words.fill(Text::StarsOf, &[("n", &stars.to_string())]);
        view! { <span class="row-stars" role="img" data-stars=stars title=label.clone() aria-label=label.clone()><Icon icon=lu::LuStar size=14/> {stars}</span> }
    });
    view! { {tags} {star} {stars} {who} {dot} }.into_any()
}

type Hands = (NodeRef<Div>, RwSignal<Option<String>>);

fn move_cursor(event: &ev::KeyboardEvent, (chat, ui): (Chat, Ui), (list, cursor): Hands) {
    let listing = chat.listing.read_untracked();
    let rows = listing.rows();
    let at = cursor.get_untracked().or_else(|| ui.open.get_untracked());
    let at = at.and_then(|conv| rows.iter().position(|row| row.conv == conv));
    let step = match event.key().as_str() {
        "ArrowDown" | "j" => 1,
        "ArrowUp" | "k" => -1,
        "PageDown" => 8,
        "PageUp" => -8,
        "Home" => isize::MIN,
        "End" => isize::MAX,
        "Enter" => {
            event.prevent_default();
            if let Some(row) = at.map(|at| rows[at].clone()) {
                drop(listing);
                enter(&row, (chat, ui));
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    let Some(last) = rows.len().checked_sub(1) else { return };
    let to = at.map_or(0, |at| at.saturating_add_signed(step).min(last));
    cursor.set(Some(rows[to].conv.clone()));
    let Some(list) = list.get_untracked() else { return };
    if let Some(top) = reveal(to, f64::from(list.scroll_top()), f64::from(list.client_height()), ROW) {
        list.set_scroll_top(top as i32);
    }
}
