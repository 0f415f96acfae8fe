//! What is general, and the custom data that stands beside a conversation.
use std::time::Duration;

use chat_client::Visitor;
use chat_proto::{
    desk::{Deed, Presence, ToDesk},
    visitor::Stage,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    live::{
        ground::{Ground, conv, data, panel, said_by_bot},
        row::{Row, at_next, at_once, row},
    },
    world::Actor,
};

pub fn rows() -> Vec<Row> {
    let shown = [
        row("general.greeting", "general", |_| json!({ "greeting": { "en": "Good day" } }))
            .shown(|it| it.greeting == "Good day"),
        row("general.bot_name", "general", |_| json!({ "bot_name": "Nora" }))
            .given("general", |_| json!({ "entry": "bot" }))
            .shown(|it| it.bot == "Nora"),
        row("general.colour", "general", |_| json!({ "colour": "#aa5500" }))
            .shown(|it| it.colour == "#aa5500"),
        row("general.entry", "general", |_| json!({ "entry": "bot" }))
            .shown(|it| !it.bot.is_empty())
            .chat(|it| Box::pin(meets_the_bot(it, "Hello"))),
        row("general.lang", "general", |_| json!({ "lang": "fr" }))
            .given("general", |_| json!({ "entry": "bot" }))
            .shown(|it| it.greeting == "Bonjour")
            .chat(|it| Box::pin(meets_the_bot(it, "Bonjour")))
            .desk(at_once(|it| {
                Box::pin(async move {
                    it.panel_until(|it| label(it) == "Panier").await;
                })
            })),
        row("general.presence", "general", |_| json!({ "presence": true })).shown(|it| it.presence),
        row("general.query_keys", "general", |_| json!({ "query_keys": ["ref"] }))
            .shown(|it| it.query_keys == ["ref"]),
        row("general.max_file_bytes", "general", |_| json!({ "max_file_bytes": 1_000 }))
            .shown(|it| it.max_file_bytes == 1_000)
            .chat(|it| Box::pin(is_refused(it, "a.txt", 413)))
            .desk(at_next(|it| Box::pin(is_refused_at_desk(it, "a.txt", 413)))),
        row("general.refused_files", "general", |_| json!({ "refused_files": ["csv"] }))
            .shown(|it| it.refused_files == ["csv"])
            .chat(|it| Box::pin(is_refused(it, "a.csv", 415)))
            .desk(at_next(|it| Box::pin(is_refused_at_desk(it, "a.csv", 415)))),
    ];
    shown.into_iter().chain(decided()).chain(custom()).collect()
}

/// What decides about conversations, and what no widget shows.
fn decided() -> [Row; 6] {
    [
        row("general.queue", "general", |ids| json!({ "queue": ids.billing }))
            .chat(|it| Box::pin(waits_in_billing(it))),
        row("general.tag_required", "general", |_| json!({ "tag_required": true }))
            .chat(|it| Box::pin(wants_a_tag(it)))
            .known(|it| it.sites.iter().any(|it| it.tag_required)),
        row("general.reopening", "general", |_| json!({ "reopening": true }))
            .ready(|it| Box::pin(async move { assert!(!may_reopen(it)) }))
            .chat(|it| Box::pin(is_reopened(it)))
            .desk(at_once(|it| Box::pin(async move { assert!(may_reopen(it)) }))),
        row("general.offer_stops_on", "general", |_| json!({ "offer_stops_on": "accept" }))
            .ready(|it| Box::pin(async move { assert!(must_answer(it).await) }))
            .chat(|it| Box::pin(async move { assert!(!must_answer(it).await) })),
        row("general.agent_gone_s", "general", |_| json!({ "agent_gone_s": 10 }))
            .chat(|it| Box::pin(agent_is_gone(it))),
        row("general.idle_close_s", "general", |_| json!({ "idle_close_s": 30 }))
            .chat(|it| Box::pin(visitor_is_gone(it))),
    ]
}

fn custom() -> [Row; 3] {
    [
        row("custom.key", "custom", |_| definition("cart", "text", "Basket"))
            .chat(|it| Box::pin(tells(it, "cart", |it| it["key"] == "cart")))
            .desk(at_once(|it| {
                Box::pin(async move {
                    it.panel_until(|it| it["custom"] == json!([])).await;
                })
            })),
        row("custom.kind", "custom", |_| definition("basket", "number", "Basket"))
            .chat(|it| Box::pin(tells(it, "basket", |it| it["kind"] == "number")))
            .desk(at_once(|it| {
                Box::pin(async move {
                    it.panel_until(|it| it["custom"][0]["kind"] == "number").await;
                })
            })),
        row("custom.label", "custom", |_| definition("basket", "text", "Cart"))
            .chat(|it| Box::pin(tells(it, "basket", |it| it["label"] == "Cart")))
            .desk(at_once(|it| {
                Box::pin(async move {
                    it.panel_until(|it| label(it) == "Cart").await;
                })
            })),
    ]
}

fn definition(key: &str, kind: &str, label: &str) -> Value {
    json!([{ "key": key, "kind": kind, "label": { "en": label } }])
}

fn label(panel: &Value) -> &str {
    panel["custom"][0]["label"].as_str().unwrap_or_default()
}

/// The next one begins with the bot, which greets them so.
async fn meets_the_bot(it: &mut Ground, greeting: &str) {
    let visitor = it.begins().await;
    assert_eq!(visitor.conversation.as_ref().expect("one").stage, Stage::Bot);
    assert_eq!(said_by_bot(&visitor)[0], greeting);
    it.ends(visitor).await;
}

async fn waits_in_billing(it: &mut Ground) {
    let visitor = it.begins().await;
    assert_eq!(it.queue_of(&visitor).await, it.ids.billing);
    it.ends(visitor).await;
}

/// A conversation that Anna has taken.
async fn taken(it: &mut Ground) -> (Visitor, String) {
    let visitor = it.begins().await;
    let conv = conv(&visitor);
    it.anna.does(&conv, Deed::Take { force: false }).await.expect("taken");
    (visitor, conv)
}

async fn wants_a_tag(it: &mut Ground) {
    let (mut visitor, conv) = taken(it).await;
    let refused = it.anna.does(&conv, Deed::Close { tags: vec![] }).await;
    assert!(refused.is_err_and(|it| it.to_string().contains("tag_required")));
    it.anna.does(&conv, Deed::Close { tags: vec![it.ids.tag] }).await.expect("closed");
    visitor.leave().await;
}

/// Whether Anna may open again what is over on her desk.
fn may_reopen(it: &Ground) -> bool {
    it.anna.details[&it.over].may.iter().any(|it| it == "reopen")
}

async fn is_reopened(it: &mut Ground) {
    let (mut visitor, conv) = taken(it).await;
    for what in [Deed::Close { tags: vec![] }, Deed::Reopen, Deed::Close { tags: vec![] }] {
        it.anna.does(&conv, what).await.expect("done");
    }
    visitor.leave().await;
}

/// Whether Anna, who has taken the next one, has a time to answer within.
async fn must_answer(it: &mut Ground) -> bool {
    let (visitor, conv) = taken(it).await;
    it.anna.open(&conv).await.expect("open");
    let due = it.anna.details[&conv].answer_due;
    it.anna.shut(&conv).await.expect("shut");
    it.ends(visitor).await;
    due.is_some()
}

/// After ten seconds without Ben his visitor waits again.
async fn agent_is_gone(it: &mut Ground) {
    let mut visitor = it.begins().await;
    let conv = conv(&visitor);
    it.ben.does(&conv, Deed::Take { force: false }).await.expect("taken");
    it.ben.write(&conv, "Hello").await.expect("written");
    it.ben.leave().await;
    let alone = visitor.until("nobody", |it, _| {
        it.conversation.as_ref().is_some_and(|it| it.stage == Stage::Active && !it.agent_here).then_some(())
    });
    alone.await.expect("told");
    it.passes(11);
    let waits = visitor.until("another agent", |it, _| {
        it.conversation.as_ref().is_some_and(|it| it.stage == Stage::Waiting).then_some(())
    });
    waits.await.expect("told");
    it.ben = it.desk("Ben").await;
    it.ben.be(Presence::Away).await.expect("is there");
    it.ends(visitor).await;
}

/// Thirty seconds after the visitor has gone it is over.
async fn visitor_is_gone(it: &mut Ground) {
    let (mut visitor, conv) = taken(it).await;
    it.anna.open(&conv).await.expect("open");
    it.anna.write(&conv, "Hello").await.expect("written");
    visitor.leave().await;
    let gone = it.anna.until("their going", |_, frame| match frame {
        ToDesk::Visitor { conv: of, online: false } => (*of == conv).then_some(()),
        _ => None,
    });
    gone.await.expect("told");
    // Their going is stored after it is shown: it may be a moment before the time runs.
    for _ in 0..4 {
        it.passes(31);
        let over = it.anna.until("the end", |it, _| (it.details[&conv].row.stage == "closed").then_some(()));
        if tokio::time::timeout(Duration::from_secs(3), over).await.is_ok_and(|it| it.is_ok()) {
            return it.anna.shut(&conv).await.expect("shut");
        }
    }
    panic!("it goes on");
}

/// Begins to send a file of two kilobytes: the status.
async fn begins_to_send(it: &Ground, conv: &str, (token, name): (Option<&str>, &str)) -> u16 {
    let body = json!({ "conv": conv, "name": name, "bytes": 2_000, "type": "text/plain" });
    let by = if token.is_some() { Actor::Own } else { Actor::Owner };
    let answer = it.world.asks((by, token), Method::POST, "/v1/uploads", body).await;
    answer.status().as_u16()
}

async fn is_refused(it: &mut Ground, name: &str, status: u16) {
    let mut visitor = it.begins().await;
    let (conv, token) = (conv(&visitor), visitor.token().await.expect("a token"));
    assert_eq!(begins_to_send(it, &conv, (Some(token.as_str()), name)).await, status);
    assert_eq!(begins_to_send(it, &it.conv, (None, name)).await, status);
    it.ends(visitor).await;
}

async fn is_refused_at_desk(it: &mut Ground, name: &str, status: u16) {
    assert_eq!(begins_to_send(it, &it.conv, (None, name)).await, status);
}

/// What the next one's page tells stands so in the panel.
async fn tells(it: &mut Ground, key: &str, is: fn(&Value) -> bool) {
    let mut visitor = it.begins().await;
    let conv = conv(&visitor);
    it.anna.open(&conv).await.expect("open");
    let told = chat_proto::visitor::FromVisitor::Custom { data: data(key, "7") };
    visitor.tell(&told).await.expect("told");
    panel(&mut it.anna, &conv, |it| it["custom"][0]["value"] == "7" && is(&it["custom"][0])).await;
    it.anna.shut(&conv).await.expect("shut");
    it.ends(visitor).await;
}
