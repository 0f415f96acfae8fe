//! What the rows of the tables are about: one conversation with everything that belongs to it, made anew where a
//! cell would use it up.
use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use accounts::Role;
use chat::server::Options;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    databases::Database,
    world::{Actor, Browser, PAGES, World, email, person, unlimited},
};

/// An image of one pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

pub struct Fixture {
    pub world: World,
    pub own: Browser,
    pub other: Browser,
    visitor: i64,
    file: String,
    n_made: AtomicUsize,
    /// What was begun last: too many at once are refused.
    begun: Mutex<Option<String>>,
}

impl Fixture {
    pub async fn new() -> Self {
        Self::on(Database::Sqlite, unlimited).await
    }

    pub async fn on(database: Database, terms: impl FnOnce(Options) -> Options + Send + 'static) -> Self {
        let world = World::with(database, terms).await;
        let (own, other) = (world.visitor().await, world.visitor().await);
        let mut anna = world.desk(Actor::Owner).await;
        let be = |to: &str| json!({ "t": "presence", "site": "shop", "to": to });
        let take = json!({ "t": "do", "conv": own.conv, "what": { "kind": "take" } });
        for frame in [be("available"), take, be("away")] {
            assert_eq!(anna.asks(frame).await, "ack");
        }
        let panel = world.told(Actor::Owner, &format!("/v1/conversations/{}/visitor", own.conv)).await;
        let visitor = panel["id"].as_i64().expect("a visitor");
        let mut made = Self {
            world,
            own,
            other,
            visitor,
            file: String::new(),
            n_made: AtomicUsize::new(0),
            begun: Mutex::default(),
        };
        made.file = made.sent_file().await;
        made
    }

    pub fn token(&self, actor: Actor) -> Option<&str> {
        match actor {
            Actor::Own => Some(&self.own.token),
            Actor::Other => Some(&self.other.token),
            _ => None,
        }
    }

    /// A word that nothing here has yet.
    fn word(&self, kind: &str) -> String {
        format!("{kind}-{}", self.n_made.fetch_add(1, Ordering::SeqCst))
    }

    /// What a route is asked with: a row's words, filled in for who asks.
    pub async fn ask(&self, actor: Actor, row: &str) -> (Method, String, Value) {
        let mut words = row.split(' ');
        let (method, path) = (words.next().expect("a method"), words.next().expect("a path"));
        let variant = words.next().unwrap_or_default();
        let path = self.fill((method, path), variant).await;
        let body = self.body(actor, (method, &path), variant).await;
        (method.parse().expect("a method"), path, body)
    }

    async fn fill(&self, (method, path): (&str, &str), variant: &str) -> String {
        let conv = self.own.conv.clone();
        let path = path.replace("{conv}", &conv).replace("{site}", "shop").replace("{key}", "shop");
        let id = match path.as_str() {
            "/v1/conversations/{id}/files" => conv,
            it if it.starts_with("/v1/contacts/") => self.visitor.to_string(),
            it if it.starts_with("/v1/canned/") => self.canned(variant).await,
            it if it.starts_with("/v1/admin/sites/shop/agents/") => self.spare().await.to_string(),
            it if it.starts_with("/v1/agents/") => self.spare().await.to_string(),
            it if it.starts_with("/v1/uploads/") => self.upload().await,
            it if it.starts_with("/v1/invitations/{id}") => self.invitation().await.0,
            it if it.starts_with("/v1/files/") || it.starts_with("/v1/dl/") => self.file.clone(),
            it if it.contains("{id}") && it.starts_with("/v1/admin/") => {
                self.made_by_admin(it.trim_end_matches("/{id}")).await
            }
            _ => "1".to_owned(),
        };
        let mut path = path.replace("{id}", &id);
        if path.contains("{note}") {
            path = path.replace("{note}", &self.note().await);
        }
        if path.contains("{kid}") {
            path = path.replace("{kid}", &self.site_key().await);
        }
        if path.contains("{token}") {
            path = path.replace("{token}", &self.invitation().await.1);
        }
        let hash = "0".repeat(64);
        path = path.replace("{session}", &"0".repeat(32)).replace("{hash}", &hash).replace("{*place}", "a");
        match (path.as_str(), variant) {
            (it, "signed") => self.link(it).await,
            ("/rt", "visitor") => "/rt?as=visitor&site=shop".to_owned(),
            ("/rt", _) => "/rt?as=desk".to_owned(),
            ("/v1/stream", "") if method == "POST" => "/v1/stream?site=shop".to_owned(),
            ("/v1/stream", _) => self.stream().await,
            ("/v1/presence", _) => "/v1/presence?site=shop".to_owned(),
            _ if method == "POST" && path == "/v1/admin/sites/shop/keys" => {
                self.no_site_keys().await;
                path
            }
            _ => path,
        }
    }

    // long: one line for each route that takes a body.
    async fn body(&self, actor: Actor, (method, path): (&str, &str), variant: &str) -> Value {
        let kind = path.strip_prefix("/v1/admin/sites/shop/").unwrap_or(path).split('/').next_back();
        let kind = kind.unwrap_or_default();
        match (method, path) {
            ("GET" | "HEAD" | "DELETE", _) => Value::Null,
            ("POST", "/v1/canned") => self.canned_body(actor, variant).await,
            (_, it) if it.ends_with("/used") || it.ends_with("/share") => Value::Null,
            ("PUT", it) if it.starts_with("/v1/canned/") => self.canned_body(actor, variant).await,
            (_, it) if it.contains("/notes") => json!({ "text": "Calls back", "colour": "blue" }),
            ("PUT", it) if it.starts_with("/v1/contacts/") => json!({ "company": "Acme" }),
            ("POST", "/v1/uploads") => self.upload_body(),
            ("PUT" | "PATCH", it) if it.starts_with("/v1/uploads/") => Value::Null,
            ("POST", "/v1/widget/shop/token") => json!({ "secret": chat_client::secret() }),
            ("POST", "/v1/widget/shop/say") => {
                json!({ "t": "send", "cid": chat_client::name(), "conv": self.own.conv, "text": "Hello" })
            }
            ("POST", "/v1/stream?site=shop") => hello(self.token(actor).unwrap_or_default()),
            ("POST", it) if it.starts_with("/v1/stream") => {
                json!({ "t": "typing", "conv": self.own.conv, "on": true })
            }
            ("POST", "/v1/login") => {
                let name = self.word("Login");
                self.world.hire(&name, Role::Agent, "shop").await;
                json!({ "email": email(&name), "password": crate::world::PASSWORD })
            }
            ("POST", "/v1/me/password") => {
                json!({ "old": crate::world::PASSWORD, "new": crate::world::PASSWORD })
            }
            ("POST", "/v1/agents") => {
                let name = self.word("Agent");
                json!({ "email": email(&name), "first_name": name, "role": "agent", "sites": ["shop"],
                    "password": crate::world::PASSWORD })
            }
            ("PATCH", it) if it.starts_with("/v1/agents/") => json!({ "role": "agent" }),
            ("POST", "/v1/invitations") => self.invite_body(),
            ("POST", it) if it.starts_with("/v1/invitations/of/") => {
                json!({ "first_name": "Zoé", "password": crate::world::PASSWORD })
            }
            ("POST", "/v1/sites") => {
                json!({ "key": self.word("site"), "name": "Site", "origins": ["https://site.example"] })
            }
            ("PATCH", "/v1/sites/shop") => json!({ "name": "shop" }),
            _ if path.starts_with("/v1/admin/") => self.admin_body(path, kind).await,
            _ => json!({}),
        }
    }

    /// What stands there already, or another one of its kind.
    async fn admin_body(&self, path: &str, kind: &str) -> Value {
        let place = path.strip_prefix("/v1/admin/sites/shop/").expect("administration");
        match (place.split('/').next().expect("a kind"), kind) {
            ("bot", _) => self.bot().await,
            ("hours", "preview") => self.world.told(Actor::Admin, "/v1/admin/sites/shop/hours").await,
            ("queues", _) => self.queue().await,
            ("tags", _) => json!({ "name": self.word("tag") }),
            ("agents", _) => json!({ "max_chats": 3 }),
            _ => self.world.told(Actor::Admin, path).await,
        }
    }

    async fn queue(&self) -> Value {
        let mut queue = self.world.told(Actor::Admin, "/v1/admin/sites/shop/queues").await[0].clone();
        queue["name"] = self.word("queue").into();
        queue["members"] = json!([]);
        queue
    }

    async fn bot(&self) -> Value {
        let queue = &self.world.told(Actor::Admin, "/v1/admin/sites/shop/queues").await[0]["id"];
        let handover = json!({ "id": 2, "kind": "handover", "text": { "en": "Welcome" }, "queue": queue });
        let choice = json!({ "option": 1, "label": { "en": "Sales" }, "enabled": true, "next": 2 });
        let question =
            json!({ "id": 1, "kind": "question", "text": { "en": "What about?" }, "choices": [choice] });
        json!({ "start": 1, "nodes": [question, handover] })
    }

    async fn made_by_admin(&self, place: &str) -> String {
        let kind = place.rsplit('/').next().expect("a kind").to_owned();
        let body = self.admin_body(place, &kind).await;
        self.world.does(Actor::Admin, Method::POST, place, body).await["id"].to_string()
    }

    async fn note(&self) -> String {
        let path = format!("/v1/contacts/{}/notes", self.visitor);
        self.world.does(Actor::Owner, Method::POST, &path, json!({ "text": "Note" })).await["id"].to_string()
    }

    /// `shared` and `taken` are everybody's; else it is Anna's.
    async fn canned(&self, variant: &str) -> String {
        let shared = ["shared", "taken"].contains(&variant);
        let by = if shared { Actor::Admin } else { Actor::Owner };
        let body = self.canned_body(by, if shared { "shared" } else { "own" }).await;
        self.world.does(by, Method::POST, "/v1/canned", body).await["id"].to_string()
    }

    /// Whose a reply shall be: nobody's, Anna's, or of who asks.
    async fn canned_body(&self, actor: Actor, variant: &str) -> Value {
        let agent = match variant {
            "shared" => None,
            "Annas" => Some(self.world.id("Anna").await),
            _ => match person(actor) {
                Some(name) => Some(self.world.id(name).await),
                None => None,
            },
        };
        json!({ "site": "shop", "short": self.word("reply"), "title": "Reply", "body": "Hello", "agent": agent })
    }

    /// An agent whom nobody needs, known to the chat service.
    async fn spare(&self) -> i64 {
        let name = self.word("Spare");
        let id = self.world.hire(&name, Role::Agent, "shop").await;
        let cookie = self.world.cookie(&name).await;
        let counts = self.world.http.get(format!("http://{}/v1/counts", self.world.addr()));
        assert!(counts.header("cookie", cookie).send().await.expect("an answer").status().is_success());
        id
    }

    fn invite_body(&self) -> Value {
        json!({ "email": email(&self.word("guest")), "role": "agent", "sites": ["shop"] })
    }

    /// An invitation's number, and its link's token.
    async fn invitation(&self) -> (String, String) {
        let made = self.world.does(Actor::Admin, Method::POST, "/v1/invitations", self.invite_body()).await;
        let link = made["link"].as_str().expect("a link");
        (made["id"].to_string(), link.rsplit('/').next().expect("a token").to_owned())
    }

    async fn no_site_keys(&self) {
        let path = "/v1/admin/sites/shop/keys";
        for key in self.world.told(Actor::Admin, path).await.as_array().expect("keys") {
            let path = format!("{path}/{}", key["kid"].as_str().expect("a kid"));
            self.world.does(Actor::Admin, Method::DELETE, &path, Value::Null).await;
        }
    }

    async fn site_key(&self) -> String {
        self.no_site_keys().await;
        let made =
            self.world.does(Actor::Admin, Method::POST, "/v1/admin/sites/shop/keys", Value::Null).await;
        made["kid"].as_str().expect("a kid").to_owned()
    }

    fn upload_body(&self) -> Value {
        json!({ "conv": self.own.conv, "name": "a.png", "bytes": png().len(), "type": "image/png" })
    }

    /// The visitor's, begun; the one before goes.
    async fn upload(&self) -> String {
        let before = self.begun.lock().expect("not poisoned").take();
        if let Some(id) = before {
            // It may be gone already.
            self.as_own(Method::DELETE, &format!("/v1/uploads/{id}")).send().await.expect("an answer");
        }
        let begun = self.as_own(Method::POST, "/v1/uploads").json(&self.upload_body()).send().await;
        let begun: Value = begun.expect("an answer").json().await.expect("begun");
        let id = begun["id"].as_str().unwrap_or_else(|| panic!("{begun}")).to_owned();
        *self.begun.lock().expect("not poisoned") = Some(id.clone());
        id
    }

    fn as_own(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("http://{}{path}", self.world.addr());
        self.world.http.request(method, url).bearer_auth(&self.own.token)
    }

    /// The visitor's, whole, under this name: its card.
    pub async fn upload_named(&self, name: &str) -> Value {
        let mut body = self.upload_body();
        body["name"] = name.into();
        let begun = self.as_own(Method::POST, "/v1/uploads").json(&body).send().await.expect("an answer");
        let begun: Value = begun.json().await.expect("begun");
        let id = begun["id"].as_str().unwrap_or_else(|| panic!("{name:?}: {begun}"));
        let put = self.as_own(Method::PUT, &format!("/v1/uploads/{id}")).body(png()).send().await;
        put.expect("an answer").json().await.expect("a card")
    }

    /// The visitor's, in a message.
    async fn sent_file(&self) -> String {
        let id = self.upload().await;
        let put = self.as_own(Method::PUT, &format!("/v1/uploads/{id}")).body(png()).send().await;
        assert!(put.expect("an answer").status().is_success());
        let mut own = self.world.widget("shop", &self.own.token).await;
        let send = json!({ "t": "send", "conv": self.own.conv, "files": [id] });
        assert_eq!(own.asks(send).await, "ack");
        id
    }

    /// A stream of the visitor's. Whoever has begun many is asked to come back in a moment: those that nobody hears go.
    async fn stream(&self) -> String {
        loop {
            let begun = self.as_own(Method::POST, "/v1/stream?site=shop").header("origin", PAGES);
            let begun = begun.json(&hello(&self.own.token)).send().await.expect("an answer");
            let begun: Value = begun.json().await.expect("begun");
            if let Some(stream) = begun["stream"].as_str() {
                return format!("/v1/stream?site=shop&stream={stream}");
            }
            assert_eq!(begun["code"], "rate", "{begun}");
            let pause = begun["retry_ms"].as_u64().unwrap_or_else(|| panic!("{begun}"));
            // waits: as long as it was told
            sleep(Duration::from_millis(pause)).await;
        }
    }

    /// The signed address of a file.
    async fn link(&self, path: &str) -> String {
        let id = path.rsplit('/').next().expect("a file");
        let link = self.as_own(Method::GET, &format!("/v1/files/{id}/link")).send().await;
        let link: Value = link.expect("an answer").json().await.expect("a link");
        link["url"].as_str().expect("an address").to_owned()
    }

    /// What an upload's route gets as its body.
    pub fn bytes(row: &str) -> Option<Vec<u8>> {
        let sends = row.starts_with("PUT /v1/uploads/") || row.starts_with("PATCH /v1/uploads/");
        sends.then(png)
    }
}

fn hello(token: &str) -> Value {
    json!({ "t": "hello", "token": token })
}

fn png() -> Vec<u8> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    BASE64_STANDARD.decode(PNG).expect("an image")
}
