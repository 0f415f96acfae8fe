//! Rules that hold on every way in: a blocked visitor stays outside, and what must be tagged is tagged.
use chat_client::Visitor;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    databases::Database,
    socket::Socket,
    world::{Actor, World, form, play, tireless},
};

/// An agent who is there.
async fn desk(world: &World, actor: Actor) -> Socket {
    let mut desk = world.desk(actor).await;
    let there = json!({ "t": "presence", "site": "shop", "to": "available" });
    assert_eq!(desk.asks(there).await, "ack");
    desk
}

fn deed(conv: &str, what: Value) -> Value {
    json!({ "t": "do", "conv": conv, "what": what })
}

/// How a start ends, over a socket and over HTTP.
async fn starts(world: &World, visitor: &mut Visitor, email: &str) -> [String; 2] {
    let token = visitor.token().await.expect("a token");
    let mut filled = form();
    filled.insert("email".to_owned(), email.to_owned());
    let start = json!({ "t": "start", "form": filled, "lang": "fr" });
    let by_socket = world.widget("shop", &token).await.asks(start.clone()).await;
    let mut start = start;
    start["cid"] = chat_client::name().into();
    let say = world.asks((Actor::Own, Some(&token)), Method::POST, "/v1/widget/shop/say", start).await;
    let said: Value = say.json().await.expect("JSON");
    [by_socket, said["fault"]["code"].as_str().or(said["t"].as_str()).unwrap_or_default().to_owned()]
}

/// Whether their widget may offer no chat, as it is welcomed.
async fn is_told(world: &World, visitor: &mut Visitor) -> bool {
    let token = visitor.token().await.expect("a token");
    let widget = world.widget("shop", &token).await;
    widget.heard.iter().any(|it| it["t"] == "welcome" && it["conv"]["unavailable"] == true)
}

async fn a_blocked_visitor_stays_outside(database: Database) {
    let world = World::with(database, tireless).await;
    let mut anna = desk(&world, Actor::Owner).await;
    let mut visitor = Visitor::new(world.place());
    let conv = visitor.start(form(), "fr").await.expect("let in").conv;
    let contact = format!(
        "/v1/contacts/{}",
        world.told(Actor::Admin, &format!("/v1/conversations/{conv}/visitor")).await["id"]
    );
    for what in [json!({ "kind": "take" }), json!({ "kind": "block", "reason": "Shouts" })] {
        assert_eq!(anna.asks(deed(&conv, what)).await, "ack");
    }
    assert_eq!(
        world.told(Actor::Admin, &format!("/v1/conversations/{conv}")).await["row"]["stage"],
        "closed"
    );
    // Another tab of the browser, another e-mail: it is the same visitor.
    let mut tab = Visitor::of(world.place(), visitor.secret().to_owned());
    for email in ["lea@example.org", "somebody@example.org"] {
        assert_eq!(starts(&world, &mut tab, email).await, ["not_available", "not_available"]);
    }
    assert!(is_told(&world, &mut tab).await, "a form is offered that would be refused");
    let unblock = format!("{contact}/block");
    let status =
        async |actor| world.asks((actor, None), Method::DELETE, &unblock, Value::Null).await.status();
    assert_eq!(status(Actor::Owner).await, StatusCode::FORBIDDEN, "agents block, managers unblock");
    assert_eq!(starts(&world, &mut tab, "lea@example.org").await[0], "not_available");
    assert_eq!(status(Actor::Manager).await, StatusCode::OK);
    assert!(!is_told(&world, &mut tab).await, "they may come again");
    assert_eq!(starts(&world, &mut tab, "lea@example.org").await, ["ack", "ack"]);
    let mut widget = blocked_after_the_end(&world, &mut anna, &mut tab).await;
    let conv = welcomed(&widget)["conv"].clone();
    let rate = json!({ "t": "rate", "conv": conv, "stars": 1, "text": "Shouts" });
    assert_eq!(widget.asks(rate.clone()).await, "not_rateable");
    assert_eq!(status(Actor::Manager).await, StatusCode::OK);
    assert_eq!(widget.asks(rate).await, "ack");
}

/// What a widget was welcomed with.
fn welcomed(widget: &Socket) -> &Value {
    &widget.heard.iter().find(|it| it["t"] == "welcome").expect("a welcome")["conv"]
}

/// The widget of a visitor whose conversation an agent closed, and who was blocked then: it may not rate that.
async fn blocked_after_the_end(world: &World, agent: &mut Socket, visitor: &mut Visitor) -> Socket {
    let token = visitor.token().await.expect("a token");
    let conv = welcomed(&world.widget("shop", &token).await)["conv"].as_str().expect("a name").to_owned();
    let close = json!({ "kind": "close", "tags": [] });
    for what in [json!({ "kind": "take" }), close] {
        assert_eq!(agent.asks(deed(&conv, what)).await, "ack");
    }
    assert_eq!(welcomed(&world.widget("shop", &token).await)["rateable"], true);
    assert_eq!(agent.asks(deed(&conv, json!({ "kind": "block", "reason": "Shouts" }))).await, "ack");
    let widget = world.widget("shop", &token).await;
    assert_ne!(welcomed(&widget)["rateable"], true, "a rating is offered that would be refused");
    widget
}

// shows: BLK-01, BLK-02, QUE-17
#[test]
fn a_blocked_visitor_stays_outside_on_sqlite() {
    play(a_blocked_visitor_stays_outside(Database::Sqlite));
}

// shows: BLK-01, BLK-02, QUE-17
#[test]
fn a_blocked_visitor_stays_outside_on_postgres() {
    play(async { a_blocked_visitor_stays_outside(Database::postgres()).await });
}

// shows: TAG-03
#[test]
fn nothing_is_closed_without_a_tag_where_one_must_be_but_by_its_visitor() {
    play(async {
        let world = World::new().await;
        let general = "/v1/admin/sites/shop/general";
        let mut rules = world.told(Actor::Admin, general).await;
        rules["tag_required"] = true.into();
        world.does(Actor::Manager, Method::PUT, general, rules).await;
        let made =
            world.does(Actor::Admin, Method::POST, "/v1/admin/sites/shop/tags", json!({ "name": "Sale" }));
        let tag = made.await["id"].clone();
        let mut anna = desk(&world, Actor::Owner).await;
        let mut ada = desk(&world, Actor::Admin).await;
        for (kind, by_admin) in [("close", false), ("close", true), ("block", false), ("block", true)] {
            let conv = world.visitor().await.conv;
            assert_eq!(anna.asks(deed(&conv, json!({ "kind": "take" }))).await, "ack");
            let by = if by_admin { &mut ada } else { &mut anna };
            for tags in [json!([]), json!([999_999])] {
                let refused = by.asks(deed(&conv, json!({ "kind": kind, "tags": tags }))).await;
                assert!(
                    ["tag_required", "unknown_tag"].contains(&refused.as_str()),
                    "{kind} {tags}: {refused}"
                );
            }
            assert_eq!(by.asks(deed(&conv, json!({ "kind": kind, "tags": [tag] }))).await, "ack", "{kind}");
        }
        let own = world.visitor().await;
        let mut widget = world.widget("shop", &own.token).await;
        assert_eq!(widget.asks(json!({ "t": "close", "conv": own.conv })).await, "ack");
    });
}
