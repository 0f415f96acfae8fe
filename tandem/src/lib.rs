//! The program `tandem` composes the relay and the chat service; nothing else. Here is the composition, for the
//! program and for tests that start a whole server in their own process.
use axum::Router;
use chat::server::{Chat, Options};
use relay::mount::{Base, MountError, Mounts};

/// What the server carries beside the relay: the chat service.
pub fn mounts() -> Mounts {
    mounts_with(|usual| usual)
}

/// The same on other terms, made from the usual ones: other limits, shorter times.
pub fn mounts_with(terms: impl FnOnce(Options) -> Options + Send + 'static) -> Mounts {
    Mounts::default().with(&[Chat::TABLES], move |base| chat(base, terms))
}

async fn chat(base: Base, terms: impl FnOnce(Options) -> Options) -> Result<Router, MountError> {
    let options = Options { files: Some(base.data.join("files")), ..Options::new(&base.public_url.origin()) };
    let options = terms(options);
    let chat = Chat::open(base.store, base.accounts, options).await?;
    let (service, shutdown) = (chat.clone(), base.shutdown.clone());
    base.shutdown.spawn(async move { service.serve(shutdown.wanted()).await });
    Ok(chat.router())
}
