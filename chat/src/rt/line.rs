//! What frames go over: a WebSocket, or the requests of a client whose network lets none through.
use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Error,
    extract::ws::{Message, WebSocket},
};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, PollSender, WaitForCancellationFutureOwned};

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
    hung_up: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// The other end, which requests hold.
pub(crate) struct Ends {
    /// What the client says.
    pub say: mpsc::Sender<Message>,
    /// What it is told.
    pub told: mpsc::Receiver<Message>,
    /// Ends it, once what was said before is read: a queue that is full keeps nobody from it.
    pub hung_up: CancellationToken,
}

/// A line without a socket.
pub(crate) fn piped() -> (Line, Ends) {
    let ((say, said), (tell, told)) = (mpsc::channel(SAID), mpsc::channel(TOLD));
    let (told_to, hung_up) = (PollSender::new(tell), CancellationToken::new());
    let pipe = Pipe { said, told: told_to, hung_up: Box::pin(hung_up.clone().cancelled_owned()) };
    (Line::Polled(pipe), Ends { say, told, hung_up })
}

impl Stream for Line {
    type Item = Result<Message, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.get_mut() {
            Self::Socket(it) => it.poll_next_unpin(cx),
            Self::Polled(it) => match it.said.poll_recv(cx) {
                Poll::Pending => it.hung_up.as_mut().poll(cx).map(|()| None),
                Poll::Ready(said) => Poll::Ready(said.map(Ok)),
            },
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
