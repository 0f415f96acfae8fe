//! Two want the same: one gets it, and the other learns who did.

use std::sync::Arc;

use chat::engine::{Answer, Ask, Fault};
use chat::model::*;

use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    of_two_takes_one_is_refused_with_the_name,
    two_starts_are_one_conversation,
    the_same_start_is_the_same_conversation,
    slots_are_not_oversold,
    one_live_conversation_at_a_time,
    an_event_is_told_in_order,
}

// shows: QUE-06
async fn of_two_takes_one_is_refused_with_the_name(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    bench.arrives(BEN).await;
    for n in 0..2 {
        let (_, started) = bench.begins(n).await;
        let take = |agent| bench.agent(started.conversation, agent, FromAgent::Take(Cap::Holds));
        let (anna, ben) = tokio::join!(take(ANNA), take(BEN));
        let owner = bench.load(started.conversation).await.owner().expect("an owner");
        let (won, lost) = if owner == ANNA { (anna, ben) } else { (ben, anna) };
        assert_eq!(won, Ok(Answer::Done(Ver(2), UnixMillis(0))));
        assert_eq!(lost, Err(Fault::Refused(Refusal::TakenBy(owner))));
    }
    assert_eq!(bench.number("SELECT CAST(SUM(load) AS BIGINT) FROM chat_agent").await, 2);
}

// shows: WID-08
async fn two_starts_are_one_conversation(bench: Arc<Bench>) {
    let visitor = bench.visitor(1).await;
    let (one, two) =
        tokio::join!(bench.engine.start(bench.start(visitor)), bench.engine.start(bench.start(visitor)));
    assert_eq!(one.expect("let in"), two.expect("let in"));
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_conversation").await, 1);
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_message").await, 1, "one notice");
}

// shows: END-06
async fn the_same_start_is_the_same_conversation(bench: Arc<Bench>) {
    let visitor = bench.visitor(1).await;
    let start = bench.start(visitor);
    let first = bench.engine.start(start.clone()).await.expect("let in");
    let close = Ask::Visitor(visitor, FromVisitor::Close);
    bench.asks(first.conversation, close).await.expect("closed");
    assert_eq!(bench.engine.start(start).await, Ok(first), "late, and still the same");
    let anew = bench.engine.start(bench.start(visitor)).await.expect("let in");
    assert_ne!(anew.conversation, first.conversation);
    assert_ne!(anew.public, first.public);
    let found = bench.engine.find(SITE, anew.public).await.expect("read").expect("there");
    assert_eq!(found.id, anew.conversation);
}

// shows: QUE-13
async fn slots_are_not_oversold(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let mut taken = tokio::task::JoinSet::new();
    for n in 0..4 {
        let (bench, (_, started)) = (bench.clone(), bench.begins(n).await);
        taken.spawn(async move {
            bench.agent(started.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.is_ok()
        });
    }
    let taken = taken.join_all().await.into_iter().filter(|it| *it).count();
    assert_eq!(taken, 2, "as many as she takes at once");
    assert_eq!(bench.number("SELECT load FROM chat_agent WHERE agent_id = 1").await, 2);
    let (_, started) = bench.begins(9).await;
    bench.agent(started.conversation, ANNA, FromAgent::Take(Cap::Ignored)).await.expect("she insists");
    assert_eq!(bench.number("SELECT load FROM chat_agent WHERE agent_id = 1").await, 3);
}

// shows: END-06
async fn one_live_conversation_at_a_time(bench: Arc<Bench>) {
    bench.arrives(MAYA).await;
    let (visitor, first) = bench.begins(1).await;
    bench.agent(first.conversation, MAYA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.asks(first.conversation, Ask::Visitor(visitor, FromVisitor::Close)).await.expect("closed");
    bench.engine.start(bench.start(visitor)).await.expect("let in");
    let reopened = bench.agent(first.conversation, MAYA, FromAgent::Reopen).await;
    assert_eq!(reopened, Err(Fault::Refused(Refusal::OtherOpen)));
    assert_eq!(bench.stage(first.conversation).await, Stage::Closed);
}

async fn an_event_is_told_in_order(bench: Arc<Bench>) {
    let mut heard = bench.engine.subscribe();
    let (visitor, started) = bench.begins(1).await;
    let mut sent = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (bench, send) = (bench.clone(), Ask::Visitor(visitor, writes(bench.cid(), &n.to_string())));
        sent.spawn(async move { bench.asks(started.conversation, send).await.expect("stored") });
    }
    sent.join_all().await;
    for no in 1..=21_i64 {
        let it = heard.recv().await.expect("told");
        assert_eq!((it.no, it.transition.next.ver), (no, Ver(no.unsigned_abs())));
    }
    assert!(heard.is_empty());
}
