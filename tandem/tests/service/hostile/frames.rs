//! The frames of both sockets, field by field, and what is no frame.
use chat_proto::limits::MAX_FRAME;
use serde_json::{Value, json};

use super::{
    count_panics,
    fields::{holds, texts_of, with},
    other_kinds, texts,
};
use crate::{
    databases::Database,
    socket::Socket,
    world::{Actor, World, form, play, tireless},
};

/// A frame of each kind that has texts, about this conversation.
fn of_visitor(conv: &str) -> Vec<Value> {
    let page = json!({ "url": "https://shop.example/a", "title": "A", "at": 1 });
    let visit = json!({ "id": chat_client::name(), "started": 1, "referrer": "https://search.example/",
        "campaign": { "utm_source": "mail" }, "pages": [page] });
    vec![
        json!({ "t": "start", "cid": "", "form": form(), "lang": "fr", "visit": visit }),
        json!({ "t": "send", "cid": "", "conv": conv, "text": "Hello", "files": [chat_client::name()] }),
        json!({ "t": "send", "cid": "", "conv": conv, "text": "Hello" }),
        json!({ "t": "choose", "cid": "", "conv": conv, "option": 1 }),
        json!({ "t": "submit", "cid": "", "conv": conv, "form": form() }),
        json!({ "t": "rate", "cid": "", "conv": conv, "stars": 3, "text": "Good" }),
        json!({ "t": "typing", "conv": conv, "on": true }),
        json!({ "t": "read", "conv": conv, "seq": 1 }),
        json!({ "t": "page", "url": "https://shop.example/b", "title": "B", "at": 2 }),
        json!({ "t": "custom", "data": { "basket": "12" } }),
        json!({ "t": "fetch", "conv": conv, "after": 0 }),
    ]
}

fn of_desk(conv: &str) -> Vec<Value> {
    let send = |say: Value| json!({ "t": "send", "cid": "", "conv": conv, "say": say });
    let deed = |what: Value| json!({ "t": "do", "cid": "", "conv": conv, "what": what });
    vec![
        send(json!({ "kind": "text", "text": "Hello" })),
        send(json!({ "kind": "text", "text": "Hello", "files": [chat_client::name()] })),
        send(json!({ "kind": "link", "url": "https://shop.example/a", "title": "A" })),
        send(json!({ "kind": "deal", "url": "https://shop.example/a", "text": "A" })),
        send(json!({ "kind": "note", "text": "Hello" })),
        deed(json!({ "kind": "star", "on": true })),
        deed(json!({ "kind": "tag", "tags": [] })),
        deed(json!({ "kind": "transfer_to_agent", "agent": 99, "note": "Hello" })),
        json!({ "t": "presence", "cid": "", "site": "shop", "to": "available" }),
        json!({ "t": "watch", "query": { "list": "active", "sites": ["shop"], "words": "a", "sort": "name" } }),
        json!({ "t": "open", "conv": conv }),
        json!({ "t": "typing", "conv": conv, "on": true }),
        json!({ "t": "read", "conv": conv, "seq": 1 }),
        json!({ "t": "fetch", "conv": conv, "after": 0 }),
    ]
}

/// A socket that is opened again where a frame has closed it.
struct Peer<'a> {
    world: &'a World,
    /// A visitor's; without one it is the desk of the agent who has their conversation.
    token: Option<String>,
    conv: String,
    socket: Socket,
    n_closed: usize,
}

impl<'a> Peer<'a> {
    async fn new(world: &'a World, token: Option<String>, conv: &str) -> Self {
        let socket = Self::open(world, token.as_deref(), conv).await;
        Self { world, token, conv: conv.to_owned(), socket, n_closed: 0 }
    }

    async fn open(world: &World, token: Option<&str>, conv: &str) -> Socket {
        let Some(token) = token else {
            let mut desk = world.desk(Actor::Owner).await;
            desk.tell(json!({ "t": "open", "conv": conv })).await;
            return desk;
        };
        world.widget("shop", token).await
    }

    /// What is told until an answer that is asked for behind it, or the code of the goodbye.
    async fn asks(&mut self, frame: Value) -> Vec<Value> {
        let cid = chat_client::name();
        let behind = match self.token {
            Some(_) => json!({ "t": "choose", "cid": cid, "conv": chat_client::name(), "option": 1 }),
            None => json!({ "t": "presence", "cid": cid, "site": "nobody's", "to": "away" }),
        };
        let mut all = Vec::new();
        let is_long = MAX_FRAME < frame.to_string().len();
        // A goodbye is heard also where nothing can be said any more.
        let _ = self.socket.try_tell(&frame).await && self.socket.try_tell(&behind).await;
        while let Ok(it) = self.socket.hear().await {
            let is_answer = it["cid"] == cid.as_str();
            all.push(it);
            if is_answer {
                return all;
            }
        }
        let code = all.last().map(|it| it["code"].as_str().unwrap_or_default().to_owned());
        let code = code.unwrap_or_default();
        // Who is cut off while they still send may hear nothing.
        let is_told = ["malformed", "rate"].contains(&code.as_str()) || is_long;
        assert!(is_told, "closed with {code:?} after {:.200}", frame.to_string());
        self.n_closed += 1;
        self.socket = Self::open(self.world, self.token.as_deref(), &self.conv).await;
        all
    }
}

/// A name of its own where a frame has one that is not what is tried.
fn named(frame: &Value) -> Value {
    let mut named = frame.clone();
    if named["cid"] == "" {
        named["cid"] = chat_client::name().into();
    }
    named
}

async fn each_field(peer: &mut Peer<'_>, frames: &[Value]) -> usize {
    let mut n_stored = 0;
    for frame in frames {
        for path in texts_of(frame).into_iter().filter(|path| path != &["t"] && path != &["say", "kind"]) {
            for text in texts() {
                let tried = with(&named(frame), (frame, &path), text.clone().into());
                let told = peer.asks(tried.clone()).await;
                let is_done = told.iter().any(|it| it["t"] == "ack" && it["cid"] == tried["cid"]);
                let is_said = ["text", "title"].contains(&path.last().expect("a field").as_str());
                let is_sent = tried["t"] == "send";
                if is_done && is_said && is_sent {
                    let back = told.iter().any(|it| holds(it, text.trim()) || holds(it, &text));
                    assert!(back, "{path:?} of {frame} is not told as it was said: {text:.60}");
                    n_stored += 1;
                }
            }
            for other in other_kinds() {
                peer.asks(with(&named(frame), (frame, &path), other)).await;
            }
        }
    }
    n_stored
}

async fn no_field_of_a_frame_breaks_anything(database: Database) {
    let n_panics = count_panics();
    let world = World::with(database, tireless).await;
    let own = world.visitor().await;
    let mut desk = world.desk(Actor::Owner).await;
    let there = json!({ "t": "presence", "site": "shop", "to": "available" });
    let take = json!({ "t": "do", "conv": own.conv, "what": { "kind": "take" } });
    for frame in [there, take] {
        assert_eq!(desk.asks(frame).await, "ack");
    }
    drop(desk);
    let mut anna = Peer::new(&world, None, &own.conv).await;
    let n_stored = each_field(&mut anna, &of_desk(&own.conv)).await;
    assert!(6 <= n_stored, "hostile texts are said too: {n_stored}");
    let mut visitor = Peer::new(&world, Some(own.token.clone()), &own.conv).await;
    let n_stored = each_field(&mut visitor, &of_visitor(&own.conv)).await;
    assert!(3 <= n_stored, "hostile texts are said too: {n_stored}");
    assert!(0 < visitor.n_closed && 0 < anna.n_closed, "what is no frame closes its own socket");
    let told = visitor.asks(json!({ "t": "fetch", "conv": own.conv, "after": 0 })).await;
    assert!(told.iter().any(|it| it["t"] == "msgs"), "the server goes on");
    assert_eq!(count_panics(), n_panics, "something panicked");
}

#[test]
fn no_field_of_a_frame_breaks_anything_on_sqlite() {
    play(no_field_of_a_frame_breaks_anything(Database::Sqlite));
}

#[test]
fn no_field_of_a_frame_breaks_anything_on_postgres() {
    play(async { no_field_of_a_frame_breaks_anything(Database::postgres()).await });
}
