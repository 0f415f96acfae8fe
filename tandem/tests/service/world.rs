//! A whole server with two sites, the people of both, and conversations: what everything here is told with.
use std::{net::SocketAddr, time::Duration};

use accounts::{NewAgent, NewSite, Role, SitesOf, login::text_of_token};
use chat::server::Options;
use chat_client::{Place, Visitor};
use chat_proto::Form;
use relay::{Config, Running, Server};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::databases::Database;

pub const PAGES: &str = "https://shop.example";
pub const BLOG_PAGES: &str = "https://blog.example";
pub const DESK_PATH: &str = "/rt?as=desk";
pub const PASSWORD: &str = "correct horse battery";

/// Who asks. The conversation that is asked about is `Own`'s, on the site `shop`, in the queue of `Owner` and
/// `Member`, and `Owner` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    /// Nobody.
    Anonymous,
    /// The visitor whose conversation it is.
    Own,
    /// Another visitor of the site.
    Other,
    /// The agent who has it.
    Owner,
    /// Another agent of its queue.
    Member,
    /// An agent of the site, of another queue.
    OtherQueue,
    /// An agent of another site.
    Elsewhere,
    /// A manager of the site.
    Manager,
    /// An admin: of every site.
    Admin,
    /// A manager of another site.
    ManagerElsewhere,
}

pub const ACTORS: [Actor; 10] = [
    Actor::Anonymous,
    Actor::Own,
    Actor::Other,
    Actor::Owner,
    Actor::Member,
    Actor::OtherQueue,
    Actor::Elsewhere,
    Actor::Manager,
    Actor::Admin,
    Actor::ManagerElsewhere,
];

/// An agent of the fixture: first name, role, site.
type Person = (&'static str, Role, &'static str);

const PEOPLE: [Person; 7] = [
    ("Anna", Role::Agent, "shop"),
    ("Ben", Role::Agent, "shop"),
    ("Carl", Role::Agent, "shop"),
    ("Dora", Role::Agent, "blog"),
    ("Maya", Role::Manager, "shop"),
    ("Ada", Role::Admin, "shop"),
    ("Eve", Role::Manager, "blog"),
];

/// The first name of an actor who is an agent.
pub const fn person(actor: Actor) -> Option<&'static str> {
    match actor {
        Actor::Anonymous | Actor::Own | Actor::Other => None,
        Actor::Owner => Some("Anna"),
        Actor::Member => Some("Ben"),
        Actor::OtherQueue => Some("Carl"),
        Actor::Elsewhere => Some("Dora"),
        Actor::Manager => Some("Maya"),
        Actor::Admin => Some("Ada"),
        Actor::ManagerElsewhere => Some("Eve"),
    }
}

/// A visitor's browser, without a socket.
#[derive(Clone)]
pub struct Browser {
    pub token: String,
    /// Their conversation.
    pub conv: String,
}

/// A running server.
pub struct World {
    pub server: Running,
    pub http: Client,
    _folder: TempDir,
    _database: Database,
}

/// Many visitors come from one address here.
pub fn unlimited(mut usual: Options) -> Options {
    usual.limits.network_starts = 1_000_000;
    usual.limits.network_tokens = 1_000_000;
    usual
}

/// Limits that are not what is tried.
pub fn tireless(usual: Options) -> Options {
    let mut it = unlimited(usual);
    it.limits.message_burst = 1_000_000;
    it.limits.starts = 1_000_000;
    it
}

impl World {
    pub async fn new() -> Self {
        Self::with(Database::Sqlite, unlimited).await
    }

    pub async fn with(database: Database, terms: impl FnOnce(Options) -> Options + Send + 'static) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { database: database.config(), ..Config::loopback(folder.path()) };
        let server = Server::start_with(config, tandem::mounts_with(terms)).await.expect("starts");
        // Who answers before it has read everything closes the connection: none is used twice.
        let http = chat_client::browser_with(|it| it.pool_max_idle_per_host(0));
        let world = Self { server, http, _folder: folder, _database: database };
        world.people().await;
        world.queues().await;
        world
    }

    async fn people(&self) {
        for (key, origin) in [("shop", PAGES), ("blog", BLOG_PAGES)] {
            let site = NewSite { key: key.into(), name: key.into(), origins: vec![origin.into()] };
            self.server.app.accounts.put_site(site).await.expect("a site");
        }
        for (first_name, role, site) in PEOPLE {
            self.hire(first_name, role, site).await;
        }
    }

    /// Another agent.
    pub async fn hire(&self, first_name: &str, role: Role, site: &str) -> i64 {
        let site = self.server.app.accounts.site(site).await.expect("read").expect("a site");
        let agent = NewAgent {
            email: email(first_name),
            first_name: first_name.into(),
            last_name: format!("Last-{}", chat_client::AGENTS_ONLY),
            role,
            sites: SitesOf::Some([site.id].into()),
            password: PASSWORD.into(),
        };
        self.server.app.accounts.put_agent(agent).await.expect("an agent").id.0
    }

    /// Support is served by Anna and Ben, Billing by Carl.
    async fn queues(&self) {
        let path = "/v1/admin/sites/shop/queues";
        let mut support = self.told(Actor::Admin, path).await[0].clone();
        let member = |id: i64| json!({ "agent": id, "priority": 0 });
        support["members"] = json!([member(self.id("Anna").await), member(self.id("Ben").await)]);
        let of_support = format!("{path}/{}", support["id"]);
        self.does(Actor::Admin, Method::PUT, &of_support, support.clone()).await;
        support["name"] = "Billing".into();
        support["members"] = json!([member(self.id("Carl").await)]);
        self.does(Actor::Admin, Method::POST, path, support).await;
    }

    pub async fn id(&self, first_name: &str) -> i64 {
        let found = self.server.app.accounts.agent_by_email(&email(first_name)).await;
        found.expect("read").expect("an agent").id.0
    }

    pub const fn addr(&self) -> SocketAddr {
        self.server.addr
    }

    /// The desk's.
    pub fn origin(&self) -> String {
        self.server.url.clone()
    }

    pub fn place(&self) -> Place {
        let server = format!("http://{}", self.addr());
        Place { server, desk: self.origin(), site: "shop".into(), pages: PAGES.into() }
    }

    /// A new log-in.
    pub async fn cookie(&self, first_name: &str) -> String {
        let id = accounts::AgentId(self.id(first_name).await);
        let token = self.server.app.accounts.begin_login(id).await.expect("a log-in");
        format!("{}={}", accounts::COOKIE, text_of_token(&token))
    }

    /// What an agent may see, as JSON.
    pub async fn told(&self, actor: Actor, path: &str) -> Value {
        let answer = self.asks((actor, None), Method::GET, path, Value::Null).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    /// What an agent may do.
    pub async fn does(&self, actor: Actor, method: Method, path: &str, body: Value) -> Value {
        let answer = self.asks((actor, None), method, path, body).await;
        let (status, text) = (answer.status(), answer.text().await.expect("read"));
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Asks as somebody: a visitor shows this token, an agent logs in anew.
    pub async fn asks(
        &self,
        (actor, token): (Actor, Option<&str>),
        method: Method,
        path: &str,
        body: Value,
    ) -> Response {
        let mut request = self.http.request(method.clone(), format!("http://{}{path}", self.addr()));
        if let Some(origin) = self.origin_of(actor, &method, path) {
            request = request.header("origin", origin);
        }
        if is_socket(path) {
            for (name, value) in UPGRADE {
                request = request.header(name, value);
            }
        }
        request = self.known(request, (actor, token)).await;
        if !body.is_null() {
            request = request.json(&body);
        }
        request.send().await.expect("an answer")
    }

    /// Asks with a body that may be anything, said to be JSON.
    pub async fn sends_json(
        &self,
        by: (Actor, Option<&str>),
        method: Method,
        path: &str,
        body: String,
    ) -> Result<Response, reqwest::Error> {
        let mut request = self.http.request(method.clone(), format!("http://{}{path}", self.addr()));
        if let Some(origin) = self.origin_of(by.0, &method, path) {
            request = request.header("origin", origin);
        }
        let request = request.header("content-type", "application/json").body(body);
        self.known(request, by).await.send().await
    }

    /// Sends a file's bytes.
    pub async fn sends(
        &self,
        by: (Actor, Option<&str>),
        method: Method,
        path: &str,
        bytes: Vec<u8>,
    ) -> Response {
        let request = self.http.request(method, format!("http://{}{path}", self.addr()));
        let request = request.header("origin", self.origin()).header("upload-offset", "0").body(bytes);
        self.known(request, by).await.send().await.expect("an answer")
    }

    async fn known(
        &self,
        mut request: reqwest::RequestBuilder,
        (actor, token): (Actor, Option<&str>),
    ) -> reqwest::RequestBuilder {
        if let Some(name) = person(actor) {
            request = request.header("cookie", self.cookie(name).await);
        }
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Who is no agent asks as a page of the site where pages of sites may, and else as if they were the desk: an
    /// origin is no secret. Browsers send none where a page reads from its own server.
    fn origin_of(&self, actor: Actor, method: &Method, path: &str) -> Option<String> {
        let of_pages = ["/v1/widget/", "/v1/stream", "/rt?as=visitor", "/v1/presence"];
        let is_of_pages = path == "/v1/session" || of_pages.iter().any(|it| path.starts_with(it));
        if person(actor).is_none() && is_of_pages {
            return Some(PAGES.to_owned());
        }
        (method != Method::GET || is_socket(path)).then(|| self.origin())
    }

    /// A visitor of the shop who has begun a conversation.
    pub async fn visitor(&self) -> Browser {
        let mut visitor = Visitor::new(self.place());
        let started = visitor.start(form(), "fr").await.expect("let in");
        let token = visitor.token().await.expect("a token");
        visitor.leave().await;
        Browser { token, conv: started.conv }
    }
}

/// What makes a request a WebSocket's (RFC 6455 §4.1).
pub const UPGRADE: [(&str, &str); 5] = [
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("sec-websocket-protocol", chat_proto::JSON),
];

fn is_socket(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    ["/rt", "/v1/desk", "/v1/presence", "/v1/session"].contains(&path)
}

pub fn email(first_name: &str) -> String {
    format!("{}.{}@example.org", first_name.to_lowercase(), chat_client::AGENTS_ONLY)
}

/// What the form asks for.
pub fn form() -> Form {
    [("name", "Léa"), ("email", "lea@example.org")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// Runs a story on a runtime of its own.
pub fn play<F: Future<Output = ()>>(story: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(story);
    // What a story leaves running must not hold the test.
    runtime.shutdown_timeout(Duration::from_secs(1));
}
