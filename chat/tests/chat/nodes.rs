//! Two processes on one server: what only PostgreSQL can have.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use chat::engine::{Ask, Engine, Fault, NoShares};
use chat::model::*;
use store::{Key, params};
use tokio::time::timeout;

use crate::engines::Database;
use crate::site::*;

/// Longer than anything that is waited for here.
const PATIENCE: Duration = Duration::from_secs(30);

/// A story with a second process, whose commands take other connections.
fn play_two<F>(story: impl FnOnce(Arc<Bench>, Engine, store::Store) -> F)
where
    F: Future<Output = ()>,
{
    let database = Database::postgres();
    let second = database.open();
    let other = second.clone();
    play(database, |bench| async move {
        let engine = Engine::open(second.clone(), bench.clock.clone(), Arc::new(NoShares)).await;
        story(bench, engine.expect("opens"), second).await;
    });
    drop(other);
}

// shows: ERR-03
#[test]
fn two_processes_write_into_one_conversation() {
    play_two(|bench, other, store| async move {
        let (visitor, started) = bench.begins(1).await;
        let mut sent = tokio::task::JoinSet::new();
        for n in 0..40 {
            let engine = if n % 2 == 0 { bench.engine.clone() } else { other.clone() };
            let ask = Ask::Visitor(visitor, writes(bench.cid(), &n.to_string()));
            let request =
                chat::engine::Request { site: SITE, conversation: started.conversation, ask, rid: None };
            sent.spawn(async move {
                loop {
                    match engine.command(request.clone()).await {
                        Err(Fault::Store(error)) if error.is_retryable() => {}
                        done => break done.expect("stored"),
                    }
                }
            });
        }
        assert_eq!(sent.join_all().await.len(), 40);
        let page = bench.engine.thread(SITE, started.conversation, Seq(0)).await.expect("read");
        let places: Vec<_> = page.messages.iter().map(|it| it.place).collect();
        assert_eq!(places, (1..=41).map(|n| Place::Thread(Seq(n))).collect::<Vec<_>>());
        let events = bench.engine.events_after(SITE, 0).await.expect("read");
        assert_eq!(events.iter().map(|it| it.no).collect::<Vec<_>>(), (1..=41).collect::<Vec<_>>());
        tokio::task::spawn_blocking(move || store.close()).await.expect("closed");
    });
}

// shows: WID-08
#[test]
fn two_processes_start_one_conversation() {
    play_two(|bench, other, store| async move {
        for n in 0..5 {
            let visitor = bench.visitor(n).await;
            let (one, two) =
                tokio::join!(bench.engine.start(bench.start(visitor)), other.start(bench.start(visitor)));
            assert_eq!(one.expect("let in"), two.expect("let in"));
        }
        assert_eq!(bench.number("SELECT COUNT(*) FROM chat_conversation").await, 5);
        tokio::task::spawn_blocking(move || store.close()).await.expect("closed");
    });
}

/// A sequence would give the later number to who commits first, and a reader would pass over the other.
#[test]
fn who_reads_events_by_number_misses_none() {
    play_two(|bench, _, store| async move {
        let (visitor, started) = bench.begins(1).await;
        let ((taken, is_taken), (go_on, may_go_on)) = (channel(), channel::<()>());
        let slow = store.clone();
        let slow = tokio::task::spawn_blocking(move || {
            slow.write_blocking(Key(SITE.0), move |tx| {
                const TAKE: &str =
                    "UPDATE chat_site SET events = events + 1 WHERE site_id = 1 RETURNING events";
                const PUT: &str =
                    "INSERT INTO chat_event (site_id, no, kind, body, at) VALUES (1, $1, 'slow', '', 0)";
                let (no,): (i64,) = tx.one(TAKE, &[])?;
                tx.execute(PUT, params![no])?;
                taken.send(no).expect("heard");
                may_go_on.recv().expect("told");
                Ok::<i64, store::Error>(no)
            })
        });
        let no = tokio::task::spawn_blocking(move || is_taken.recv()).await.expect("ran").expect("taken");
        let quick = {
            let (bench, send) = (bench.clone(), Ask::Visitor(visitor, writes(bench.cid(), "quick")));
            tokio::spawn(async move { bench.asks(started.conversation, send).await })
        };
        // Others use the same server at the same time.
        let waits = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted
            AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())";
        let one_waits = async { while bench.number(waits).await == 0 {} };
        timeout(PATIENCE, one_waits).await.expect("the quick one waits for the slow one");
        let seen = bench.engine.events_after(SITE, 0).await.expect("read");
        assert_eq!(seen.last().map(|it| it.no), Some(no - 1), "nobody has a later number yet");
        assert!(!quick.is_finished());
        go_on.send(()).expect("heard");
        assert_eq!(slow.await.expect("ran"), Ok(no));
        quick.await.expect("ran").expect("stored");
        let rest = bench.engine.events_after(SITE, no - 1).await.expect("read");
        let kinds: Vec<_> = rest.iter().map(|it| (it.no, it.kind.as_str())).collect();
        assert_eq!(kinds, [(no, "slow"), (no + 1, "conversation")]);
        tokio::task::spawn_blocking(move || store.close()).await.expect("closed");
    });
}
