//! Files and their messages.

use std::sync::Arc;

use chat::engine::{Ask, Fault};
use chat::model::*;

use super::shelf::{Shelf, agent, visitor};
use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    a_message_has_its_files_or_does_not_exist,
    a_message_that_is_sent_again_has_them_once,
    two_messages_do_not_share_a_file,
    documents_are_listed_and_kept,
}

// shows: FIL-08, FIL-09
async fn a_message_has_its_files_or_does_not_exist(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let (other, others) = bench.begins(2).await;
    let (who, other) = (visitor(anna), visitor(other));
    let missing = Err(Fault::Refused(Refusal::FilesMissing));
    let whole = shelf.upload(who, &chat, "a.txt", b"whole").await;
    let part = shelf.begun(who, &chat, "b.txt", 10).await;
    let both = [whole.clone(), part.clone()];
    assert_eq!(shelf.sends(who, &chat, bench.cid(), &both).await, missing, "one is not there");
    let twice = [whole.clone(), whole.clone()];
    assert_eq!(shelf.sends(who, &chat, bench.cid(), &twice).await, missing, "the same twice");
    let key = |id: &str| {
        let (files, name) = (shelf.files.clone(), PublicId::from_name(id).expect("a name"));
        async move { files.find(&who, name).await.expect("there").id() }
    };
    let foreign = vec![key(&whole).await];
    assert_eq!(shelf.sends_keys(other, &others, bench.cid(), foreign.clone()).await, missing, "not theirs");
    bench.arrives(ANNA).await;
    bench.agent(chat.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    let by_agent = shelf.sends_keys(agent(ANNA), &chat, bench.cid(), foreign).await;
    assert_eq!(by_agent, missing, "the agent did not upload it");
    let unknown = vec![AttachmentId(9_999)];
    assert_eq!(shelf.sends_keys(who, &chat, bench.cid(), unknown).await, missing);
    let six = (0..6).map(AttachmentId).collect();
    let refused = shelf.sends_keys(who, &chat, bench.cid(), six).await;
    assert_eq!(refused, Err(Fault::Refused(Refusal::TooManyFiles)));
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_message WHERE kind = 'file'").await, 0);
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_attachment WHERE seq IS NOT NULL").await, 0);
    let five: Vec<String> = {
        let mut ids = vec![whole];
        for n in 0..4 {
            ids.push(shelf.upload(who, &chat, &format!("{n}.txt"), b"more").await);
        }
        ids
    };
    shelf.sends(who, &chat, bench.cid(), &five).await.expect("five go");
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_attachment WHERE seq IS NOT NULL").await, 5);
}

async fn a_message_that_is_sent_again_has_them_once(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    let id = shelf.upload(who, &chat, "a.txt", b"whole").await;
    let cid = bench.cid();
    let first = shelf.sends(who, &chat, cid, std::slice::from_ref(&id)).await.expect("stored");
    for _ in 0..3 {
        assert_eq!(shelf.sends(who, &chat, cid, std::slice::from_ref(&id)).await, Ok(first));
    }
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_message WHERE kind = 'file'").await, 1);
    shelf.delete(who, &id).await.refused(409, "sent");
    shelf.get(who, &format!("/v1/files/{id}")).await.is(200);
}

async fn two_messages_do_not_share_a_file(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Arc::new(Shelf::new(bench.clone())), bench.begins(1).await);
    let who = visitor(anna);
    let id = shelf.upload(who, &chat, "a.txt", b"whole").await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let (shelf, id, cid) = (shelf.clone(), id.clone(), bench.cid());
        tasks.spawn(async move { shelf.sends(who, &chat, cid, &[id]).await });
    }
    let answers = tasks.join_all().await;
    let (stored, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(stored.len(), 1);
    assert!(refused.iter().all(|it| *it == Err(Fault::Refused(Refusal::FilesMissing))), "{refused:?}");
}

// shows: FIL-10, FIL-11, FIL-12
async fn documents_are_listed_and_kept(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    bench.arrives(ANNA).await;
    bench.agent(chat.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    let mut sent = Vec::new();
    for (n, from) in [who, agent(ANNA), who].into_iter().enumerate() {
        bench.clock.set(i64::try_from(n).expect("few"));
        let id = shelf.upload(from, &chat, &format!("{n}.txt"), b"words").await;
        shelf.sends(from, &chat, bench.cid(), std::slice::from_ref(&id)).await.expect("stored");
        sent.push(id);
    }
    shelf.upload(who, &chat, "unsent.txt", b"words").await;
    bench.asks(chat.conversation, Ask::Visitor(anna, FromVisitor::Close)).await.expect("closed");
    let path = format!("/v1/conversations/{}/files", chat.public.to_name());
    for reader in [who, agent(ANNA), agent(MAYA)] {
        let list = shelf.get(reader, &path).await.is(200).json();
        let rows = list.as_array().expect("rows");
        let names: Vec<_> = rows.iter().map(|it| (&it["name"], &it["from"], &it["at"])).collect();
        let row = |name, from, at: i64| (serde_json::json!(name), serde_json::json!(from), at.into());
        let expected: [(_, _, serde_json::Value); 3] =
            [row("2.txt", "visitor", 2), row("1.txt", "agent", 1), row("0.txt", "visitor", 0)];
        assert_eq!(names, expected.iter().map(|(a, b, c)| (a, b, c)).collect::<Vec<_>>());
        for id in &sent {
            assert_eq!(&shelf.get(reader, &format!("/v1/files/{id}")).await.is(200).body[..], b"words");
        }
        let rest = shelf.get(reader, &format!("{path}?before={}", sent[1])).await.is(200).json();
        let names: Vec<_> = rest.as_array().expect("rows").iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["0.txt"]);
    }
    let name = PublicId::from_name(&sent[0]).expect("a name");
    let ids = shelf.files.resolve(&who, chat.conversation, &[name]).await.expect("theirs");
    let cards = shelf.files.cards(SITE, &[ids[0], AttachmentId(9_999)]).await.expect("read");
    assert_eq!(cards.len(), 1);
    assert_eq!((cards[&ids[0]].name.as_str(), cards[&ids[0]].bytes), ("0.txt", 5));
}
