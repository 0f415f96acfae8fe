//! A desk's socket: hello, then what its agent asks, and what their list and permissions show.
mod ask;
mod tell;

use std::sync::Arc;

use chat_proto::{
    Resume,
    desk::{FromDesk, ToDesk},
};
use tokio::{sync::watch, time::timeout};

use super::{
    hub::Desk,
    line::Line,
    outbox::Code,
    presence,
    socket::{self, Pulse},
    wire::Codec,
};
use crate::server::Chat;
use accounts::Claims;
use ask::Worker;
use tell::Teller;

/// An agent who is logged in and has opened a socket.
#[derive(Clone)]
pub(crate) struct Guest {
    /// The log-in.
    pub token: [u8; 32],
    /// What it was good for as the socket was opened.
    pub claims: Claims,
    /// Changes when that may be something else.
    pub rights: watch::Receiver<()>,
}

/// Serves a desk's socket to its end.
pub(crate) async fn serve(chat: Chat, mut socket: Line, codec: Codec, guest: Guest) {
    let hello = timeout(chat.options.hello, hello(&mut socket, codec)).await;
    let resume = match hello {
        Ok(Ok(resume)) => resume,
        Ok(Err(code)) => return refuse(&mut socket, codec, code).await,
        Err(_) => return refuse(&mut socket, codec, "hello").await,
    };
    let Ok(viewer) = chat.viewer(&guest.claims).await else {
        return refuse(&mut socket, codec, "retry").await;
    };
    let desk = Arc::new(Desk::new(viewer, codec));
    chat.hub.desk_enters(&desk);
    if let Err(fault) = presence::desk_came(&chat, &desk).await {
        tracing::warn!(%fault, "an agent's coming could not be told");
    }
    let worker = Worker::new(&chat, &desk, guest.clone());
    if let Some(teller) = Teller::welcome(&chat, &desk, guest, &mut socket).await {
        worker.resume(resume).await;
        let pulse = Pulse { every: chat.options.ping };
        socket::serve(&chat.engine, socket, &desk.outbox, pulse, (worker, teller)).await;
    }
    leave(&chat, desk);
}

/// Who else had its conversations open sees them go.
fn leave(chat: &Chat, desk: Arc<Desk>) {
    let open: Vec<_> = desk.shows().open.drain().collect();
    for conv in open {
        chat.hub.open_desks(conv, |_, dirty| _ = dirty.threads.insert(conv));
    }
    presence::desk_left(chat, desk);
}

async fn hello(socket: &mut Line, codec: Codec) -> Result<Vec<Resume>, Code> {
    let FromDesk::Hello { resume } = socket::first(socket, codec).await? else { return Err("malformed") };
    Ok(resume)
}

async fn refuse(socket: &mut Line, codec: Codec, code: Code) {
    socket::refuse(socket, codec.encode(&ToDesk::Bye { code: code.to_owned() })).await;
}
