//! A side that goes away between the steps.
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use chat::engine::{OpenFuture, PageFuture, ShareEnd, ShareOpen, Shares, SharesFuture, SharesUnreachable};
use chat_proto::{desk::Deed, visitor::PageProof};

use crate::{
    play,
    world::{How, Talk, World, rows},
};

on_each_arrangement! {
    the_chat_that_hears_no_answer_asks_again_and_the_share_ends_once,
    a_share_that_outlives_its_conversation_is_found_and_ended,
    what_was_told_before_a_crash_is_told_again_and_stands_there_once,
}

/// What happens to the first end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    /// The relay does it, and its answer is lost.
    AnswerLost,
    /// The relay never hears of it, and the chat goes on as if it had.
    NeverHeard,
}

struct Breaks {
    inner: Arc<dyn Shares>,
    first: First,
    ends: Arc<AtomicU32>,
}

impl Shares for Breaks {
    fn end(&self, share: ShareEnd) -> SharesFuture<'_> {
        if self.ends.fetch_add(1, Ordering::SeqCst) != 0 {
            return self.inner.end(share);
        }
        Box::pin(async move {
            if self.first == First::NeverHeard {
                return Ok(());
            }
            self.inner.end(share).await?;
            Err(SharesUnreachable)
        })
    }

    fn open(&self, share: ShareOpen) -> OpenFuture<'_> {
        self.inner.open(share)
    }

    fn page<'a>(&'a self, site: &'a str, proof: &'a PageProof, signed: &'a [u8]) -> PageFuture<'a> {
        self.inner.page(site, proof, signed)
    }
}

async fn closes_over(how: How, first: First) -> u32 {
    let ends = Arc::new(AtomicU32::new(0));
    let counted = ends.clone();
    let world = World::with(how, move |usual| {
        let shares = Arc::new(Breaks { inner: usual.shares.clone(), first, ends: counted });
        chat::server::Options { shares, ..usual }
    });
    let mut talk = Talk::in_world(world.await).await;
    let (_, mut viewer, mut page) = talk.shares().await;
    let conv = talk.conv.clone();
    talk.anna.does(&conv, Deed::Close { tags: Vec::new() }).await.expect("closed in the end");
    viewer.ends().await.expect("over");
    page.ends().await.expect("over");
    talk.lea.connect().await.expect("connects");
    assert_eq!(talk.rows_until("share_ended").await, ["share_asked", "share_started", "share_ended"]);
    ends.load(Ordering::SeqCst)
}

// shows: CNT-08
fn the_chat_that_hears_no_answer_asks_again_and_the_share_ends_once(how: How) {
    play(async { assert_eq!(closes_over(how, First::AnswerLost).await, 2) });
}

// shows: CNT-08
fn a_share_that_outlives_its_conversation_is_found_and_ended(how: How) {
    play(async { assert_eq!(closes_over(how, First::NeverHeard).await, 1) });
}

// shows: CNT-10, THR-05
fn what_was_told_before_a_crash_is_told_again_and_stands_there_once(how: How) {
    play(async {
        let mut talk = Talk::new(how).await;
        let (_, viewer, mut page) = talk.shares().await;
        viewer.does(|viewer, now| viewer.end(now)).expect("runs");
        page.ends().await.expect("over");
        let before = talk.rows_until("share_ended").await;
        // As if the relay had gone away after each telling, and before it had written that down.
        let world = talk.world.restarted("UPDATE relay_told SET entry = 0").await;
        let told = async {
            while world.server.app.records.told().await.expect("read") == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(chat_client::PATIENCE, told).await.expect("told again");
        talk.lea.write("Encore là").await.expect("stored");
        assert_eq!(rows(&talk.lea.thread.msgs), before);
    });
}
