//! Conversations made durable: one command, one transaction.
//!
//! A command comes with the instant at which it was received ([`Engine::receive`]). Within one transaction the
//! engine looks up whether it has been done already, loads the conversation, asks [`apply`](crate::model::apply),
//! and writes what that says: the conversation, if nobody else changed it meanwhile, messages, deadlines, slots,
//! and the site's next event. When that is on the disk, and before the caller has the answer, the router hears
//! of it and listeners get it ([`Engine::subscribe`]).
//!
//! All commands of a site go through one connection of the store, in the order in which they came: the site's
//! event number is taken under a lock that lasts until the commit, so they could not overtake each other anyway,
//! and so they cannot block each other in a circle. Within one process the router of a site is told of commits in
//! their order.
//!
//! [`Engine::turn`] does what is due: deadlines, and what the router decided. [`Engine::serve`] turns whenever
//! there is something to do.
mod ask;
mod clock;
mod effects;
mod facts;
mod fault;
mod intake;
mod pace;
mod presence;
mod proving;
mod read;
mod reload;
mod removal;
mod routing;
mod settings;
mod setup;
mod share;
mod shares;
mod start;
#[cfg(test)]
pub(crate) mod testing;
mod transact;
mod turn;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use store::{Key, Migrations, Store};
use tokio::sync::{Notify, broadcast};

pub use crate::tables::{
    event::Event as StoredEvent,
    site::{QueueFacts, Settings, SiteFacts},
};
use crate::{
    changes::Changes,
    known::SiteKnown,
    model::{Conversation, Effect, SiteId, Transition, UnixMillis},
    views::Online,
};
pub use ask::{Answer, Ask, Request, Rid};
pub use clock::{Clock, SystemClock};
pub use fault::Fault;
use intake::Intake;
pub use intake::Receipt;
use proving::Proving;
pub(crate) use read::thread;
pub use read::{Cursor, List, Page, Summary};
use routing::Routing;
pub(crate) use settings::version;
pub use setup::FirstSetUp;
pub(crate) use share::CannotShare;
pub use share::ShareNews;
pub use shares::{
    NoShares, OpenFuture, PageFuture, PageId, ShareEnd, ShareOpen, ShareRefused, Shares, SharesFuture,
    SharesUnreachable,
};
pub use start::{Start, Started};
pub use turn::Rounds;

/// The tables that the engine needs: for opening its [`Store`].
pub const TABLES: Migrations = crate::tables::TABLES;

/// Events that may wait for a listener. A slower one is told so, and reads [`Engine::events_after`].
const WAITING: usize = 1024;

/// So often a command is tried again that somebody else was quicker with.
const RACES: usize = 8;

/// What was committed, with its effects as data.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// On which site.
    pub site: SiteId,
    /// The site's event number.
    pub no: i64,
    /// When the command was received.
    pub at: UnixMillis,
    /// The conversation before it; `None` where it begins.
    pub before: Option<Conversation>,
    /// The conversation after it, and what is to be done.
    pub transition: Transition,
}

/// The durable conversations of all sites; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    shares: Arc<dyn Shares>,
    proving: Proving,
    settings: Mutex<HashMap<SiteId, Arc<Settings>>>,
    routing: Routing,
    intake: Arc<Intake>,
    committed: broadcast::Sender<Arc<Committed>>,
    changes: Changes,
    online: Online,
    /// Something may be due earlier than was known.
    wake: Notify,
}

impl Engine {
    /// Takes up the conversations that the store holds: deadlines move by the time that nobody was there, and
    /// the router learns what waits.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn open(store: Store, clock: Arc<dyn Clock>, shares: Arc<dyn Shares>) -> Result<Self, Fault> {
        let (committed, _) = broadcast::channel(WAITING);
        let inner = Inner {
            store,
            clock,
            shares,
            proving: Proving::default(),
            settings: Mutex::default(),
            routing: Routing::default(),
            intake: Arc::default(),
            committed,
            changes: Changes::default(),
            online: Online::default(),
            wake: Notify::new(),
        };
        let engine = Self { inner: Arc::new(inner) };
        engine.reload().await?;
        Ok(engine)
    }

    /// Hears of everything that is committed from now on, in the order of each site's events.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Committed>> {
        self.inner.committed.subscribe()
    }

    /// Hears of everything that changes beside conversations, and tells of it.
    pub fn changes(&self) -> &Changes {
        &self.inner.changes
    }

    /// Which visitors are there; whoever holds their sockets says so.
    pub fn online(&self) -> &Online {
        &self.inner.online
    }

    /// The instant that it is, by the engine's clock.
    pub fn now(&self) -> UnixMillis {
        self.inner.clock.now()
    }

    /// What desks know of a site.
    pub(crate) async fn known(&self, site: SiteId) -> Result<Arc<SiteKnown>, Fault> {
        Ok(self.inner.changes.known().site(&self.inner.store, site).await?)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Stamps something that has just been read from a socket. Deadlines after it wait until it is done.
    pub fn receive(&self) -> Receipt {
        Intake::receive(&self.inner.intake, &*self.inner.clock)
    }

    /// Carries out a command. Asked again with the same name (cid or rid), it is answered again and not done
    /// again.
    ///
    /// # Errors
    /// [`Fault::Refused`] and the other faults: nothing happened. [`Fault::Store`] may be
    /// [unknown](store::Error::Unknown): then ask again, with the same name.
    pub async fn execute(&self, receipt: Receipt, request: Request) -> Result<Answer, Fault> {
        self.execute_decided(receipt, request, None).await
    }

    /// The same, of what a router decided at an instant.
    async fn execute_decided(
        &self,
        receipt: Receipt,
        request: Request,
        decided: Option<UnixMillis>,
    ) -> Result<Answer, Fault> {
        let at = receipt.at();
        let mut burnt = Vec::new();
        for _ in 0..RACES {
            let (inner, request, done) = (self.inner.clone(), request.clone(), burnt.clone());
            let written = self.inner.store.write(Key(request.site.0), move |tx| {
                transact::Command { inner: &inner, request: &request, at, decided, burnt: &done }.run(tx)
            });
            match written.await {
                Err(Fault::Burn(ends)) => {
                    for end in ends {
                        self.inner.shares.end(end).await?;
                        burnt.push(end);
                    }
                }
                Err(Fault::Raced) => {}
                done => return done?.map_err(Fault::Refused),
            }
        }
        Err(Fault::Store(store::Error::Retry("the conversation changes too often".to_owned())))
    }

    /// [`Engine::receive`] and [`Engine::execute`] in one.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub async fn command(&self, request: Request) -> Result<Answer, Fault> {
        self.execute(self.receive(), request).await
    }
}

impl Inner {
    /// On the store's thread, once it is durable.
    fn committed(&self, it: &Arc<Committed>) {
        let counts = |it: &Effect| matches!(it, Effect::Hold(..) | Effect::Free(_));
        if it.transition.effects.iter().any(counts) {
            // How many conversations agents have stands in the directory.
            self.changes.known().forget(it.site);
        }
        let decided = self.routing.transition(it);
        let has_timers = it.transition.effects.iter().any(|it| matches!(it, Effect::SetTimer(..)));
        if decided || has_timers {
            self.wake.notify_one();
        }
        // Fails only when nobody listens.
        let _ = self.committed.send(it.clone());
    }
}

/// What a panicking thread left behind is whole: each change is made by one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For what nobody may guess, and what must not come twice.
fn random() -> Result<[u8; 16], Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Fault::Random(error.to_string()))?;
    Ok(bytes)
}
