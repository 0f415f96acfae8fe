//! Desks that stay open, and conversations in the state that a row asks for.
use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::socket::AGENTS;
use crate::{
    socket::Socket,
    world::{Actor, World},
};

pub struct Stage {
    pub world: World,
    desks: BTreeMap<Actor, Socket>,
    tag: i64,
    billing: i64,
    pub ben: i64,
}

impl Stage {
    /// Everybody is there; the queue's agents take what they want and are not asked.
    pub async fn new() -> Self {
        let world = World::new().await;
        let queues = "/v1/admin/sites/shop/queues";
        let all = world.told(Actor::Admin, queues).await;
        for queue in all.as_array().expect("queues") {
            let mut queue = queue.clone();
            queue["strategy"] = "manual".into();
            world.does(Actor::Admin, Method::PUT, &format!("{queues}/{}", queue["id"]), queue).await;
        }
        let general = "/v1/admin/sites/shop/general";
        let mut rules = world.told(Actor::Admin, general).await;
        rules["reopening"] = true.into();
        world.does(Actor::Admin, Method::PUT, general, rules).await;
        let custom = json!([{ "key": "basket", "kind": "text", "label": { "en": "Basket" } }]);
        world.does(Actor::Admin, Method::PUT, "/v1/admin/sites/shop/custom", custom).await;
        let tag =
            world.does(Actor::Admin, Method::POST, "/v1/admin/sites/shop/tags", json!({ "name": "New" }));
        let tag = tag.await["id"].as_i64().expect("a number");
        let ben = world.id("Ben").await;
        let billing = all[1]["id"].as_i64().expect("a number");
        let mut desks = BTreeMap::new();
        for actor in AGENTS {
            let mut desk = world.desk(actor).await;
            let site =
                if [Actor::Elsewhere, Actor::ManagerElsewhere].contains(&actor) { "blog" } else { "shop" };
            let there = json!({ "t": "presence", "site": site, "to": "available" });
            assert_eq!(desk.asks(there).await, "ack");
            desks.insert(actor, desk);
        }
        Self { world, desks, tag, billing, ben }
    }

    pub fn desk(&mut self, actor: Actor) -> &mut Socket {
        self.desks.get_mut(&actor).expect("an agent")
    }

    /// Another desk in place of the one before.
    pub async fn desk_anew(&mut self, actor: Actor) -> &mut Socket {
        let desk = self.world.desk(actor).await;
        self.desks.insert(actor, desk);
        self.desk(actor)
    }

    /// A visitor who has begun nothing.
    pub async fn stranger(&self, site: &str) -> Socket {
        let mut place = self.world.place();
        if site == "blog" {
            (place.site, place.pages) = ("blog".into(), crate::world::BLOG_PAGES.into());
        }
        let token = chat_client::Visitor::new(place).token().await.expect("a token");
        self.world.widget(site, &token).await
    }

    /// A conversation that Anna has, and its visitor's socket.
    pub async fn with_visitor(&mut self) -> (String, Socket) {
        let browser = self.world.visitor().await;
        let visitor = self.world.widget("shop", &browser.token).await;
        self.does((Actor::Owner, &browser.conv), json!({ "kind": "take" })).await;
        (browser.conv, visitor)
    }

    async fn does(&mut self, (actor, conv): (Actor, &str), what: Value) {
        let frame = json!({ "t": "do", "conv": conv, "what": what });
        let answer = self.desk(actor).asks(frame.clone()).await;
        assert_eq!(answer, "ack", "{frame}");
    }

    /// Waiting, with Anna, asked of Anna, asked of Ben by Anna, put aside by Anna, or ended by Anna.
    pub async fn conversation(&mut self, state: &str) -> String {
        let conv = self.world.visitor().await.conv;
        let anna = (Actor::Owner, conv.as_str());
        let to = |agent: i64| json!({ "kind": "transfer_to_agent", "agent": agent, "note": "Please" });
        match state {
            "queued" => {}
            "asked" => {
                self.does((Actor::Member, &conv), json!({ "kind": "take" })).await;
                let id = self.world.id("Anna").await;
                self.does((Actor::Member, &conv), to(id)).await;
            }
            _ => self.does(anna, json!({ "kind": "take" })).await,
        }
        match state {
            "queued" | "asked" | "active" => {}
            "pending" => self.does(anna, to(self.ben)).await,
            "snoozed" => self.does(anna, json!({ "kind": "snooze" })).await,
            "closed" => self.does(anna, json!({ "kind": "close" })).await,
            _ => panic!("{state}"),
        }
        conv
    }

    pub async fn deed(&mut self, kind: &str, conv: &str) -> Value {
        let mut what = json!({ "kind": kind });
        match kind {
            "accept" | "decline" => {
                let detail = self.world.told(Actor::Admin, &format!("/v1/conversations/{conv}")).await;
                let offer =
                    if detail["transfer"].is_null() { &detail["row"]["offer"] } else { &detail["transfer"] };
                what["no"] = offer["no"].clone();
            }
            "transfer_to_agent" => what["agent"] = self.ben.into(),
            "transfer_to_queue" => what["queue"] = self.billing.into(),
            "tag" => what["tags"] = json!([self.tag]),
            "star" => what["on"] = true.into(),
            _ => {}
        }
        json!({ "t": "do", "conv": conv, "what": what })
    }

    pub fn say(&self, kind: &str, conv: &str) -> Value {
        let (url, title) = ("https://shop.example/a", "A page");
        let say = json!({ "kind": kind, "text": "Hello", "url": url, "title": title });
        json!({ "t": "send", "conv": conv, "say": say })
    }

    /// Whatever has become of it, nobody has it any more.
    pub async fn clear(&mut self, conv: &str) {
        let close = json!({ "t": "do", "conv": conv, "what": { "kind": "close" } });
        let answer = self.desk(Actor::Admin).asks(close).await;
        assert!(["ack", "closed"].contains(&answer.as_str()), "{answer}");
        for desk in self.desks.values_mut() {
            desk.heard.clear();
        }
    }
}
