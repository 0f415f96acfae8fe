//! What an agent is told of a request, of the time that they have for it, and of being set away.

use std::sync::Arc;

use chat::engine::Ask;
use chat::model::*;
use chat::router::Strategy;
use chat::views;
use chat::who::Viewer;
use chat_proto::desk::Presence as Told;

use crate::engines::on_each_engine;
use crate::site::*;
use crate::views::viewer;

on_each_engine! {
    a_file_without_words_is_told_as_one,
    whoever_is_asked_reads_the_visitors_words_and_the_note,
    the_time_for_a_first_answer_is_told_until_it_came,
    who_was_set_away_is_told_so,
}

// shows: QUE-01
async fn a_file_without_words_is_told_as_one(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let id = bench.begins(1).await.1.conversation;
    let anna = viewer(&bench, ANNA).await;
    let body = |text: &str| {
        let files = vec![AttachmentId(8), AttachmentId(9)];
        serde_json::to_string(&Body::Content(Content::Files { files, text: text.to_owned() }))
            .expect("a body")
    };
    for (seq, text, files) in [(90, "", 2), (91, "My invoice", 0)] {
        let put = format!(
            "INSERT INTO chat_message (site_id, conv_id, seq, cid, author, author_id, kind, body, at)
             VALUES ({}, {}, {seq}, $1, 'visitor', 0, 'file', $2, 0)",
            SITE.0, id.0
        );
        let (cid, stored) = (vec![seq; 16], body(text));
        let write =
            move |tx: &mut dyn store::Tx| tx.execute(&put, store::params![cid.as_slice(), stored.as_str()]);
        assert_eq!(bench.store.write(store::Key(SITE.0), write).await, Ok(1));
        let row = views::row(&bench.engine, &anna, (SITE, id)).await.expect("there");
        assert_eq!((row.preview.as_str(), row.preview_files), (text, files));
        assert_eq!(row.preview_from, chat_proto::message::From::Visitor);
    }
}

// shows: QUE-11, TRF-01
async fn whoever_is_asked_reads_the_visitors_words_and_the_note(bench: Arc<Bench>) {
    for agent in [ANNA, BEN] {
        bench.arrives(agent).await;
    }
    let (visitor, started) = bench.begins(1).await;
    let id = started.conversation;
    bench.asks(id, Ask::Visitor(visitor, writes(bench.cid(), "Where is\nmy parcel?"))).await.expect("stored");
    bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.agent(id, ANNA, says(bench.cid(), "I ask a colleague")).await.expect("stored");
    let asked = async |viewer: &Viewer| {
        let offer =
            views::row(&bench.engine, viewer, (SITE, id)).await.expect("there").offer.expect("an offer");
        let told = views::offered(&bench.engine, (SITE, id), offer).await.expect("read");
        (told.words, told.note)
    };
    let ben = viewer(&bench, BEN).await;
    for note in ["Order 4711", ""] {
        let to = TransferTo::Agent(BEN, Cap::Holds);
        bench.agent(id, ANNA, FromAgent::Transfer { to, note: note.into() }).await.expect("asked");
        assert_eq!(asked(&ben).await, ("Where is my parcel?".to_owned(), note.to_owned()));
        bench.agent(id, ANNA, FromAgent::CancelTransfer).await.expect("kept");
    }
}

// shows: QUE-11
async fn the_time_for_a_first_answer_is_told_until_it_came(bench: Arc<Bench>) {
    bench.route(Strategy::LeastLoaded).await;
    bench.arrives(ANNA).await;
    let id = bench.begins(1).await.1.conversation;
    bench.turn(1_000).await;
    let anna = viewer(&bench, ANNA).await;
    let told = async || {
        let detail = views::detail(&bench.engine, &anna, (SITE, id)).await.expect("there");
        (detail.answer_from, detail.answer_due)
    };
    assert_eq!(told().await, (None, None), "it is not theirs yet");
    bench.clock.set(8_000);
    bench.agent(id, ANNA, FromAgent::Accept(OfferNo(1))).await.expect("in time");
    assert_eq!(told().await, (Some(1_000), Some(31_000)), "counted from the offer");
    bench.agent(id, ANNA, says(bench.cid(), "Hello")).await.expect("stored");
    assert_eq!(told().await, (None, None));
}

// shows: QUE-11
async fn who_was_set_away_is_told_so(bench: Arc<Bench>) {
    bench.route(Strategy::LeastLoaded).await;
    bench.arrives(ANNA).await;
    let anna = viewer(&bench, ANNA).await;
    let rested = async || {
        let directory = views::directory(&bench.engine, &anna, &[]).await.expect("read");
        directory.sites.first().map(|site| (site.presence, site.rested))
    };
    bench.engine.set_presence(SITE, ANNA, Presence::Away).await.expect("away");
    assert_eq!(rested().await, Some((Told::Away, false)), "she chose it");
    bench.arrives(ANNA).await;
    bench.begins(1).await;
    for at in [0, 30_000, 60_000] {
        assert_eq!(rested().await.map(|(_, it)| it), Some(false));
        bench.turn(at).await;
    }
    assert_eq!(rested().await, Some((Told::Away, true)));
    bench.arrives(ANNA).await;
    assert_eq!(rested().await, Some((Told::Available, false)));
}
