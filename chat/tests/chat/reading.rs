//! Threads in pages, lists by place.

use std::sync::Arc;

use chat::engine::{Ask, List};
use chat::model::*;

use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! { a_thread_comes_in_pages, lists_go_on_where_they_stopped, notes_stay_beside_the_thread }

// shows: THR-01
async fn a_thread_comes_in_pages(bench: Arc<Bench>) {
    let (visitor, started) = bench.begins(1).await;
    let id = started.conversation;
    for n in 0..40 {
        let text = format!("{n} {}", "a".repeat(2_000));
        bench.asks(id, Ask::Visitor(visitor, writes(bench.cid(), &text))).await.expect("stored");
    }
    let (mut after, mut pages, mut all) = (Seq(0), 0, Vec::new());
    loop {
        let page = bench.engine.thread(SITE, id, after).await.expect("read");
        let bytes: usize =
            page.messages.iter().map(|it| serde_json::to_string(&it.body).expect("json").len()).sum();
        assert!(bytes <= 32 * 1024, "{bytes}");
        pages += 1;
        let more = page.more;
        all.extend(page.messages);
        let Some(Place::Thread(last)) = all.last().map(|it| it.place) else { panic!("an empty page") };
        after = last;
        if !more {
            break;
        }
    }
    let numbers: Vec<_> = all.iter().map(|it| it.place).collect();
    assert_eq!(numbers, (1..=41).map(|n| Place::Thread(Seq(n))).collect::<Vec<_>>());
    assert_eq!(pages, 3);
    // A message that is longer than a page is a page.
    let long = Ask::Visitor(visitor, writes(bench.cid(), &"😀".repeat(10_000)));
    bench.asks(id, long).await.expect("stored");
    let page = bench.engine.thread(SITE, id, Seq(41)).await.expect("read");
    assert_eq!((page.messages.len(), page.more), (1, false));
}

// shows: DSK-01, QUE-01
async fn lists_go_on_where_they_stopped(bench: Arc<Bench>) {
    bench.arrives(MAYA).await;
    let mut ids = Vec::new();
    for n in 0..120 {
        // Pairs begin at the same instant.
        bench.clock.set(i64::from(n / 2));
        ids.push(bench.begins(n).await.1.conversation);
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let rows = bench.engine.list(SITE, List::Waiting, after).await.expect("read");
        let Some(last) = rows.last() else { break };
        after = Some(last.cursor());
        seen.extend(rows.iter().map(|it| it.id));
    }
    assert_eq!(seen, ids, "who waits longest first");
    for (n, id) in ids[..3].iter().enumerate() {
        bench.clock.set(1_000 + i64::try_from(n).expect("few"));
        bench.agent(*id, MAYA, FromAgent::Take(Cap::Ignored)).await.expect("taken");
    }
    let mine = bench.engine.list(SITE, List::InProgress, None).await.expect("read");
    let found: Vec<_> = mine.iter().map(|it| (it.id, it.agent, it.at.0)).collect();
    let maya = Some(MAYA);
    assert_eq!(found, [(ids[2], maya, 1_002), (ids[1], maya, 1_001), (ids[0], maya, 1_000)]);
    bench.agent(ids[0], MAYA, FromAgent::Close([].into())).await.expect("closed");
    bench.agent(ids[1], MAYA, FromAgent::Snooze(SnoozeFor::Reply)).await.expect("put aside");
    for (list, id) in [(List::History, ids[0]), (List::Paused, ids[1]), (List::InProgress, ids[2])] {
        let rows = bench.engine.list(SITE, list, None).await.expect("read");
        assert_eq!(rows.iter().map(|it| it.id).collect::<Vec<_>>(), [id], "{list:?}");
    }
    for list in [List::Bot, List::Inbox] {
        assert_eq!(bench.engine.list(SITE, list, None).await.expect("read"), []);
    }
}

// shows: THR-05
async fn notes_stay_beside_the_thread(bench: Arc<Bench>) {
    const CANARY: &str = "canary-7f3a";
    bench.arrives(ANNA).await;
    bench.arrives(BEN).await;
    let (_, started) = bench.begins(1).await;
    let id = started.conversation;
    bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    let note = FromAgent::Note { cid: bench.cid(), text: CANARY.into() };
    bench.agent(id, ANNA, note).await.expect("noted");
    let to = TransferTo::Agent(BEN, Cap::Holds);
    bench.agent(id, ANNA, FromAgent::Transfer { to, note: CANARY.into() }).await.expect("asked");
    let visible = bench.ask("SELECT body FROM chat_message").await;
    assert!(visible.iter().all(|it| !it.get::<String>(0).expect("text").contains(CANARY)));
    let records = bench.engine.records(SITE, id, AgentSeq(0)).await.expect("read");
    let carrying =
        records.messages.iter().filter(|it| serde_json::to_string(&it.body).expect("json").contains(CANARY));
    assert_eq!(carrying.count(), 2);
    let transfer = bench.ask("SELECT from_agent, to_agent, outcome FROM chat_transfer").await;
    assert_eq!(transfer[0].values(), store::params![1, 2, "open"]);
}
