//! The bot. Who is with it keeps the one that they began with.
use chat_client::{Visitor, name};
use chat_proto::visitor::{FromVisitor, Stage};
use serde_json::{Value, json};

use crate::live::{
    ground::{Ground, Ids, bot, conv, of_site, said_by_bot},
    row::{Row, at_next, row, stays},
};

pub fn rows() -> Vec<Row> {
    let rows = [
        row("bot.start", "bot", |ids| drawn(ids, |all| drop(all.remove(0)), 2))
            .chat(|it| Box::pin(says(it, &["What?"]))),
        row("bot.nodes.kind", "bot", |ids| {
            let end =
                json!({ "id": 4, "kind": "handover", "text": { "en": "The end" }, "queue": ids.billing });
            drawn(ids, |all| all[3] = end, 1)
        })
        .chat(|it| Box::pin(leads_to(it, 2, Stage::Waiting))),
        row("bot.nodes.text", "bot", |ids| drawn(ids, |all| all[1]["text"] = json!({ "en": "How?" }), 1))
            .chat(|it| Box::pin(says(it, &["Hello", "How?"]))),
        row("bot.nodes.next", "bot", |ids| {
            let more = json!({ "id": 5, "kind": "message", "text": { "en": "Well" }, "next": 2 });
            let more = |all: &mut Vec<Value>| {
                all[0]["next"] = 5.into();
                all.push(more);
            };
            drawn(ids, more, 1)
        })
        .chat(|it| Box::pin(says(it, &["Hello", "Well", "What?"]))),
        row("bot.nodes.choices.label", "bot", |ids| {
            drawn(ids, |all| all[1]["choices"][2]["label"] = json!({ "en": "Farewell" }), 1)
        })
        .chat(|it| Box::pin(offers(it, &["Order", "Nothing", "Farewell"]))),
        row("bot.nodes.choices.enabled", "bot", |ids| {
            drawn(ids, |all| all[1]["choices"][2]["enabled"] = false.into(), 1)
        })
        .chat(|it| Box::pin(offers(it, &["Order", "Nothing"]))),
        row("bot.nodes.choices.next", "bot", |ids| {
            drawn(ids, |all| all[1]["choices"][2]["next"] = 3.into(), 1)
        })
        .chat(|it| Box::pin(leads_to(it, 3, Stage::Waiting))),
        row("bot.nodes.queue", "bot", |ids| drawn(ids, |all| all[2]["queue"] = ids.billing.into(), 1))
            .chat(|it| Box::pin(waits_in_billing(it))),
        row("bot.nodes.offline_form", "bot", |ids| {
            drawn(ids, |all| all[2]["offline_form"] = false.into(), 1)
        })
        .chat(|it| Box::pin(is_over_unanswered(it))),
    ];
    let common = |it: Row| {
        it.given("general", |_| json!({ "entry": "bot" }))
            .ready(|it| Box::pin(is_met(it)))
            .widget(stays(|it| Box::pin(goes_on(it))))
            .desk(at_next(|it| Box::pin(is_drawn(it))))
    };
    rows.into_iter().map(common).collect()
}

/// The bot, otherwise.
fn drawn(ids: &Ids, change: impl FnOnce(&mut Vec<Value>), start: u32) -> Value {
    let Value::Array(mut nodes) = bot() else { panic!("steps") };
    nodes[2]["queue"] = ids.support.into();
    change(&mut nodes);
    json!({ "start": start, "nodes": nodes })
}

async fn chooses(visitor: &mut Visitor, option: i64) {
    let choose = FromVisitor::Choose { cid: name(), conv: conv(visitor), option };
    visitor.say(choose).await.expect("chosen");
}

fn stage(visitor: &Visitor) -> Stage {
    visitor.conversation.as_ref().expect("one").stage
}

/// Who was with the bot is answered by that one.
async fn goes_on(it: &mut Ground) {
    let mut visitor = it.kept.take().expect("with the bot");
    chooses(&mut visitor, 3).await;
    assert_eq!(said_by_bot(&visitor), ["Hello", "What?", "The end"]);
    assert_eq!(stage(&visitor), Stage::Closed);
    it.ends(visitor).await;
}

/// Whoever draws the bot has this one the next time.
async fn is_drawn(it: &mut Ground) {
    assert_ne!(version(it).await, it.made);
}

async fn version(it: &Ground) -> Value {
    let it: Value = it.ada.get(&of_site("bot")).await.expect("told");
    it["version"].clone()
}

/// Somebody is with the bot.
async fn is_met(it: &mut Ground) {
    it.made = version(it).await;
    it.kept = Some(it.begins().await);
}

async fn says(it: &mut Ground, words: &[&str]) {
    let visitor = it.begins().await;
    assert_eq!(said_by_bot(&visitor), words);
    it.ends(visitor).await;
}

async fn offers(it: &mut Ground, labels: &[&str]) {
    let visitor = it.begins().await;
    let asked = visitor.thread.msgs.iter().find(|it| it.kind == "choice_question").expect("asked");
    assert_eq!(asked.meta.choices.iter().map(|it| it.label.as_str()).collect::<Vec<_>>(), labels);
    it.ends(visitor).await;
}

async fn leads_to(it: &mut Ground, option: i64, to: Stage) {
    let mut visitor = it.begins().await;
    chooses(&mut visitor, option).await;
    assert_eq!(stage(&visitor), to);
    it.ends(visitor).await;
}

async fn waits_in_billing(it: &mut Ground) {
    let mut visitor = it.begins().await;
    chooses(&mut visitor, 1).await;
    assert_eq!(it.queue_of(&visitor).await, it.ids.billing);
    it.ends(visitor).await;
}

/// Nobody comes: nothing can be left either.
async fn is_over_unanswered(it: &mut Ground) {
    let mut visitor = it.begins().await;
    chooses(&mut visitor, 1).await;
    it.passes(121);
    let over = visitor.until("the end", |it, _| (stage(it) != Stage::Waiting).then_some(stage(it))).await;
    assert_eq!(over.expect("told"), Stage::Closed);
    it.ends(visitor).await;
}
