//! What waits for one socket: frames in their order, bounded, and beside them what is to be read anew, of which
//! only the last word counts.
//!
//! Messages of a conversation never wait here: the writer reads them by their numbers when the socket has room,
//! a page at a time. So replay and live are one thing, and a slow socket costs no memory.
use std::{
    collections::VecDeque,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::extract::ws::Message;
use serde::Serialize;
use tokio::sync::Notify;

use super::wire::Codec;

/// Most frames that wait.
const MAX_FRAMES: usize = 256;
/// Most bytes that wait.
const MAX_BYTES: usize = 256 * 1024;

/// Why a socket is ended: the code of its `Bye`.
pub(crate) type Code = &'static str;

/// See the module.
pub(crate) struct Outbox<D> {
    codec: Codec,
    state: Mutex<State<D>>,
    wake: Notify,
    ended: Notify,
}

#[derive(Default)]
struct State<D> {
    batch: Batch<D>,
    is_marked: bool,
    bytes: usize,
    end: Option<Code>,
}

/// What the writer takes at once. What is dirty is read, and sent, before the frames: an acknowledgement comes
/// after what it changed.
#[derive(Default)]
pub(crate) struct Batch<D> {
    pub dirty: D,
    pub frames: VecDeque<Message>,
}

impl<D: Default> Outbox<D> {
    pub fn new(codec: Codec) -> Self {
        Self { codec, state: Mutex::default(), wake: Notify::new(), ended: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<D>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How its frames are written.
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// Has something read anew.
    pub fn mark(&self, mark: impl FnOnce(&mut D)) {
        let mut state = self.lock();
        mark(&mut state.batch.dirty);
        state.is_marked = true;
        drop(state);
        self.wake.notify_one();
    }

    /// Appends a frame, which comes after what is marked by now. One too many ends the socket: its client comes
    /// back and resumes.
    pub fn push(&self, frame: &impl Serialize) {
        let Some(message) = self.codec.encode(frame) else { return self.end("retry") };
        let mut state = self.lock();
        state.bytes += length(&message);
        state.batch.frames.push_back(message);
        let overflows = MAX_FRAMES < state.batch.frames.len() || MAX_BYTES < state.bytes;
        drop(state);
        if overflows {
            self.end("lagged");
        }
        self.wake.notify_one();
    }

    /// Ends the socket; the first code is the one that is told.
    pub fn end(&self, code: Code) {
        self.lock().end.get_or_insert(code);
        self.ended.notify_one();
    }

    /// Waits until somebody ends the socket.
    pub async fn ended(&self) -> Code {
        loop {
            if let Some(code) = self.lock().end {
                return code;
            }
            self.ended.notified().await;
        }
    }

    /// Waits for something to write.
    pub async fn next(&self) -> Batch<D> {
        loop {
            if let Some(batch) = self.take() {
                return batch;
            }
            self.wake.notified().await;
        }
    }

    /// What there is to write, if there is anything.
    pub fn take(&self) -> Option<Batch<D>> {
        let mut state = self.lock();
        let has = mem::take(&mut state.is_marked) || !state.batch.frames.is_empty();
        state.bytes = 0;
        has.then(|| mem::take(&mut state.batch))
    }
}

fn length(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_overflows_ends_and_what_is_marked_does_not() {
        let outbox = Outbox::<u32>::new(Codec::Json);
        for n in 0..100_000 {
            outbox.mark(|last| *last = n);
        }
        for _ in 0..MAX_FRAMES {
            outbox.push(&"frame");
        }
        assert_eq!(outbox.lock().end, None);
        let batch = outbox.take().expect("something");
        assert_eq!((batch.dirty, batch.frames.len()), (99_999, MAX_FRAMES));
        assert!(outbox.take().is_none());
        for _ in 0..3 {
            outbox.push(&"x".repeat(MAX_BYTES / 2));
        }
        assert_eq!(outbox.ended().await, "lagged");
    }
}
