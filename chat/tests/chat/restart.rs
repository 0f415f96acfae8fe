//! Another process takes up what one left behind.

use std::sync::Arc;
use std::time::Duration;

use chat::engine::{Ask, Engine, Rounds};
use chat::model::*;
use chat::router::Strategy;

use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! { what_was_known_is_known_again, nobody_is_blamed_for_the_downtime }

const GRACE: Duration = Duration::from_secs(15);

/// Ten conversations in all kinds of states, and one agent who has missed an offer.
async fn busy(bench: &Bench) -> Vec<ConversationId> {
    bench.route(Strategy::LeastLoaded).await;
    let mut ids = Vec::new();
    for n in 0..10 {
        bench.clock.set(i64::from(n));
        ids.push(bench.begins(n).await.1.conversation);
    }
    for agent in [ANNA, BEN, MAYA] {
        bench.arrives(agent).await;
    }
    bench.turn(20).await;
    for (id, agent) in [(ids[0], ANNA), (ids[1], ANNA), (ids[2], BEN)] {
        bench.agent(id, agent, FromAgent::Take(Cap::Ignored)).await.expect("taken");
        bench.agent(id, agent, says(bench.cid(), "hello")).await.expect("stored");
    }
    bench.turn(100).await;
    // Maya lets one pass, Ben has one aside, Anna sends one back.
    bench.turn(30_200).await;
    bench.agent(ids[2], BEN, FromAgent::Snooze(SnoozeFor::Keep(UnixMillis(9_000_000)))).await.expect("aside");
    let to = TransferTo::Queue(bench.queue);
    bench.agent(ids[1], ANNA, FromAgent::Transfer { to, note: "".into() }).await.expect("sent");
    bench.asks(ids[0], Ask::System(FromSystem::VisitorGone)).await.expect("gone");
    bench.turn(30_300).await;
    ids
}

async fn all(bench: &Bench, ids: &[ConversationId]) -> Vec<Conversation> {
    let mut all = Vec::new();
    for id in ids {
        all.push(bench.load(*id).await);
    }
    all
}

/// The table holds exactly the deadlines that the conversations have.
async fn check_timers(bench: &Bench, all: &[Conversation]) {
    let rows = bench.ask("SELECT conv_id, kind, at FROM chat_timer ORDER BY conv_id, kind").await;
    let rows: Vec<_> = rows.iter().map(|it| it.values().to_vec()).collect();
    let timers = |it: &Conversation| {
        let id = it.id.0;
        it.timers().into_iter().map(move |(kind, at)| store::params![id, kind.code(), at.0].to_vec())
    };
    let mut expected: Vec<_> = all.iter().flat_map(timers).collect();
    expected.sort();
    assert_eq!(rows, expected);
    assert!(8 < rows.len());
}

async fn alive(engine: &Engine) {
    engine.round(&mut Rounds::default()).await.expect("turns");
}

// shows: QUE-11, QUE-12
async fn what_was_known_is_known_again(bench: Arc<Bench>) {
    let ids = busy(&bench).await;
    alive(&bench.engine).await;
    let before = all(&bench, &ids).await;
    check_timers(&bench, &before).await;
    let again = bench.again().await;
    assert_eq!(again.routes_like(&bench.engine, SITE), Ok(()));
    let waiting = ids.iter().filter(|id| bench.engine.position(SITE, **id).is_some()).count();
    assert!(2 < waiting, "something waits: {waiting}");
    for id in &ids {
        assert_eq!(again.position(SITE, *id), bench.engine.position(SITE, *id));
    }
    let after = all(&bench, &ids).await;
    check_timers(&bench, &after).await;
    for (before, after) in before.iter().zip(&after) {
        let later = |(kind, at): (TimerKind, UnixMillis)| {
            // The end of a pause is a date.
            (kind, if kind == TimerKind::Wake { at } else { at + GRACE })
        };
        let expected: Vec<_> = before.timers().into_iter().map(later).collect();
        assert_eq!(after.timers().into_iter().collect::<Vec<_>>(), expected);
        assert_eq!((&before.passed, before.round, &before.tags), (&after.passed, after.round, &after.tags));
        assert_eq!((before.last_seq, before.last_agent_seq), (after.last_seq, after.last_agent_seq));
    }
}

// shows: QUE-12
async fn nobody_is_blamed_for_the_downtime(bench: Arc<Bench>) {
    bench.route(Strategy::LeastLoaded).await;
    let first = bench.begins(1).await.1.conversation;
    bench.arrives(ANNA).await;
    bench.arrives(BEN).await;
    bench.turn(0).await;
    bench.clock.set(10_000);
    alive(&bench.engine).await;
    // An hour without a sign of life.
    let start = 3_610_000;
    bench.clock.set(start);
    let again = bench.again().await;
    assert_eq!(bench.load(first).await.asked(), Some((ANNA, OfferNo(1))));
    // Somebody new comes at once; nobody is asked before everybody had the time to come back.
    let second = again.start(bench.start(bench.visitor(2).await)).await.expect("let in").conversation;
    assert_eq!(again.turn().await.expect("turns"), Some(UnixMillis(start + 15_000)));
    assert_eq!(bench.stage(second).await, Stage::Queued);
    again.set_presence(SITE, BEN, Presence::Available).await.expect("back");
    bench.clock.set(start + 15_000);
    again.turn().await.expect("turns");
    // Ben came back, Anna did not.
    assert_eq!(bench.load(second).await.asked().map(|it| it.0), Some(BEN));
    let anna = bench.ask("SELECT presence FROM chat_agent WHERE agent_id = 1").await;
    assert_eq!(anna[0].get(0), Ok("gone".to_owned()));
    // She had 20 s left when it stopped, and has them since the end of the 15.
    bench.clock.set(start + 34_999);
    again.turn().await.expect("turns");
    assert_eq!(bench.load(first).await.asked(), Some((ANNA, OfferNo(1))));
    bench.clock.set(start + 35_000);
    again.turn().await.expect("turns");
    assert_eq!(bench.load(first).await.asked().map(|it| it.0), Some(BEN));
}
