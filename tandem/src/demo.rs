//! The demo's shop as if it had been open for three weeks: agents, queues, a bot, and what was said.
//!
//! Made once, before the service begins, in a data folder without conversations: settings over the service's own
//! documented API, conversations through its engine, both with a clock that is put back. What is there is left alone.
mod desk;
mod history;
mod people;
mod settings;
mod stories;
mod story;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use accounts::Accounts;
use chat::{
    engine::Rounds,
    search::Search,
    server::{Chat, OpenError, Options},
};
use store::{Store, Tx, params};
use thiserror::Error;

use history::{Past, Play};
pub use people::LogIn;

/// The key of the demo's site.
const SITE: &str = "demo";

/// Why the demo cannot be made.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The chat service cannot begin.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The chat service cannot do what the demo asks.
    #[error(transparent)]
    Chat(#[from] chat::engine::Fault),
    /// The accounts of the agents.
    #[error(transparent)]
    Accounts(#[from] accounts::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The files with passwords.
    #[error("the demo's passwords: {0}")]
    Passwords(#[from] std::io::Error),
    /// The API says no.
    #[error("{path}: {status} {body}")]
    Refused {
        /// Of which route.
        path: String,
        /// With which status.
        status: u16,
        /// And what it says.
        body: String,
    },
    /// The demo names something that is not there.
    #[error("the demo has no {0}")]
    Missing(&'static str),
}

/// The log-ins of the demo's other agents, once a server made them with its data in this folder.
///
/// # Errors
/// When their passwords cannot be read.
pub fn log_ins(data: &Path) -> Result<Vec<LogIn>, DemoError> {
    people::log_ins(data)
}

/// Where the demo is made.
pub(crate) struct Ground {
    /// The database, with all tables.
    pub store: Store,
    /// Its accounts.
    pub accounts: Accounts,
    /// The desk's.
    pub origin: String,
    /// The folder of the passwords.
    pub data: PathBuf,
}

/// Makes what is not there yet.
pub(crate) async fn prepare(base: &Ground) -> Result<(), DemoError> {
    let site = base.accounts.site(SITE).await?.ok_or(DemoError::Missing("site"))?;
    people::agents(&base.accounts, (&base.data, site.id)).await?;
    if has_conversations(&base.store, site.id.0).await? {
        return Ok(());
    }
    let clock = Arc::new(Past::now());
    let origin = base.origin.clone();
    let options = Options { clock: clock.clone(), ..Options::new(&origin) };
    let chat = Chat::open(base.store.clone(), base.accounts.clone(), options).await?;
    let team = people::team(&base.accounts).await?;
    let desk = desk::Desk::log_in(&chat, (&base.accounts, &team), &origin).await?;
    let shop = settings::set_up(&desk, &team).await?;
    let pages = site.origins.first().map_or("https://shop.example", String::as_str);
    let play = Play::new(chat.engine(), &clock, (site.id.0, &shop), pages);
    play.everything(&team, &desk).await?;
    desk.log_out().await?;
    // As if the service had been there until this moment: the time until it begins is no downtime.
    clock.is_over();
    chat.engine().round(&mut Rounds::default()).await?;
    // Found from the first moment on.
    Search::new(base.store.clone()).catch_up().await?;
    Ok(())
}

/// Asked of the table: an engine that looks would take the past for time that nobody was there.
async fn has_conversations(store: &Store, site: i64) -> Result<bool, store::Error> {
    const ANY: &str = "SELECT id FROM chat_conversation WHERE site_id = $1 LIMIT 1";
    store.read(move |tx: &mut dyn Tx| Ok(tx.optional::<(i64,)>(ANY, params![site])?.is_some())).await
}
