//! Queues from callers to the threads that own connections.

use std::sync::{
    Arc, Mutex, PoisonError, TryLockError,
    atomic::{AtomicU64, Ordering},
};
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc;

use crate::command::Job;
use crate::{Dialect, Error, Key};

/// Commands that may wait for one thread. When it is full, callers wait.
const WAITING: usize = 1024;

/// What a thread is asked to do.
pub(crate) enum Order {
    Write(Box<dyn Job>),
    Read(Box<dyn Job>),
    /// End, once everything before is answered.
    Stop,
}

pub(crate) type Sender = mpsc::Sender<Order>;
pub(crate) type Receiver = mpsc::Receiver<Order>;

pub(crate) fn channel() -> (Sender, Receiver) {
    mpsc::channel(WAITING)
}

/// A queue that several threads take from.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<Receiver>>);

impl Shared {
    pub(crate) fn new(receiver: Receiver) -> Self {
        Self(Arc::new(Mutex::new(receiver)))
    }

    /// What waits already. Nothing does while another thread waits for it.
    pub(crate) fn waiting(&self) -> Option<Order> {
        let mut queue = match self.0.try_lock() {
            Ok(queue) => queue,
            Err(TryLockError::Poisoned(left)) => left.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        queue.try_recv().ok()
    }

    /// Waits for the next order; `None` when there will be none.
    pub(crate) fn next(&self) -> Option<Order> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
    }
}

/// The ends that callers hold.
pub(crate) struct Queues {
    pub dialect: Dialect,
    writers: Vec<Sender>,
    readers: Sender,
    n_readers: usize,
    asked: [AtomicU64; 2],
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Queues {
    pub(crate) fn new(dialect: Dialect, writers: Vec<Sender>, readers: (Sender, usize)) -> Self {
        let (readers, n_readers) = readers;
        Self { dialect, writers, readers, n_readers, asked: Default::default(), threads: Mutex::default() }
    }

    /// Starts a thread that [`Queues::close`] waits for.
    pub(crate) fn spawn(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
        let thread = thread.map_err(|error| Error::Open(format!("no thread: {error}")))?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// The queue of a command, which is counted.
    pub(crate) fn writer(&self, key: Key) -> &Sender {
        self.asked[1].fetch_add(1, Ordering::Relaxed);
        &self.writers[key.pick(self.writers.len())]
    }

    /// The queue of a query, which is counted.
    pub(crate) fn reader(&self) -> &Sender {
        self.asked[0].fetch_add(1, Ordering::Relaxed);
        &self.readers
    }

    /// How many queries and commands there were.
    pub(crate) fn asked(&self) -> [u64; 2] {
        [&self.asked[0], &self.asked[1]].map(|it| it.load(Ordering::Relaxed))
    }

    pub(crate) fn close(&self) {
        // A queue whose thread has ended needs no order to end.
        for _ in 0..self.n_readers {
            let _ = self.readers.blocking_send(Order::Stop);
        }
        for writer in &self.writers {
            let _ = writer.blocking_send(Order::Stop);
        }
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // Its panic has been printed; nothing is left to do about it.
            let _ = thread.join();
        }
    }
}
