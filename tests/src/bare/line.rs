//! A peer on its socket, kept alive while a story goes on.
use std::{
    future::Future,
    pin::pin,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use cobrowse_core::id::Moment;
use futures_util::{SinkExt, StreamExt};
use tokio::{net::TcpStream, time::interval};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use crate::wait::PATIENCE;

/// What a peer does, without clock and socket.
pub trait Peer {
    /// A message came.
    ///
    /// # Errors
    /// When it breaks the protocol, or says what the story does not expect.
    fn hear(&mut self, bytes: &[u8], now: Moment) -> Result<()>;
    /// The moment of [`Self::wake_at`] has come.
    fn wake(&mut self, now: Moment);
    /// When something is to be done.
    fn wake_at(&self) -> Option<Moment>;
    /// The next message to send.
    fn speak(&mut self, now: Moment) -> Option<Vec<u8>>;
}

/// A peer and its socket. Nothing happens but while the story waits here.
pub struct Line<P> {
    /// The peer.
    pub peer: P,
    socket: WebSocketStream<TcpStream>,
    begun: Instant,
}

impl<P: Peer> Line<P> {
    /// Puts a peer, whose clock stands at 0, on a socket that is open.
    pub fn new(peer: P, socket: WebSocketStream<TcpStream>) -> Self {
        Self { peer, socket, begun: Instant::now() }
    }

    /// Does something with the peer.
    pub fn does<T>(&mut self, act: impl FnOnce(&mut P, Moment) -> T) -> T {
        let now = Moment(self.begun.elapsed());
        act(&mut self.peer, now)
    }

    /// Keeps the peer going while something else happens, and says what came of that.
    ///
    /// # Errors
    /// When the socket closes or the peer hears nonsense.
    pub async fn during<T>(&mut self, other: impl Future<Output = Result<T>>) -> Result<T> {
        self.repeating(Duration::MAX, |_, _| (), other).await
    }

    /// As [`Self::during`], and does `act` again and again meanwhile.
    ///
    /// # Errors
    /// As there.
    pub async fn repeating<T>(
        &mut self,
        every: Duration,
        mut act: impl FnMut(&mut P, Moment),
        other: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let mut other = pin!(other);
        let mut times = (every < PATIENCE).then(|| interval(every));
        loop {
            self.say_all().await?;
            tokio::select! {
                done = &mut other => return done,
                message = self.socket.next() => self.hear(message.context("the socket closed")??)?,
                () = until(self.begun, self.peer.wake_at()) => self.peer.wake(Moment(self.begun.elapsed())),
                () = tick(&mut times) => act(&mut self.peer, Moment(self.begun.elapsed())),
            }
        }
    }

    /// Waits until the peer has what is looked for.
    ///
    /// # Errors
    /// When it never comes, and as [`Self::during`].
    pub async fn until<T>(&mut self, what: &str, look: impl Fn(&P) -> Option<T>) -> Result<T> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            self.say_all().await?;
            if let Some(found) = look(&self.peer) {
                return Ok(found);
            }
            let end = Some(Moment(self.begun.elapsed() + PATIENCE));
            tokio::select! {
                message = self.socket.next() => self.hear(message.context("the socket closed")??)?,
                () = until(self.begun, self.peer.wake_at().min(end).or(end)) => {
                    self.peer.wake(Moment(self.begun.elapsed()));
                }
            }
        }
        bail!("waited {PATIENCE:?} for {what}")
    }

    fn hear(&mut self, message: Message) -> Result<()> {
        match message {
            Message::Binary(bytes) => self.peer.hear(&bytes, Moment(self.begun.elapsed())),
            Message::Close(frame) => bail!("the socket closes: {frame:?}"),
            Message::Text(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
        }
    }

    async fn say_all(&mut self) -> Result<()> {
        while let Some(bytes) = self.peer.speak(Moment(self.begun.elapsed())) {
            self.socket.send(Message::binary(bytes)).await?;
        }
        Ok(())
    }
}

async fn until(begun: Instant, wake: Option<Moment>) {
    match wake {
        Some(at) => tokio::time::sleep_until((begun + at.0).into()).await,
        None => std::future::pending().await,
    }
}

async fn tick(times: &mut Option<tokio::time::Interval>) {
    match times {
        Some(times) => _ = times.tick().await,
        None => std::future::pending().await,
    }
}
