//! The program `tandem` composes the relay and the chat service; nothing else. Here is the composition, for the
//! program and for tests that start a whole server in their own process.
pub mod demo;

mod shares;

use std::sync::Arc;

use axum::Router;
use chat::server::{Chat, Options};
use relay::mount::{Base, MountError, Mounts};
use shares::{ChatThread, RelayShares, reconcile};

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
        demo::prepare(&base).await?;
        chat(base, |usual| usual).await
    })
}

async fn chat(base: Base, terms: impl FnOnce(Options) -> Options) -> Result<Router, MountError> {
    let options = Options { files: Some(base.data.join("files")), ..Options::new(&base.public_url.origin()) };
    let relay = base.conversations;
    let shares = Arc::new(RelayShares { relay: relay.clone(), accounts: base.accounts.clone() });
    let options = terms(Options { shares, ..options });
    let chat = Chat::open(base.store, base.accounts, options).await?;
    let (service, shutdown) = (chat.clone(), base.shutdown.clone());
    let (teller, thread) = (relay.clone(), ChatThread(chat.engine().clone()));
    base.shutdown.spawn(async move { teller.tell(&thread).await });
    let (engine, stop) = (chat.engine().clone(), base.shutdown.clone());
    base.shutdown.spawn(async move {
        tokio::select! {
            () = reconcile(relay, engine) => {}
            () = stop.wanted() => {}
        }
    });
    base.shutdown.spawn(async move { service.serve(shutdown.wanted()).await });
    Ok(chat.router())
}
