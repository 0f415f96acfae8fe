//! Bytes on their way up.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::Method;
use chat::model::*;
use futures_util::stream;
use tokio::sync::Notify;

use super::shelf::{Shelf, noise, picture, request, visitor};
use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    five_mebibytes_go_and_a_byte_more_does_not,
    what_lies_about_its_length_is_cut_off,
    a_cancelled_upload_leaves_nothing,
    an_upload_that_was_cut_goes_on,
    whoever_comes_back_goes_on_at_once,
    crumbs_are_refused,
    whoever_sends_too_often_is_told_when_to_go_on,
    an_hour_has_its_bytes,
    a_lost_answer_is_given_again,
    an_image_has_a_small_one,
    what_nobody_sends_goes_by_itself,
    who_comes_back_in_time_is_not_swept_away,
    a_site_has_rules_of_its_own,
    any_object_store_serves,
}

const MAX: usize = 5_242_880;

// shows: FIL-07
async fn five_mebibytes_go_and_a_byte_more_does_not(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    shelf.begin(who, &chat, "a.bin", MAX + 1).await.refused(413, "too_large");
    shelf.begin(who, &chat, "a.bin", 0).await.refused(400, "empty");
    let (id, bytes) = (shelf.begun(who, &chat, "a.bin", MAX).await, noise(MAX));
    let card = shelf.put(who, &id, bytes.clone()).await.is(200).json();
    assert_eq!((&card["id"], &card["bytes"]), (&id.as_str().into(), &MAX.into()));
    let got = shelf.get(who, &format!("/v1/files/{id}")).await.is(200);
    assert!(got.body == bytes, "the same bytes");
    assert_eq!(got.header("content-length"), MAX.to_string());
    assert_eq!(shelf.on_disk(), [id], "no part is left");
}

// shows: FIL-07
async fn what_lies_about_its_length_is_cut_off(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    // Without a Content-Length, in pieces.
    let id = shelf.begun(who, &chat, "a.bin", MAX).await;
    let piece = || Ok::<_, std::io::Error>(Bytes::from(noise(MAX / 5)));
    let pieces = (0..5).map(move |_| piece()).chain([Ok(Bytes::from_static(b"!"))]);
    let more = pieces.chain(std::iter::from_fn(|| panic!("nothing is read behind the limit")));
    shelf.put(who, &id, Body::from_stream(stream::iter(more))).await.refused(413, "too_large");
    assert_eq!(shelf.on_disk(), [""; 0], "nothing stays of it");
    shelf.put(who, &id, "x").await.refused(404, "not_found");
    // With one that is too small.
    let id = shelf.begun(who, &chat, "a.bin", 10).await;
    let mut small = request(Method::PUT, &format!("/v1/uploads/{id}"), Body::from(noise(100)));
    small.headers_mut().insert("content-length", "10".parse().expect("a value"));
    shelf.send(Some(who), small).await.refused(413, "too_large");
    // One that says so is not read at all.
    let id = shelf.begun(who, &chat, "a.bin", 10).await;
    let unread = stream::iter(std::iter::from_fn(|| -> Option<Result<Bytes, std::io::Error>> {
        panic!("the body is not read")
    }));
    let mut large = request(Method::PUT, &format!("/v1/uploads/{id}"), Body::from_stream(unread));
    large.headers_mut().insert("content-length", (MAX + 1).into());
    shelf.send(Some(who), large).await.refused(413, "too_large");
    // One that ends early can go on.
    let short = shelf.put(who, &id, "four").await.refused(400, "short");
    assert_eq!(short.header("upload-offset"), "4");
}

/// A body of `first`, which then neither ends nor goes on; and a notice when that has been taken.
fn half(first: Vec<u8>) -> (Body, Arc<Notify>) {
    let taken = Arc::new(Notify::new());
    let (notice, first) = (taken.clone(), Bytes::from(first));
    let body = stream::unfold(Some(first), move |first| {
        let notice = notice.clone();
        async move {
            let Some(first) = first else {
                notice.notify_one();
                return std::future::pending().await;
            };
            Some((Ok::<_, std::io::Error>(first), None))
        }
    });
    (Body::from_stream(Box::pin(body)), taken)
}

// shows: FIL-05
async fn a_cancelled_upload_leaves_nothing(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Arc::new(Shelf::new(bench.clone())), bench.begins(1).await);
    let (who, bytes) = (visitor(anna), noise(1_000_000));
    let id = shelf.begun(who, &chat, "a.bin", bytes.len()).await;
    let (body, taken) = half(bytes[..500_000].to_vec());
    let upload = tokio::spawn({
        let (shelf, id) = (shelf.clone(), id.clone());
        async move { shelf.put(who, &id, body).await }
    });
    taken.notified().await;
    assert_eq!(shelf.on_disk(), [format!("{id}.part")]);
    shelf.delete(who, &id).await.is(204);
    assert_eq!(shelf.on_disk(), [""; 0]);
    upload.await.expect("answered").refused(409, "cancelled");
    shelf.delete(who, &id).await.refused(404, "not_found");
    shelf.put(who, &id, bytes.clone()).await.refused(404, "not_found");
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_attachment").await, 0);
    // A whole one that was not sent goes in the same way.
    let id = shelf.upload(who, &chat, "a.bin", &bytes).await;
    shelf.delete(who, &id).await.is(204);
    shelf.get(who, &format!("/v1/files/{id}")).await.refused(404, "not_found");
    assert_eq!(shelf.on_disk(), [""; 0]);
}

async fn an_upload_that_was_cut_goes_on(bench: Arc<Bench>) {
    let (mut shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let (who, bytes) = (visitor(anna), noise(300_000));
    let id = shelf.begun(who, &chat, "a.bin", bytes.len()).await;
    assert_eq!(shelf.offset(who, &id).await, "0");
    let cut = [Ok(Bytes::copy_from_slice(&bytes[..100_000])), Err(std::io::Error::other("the network"))];
    shelf.put(who, &id, Body::from_stream(stream::iter(cut))).await.refused(400, "short");
    assert_eq!(shelf.offset(who, &id).await, "100000");
    let wrong = shelf.patch(who, &id, 99_999, bytes[99_999..].to_vec()).await.refused(409, "offset");
    assert_eq!(wrong.header("upload-offset"), "100000");
    // In another life of the service, too.
    shelf.again();
    let on = shelf.patch(who, &id, 100_000, bytes[100_000..200_000].to_vec()).await.is(204);
    assert_eq!(on.header("upload-offset"), "200000");
    shelf.patch(who, &id, 200_000, bytes[200_000..].to_vec()).await.is(200);
    let got = shelf.get(who, &format!("/v1/files/{id}")).await.is(200);
    assert!(got.body == bytes, "the same bytes");
    let sum = bench.ask("SELECT sha256 FROM chat_attachment").await;
    let sum: Vec<u8> = sum[0].get(0).expect("a sum");
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(got.header("etag"), format!("\"{hex}\""), "of all parts");
    shelf.patch(who, &id, 0, "x").await.refused(409, "offset");
}

async fn crumbs_are_refused(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let (who, bytes) = (visitor(anna), noise(200_000));
    let id = shelf.begun(who, &chat, "a.bin", bytes.len()).await;
    shelf.patch(who, &id, 0, "x").await.refused(400, "too_small");
    shelf.patch(who, &id, 0, bytes[..65_535].to_vec()).await.refused(400, "too_small");
    assert_eq!(shelf.offset(who, &id).await, "0");
    shelf.patch(who, &id, 0, bytes[..65_536].to_vec()).await.is(204);
    shelf.patch(who, &id, 65_536, bytes[65_536..199_999].to_vec()).await.is(204);
    shelf.patch(who, &id, 199_999, bytes[199_999..].to_vec()).await.is(200);
    assert!(shelf.get(who, &format!("/v1/files/{id}")).await.is(200).body == bytes);
}

async fn whoever_sends_too_often_is_told_when_to_go_on(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let (other, others) = bench.begins(2).await;
    let who = visitor(anna);
    let nothing = "0".repeat(32);
    let mut last = shelf.put(who, &nothing, "x").await;
    while last.status != 429 {
        last = shelf.put(who, &nothing, "x").await;
        assert!(matches!(last.status.as_u16(), 404 | 429), "{}", last.status);
    }
    let wait = last.refused(429, "rate").json()["retry_ms"].as_u64().expect("a time");
    assert!((1..=1_000).contains(&wait), "{wait}");
    // A turn may have come back meanwhile.
    let mut again = shelf.begin(who, &chat, "a.txt", 10).await;
    while again.status == 201 {
        again = shelf.begin(who, &chat, "a.txt", 10).await;
    }
    again.refused(429, "rate");
    shelf.begun(visitor(other), &others, "a.txt", 10).await;
}

// shows: FIL-07
async fn an_hour_has_its_bytes(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let (who, mut begun) = (visitor(anna), 0);
    let refused = loop {
        let reply = shelf.begin(who, &chat, "a.bin", MAX).await;
        if reply.status != 201 {
            break reply;
        }
        begun += 1;
        // Given up again, it was begun all the same.
        let id = reply.json()["id"].as_str().expect("an id").to_owned();
        shelf.delete(who, &id).await.is(204);
    };
    refused.refused(429, "rate");
    assert_eq!(begun, 40);
    let left = bench.ask("SELECT id FROM chat_attachment").await;
    assert!(left.is_empty(), "nothing stays of what was refused");
    let agents = shelf.begin(crate::files::shelf::agent(ANNA), &chat, "a.bin", MAX).await;
    agents.is(201);
}

/// The old connection is dead, but the server does not know it yet.
async fn whoever_comes_back_goes_on_at_once(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Arc::new(Shelf::new(bench.clone())), bench.begins(1).await);
    let (who, bytes) = (visitor(anna), noise(200_000));
    let id = shelf.begun(who, &chat, "a.bin", bytes.len()).await;
    let (body, taken) = half(bytes[..100_000].to_vec());
    let dead = tokio::spawn({
        let (shelf, id) = (shelf.clone(), id.clone());
        async move { shelf.put(who, &id, body).await }
    });
    taken.notified().await;
    shelf.put(who, &id, bytes.clone()).await.is(200);
    dead.await.expect("answered").refused(409, "cancelled");
    assert!(shelf.get(who, &format!("/v1/files/{id}")).await.is(200).body == bytes);
}

async fn a_lost_answer_is_given_again(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    let id = shelf.begun(who, &chat, "a.txt", 5).await;
    let first = shelf.put(who, &id, "hello").await.is(200);
    let again = shelf.put(who, &id, "hello").await.is(200);
    assert_eq!(first.body, again.body);
    let at_end = shelf.patch(who, &id, 5, "").await.is(200);
    assert_eq!(first.body, at_end.body);
    assert_eq!(shelf.offset(who, &id).await, "5");
}

// shows: FIL-17
async fn an_image_has_a_small_one(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    let id = shelf.begun(who, &chat, "photo", picture(600, 300).len()).await;
    let card = shelf.put(who, &id, picture(600, 300)).await.is(200).json();
    assert_eq!(card["kind"], "image/png");
    assert_eq!(card["size"], serde_json::json!([600, 300]));
    let small = shelf.get(who, &format!("/v1/files/{id}/thumb")).await.is(200);
    assert_eq!(small.header("content-type"), "image/jpeg");
    let small = image::load_from_memory(&small.body).expect("an image");
    assert_eq!((small.width(), small.height()), (480, 240));
    let whole = shelf.get(who, &format!("/v1/files/{id}")).await.is(200);
    assert_eq!(whole.header("content-disposition"), "inline; filename*=UTF-8''photo");
    // What has none says so.
    let id = shelf.upload(who, &chat, "a.txt", b"words").await;
    shelf.get(who, &format!("/v1/files/{id}/thumb")).await.refused(404, "not_found");
    assert_eq!(shelf.on_disk().iter().filter(|it| it.ends_with(".thumb")).count(), 1);
}

async fn what_nobody_sends_goes_by_itself(bench: Arc<Bench>) {
    const HOUR: i64 = 3_600_000;
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    let part = shelf.begun(who, &chat, "a.txt", 10).await;
    shelf.put(who, &part, "half").await.refused(400, "short");
    let unsent = shelf.upload(who, &chat, "b.txt", b"unsent").await;
    let sent = shelf.upload(who, &chat, "c.txt", b"sent").await;
    shelf.sends(who, &chat, bench.cid(), std::slice::from_ref(&sent)).await.expect("stored");
    bench.clock.set(HOUR);
    assert_eq!(shelf.files.sweep().await.expect("swept"), 0);
    bench.clock.set(HOUR + 1);
    assert_eq!(shelf.files.sweep().await.expect("swept"), 1);
    shelf.put(who, &part, "half").await.refused(404, "not_found");
    bench.clock.set(24 * HOUR + 1);
    assert_eq!(shelf.files.sweep().await.expect("swept"), 1);
    shelf.get(who, &format!("/v1/files/{unsent}")).await.refused(404, "not_found");
    shelf.get(who, &format!("/v1/files/{sent}")).await.is(200);
    assert_eq!(shelf.on_disk(), std::slice::from_ref(&sent));
    // A part that no upload has: a node died after the row went.
    let orphan = shelf.folder.path().join("parts").join(format!("{part}.part"));
    std::fs::write(&orphan, "left").expect("written");
    assert_eq!(shelf.files.sweep().await.expect("swept"), 0, "it may be new");
    let modified = std::fs::metadata(&orphan).and_then(|it| it.modified()).expect("a time");
    let modified = modified.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis();
    bench.clock.set(i64::try_from(modified).expect("a time") + HOUR + 1);
    assert_eq!(shelf.files.sweep().await.expect("swept"), 1);
    assert_eq!(shelf.on_disk(), [sent]);
}

async fn who_comes_back_in_time_is_not_swept_away(bench: Arc<Bench>) {
    const HOUR: i64 = 3_600_000;
    let (shelf, (anna, chat)) = (Arc::new(Shelf::new(bench.clone())), bench.begins(1).await);
    let who = visitor(anna);
    bench.arrives(ANNA).await;
    bench.agent(chat.conversation, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    // Answered, so that nothing of the conversation is due in two days.
    bench.agent(chat.conversation, ANNA, says(bench.cid(), "show me")).await.expect("stored");
    let id = shelf.begun(who, &chat, "a.txt", 8).await;
    shelf.put(who, &id, "half").await.refused(400, "short");
    // In the last second the other half begins to come, and takes its time.
    bench.clock.set(HOUR - 1);
    let (bytes, body) = tokio::sync::mpsc::channel::<Result<&'static str, std::io::Error>>(1);
    let writing = tokio::spawn({
        let (shelf, id) = (shelf.clone(), id.clone());
        let body = futures_util::stream::unfold(body, async |mut it| it.recv().await.map(|next| (next, it)));
        async move { shelf.patch(who, &id, 4, axum::body::Body::from_stream(body)).await }
    });
    bytes.send(Ok("ha")).await.expect("taken");
    bytes.send(Ok("lf")).await.expect("taken: the upload has its turn");
    bench.clock.set(2 * HOUR);
    assert_eq!(shelf.files.sweep().await.expect("swept"), 0, "somebody works on it");
    drop(bytes);
    writing.await.expect("ends").is(200);
    shelf.sends(who, &chat, bench.cid(), std::slice::from_ref(&id)).await.expect("it is there to be sent");
    bench.clock.set(48 * HOUR);
    assert_eq!(shelf.files.sweep().await.expect("swept"), 0);
    shelf.get(who, &format!("/v1/files/{id}")).await.is(200);
}

// shows: FIL-02
async fn a_site_has_rules_of_its_own(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    for name in ["a.png", "a.pdf", "a.docx", "a.zip", "a.txt"] {
        let id = shelf.begun(who, &chat, name, 4).await;
        shelf.delete(who, &id).await.is(204);
    }
    let mut rules = shelf.files.rules(SITE).await.expect("read");
    assert!(rules.denied_endings().contains(&"exe".to_owned()));
    rules.max_bytes = 3;
    rules.denied = ["zip".to_owned(), "application/pdf".to_owned()].into();
    shelf.files.put_rules(SITE, &rules).await.expect("stored");
    assert_eq!(shelf.files.rules(SITE).await.expect("read"), rules);
    shelf.begin(who, &chat, "a.txt", 4).await.refused(413, "too_large");
    shelf.begin(who, &chat, "a.ZIP", 3).await.refused(415, "type_denied");
    shelf.begin_as(who, &chat, ("a", "Application/PDF; x=y"), 3).await.refused(415, "type_denied");
    shelf.begin(who, &chat, "a.exe", 3).await.is(201);
}

/// The same trait as that of S3.
async fn any_object_store_serves(bench: Arc<Bench>) {
    let (mut shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let (who, bytes) = (visitor(anna), picture(700, 20));
    shelf.in_memory();
    let id = shelf.upload(who, &chat, "a.png", &bytes).await;
    assert!(shelf.get(who, &format!("/v1/files/{id}")).await.is(200).body == bytes);
    shelf.get(who, &format!("/v1/files/{id}/thumb")).await.is(200);
    assert_eq!(shelf.on_disk(), [""; 0], "no part is left");
    shelf.delete(who, &id).await.is(204);
    shelf.get(who, &format!("/v1/files/{id}")).await.refused(404, "not_found");
}
