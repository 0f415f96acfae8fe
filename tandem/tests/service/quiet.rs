//! What nobody needs is not sent: nothing to an agent whom no conversation concerns, and nothing of what agents keep
//! to themselves to a visitor.
use std::time::Duration;

use chat_client::AGENTS_ONLY;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    databases::Database,
    socket::Socket,
    world::{Actor, Browser, World, play, unlimited},
};

const N_CONVERSATIONS: usize = 100;

/// All but what shows that the connection lives.
fn news(heard: Vec<Value>) -> Vec<Value> {
    heard.into_iter().filter(|it| it["t"] != "ping").collect()
}

/// Maya has them all, whatever her limit; each visitor has a socket.
async fn all_with_maya(world: &World, maya: &mut Socket) -> Vec<(Browser, Socket)> {
    let there = json!({ "t": "presence", "site": "shop", "to": "available" });
    assert_eq!(maya.asks(there).await, "ack");
    let mut all = Vec::new();
    for _ in 0..N_CONVERSATIONS {
        let browser = world.visitor().await;
        let take = json!({ "t": "do", "conv": browser.conv, "what": { "kind": "take", "force": true } });
        assert_eq!(maya.asks(take).await, "ack");
        let widget = world.widget("shop", &browser.token).await;
        all.push((browser, widget));
    }
    all
}

async fn an_idle_agent_hears_nothing(database: Database) {
    let world = World::with(database, unlimited).await;
    let mut maya = world.desk(Actor::Manager).await;
    let mut all = all_with_maya(&world, &mut maya).await;
    // One of another queue without a list; one of the same queue who looks at their own, of which there is none.
    let mut carl = world.desk(Actor::OtherQueue).await;
    let mut ben = world.desk(Actor::Member).await;
    ben.tell(json!({ "t": "watch", "query": { "list": "mine" } })).await;
    ben.until("the list", |it| it["t"] == "list").await;
    for idle in [&mut carl, &mut ben] {
        // What was still to be told at the beginning.
        super::matrix::barrier(idle).await;
        idle.rest(Duration::from_millis(500)).await;
    }
    for (browser, widget) in &mut all {
        let conv = &browser.conv;
        assert_eq!(widget.asks(json!({ "t": "send", "conv": conv, "text": "Hello" })).await, "ack");
        widget.tell(json!({ "t": "typing", "conv": conv, "on": true })).await;
        let say = json!({ "kind": "text", "text": "Hello too" });
        assert_eq!(maya.asks(json!({ "t": "send", "conv": conv, "say": say })).await, "ack");
    }
    for (name, idle) in [("another queue's", &mut carl), ("the queue's", &mut ben)] {
        let heard = news(idle.rest(Duration::from_millis(500)).await);
        assert!(heard.is_empty(), "{name} idle agent heard {} frames: {:?}", heard.len(), heard[0]);
    }
}

#[test]
fn an_idle_agent_hears_nothing_of_a_hundred_conversations() {
    play(an_idle_agent_hears_nothing(Database::Sqlite));
}

/// Writes the canary wherever agents can write for themselves. Names and e-mails of agents hold it already.
async fn agents_write(world: &World, (conv, anna): (&str, &mut Socket)) {
    let admin = |method, path: &'static str, body| world.does(Actor::Admin, method, path, body);
    let tag = admin(Method::POST, "/v1/admin/sites/shop/tags", json!({ "name": AGENTS_ONLY })).await;
    let mut queue = world.told(Actor::Admin, "/v1/admin/sites/shop/queues").await[1].clone();
    queue["name"] = AGENTS_ONLY.into();
    let path = format!("/v1/admin/sites/shop/queues/{}", queue["id"]);
    world.does(Actor::Admin, Method::PUT, &path, queue).await;
    let custom = json!([{ "key": "basket", "kind": "text", "label": { "en": AGENTS_ONLY } }]);
    admin(Method::PUT, "/v1/admin/sites/shop/custom", custom).await;
    let canned = json!({ "site": "shop", "short": "reply", "title": AGENTS_ONLY, "body": AGENTS_ONLY });
    admin(Method::POST, "/v1/canned", canned).await;
    let panel = world.told(Actor::Owner, &format!("/v1/conversations/{conv}/visitor")).await;
    let contact = format!("/v1/contacts/{}", panel["id"]);
    let note = json!({ "text": AGENTS_ONLY });
    world.does(Actor::Owner, Method::POST, &format!("{contact}/notes"), note).await;
    world.does(Actor::Owner, Method::PUT, &contact, json!({ "company": AGENTS_ONLY })).await;
    let deed = |what: Value| json!({ "t": "do", "conv": conv, "what": what });
    let ben = world.id("Ben").await;
    let note = json!({ "t": "send", "conv": conv, "say": { "kind": "note", "text": AGENTS_ONLY } });
    let frames = [
        note,
        deed(json!({ "kind": "tag", "tags": [tag["id"]] })),
        deed(json!({ "kind": "transfer_to_agent", "agent": ben, "note": AGENTS_ONLY, "force": true })),
        deed(json!({ "kind": "cancel_transfer" })),
        deed(json!({ "kind": "block", "tags": [tag["id"]], "reason": AGENTS_ONLY })),
    ];
    for frame in frames {
        assert_eq!(anna.asks(frame.clone()).await, "ack", "{frame}");
    }
}

/// Everything that a visitor can ask for over HTTP.
async fn visitor_reads(world: &World, own: &Browser) -> Vec<String> {
    let mut all = Vec::new();
    let say = |frame: Value| (Method::POST, "/v1/widget/shop/say".to_owned(), frame);
    let start =
        json!({ "t": "start", "cid": chat_client::name(), "form": crate::world::form(), "lang": "en" });
    let send = json!({ "t": "send", "cid": chat_client::name(), "conv": own.conv, "text": "Hello?" });
    for (method, path, body) in [
        (Method::GET, "/v1/widget/shop?lang=en".to_owned(), Value::Null),
        (Method::GET, format!("/v1/conversations/{}/files", own.conv), Value::Null),
        say(start),
        say(send),
    ] {
        let answer = world.asks((Actor::Own, Some(&own.token)), method, &path, body).await;
        all.push(answer.text().await.expect("read"));
    }
    all
}

// shows: BLK-01, QUE-07
#[test]
fn a_visitor_is_told_nothing_that_agents_keep_to_themselves() {
    play(async {
        let world = World::new().await;
        let own = world.visitor().await;
        let mut widget = world.widget("shop", &own.token).await;
        let (mut anna, mut ben) = (world.desk(Actor::Owner).await, world.desk(Actor::Member).await);
        for desk in [&mut ben, &mut anna] {
            let there = json!({ "t": "presence", "site": "shop", "to": "available" });
            assert_eq!(desk.asks(there).await, "ack");
        }
        let take = json!({ "t": "do", "conv": own.conv, "what": { "kind": "take" } });
        assert_eq!(anna.asks(take).await, "ack");
        anna.tell(json!({ "t": "open", "conv": own.conv })).await;
        agents_write(&world, (&own.conv, &mut anna)).await;
        widget.until("the end", |it| it["t"] == "conv" && it["stage"] == "closed").await;
        let mut again = world.widget("shop", &own.token).await;
        again.until("the thread", |it| it["t"] == "msgs").await;
        let mut told: Vec<String> = widget.heard.iter().chain(&again.heard).map(Value::to_string).collect();
        told.extend(visitor_reads(&world, &own).await);
        let leaks: Vec<_> = told.iter().filter(|it| it.contains(AGENTS_ONLY)).collect();
        assert!(leaks.is_empty(), "{leaks:#?}");
        assert!(told.iter().any(|it| it.contains("Anna")), "the first name is for visitors");
        let found = anna.heard.iter().filter(|it| it.to_string().contains(AGENTS_ONLY)).count();
        assert!(3 <= found, "agents are told, and so would a visitor be found out: {found}");
    });
}
