//! A name that one process holds on a server, by an advisory lock of a session of its own.
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::connect::PostgresOptions;
use super::driver::{Session, describe};
use crate::Error;
use crate::alone::Hold;
use crate::scope::Driver as _;

/// Which of all advisory locks are names. The number is arbitrary, and the store's.
const NAMES: i32 = 1_702_184_331;

/// How often it is looked whether the session is still there.
const LOOK: Duration = Duration::from_millis(500);

/// Between two attempts to have the name again.
const PAUSE: Duration = Duration::from_millis(100);

/// So long a beginner waits for the last of one that has just ended: the server hears of that a little later.
const PATIENCE: Duration = Duration::from_secs(3);

/// Who is cut off notices within 11 s; the server lets the name go only later, so that no two have it.
const GREETING: &str = "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; \
     SET tcp_keepalives_count = 3; SET synchronous_commit = on";

/// What [`super::OWN`] makes.
pub(super) const TABLE: &str =
    "CREATE TABLE store_alone (name {text} PRIMARY KEY, holder {text} NOT NULL, said {text} NOT NULL);";

/// Keeps a name, on a thread of its own.
#[derive(Debug)]
pub struct Keeper {
    /// Dropped, it tells the thread to stop.
    stop: SyncSender<()>,
    thread: JoinHandle<()>,
}

/// One process and the name that it is to have.
struct Holder {
    options: PostgresOptions,
    name: &'static str,
    /// Nobody else's.
    own: String,
    hold: watch::Sender<Hold>,
}

/// What came of an attempt.
enum Attempt {
    Had(Box<Session>),
    /// Another session has it; perhaps an old one of ours, which the server has not missed yet.
    Busy,
    /// Another process had it since.
    Others,
}

impl Keeper {
    /// Takes the name.
    ///
    /// # Errors
    /// As [`Alone::on_server`](crate::Alone::on_server).
    pub fn start(
        options: &PostgresOptions,
        name: &'static str,
    ) -> Result<(Self, watch::Receiver<Hold>), Error> {
        let (tell, hold) = watch::channel(Hold::Held);
        let holder = Holder { options: options.clone(), name, own: super::worker::new_name(), hold: tell };
        let session = super::apart(|| holder.first())?;
        let (stop, stopped) = sync_channel(1);
        let run = move || holder.run(session, &stopped);
        let spawned = thread::Builder::new().name("store-alone".into()).spawn(run);
        let thread = spawned.map_err(|error| Error::Open(format!("no thread: {error}")))?;
        Ok((Self { stop, thread }, hold))
    }

    /// Gives the name back, and waits until the server has it.
    pub fn release(self) {
        drop(self.stop);
        // A thread that panicked holds nothing.
        let _ = self.thread.join();
    }
}

impl Holder {
    fn connect(&self) -> Result<Session, Error> {
        let mut session = self.options.connect()?;
        session.batch(GREETING)?;
        Ok(session)
    }

    /// For a process that begins: whoever had it before is gone, and their word is written over.
    fn first(&self) -> Result<Session, Error> {
        const SAY: &str = "INSERT INTO store_alone (name, holder, said)
            VALUES ($1, $2, $3 || COALESCE(' from ' || host(inet_client_addr()), ''))
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, said = excluded.said";
        let until = Instant::now() + PATIENCE;
        let mut session = self.connect().map_err(super::opened)?;
        while !self.lock(&mut session).map_err(super::opened)? {
            if until < Instant::now() {
                return Err(Error::Taken { name: self.name, by: self.said(&mut session) });
            }
            // waits: a lock that is let go tells nobody who only tries.
            thread::sleep(PAUSE);
        }
        // The first of all finds an empty database.
        super::make_own(&mut session)?;
        let said = format!("process {}", std::process::id());
        let told = session.client().execute(SAY, &[&self.name, &self.own, &said]);
        told.map(drop).map_err(|error| Error::Open(describe(&error)))?;
        Ok(session)
    }

    fn lock(&self, session: &mut Session) -> Result<bool, Error> {
        const LOCK: &str = "SELECT pg_try_advisory_lock($1, hashtext($2))";
        let row = session.client().query_one(LOCK, &[&NAMES, &self.name]);
        row.map(|row| row.get(0)).map_err(|error| Error::Retry(describe(&error)))
    }

    /// Who has it, for people: where that cannot be read, it is had all the same.
    fn said(&self, session: &mut Session) -> String {
        const SAID: &str = "SELECT said FROM store_alone WHERE name = $1";
        let row = session.client().query_opt(SAID, &[&self.name]);
        row.ok().flatten().map_or_else(|| "nobody has said who".to_owned(), |row| row.get(0))
    }

    fn is_still_ours(&self, session: &mut Session) -> Result<bool, Error> {
        const OURS: &str = "SELECT 1 FROM store_alone WHERE name = $1 AND holder = $2";
        let row = session.client().query_opt(OURS, &[&self.name, &self.own]);
        row.map(|row| row.is_some()).map_err(|error| Error::Retry(describe(&error)))
    }

    /// Keeps it until told to stop, or it is somebody else's.
    fn run(self, mut session: Session, stopped: &Receiver<()>) {
        loop {
            if is_told(stopped, LOOK) {
                // With the session it goes anyway, a little later.
                let _ = session.batch("SELECT pg_advisory_unlock_all()");
                return;
            }
            if session.batch("SELECT 1").is_ok() {
                continue;
            }
            self.hold.send_replace(Hold::Doubtful);
            tracing::warn!(name = self.name, "the session that holds this name is lost");
            let Some(again) = self.again(stopped) else { return };
            session = again;
            self.hold.send_replace(Hold::Held);
            tracing::info!(name = self.name, "held again, and nobody had it meanwhile");
        }
    }

    fn again(&self, stopped: &Receiver<()>) -> Option<Session> {
        loop {
            match self.attempt() {
                Ok(Attempt::Had(session)) => return Some(*session),
                Ok(Attempt::Others) => {
                    tracing::error!(name = self.name, "another process has taken this over");
                    self.hold.send_replace(Hold::Lost);
                    return None;
                }
                Ok(Attempt::Busy) => {}
                Err(error) => tracing::debug!(%error, name = self.name, "not held yet"),
            }
            if is_told(stopped, PAUSE) {
                return None;
            }
        }
    }

    fn attempt(&self) -> Result<Attempt, Error> {
        let mut session = self.connect()?;
        // First the lock: with it, nobody writes the word that is read then.
        let has = self.lock(&mut session)?;
        Ok(match (self.is_still_ours(&mut session)?, has) {
            (false, _) => Attempt::Others,
            (true, true) => Attempt::Had(Box::new(session)),
            (true, false) => Attempt::Busy,
        })
    }
}

/// Whether to stop, within this time.
fn is_told(stopped: &Receiver<()>, within: Duration) -> bool {
    match stopped.recv_timeout(within) {
        Ok(()) | Err(RecvTimeoutError::Disconnected) => true,
        Err(RecvTimeoutError::Timeout) => false,
    }
}
