//! What stands before the servers: ends TLS, and hands requests on to the plain server of the name asked for.
use std::{
    collections::BTreeMap,
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, PoisonError, RwLock},
};

use anyhow::{Context, Result};
use http_body_util::{Either, Empty};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client, server,
    service::service_fn,
    upgrade,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        server::{ClientHello, ResolvesServerCert},
        sign::CertifiedKey,
    },
};

use super::tls::Authority;

type Answer = Response<Either<Incoming, Empty<Bytes>>>;

/// The names that are served.
pub struct Front {
    authority: Authority,
    sites: RwLock<BTreeMap<String, Site>>,
}

#[derive(Clone)]
struct Site {
    port: u16,
    /// Paths that lead to other ports.
    diverted: BTreeMap<String, u16>,
    key: Arc<CertifiedKey>,
}

impl Front {
    pub const fn new(authority: Authority) -> Self {
        Self { authority, sites: RwLock::new(BTreeMap::new()) }
    }

    /// Serves `name` from a plain server on this loopback from now on.
    pub fn publish(&self, name: &str, port: u16) -> Result<()> {
        let site = Site { port, diverted: BTreeMap::new(), key: self.authority.sign(name)? };
        self.sites.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), site);
        Ok(())
    }

    /// Hands requests for one path of `name` on to another plain server from now on.
    pub fn divert(&self, name: &str, path: &str, port: u16) -> Result<()> {
        let mut sites = self.sites.write().unwrap_or_else(PoisonError::into_inner);
        let site = sites.get_mut(name).context("the name is not published")?;
        site.diverted.insert(path.to_owned(), port);
        Ok(())
    }

    fn site(&self, name: &str) -> Option<Site> {
        self.sites.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn port(&self, name: &str, path: &str) -> Result<u16> {
        let site = self.site(name).context("the name is gone")?;
        Ok(site.diverted.get(path).copied().unwrap_or(site.port))
    }

    /// Takes connections for ever.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) -> Result<()> {
        let config = ServerConfig::builder_with_provider(ring::default_provider().into());
        let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();
        let acceptor = TlsAcceptor::from(Arc::new(config.with_cert_resolver(Arc::clone(&self) as _)));
        loop {
            let (stream, peer) = listener.accept().await?;
            // What goes wrong on a connection is the browser's to tell: it shows an error instead of the page.
            tokio::spawn(Arc::clone(&self).take(stream, peer, acceptor.clone()));
        }
    }

    async fn take(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, acceptor: TlsAcceptor) -> Result<()> {
        stream.set_nodelay(true)?;
        let stream = acceptor.accept(stream).await?;
        let name = stream.get_ref().1.server_name().context("a connection without a name")?.to_owned();
        // Connections are kept: where a request goes is looked up for each.
        let carry = service_fn(|request: Request<Incoming>| {
            let port = self.port(&name, request.uri().path());
            async move {
                let carried = carry(request, peer, port?).await;
                Ok::<_, anyhow::Error>(carried.unwrap_or_else(|_| bad_gateway()))
            }
        });
        server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), carry)
            .with_upgrades()
            .await?;
        Ok(())
    }
}

impl ResolvesServerCert for Front {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.site(hello.server_name()?)?.key)
    }
}

impl fmt::Debug for Front {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Front").finish_non_exhaustive()
    }
}

/// Hands one request to the plain server, and what comes of it back: an answer, or a WebSocket.
async fn carry(mut request: Request<Incoming>, peer: SocketAddr, port: u16) -> Result<Answer> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection.with_upgrades());
    let headers = request.headers_mut();
    headers.insert("x-forwarded-proto", "https".parse()?);
    headers.insert("x-forwarded-for", peer.ip().to_string().parse()?);
    let near = upgrade::on(&mut request);
    let mut response = sender.send_request(request).await?;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let far = upgrade::on(&mut response);
        tokio::spawn(async move {
            let (mut near, mut far) = (TokioIo::new(near.await?), TokioIo::new(far.await?));
            anyhow::Ok(copy_bidirectional(&mut near, &mut far).await?)
        });
    }
    Ok(response.map(Either::Left))
}

fn bad_gateway() -> Answer {
    let mut answer = Response::new(Either::Right(Empty::new()));
    *answer.status_mut() = StatusCode::BAD_GATEWAY;
    answer
}
