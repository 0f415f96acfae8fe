//! A site that is set up, the people of its desks, a widget that is open and one that is in a conversation; and a clock
//! that can be put forward.
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use chat::{engine::Clock, model::UnixMillis, server::Options};
use chat_client::{Agent, Place, Visitor, name};
use chat_proto::{
    Form,
    desk::{Deed, Directory, Presence, ToDesk},
    message::From,
    visitor::{FromVisitor, Stage, ToVisitor},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    databases::Database,
    world::{Actor, PAGES, PASSWORD, World, email, form, tireless},
};

/// The language of whom the site has no words for.
pub const LANG: &str = "de";

/// Monday, the 15th of June 2026, noon in UTC.
const NOON: i64 = 1_781_524_800_000;
/// That day.
pub const TODAY: &str = "2026-06-15";

/// What open widgets are told of.
const OF_WIDGETS: [&str; 7] = ["general", "hours", "forms", "bot", "custom", "queues", "sites"];
/// What desks are told of by another number of the site's settings.
const OF_DESKS: [&str; 8] = ["general", "hours", "forms", "bot", "custom", "queues", "tags", "agents"];

/// It is noon as the story begins; time goes by, and is put forward.
struct Watch {
    begun: Instant,
    ahead: AtomicI64,
}

impl Clock for Watch {
    fn now(&self) -> UnixMillis {
        let gone = i64::try_from(self.begun.elapsed().as_millis()).expect("a story ends");
        UnixMillis(NOON + gone + self.ahead.load(Ordering::Relaxed))
    }
}

/// The numbers of what there is.
#[derive(Debug, Clone, Copy)]
pub struct Ids {
    pub support: i64,
    pub billing: i64,
    pub returns: i64,
    pub anna: i64,
    pub ben: i64,
    pub tag: i64,
}

/// How a conversation begins: where it stands, in which queue, and what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Began {
    stage: Stage,
    queue: i64,
    codes: Vec<String>,
    bot: Vec<String>,
}

/// What was changed, to be changed back.
struct Undo {
    method: Method,
    part: &'static str,
    path: String,
    body: Value,
}

pub struct Ground {
    pub world: World,
    clock: Arc<Watch>,
    /// Who changes settings; has no desk.
    pub ada: Agent,
    /// Has a conversation.
    pub anna: Agent,
    /// Is there, and takes none unless a row says so.
    pub ben: Agent,
    /// Has the administration open.
    maya: Agent,
    /// Has the widget open, and no conversation.
    pub lea: Visitor,
    /// Talks with Anna.
    _tom: Visitor,
    pub conv: String,
    /// Is over, and open on Anna's desk.
    pub over: String,
    pub ids: Ids,
    /// How a conversation begins before anything is changed.
    pub plain: Began,
    /// Somebody whom a row has made ready.
    pub kept: Option<Visitor>,
    /// What a row has made.
    pub made: Value,
    numbers: [i64; 2],
    undo: Vec<Undo>,
}

/// The number of the shop's settings.
pub fn number(of: &Directory) -> i64 {
    of.sites.iter().find(|it| it.key == "shop").map_or(0, |it| it.settings)
}

/// The site's own path.
pub fn of_site(what: &str) -> String {
    format!("/v1/admin/sites/shop/{what}")
}

impl Ground {
    pub async fn new(database: Database) -> Self {
        let clock = Arc::new(Watch { begun: Instant::now(), ahead: AtomicI64::new(0) });
        let own = clock.clone();
        let terms = move |usual: Options| {
            let mut it = tireless(usual);
            it.clock = own;
            it.grace = Duration::from_millis(300);
            // Nobody looks at every socket all the time.
            it.ping = Duration::from_secs(600);
            it
        };
        let world = World::with(database, terms).await;
        let ids = set_up(&world).await;
        let (mut anna, mut ben) = (desk(&world, "Anna").await, desk(&world, "Ben").await);
        let maya = desk(&world, "Maya").await;
        anna.be(Presence::Available).await.expect("is there");
        ben.be(Presence::Away).await.expect("is there");
        let ada = log_in(&world, "Ada").await;
        let mut lea = Visitor::new(world.place());
        lea.connect().await.expect("a widget is open");
        let (mut tom, mut max) = (Visitor::new(world.place()), Visitor::new(world.place()));
        let conv = tom.start(form(), LANG).await.expect("let in").conv;
        let over = max.start(form(), LANG).await.expect("let in").conv;
        for it in [&conv, &over] {
            anna.does(it, Deed::Take { force: false }).await.expect("taken");
            anna.write(it, "Hello").await.expect("written");
            anna.open(it).await.expect("open");
        }
        anna.does(&over, Deed::Close { tags: vec![] }).await.expect("closed");
        max.leave().await;
        tom.tell(&FromVisitor::Custom { data: data("basket", "3") }).await.expect("told");
        let numbers = [number(&anna.directory), number(&maya.directory)];
        let plain = Began { stage: Stage::Bot, queue: 0, codes: vec![], bot: vec![] };
        let (kept, made, undo) = (None, Value::Null, Vec::new());
        let mut ground = Self {
            world,
            clock,
            ada,
            anna,
            ben,
            maya,
            lea,
            _tom: tom,
            conv,
            over,
            ids,
            plain,
            kept,
            made,
            numbers,
            undo,
        };
        ground.plain = ground.begins_plainly().await;
        let told = ground.panel_until(|it| it["custom"][0]["value"] == "3");
        told.await;
        ground
    }

    /// Somebody who has not been here.
    pub fn stranger(&self) -> Visitor {
        Visitor::new(self.world.place())
    }

    /// An agent's desk, under a new log-in.
    pub async fn desk(&self, first_name: &str) -> Agent {
        desk(&self.world, first_name).await
    }

    /// So many seconds go by.
    pub fn passes(&self, seconds: i64) {
        self.clock.ahead.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }

    /// Now, in seconds since 1970.
    pub fn now_s(&self) -> i64 {
        self.clock.now().0 / 1_000
    }

    /// Begins a conversation.
    pub async fn begins(&mut self) -> Visitor {
        let mut visitor = self.stranger();
        visitor.start(form(), LANG).await.expect("let in");
        visitor
    }

    /// A conversation begins, and ends.
    pub async fn begins_plainly(&mut self) -> Began {
        let visitor = self.begins().await;
        let began = self.began(&visitor).await;
        self.ends(visitor).await;
        began
    }

    /// How somebody's conversation began.
    pub async fn began(&self, visitor: &Visitor) -> Began {
        Began {
            stage: visitor.conversation.as_ref().expect("one").stage,
            queue: self.queue_of(visitor).await,
            codes: visitor.thread.codes().into_iter().map(str::to_owned).collect(),
            bot: said_by_bot(visitor),
        }
    }

    /// Somebody's conversation is over.
    pub async fn ends(&mut self, mut visitor: Visitor) {
        let conv = conv(&visitor);
        if visitor.conversation.as_ref().is_some_and(|it| it.stage != Stage::Closed) {
            visitor.say(FromVisitor::Close { cid: name(), conv }).await.expect("closed");
        }
        visitor.leave().await;
    }

    /// The queue that somebody's conversation is in.
    pub async fn queue_of(&self, visitor: &Visitor) -> i64 {
        let detail: Value =
            self.ada.get(&format!("/v1/conversations/{}", conv(visitor))).await.expect("told");
        detail["row"]["queue"].as_i64().expect("a queue")
    }

    /// The panel beside the conversation on Anna's desk, once it is like this.
    pub async fn panel_until(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        let conv = self.conv.clone();
        panel(&mut self.anna, &conv, is).await
    }

    /// Somebody is asked to take what a visitor began: by which offer.
    pub async fn is_asked(agent: &mut Agent, visitor: &Visitor) -> u32 {
        // What they were asked before may not have been taken back yet.
        loop {
            let (of, no) = agent.is_asked().await.expect("asked");
            if of == conv(visitor) {
                return no;
            }
        }
    }

    /// Changes what is there; it is changed back when the row is over.
    pub async fn set(&mut self, part: &'static str, to: Value) {
        let (method, path, before) = self.found(part).await;
        let mut body = before.clone();
        match (&mut body, to) {
            (Value::Object(body), Value::Object(to)) => body.extend(to),
            (body, to) => *body = to,
        }
        self.undo.push(Undo { method: method.clone(), part, path: path.clone(), body: before });
        self.does(part, method, &path, body).await;
    }

    /// Removes it when the row is over.
    pub fn undo_by_removing(&mut self, part: &'static str, path: String) {
        self.undo.push(Undo { method: Method::DELETE, part, path, body: Value::Null });
    }

    /// Changes it back when the row is over.
    pub fn undo_by(&mut self, part: &'static str, path: String, body: Value) {
        self.undo.push(Undo { method: Method::PATCH, part, path, body });
    }

    /// Everything is as it was before the row.
    pub async fn undo(&mut self) {
        if let Some(visitor) = self.kept.take() {
            self.ends(visitor).await;
        }
        while let Some(Undo { method, part, path, body }) = self.undo.pop() {
            self.does(part, method, &path, body).await;
            if part.starts_with("team/") {
                self.ben = self.desk("Ben").await;
            }
        }
        self.ben.be(Presence::Away).await.expect("is there");
        self.made = Value::Null;
    }

    /// What there is, and how it is changed.
    async fn found(&self, part: &'static str) -> (Method, String, Value) {
        let (kind, of) = part.split_once('/').unwrap_or((part, ""));
        let one = |all: Vec<Value>, key: &str| {
            let found = all.into_iter().find(|it| it[key] == of);
            found.unwrap_or_else(|| panic!("no {part}"))
        };
        match kind {
            "queues" | "tags" => {
                let it = one(self.get(&of_site(kind)).await, "name");
                (Method::PUT, of_site(&format!("{kind}/{}", it["id"])), it)
            }
            "agents" => {
                let all: Vec<Value> = self.get(&of_site(kind)).await;
                let it = all.into_iter().find(|it| it["id"] == self.ids.anna).expect("Anna");
                (Method::PUT, of_site(&format!("agents/{}", it["id"])), it)
            }
            "canned" => {
                let it = one(self.get("/v1/canned").await, "short");
                (Method::PUT, format!("/v1/canned/{}", it["id"]), it)
            }
            "team" => {
                let it = one(self.get("/v1/agents").await, "first_name");
                let may = json!({ "role": it["role"], "sites": it["sites"], "disabled": it["disabled"] });
                (Method::PATCH, format!("/v1/agents/{}", it["id"]), may)
            }
            "sites" => {
                let it = one(self.get("/v1/sites").await, "key");
                let is = json!({ "name": it["name"], "origins": it["origins"] });
                (Method::PATCH, format!("/v1/sites/{of}"), is)
            }
            _ => (Method::PUT, of_site(kind), self.get(&of_site(kind)).await),
        }
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> T {
        self.ada.get(path).await.expect("told")
    }

    /// Asks for a change, as an administrator does, and waits until whoever has to hear of it has.
    pub async fn does(&mut self, part: &str, method: Method, path: &str, body: Value) -> Value {
        let what = format!("{method} {path} {body}");
        let (status, answer) = self.ada.ask(method, path, &body).await.expect("an answer");
        assert!((200..300).contains(&status), "{what}: {status} {answer}");
        let kind = part.split('/').next().unwrap_or_default();
        if OF_WIDGETS.contains(&kind) {
            let changed =
                self.lea.until("the change", |_, it| matches!(it, ToVisitor::Changed).then_some(()));
            changed.await.unwrap_or_else(|error| panic!("{what}: widgets are not told: {error}"));
        }
        if OF_DESKS.contains(&kind) {
            self.desks_hear(&what).await;
        }
        serde_json::from_str(&answer).unwrap_or(Value::Null)
    }

    /// Open desks ask for what they show of the settings anew, and for the panel beside a conversation.
    async fn desks_hear(&mut self, what: &str) {
        let conv = self.conv.clone();
        for (desk, last) in [&mut self.anna, &mut self.maya].into_iter().zip(&mut self.numbers) {
            if number(&desk.directory) == *last {
                let told =
                    desk.until("another number", |it, _| (number(&it.directory) != *last).then_some(()));
                told.await.unwrap_or_else(|error| panic!("{what}: desks are not told: {error}"));
            }
            *last = number(&desk.directory);
        }
        let panel = self.anna.until("the panel", |_, it| match it {
            ToDesk::Visitor { conv: of, .. } => (*of == conv).then_some(()),
            _ => None,
        });
        panel.await.unwrap_or_else(|error| panic!("{what}: the panel stays as it was: {error}"));
    }
}

/// Waits until a visitor's panel is like this on a desk that has the conversation open.
pub async fn panel(desk: &mut Agent, conv: &str, is: impl Fn(&Value) -> bool) -> Value {
    loop {
        let panel: Value = desk.get(&format!("/v1/conversations/{conv}/visitor")).await.expect("told");
        if is(&panel) {
            return panel;
        }
        let changed = desk.until("the panel", |_, it| matches!(it, ToDesk::Visitor { .. }).then_some(()));
        changed.await.unwrap_or_else(|error| panic!("{error}: {panel}"));
    }
}

/// The name of somebody's conversation.
pub fn conv(visitor: &Visitor) -> String {
    visitor.conversation.as_ref().expect("one").conv.clone()
}

/// What the site's script tells.
pub fn data(key: &str, value: &str) -> Form {
    [(key.to_owned(), value.to_owned())].into_iter().collect()
}

/// What the bot said to somebody.
pub fn said_by_bot(visitor: &Visitor) -> Vec<String> {
    let words = visitor.thread.words().into_iter();
    words.filter(|(from, _)| *from == From::Bot).map(|(_, text)| text.to_owned()).collect()
}

/// Pages of the site that were there before.
pub fn old_pages(world: &World) -> Place {
    Place { pages: "https://old.example".into(), ..world.place() }
}

/// Where its pages are.
pub fn origins(more: &[&str]) -> Value {
    let all = [&[PAGES], more].concat();
    json!({ "origins": all })
}

async fn log_in(world: &World, first_name: &str) -> Agent {
    Agent::log_in(world.place(), &email(first_name), PASSWORD).await.expect("logs in")
}

async fn desk(world: &World, first_name: &str) -> Agent {
    let mut agent = log_in(world, first_name).await;
    agent.connect().await.expect("connects");
    agent
}

/// The bot that visitors meet where a row has it so.
pub fn bot() -> Value {
    let text = |en: &str, fr: &str| json!({ "en": en, "fr": fr });
    let choice = |option: i64, en: &str, fr: &str, next: u32| json!({ "option": option, "label": text(en, fr), "enabled": true, "next": next });
    let choices =
        [choice(1, "Order", "Commande", 3), choice(2, "Nothing", "Rien", 4), choice(3, "Bye", "Salut", 4)];
    json!([
        { "id": 1, "kind": "message", "text": text("Hello", "Bonjour"), "next": 2 },
        { "id": 2, "kind": "question", "text": text("What?", "Quoi ?"), "choices": choices },
        { "id": 3, "kind": "handover", "text": text("A moment", "Un instant"), "offline_form": true },
        { "id": 4, "kind": "end", "text": text("The end", "Fin") },
    ])
}

/// Three queues whose agents take, a bot that nobody meets, and one of everything.
async fn set_up(world: &World) -> Ids {
    let admin = async |method, path: &str, body| world.does(Actor::Admin, method, path, body).await;
    let queues = of_site("queues");
    let returns =
        json!({ "name": "Returns", "strategy": "manual", "first_answer_s": 30, "accept_timeout_s": 120 });
    admin(Method::POST, &queues, returns).await;
    let all = world.told(Actor::Admin, &queues).await;
    let id = |name: &str| {
        let found = all.as_array().expect("queues").iter().find(|it| it["name"] == name);
        found.and_then(|it| it["id"].as_i64()).expect("a queue")
    };
    let (support, billing, returns) = (id("Support"), id("Billing"), id("Returns"));
    for queue in all.as_array().expect("queues") {
        let mut queue = queue.clone();
        queue["strategy"] = "manual".into();
        queue["sticky"] = false.into();
        admin(Method::PUT, &format!("{queues}/{}", queue["id"]), queue).await;
    }
    let mut general = world.told(Actor::Admin, &of_site("general")).await;
    general["greeting"] = json!({ "en": "Hello", "fr": "Bonjour" });
    admin(Method::PUT, &of_site("general"), general).await;
    let mut nodes = bot();
    nodes[2]["queue"] = support.into();
    admin(Method::PUT, &of_site("bot"), json!({ "start": 1, "nodes": nodes })).await;
    let custom = json!([{ "key": "basket", "kind": "text", "label": { "en": "Basket", "fr": "Panier" } }]);
    admin(Method::PUT, &of_site("custom"), custom).await;
    let tag = admin(Method::POST, &of_site("tags"), json!({ "name": "New", "position": 0 })).await;
    admin(Method::POST, &of_site("tags"), json!({ "name": "Old", "position": 1 })).await;
    let canned = json!({ "site": "shop", "short": "hi", "title": "Welcome", "body": "Hello there" });
    admin(Method::POST, "/v1/canned", canned).await;
    let (anna, ben) = (world.id("Anna").await, world.id("Ben").await);
    let tag = tag["id"].as_i64().expect("a number");
    Ids { support, billing, returns, anna, ben, tag }
}
