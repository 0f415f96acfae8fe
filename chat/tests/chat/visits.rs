//! Visits: when one goes on, when it has ended, and what a panel shows of it.

use std::sync::Arc;

use chat::engine::{Ask, Start};
use chat::model::*;
use chat::shown::Shown;
use chat::views;
use chat::visits;
use chat_proto::visitor::Visit;

use crate::engines::on_each_engine;
use crate::site::*;
use crate::views::{firefox, page, viewer};

on_each_engine! {
    visits_end_after_half_an_hour,
    who_talks_is_in_one_visit_however_long_they_look_at_one_page,
    a_visit_lasts_until_the_visitor_leaves_or_the_conversation_ends,
    who_stays_to_leave_a_message_was_there_until_they_had,
    a_form_that_was_left_alone_tells_of_nobody,
    the_panel_of_a_message_shows_the_visit_in_which_it_was_left,
}

const MINUTE: i64 = 60_000;

/// Every page tells that somebody is there.
async fn wants_every_page(bench: &Bench) {
    bench.engine.put_shown(SITE, Shown { presence: true, ..Shown::default() }).await.expect("stored");
}

/// A visitor looks at a page.
async fn looks(bench: &Bench, visitor: VisitorId, url: &str, at: i64) {
    bench.clock.set(at);
    visits::record_page(&bench.engine, (SITE, visitor), &page(url, at), &firefox()).await.expect("kept");
}

/// A visitor is there, and begins a chat.
async fn talks(bench: &Bench, at: i64) -> (VisitorId, ConversationId) {
    bench.clock.set(at);
    let visitor = bench.visitor(1).await;
    bench.engine.online().came(SITE, visitor, UnixMillis(at));
    let id = bench.engine.start(bench.start(visitor)).await.expect("let in").conversation;
    let visit = Visit { id: "7".repeat(32), started: at, pages: vec![page("/", at)], ..Visit::default() };
    visits::record(&bench.engine, (SITE, visitor), &visit, &firefox()).await.expect("kept");
    (visitor, id)
}

/// How many pages the panel of a conversation shows, and when the visit ended.
async fn shown(bench: &Bench, id: ConversationId) -> (u64, Option<i64>) {
    let anna = viewer(bench, ANNA).await;
    let panel = views::visitor_panel(&bench.engine, &anna, (SITE, id)).await.expect("there");
    (panel.page_count, panel.visit_ended)
}

// shows: INF-05
async fn visits_end_after_half_an_hour(bench: Arc<Bench>) {
    let visitor = bench.visitor(1).await;
    // Nobody is in a conversation.
    wants_every_page(&bench).await;
    let count = || bench.number("SELECT COUNT(*) FROM chat_visit");
    let looks =
        [(1, "/", 1), (20, "/", 1), (49, "/shoes", 1), (79, "/", 2), (100, "/shoes", 2), (131, "/", 3)];
    for (minute, url, visits) in looks {
        let at = minute * MINUTE;
        bench.clock.set(at);
        visits::record_page(&bench.engine, (SITE, visitor), &page(url, at), &firefox()).await.expect("kept");
        assert_eq!(count().await, visits, "after {minute} minutes");
    }
    let pages = bench.ask("SELECT pages FROM chat_visit ORDER BY id").await;
    let pages: Vec<i64> = pages.iter().map(|it| it.get(0).expect("a number")).collect();
    assert_eq!(pages, [2, 2, 1], "a page that is told again is no other one, and the visit goes on by it");
}

// shows: INF-03
async fn a_visit_lasts_until_the_visitor_leaves_or_the_conversation_ends(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    bench.clock.set(10_000);
    let visitor = bench.visitor(1).await;
    let visit = Visit { started: 1_000, pages: vec![page("/", 1_000)], ..Visit::default() };
    visits::record(&bench.engine, (SITE, visitor), &visit, &firefox()).await.expect("kept");
    let anna = viewer(&bench, ANNA).await;
    let lasts = async |id| {
        let panel = views::visitor_panel(&bench.engine, &anna, (SITE, id)).await.expect("there");
        assert_eq!(panel.visit_started, Some(1_000));
        panel.visit_ended
    };
    bench.engine.online().came(SITE, visitor, UnixMillis(10_000));
    let first = bench.engine.start(bench.start(visitor)).await.expect("let in").conversation;
    bench.agent(first, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.agent(first, ANNA, says(bench.cid(), "answer")).await.expect("stored");
    assert_eq!(lasts(first).await, None, "it goes on");
    bench.clock.set(60_000);
    bench.agent(first, ANNA, FromAgent::Close([].into())).await.expect("closed");
    assert_eq!(lasts(first).await, Some(60_000), "they were there, and looked at no page since");
    let second = bench.engine.start(bench.start(visitor)).await.expect("let in").conversation;
    assert_eq!((lasts(first).await, lasts(second).await), (Some(60_000), None));
    bench.agent(second, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.agent(second, ANNA, says(bench.cid(), "answer")).await.expect("stored");
    bench.engine.online().left(SITE, visitor);
    visits::record_leaving(&bench.engine, (SITE, visitor), UnixMillis(90_000)).await.expect("kept");
    bench.clock.set(120_000);
    bench.agent(second, ANNA, FromAgent::Close([].into())).await.expect("closed");
    assert_eq!((lasts(first).await, lasts(second).await), (Some(60_000), Some(90_000)));
    // Nobody is in a conversation, and the site wants to know of nobody else.
    visits::record_leaving(&bench.engine, (SITE, visitor), UnixMillis(150_000)).await.expect("passed over");
    assert_eq!(bench.number("SELECT last_at FROM chat_visit").await, 90_000);
}

// shows: INF-05
async fn who_talks_is_in_one_visit_however_long_they_look_at_one_page(bench: Arc<Bench>) {
    wants_every_page(&bench).await;
    bench.arrives(ANNA).await;
    let (visitor, id) = talks(&bench, MINUTE).await;
    bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.agent(id, ANNA, says(bench.cid(), "answer")).await.expect("stored");
    let count = async |minute: i64, url: &str| {
        looks(&bench, visitor, url, minute * MINUTE).await;
        bench.number("SELECT COUNT(*) FROM chat_visit").await
    };
    assert_eq!(count(41, "/shoes").await, 1, "they talked for 40 minutes");
    assert_eq!(count(120, "/basket").await, 1, "and for longer");
    let leaves = async |minute: i64| {
        bench.engine.online().left(SITE, visitor);
        let at = UnixMillis(minute * MINUTE);
        visits::record_leaving(&bench.engine, (SITE, visitor), at).await.expect("kept");
    };
    let comes = |minute: i64| bench.engine.online().came(SITE, visitor, UnixMillis(minute * MINUTE));
    leaves(180).await;
    comes(209);
    assert_eq!(count(270, "/").await, 1, "they were away for less than half an hour");
    leaves(280).await;
    comes(311);
    assert_eq!(count(312, "/shoes").await, 2, "whoever comes back later is on another visit");
    assert_eq!(count(360, "/").await, 2);
    bench.clock.set(390 * MINUTE);
    bench.agent(id, ANNA, FromAgent::Close([].into())).await.expect("closed");
    assert_eq!(count(421, "/shoes").await, 3, "nobody talks any more");
    bench.clock.set(500 * MINUTE);
    bench.engine.start(bench.start(visitor)).await.expect("let in");
    assert_eq!(count(501, "/").await, 4, "the visit had ended before they talked again");
}

// shows: INF-03, OFF-01
async fn who_stays_to_leave_a_message_was_there_until_they_had(bench: Arc<Bench>) {
    let (visitor, id) = talks(&bench, MINUTE).await;
    bench.turn(3 * MINUTE).await;
    assert_eq!(bench.stage(id).await, Stage::OfflineForm, "nobody came");
    assert_eq!(shown(&bench, id).await, (1, None), "they are there");
    looks(&bench, visitor, "/contact", 5 * MINUTE).await;
    bench.clock.set(50 * MINUTE);
    let submit = FromVisitor::Submit { cid: bench.cid(), form: Form::default() };
    bench.asks(id, Ask::Visitor(visitor, submit)).await.expect("left");
    let left = (2, Some(50 * MINUTE));
    assert_eq!(shown(&bench, id).await, left, "the page on which they wrote, and until when");
    looks(&bench, visitor, "/later", 51 * MINUTE).await;
    assert_eq!(shown(&bench, id).await, left, "they are in no conversation any more");
    bench.engine.online().left(SITE, visitor);
    let at = UnixMillis(52 * MINUTE);
    visits::record_leaving(&bench.engine, (SITE, visitor), at).await.expect("passed over");
    assert_eq!(shown(&bench, id).await, left);
    // What becomes of the message is no part of the visit, whoever is there by then.
    bench.engine.online().came(SITE, visitor, UnixMillis(90 * MINUTE));
    bench.clock.set(91 * MINUTE);
    bench.arrives(ANNA).await;
    bench.agent(id, ANNA, FromAgent::Close([].into())).await.expect("closed");
    assert_eq!(shown(&bench, id).await, left);
    assert_eq!(bench.number("SELECT last_at FROM chat_visit").await, 50 * MINUTE);
}

async fn a_form_that_was_left_alone_tells_of_nobody(bench: Arc<Bench>) {
    let (visitor, id) = talks(&bench, MINUTE).await;
    bench.turn(3 * MINUTE).await;
    bench.engine.online().left(SITE, visitor);
    assert_eq!(shown(&bench, id).await, (1, Some(3 * MINUTE)), "they were there as it showed");
    // Days later it still shows.
    let back = 9_000 * MINUTE;
    bench.engine.online().came(SITE, visitor, UnixMillis(back));
    looks(&bench, visitor, "/contact", back + 1).await;
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_page").await, 1, "what nobody may know");
    let submit = FromVisitor::Submit { cid: bench.cid(), form: Form::default() };
    bench.asks(id, Ask::Visitor(visitor, submit)).await.expect("left");
    assert_eq!(shown(&bench, id).await, (1, Some(3 * MINUTE)), "a visit is no longer by that");
}

// shows: DSK-11, OFF-01
async fn the_panel_of_a_message_shows_the_visit_in_which_it_was_left(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    bench.clock.set(10 * MINUTE);
    let visitor = bench.visitor(1).await;
    bench.engine.online().came(SITE, visitor, UnixMillis(10 * MINUTE));
    let left = Start { kind: Kind::Offline, ..bench.start(visitor) };
    let id = bench.engine.start(left).await.expect("left").conversation;
    // Of a browser whose clock is ahead; written down a moment after the message.
    bench.clock.set(10 * MINUTE + 20);
    let visit = Visit { started: 99 * MINUTE, pages: vec![page("/", 99 * MINUTE)], ..Visit::default() };
    visits::record(&bench.engine, (SITE, visitor), &visit, &firefox()).await.expect("kept");
    assert_eq!(shown(&bench, id).await, (1, Some(10 * MINUTE)));
    wants_every_page(&bench).await;
    for (minute, url) in [(100, "/"), (101, "/shoes")] {
        looks(&bench, visitor, url, minute * MINUTE).await;
    }
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_visit").await, 2);
    assert_eq!(shown(&bench, id).await, (1, Some(10 * MINUTE)), "another one does not change it");
    bench.agent(id, ANNA, FromAgent::Close([].into())).await.expect("closed");
    assert_eq!(shown(&bench, id).await, (1, Some(10 * MINUTE)), "nor does its end");
}
