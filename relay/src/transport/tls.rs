//! TLS without a proxy.
use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use rustls::{
    ServerConfig,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
};
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::tcp::{Caller, PlainListener};
use crate::{config::Tls, shutdown::Shutdown};

/// A peer that does not finish its handshake within this is cut.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Handshakes at a time; more wait in the kernel's queue.
const MAX_HANDSHAKES: usize = 256;

impl Connected<IncomingStream<'_, TlsListener>> for Caller {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Why TLS cannot be spoken.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file that is not there, or no PEM.
    #[error("certificate or key: {0}")]
    Pem(#[from] pem::Error),
    /// The two do not belong together, or are of a kind that is not spoken.
    #[error("certificate or key: {0}")]
    Rustls(#[from] rustls::Error),
}

/// Accepts connections and makes their handshakes, so that a slow one holds up nobody.
pub struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    local: io::Result<SocketAddr>,
}

impl TlsListener {
    /// Reads the certificate and begins to accept.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn new(tcp: TcpListener, tls: &Tls, shutdown: &Shutdown) -> Result<Self, TlsError> {
        let acceptor = TlsAcceptor::from(Arc::new(server_config(tls)?));
        let local = tcp.local_addr();
        let (done, ready) = mpsc::channel(1);
        let stop = shutdown.clone();
        shutdown.spawn(async move {
            tokio::select! {
                () = accept_all(tcp, acceptor, done) => {}
                () = stop.wanted() => {}
            }
        });
        Ok(Self { ready, local })
    }
}

fn server_config(tls: &Tls) -> Result<ServerConfig, TlsError> {
    let chain = CertificateDer::pem_file_iter(&tls.certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(&tls.key)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key)?;
    // WebSockets are upgrades of HTTP/1.1.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

async fn accept_all(
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    done: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let turns = Arc::new(Semaphore::new(MAX_HANDSHAKES));
    let mut tcp = PlainListener(tcp);
    while let Ok(turn) = turns.clone().acquire_owned().await {
        let (stream, address) = tcp.accept().await;
        let (acceptor, done) = (acceptor.clone(), done.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE_WITHIN, acceptor.accept(stream)).await {
                // Nobody takes it when the server stops.
                Ok(Ok(stream)) => drop(done.send((stream, address)).await),
                Ok(Err(error)) => tracing::debug!(%address, %error, "TLS handshake failed"),
                Err(_) => tracing::debug!(%address, "TLS handshake took too long"),
            }
            drop(turn);
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // The accepting task ended: the server stops.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match &self.local {
            Ok(address) => Ok(*address),
            Err(error) => Err(io::Error::from(error.kind())),
        }
    }
}
