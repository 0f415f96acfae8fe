//! What else a server carries: other services on the same address, the same database and the same accounts.
//! The relay knows nothing of them.
use std::{net::SocketAddr, pin::Pin};

use accounts::Accounts;
use axum::{
    Router,
    extract::{ConnectInfo, Request},
    middleware::{Next, from_fn},
    response::Response,
};
use store::{Migrations, Store};
use utoipa::openapi::OpenApi;

use crate::{config::PublicUrl, conversations::Conversations, shutdown::Shutdown, transport::tcp::Caller};

/// Why a service could not be mounted.
pub type MountError = Box<dyn std::error::Error + Send + Sync>;

/// What a service is given when the server starts.
#[derive(Clone)]
pub struct Base {
    /// The database, opened with the service's tables too.
    pub store: Store,
    /// Who may do what.
    pub accounts: Accounts,
    /// The address that browsers use.
    pub public_url: PublicUrl,
    /// The folder for files of the service's own.
    pub data: std::path::PathBuf,
    /// Shares of visitors' pages that belong to conversations of the service's.
    pub conversations: Conversations,
    /// Stops everything: tasks are spawned on it, and sockets watch it.
    pub shutdown: Shutdown,
}

/// What a service brings: its routes, and their description for the server's document.
#[derive(Default)]
pub struct Mounted {
    /// The routes.
    pub routes: Router,
    /// What they take and answer; its title is not looked at.
    pub document: OpenApi,
}

impl From<Router> for Mounted {
    /// Routes that the document says nothing of.
    fn from(routes: Router) -> Self {
        Self { routes, document: OpenApi::default() }
    }
}

type Mounting = Pin<Box<dyn Future<Output = Result<Mounted, MountError>> + Send>>;
type Mount = Box<dyn FnOnce(Base) -> Mounting + Send>;

/// The services that a server carries beside the relay.
#[derive(Default)]
pub struct Mounts {
    migrations: Vec<Migrations>,
    names: Vec<&'static str>,
    mounts: Vec<Mount>,
}

impl Mounts {
    /// Adds a service: its tables, and what makes its routes once the database is open. A handler has the
    /// caller's address by `ConnectInfo<SocketAddr>`, which is what a configured proxy says where one connected, and checks log-ins and origins itself. Bodies are
    /// bounded as the relay's are, unless the routes bring a `DefaultBodyLimit` of their own.
    #[must_use]
    pub fn with<F, M>(
        mut self,
        migrations: &[Migrations],
        mount: impl FnOnce(Base) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<M, MountError>> + Send + 'static,
        M: Into<Mounted>,
    {
        self.migrations.extend_from_slice(migrations);
        self.mounts.push(Box::new(move |base| {
            let mounting = mount(base);
            Box::pin(async move { mounting.await.map(Into::into) })
        }));
        self
    }

    /// Runs a service under this name only where no other process does on the same database.
    #[must_use]
    pub fn alone_as(mut self, name: &'static str) -> Self {
        self.names.push(name);
        self
    }

    /// What only one process may run on the database.
    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// The tables of all.
    pub fn migrations(&self) -> &[Migrations] {
        &self.migrations
    }

    /// The routes of all, and their description.
    pub(crate) async fn routes(self, base: &Base) -> Result<Mounted, MountError> {
        let mut all = Mounted::default();
        for mount in self.mounts {
            let Mounted { routes, document } = mount(base.clone()).await?;
            all.routes = all.routes.merge(routes);
            all.document.merge(document);
        }
        // Without any route there is nothing to lay the layer on, and the router says so.
        if all.routes.has_routes() {
            all.routes = all.routes.layer(from_fn(tell_address));
        }
        Ok(all)
    }
}

async fn tell_address(mut request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<ConnectInfo<Caller>>().map(|ConnectInfo(Caller(at))| *at);
    if let Some(at) = caller {
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(at));
    }
    next.run(request).await
}
