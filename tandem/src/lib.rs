//! The program `tandem` composes the relay and the chat service; nothing else. Here is the composition, for the
//! program and for tests that start a whole server in their own process: both in one process ([`mounts`]), or each in
//! its own ([`apart`]).
pub mod apart;
pub mod demo;

mod shares;

use std::sync::Arc;

use axum::Router;
use chat::server::{Chat, Options};
use relay::{
    conversations::Thread,
    mount::{Base, MountError, Mounted, Mounts},
};
use shares::{ChatThread, RelayShares, reconcile};

/// The name under which one process alone runs the chat service on a database.
const CHAT: &str = "chat";

/// What the server carries beside the relay: the chat service.
pub fn mounts() -> Mounts {
    mounts_with(|usual| usual)
}

/// The same on other terms, made from the usual ones: other limits, shorter times.
pub fn mounts_with(terms: impl FnOnce(Options) -> Options + Send + 'static) -> Mounts {
    Mounts::default().alone_as(CHAT).with(&[Chat::TABLES], move |base| chat(base, terms))
}

/// The same, with the demo's history: made before the service begins, where there are no conversations yet. Only
/// for a server that makes the demo's site.
pub fn mounts_with_history() -> Mounts {
    Mounts::default().alone_as(CHAT).with(&[Chat::TABLES], async |base| {
        let ground = demo::Ground {
            store: base.store.clone(),
            accounts: base.accounts.clone(),
            origin: base.public_url.origin(),
            data: base.data.clone(),
        };
        demo::prepare(&ground).await?;
        chat(base, |usual| usual).await
    })
}

async fn chat(base: Base, terms: impl FnOnce(Options) -> Options) -> Result<Mounted, MountError> {
    let options = Options { files: Some(base.data.join("files")), ..Options::new(&base.public_url.origin()) };
    let shares = Arc::new(RelayShares { relay: base.conversations.clone(), accounts: base.accounts.clone() });
    let options = terms(Options { shares, ..options });
    let chat = Chat::open(base.store.clone(), base.accounts.clone(), options).await?;
    let (service, shutdown) = (chat.clone(), base.shutdown.clone());
    follow(&base, Arc::new(ChatThread(chat.engine().clone())));
    base.shutdown.spawn(async move { service.serve(shutdown.wanted()).await });
    Ok(described(chat.router()))
}

/// The chat's routes, answered here or passed on, as the server's document describes them.
fn described(routes: Router) -> Mounted {
    Mounted { routes, document: Chat::document() }
}

/// Tells conversations of their shares, and ends shares that do not belong to one any more, until the server stops.
fn follow(base: &Base, thread: Arc<dyn Thread>) {
    let (relay, stop, told) = (base.conversations.clone(), base.shutdown.clone(), thread.clone());
    base.shutdown.spawn(async move {
        // What is cut off here is told again after the next start.
        tokio::select! {
            () = relay.tell(&*told) => {}
            () = stop.wanted() => {}
        }
    });
    let (relay, stop) = (base.conversations.clone(), base.shutdown.clone());
    base.shutdown.spawn(async move {
        tokio::select! {
            () = reconcile(relay, thread) => {}
            () = stop.wanted() => {}
        }
    });
}
