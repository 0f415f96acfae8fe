//! Starts a server and stops it. The binary and the tests both do it this way.
use std::{net::SocketAddr, path::Path};

use accounts::{Accounts, NewAgent, NewSite, Role, SitesOf};
use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use store::{Alone, Migrations, Store};
use thiserror::Error;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::MissedTickBehavior};

use crate::{
    alone::{self, Holds},
    app::{self, App, Parts},
    assets::{Assets, disk::Disk, fetch::Fetcher},
    auth::{self, ticket::Tickets},
    config::{Config, Demo, PublicUrl, PublicUrlError},
    conversations::Conversations,
    limits::{LOOK_AT_PEOPLE, Rates, SHUTDOWN_GRACE},
    metrics::Metrics,
    mount::{Base, MountError, Mounted, Mounts},
    presence::directory::Directory,
    records::{self, Records, audit::Audit},
    session::registry::Registry,
    shutdown::Shutdown,
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
    Store(#[from] store::Error),
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
    /// The demo's site or agent.
    #[error(transparent)]
    Accounts(#[from] accounts::Error),
    /// A service that the server carries.
    #[error("{0}")]
    Mount(MountError),
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
    store: Store,
    names: Vec<Alone>,
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
        Self::start_with(config, Mounts::default()).await
    }

    /// Starts a server that carries other services as well.
    ///
    /// # Errors
    /// [`StartError`] says what stands in the way.
    pub async fn start_with(config: Config, mounts: Mounts) -> Result<Running, StartError> {
        records::make_folder(&config.data)?;
        let listen = |source| StartError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let addr = listener.local_addr()?;
        let public_url = match config.public_url.clone() {
            Some(url) => url,
            None => PublicUrl::desk_localhost(addr.port(), config.tls.as_ref())?,
        };
        let carried = (mounts.migrations().to_vec(), mounts.names().to_vec());
        let (store, names) = open(config.clone(), carried).await?;
        let audit = Audit::start_beside(store.clone(), config.data.join("audit.journal")).await?;
        let app = App::from(parts(&config, public_url, (&store, &names, audit))?);
        let demo = match &config.demo {
            Some(demo) => Some(set_up_demo(&app.accounts, &config.data, demo).await?),
            None => None,
        };
        let base = Base {
            store: store.clone(),
            accounts: app.accounts.clone(),
            public_url: app.public_url.clone(),
            data: config.data.clone(),
            conversations: Conversations::new(app.clone()),
            shutdown: app.shutdown.clone(),
        };
        let mounted = mounts.routes(&base).await.map_err(StartError::Mount)?;
        if is_behind_unknown(&config, &app.public_url) {
            tracing::warn!(
                "the public URL is https and this server speaks no TLS: name the proxy in front of it with --proxy, or \
                 all visitors share the limits of one address"
            );
        }
        let url = app.public_url.origin();
        tracing::info!(%addr, url, udp = ?app.lanes.as_ref().map(Endpoint::announced), "listening");
        let stop = app.shutdown.clone();
        let task = match &config.tls {
            Some(tls) => tokio::spawn(serve(TlsListener::new(listener, tls, &stop)?, app.clone(), mounted)),
            None => tokio::spawn(serve(PlainListener(listener), app.clone(), mounted)),
        };
        app.shutdown.spawn(housekeeping(app.clone()));
        app.shutdown.spawn(watch_people(app.clone(), app.accounts.changes()));
        Ok(Running { addr, url, demo, app, task, store, names })
    }
}

impl Running {
    /// Stops the server: sockets are told, open requests end, sessions stay open in the database, which is
    /// closed once everything is in it.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn shutdown(self) -> std::io::Result<()> {
        self.app.shutdown.begin();
        self.app.shutdown.finished().await;
        let ended = tokio::time::timeout(SHUTDOWN_GRACE, self.task).await;
        let store = self.store;
        let close = async {
            self.app.audit.flush().await;
            let close = move || {
                store.close();
                self.names.into_iter().for_each(Alone::release);
            };
            tokio::task::spawn_blocking(close).await
        };
        if tokio::time::timeout(SHUTDOWN_GRACE, close).await.is_err() {
            tracing::warn!("the database was not closed in time");
        }
        match ended {
            Ok(ended) => ended.map_err(std::io::Error::other)?,
            Err(_) => Ok(()),
        }
    }

    /// The database, for tests that look inside.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Ends when the server stops by itself, or must not go on because another process runs on its database.
    ///
    /// # Errors
    /// What became of it.
    pub async fn failed(&mut self) -> std::io::Result<()> {
        tokio::select! {
            ended = &mut self.task => ended.map_err(std::io::Error::other)?,
            () = self.app.holds.clone().lost() => Err(std::io::Error::other("another process has taken the database over")),
        }
    }
}

/// On a thread that may block: a server far away, or a long migration, must not hold up the runtime.
async fn open(
    config: Config,
    (more, others): (Vec<Migrations>, Vec<&'static str>),
) -> Result<(Store, Vec<Alone>), StartError> {
    let names = [vec![alone::RELAY], others].concat();
    let open = move || {
        let names = alone::take(&config, &names)?;
        match records::open(&config.data, &config.database, &more) {
            Ok(store) => Ok((store, names)),
            Err(error) => {
                names.into_iter().for_each(Alone::release);
                Err(error)
            }
        }
    };
    Ok(tokio::task::spawn_blocking(open).await.map_err(std::io::Error::other)??)
}

/// Whether something in front speaks TLS, and nobody said where it is.
fn is_behind_unknown(config: &Config, public_url: &PublicUrl) -> bool {
    public_url.is_https() && config.tls.is_none() && config.proxies.is_empty()
}

fn parts(
    config: &Config,
    public_url: PublicUrl,
    (store, names, audit): (&Store, &[Alone], Audit),
) -> Result<Parts, StartError> {
    let (metrics, shutdown) = (Metrics::default(), Shutdown::default());
    let lanes = config.udp.as_ref().map(|udp| Endpoint::bind(udp, &shutdown, &metrics)).transpose()?;
    Ok(Parts {
        public_url,
        proxies: config.proxies.clone(),
        web: web::Files { folder: config.web.clone() },
        accounts: Accounts::new(store.clone()),
        records: Records::new(store.clone()),
        audit,
        rates: Rates::default(),
        metrics,
        tickets: Tickets::new(auth::key_file(&config.data.join("ticket.key"))?),
        directory: Directory::default(),
        sessions: Registry::default(),
        assets: Assets::new(Disk::open(config.data.join("assets"))?, Fetcher::new(config.fetch)?),
        lanes,
        people: watch::Sender::default(),
        holds: Holds::of(names),
        shutdown,
    })
}

async fn serve<L>(listener: L, app: App, mounted: Mounted) -> std::io::Result<()>
where
    L: Listener<Addr = SocketAddr>,
    Caller: for<'a> Connected<IncomingStream<'a, L>>,
{
    let stop = app.shutdown.clone();
    let service = app::app(app, mounted).into_make_service_with_connect_info::<Caller>();
    axum::serve(listener, service).with_graceful_shutdown(async move { stop.wanted().await }).await
}

/// Forgets what nobody needs any more, now and then.
async fn housekeeping(app: App) {
    let mut minutes = tokio::time::interval(std::time::Duration::from_secs(60));
    loop {
        tokio::select! {
            _ = minutes.tick() => {
                app.rates.sweep();
                app.assets.disk.release(|session| app.sessions.is_open(session));
            }
            () = app.shutdown.wanted() => return,
        }
    }
}

/// Whoever loses a right loses what it opened at once, whichever service of this process took it away. Of a process
/// elsewhere nobody tells: viewers are looked through now and then.
async fn watch_people(app: App, mut changes: watch::Receiver<()>) {
    let mut looks = tokio::time::interval(LOOK_AT_PEOPLE);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            Ok(()) = changes.changed() => app.people_changed().await,
            _ = looks.tick() => app.sessions.look_through(&app).await,
            () = app.shutdown.wanted() => return,
        }
    }
}

const DEMO_EMAIL: &str = "sophie@demo.tandem";
const DEMO_SITE: &str = "demo";

/// The site and the agent, as often as it is asked for; the password is made once.
async fn set_up_demo(accounts: &Accounts, data: &Path, demo: &Demo) -> Result<DemoAccount, StartError> {
    let site = NewSite { key: DEMO_SITE.into(), name: "Demo shop".into(), origins: demo.origins.clone() };
    accounts.put_site(site).await?;
    let file = data.join("demo-password");
    let password = match std::fs::read_to_string(&file) {
        Ok(password) => password.trim().to_owned(),
        Err(_) => {
            let password = accounts::random_password()?;
            auth::write_private(&file, password.as_bytes())?;
            password
        }
    };
    let account = NewAgent {
        email: DEMO_EMAIL.into(),
        first_name: "Sophie".into(),
        last_name: "Martin".into(),
        role: Role::Admin,
        sites: SitesOf::All,
        password: password.clone(),
    };
    accounts.put_agent(account).await?;
    Ok(DemoAccount { email: DEMO_EMAIL.into(), password })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn a_proxy_that_nobody_named_is_noticed() {
        let usual = Config::loopback("unused");
        let (https, here) = ("https://desk.example".parse(), "http://desk.localhost:1".parse());
        let (https, here) = (https.expect("an address"), here.expect("an address"));
        assert!(is_behind_unknown(&usual, &https));
        assert!(!is_behind_unknown(&usual, &here));
        let named = Config { proxies: vec!["127.0.0.1".parse().expect("a proxy")], ..usual.clone() };
        assert!(!is_behind_unknown(&named, &https));
        let tls = config::Tls { certificate: "unused".into(), key: "unused".into() };
        assert!(!is_behind_unknown(&Config { tls: Some(tls), ..usual }, &https));
    }
}
