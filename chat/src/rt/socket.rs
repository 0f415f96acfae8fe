//! A socket that has said hello: reading, working and writing side by side, each in its order.
//!
//! What is read is stamped at once and waits for its turn in a short queue; while that is full nothing is read,
//! so that a peer which floods is slowed down by its own socket. The writer takes what there is to tell, and
//! tells of its own that the service is there. Whoever answers no ping is cut off.
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message, WebSocketUpgrade};
use chat_proto::limits::MAX_FRAME;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use serde::de::DeserializeOwned;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval_at, sleep, timeout},
};

use super::{
    line::Line,
    outbox::{Batch, Code, Outbox},
    wire::Codec,
};
use crate::engine::{Engine, Receipt};

/// Socket buffers: 4 KiB ones make an idle socket cost 9 KB in place of 137.
const BUFFER: usize = 4 * 1024;
/// Bytes that may wait in the socket's own write buffer before it counts as failed.
const MAX_BACKLOG: usize = 256 * 1024;
/// Frames that are read and wait for their turn.
const WAITING: usize = 32;
/// A socket that does not take its last frames is cut after this.
const FAREWELL: Duration = Duration::from_secs(2);
/// The close code of an end that the service decided (RFC 6455 §7.4.1).
const POLICY: u16 = 1008;

/// The bounds of a socket. Nothing is compressed: frames are short.
pub(crate) fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_write_buffer_size(MAX_BACKLOG)
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
}

/// A frame and when it came.
pub(crate) struct Heard<F> {
    pub frame: F,
    pub receipt: Receipt,
}

/// Does what the peer asks.
pub(crate) trait Work {
    /// What the peer sends.
    type Frame: DeserializeOwned + Send;
    /// Does it; gives the code of the socket's end where this ends it.
    fn work(&mut self, heard: Heard<Self::Frame>) -> impl Future<Output = Result<(), Code>> + Send;
}

/// Tells the peer what has changed.
pub(crate) trait Tell {
    /// What may have changed.
    type Dirty: Default + Send;
    /// Reads it and sends it.
    fn tell(
        &mut self,
        dirty: Self::Dirty,
        out: &mut Out<'_>,
    ) -> impl Future<Output = Result<(), Stop>> + Send;
    /// The frame that says that the service is there.
    fn ping(&self) -> Option<Message>;
    /// Once a ping: what goes with time.
    fn beat(&mut self) -> impl Future<Output = Result<(), Code>> + Send;
    /// The frame that says why the socket ends.
    fn bye(&self, code: Code) -> Option<Message>;
}

/// Why writing stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The socket is gone.
    Gone,
    /// Nothing was heard for so long that whoever was there is gone.
    Silent,
    /// It ends with this code.
    Bye(Code),
}

impl From<axum::Error> for Stop {
    fn from(_: axum::Error) -> Self {
        Self::Gone
    }
}

impl From<crate::engine::Fault> for Stop {
    fn from(fault: crate::engine::Fault) -> Self {
        tracing::warn!(%fault, "a socket cannot be served");
        Self::Bye("retry")
    }
}

/// Where frames go.
pub(crate) struct Out<'a>(&'a mut SplitSink<Line, Message>);

impl Out<'_> {
    /// Sends a frame when the socket has room.
    pub async fn send(&mut self, message: Option<Message>) -> Result<(), Stop> {
        Ok(self.0.send(message.ok_or(Stop::Bye("retry"))?).await?)
    }
}

/// How a socket's life is watched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pulse {
    pub every: Duration,
}

/// When the peer was last heard.
struct Life {
    heard: Mutex<Instant>,
    /// Nothing is read because the work is behind: that is not the peer's silence.
    is_busy: AtomicBool,
}

impl Life {
    fn new() -> Self {
        Self { heard: Mutex::new(Instant::now()), is_busy: AtomicBool::new(false) }
    }

    fn hear(&self) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Ends when the peer has been silent for two pings.
    async fn ends(&self, pulse: Pulse) {
        loop {
            let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            let left = (2 * pulse.every).saturating_sub(heard.elapsed());
            if !left.is_zero() {
                sleep(left).await;
            } else if self.is_busy.load(Ordering::Relaxed) {
                sleep(pulse.every).await;
            } else {
                return;
            }
        }
    }
}

/// The first frame of a socket.
pub(crate) async fn first<F: DeserializeOwned>(socket: &mut Line, codec: Codec) -> Result<F, Code> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(message)) => return codec.decode(&message).map_err(|_| "malformed"),
            Some(Err(_)) | None => return Err("gone"),
        }
    }
}

/// Says why, and ends a socket that nobody serves.
pub(crate) async fn refuse(socket: &mut Line, bye: Option<Message>) {
    let parting = async {
        if let Some(bye) = bye {
            socket.send(bye).await?;
        }
        let close = CloseFrame { code: POLICY, reason: Default::default() };
        socket.send(Message::Close(Some(close))).await?;
        while let Some(Ok(_)) = socket.next().await {}
        Ok::<(), axum::Error>(())
    };
    // A peer that does not read is cut.
    let _ = timeout(FAREWELL, parting).await;
}

/// Serves a socket to its end, and says how it ended.
pub(crate) async fn serve<W, T>(
    engine: &Engine,
    socket: Line,
    outbox: &Outbox<T::Dirty>,
    pulse: Pulse,
    (work, mut tell): (W, T),
) -> Stop
where
    W: Work,
    T: Tell,
{
    let (mut sink, mut stream) = socket.split();
    let life = Life::new();
    let end = {
        let reader = Reader { engine, life: &life, codec: outbox.codec() };
        tokio::select! {
            end = talk(reader, &mut stream, work) => end,
            stop = write(&mut sink, outbox, &mut tell, pulse) => stop,
            code = outbox.ended() => Stop::Bye(code),
            () = life.ends(pulse) => Stop::Silent,
        }
    };
    if let Stop::Bye(code) = end {
        let bye = tell.bye(code);
        // A peer that does not read is cut.
        let _ = timeout(FAREWELL, Box::pin(part(&mut sink, &mut stream, outbox.take(), bye))).await;
    }
    end
}

/// Reads and works until the peer is gone and everything is done that it said.
async fn talk<W: Work>(reader: Reader<'_>, stream: &mut SplitStream<Line>, mut work: W) -> Stop {
    // Boxed, as all that an idle socket only might do: tokio keeps 32 places of a channel, and a task the largest of its
    // states, for as long as they live.
    let (sender, mut waiting) = mpsc::channel::<Box<Heard<W::Frame>>>(WAITING);
    let working = async move {
        while let Some(heard) = waiting.recv().await {
            Box::pin(work.work(*heard)).await.map_err(Stop::Bye)?;
        }
        Ok::<(), Stop>(())
    };
    let reading = reader.read::<W::Frame>(stream, sender);
    tokio::pin!(working, reading);
    tokio::select! {
        worked = &mut working => worked.err().unwrap_or(Stop::Gone),
        read = &mut reading => working.await.err().unwrap_or(read),
    }
}

struct Reader<'a> {
    engine: &'a Engine,
    life: &'a Life,
    codec: Codec,
}

impl Reader<'_> {
    async fn read<F: DeserializeOwned>(
        self,
        stream: &mut SplitStream<Line>,
        sender: mpsc::Sender<Box<Heard<F>>>,
    ) -> Stop {
        loop {
            let message = match stream.next().await {
                Some(Ok(message)) => message,
                Some(Err(error)) if is_too_large(&error) => return Stop::Bye("malformed"),
                Some(Err(_)) | None => return Stop::Gone,
            };
            self.life.hear();
            match message {
                Message::Ping(_) | Message::Pong(_) => continue,
                Message::Close(_) => return Stop::Gone,
                Message::Text(_) | Message::Binary(_) => {}
            }
            let receipt = self.engine.receive();
            let Ok(frame) = self.codec.decode(&message) else { return Stop::Bye("malformed") };
            self.life.is_busy.store(true, Ordering::Relaxed);
            // Closed when the work has ended: then so has the socket.
            if sender.send(Box::new(Heard { frame, receipt })).await.is_err() {
                return Stop::Gone;
            }
            self.life.is_busy.store(false, Ordering::Relaxed);
            self.life.hear();
        }
    }
}

/// Whether a socket failed because a message was longer than its limit.
fn is_too_large(error: &axum::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(tungstenite::Error::Capacity(_)))
}

/// Writes what there is to tell, until the socket ends.
async fn write<T: Tell>(
    sink: &mut SplitSink<Line, Message>,
    outbox: &Outbox<T::Dirty>,
    tell: &mut T,
    pulse: Pulse,
) -> Stop {
    let mut pings = interval_at(Instant::now() + pulse.every, pulse.every);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let wrote = tokio::select! {
            batch = outbox.next() => tell_all(sink, tell, batch).await,
            _ = pings.tick() => ping(sink, tell).await,
        };
        if let Err(stop) = wrote {
            return stop;
        }
    }
}

async fn tell_all<T: Tell>(
    sink: &mut SplitSink<Line, Message>,
    tell: &mut T,
    batch: Batch<T::Dirty>,
) -> Result<(), Stop> {
    Box::pin(tell.tell(batch.dirty, &mut Out(sink))).await?;
    for message in batch.frames {
        sink.feed(message).await?;
    }
    Ok(sink.flush().await?)
}

async fn ping<T: Tell>(sink: &mut SplitSink<Line, Message>, tell: &mut T) -> Result<(), Stop> {
    Box::pin(tell.beat()).await.map_err(Stop::Bye)?;
    if let Some(frame) = tell.ping() {
        sink.feed(frame).await?;
    }
    Ok(sink.send(Message::Ping(Default::default())).await?)
}

/// What waits, the last word, and then the peer's own end, so that nothing is lost in a reset.
async fn part<D>(
    sink: &mut SplitSink<Line, Message>,
    stream: &mut SplitStream<Line>,
    left: Option<Batch<D>>,
    bye: Option<Message>,
) -> Result<(), axum::Error> {
    for message in left.into_iter().flat_map(|it| it.frames).chain(bye) {
        sink.feed(message).await?;
    }
    let close = CloseFrame { code: POLICY, reason: Default::default() };
    sink.send(Message::Close(Some(close))).await?;
    while let Some(Ok(_)) = stream.next().await {}
    Ok(())
}
