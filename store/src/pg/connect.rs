//! How to reach the server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postgres::Config;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::driver::Session;
use crate::Error;

/// How long the server may take to answer a connection.
const CONNECT: Duration = Duration::from_secs(3);

/// How long what was sent may stay unacknowledged by the network before the connection counts as lost.
const SILENCE: Duration = Duration::from_secs(10);

/// What every connection is told first. Whatever the database's settings are: an acknowledged commit is on
/// the disk, nobody waits for a lock for ever, and a lost program holds none for long.
const GREETING: &str = "SET synchronous_commit = on; SET standard_conforming_strings = on; \
     SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'; \
     SET client_min_messages = warning";

/// Which server, and how many connections to it.
#[derive(Clone)]
pub struct PostgresOptions {
    config: Config,
    tls: MakeRustlsConnect,
    pub(super) n_workers: usize,
    pub(super) n_readers: usize,
}

impl PostgresOptions {
    /// `postgres://user:password@host/database?sslmode=require`; four connections write and two read. A
    /// certificate is always checked, against the system's roots.
    ///
    /// # Errors
    /// [`Error::Open`] when this is no such address.
    pub fn new(url: &str) -> Result<Self, Error> {
        let mut config: Config =
            url.parse().map_err(|error| Error::Open(format!("PostgreSQL's address: {error}")))?;
        config.connect_timeout(CONNECT).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
        if config.get_application_name().is_none() {
            config.application_name("tandem");
        }
        let mut roots = RootCertStore::empty();
        // What cannot be read is not trusted; a connection that needs it fails and says so.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Ok(Self { config, tls: tls(roots)?, n_workers: 4, n_readers: 2 })
    }

    /// Trusts the certificates of this PEM file and no others.
    ///
    /// # Errors
    /// [`Error::Open`] when there is none in it.
    pub fn trust(mut self, pem: &Path) -> Result<Self, Error> {
        let unreadable = |error: &dyn std::fmt::Display| Error::Open(format!("{}: {error}", pem.display()));
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(pem).map_err(|error| unreadable(&error))? {
            let certificate = certificate.map_err(|error| unreadable(&error))?;
            roots.add(certificate).map_err(|error| unreadable(&error))?;
        }
        if roots.is_empty() {
            return Err(unreadable(&"no certificate in it"));
        }
        self.tls = tls(roots)?;
        Ok(self)
    }

    /// Another number of connections that write, at least 1.
    #[must_use]
    pub fn workers(mut self, count: usize) -> Self {
        self.n_workers = count.max(1);
        self
    }

    /// Another number of connections that only read, at least 1.
    #[must_use]
    pub fn readers(mut self, count: usize) -> Self {
        self.n_readers = count.max(1);
        self
    }

    pub(super) fn connect(&self) -> Result<Session, Error> {
        let lost = |error: postgres::Error| Error::Retry(super::driver::describe(&error));
        let mut client = self.config.connect(self.tls.clone()).map_err(lost)?;
        client.batch_execute(GREETING).map_err(lost)?;
        Ok(Session::new(client))
    }
}

fn tls(roots: RootCertStore) -> Result<MakeRustlsConnect, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Open(format!("TLS: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
