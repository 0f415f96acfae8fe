//! A server with one site, two agents and a manager: what the stories are told with.
use std::{
    future::Future,
    hash::{BuildHasher, Hasher, RandomState},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use accounts::{Accounts, NewAgent, NewSite, Role, SitesOf};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use chat::{
    model::{AgentId, SiteId},
    server::{Chat, Options},
};
use chat_client::{Agent, Place, Visitor};
use chat_proto::{Form, desk::Presence};
use store::{Migrations, Store};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::engines::Database;

pub const SHOP: &str = "shop";
pub const PAGES: &str = "https://shop.example";
pub const DESK: &str = "http://desk.localhost";
const PASSWORD: &str = "correct horse battery";
const PEOPLE: [(&str, &str, Role); 3] = [
    ("anna@shop.example", "Anna", Role::Agent),
    ("ben@shop.example", "Ben", Role::Agent),
    ("maya@shop.example", "Maya", Role::Manager),
];

/// A server, and its database to be started on again.
pub struct Bench {
    database: Database,
    pub accounts: Accounts,
    pub store: Store,
    pub chat: Chat,
    pub site: SiteId,
    pub anna: AgentId,
    pub ben: AgentId,
    addr: SocketAddr,
    running: Option<Running>,
}

struct Running {
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    http: JoinHandle<()>,
}

/// Times that a test can wait for, and no socket ends while a machine has something else to do; the orders are as they
/// are.
pub fn options() -> Options {
    let mut options = Options::new(DESK);
    options.ping = Duration::from_secs(4);
    options.grace = Duration::from_millis(300);
    options.hello = Duration::from_secs(10);
    options
}

/// Tells a story with a new server.
pub fn play<F: Future<Output = ()>>(database: Database, story: impl FnOnce(Bench) -> F) {
    play_with(database, options(), story);
}

/// The same, on other terms.
pub fn play_with<F: Future<Output = ()>>(
    database: Database,
    options: Options,
    story: impl FnOnce(Bench) -> F,
) {
    let store = database.open_with(&TABLES);
    play_on(store, database, options, story);
}

/// What a server without a relay keeps.
pub const TABLES: [Migrations; 2] = [accounts::TABLES, Chat::TABLES];

/// The same, where this has been opened.
pub fn play_on<F: Future<Output = ()>>(
    store: Store,
    database: Database,
    options: Options,
    story: impl FnOnce(Bench) -> F,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let kept = store.clone();
    runtime.block_on(async { story(Bench::new(database, store, options).await).await });
    drop(runtime);
    kept.close();
}

impl Bench {
    async fn new(database: Database, store: Store, options: Options) -> Self {
        let accounts = Accounts::new(store.clone());
        let site = NewSite { key: SHOP.into(), name: "Shop".into(), origins: vec![PAGES.into()] };
        let site = accounts.put_site(site).await.expect("a site");
        let mut ids = Vec::new();
        for (email, first_name, role) in PEOPLE {
            let agent = NewAgent {
                email: email.into(),
                first_name: first_name.into(),
                last_name: "Lastname-Canary".into(),
                role,
                sites: SitesOf::Some([site.id].into()),
                password: PASSWORD.into(),
            };
            ids.push(AgentId(accounts.put_agent(agent).await.expect("an agent").id.0));
        }
        let chat = Chat::open(store.clone(), accounts.clone(), options).await.expect("opens");
        let (addr, running) = start(&chat, &accounts).await;
        let (site, anna, ben) = (SiteId(site.id.0), ids[0], ids[1]);
        Self { database, accounts, store, chat, site, anna, ben, addr, running: Some(running) }
    }

    pub fn place(&self) -> Place {
        self.place_at(self.addr)
    }

    /// Through another address: a proxy's.
    pub fn place_at(&self, addr: SocketAddr) -> Place {
        let server = format!("http://{addr}");
        Place { server, desk: DESK.into(), site: SHOP.into(), pages: PAGES.into() }
    }

    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.place())
    }

    /// An agent who is logged in, has a desk and is there.
    pub async fn agent(&self, first_name: &str) -> Agent {
        let mut agent = self.desk(first_name).await;
        agent.be(Presence::Available).await.expect("is there");
        agent
    }

    /// An agent who is logged in and has a desk.
    pub async fn desk(&self, first_name: &str) -> Agent {
        let email = format!("{}@shop.example", first_name.to_lowercase());
        let mut agent = Agent::log_in(self.place(), &email, PASSWORD).await.expect("logs in");
        agent.connect().await.expect("connects");
        agent
    }

    /// Ends the service and starts another one on the same database, at the same address.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.chat = Chat::open(self.store.clone(), self.accounts.clone(), options()).await.expect("opens");
        let running = start_at(&self.chat, &self.accounts, self.addr).await;
        self.running = Some(running);
    }

    /// The same with a service that commits, and hears of nothing that was committed until the sender says so.
    pub async fn restart_deaf(&mut self) -> oneshot::Sender<()> {
        self.stop().await;
        // Whoever waits for it to hear answers no pings.
        let options = Options { ping: Duration::from_secs(60), ..options() };
        self.chat = Chat::open(self.store.clone(), self.accounts.clone(), options).await.expect("opens");
        let listener = TcpListener::bind(self.addr).await.expect("the same port");
        let (hear, hears) = oneshot::channel();
        self.running = Some(serve(&self.chat, &self.accounts, listener, async { _ = hears.await }));
        hear
    }

    pub async fn stop(&mut self) {
        let Some(running) = self.running.take() else { return };
        let _ = running.stop.send(());
        running.serving.await.expect("ends");
        running.http.abort();
        let _ = running.http.await;
    }

    /// One number that a statement gives.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = sql.to_owned();
        let rows: Vec<(i64,)> = self.store.read(move |tx| tx.rows(&sql, &[])).await.expect("read");
        rows[0].0
    }

    #[allow(dead_code, reason = "which engine it is, for who debugs")]
    pub const fn database(&self) -> &Database {
        &self.database
    }
}

async fn start(chat: &Chat, accounts: &Accounts) -> (SocketAddr, Running) {
    let listener = steady().await;
    let addr = listener.local_addr().expect("its address");
    (addr, serve(chat, accounts, listener, async {}))
}

/// At a port that no system gives to whoever asks for any (IANA's begin at 49152, Linux's at 32768): it is still free when
/// a service that was stopped starts again.
async fn steady() -> TcpListener {
    for _ in 0..100 {
        let drawn = (RandomState::new().build_hasher().finish() & 0x3fff) as u16;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", 0x4000 | drawn)).await {
            return listener;
        }
    }
    panic!("no free port");
}

async fn start_at(chat: &Chat, accounts: &Accounts, addr: SocketAddr) -> Running {
    serve(chat, accounts, TcpListener::bind(addr).await.expect("the same port"), async {})
}

fn serve(
    chat: &Chat,
    accounts: &Accounts,
    listener: TcpListener,
    hears: impl Future<Output = ()> + Send + 'static,
) -> Running {
    let (stop, stopped) = oneshot::channel::<()>();
    let (service, accounts) = (chat.clone(), Arc::new(accounts.clone()));
    let serving = tokio::spawn(async move {
        hears.await;
        service.serve(async { _ = stopped.await }).await;
    });
    // The relay's, in a whole server.
    let log_in = Router::new().route("/v1/login", post(log_in)).with_state(accounts);
    let routes = chat.router().merge(log_in).into_make_service_with_connect_info::<SocketAddr>();
    let http = tokio::spawn(async move { axum::serve(listener, routes).await.expect("serves") });
    Running { stop, serving, http }
}

async fn log_in(State(accounts): State<Arc<Accounts>>, body: axum::body::Bytes) -> impl IntoResponse {
    let said: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let text = |key: &str| said[key].as_str().expect("text").to_owned();
    let agent = accounts.log_in(&text("email"), text("password")).await.expect("an agent");
    let token = accounts.begin_login(agent.id).await.expect("a log-in");
    let cookie = format!("{}={}; Path=/", accounts::COOKIE, accounts::login::text_of_token(&token));
    (StatusCode::OK, [(header::SET_COOKIE, cookie)])
}

/// What the form of a site that nobody has set up asks for.
pub fn form() -> Form {
    [("name", "Léa"), ("email", "lea@example.org")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}
