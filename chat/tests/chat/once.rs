//! Whatever is asked again is answered again, and done once.

use std::sync::{Arc, Mutex};

use chat::engine::{Answer, Ask, Fault, Request, ShareEnd, Shares, SharesFuture, SharesUnreachable};
use chat::model::*;

use crate::engines::{Database, on_each_engine};
use crate::site::*;

on_each_engine! {
    ten_sendings_are_one_message,
    ten_sendings_at_once_are_one_message,
    a_name_is_its_authors,
    a_command_is_answered_again,
    a_refusal_is_answered_again,
    a_request_name_is_for_one_conversation,
    another_visitors_conversation_is_not_there,
    numbers_have_no_gaps,
}

// shows: ERR-03, WID-13
async fn ten_sendings_are_one_message(bench: Arc<Bench>) {
    let (visitor, started) = bench.begins(1).await;
    let send = Ask::Visitor(visitor, writes(bench.cid(), "hello"));
    let first = bench.asks(started.conversation, send.clone()).await.expect("stored");
    bench.clock.set(5_000);
    for _ in 0..9 {
        assert_eq!(bench.asks(started.conversation, send.clone()).await, Ok(first));
    }
    assert!(matches!(first, Answer::Stored { place: Place::Thread(_), at: UnixMillis(0) }), "{first:?}");
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_message WHERE author = 'visitor'").await, 1);
    let ver = bench.load(started.conversation).await.ver;
    assert_eq!(ver, Ver(2), "a start and a message");
}

// shows: ERR-03, WID-13
async fn ten_sendings_at_once_are_one_message(bench: Arc<Bench>) {
    let (visitor, started) = bench.begins(1).await;
    let send = Ask::Visitor(visitor, writes(bench.cid(), "hello"));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (bench, send) = (bench.clone(), send.clone());
        tasks.spawn(async move { bench.asks(started.conversation, send).await });
    }
    let answers: Vec<_> = tasks.join_all().await.into_iter().map(|it| it.expect("stored")).collect();
    assert!(answers.iter().all(|it| *it == answers[0]), "{answers:?}");
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_message WHERE author = 'visitor'").await, 1);
}

async fn a_name_is_its_authors(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (visitor, started) = bench.begins(1).await;
    let conversation = started.conversation;
    bench.agent(conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    let cid = bench.cid();
    bench.asks(conversation, Ask::Visitor(visitor, writes(cid, "mine"))).await.expect("stored");
    assert_eq!(bench.agent(conversation, ANNA, says(cid, "no")).await, Err(Fault::CidConflict));
    let note = FromAgent::Note { cid, text: "no".into() };
    assert_eq!(bench.agent(conversation, ANNA, note).await, Err(Fault::CidConflict));
    let cid = bench.cid();
    let note = |text: &str| FromAgent::Note { cid, text: text.into() };
    let noted = bench.agent(conversation, ANNA, note("aside")).await;
    assert!(matches!(noted, Ok(Answer::Stored { place: Place::AgentsOnly(_), .. })), "{noted:?}");
    assert_eq!(bench.agent(conversation, ANNA, note("aside")).await, noted);
    assert_eq!(bench.agent(conversation, BEN, note("his")).await, Err(Fault::CidConflict));
    assert_eq!(Fault::CidConflict.code(), "cid_conflict");
}

// shows: QUE-06
async fn a_command_is_answered_again(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (_, started) = bench.begins(1).await;
    let ask = by(ANNA, FromAgent::Take(Cap::Holds));
    let request = Request { site: SITE, conversation: started.conversation, ask, rid: Some(bench.rid()) };
    let first = bench.engine.command(request.clone()).await.expect("taken");
    bench.agent(started.conversation, ANNA, says(bench.cid(), "hello")).await.expect("stored");
    for _ in 0..3 {
        assert_eq!(bench.engine.command(request.clone()).await, Ok(first));
    }
    assert_eq!(bench.load(started.conversation).await.ver, Ver(3));
    assert_eq!(bench.number("SELECT load FROM chat_agent WHERE agent_id = 1").await, 1);
    // A day later it is a new request, and too late.
    bench.clock.set(24 * 3_600_000);
    let refused = bench.engine.command(request).await;
    assert_eq!(refused, Err(Fault::Refused(Refusal::TakenBy(ANNA))));
}

async fn a_refusal_is_answered_again(bench: Arc<Bench>) {
    let (_, started) = bench.begins(1).await;
    let ask = by(ANNA, FromAgent::Take(Cap::Holds));
    let request = Request { site: SITE, conversation: started.conversation, ask, rid: Some(bench.rid()) };
    let refused = Err(Fault::Refused(Refusal::NotConnected));
    assert_eq!(bench.engine.command(request.clone()).await, refused);
    bench.arrives(ANNA).await;
    assert_eq!(bench.engine.command(request.clone()).await, refused, "the same request");
    let anew = Request { rid: Some(bench.rid()), ..request };
    assert_eq!(bench.engine.command(anew).await, Ok(Answer::Done(Ver(2), UnixMillis(0))));
}

async fn a_request_name_is_for_one_conversation(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let ((_, one), (_, two)) = (bench.begins(1).await, bench.begins(2).await);
    let rid = Some(bench.rid());
    let take = |conversation| {
        let ask = by(ANNA, FromAgent::Take(Cap::Holds));
        bench.engine.command(Request { site: SITE, conversation, ask, rid })
    };
    assert_eq!(take(one.conversation).await, Ok(Answer::Done(Ver(2), UnixMillis(0))));
    assert_eq!(take(two.conversation).await, Err(Fault::RidConflict));
    assert_eq!(bench.stage(two.conversation).await, Stage::Queued);
}

async fn another_visitors_conversation_is_not_there(bench: Arc<Bench>) {
    let ((_, started), other) = (bench.begins(1).await, bench.visitor(2).await);
    let send = Ask::Visitor(other, writes(bench.cid(), "hello"));
    assert_eq!(bench.asks(started.conversation, send.clone()).await, Err(Fault::NoConversation));
    let request = Request { site: SiteId(2), conversation: started.conversation, ask: send, rid: None };
    assert_eq!(bench.engine.command(request).await, Err(Fault::NoConversation));
}

async fn numbers_have_no_gaps(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (visitor, started) = bench.begins(1).await;
    let conversation = started.conversation;
    let again = bench.cid();
    for _ in 0..3 {
        bench.asks(conversation, Ask::Visitor(visitor, writes(again, "hello"))).await.expect("stored");
        let empty = Ask::Visitor(visitor, writes(bench.cid(), " "));
        assert_eq!(bench.asks(conversation, empty).await, Err(Fault::Refused(Refusal::Empty)));
        let later = Ask::Visitor(visitor, writes(bench.cid(), "more"));
        bench.asks(conversation, later).await.expect("stored");
    }
    bench.agent(conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    let page = bench.engine.thread(SITE, conversation, Seq(0)).await.expect("read");
    let places: Vec<_> = page.messages.iter().map(|it| it.place).collect();
    let expected: Vec<_> = (1..=6).map(|n| Place::Thread(Seq(n))).collect();
    assert_eq!(places, expected);
    let events = bench.engine.events_after(SITE, 0).await.expect("read");
    let numbers: Vec<i64> = events.iter().map(|it| it.no).collect();
    assert_eq!(numbers, (1..=7).collect::<Vec<_>>(), "Anna, a start, four messages, and a take");
}

/// Notes what ends, and whether the conversation was stored by then.
struct Watch {
    ended: Mutex<Vec<ShareEnd>>,
    reachable: bool,
}

impl Shares for Watch {
    fn end(&self, share: ShareEnd) -> SharesFuture<'_> {
        self.ended.lock().expect("whole").push(share);
        Box::pin(std::future::ready(if self.reachable { Ok(()) } else { Err(SharesUnreachable) }))
    }
}

// shows: COB-06
#[test]
fn a_share_has_ended_before_its_conversation_is_closed() {
    for reachable in [true, false] {
        let database = Database::file();
        let store = database.open();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let shares = Arc::new(Watch { ended: Mutex::default(), reachable });
        runtime.block_on(async {
            let bench = Bench::new(store.clone(), database, shares.clone()).await;
            bench.arrives(ANNA).await;
            let (visitor, started) = bench.begins(1).await;
            bench.agent(started.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
            let closed = bench.asks(started.conversation, Ask::Visitor(visitor, FromVisitor::Close)).await;
            let end = ShareEnd { site: SITE, conversation: started.conversation, from: ANNA, to: None };
            assert_eq!(*shares.ended.lock().expect("whole"), [end]);
            let stage = bench.stage(started.conversation).await;
            if reachable {
                assert_eq!((closed, stage), (Ok(Answer::Done(Ver(3), UnixMillis(0))), Stage::Closed));
            } else {
                assert_eq!((closed, stage), (Err(Fault::Shares(SharesUnreachable)), Stage::Active));
            }
        });
        store.close();
    }
}

/// A deadline that cannot pass, because the relay does not answer, holds up nobody else's.
#[test]
fn what_cannot_end_holds_up_no_other_deadline() {
    let database = Database::file();
    let store = database.open();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let shares = Arc::new(Watch { ended: Mutex::default(), reachable: false });
    runtime.block_on(async {
        let bench = Bench::new(store.clone(), database, shares).await;
        bench.arrives(ANNA).await;
        let (_, first) = bench.begins(1).await;
        bench.agent(first.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
        bench.agent(first.conversation, ANNA, says(bench.cid(), "hello")).await.expect("stored");
        bench.engine.set_presence(SITE, ANNA, Presence::Gone).await.expect("gone");
        bench.clock.set(1_000);
        let (_, second) = bench.begins(2).await;
        bench.clock.set(500_000);
        let turned = bench.engine.turn().await;
        assert_eq!(turned, Err(Fault::Shares(SharesUnreachable)), "it is tried again");
        assert_eq!(bench.stage(first.conversation).await, Stage::Active);
        assert_eq!(bench.stage(second.conversation).await, Stage::OfflineForm, "the wait is over");
    });
    store.close();
}
