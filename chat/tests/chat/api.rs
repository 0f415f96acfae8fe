//! Administration and desks over HTTP, as their routes answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{Method, Request, StatusCode, header};
use chat::api::{self, Api};
use chat::changes::Change;
use chat::engine::{Ask, Fault, Start};
use chat::model::*;
use chat::router::Strategy;
use chat::views;
use chat::who::{Served, Viewer};
use expect_test::expect;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    every_route_asks_who_and_whether_they_may,
    the_general_settings_change_at_once,
    what_is_wrong_is_told_for_each_field,
    a_bot_is_checked_step_by_step_and_keeps_its_versions,
    opening_hours_are_previewed_and_hold_from_their_answer_on,
    a_removed_queue_leaves_nobody_waiting,
    a_removed_agent_leaves_their_conversations,
    tags_that_conversations_have_are_archived,
    keys_are_told_once_and_to_admins,
    custom_data_is_declared,
}

pub const ADMIN: AgentId = AgentId(50);

/// What an agent of the site `shop` gets.
pub async fn asks(
    bench: &Bench,
    agent: AgentId,
    (method, path): (Method, String),
    body: Value,
) -> (StatusCode, Value) {
    let role = match agent {
        ADMIN => Role::Admin,
        MAYA => Role::Manager,
        _ => Role::Agent,
    };
    let sites = vec![Served { id: SITE, key: "shop".into(), name: "Shop".into() }];
    let viewer = views::viewer(&bench.engine, (agent, role), sites).await.expect("a viewer");
    send(bench, Some(viewer), (method, path), body).await
}

async fn send(
    bench: &Bench,
    viewer: Option<Viewer>,
    (method, path): (Method, String),
    body: Value,
) -> (StatusCode, Value) {
    let api = Api::new(bench.engine.clone(), "https://chat.example");
    let mut request = Request::builder().method(method).uri(path);
    if let Some(viewer) = viewer {
        request = request.extension(viewer);
    }
    let request = if body.is_null() {
        request.body(axum::body::Body::empty())
    } else {
        request
            .header(header::CONTENT_TYPE, "application/json")
            .body(axum::body::Body::from(body.to_string()))
    };
    let response = api::router(api).oneshot(request.expect("a request")).await.expect("an answer");
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

pub fn get(path: &str) -> (Method, String) {
    (Method::GET, path.to_owned())
}

pub fn put(path: &str) -> (Method, String) {
    (Method::PUT, path.to_owned())
}

pub fn post(path: &str) -> (Method, String) {
    (Method::POST, path.to_owned())
}

pub fn delete(path: &str) -> (Method, String) {
    (Method::DELETE, path.to_owned())
}

const GENERAL: &str = "/v1/admin/sites/shop/general";

pub async fn ok(bench: &Bench, agent: AgentId, what: (Method, String), body: Value) -> Value {
    let (status, answer) = asks(bench, agent, what.clone(), body).await;
    assert!(status.is_success(), "{what:?}: {status} {answer}");
    answer
}

/// Every operation of the document: method and path.
fn operations() -> Vec<(Method, String)> {
    let document = serde_json::to_value(api::document()).expect("a document");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys() {
            all.push((method.to_uppercase().parse().expect("a method"), path.clone()));
        }
    }
    all
}

// shows: ADM-01
#[test]
fn the_document_describes_each_route_and_no_other() {
    let mut table: Vec<String> =
        operations().into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    table.sort();
    expect![[r#"
        DELETE /v1/admin/sites/{key}/agents/{id}
        DELETE /v1/admin/sites/{key}/keys/{kid}
        DELETE /v1/admin/sites/{key}/queues/{id}
        DELETE /v1/admin/sites/{key}/tags/{id}
        DELETE /v1/canned/{id}
        DELETE /v1/contacts/{id}/block
        DELETE /v1/contacts/{id}/notes/{note}
        GET /v1/admin/sites/{key}/agents
        GET /v1/admin/sites/{key}/bot
        GET /v1/admin/sites/{key}/custom
        GET /v1/admin/sites/{key}/forms
        GET /v1/admin/sites/{key}/general
        GET /v1/admin/sites/{key}/hours
        GET /v1/admin/sites/{key}/keys
        GET /v1/admin/sites/{key}/queues
        GET /v1/admin/sites/{key}/snippet
        GET /v1/admin/sites/{key}/tags
        GET /v1/blocked
        GET /v1/canned
        GET /v1/contacts/{id}
        GET /v1/contacts/{id}/conversations
        GET /v1/conversations
        GET /v1/conversations/{conv}
        GET /v1/conversations/{conv}/messages
        GET /v1/conversations/{conv}/visitor
        GET /v1/counts
        POST /v1/admin/sites/{key}/bot/check
        POST /v1/admin/sites/{key}/hours/preview
        POST /v1/admin/sites/{key}/keys
        POST /v1/admin/sites/{key}/queues
        POST /v1/admin/sites/{key}/tags
        POST /v1/canned
        POST /v1/canned/{id}/used
        POST /v1/contacts/{id}/notes
        POST /v1/conversations/{conv}/share
        PUT /v1/admin/sites/{key}/agents/{id}
        PUT /v1/admin/sites/{key}/bot
        PUT /v1/admin/sites/{key}/custom
        PUT /v1/admin/sites/{key}/forms
        PUT /v1/admin/sites/{key}/general
        PUT /v1/admin/sites/{key}/hours
        PUT /v1/admin/sites/{key}/queues/{id}
        PUT /v1/admin/sites/{key}/tags/{id}
        PUT /v1/canned/{id}
        PUT /v1/contacts/{id}
        PUT /v1/contacts/{id}/notes/{note}"#]]
    .assert_eq(&table.join("\n"));
    // What bodies refer to is described too.
    let document = serde_json::to_value(api::document()).expect("a document");
    let text = document.to_string();
    let named: BTreeSet<&str> =
        text.split("#/components/schemas/").skip(1).filter_map(|it| it.split('"').next()).collect();
    let known = document["components"]["schemas"].as_object().expect("schemas");
    for name in named {
        assert!(known.contains_key(name), "{name} is described nowhere");
    }
    // Two things of one name would be described as one.
    let has = |name: &str, field: &str| known[name]["properties"].get(field).is_some();
    let all = serde_json::to_value(chat::server::Chat::document()).expect("a document");
    let of_kind = |name: &str| all["components"]["schemas"][name]["properties"]["label"]["type"] == "string";
    assert!(of_kind("Way") && !of_kind("WayTexts"));
    assert!(has("BotChoice", "next") && !has("Choice", "next") && has("Choice", "option"));
}

/// A path with its parameters filled in.
fn filled(path: &str, key: &str) -> String {
    let conv = "0123456789abcdef0123456789abcdef";
    path.replace("{key}", key)
        .replace("{id}", "1")
        .replace("{note}", "1")
        .replace("{kid}", "k")
        .replace("{conv}", conv)
}

// shows: BLK-02, ADM-09
async fn every_route_asks_who_and_whether_they_may(bench: Arc<Bench>) {
    for (method, path) in operations() {
        let body = if method == Method::GET { Value::Null } else { json!({}) };
        let of = |key| filled(&path, key);
        let (status, answer) = send(&bench, None, (method.clone(), of("shop")), body.clone()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}: {answer}");
        assert_eq!(answer["code"], "login_required");
        if !path.starts_with("/v1/admin") {
            continue;
        }
        let (status, answer) = asks(&bench, ANNA, (method.clone(), of("shop")), body.clone()).await;
        assert_eq!(
            (status, &answer["code"]),
            (StatusCode::FORBIDDEN, &json!("forbidden")),
            "{method} {path}"
        );
        for agent in [ANNA, MAYA, ADMIN] {
            let (status, _) = asks(&bench, agent, (method.clone(), of("other")), body.clone()).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path} of another site");
        }
    }
    for path in ["/v1/contacts/nobody", "/v1/conversations/x", "/v1/contacts/99"] {
        let (status, answer) = asks(&bench, MAYA, get(path), Value::Null).await;
        assert_eq!((status, &answer["code"]), (StatusCode::NOT_FOUND, &json!("not_found")), "{path}");
    }
    for path in
        ["/v1/conversations?list=all", "/v1/conversations?queues=x", "/v1/admin/sites/shop/queues/1?to=x"]
    {
        let what = if path.contains("admin") { delete(path) } else { get(path) };
        let (status, answer) = asks(&bench, MAYA, what, Value::Null).await;
        assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("malformed")), "{path}");
    }
}

// shows: ADM-01, ADM-04, TAG-03, WID-13, WID-04
async fn the_general_settings_change_at_once(bench: Arc<Bench>) {
    bench.arrives(ANNA).await;
    let mut changes = bench.engine.changes().subscribe();
    let mut general = ok(&bench, MAYA, get(GENERAL), Value::Null).await;
    assert_eq!((&general["entry"], &general["queue"]), (&json!("queue"), &json!(bench.queue.0)));
    general["tag_required"] = json!(true);
    general["colour"] = json!("#AA5500");
    general["greeting"] = json!({"fr": "Bonjour", "en": " "});
    general["presence"] = json!(true);
    general["query_keys"] = json!(["size"]);
    general["idle_close_s"] = Value::Null;
    general["max_file_bytes"] = json!(1_000);
    general["refused_files"] = json!([".EXE", "text/x-shellscript"]);
    ok(&bench, MAYA, put(GENERAL), general.clone()).await;
    let told: Vec<_> = std::iter::from_fn(|| changes.try_recv().ok()).collect();
    assert_eq!(told, [Change::Widget(SITE), Change::Directory(SITE)]);
    let after = ok(&bench, MAYA, get(GENERAL), Value::Null).await;
    assert_eq!((&after["colour"], &after["greeting"]), (&json!("#aa5500"), &json!({"fr": "Bonjour"})));
    assert_eq!(after["refused_files"], json!(["exe", "text/x-shellscript"]));
    assert_eq!(after["idle_close_s"], Value::Null);
    // A conversation that is there already goes by it.
    let id = bench.begins(1).await.1.conversation;
    bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    let closed = bench.agent(id, ANNA, FromAgent::Close([].into())).await;
    assert_eq!(closed, Err(Fault::Refused(Refusal::TagRequired)));
    let shown = bench.engine.settings(SITE).await.expect("read").shown.clone();
    assert_eq!((shown.presence, shown.query_keys), (true, vec!["size".to_owned()]));
    let snippet = ok(&bench, MAYA, get("/v1/admin/sites/shop/snippet"), Value::Null).await;
    let html = r#"<script async src="https://chat.example/v1/loader.js" data-site="shop" referrerpolicy="no-referrer"></script>"#;
    assert_eq!(snippet["html"], html);
}

// shows: ADM-01, ADM-03, WID-10
async fn what_is_wrong_is_told_for_each_field(bench: Arc<Bench>) {
    let before = ok(&bench, MAYA, get(GENERAL), Value::Null).await;
    let mut general = before.clone();
    general["lang"] = json!("français");
    general["colour"] = json!("red");
    general["queue"] = json!(999);
    general["agent_gone_s"] = json!(0);
    general["query_keys"] = json!(["ok", "a&b"]);
    let (status, answer) = asks(&bench, MAYA, put(GENERAL), general).await;
    assert_eq!((status, &answer["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")));
    let expected = json!({"lang": "unknown", "colour": "no_colour", "queue": "unknown", "agent_gone_s": "out_of_range", "query_keys.1": "unknown"});
    assert_eq!(answer["fields"], expected);
    assert_eq!(ok(&bench, MAYA, get(GENERAL), Value::Null).await, before, "nothing is stored");
    let (status, answer) = asks(&bench, MAYA, put(GENERAL), json!([1])).await;
    assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("malformed")));
    let huge =
        json!({"name": "Sales", "members": [{"agent": ANNA.0}, {"agent": ANNA.0, "cap": 5_000_000_000_u64}]});
    let (status, answer) = asks(&bench, MAYA, post("/v1/admin/sites/shop/queues"), huge).await;
    assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("malformed")));
    assert_eq!(
        answer["fields"],
        json!({"members.1.cap": "malformed"}),
        "what does not fit its type is named too"
    );

    let queue = json!({"name": "", "strategy": "any", "first_answer_s": 1, "accept_timeout_s": 60,
        "overflow": {"queue": 77, "after_s": 10},
        "members": [{"agent": ANNA.0}, {"agent": ANNA.0}, {"agent": 12_345, "cap": 0}]});
    let (_, answer) = asks(&bench, MAYA, post("/v1/admin/sites/shop/queues"), queue).await;
    let expected = json!({"name": "empty", "strategy": "unknown", "first_answer_s": "out_of_range",
        "overflow.queue": "unknown", "members.1.agent": "twice", "members.2.agent": "unknown",
        "members.2.cap": "out_of_range"});
    assert_eq!(answer["fields"], expected);

    let forms = json!({"start": [{"key": "Name", "kind": "text"}, {"key": "age", "kind": "number"},
        {"key": "age", "kind": "text"}], "offline": [{"key": "message", "kind": "long"}]});
    let (_, answer) = asks(&bench, MAYA, put("/v1/admin/sites/shop/forms"), forms).await;
    let expected = json!({"start.0.key": "no_key", "start.1.kind": "unknown", "start.2.key": "twice",
        "offline": "no_address"});
    assert_eq!(answer["fields"], expected);

    // A field that is asked for is asked of the next visitor, and its value is shown to agents.
    let label = json!({"fr": "N° client"});
    let forms = json!({"start": [{"key": "customer_no", "kind": "text", "required": true, "label": label}]});
    ok(&bench, MAYA, put("/v1/admin/sites/shop/forms"), forms.clone()).await;
    let told = ok(&bench, MAYA, get("/v1/admin/sites/shop/forms"), Value::Null).await;
    assert_eq!((&told["start"][0]["label"], &told["offline"]), (&label, &Value::Null));
    let visitor = bench.visitor(1).await;
    let refused = bench.engine.start(bench.start(visitor)).await;
    assert!(matches!(refused, Err(Fault::Refused(Refusal::Form(_)))), "{refused:?}");
    let form = Form([("customer_no".to_owned(), "c-1".to_owned())].into());
    let id = bench.engine.start(Start { form, ..bench.start(visitor) }).await.expect("let in").conversation;
    let conv = bench.load(id).await.public.to_name();
    let detail = ok(&bench, ANNA, get(&format!("/v1/conversations/{conv}")), Value::Null).await;
    assert_eq!(detail["form"]["customer_no"], "c-1");
}

// shows: BOT-07, BOT-08, BOT-11, BOT-01
async fn a_bot_is_checked_step_by_step_and_keeps_its_versions(bench: Arc<Bench>) {
    const BOT: &str = "/v1/admin/sites/shop/bot";
    let queue = bench.queue.0;
    let mut general = ok(&bench, MAYA, get(GENERAL), Value::Null).await;
    general["entry"] = json!("bot");
    let (_, answer) = asks(&bench, MAYA, put(GENERAL), general.clone()).await;
    assert_eq!(answer["fields"], json!({"entry": "no_flow"}), "first there must be one");

    let broken = json!({"start": 1, "nodes": [
        {"id": 1, "kind": "question", "text": {"fr": "Que voulez-vous ?"}, "choices": [
            {"label": {"fr": "Rien"}, "enabled": true, "next": 9}]},
        {"id": 2, "kind": "message", "text": {}, "next": 2},
        {"id": 3, "kind": "handover", "queue": 999}]});
    let (status, answer) = asks(&bench, MAYA, put(BOT), broken.clone()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let expected =
        json!({"node.1": "leads_nowhere", "node.2": "circle", "node.3": "unreachable", "bot": "no_handover"});
    assert_eq!(answer["fields"], expected);
    let faults = ok(&bench, MAYA, post("/v1/admin/sites/shop/bot/check"), broken).await;
    let has = |node: Value, code: &str| {
        faults.as_array().expect("a list").contains(&json!({"node": node, "code": code}))
    };
    assert!(
        has(json!(3), "no_queue") && has(json!(2), "no_text") && has(Value::Null, "no_handover"),
        "{faults}"
    );

    let flow = |words: &str| {
        json!({"start": 1, "nodes": [
            {"id": 1, "kind": "question", "text": {"en": words}, "choices": [
                {"label": {"en": "A person"}, "enabled": true, "next": 2}]},
            {"id": 2, "kind": "handover", "queue": queue, "text": {"en": "One moment"}, "offline_form": true}]})
    };
    let first = ok(&bench, MAYA, put(BOT), flow("What can we do?")).await;
    assert_eq!((&first["version"], &first["nodes"][0]["choices"][0]["option"]), (&json!(1), &json!(1)));
    ok(&bench, MAYA, put(GENERAL), general).await;
    let (visitor, old) = bench.begins(1).await;
    let question = |id| {
        let bench = bench.clone();
        async move {
            let page = bench.engine.thread(SITE, id, Seq(0)).await.expect("read");
            let text = |it: &Message| {
                if let Body::Question { text, .. } = &it.body { Some(text.clone()) } else { None }
            };
            page.messages.iter().find_map(text).expect("a question")
        }
    };
    assert_eq!(ok(&bench, MAYA, put(BOT), flow("What now?")).await["version"], 2);
    let (_, new) = bench.begins(2).await;
    assert_eq!(question(old.conversation).await, "What can we do?");
    assert_eq!(question(new.conversation).await, "What now?", "the next conversation meets it");
    let choose = FromVisitor::Choose { cid: bench.cid(), option: OptionId(1) };
    bench.asks(old.conversation, Ask::Visitor(visitor, choose)).await.expect("as it began");
    assert_eq!(bench.stage(old.conversation).await, Stage::Queued);
}

// shows: HRS-01, HRS-03, HRS-04, HRS-05, ADM-02
async fn opening_hours_are_previewed_and_hold_from_their_answer_on(bench: Arc<Bench>) {
    const HOURS: &str = "/v1/admin/sites/shop/hours";
    // A Saturday in Paris, 21 November 2026, 17:00.
    let saturday = 1_795_276_800_000;
    bench.clock.set(saturday);
    let work = json!([{"from": 540, "to": 1080}]);
    let week = json!({"zone": "Europe/Paris", "days": [work, work, work, work, work, [], []],
        "exceptions": [{"from": "2026-11-23", "to": "2026-11-23", "spans": []}]});
    let hours = json!({"week": week, "message": {"fr": "Nous sommes fermés"}, "ways": [
        {"kind": "email", "label": {"fr": "Écrivez-nous"}, "value": "help@shop.example"}, {"kind": "form"}]});
    let preview = ok(&bench, MAYA, post("/v1/admin/sites/shop/hours/preview"), hours.clone()).await;
    // Monday is an exception: Tuesday at nine, Paris.
    let tuesday = 1_795_507_200_000_i64;
    assert_eq!((&preview["open"], &preview["opens"]), (&json!(false), &json!(tuesday)));
    let before = ok(&bench, MAYA, get(HOURS), Value::Null).await;
    assert_eq!(before["week"], Value::Null, "a preview stores nothing");
    bench.begins(1).await;
    ok(&bench, MAYA, put(HOURS), hours).await;
    let told = ok(&bench, MAYA, get(HOURS), Value::Null).await;
    assert_eq!((&told["week"], &told["message"]), (&week, &json!({"fr": "Nous sommes fermés"})));
    let refused = bench.engine.start(bench.start(bench.visitor(2).await)).await;
    assert_eq!(refused.map(|_| ()), Err(Fault::Refused(Refusal::OutOfHours)));

    let wrong = json!({"week": {"zone": "Europe/Lutetia", "days": [[{"from": 600, "to": 500}],
        [{"from": 0, "to": 60}, {"from": 30, "to": 90}], [], [], [], [], []],
        "exceptions": [{"from": "2026-12-26", "to": "2026-12-24"}, {"from": "soon", "to": "2026-01-01"}]},
        "ways": [{"kind": "email", "value": "nobody"}, {"kind": "link", "value": "javascript:alert(1)"}]});
    let (_, answer) = asks(&bench, MAYA, put(HOURS), wrong).await;
    let expected = json!({"week.zone": "unknown", "week.days.0": "bad_span", "week.days.1": "overlap",
        "week.exceptions.0.to": "before_from", "week.exceptions.1.from": "no_date", "ways.0.value": "no_email",
        "ways.1.value": "no_url"});
    assert_eq!(answer["fields"], expected);
}

fn queue(name: &str, members: &[AgentId]) -> Value {
    let members: Vec<_> = members.iter().map(|it| json!({"agent": it.0, "priority": 0})).collect();
    json!({"name": name, "strategy": "least_loaded", "sticky": false, "first_answer_s": 30,
        "accept_timeout_s": 120, "members": members})
}

// shows: BOT-02, QUE-14, QUE-12
async fn a_removed_queue_leaves_nobody_waiting(bench: Arc<Bench>) {
    const QUEUES: &str = "/v1/admin/sites/shop/queues";
    bench.arrives(ANNA).await;
    bench.arrives(BEN).await;
    let mut made = queue("Help", &[BEN]);
    made["strategy"] = json!("manual");
    let id = ok(&bench, MAYA, post(QUEUES), made).await["id"].as_i64().expect("a number");
    let (_, answer) = asks(&bench, MAYA, post(QUEUES), queue("Help", &[])).await;
    assert_eq!(answer["fields"], json!({"name": "taken"}));
    let mut general = ok(&bench, MAYA, get(GENERAL), Value::Null).await;
    general["queue"] = json!(id);
    ok(&bench, MAYA, put(GENERAL), general.clone()).await;
    let (status, answer) = asks(&bench, MAYA, delete(&format!("{QUEUES}/{id}")), Value::Null).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("in_use")));
    let waiting = bench.begins(1).await.1.conversation;
    let served = bench.begins(2).await.1.conversation;
    bench.agent(served, BEN, FromAgent::Take(Cap::Holds)).await.expect("taken");
    assert_eq!(bench.load(waiting).await.queue, QueueId(id));
    general["queue"] = json!(bench.queue.0);
    ok(&bench, MAYA, put(GENERAL), general).await;
    bench.route(Strategy::LeastLoaded).await;
    let path = format!("{QUEUES}/{id}?to={}", bench.queue.0);
    ok(&bench, MAYA, delete(&path), Value::Null).await;
    bench.engine.turn().await.expect("turns");
    // Who waited is offered to somebody of the other queue; who was served still is.
    let moved = bench.load(waiting).await;
    assert_eq!((moved.queue, moved.state.stage()), (bench.queue, Stage::Offered));
    assert_eq!(bench.load(served).await.owner(), Some(BEN));
    let (status, _) = asks(&bench, MAYA, delete(&path), Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    // What its agent loses goes to the site's own queue.
    bench.engine.set_presence(SITE, BEN, Presence::Gone).await.expect("gone");
    bench.turn(200_000).await;
    assert_eq!(bench.load(served).await.queue, bench.queue);
}

// shows: ADM-07, TRF-01
async fn a_removed_agent_leaves_their_conversations(bench: Arc<Bench>) {
    const AGENTS: &str = "/v1/admin/sites/shop/agents";
    for agent in [ANNA, BEN] {
        bench.arrives(agent).await;
    }
    let mut ids = Vec::new();
    for n in 0..2 {
        let id = bench.begins(n).await.1.conversation;
        bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
        ids.push(id);
    }
    bench.agent(ids[1], ANNA, FromAgent::Snooze(SnoozeFor::Reply)).await.expect("put aside");
    let agent = format!("{AGENTS}/{}", ANNA.0);
    let (_, answer) =
        asks(&bench, MAYA, put(&agent), json!({"max_chats": 0, "languages": ["fr", "?"]})).await;
    assert_eq!(answer["fields"], json!({"max_chats": "out_of_range", "languages.1": "unknown"}));
    ok(&bench, MAYA, put(&agent), json!({"max_chats": 7, "languages": ["fr"]})).await;
    let all = ok(&bench, MAYA, get(AGENTS), Value::Null).await;
    let queues = [bench.queue.0];
    assert_eq!(all[0], json!({"id": ANNA.0, "max_chats": 7, "languages": ["fr"], "queues": queues}));
    ok(&bench, MAYA, delete(&agent), Value::Null).await;
    for id in ids {
        let it = bench.load(id).await;
        assert_eq!((it.owner(), it.queue, it.state.stage()), (None, bench.queue, Stage::Queued));
    }
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_member WHERE agent_id = 1").await, 0);
    let again = bench.again().await;
    let all = views::directory(&again, &crate::views::viewer(&bench, MAYA).await, &[]).await.expect("read");
    assert!(all.agents.iter().all(|it| it.id != ANNA.0));
    let (status, _) = asks(&bench, MAYA, delete(&agent), Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

// shows: TAG-02, ADM-04
async fn tags_that_conversations_have_are_archived(bench: Arc<Bench>) {
    const TAGS: &str = "/v1/admin/sites/shop/tags";
    bench.arrives(ANNA).await;
    let tag = |name: &str, position: u32| json!({"name": name, "colour": "#AA0000", "position": position});
    let refund = ok(&bench, MAYA, post(TAGS), tag("Refund", 2)).await["id"].as_i64().expect("a number");
    let parcel = ok(&bench, MAYA, post(TAGS), tag("Parcel", 1)).await["id"].as_i64().expect("a number");
    let (_, answer) = asks(&bench, MAYA, post(TAGS), json!({"name": "Refund", "colour": "blue"})).await;
    assert_eq!(answer["fields"], json!({"name": "taken", "colour": "no_colour"}));
    let shown = || async {
        let viewer = crate::views::viewer(&bench, ANNA).await;
        let directory = views::directory(&bench.engine, &viewer, &[]).await.expect("read");
        directory.sites[0].tags.iter().map(|it| (it.id, it.name.clone())).collect::<Vec<_>>()
    };
    assert_eq!(
        shown().await,
        [(parcel, "Parcel".to_owned()), (refund, "Refund".to_owned())],
        "in the admin's order"
    );
    let id = bench.begins(1).await.1.conversation;
    bench.agent(id, ANNA, FromAgent::Take(Cap::Holds)).await.expect("taken");
    bench.agent(id, ANNA, FromAgent::Close([TagId(refund)].into())).await.expect("closed");
    for it in [refund, parcel] {
        ok(&bench, MAYA, delete(&format!("{TAGS}/{it}")), Value::Null).await;
    }
    assert_eq!(shown().await, []);
    let left = ok(&bench, MAYA, get(TAGS), Value::Null).await;
    assert_eq!(
        left,
        json!([{"id": refund, "name": "Refund", "colour": "#aa0000", "position": 2, "archived": true}])
    );
    let viewer = crate::views::viewer(&bench, ANNA).await;
    assert_eq!(
        views::row(&bench.engine, &viewer, (SITE, id)).await.expect("there").tags,
        [refund],
        "it keeps it"
    );
}

// shows: ADM-01
async fn keys_are_told_once_and_to_admins(bench: Arc<Bench>) {
    const KEYS: &str = "/v1/admin/sites/shop/keys";
    let (status, _) = asks(&bench, MAYA, post(KEYS), Value::Null).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "managers do not");
    let first = ok(&bench, ADMIN, post(KEYS), Value::Null).await;
    assert_eq!(first["secret"].as_str().map(str::len), Some(64));
    ok(&bench, ADMIN, post(KEYS), Value::Null).await;
    let (status, answer) = asks(&bench, ADMIN, post(KEYS), Value::Null).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("too_many")));
    let all = ok(&bench, ADMIN, get(KEYS), Value::Null).await;
    assert!(all.as_array().is_some_and(|it| it.len() == 2 && it.iter().all(|it| it.get("secret").is_none())));
    ok(&bench, ADMIN, delete(&format!("{KEYS}/{}", first["kid"].as_str().expect("a name"))), Value::Null)
        .await;
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_site_key").await, 1);
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_audit").await, 3);
}

// shows: INF-13, ADM-05
async fn custom_data_is_declared(bench: Arc<Bench>) {
    const CUSTOM: &str = "/v1/admin/sites/shop/custom";
    let all = json!([{"key": "basket", "label": {"en": "Basket"}, "kind": "money"},
        {"key": "client", "label": {}, "kind": "text"}]);
    ok(&bench, MAYA, put(CUSTOM), all.clone()).await;
    assert_eq!(ok(&bench, MAYA, get(CUSTOM), Value::Null).await, all);
    let wrong = json!([{"key": "a", "kind": "colour"}, {"key": "a", "kind": "text"}, {"kind": "text"}]);
    let (_, answer) = asks(&bench, MAYA, put(CUSTOM), wrong).await;
    assert_eq!(answer["fields"], json!({"0.kind": "unknown", "1.key": "twice", "2.key": "empty"}));
    let visitor = bench.begins(1).await.0;
    let data = [("client".to_owned(), "c-7".to_owned()), ("unknown".to_owned(), "x".to_owned())];
    chat::visits::record_custom(&bench.engine, (SITE, visitor), data.into()).await.expect("kept");
    let file = ok(&bench, MAYA, get(&format!("/v1/contacts/{}", visitor.0)), Value::Null).await;
    assert_eq!(file["custom"], json!([{"key": "client", "label": "", "kind": "text", "value": "c-7"}]));
}
