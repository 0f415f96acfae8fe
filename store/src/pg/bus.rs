//! Hints between nodes, by `LISTEN` and `NOTIFY`.
//!
//! `NOTIFY` inside a transaction that writes takes a lock that all such transactions share, and costs most
//! of their speed. So hints go out on a connection of their own, a few milliseconds' worth at a time.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use postgres::fallible_iterator::FallibleIterator;

use super::connect::PostgresOptions;
use super::driver::{Session, describe};
use crate::Error;
use crate::bus::{Bus, InProcess, MAX_TOPIC, Subscription, Wake, hint};
use crate::scope::Driver as _;

/// How long hints are gathered.
const GATHER: Duration = Duration::from_millis(5);

/// Hints of one notification.
const MOST: usize = 512;

/// Hints that may wait while the server is away. More become one call to look.
const WAITING: usize = 4096;

/// How often the listener sees whether anybody still needs it.
const LOOK_UP: Duration = Duration::from_millis(500);

/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(500);

/// The bus of several nodes with one PostgreSQL.
pub struct PostgresBus {
    inner: Arc<Inner>,
    outgoing: SyncSender<String>,
}

struct Inner {
    local: InProcess,
    /// Stands before each hint, so that the node's own are not heard twice.
    node: String,
}

impl PostgresBus {
    /// Connects twice: one connection speaks, one listens.
    ///
    /// # Errors
    /// [`Error::Open`] when the server cannot be reached.
    pub fn start(options: &PostgresOptions) -> Result<Self, Error> {
        super::apart(|| Self::start_here(options))
    }

    fn start_here(options: &PostgresOptions) -> Result<Self, Error> {
        let open = |error: Error| Error::Open(error.to_string());
        let node = super::worker::new_name();
        let inner = Arc::new(Inner { local: InProcess::new(), node });
        let (outgoing, hints) = sync_channel(WAITING);
        let listener = Listener { options: options.clone(), node: Arc::downgrade(&inner) };
        let mut speaker = Speaker { options: options.clone(), node: inner.node.clone(), session: None };
        let session = listener.connect().map_err(open)?;
        speaker.session = Some(speaker.connect().map_err(open)?);
        let spawned = |error: std::io::Error| Error::Open(format!("no thread: {error}"));
        let thread = || thread::Builder::new();
        thread().name("store-listen".into()).spawn(move || listener.run(session)).map_err(spawned)?;
        thread().name("store-notify".into()).spawn(move || speaker.run(&hints)).map_err(spawned)?;
        Ok(Self { inner, outgoing })
    }
}

impl Bus for PostgresBus {
    fn publish(&self, topic: &str) {
        self.inner.local.wake(hint(topic));
        let topic = if MAX_TOPIC < topic.len() { "" } else { topic };
        // When so many wait, the others' sweep finds what these would have said.
        let _ = self.outgoing.try_send(topic.to_owned());
    }

    fn subscribe(&self, sweep: Duration) -> Subscription {
        self.inner.local.subscribe(sweep)
    }
}

struct Speaker {
    options: PostgresOptions,
    node: String,
    session: Option<Session>,
}

impl Speaker {
    fn connect(&self) -> Result<Session, Error> {
        let mut session = self.options.connect()?;
        // A hint need not survive a crash: after one everybody looks.
        session.batch("SET synchronous_commit = off")?;
        Ok(session)
    }

    fn run(mut self, hints: &Receiver<String>) {
        while let Ok(first) = hints.recv() {
            let topics = gather(first, hints);
            let topics: Vec<_> = topics.iter().map(|topic| format!("{} {topic}", self.node)).collect();
            if let Err(error) = self.say(&topics) {
                // Lost, which a hint may be; the connection is made anew for the next.
                tracing::warn!(%error, "hints were not passed on");
                self.session = None;
                // waits: a server that comes back tells nobody.
                thread::sleep(PAUSE);
            }
        }
    }

    fn say(&mut self, topics: &Vec<String>) -> Result<(), Error> {
        const SAY: &str = "SELECT pg_notify('store_hints', topic) FROM unnest($1::text[]) AS topic";
        if self.session.is_none() {
            self.session = Some(self.connect()?);
        }
        let Some(session) = &mut self.session else { return Ok(()) };
        let said = session.client().execute(SAY, &[topics]);
        said.map(drop).map_err(|error| Error::Retry(describe(&error)))
    }
}

/// The hints of the next few milliseconds, each once.
fn gather(first: String, hints: &Receiver<String>) -> BTreeSet<String> {
    let until = Instant::now() + GATHER;
    let mut topics = BTreeSet::from([first]);
    while topics.len() < MOST {
        match hints.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(topic) => drop(topics.insert(topic)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    topics
}

struct Listener {
    options: PostgresOptions,
    /// The thread ends with the bus.
    node: Weak<Inner>,
}

impl Listener {
    fn connect(&self) -> Result<Session, Error> {
        let mut session = self.options.connect()?;
        session.batch("LISTEN store_hints")?;
        Ok(session)
    }

    fn run(self, session: Session) {
        let mut session = Some(session);
        while let Some(node) = self.node.upgrade() {
            match session.take() {
                Some(mut it) => {
                    if hear(&node, &mut it) {
                        session = Some(it);
                    }
                }
                None => match self.connect() {
                    Ok(it) => {
                        session = Some(it);
                        // Whatever was said meanwhile was not heard.
                        node.local.wake(Wake::Sweep);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "nobody listens for hints");
                        // waits: a server that comes back tells nobody.
                        thread::sleep(PAUSE);
                    }
                },
            }
        }
    }
}

/// Passes on what comes within a while; whether the connection is still good.
fn hear(node: &Inner, session: &mut Session) -> bool {
    {
        let mut notifications = session.client().notifications();
        let mut heard = notifications.timeout_iter(LOOK_UP);
        loop {
            match heard.next() {
                Ok(Some(said)) => pass_on(node, said.payload()),
                Ok(None) => break,
                Err(_) => return false,
            }
        }
    }
    !session.client().is_closed()
}

fn pass_on(node: &Inner, payload: &str) {
    match payload.split_once(' ') {
        Some((from, _)) if from == node.node => {}
        Some((_, "")) | None => node.local.wake(Wake::Sweep),
        Some((_, topic)) => node.local.wake(hint(topic)),
    }
}
