//! What frames go over: a WebSocket, or the requests of a client whose network lets none through.
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    Error,
    extract::ws::{Message, WebSocket},
};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

/// Frames that were posted and not read yet.
const SAID: usize = 1;
/// Frames that were written and not asked for yet: no more bytes than wait in a socket's own buffer.
const TOLD: usize = 4;

/// Whoever serves it does not know which of them it is: the same promises and bounds hold for both.
#[allow(clippy::large_enum_variant, reason = "nearly all of them are sockets")]
pub(crate) enum Line {
    /// A socket.
    Socket(WebSocket),
    /// Requests.
    Polled(Pipe),
}

/// The serving end of two short queues.
pub(crate) struct Pipe {
    said: mpsc::Receiver<Message>,
    told: PollSender<Message>,
}

/// The other end, which requests hold.
pub(crate) struct Ends {
    /// What the client says.
    pub say: mpsc::Sender<Message>,
    /// What it is told.
    pub told: mpsc::Receiver<Message>,
}

/// A line without a socket.
pub(crate) fn piped() -> (Line, Ends) {
    let ((say, said), (tell, told)) = (mpsc::channel(SAID), mpsc::channel(TOLD));
    (Line::Polled(Pipe { said, told: PollSender::new(tell) }), Ends { say, told })
}

impl Stream for Line {
    type Item = Result<Message, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.get_mut() {
            Self::Socket(it) => it.poll_next_unpin(cx),
            Self::Polled(it) => Poll::Ready(ready!(it.said.poll_recv(cx)).map(Ok)),
        }
    }
}

impl Sink<Message> for Line {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match self.get_mut() {
            Self::Socket(it) => it.poll_ready_unpin(cx),
            Self::Polled(it) => it.told.poll_ready_unpin(cx).map_err(Error::new),
        }
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        match self.get_mut() {
            Self::Socket(it) => it.start_send_unpin(message),
            Self::Polled(it) => it.told.start_send_unpin(message).map_err(Error::new),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match self.get_mut() {
            Self::Socket(it) => it.poll_flush_unpin(cx),
            Self::Polled(it) => it.told.poll_flush_unpin(cx).map_err(Error::new),
        }
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match self.get_mut() {
            Self::Socket(it) => it.poll_close_unpin(cx),
            Self::Polled(it) => it.told.poll_close_unpin(cx).map_err(Error::new),
        }
    }
}
