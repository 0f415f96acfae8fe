//! Queues, who serves them, and what agents can.
use chat_proto::{
    desk::{Deed, List, Presence, Query, ToDesk},
    visitor::Stage,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::hours::{is_out_of_hours, never};
use crate::{
    live::{
        ground::{Ground, Ids, LANG, conv, of_site},
        row::{Row, at_once, done, knows, row, stays},
    },
    world::form,
};

const SUPPORT: &str = "queues/Support";

pub fn rows() -> Vec<Row> {
    let mut all = of_queues();
    all.extend(of_agents());
    all
}

fn of_queues() -> Vec<Row> {
    vec![
        row("queues.name", SUPPORT, |_| json!({ "name": "Help" }))
            .known(|it| it.sites[0].queues.iter().any(|it| it.name == "Help")),
        row("queues.strategy", SUPPORT, |_| json!({ "strategy": "least_loaded" }))
            .ready(|it| Box::pin(keep(it)))
            .desk(at_once(|it| Box::pin(anna_is_asked_for_whom_was_kept(it))))
            .chat(|it| Box::pin(anna_is_asked(it))),
        row("queues.sticky", SUPPORT, |_| json!({ "sticky": true }))
            .given(SUPPORT, |_| json!({ "strategy": "least_loaded" }))
            .ready(|it| Box::pin(anna_knows(it)))
            .chat(|it| Box::pin(anna_is_asked_again(it))),
        row("queues.first_answer_s", SUPPORT, |_| json!({ "first_answer_s": 60 }))
            .given(SUPPORT, |_| json!({ "strategy": "least_loaded" }))
            .chat(|it| Box::pin(a_minute_to_answer(it))),
        row("queues.accept_timeout_s", SUPPORT, |_| json!({ "accept_timeout_s": 10 }))
            .ready(|it| Box::pin(keep(it)))
            .chat(|it| Box::pin(nobody_comes(it)))
            .widget(stays(|it| Box::pin(still_waits(it)))),
        row("queues.overflow.queue", SUPPORT, |ids| overflow(ids.billing, 5))
            .given(SUPPORT, |ids| overflow(ids.returns, 5))
            .chat(|it| Box::pin(goes_on_to_billing(it))),
        row("queues.overflow.after_s", SUPPORT, |ids| overflow(ids.billing, 5))
            .given(SUPPORT, |ids| overflow(ids.billing, 600))
            .chat(|it| Box::pin(goes_on_to_billing(it))),
        row("queues.hours", SUPPORT, |_| json!({ "hours": never()["week"] }))
            .shown(|it| !it.open)
            .chat(|it| Box::pin(is_out_of_hours(it))),
        row("queues.members.agent", SUPPORT, |ids| json!({ "members": [member(ids.anna)] }))
            .given(SUPPORT, |ids| json!({ "strategy": "least_loaded", "members": [member(ids.ben)] }))
            .ready(|it| Box::pin(both_and_keep(it)))
            .desk(at_once(|it| Box::pin(anna_sees_who_waits(it))))
            .chat(|it| Box::pin(anna_is_asked(it))),
        row("queues.members.priority", SUPPORT, |ids| members(ids, json!({ "priority": 5 })))
            .given(SUPPORT, |ids| members(ids, json!({})))
            .ready(|it| Box::pin(both(it)))
            .chat(|it| Box::pin(anna_is_asked(it))),
        row("queues.members.cap", SUPPORT, |ids| members(ids, json!({ "priority": 5, "cap": 1 })))
            .given(SUPPORT, |ids| members(ids, json!({ "priority": 5 })))
            .ready(|it| Box::pin(both(it)))
            .chat(|it| Box::pin(ben_is_asked(it))),
        done("queues: deleted", |it| Box::pin(delete(it)))
            .ready(|it| Box::pin(make(it)))
            .known(|it| it.sites[0].queues.iter().all(|it| it.name != "Short")),
    ]
}

fn of_agents() -> [Row; 3] {
    [
        row("agents.max_chats", "agents/Anna", |_| json!({ "max_chats": 1 }))
            .given(SUPPORT, |ids| members(ids, json!({ "priority": 5 })))
            .ready(|it| Box::pin(both(it)))
            .chat(|it| Box::pin(ben_is_asked(it)))
            .known(|it| it.agents.iter().any(|it| it.load.1 == 1)),
        row("agents.languages", "agents/Anna", |_| json!({ "languages": ["de"] }))
            .given(SUPPORT, |ids| members(ids, json!({})))
            .ready(|it| Box::pin(both(it)))
            .chat(|it| Box::pin(anna_is_asked(it))),
        done("agents: deleted", |it| Box::pin(remove_ben(it)))
            .given(SUPPORT, |ids| members(ids, json!({})))
            .ready(|it| Box::pin(both(it)))
            .desk(at_once(|it| Box::pin(ben_has_no_site(it))))
            .chat(|it| Box::pin(anna_is_asked(it))),
    ]
}

fn overflow(queue: i64, after_s: u32) -> Value {
    json!({ "overflow": { "queue": queue, "after_s": after_s } })
}

fn member(agent: i64) -> Value {
    json!({ "agent": agent, "priority": 0 })
}

/// Both serve the queue, and are asked; Anna as it says. She has more to do than Ben.
pub fn members(ids: &Ids, anna: Value) -> Value {
    let mut first = member(ids.anna);
    first.as_object_mut().expect("a member").extend(anna.as_object().cloned().expect("fields"));
    json!({ "strategy": "least_loaded", "members": [first, member(ids.ben)] })
}

/// Somebody waits.
async fn keep(it: &mut Ground) {
    it.kept = Some(it.begins().await);
}

/// Ben takes conversations too.
pub async fn both(it: &mut Ground) {
    it.ben.be(Presence::Available).await.expect("is there");
}

/// Somebody waits whom Ben is asked about.
async fn both_and_keep(it: &mut Ground) {
    both(it).await;
    it.anna.watch(Query { list: List::Waiting, ..Query::default() }).await.expect("a list");
    let visitor = it.begins().await;
    Ground::is_asked(&mut it.ben, &visitor).await;
    assert!(!it.anna.rows.contains_key(&conv(&visitor)));
    it.kept = Some(visitor);
}

async fn anna_lists(it: &mut Ground, of: &str) {
    if !it.anna.rows.contains_key(of) {
        it.anna.until("the row", |it, _| it.rows.contains_key(of).then_some(())).await.expect("told");
    }
}

async fn anna_sees_who_waits(it: &mut Ground) {
    let of = conv(it.kept.as_ref().expect("somebody"));
    anna_lists(it, &of).await;
    let visitor = it.kept.take().expect("somebody");
    it.ends(visitor).await;
}

async fn anna_is_asked_for_whom_was_kept(it: &mut Ground) {
    let visitor = it.kept.take().expect("somebody");
    Ground::is_asked(&mut it.anna, &visitor).await;
    it.ends(visitor).await;
}

pub async fn anna_is_asked(it: &mut Ground) {
    let visitor = it.begins().await;
    Ground::is_asked(&mut it.anna, &visitor).await;
    it.ends(visitor).await;
}

pub async fn ben_is_asked(it: &mut Ground) {
    let visitor = it.begins().await;
    Ground::is_asked(&mut it.ben, &visitor).await;
    it.ends(visitor).await;
}

/// Somebody has talked with Anna; Ben has less to do than she.
async fn anna_knows(it: &mut Ground) {
    let mut visitor = it.begins().await;
    let (of, no) = (conv(&visitor), Ground::is_asked(&mut it.anna, &visitor).await);
    it.anna.does(&of, Deed::Accept { no }).await.expect("accepted");
    it.anna.write(&of, "Hello").await.expect("written");
    it.anna.does(&of, Deed::Close { tags: vec![] }).await.expect("closed");
    visitor.until("the end", |it, _| is_in(it, Stage::Closed)).await.expect("told");
    it.kept = Some(visitor);
    both(it).await;
}

fn is_in(it: &chat_client::Visitor, stage: Stage) -> Option<()> {
    it.conversation.as_ref().is_some_and(|it| it.stage == stage).then_some(())
}

async fn anna_is_asked_again(it: &mut Ground) {
    let mut visitor = it.kept.take().expect("somebody");
    visitor.start(form(), LANG).await.expect("let in");
    Ground::is_asked(&mut it.anna, &visitor).await;
    it.ends(visitor).await;
}

async fn a_minute_to_answer(it: &mut Ground) {
    let visitor = it.begins().await;
    let of = conv(&visitor);
    let offer = it.anna.until("the offer", |_, frame| match frame {
        ToDesk::Offered { row, offer } => (row.conv == of).then(|| offer.clone()),
        _ => None,
    });
    let offer = offer.await.expect("asked");
    assert_eq!(offer.due - offer.at, 60_000);
    it.ends(visitor).await;
}

/// After ten seconds the next one is asked to leave a message, ...
async fn nobody_comes(it: &mut Ground) {
    let mut visitor = it.begins().await;
    it.passes(11);
    visitor.until("the form", |it, _| is_in(it, Stage::OfflineForm)).await.expect("told");
    it.ends(visitor).await;
}

/// ... and who began before is not.
async fn still_waits(it: &mut Ground) {
    nobody_comes(it).await;
    let kept = it.kept.as_ref().expect("somebody");
    let detail: Value = it.ada.get(&format!("/v1/conversations/{}", conv(kept))).await.expect("told");
    assert_eq!(detail["row"]["stage"], "queued");
}

async fn goes_on_to_billing(it: &mut Ground) {
    it.anna.watch(Query { list: List::Waiting, ..Query::default() }).await.expect("a list");
    let visitor = it.begins().await;
    let of = conv(&visitor);
    anna_lists(it, &of).await;
    it.passes(6);
    // Anna does not serve Billing: it leaves her list.
    let left = it.anna.until("its going", |_, frame| match frame {
        ToDesk::Gone { conv } => (*conv == of).then_some(()),
        _ => None,
    });
    left.await.expect("told");
    assert_eq!(it.queue_of(&visitor).await, it.ids.billing);
    it.ends(visitor).await;
}

async fn make(it: &mut Ground) {
    let queue =
        json!({ "name": "Short", "strategy": "manual", "first_answer_s": 30, "accept_timeout_s": 120 });
    it.made = it.does("queues", Method::POST, &of_site("queues"), queue).await;
}

async fn delete(it: &mut Ground) {
    let path = of_site(&format!("queues/{}", it.made["id"]));
    it.does("queues", Method::DELETE, &path, Value::Null).await;
}

/// Takes the site from Ben.
async fn remove_ben(it: &mut Ground) {
    let account = format!("/v1/agents/{}", it.ids.ben);
    it.undo_by("team/Ben", account, json!({ "sites": ["shop"] }));
    let path = of_site(&format!("agents/{}", it.ids.ben));
    it.does("agents", Method::DELETE, &path, Value::Null).await;
}

async fn ben_has_no_site(it: &mut Ground) {
    knows(&mut it.ben, |it| it.sites.is_empty()).await;
}
