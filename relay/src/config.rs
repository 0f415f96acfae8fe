//! What a server is started with: addresses, folders, and the switches of a demo.
use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    path::PathBuf,
};

use thiserror::Error;
use url::{Host, Url};

use crate::auth;
pub use crate::transport::proxy::Proxy;

/// Everything that `Server::start` needs. The binary fills it from its arguments, tests from code.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where HTTP listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where the certificate is, when this server speaks TLS itself and no proxy does it.
    pub tls: Option<Tls>,
    /// The address that browsers use. `None` is `desk.localhost` with the port that was taken.
    pub public_url: Option<PublicUrl>,
    /// The proxies in front of this server, whose `X-Forwarded-For` is believed.
    pub proxies: Vec<Proxy>,
    /// The folder with the browser parts (`visitor/`, `desk/`). Without one, those paths answer 404.
    pub web: Option<PathBuf>,
    /// The folder of the keys, the assets and, unless it is elsewhere, the database; made when it is not there.
    pub data: PathBuf,
    /// Where the database is.
    pub database: Database,
    /// The second lane; `None` runs on the WebSocket alone.
    pub udp: Option<Udp>,
    /// The demo's site and agent, when wanted.
    pub demo: Option<Demo>,
    /// Which addresses the guarded fetch may reach.
    pub fetch: FetchScope,
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The chain, PEM, the server's own first.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// Where the database is.
#[derive(Debug, Clone, Default)]
pub enum Database {
    /// SQLite, the file `tandem.db` in the data folder.
    #[default]
    DataFolder,
    /// A PostgreSQL server, which several nodes can share.
    Postgres(Postgres),
}

/// How to reach a PostgreSQL server.
#[derive(Clone)]
pub struct Postgres {
    /// `postgres://user:password@host/database?sslmode=require`. Never logged.
    pub address: String,
    /// The certificates (PEM) that are trusted in place of the system's.
    pub trusted: Option<PathBuf>,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres").field("trusted", &self.trusted).finish_non_exhaustive()
    }
}

impl Postgres {
    /// For the store.
    ///
    /// # Errors
    /// When the address is none, or the certificates cannot be read.
    pub fn options(&self) -> Result<store::PostgresOptions, store::Error> {
        let options = store::PostgresOptions::new(&self.address)?;
        match &self.trusted {
            Some(file) => options.trust(file),
            None => Ok(options),
        }
    }
}

/// The one UDP socket of all data channels.
#[derive(Debug, Clone)]
pub struct Udp {
    /// Where it is bound; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The addresses that peers are told, for NAT and containers. Empty: the bound one, or the loopback
    /// address when it is bound to all.
    pub announce: Vec<IpAddr>,
}

/// The site `demo` and the agent `sophie@demo.tandem`.
#[derive(Debug, Clone)]
pub struct Demo {
    /// The origins of the demo's pages, for example `http://shop.localhost:7402`.
    pub origins: Vec<String>,
}

/// How far the guarded fetch may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchScope {
    /// Public addresses only.
    Public,
    /// Private and loopback ones too: for a demo on one machine, never for a server that others reach.
    Private,
}

impl Config {
    /// A server on a free loopback port with its files in `data`: what tests start. The port stays free while a server
    /// that is started again is away.
    pub fn loopback(data: impl Into<PathBuf>) -> Self {
        Self {
            listen: steady(),
            tls: None,
            public_url: None,
            proxies: Vec::new(),
            web: None,
            data: data.into(),
            database: Database::DataFolder,
            udp: None,
            demo: None,
            fetch: FetchScope::Public,
        }
    }
}

/// A free address whose port is none of those that a system gives to whoever asks for any: not from 32768 (Linux) nor
/// 49152 (RFC 6335 §6).
fn steady() -> SocketAddr {
    let at = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
    let drawn = std::iter::repeat_with(|| auth::random().map_or(0, u16::from_le_bytes));
    let mut below = drawn.take(100).map(|drawn| at(0x4000 | (drawn >> 2)));
    below.find(|it| TcpListener::bind(it).is_ok()).unwrap_or(at(0))
}

/// The address under which browsers reach the server: https, or http on a loopback name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// Why an address cannot be the public one.
#[derive(Debug, Error)]
pub enum PublicUrlError {
    /// Not a URL.
    #[error("the public URL does not parse: {0}")]
    Parse(#[from] url::ParseError),
    /// Neither https nor loopback. A page over http has no `crypto.subtle`, and so no key for its ticket.
    #[error(
        "the public URL {0} is http on a host that is not this machine; use https, or a name under localhost"
    )]
    Insecure(Url),
    /// Something behind the host and port.
    #[error("the public URL {0} must be an origin: scheme, host and port, without path or query")]
    NotAnOrigin(Url),
}

impl std::str::FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let url = Url::parse(text)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(PublicUrlError::NotAnOrigin(url));
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(PublicUrlError::Insecure(url)),
        }
    }
}

impl PublicUrl {
    /// `desk.localhost` on this port, where nothing else was given.
    ///
    /// # Errors
    /// Never for a valid port; the type says so because a URL is parsed.
    pub fn desk_localhost(port: u16, tls: Option<&Tls>) -> Result<Self, PublicUrlError> {
        let scheme = if tls.is_some() { "https" } else { "http" };
        format!("{scheme}://desk.localhost:{port}").parse()
    }

    /// Scheme, host and port, as a browser's `Origin` header has them.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The origin of the server's WebSockets.
    pub fn websocket_origin(&self) -> String {
        self.origin().replacen("http", "ws", 1)
    }

    /// Whether cookies can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl std::fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.origin())
    }
}

/// Whether the URL names this machine: `localhost`, a name under it (RFC 6761 §6.3), or a loopback address.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_this_machine_only() {
        for good in
            ["https://desk.example", "http://desk.localhost:7401", "http://127.0.0.1:1", "http://[::1]:1"]
        {
            assert!(good.parse::<PublicUrl>().is_ok(), "{good}");
        }
        for bad in ["http://desk.example", "http://10.0.0.1", "ftp://localhost", "http://notlocalhost"] {
            assert!(matches!(bad.parse::<PublicUrl>(), Err(PublicUrlError::Insecure(_))), "{bad}");
        }
    }

    #[test]
    fn a_public_url_is_an_origin() {
        for bad in ["https://a.example/x", "https://a.example/?q", "https://u:p@a.example"] {
            assert!(matches!(bad.parse::<PublicUrl>(), Err(PublicUrlError::NotAnOrigin(_))), "{bad}");
        }
        let url: PublicUrl = "https://a.example/".parse().expect("an origin");
        assert_eq!(
            (url.origin(), url.websocket_origin()),
            ("https://a.example".into(), "wss://a.example".into())
        );
    }
}
