//! A whole server, or two, its agents, and a visitor whose browser has both the chat and the page.
use std::{net::SocketAddr, path::Path};

use accounts::{NewAgent, NewSite, Role, SitesOf};
use chat::server::Options;
use chat_client::{Agent, Place, Visitor};
use chat_proto::{
    Form,
    desk::{Deed, Presence, Shared},
    message::Msg,
};
use cobrowse_core::wire::{desk::Ticket, message::Ask};
use relay::{Config, Running, Server, config::Database};
use relay_client::{At, Coming, Opening, Page, PageKey, Says, Told, Viewer, Waiting};
use reqwest::Method;
use serde_json::{Value, json};
use tandem::apart::{self, Way, service, sign::Key};
use tempfile::TempDir;

pub const PAGES: &str = "https://shop.example";
const PASSWORD: &str = "correct horse battery";

/// How relay and chat run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// In one server.
    Together,
    /// Each on its own, with signed calls between them.
    Apart,
}

pub struct World {
    pub server: Running,
    pub chat: Option<ChatAlone>,
    folder: TempDir,
}

/// The chat service on its own.
pub struct ChatAlone {
    pub running: service::Running,
    /// Where it was found, and is again.
    pub config: service::Config,
}

impl ChatAlone {
    async fn start(
        (folder, listen): (&Path, SocketAddr),
        server: &Running,
        terms: impl FnOnce(Options) -> Options,
    ) -> Self {
        let config = service::Config {
            listen,
            public_url: server.url.parse().expect("an address"),
            proxies: Vec::new(),
            data: folder.to_owned(),
            database: Database::DataFolder,
            relay: way(folder, server.addr),
            history: false,
        };
        let running = service::start(config.clone(), terms).await.expect("starts");
        Self { running, config }
    }
}

/// The way to one of them.
pub fn way(folder: &Path, to: SocketAddr) -> Way {
    let key = Key::in_folder(folder).expect("a key");
    Way { url: format!("http://{to}").parse().expect("an address"), key }
}

impl World {
    pub async fn new(how: How) -> Self {
        Self::with(how, |usual| usual).await
    }

    pub async fn with(how: How, terms: impl FnOnce(Options) -> Options + Send + 'static) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::loopback(folder.path());
        let (server, chat) = match how {
            How::Together => {
                (Server::start_with(config, tandem::mounts_with(terms)).await.expect("starts"), None)
            }
            How::Apart => {
                let at = Config::loopback(folder.path()).listen;
                let mounts = apart::mounts(way(folder.path(), at));
                let server = Server::start_with(config, mounts).await.expect("starts");
                let chat = ChatAlone::start((folder.path(), at), &server, terms).await;
                (server, Some(chat))
            }
        };
        let accounts = &server.app.accounts;
        for (key, origin) in [("shop", PAGES), ("blog", "https://blog.example")] {
            let site = NewSite { key: key.into(), name: key.into(), origins: vec![origin.into()] };
            accounts.put_site(site).await.expect("a site");
        }
        for (first_name, role) in [("Ada", Role::Admin), ("Anna", Role::Agent), ("Ben", Role::Agent)] {
            let agent = NewAgent {
                email: email(first_name),
                first_name: first_name.into(),
                last_name: String::new(),
                role,
                sites: SitesOf::All,
                password: PASSWORD.into(),
            };
            accounts.put_agent(agent).await.expect("an agent");
        }
        let world = Self { server, chat, folder };
        world.queue().await;
        world
    }

    /// Anna and Ben answer.
    async fn queue(&self) {
        let ada = Agent::log_in(self.place(), &email("Ada"), PASSWORD).await.expect("logs in");
        let path = "/v1/admin/sites/shop/queues";
        let queues: Value = ada.get(path).await.expect("queues");
        let mut support = queues[0].clone();
        let member = |id: i64| json!({ "agent": id, "priority": 0 });
        support["members"] = json!([member(self.id("Anna").await), member(self.id("Ben").await)]);
        let put =
            ada.ask(Method::PUT, &format!("{path}/{}", support["id"]), &support).await.expect("answered");
        assert!(put.0 < 300, "{put:?}");
    }

    pub async fn id(&self, first_name: &str) -> i64 {
        let found = self.server.app.accounts.agent_by_email(&email(first_name)).await;
        found.expect("read").expect("an agent").id.0
    }

    pub fn place(&self) -> Place {
        let server = format!("http://{}", self.server.addr);
        Place { server, desk: self.server.url.clone(), site: "shop".into(), pages: PAGES.into() }
    }

    /// As a page of the site.
    pub fn page(&self) -> At {
        At { server: format!("http://{}", self.server.addr), origin: PAGES.into() }
    }

    /// As a page of the desk.
    pub fn desk(&self) -> At {
        At { origin: self.server.url.clone(), ..self.page() }
    }

    /// An agent who is there.
    pub async fn agent(&self, first_name: &str) -> Agent {
        let mut agent = Agent::log_in(self.place(), &email(first_name), PASSWORD).await.expect("logs in");
        agent.be(Presence::Available).await.expect("is there");
        agent
    }

    /// Ends the servers, and starts them again on the same data, having done something to those.
    pub async fn restarted(mut self, meanwhile: &str) -> Self {
        let (chat, listen) = (self.stops_chat().await, self.server.addr);
        self.server.shutdown().await.expect("stops");
        let config = Config { listen, ..Config::loopback(self.folder.path()) };
        let tables = tandem::mounts();
        let store = relay::records::open(self.folder.path(), &config.database, tables.migrations());
        let (store, sql) = (store.expect("the database"), meanwhile.to_owned());
        let done = store.write(store::Key(0), move |tx| tx.execute(&sql, &[]).map(drop));
        let done: Result<(), store::Error> = done.await;
        done.expect("done");
        tokio::task::spawn_blocking(move || store.close()).await.expect("closed");
        let mounts = match &chat {
            Some(chat) => apart::mounts(way(self.folder.path(), chat.listen)),
            None => tandem::mounts(),
        };
        let server = Server::start_with(config, mounts).await.expect("starts");
        let mut world = Self { server, ..self };
        if let Some(chat) = chat {
            world.starts_chat(chat).await;
        }
        world
    }

    /// Ends the chat service where it runs on its own, and gives what starts it again.
    pub async fn stops_chat(&mut self) -> Option<service::Config> {
        let ChatAlone { running, config } = self.chat.take()?;
        running.shutdown().await.expect("stops");
        Some(config)
    }

    pub async fn starts_chat(&mut self, config: service::Config) {
        let running = service::start(config.clone(), |usual| usual).await.expect("starts");
        self.chat = Some(ChatAlone { running, config });
    }

    /// The relay of two that run apart is away while something happens, and comes back at its address.
    pub async fn without_relay<T>(self, meanwhile: impl AsyncFnOnce() -> T) -> (Self, T) {
        let listen = self.server.addr;
        self.server.shutdown().await.expect("stops");
        let done = meanwhile().await;
        let config = Config { listen, ..Config::loopback(self.folder.path()) };
        let chat = self.chat.as_ref().expect("apart").config.listen;
        let mounts = apart::mounts(way(self.folder.path(), chat));
        (Self { server: Server::start_with(config, mounts).await.expect("starts"), ..self }, done)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn email(first_name: &str) -> String {
    format!("{}@shop.example", first_name.to_lowercase())
}

pub fn form() -> Form {
    [("name", "Léa"), ("email", "lea@example.org")].map(|(key, value)| (key.into(), value.into())).into()
}

/// A visitor in a conversation, their waiting page, and the agent who has the conversation.
pub struct Talk {
    pub world: World,
    pub key: PageKey,
    pub lea: Visitor,
    pub waiting: Waiting,
    pub anna: Agent,
    pub conv: String,
}

impl Talk {
    pub async fn new(how: How) -> Self {
        Self::in_world(World::new(how).await).await
    }

    pub async fn in_world(world: World) -> Self {
        let key = PageKey::new().expect("a key");
        let mut anna = world.agent("Anna").await;
        let waiting = waits(&world, &key).await;
        let mut lea = Visitor::new(world.place()).proving(key.prover());
        lea.start(form(), "fr").await.expect("let in");
        let (conv, no) = anna.is_asked().await.expect("asked");
        anna.does(&conv, Deed::Accept { no }).await.expect("accepted");
        anna.open(&conv).await.expect("open");
        Self { world, key, lea, waiting, anna, conv }
    }

    /// What an agent gets for pressing the screen icon.
    pub async fn presses(&self, agent: &Agent) -> (u16, String) {
        let path = format!("/v1/conversations/{}/share", self.conv);
        agent.ask(Method::POST, &path, &Value::Null).await.expect("answered")
    }

    /// A viewer of this session for an agent.
    pub async fn opens(&self, agent: &Agent, session: &str) -> Viewer {
        let path = format!("/v1/sessions/{session}/ticket");
        let (status, body) = agent.ask(Method::POST, &path, &Value::Null).await.expect("answered");
        assert_eq!(status, 200, "{body}");
        let ticket: Ticket = serde_json::from_str(&body).expect("a ticket");
        let mut viewer = Viewer::opens(Opening { at: self.world.desk(), ticket: ticket.ticket });
        viewer.hears("the connection", |it| *it == Told::Connected).await.expect("connects");
        viewer
    }

    /// The visitor's page, once it is asked to come.
    pub async fn comes(&mut self) -> Page {
        let ticket = self.waiting.is_asked().await.expect("asked").ticket;
        let (at, key) = (self.world.page(), self.key.clone());
        Page::comes(Coming { at, key, ticket, shows: "the basket".into() })
    }

    /// The whole beginning: the icon, the question, the yes.
    pub async fn shares(&mut self) -> (String, Viewer, Page) {
        let (status, body) = self.presses(&self.anna).await;
        assert_eq!(status, 201, "{body}");
        let Shared { session } = serde_json::from_str(&body).expect("a session");
        let mut viewer = self.opens(&self.anna, &session).await;
        let mut page = self.comes().await;
        viewer.asks(Ask::View).expect("runs");
        assert_eq!(page.says_yes(Ask::View).await.expect("a question"), "Anna");
        viewer.sees().await.expect("sees it");
        (session, viewer, page)
    }

    /// The visitor says no. Gives the session, and what keeps it open.
    pub async fn is_refused(&mut self) -> (String, (Viewer, Page)) {
        let (_, body) = self.presses(&self.anna).await;
        let Shared { session } = serde_json::from_str(&body).expect("a session");
        let mut viewer = self.opens(&self.anna, &session).await;
        let mut page = self.comes().await;
        viewer.asks(Ask::View).expect("runs");
        let told = page.hears("a question", |it| matches!(it, Told::Asked(..))).await.expect("asked");
        let Told::Asked(agent, ask) = told else { panic!("a question") };
        assert!(page.answers(agent.id, ask, Says::No).await.expect("runs"), "the question stands");
        viewer.hears("the no", |it| matches!(it, Told::Declined(Ask::View, _))).await.expect("heard");
        (session, (viewer, page))
    }

    /// The rows of shares as the visitor reads them, once the last is this.
    pub async fn rows_until(&mut self, code: &str) -> Vec<String> {
        self.lea.reads("a row", |it| it.meta.code == code).await.expect("read");
        rows(&self.lea.thread.msgs)
    }
}

/// The codes of shares' rows.
pub fn rows(msgs: &[Msg]) -> Vec<String> {
    msgs.iter().filter(|it| it.kind == "screen_share").map(|it| it.meta.code.clone()).collect()
}

/// A page of the shop that waits.
pub async fn waits(world: &World, key: &PageKey) -> Waiting {
    Waiting::comes(&world.page(), "shop", key, ("/panier", "fr")).await.expect("let in")
}
