//! A PostgreSQL database of the day's own, dropped at the end.
use std::{path::PathBuf, thread};

use anyhow::{Context, Result, anyhow};

/// A server that is there for tests.
#[derive(Debug, Clone, clap::Args)]
pub struct Postgres {
    /// A PostgreSQL server, by the address of a database that it has; without one the day is on SQLite.
    #[arg(long, env = "TANDEM_POSTGRES")]
    pub postgres: Option<String>,
    /// The certificate of the server.
    #[arg(long, env = "TANDEM_POSTGRES_CA")]
    pub postgres_ca: Option<PathBuf>,
}

/// A database that goes when this is dropped.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    /// Its address.
    pub url: String,
    /// The certificate of its server.
    pub trusted: Option<PathBuf>,
}

impl Database {
    /// Makes one, where a server is named.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn make(on: &Postgres) -> Result<Option<Self>> {
        let Some(server) = on.postgres.clone() else { return Ok(None) };
        let name = format!("day_{}", std::process::id());
        let (base, _) = server.rsplit_once('/').context("an address ends with its database")?;
        let url = format!("{base}/{name}");
        run(&server, &format!("CREATE DATABASE {name}"))?;
        Ok(Some(Self { server, name, url, trusted: on.postgres_ca.clone() }))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The server goes with the tests, and what is left in it too.
        let _ = run(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// On a thread of its own: the client cannot be used within a runtime.
fn run(server: &str, sql: &str) -> Result<()> {
    let run = || -> Result<()> {
        let mut client = postgres::Client::connect(&format!("{server}?sslmode=disable"), postgres::NoTls)?;
        Ok(client.batch_execute(sql)?)
    };
    thread::scope(|scope| scope.spawn(run).join()).map_err(|_| anyhow!("the database's client failed"))?
}
