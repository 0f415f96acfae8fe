//! Each setting, and who sees it changed without asking again: open widgets, the next conversation, open desks.
use chat_proto::{
    desk::Directory,
    visitor::{ToVisitor, Widget},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{engines::on_each_engine, site::Bench};

on_each_engine! {
    each_setting_is_seen_at_once,
}

/// Who sees it, and what they see then.
enum Sees {
    /// Open widgets are told, and the next conversation begins with it.
    Widget(fn(&Widget) -> bool),
    /// Open desks are told.
    Desk(fn(&Directory) -> bool),
}

/// What is changed, to what, and who sees it.
struct Setting {
    method: Method,
    of: &'static str,
    to: Value,
    sees: Sees,
}

fn put(of: &'static str, to: Value, sees: Sees) -> Setting {
    Setting { method: Method::PUT, of, to, sees }
}

fn post(of: &'static str, to: Value, sees: Sees) -> Setting {
    Setting { method: Method::POST, of, to, sees }
}

fn table() -> Vec<Setting> {
    let name = json!({"key": "name", "kind": "text", "required": true, "label": {"fr": "Votre nom"}});
    let closed = json!({"zone": "Europe/Paris", "days": [[], [], [], [], [], [], []], "exceptions": []});
    let queue =
        json!({"name": "Returns", "strategy": "manual", "first_answer_s": 30, "accept_timeout_s": 60});
    vec![
        put("general", json!({"colour": "#aa5500"}), Sees::Widget(|it| it.colour == "#aa5500")),
        put(
            "general",
            json!({"greeting": {"fr": "Bonjour !"}}),
            Sees::Widget(|it| it.greeting == "Bonjour !"),
        ),
        put("general", json!({"presence": true}), Sees::Widget(|it| it.presence)),
        put("general", json!({"tag_required": true}), Sees::Desk(|it| it.sites[0].tag_required)),
        put(
            "forms",
            json!({"start": [name]}),
            Sees::Widget(|it| it.form[0].label == "Votre nom" && it.form.len() == 1),
        ),
        put("forms", json!({"offline": null}), Sees::Widget(|it| it.offline_form.is_empty())),
        put(
            "hours",
            json!({"week": closed, "message": {"fr": "Fermé"}}),
            Sees::Widget(|it| it.closed.as_ref().is_some_and(|it| it.message == "Fermé")),
        ),
        put("hours", json!({"week": null}), Sees::Widget(|it| it.open)),
        post("queues", queue, Sees::Desk(|it| it.sites[0].queues.iter().any(|it| it.name == "Returns"))),
        post(
            "tags",
            json!({"name": "Refund", "colour": "#00aa00"}),
            Sees::Desk(|it| it.sites[0].tags.iter().any(|it| it.name == "Refund" && it.colour == "#00aa00")),
        ),
    ]
}

// shows: ADM-01, ADM-02, ADM-04, HRS-05, OFF-06, TAG-02, WID-10, WID-13
async fn each_setting_is_seen_at_once(bench: Bench) {
    let mut lea = bench.visitor();
    lea.connect().await.expect("a widget is open");
    let mut anna = bench.desk("Anna").await;
    let maya = bench.desk("Maya").await;
    for Setting { method, of, to, sees } in table() {
        let path = format!("/v1/admin/sites/shop/{of}");
        let mut body = json!({});
        if method == Method::PUT {
            body = maya.get(&path).await.expect("what holds now");
        }
        for (key, value) in to.as_object().expect("fields") {
            body[key] = value.clone();
        }
        let (status, answer) = maya.ask(method, &path, &body).await.expect("an answer");
        assert!((200..300).contains(&status), "{of} {to}: {status} {answer}");
        match sees {
            Sees::Widget(shows) => {
                let changed = lea.until("the change", |_, it| matches!(it, ToVisitor::Changed).then_some(()));
                changed.await.expect("told");
                let widget = lea.widget("fr").await.expect("what it shows");
                assert!(shows(&widget), "{of} {to}: {widget:?}");
            }
            Sees::Desk(shows) => {
                let seen = anna.until("the directory", |it, _| shows(&it.directory).then_some(()));
                seen.await.unwrap_or_else(|error| panic!("{of} {to}: {error}"));
            }
        }
    }
    let (status, _) =
        anna.ask(Method::PUT, "/v1/admin/sites/shop/general", &json!({})).await.expect("an answer");
    assert_eq!(status, 403, "agents do not");
}
