//! Starts a server and stops it. The binary and the tests both do it this way.
use std::{net::SocketAddr, path::Path};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use thiserror::Error;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    app::{self, App, Parts},
    assets::{Assets, disk::Disk, fetch::Fetcher},
    auth::{self, login, ticket::Tickets},
    config::{Config, Demo, PublicUrl, PublicUrlError},
    limits::{Rates, SHUTDOWN_GRACE},
    metrics::Metrics,
    presence::directory::Directory,
    session::registry::Registry,
    shutdown::Shutdown,
    store::{
        self, Store, StoreError,
        accounts::{NewAgent, Role},
        sites::{Site, SiteError},
    },
    transport::{
        tcp::{Caller, PlainListener},
        tls::{TlsError, TlsListener},
        webrtc::{Endpoint, EndpointError},
    },
    web,
};

/// Why a server does not start.
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
    /// The public address cannot be one.
    #[error(transparent)]
    PublicUrl(#[from] PublicUrlError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the data folder.
    #[error("data folder: {0}")]
    Data(#[from] std::io::Error),
    /// The certificate or its key.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The second lane.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The client of the guarded fetch.
    #[error("guarded fetch: {0}")]
    Fetch(#[from] reqwest::Error),
    /// The demo's password could not be hashed.
    #[error(transparent)]
    Password(#[from] login::PasswordError),
    /// The demo's site.
    #[error(transparent)]
    Site(#[from] SiteError),
}

/// Starts servers.
pub struct Server;

/// A server that runs.
pub struct Running {
    /// Where HTTP listens.
    pub addr: SocketAddr,
    /// The address for browsers, without a slash at its end.
    pub url: String,
    /// The log-in of the demo's agent, when the demo was asked for.
    pub demo: Option<DemoAccount>,
    /// What the server shares, for tests that look inside.
    pub app: App,
    task: JoinHandle<std::io::Result<()>>,
}

/// The demo's agent.
#[derive(Clone)]
pub struct DemoAccount {
    /// The e-mail address.
    pub email: String,
    /// The password; it stays the same as long as the data folder does.
    pub password: String,
}

impl Server {
    /// Starts a server; it answers when this returns.
    ///
    /// # Errors
    /// [`StartError`] says what stands in the way.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        store::make_folder(&config.data)?;
        let listen = |source| StartError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let addr = listener.local_addr()?;
        let public_url = match config.public_url.clone() {
            Some(url) => url,
            None => PublicUrl::desk_localhost(addr.port(), config.tls.as_ref())?,
        };
        let app = App::from(parts(&config, public_url)?);
        let demo = match &config.demo {
            Some(demo) => Some(set_up_demo(&app.store, &config.data, demo).await?),
            None => None,
        };
        let url = app.public_url.origin();
        tracing::info!(%addr, url, udp = ?app.lanes.as_ref().map(Endpoint::announced), "listening");
        let stop = app.shutdown.clone();
        let task = match &config.tls {
            Some(tls) => tokio::spawn(serve(TlsListener::new(listener, tls, &stop)?, app.clone())),
            None => tokio::spawn(serve(PlainListener(listener), app.clone())),
        };
        app.shutdown.spawn(housekeeping(app.clone()));
        Ok(Running { addr, url, demo, app, task })
    }
}

impl Running {
    /// Stops the server: sockets are told, open requests end, sessions stay open in the database.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn shutdown(self) -> std::io::Result<()> {
        self.app.shutdown.begin();
        self.app.shutdown.finished().await;
        match tokio::time::timeout(SHUTDOWN_GRACE, self.task).await {
            Ok(ended) => ended.map_err(std::io::Error::other)?,
            Err(_) => Ok(()),
        }
    }

    /// Ends when the server stops by itself.
    pub async fn failed(&mut self) -> std::io::Result<()> {
        (&mut self.task).await.map_err(std::io::Error::other)?
    }
}

fn parts(config: &Config, public_url: PublicUrl) -> Result<Parts, StartError> {
    let (metrics, shutdown) = (Metrics::default(), Shutdown::default());
    let lanes = config.udp.as_ref().map(|udp| Endpoint::bind(udp, &shutdown, &metrics)).transpose()?;
    Ok(Parts {
        public_url,
        web: web::Files { folder: config.web.clone() },
        store: Store::open(&config.data)?,
        rates: Rates::default(),
        metrics,
        tickets: Tickets::new(auth::key_file(&config.data.join("ticket.key"))?),
        directory: Directory::default(),
        sessions: Registry::default(),
        assets: Assets {
            disk: Disk::open(config.data.join("assets"))?,
            fetcher: Fetcher::new(config.fetch)?,
        },
        lanes,
        shutdown,
    })
}

async fn serve<L>(listener: L, app: App) -> std::io::Result<()>
where
    L: Listener<Addr = SocketAddr>,
    Caller: for<'a> Connected<IncomingStream<'a, L>>,
{
    let stop = app.shutdown.clone();
    let service = app::app(app).into_make_service_with_connect_info::<Caller>();
    axum::serve(listener, service).with_graceful_shutdown(async move { stop.wanted().await }).await
}

/// Forgets what nobody needs any more, now and then.
async fn housekeeping(app: App) {
    let mut minutes = tokio::time::interval(std::time::Duration::from_secs(60));
    loop {
        tokio::select! {
            _ = minutes.tick() => app.rates.sweep(),
            () = app.shutdown.wanted() => return,
        }
    }
}

const DEMO_EMAIL: &str = "sophie@demo.tandem";
const DEMO_SITE: &str = "demo";

/// The site and the agent, as often as it is asked for; the password is made once.
async fn set_up_demo(store: &Store, data: &Path, demo: &Demo) -> Result<DemoAccount, StartError> {
    store.put_site(Site::new(DEMO_SITE.into(), "Demo shop".into(), &demo.origins)?).await?;
    let file = data.join("demo-password");
    let password = match std::fs::read_to_string(&file) {
        Ok(password) => password.trim().to_owned(),
        Err(_) => {
            let password = random_password()?;
            auth::write_private(&file, password.as_bytes())?;
            password
        }
    };
    let account = NewAgent {
        email: DEMO_EMAIL.into(),
        first_name: "Sophie".into(),
        last_name: "Martin".into(),
        role: Role::Agent,
        password_hash: login::hash(&password)?,
    };
    store.put_agent(account).await?;
    Ok(DemoAccount { email: DEMO_EMAIL.into(), password })
}

/// 16 letters and digits without look-alikes: 80 bits.
pub fn random_password() -> Result<String, std::io::Error> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = auth::random::<16>().map_err(std::io::Error::other)?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect())
}
