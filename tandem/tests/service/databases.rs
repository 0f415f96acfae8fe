//! The databases that servers are tried on, each empty and of its own.
use relay::config::{self, Postgres};
use store_testing::{Database as OnServer, SHARED, TO_KILL};

/// Where a server keeps its rows.
pub enum Database {
    /// A file in its folder.
    Sqlite,
    /// A database on the PostgreSQL server that all tests share, dropped at the end.
    Postgres(OnServer),
}

impl Database {
    /// On the server that tests share.
    pub fn postgres() -> Self {
        Self::Postgres(OnServer::new(SHARED))
    }

    /// On the server that tests kill.
    pub fn postgres_to_kill() -> Self {
        Self::Postgres(OnServer::new(TO_KILL))
    }

    /// `kill -9` of the PostgreSQL server's first process; whoever keeps it starts it again.
    pub fn kill_server(&self) {
        if let Self::Postgres(server) = self {
            server.kill_server();
        }
    }

    pub fn config(&self) -> config::Database {
        match self {
            Self::Sqlite => config::Database::DataFolder,
            Self::Postgres(server) => {
                let trusted = Some(server.certificate());
                config::Database::Postgres(Postgres { address: server.url(), trusted })
            }
        }
    }
}
