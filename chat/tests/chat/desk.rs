//! What desks ask over HTTP: canned replies, contacts, threads.

use std::sync::Arc;

use axum::http::StatusCode;
use chat::engine::{Ask, Fault};
use chat::model::*;
use serde_json::{Value, json};

use crate::api::{asks, delete, get, ok, post, put};
use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    canned_replies_are_shared_by_managers_and_owned_by_agents,
    a_contact_is_corrected_noted_and_unblocked,
    a_thread_is_read_in_both_directions,
}

// shows: CAN-01, CAN-02, CAN-03
async fn canned_replies_are_shared_by_managers_and_owned_by_agents(bench: Arc<Bench>) {
    const CANNED: &str = "/v1/canned";
    let canned = |short: &str, agent: Option<AgentId>| json!({"site": "shop", "agent": agent.map(|it| it.0), "short": short, "title": "", "body": format!("text of {short}")});
    let shared =
        ok(&bench, MAYA, post(CANNED), canned("hello", None)).await["id"].as_i64().expect("a number");
    let own =
        ok(&bench, ANNA, post(CANNED), canned("mine", Some(ANNA))).await["id"].as_i64().expect("a number");
    let status = |agent, what, body| {
        let bench = bench.clone();
        async move { asks(&bench, agent, what, body).await.0 }
    };
    let path = |id: i64| format!("{CANNED}/{id}");
    assert_eq!(status(ANNA, post(CANNED), canned("no", None)).await, StatusCode::FORBIDDEN);
    assert_eq!(status(ANNA, post(CANNED), canned("no", Some(BEN))).await, StatusCode::NOT_FOUND);
    assert_eq!(status(ANNA, put(&path(shared)), canned("x", None)).await, StatusCode::FORBIDDEN);
    assert_eq!(status(ANNA, delete(&path(shared)), Value::Null).await, StatusCode::FORBIDDEN);
    assert_eq!(status(BEN, put(&path(own)), canned("x", Some(BEN))).await, StatusCode::NOT_FOUND);
    assert_eq!(status(BEN, delete(&path(own)), Value::Null).await, StatusCode::NOT_FOUND);
    assert_eq!(status(MAYA, delete(&path(own)), Value::Null).await, StatusCode::NOT_FOUND);
    let (_, answer) = asks(&bench, ANNA, post(CANNED), canned("mine", Some(ANNA))).await;
    assert_eq!(answer["fields"], json!({"short": "taken"}));
    let (_, answer) =
        asks(&bench, ANNA, post(CANNED), json!({"site": "shop", "agent": ANNA.0, "short": "a b"})).await;
    assert_eq!(answer["fields"], json!({"short": "no_word", "body": "empty"}));
    for _ in 0..2 {
        ok(&bench, ANNA, post(&format!("{CANNED}/{own}/used")), Value::Null).await;
    }
    ok(&bench, BEN, post(&format!("{CANNED}/{shared}/used")), Value::Null).await;
    let shorts = |agent, path: &'static str| {
        let bench = bench.clone();
        async move {
            let all = ok(&bench, agent, get(path), Value::Null).await;
            let all = all.as_array().expect("a list").clone();
            all.iter()
                .map(|it| (it["short"].as_str().unwrap_or_default().to_owned(), it["uses"].as_u64()))
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(shorts(ANNA, CANNED).await, [("mine".to_owned(), Some(2)), ("hello".to_owned(), Some(1))]);
    assert_eq!(shorts(BEN, CANNED).await, [("hello".to_owned(), Some(1))], "another's own are not there");
    assert_eq!(shorts(ANNA, "/v1/canned?words=hel").await, [("hello".to_owned(), Some(1))]);
    ok(&bench, ANNA, put(&path(own)), canned("ours", Some(ANNA))).await;
    ok(&bench, ANNA, delete(&path(own)), Value::Null).await;
    assert_eq!(shorts(ANNA, CANNED).await, [("hello".to_owned(), Some(1))]);
}

// shows: BLK-01, BLK-02, CRM-03, CRM-04, INF-08
async fn a_contact_is_corrected_noted_and_unblocked(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (visitor, started) = bench.begins(1).await;
    let id = started.conversation;
    let path = format!("/v1/contacts/{}", visitor.0);
    let profile =
        json!({"name": " Léa Roux ", "phone": "+33 1 23 45 67 89", "company": "ACME", "city": "Lyon"});
    let file = ok(&bench, ANNA, put(&path), profile).await;
    assert_eq!((&file["profile"]["name"], &file["profile"]["city"]), (&json!("Léa Roux"), &json!("Lyon")));
    let wrong = json!({"email": "nobody", "Bad Key": "x", "company": "x".repeat(2_001)});
    let (_, answer) = asks(&bench, ANNA, put(&path), wrong).await;
    assert_eq!(answer["fields"], json!({"email": "no_email", "Bad Key": "unknown", "company": "too_long"}));
    let file = ok(&bench, ANNA, put(&path), json!({"city": ""})).await;
    assert_eq!(file["profile"].get("city"), None, "what is emptied is gone");
    let list = ok(&bench, ANNA, get("/v1/conversations?words=lea&sort=name"), Value::Null).await;
    assert_eq!((&list["total"], &list["rows"][0]["name"]), (&json!(1), &json!("Léa Roux")));

    let notes = format!("{path}/notes");
    let note = ok(&bench, ANNA, post(&notes), json!({"text": "Calls back at noon", "colour": "blue"})).await;
    let note = format!("{notes}/{}", note["id"]);
    let (status, _) = asks(&bench, BEN, put(&note), json!({"text": "changed"})).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "another's");
    ok(&bench, ANNA, put(&note), json!({"text": "Calls back at one", "colour": "pink"})).await;
    let file = ok(&bench, ANNA, get(&path), Value::Null).await;
    assert_eq!(
        (&file["notes"][0]["text"], &file["notes"][0]["agent"]),
        (&json!("Calls back at one"), &json!(ANNA.0))
    );
    ok(&bench, MAYA, delete(&note), Value::Null).await;

    bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.clock.set(7);
    bench
        .agent(id, ANNA, FromAgent::Block { tags: [].into(), reason: "rude".into() })
        .await
        .expect("blocked");
    let refused = bench.engine.start(bench.start(visitor)).await;
    assert_eq!(refused.map(|_| ()), Err(Fault::Refused(Refusal::Blocked)));
    let (status, _) = asks(&bench, ANNA, get("/v1/blocked"), Value::Null).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let block = format!("{path}/block");
    let (status, _) = asks(&bench, ANNA, delete(&block), Value::Null).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let all = ok(&bench, MAYA, get("/v1/blocked"), Value::Null).await;
    let expected = json!([{"id": visitor.0, "site": "shop", "name": "Léa Roux", "figures": "0001", "email": "",
        "at": 7, "agent": ANNA.0, "reason": "rude"}]);
    assert_eq!(all, expected);
    let file = ok(&bench, MAYA, delete(&block), Value::Null).await;
    assert_eq!(file["blocked"], Value::Null);
    bench.engine.start(bench.start(visitor)).await.expect("may come again");
    let audit = bench.ask("SELECT agent_id, action, target FROM chat_audit ORDER BY id").await;
    let target = visitor.0.to_string();
    assert_eq!(audit[0].values(), store::params![ANNA.0, "block", &target]);
    assert_eq!(audit[1].values(), store::params![MAYA.0, "unblock", &target]);
}

// shows: THR-09, DSK-08, BLK-02
async fn a_thread_is_read_in_both_directions(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let (visitor, started) = bench.begins(1).await;
    let id = started.conversation;
    for n in 0..30 {
        let text = format!("{n} {}", "a".repeat(3_000));
        bench.asks(id, Ask::Visitor(visitor, writes(bench.cid(), &text))).await.expect("stored");
    }
    let path = format!("/v1/conversations/{}/messages", started.public.to_name());
    let read = |query: String| {
        let (bench, path) = (bench.clone(), path.clone());
        async move {
            let all = ok(&bench, ANNA, get(&format!("{path}{query}")), Value::Null).await;
            let all = all.as_array().expect("a list").clone();
            all.iter().map(|it| it["seq"].as_u64().expect("a number")).collect::<Vec<_>>()
        }
    };
    let (mut seen, mut before) = (Vec::new(), 32);
    while before != 1 {
        let page = read(format!("?before={before}")).await;
        assert!(page.len() <= 11 && page.last() == Some(&(before - 1)), "{page:?}");
        before = page[0];
        seen.splice(0..0, page);
    }
    assert_eq!(seen, (1..=31).collect::<Vec<_>>());
    assert!(read("?before=1".to_owned()).await.is_empty());
    let forward = read("?after=3".to_owned()).await;
    assert_eq!(forward, (4..4 + forward.len() as u64).collect::<Vec<_>>());
    bench.engine.put_member((SITE, bench.queue), BEN, None).await.expect("not any more");
    let (status, _) = asks(&bench, BEN, get(&path), Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "what is not there for them");
}
