//! What is refused, and to whom nothing is there.

use std::sync::Arc;

use axum::http::Method;
use chat::model::*;
use chat::who::{Device, Who};

use super::shelf::{PNG, Shelf, agent, noise, request, visitor};
use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    hostile_names_and_types,
    markup_is_never_shown,
    phones_send_images_and_pdf,
    nobody_gets_what_is_not_theirs,
    a_link_is_for_a_minute,
    ranges_are_served,
    what_nobody_can_send_is_refused_early,
}

async fn hostile_names_and_types(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    for name in ["a.exe", "A.EXE", "invoice.pdf.exe", "a.exe. ", "photo\u{202e}gpj.scr", "a.hta", "x.lnk"] {
        shelf.begin(who, &chat, name, 10).await.refused(415, "type_denied");
    }
    let media = "application/vnd.microsoft.portable-executable";
    shelf.begin_as(who, &chat, ("a.txt", media), 10).await.refused(415, "type_denied");
    let id = shelf.begun(who, &chat, "../../\u{202e}etc/pass\r\nwd", 4).await;
    let card = shelf.put(who, &id, "root").await.is(200).json();
    assert_eq!(card["name"], "_.._etc_passwd");
    let got = shelf.get(who, &format!("/v1/files/{id}")).await.is(200);
    assert_eq!(got.header("content-disposition"), "attachment; filename*=UTF-8''_.._etc_passwd");
    assert_eq!(shelf.on_disk(), std::slice::from_ref(&id), "and it lies where it should");
    // Bytes decide, not names.
    let program = [b"MZ\x90\0".to_vec(), noise(200)].concat();
    let liar = shelf.begun(who, &chat, "photo.png", program.len()).await;
    shelf.put(who, &liar, program).await.refused(415, "type_denied");
    shelf.put(who, &liar, "x").await.refused(404, "not_found");
    assert_eq!(shelf.on_disk(), [id]);
    let script = shelf.begun(who, &chat, "notes.txt", 15).await;
    shelf.put(who, &script, "#!/bin/sh\nrm -r").await.refused(415, "type_denied");
}

async fn markup_is_never_shown(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    let svg = b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let page = b"<!doctype html><script>alert(1)</script>";
    let fake = [PNG, b"<html><script>alert(1)</script>"].concat();
    for (name, bytes) in [("a.png", &svg[..]), ("a.jpg", page), ("b.png", &fake)] {
        let id =
            shelf.begin_as(who, &chat, (name, "image/png"), bytes.len()).await.is(201).json()["id"].clone();
        let id = id.as_str().expect("an id");
        let card = shelf.put(who, id, bytes.to_vec()).await.is(200).json();
        assert_eq!(card.get("size"), None, "{name}");
        let got = shelf.get(who, &format!("/v1/files/{id}")).await.is(200);
        assert_eq!(got.header("content-type"), "application/octet-stream", "{name}");
        assert!(got.header("content-disposition").starts_with("attachment; "), "{name}");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("content-security-policy"), "sandbox; default-src 'none'");
        assert!(got.body == bytes, "as it was sent");
    }
}

// shows: FIL-14
async fn phones_send_images_and_pdf(bench: Arc<Bench>) {
    let (shelf, (_, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let actor = AgentActor { id: ANNA, role: Role::Agent };
    let phone = Who::Agent { site: SITE, actor, device: Device::Mobile };
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    shelf.begin_as(phone, &chat, ("a.docx", word), 10).await.refused(415, "only_pdf_and_images");
    shelf.begin_as(phone, &chat, ("a.svg", "image/svg+xml"), 10).await.refused(415, "only_pdf_and_images");
    let pdf = ("a.pdf", "application/pdf");
    let id = shelf.begin_as(phone, &chat, pdf, 8).await.is(201).json()["id"].clone();
    shelf.put(phone, id.as_str().expect("an id"), "%PDF-1.7").await.is(200);
    let id = shelf.begin_as(phone, &chat, ("a.png", "image/png"), 8).await.is(201).json()["id"].clone();
    shelf.put(phone, id.as_str().expect("an id"), PNG).await.is(200);
    // What only says that it is one.
    let id = shelf.begin_as(phone, &chat, pdf, 8).await.is(201).json()["id"].clone();
    shelf.put(phone, id.as_str().expect("an id"), "PK\x03\x04docx").await.refused(415, "only_pdf_and_images");
    shelf.begin_as(agent(ANNA), &chat, ("a.docx", word), 10).await.is(201);
}

async fn nobody_gets_what_is_not_theirs(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let (other, others) = bench.begins(2).await;
    let (who, other) = (visitor(anna), visitor(other));
    let part = shelf.begun(who, &chat, "a.txt", 10).await;
    let unsent = shelf.upload(who, &chat, "b.txt", b"unsent").await;
    let sent = shelf.upload(who, &chat, "c.txt", b"sent").await;
    shelf.sends(who, &chat, bench.cid(), std::slice::from_ref(&sent)).await.expect("stored");
    let elsewhere = AgentActor { id: ANNA, role: Role::Admin };
    let elsewhere = Who::Agent { site: SiteId(99), actor: elsewhere, device: Device::Desktop };
    let stranger = agent(AgentId(77));
    for foe in [other, elsewhere, stranger] {
        shelf.begin(foe, &chat, "x.txt", 4).await.refused(404, "not_found");
        shelf
            .get(foe, &format!("/v1/conversations/{}/files", chat.public.to_name()))
            .await
            .refused(404, "not_found");
        for id in [&part, &unsent, &sent] {
            shelf.call(foe, Method::HEAD, &format!("/v1/uploads/{id}"), ()).await.is(404);
            shelf.put(foe, id, "mine").await.refused(404, "not_found");
            shelf.patch(foe, id, 0, "mine").await.refused(404, "not_found");
            shelf.delete(foe, id).await.refused(404, "not_found");
            for rest in ["", "/thumb", "/link"] {
                shelf.get(foe, &format!("/v1/files/{id}{rest}")).await.refused(404, "not_found");
            }
            let name = PublicId::from_name(id).expect("a name");
            assert!(shelf.files.resolve(&foe, chat.conversation, &[name]).await.is_err());
        }
    }
    // Agents of its queue and managers have what was sent, and nothing else.
    for friend in [agent(BEN), agent(MAYA)] {
        shelf.get(friend, &format!("/v1/files/{sent}")).await.is(200);
        shelf.get(friend, &format!("/v1/files/{unsent}")).await.refused(404, "not_found");
        shelf.delete(friend, &sent).await.refused(404, "not_found");
    }
    // Nobody at all.
    for (method, path) in [
        (Method::POST, "/v1/uploads".to_owned()),
        (Method::PUT, format!("/v1/uploads/{part}")),
        (Method::DELETE, format!("/v1/uploads/{part}")),
        (Method::GET, format!("/v1/files/{sent}")),
        (Method::GET, format!("/v1/files/{sent}/thumb")),
        (Method::GET, format!("/v1/files/{sent}/link")),
    ] {
        shelf.send(None, request(method, &path, ())).await.refused(401, "unauthorized");
    }
    for id in ["", "x", "../etc", &sent.to_uppercase(), &"0".repeat(32)] {
        shelf.get(who, &format!("/v1/files/{id}")).await.is(404);
    }
    let _ = others;
}

async fn a_link_is_for_a_minute(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    let id = shelf.upload(who, &chat, "été.png", &super::shelf::picture(8, 8)).await;
    bench.clock.set(1_000);
    let link = shelf.get(who, &format!("/v1/files/{id}/link")).await.is(200);
    assert_eq!(link.header("cache-control"), "no-store");
    let url = link.json()["url"].as_str().expect("a link").to_owned();
    let saved = shelf.send(None, request(Method::GET, &url, ())).await.is(200);
    assert_eq!(saved.header("content-disposition"), "attachment; filename*=UTF-8''%C3%A9t%C3%A9.png");
    bench.clock.set(61_000);
    shelf.send(None, request(Method::GET, &url, ())).await.is(200);
    bench.clock.set(61_001);
    shelf.send(None, request(Method::GET, &url, ())).await.refused(403, "link_expired");
    let longer = url.replace("exp=61000", "exp=121000");
    shelf.send(None, request(Method::GET, &longer, ())).await.refused(403, "link_expired");
    shelf.send(None, request(Method::GET, &format!("/v1/dl/{id}"), ())).await.refused(403, "link_expired");
}

async fn ranges_are_served(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    let id = shelf.upload(who, &chat, "a.txt", b"0123456789").await;
    let ask = async |name: &'static str, range: &str| {
        let mut request = request(Method::GET, &format!("/v1/files/{id}"), ());
        request.headers_mut().insert("range", range.parse().expect("a value"));
        if !name.is_empty() {
            request.headers_mut().insert("if-range", name.parse().expect("a value"));
        }
        shelf.send(Some(who), request).await
    };
    for (range, part, head) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let got = ask("", range).await.is(206);
        assert_eq!((&got.body[..], got.header("content-range")), (part.as_bytes(), head));
    }
    assert_eq!(ask("", "bytes=10-").await.is(416).header("content-range"), "bytes */10");
    assert_eq!(&ask("", "lines=1-2").await.is(200).body[..], b"0123456789");
    assert_eq!(&ask("\"another\"", "bytes=2-4").await.is(200).body[..], b"0123456789");
}

// shows: FIL-08
async fn what_nobody_can_send_is_refused_early(bench: Arc<Bench>) {
    let (shelf, (anna, chat)) = (Shelf::new(bench.clone()), bench.begins(1).await);
    let who = visitor(anna);
    // Those of one message, and of one that is still on its way.
    for _ in 0..2 * MAX_FILES {
        shelf.begun(who, &chat, "a.txt", 1).await;
    }
    shelf.begin(who, &chat, "a.txt", 1).await.refused(409, "too_many_files");
    bench
        .asks(chat.conversation, chat::engine::Ask::Visitor(anna, FromVisitor::Close))
        .await
        .expect("closed");
    shelf.begin(who, &chat, "a.txt", 1).await.refused(409, "closed");
}
