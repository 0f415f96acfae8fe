//! The chat service as a process of its own.
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use accounts::Accounts;
use axum::{
    Json, Router,
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
    serve::ListenerExt,
};
use chat::server::{Chat, OpenError, Options};
use relay::{
    alone::{self, Holds},
    config::{Database, Proxy, PublicUrl},
    records::{self, Records},
    shutdown::Shutdown,
    transport::{proxy::behind, tcp::tune},
};
use store::{Alone, Store};
use thiserror::Error;
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    Way,
    call::Link,
    chat_end::{self, RemoteShares},
    sign::{End, Guard},
};
use crate::{CHAT, demo, shares::ChatThread};

/// What the process is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where HTTP listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address that browsers use, which is the relay's.
    pub public_url: PublicUrl,
    /// Who stands in front on other machines, and says who asks. On this one everybody who connects may.
    pub proxies: Vec<Proxy>,
    /// The folder of the files and, unless it is elsewhere, the database.
    pub data: PathBuf,
    /// Where the database is: the relay's own.
    pub database: Database,
    /// The way to the relay.
    pub relay: Way,
    /// Whether the demo's history is made first, where there are no conversations.
    pub history: bool,
}

/// Why it does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database, or another process that has it.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A file of the data folder.
    #[error("data folder: {0}")]
    Data(#[from] std::io::Error),
    /// The service itself.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The demo's history.
    #[error(transparent)]
    Demo(#[from] demo::DemoError),
    /// The client that asks the relay.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

/// A chat service that runs.
pub struct Running {
    /// Where HTTP listens.
    pub addr: SocketAddr,
    /// The service itself, for tests that look inside.
    pub chat: Chat,
    shutdown: Shutdown,
    holds: Holds,
    task: JoinHandle<std::io::Result<()>>,
    store: Store,
    name: Alone,
}

/// Starts it, on terms made from the usual ones; it answers when this returns.
///
/// # Errors
/// [`StartError`] says what stands in the way.
pub async fn start(config: Config, terms: impl FnOnce(Options) -> Options) -> Result<Running, StartError> {
    records::make_folder(&config.data)?;
    let listen = |source| StartError::Listen { address: config.listen, source };
    let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
    let addr = listener.local_addr()?;
    let (store, name) = open(&config).await?;
    let accounts = Accounts::new(store.clone());
    let origin = config.public_url.origin();
    if config.history {
        let (store, data) = (store.clone(), config.data.clone());
        let ground = demo::Ground { store, accounts: accounts.clone(), origin: origin.clone(), data };
        demo::prepare(&ground).await?;
    }
    let shares = Arc::new(RemoteShares(Link::new(End::Relay, &config.relay)?));
    let options = Options { files: Some(config.data.join("files")), shares, ..Options::new(&origin) };
    let chat = Chat::open(store.clone(), accounts, terms(options)).await?;
    let (shutdown, holds) = (Shutdown::default(), Holds::of(std::slice::from_ref(&name)));
    let routes = routes(&chat, &config, (&store, &holds));
    let (service, stop) = (chat.clone(), shutdown.clone());
    shutdown.spawn(async move { service.serve(stop.wanted()).await });
    tracing::info!(%addr, url = origin, "the chat service listens");
    let (stop, listener) = (shutdown.clone(), listener.tap_io(|it| tune(it)));
    let served = routes.into_make_service_with_connect_info::<SocketAddr>();
    let task = async move {
        axum::serve(listener, served).with_graceful_shutdown(async move { stop.wanted().await }).await
    };
    Ok(Running { addr, chat, shutdown, holds, task: tokio::spawn(task), store, name })
}

async fn open(config: &Config) -> Result<(Store, Alone), StartError> {
    let config = config.clone();
    let open = move || {
        let name = records::alone(&config.data, &config.database, CHAT)?;
        match records::open(&config.data, &config.database, &[Chat::TABLES]) {
            Ok(store) => Ok((store, name)),
            Err(error) => {
                name.release();
                Err(error)
            }
        }
    };
    Ok(tokio::task::spawn_blocking(open).await.map_err(std::io::Error::other)??)
}

fn routes(chat: &Chat, config: &Config, (store, holds): (&Store, &Holds)) -> Router {
    let guard = Guard::new(config.relay.key.clone(), End::Chat, records::now_ms());
    let ready = Ready { holds: holds.clone(), records: Records::new(store.clone()) };
    let document = Arc::new(Chat::document());
    let own = Router::new()
        .route("/v1/openapi.json", get(async move || Json((*document).clone())))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(is_ready))
        .with_state(ready);
    chat.router()
        .merge(chat_end::routes(Arc::new(ChatThread(chat.engine().clone())), guard))
        .merge(own)
        .layer(from_fn_with_state(holds.clone(), alone::only_while_held))
        .layer(from_fn_with_state(Arc::<[Proxy]>::from(fronts(&config.proxies)), look_behind))
}

#[derive(Clone)]
struct Ready {
    holds: Holds,
    records: Records,
}

async fn is_ready(State(it): State<Ready>) -> Response {
    if it.holds.are_sure() && it.records.ping().await.is_ok() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
}

/// Those that are named, and whoever is on this machine: where the relay usually is.
fn fronts(named: &[Proxy]) -> Vec<Proxy> {
    let here = ["127.0.0.0/8", "::1"].into_iter().filter_map(|it| it.parse().ok());
    named.iter().copied().chain(here).collect()
}

/// Puts who asked the relay in the place of the relay.
async fn look_behind(State(fronts): State<Arc<[Proxy]>>, mut request: Request, next: Next) -> Response {
    let direct = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|it| it.0);
    let told: Option<(SocketAddr, IpAddr)> =
        direct.and_then(|at| Some((at, behind(&fronts, at.ip(), request.headers())?)));
    if let Some((mut at, caller)) = told {
        at.set_ip(caller);
        request.extensions_mut().insert(ConnectInfo(at));
    }
    next.run(request).await
}

impl Running {
    /// Stops it: sockets are told, and everything is in the database when this returns.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn shutdown(self) -> std::io::Result<()> {
        self.shutdown.begin();
        self.shutdown.finished().await;
        let ended = tokio::time::timeout(relay::limits::SHUTDOWN_GRACE, self.task).await;
        let (store, name) = (self.store, self.name);
        let close = move || {
            store.close();
            name.release();
        };
        tokio::task::spawn_blocking(close).await.map_err(std::io::Error::other)?;
        ended.map_or(Ok(()), |ended| ended.map_err(std::io::Error::other)?)
    }

    /// Ends when it stops by itself, or must not go on because another process runs it on its database.
    ///
    /// # Errors
    /// What became of it.
    pub async fn failed(&mut self) -> std::io::Result<()> {
        tokio::select! {
            ended = &mut self.task => ended.map_err(std::io::Error::other)?,
            () = self.holds.clone().lost() => {
                Err(std::io::Error::other("another process has taken the chat over"))
            }
        }
    }
}
