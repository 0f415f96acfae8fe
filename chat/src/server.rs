//! The chat service as one thing that a program mounts: routes, sockets, and what goes on by itself.
//!
//! ```text
//!   widgets, desks ──HTTP──▶ [http] ─┐                     ┌─▶ [rt::hub] ──▶ every socket of this process
//!        └──────WebSocket──▶ [rt] ───┴──▶ [Engine] ──commits, changes
//! ```
//! [`Chat::open`] takes up what the store holds, [`Chat::router`] gives the routes, and [`Chat::serve`] does what
//! is due and hands on what was committed, until it is told to stop. It needs a store opened with
//! [`Chat::TABLES`] and the accounts of the same store; it knows nothing of the relay.
mod identity;
mod jwt;
mod names;
mod options;
mod people;
mod setup;
mod token;

use std::{
    future::Future,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use accounts::Accounts;
use axum::Router;
use store::{Key, Migrations, Store};
use thiserror::Error;
use tokio::sync::{broadcast, watch};
use utoipa::openapi::OpenApi;

pub(crate) use identity::Denied;
pub(crate) use names::Names;
pub use options::Options;
pub(crate) use people::{CannotRemove, People};
pub(crate) use token::{RENEW, Tokens};

use crate::{
    changes::Change,
    engine::{Committed, Engine, Fault},
    files::{FileFault, Files, LinkKey},
    http,
    model::{Conversation, Role, SiteId},
    rt::{self, Hub, Polls, Rates, Wanted},
    search::Search,
    tables::{conversation, identity as rows},
};

/// How often what is kept in memory is looked through.
const SWEEP: Duration = Duration::from_secs(60);

/// Why the service cannot begin.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The database, or the machine's random numbers.
    #[error(transparent)]
    Engine(#[from] Fault),
    /// The folder of files.
    #[error(transparent)]
    Files(#[from] FileFault),
}

/// The chat service; cheap to clone.
#[derive(Clone)]
pub struct Chat {
    parts: Arc<Parts>,
}

/// What all routes and sockets share.
#[doc(hidden)]
pub struct Parts {
    pub(crate) engine: Engine,
    pub(crate) accounts: Accounts,
    pub(crate) options: Options,
    pub(crate) files: Option<Files>,
    pub(crate) hub: Hub,
    pub(crate) polls: Polls,
    pub(crate) rates: Rates,
    pub(crate) tokens: Tokens,
    pub(crate) names: Names,
    pub(crate) people: People,
    pub(crate) wanted: Wanted,
    setups: setup::Done,
    heard: Mutex<Option<Heard>>,
}

/// What the engine tells: taken by whoever hands it on.
type Heard = (broadcast::Receiver<Arc<Committed>>, broadcast::Receiver<Change>);

impl Deref for Chat {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Chat {
    /// The tables that the store is opened with, beside those of the accounts.
    pub const TABLES: Migrations = crate::engine::TABLES;

    /// Takes up what the store holds.
    ///
    /// # Errors
    /// When the store or the folder of files cannot be used.
    pub async fn open(store: Store, accounts: Accounts, options: Options) -> Result<Self, OpenError> {
        let engine = Engine::open(store.clone(), options.clock.clone(), options.shares.clone()).await?;
        let tokens = Tokens::new(secret(&store, "visitor tokens").await?);
        let files = match &options.files {
            Some(folder) => {
                let key = LinkKey(secret(&store, "file links").await?);
                let files = Files::local(store.clone(), options.clock.clone(), folder, key)?;
                Some(files.limited(&options.limits))
            }
            None => None,
        };
        let hub = Hub::default();
        hub.begins(&routed(&store).await?);
        let names = Names::default();
        names.refresh(&accounts).await;
        let heard = Mutex::new(Some((engine.subscribe(), engine.changes().subscribe())));
        let (rates, setups) = (Rates::new(&options.limits), setup::Done::default());
        let wanted = Wanted::default();
        let people = People::new(engine.clone(), accounts.clone());
        let parts = Parts {
            engine,
            accounts,
            options,
            files,
            hub,
            polls: Polls::default(),
            rates,
            tokens,
            names,
            people,
            wanted,
            setups,
            heard,
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    /// Conversations, for whoever runs the service.
    pub fn engine(&self) -> &Engine {
        &self.parts.engine
    }

    /// How many sockets of visitors are open: one for each browser with a conversation, whatever its tabs.
    pub fn visitor_sockets(&self) -> usize {
        self.hub.n_widgets()
    }

    /// What the routes take and answer, as OpenAPI has it; the socket is not described.
    pub fn document() -> OpenApi {
        http::document()
    }

    /// All routes of the service.
    pub fn router(&self) -> Router {
        http::routes(self)
    }

    /// Does what is due and tells sockets what happens, until `stop`; then ends them.
    pub async fn serve(&self, stop: impl Future<Output = ()>) {
        let (tell, stopped) = watch::channel(false);
        let wait = || {
            let mut stopped = stopped.clone();
            async move {
                // An error is an end too.
                let _ = stopped.wait_for(|it| *it).await;
            }
        };
        let ending = async {
            stop.await;
            self.hub.stop();
            let _ = tell.send(true);
        };
        let search = Search::new(self.engine.store().clone());
        tokio::join!(
            ending,
            self.engine.serve(wait()),
            self.hand_on(wait()),
            self.keep_house(wait()),
            self.follow_accounts(wait()),
            self.keep_files(wait()),
            search.serve(self.engine.subscribe(), wait())
        );
    }

    /// Hands on what was committed to whom it concerns.
    async fn hand_on(&self, stop: impl Future<Output = ()>) {
        let taken = self.heard.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((mut committed, mut changes)) = taken else {
            tracing::error!("the chat service is served already");
            return;
        };
        tokio::pin!(stop);
        loop {
            tokio::select! {
                it = committed.recv() => match it {
                    Ok(it) => rt::committed(self, &it),
                    Err(broadcast::error::RecvError::Lagged(_)) => rt::missed(self).await,
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                it = changes.recv() => match it {
                    Ok(it) => rt::changed(self, it),
                    Err(broadcast::error::RecvError::Lagged(_)) => rt::missed(self).await,
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                () = &mut stop => return,
            }
        }
    }

    async fn keep_house(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut sweeps = tokio::time::interval(SWEEP);
        let first = rt::who_never_came_back(self);
        let sweeping = async {
            loop {
                sweeps.tick().await;
                self.rates.sweep();
            }
        };
        tokio::select! {
            () = async { tokio::join!(first, sweeping); } => {}
            () = &mut stop => {}
        }
    }

    async fn keep_files(&self, stop: impl Future<Output = ()>) {
        match &self.files {
            Some(files) => files.serve(stop).await,
            None => stop.await,
        }
    }

    /// The site of a key, set up so that it works; nothing where there is no such site.
    pub(crate) async fn site(&self, key: &str) -> Result<Option<accounts::Site>, Fault> {
        let found = self.accounts.site(key).await.map_err(accounts_fault)?;
        if let Some(site) = &found {
            self.set_up(SiteId(site.id.0)).await?;
        }
        Ok(found)
    }
}

/// A role as the state machine knows it.
const fn role(it: accounts::Role) -> Role {
    match it {
        accounts::Role::Agent => Role::Agent,
        accounts::Role::Manager => Role::Manager,
        accounts::Role::Admin => Role::Admin,
    }
}

/// Reading accounts fails as the store does.
pub(crate) fn accounts_fault(error: accounts::Error) -> Fault {
    if let accounts::Error::Store(error) = error {
        return Fault::Store(error);
    }
    Fault::Store(store::Error::Data(error.to_string()))
}

/// What waits for an agent, or is with one.
pub(crate) async fn routed(store: &Store) -> Result<Vec<Conversation>, Fault> {
    Ok(store.read(conversation::routed).await?)
}

async fn secret(store: &Store, name: &'static str) -> Result<[u8; 32], Fault> {
    let mut drawn = [0; 32];
    getrandom::fill(&mut drawn).map_err(|error| Fault::Random(error.to_string()))?;
    Ok(store.write(Key(0), move |tx| rows::secret(tx, name, drawn)).await?)
}
