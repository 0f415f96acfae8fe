//! Conversations that go on with somebody else, or later.
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chat_client::{Agent, name};
use chat_proto::desk::{Deed, FromDesk, Presence, Say};

use crate::{engines::on_each_engine, once::talking, site::Bench};

on_each_engine! {
    whoever_takes_a_conversation_over_has_all_of_it,
    what_is_kept_comes_back_when_its_pause_is_over,
}

/// Long enough to be told of a pause before it is over.
const PAUSE: Duration = Duration::from_millis(1_500);

// shows: TRF-05
async fn whoever_takes_a_conversation_over_has_all_of_it(bench: Bench) {
    let mut ben = bench.agent("Ben").await;
    ben.be(Presence::Away).await.expect("away");
    let (mut lea, mut anna, conv) = talking(&bench).await;
    ben.be(Presence::Available).await.expect("back");
    lea.write("my parcel is late").await.expect("stored");
    anna.write(&conv, "I look for it").await.expect("stored");
    let note = Say::Note { text: "the carrier lost it".into() };
    anna.say(FromDesk::Send { cid: name(), conv: conv.clone(), say: note }).await.expect("noted");
    anna.reads(&conv, |it| it.text == "the carrier lost it").await.expect("a note");
    let give = Deed::TransferToAgent { agent: bench.ben.0, note: "please go on".into(), force: false };
    anna.does(&conv, give).await.expect("asked");
    let (asked, no) = ben.is_asked().await.expect("asked");
    assert_eq!(asked, conv);
    ben.does(&conv, Deed::Accept { no }).await.expect("accepted");
    ben.open(&conv).await.expect("open");
    for text in ["my parcel is late", "I look for it", "the carrier lost it", "please go on"] {
        ben.reads(&conv, |it| it.text == text).await.expect("history follows");
    }
    let last = anna.open[&conv].last();
    let before = |agent: &Agent| {
        let thread = &agent.open[&conv].msgs;
        thread.iter().filter(|it| it.seq <= last).map(|it| (it.seq, it.text.clone())).collect::<Vec<_>>()
    };
    assert_eq!(before(&ben), before(&anna), "the same thread, from its first message on");
}

// shows: SNZ-04
async fn what_is_kept_comes_back_when_its_pause_is_over(bench: Bench) {
    let (_lea, mut anna, conv) = talking(&bench).await;
    pauses(&mut anna, &conv).await;
    stands(&mut anna, &conv, "active").await;
    assert!(anna.details[&conv].row.agent.is_some(), "it is its agent's again, who is there");
    pauses(&mut anna, &conv).await;
    anna.be(Presence::Away).await.expect("away");
    stands(&mut anna, &conv, "queued").await;
}

/// Puts it aside, to be kept.
async fn pauses(anna: &mut Agent, conv: &str) {
    let until = SystemTime::now().duration_since(UNIX_EPOCH).expect("now") + PAUSE;
    let until = Some(i64::try_from(until.as_millis()).expect("milliseconds"));
    anna.does(conv, Deed::Snooze { until, keep: true }).await.expect("paused");
    stands(anna, conv, "snoozed").await;
}

/// Waits until it stands there.
async fn stands(anna: &mut Agent, conv: &str, stage: &str) {
    let is = |agent: &Agent| agent.details.get(conv).is_some_and(|it| it.row.stage == stage);
    if !is(anna) {
        anna.until("the conversation to stand elsewhere", |agent, _| is(agent).then_some(()))
            .await
            .expect(stage);
    }
}
