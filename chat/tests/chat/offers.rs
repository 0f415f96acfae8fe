//! Routing and deadlines through the engine, by a clock that stands still.

use std::sync::Arc;
use std::time::Duration;

use chat::engine::{Ask, Fault, Request};
use chat::model::*;
use chat::router::Strategy;

use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    an_offer_lapses_at_30_000_and_not_before,
    what_came_before_a_deadline_counts,
    nobody_came,
    two_missed_offers_set_an_agent_away,
    who_answers_after_two_missed_offers_is_asked_again,
    a_refused_offer_does_not_count_missed_ones_again,
    a_refused_offer_goes_to_who_is_there,
    a_freed_slot_is_filled,
    who_is_gone_loses_what_they_had,
}

async fn asked(bench: &Bench, id: ConversationId) -> Option<AgentId> {
    bench.load(id).await.asked().map(|(agent, _)| agent)
}

// shows: QUE-11, QUE-12
async fn an_offer_lapses_at_30_000_and_not_before(bench: Arc<Bench>) {
    bench.route(Strategy::LeastLoaded).await;
    bench.arrives(ANNA).await;
    bench.arrives(BEN).await;
    let (_, started) = bench.begins(1).await;
    let id = started.conversation;
    assert_eq!(bench.turn(0).await, Some(UnixMillis(30_000)));
    assert_eq!(asked(&bench, id).await, Some(ANNA));
    assert_eq!(bench.turn(29_999).await, Some(UnixMillis(30_000)));
    assert_eq!(asked(&bench, id).await, Some(ANNA));
    assert_eq!(bench.turn(30_000).await, Some(UnixMillis(60_000)));
    assert_eq!(asked(&bench, id).await, Some(BEN));
    let late = bench.agent(id, ANNA, FromAgent::Accept(OfferNo(1))).await;
    assert_eq!(late, Err(Fault::Refused(Refusal::OfferExpired)));
    bench.clock.set(59_999);
    bench.agent(id, BEN, FromAgent::Accept(OfferNo(2))).await.expect("in time");
    assert_eq!(bench.load(id).await.owner(), Some(BEN));
    let rows = bench.ask("SELECT agent_id, outcome, ended FROM chat_offer ORDER BY no").await;
    let rows: Vec<_> = rows.iter().map(|it| it.values().to_vec()).collect();
    assert_eq!(rows, [store::params![1, "expired", 30_000], store::params![2, "answered", 59_999]]);
}

// shows: QUE-11
async fn what_came_before_a_deadline_counts(bench: Arc<Bench>) {
    bench.route(Strategy::LeastLoaded).await;
    bench.arrives(ANNA).await;
    let (_, started) = bench.begins(1).await;
    bench.turn(0).await;
    bench.clock.set(29_999);
    let receipt = bench.engine.receive();
    bench.clock.set(30_000);
    let sweep = {
        let bench = bench.clone();
        tokio::spawn(async move { bench.engine.turn().await })
    };
    // The sweep has found the deadline, and waits for what was received before it.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!sweep.is_finished());
    let ask = by(ANNA, FromAgent::Accept(OfferNo(1)));
    let request = Request { site: SITE, conversation: started.conversation, ask, rid: Some(bench.rid()) };
    bench.engine.execute(receipt, request).await.expect("in time");
    sweep.await.expect("ran").expect("turned");
    // She must write by 30,000 too: it is hers no more, but it was.
    let outcomes = bench.ask("SELECT outcome FROM chat_offer WHERE no = 1").await;
    assert_eq!(outcomes[0].get(0), Ok("answered".to_owned()));
}

// shows: QUE-12, OFF-01
async fn nobody_came(bench: Arc<Bench>) {
    let (_, started) = bench.begins(1).await;
    assert_eq!(bench.turn(119_999).await, Some(UnixMillis(120_000)));
    assert_eq!(bench.stage(started.conversation).await, Stage::Queued);
    assert_eq!(bench.turn(120_000).await, None);
    assert_eq!(bench.stage(started.conversation).await, Stage::OfflineForm);
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_timer").await, 0);
}

// shows: QUE-11
async fn two_missed_offers_set_an_agent_away(bench: Arc<Bench>) {
    bench.route(Strategy::LeastLoaded).await;
    bench.arrives(ANNA).await;
    let (_, started) = bench.begins(1).await;
    bench.turn(0).await;
    bench.turn(30_000).await;
    assert_eq!(asked(&bench, started.conversation).await, Some(ANNA), "she is the only one: again");
    bench.turn(60_000).await;
    assert_eq!(asked(&bench, started.conversation).await, None);
    let presence = bench.ask("SELECT presence, missed, load FROM chat_agent WHERE agent_id = 1").await;
    assert_eq!(presence[0].values(), store::params!["away", 2, 0]);
    bench.arrives(ANNA).await;
    bench.turn(60_001).await;
    assert_eq!(asked(&bench, started.conversation).await, Some(ANNA));
}

/// Another process reads from the store what this one remembers.
async fn check_remembered(bench: &Bench) {
    let again = bench.again().await;
    assert_eq!(again.routes_like(&bench.engine, SITE), Ok(()));
}

// shows: QUE-11
async fn who_answers_after_two_missed_offers_is_asked_again(bench: Arc<Bench>) {
    bench.route(Strategy::LeastLoaded).await;
    bench.arrives(ANNA).await;
    let first = bench.begins(1).await.1.conversation;
    let second = bench.begins(2).await.1.conversation;
    bench.turn(0).await;
    let own = bench.begins(3).await.1.conversation;
    bench.agent(own, ANNA, FromAgent::Take(Cap::Ignored)).await.expect("taken");
    bench.agent(own, ANNA, says(bench.cid(), "hello")).await.expect("stored");
    bench.clock.set(30_000);
    for missed in [first, second] {
        bench.asks(missed, Ask::System(FromSystem::Timeout)).await.expect("missed");
    }
    // The router has decided to set her away, and has not been served yet.
    bench.agent(own, ANNA, says(bench.cid(), "here I am")).await.expect("stored");
    bench.turn(30_000).await;
    let presence = bench.ask("SELECT presence, missed FROM chat_agent WHERE agent_id = 1").await;
    assert_eq!(presence[0].values(), store::params!["available", 0]);
    assert_eq!(asked(&bench, first).await, Some(ANNA));
    check_remembered(&bench).await;
}

// shows: QUE-11
async fn a_refused_offer_does_not_count_missed_ones_again(bench: Arc<Bench>) {
    bench.route(Strategy::LeastLoaded).await;
    bench.arrives(ANNA).await;
    bench.begins(1).await;
    bench.turn(0).await;
    bench.turn(30_000).await;
    // Decided while she was there, and carried out when she is not.
    let second = bench.begins(2).await.1.conversation;
    bench.engine.set_presence(SITE, ANNA, Presence::Away).await.expect("away");
    bench.turn(30_000).await;
    assert_eq!(asked(&bench, second).await, None);
    assert_eq!(bench.number("SELECT missed FROM chat_agent WHERE agent_id = 1").await, 1);
    check_remembered(&bench).await;
}

// shows: QUE-13
async fn a_refused_offer_goes_to_who_is_there(bench: Arc<Bench>) {
    bench.route(Strategy::LeastLoaded).await;
    bench.arrives(ANNA).await;
    bench.arrives(BEN).await;
    // The router believes that Anna is there; the table says that she has just left.
    let gone = "UPDATE chat_agent SET presence = 'gone' WHERE agent_id = 1";
    let left = bench.store.write(store::Key(SITE.0), move |tx| tx.execute(gone, &[])).await;
    assert_eq!(left, Ok(1));
    let (_, started) = bench.begins(1).await;
    bench.turn(0).await;
    assert_eq!(asked(&bench, started.conversation).await, Some(BEN));
    assert_eq!(bench.number("SELECT load FROM chat_agent WHERE agent_id = 1").await, 0);
}

// shows: QUE-12
async fn a_freed_slot_is_filled(bench: Arc<Bench>) {
    bench.route(Strategy::LeastLoaded).await;
    bench.arrives(ANNA).await;
    let mut all = Vec::new();
    for n in 0..3 {
        bench.clock.set(n.into());
        all.push(bench.begins(n).await);
    }
    bench.turn(10).await;
    let ids: Vec<_> = all.iter().map(|(_, started)| started.conversation).collect();
    assert_eq!(asked(&bench, ids[0]).await, Some(ANNA));
    assert_eq!(asked(&bench, ids[1]).await, Some(ANNA));
    assert_eq!(asked(&bench, ids[2]).await, None);
    assert_eq!(bench.engine.position(SITE, ids[2]), Some(1));
    bench.asks(ids[0], Ask::Visitor(all[0].0, FromVisitor::Close)).await.expect("closed");
    bench.turn(20).await;
    assert_eq!(asked(&bench, ids[2]).await, Some(ANNA));
    assert_eq!(bench.engine.position(SITE, ids[2]), None);
}

// shows: QUE-13
async fn who_is_gone_loses_what_they_had(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (_, started) = bench.begins(1).await;
    let id = started.conversation;
    bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.agent(id, ANNA, says(bench.cid(), "hello")).await.expect("stored");
    bench.engine.set_presence(SITE, ANNA, Presence::Gone).await.expect("gone");
    bench.turn(60_000).await;
    bench.arrives(ANNA).await;
    bench.turn(130_000).await;
    assert_eq!(bench.stage(id).await, Stage::Active, "she came back in time");
    bench.engine.set_presence(SITE, ANNA, Presence::Gone).await.expect("gone");
    let gone = Duration::from_secs(120);
    bench.turn((UnixMillis(130_000) + gone).0 - 1).await;
    assert_eq!(bench.stage(id).await, Stage::Active);
    bench.turn((UnixMillis(130_000) + gone).0).await;
    assert_eq!(bench.stage(id).await, Stage::Queued);
    assert_eq!(bench.number("SELECT load FROM chat_agent WHERE agent_id = 1").await, 0);
}
