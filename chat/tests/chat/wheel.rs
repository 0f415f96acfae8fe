//! The running wheel, by the clock on the wall: late by as much as the machine is busy, and never early.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chat::engine::{Clock, Engine, NoShares, QueueFacts, SystemClock};
use chat::model::*;
use chat::router::Strategy;

use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    no_deadline_passes_early,
}

/// Conversations, each with a wait of its own.
const WAITS: u8 = 24;

fn wait(n: u8) -> Duration {
    Duration::from_millis(150 + 37 * u64::from(n))
}

// shows: QUE-12
async fn no_deadline_passes_early(bench: Arc<Bench>) {
    let opened = Engine::open(bench.store.clone(), Arc::new(SystemClock), Arc::new(NoShares)).await;
    let engine = opened.expect("opens");
    let mut heard = engine.subscribe();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn({
        let engine = engine.clone();
        async move { engine.serve(async { _ = stopped.await }).await }
    });
    let mut waits = BTreeMap::new();
    // The longest first: a wheel that turns in the order of arrival would be early.
    for n in (0..WAITS).rev() {
        let usual = queue_facts(Strategy::Manual);
        let settings = QueueSettings { accept_timeout: wait(n), ..usual.settings };
        engine.put_queue(SITE, Some(bench.queue), QueueFacts { settings, ..usual }).await.expect("a queue");
        let visitor = engine.visitor(SITE, [n; 32]).await.expect("a visitor");
        let started = engine.start(bench.start(visitor)).await.expect("let in");
        waits.insert(started.conversation, wait(n));
    }
    while !waits.is_empty() {
        let told = tokio::time::timeout(Duration::from_secs(20), heard.recv()).await;
        let told = told.expect("every deadline passes").expect("told");
        let next = &told.transition.next;
        if next.state.stage() != Stage::OfflineForm {
            continue;
        }
        let wanted = waits.remove(&next.id).expect("once each");
        let took = told.at.since(next.created);
        assert!(wanted <= took, "{wanted:?} was over after {took:?}");
        assert!(told.at <= SystemClock.now(), "stamped ahead of the clock");
    }
    stop.send(()).expect("it serves");
    serving.await.expect("ended");
}
