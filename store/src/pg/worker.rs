//! A thread that writes: as many commands as wait share one transaction. One that cannot stay is run again
//! with its group, behind savepoints; and when that fails too, each alone.
//!
//! Every transaction writes its number into the worker's own row before anything else. When the server is
//! lost during `COMMIT`, the worker locks that row on a new connection, which waits for the end of the old
//! transaction, and reads whether the number is there. (`pg_xact_status` would need no row, but a server
//! that crashed gives a number anew that had not reached the disk.)

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::connect::PostgresOptions;
use super::driver::{Health, Session};
use crate::command::{Job, Ran};
use crate::queue::{Order, Receiver};
use crate::scope::{Access, Driver as _};
use crate::{Error, params};

/// Commands of one transaction: they hold their rows until the last has run.
const GROUP: usize = 64;

/// How often a command alone is run again when others stand in its way.
const ATTEMPTS: u32 = 10;

/// How long the worker tries to learn what became of a commit before it says that it does not know.
const ASKING: Duration = Duration::from_secs(8);

/// Between two attempts to connect.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// Rows of workers that have been gone for this long are of no use to anybody.
const FORGET_MS: i64 = 7 * 24 * 3600 * 1000;

type Jobs = Vec<Box<dyn Job>>;

/// How much a group is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    /// All will stay: nothing between the commands.
    Trusting,
    /// A savepoint before each.
    Savepoints,
}

/// What became of a transaction whose commit was not answered.
enum Fate {
    Committed,
    Aborted,
    Unknown,
}

/// The jobs of a transaction that left no trace, and why.
struct Again {
    jobs: Jobs,
    why: Error,
}

pub(super) struct Worker {
    options: PostgresOptions,
    session: Session,
    /// Its row's key: as random as needs be not to meet another worker.
    name: String,
    /// The number of its last transaction.
    n: i64,
}

/// The statement that drops what dead workers left.
pub(super) fn forget_the_dead() -> String {
    format!("DELETE FROM store_worker WHERE at_ms < {}", now_ms() - FORGET_MS)
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

impl Worker {
    pub(super) fn new(options: PostgresOptions, session: Session) -> Self {
        Self { options, session, name: new_name(), n: 0 }
    }

    pub(super) fn run(mut self, mut queue: Receiver) {
        let mut orders = Vec::with_capacity(GROUP);
        while queue.blocking_recv_many(&mut orders, GROUP) != 0 {
            let (jobs, stop) = split(&mut orders);
            self.serve(jobs);
            if stop || !self.wait_for_server(&mut queue) {
                break;
            }
        }
        self.say_goodbye();
    }

    /// A row that nobody needs any more goes; if it cannot, it is forgotten later.
    fn say_goodbye(&mut self) {
        if self.session.health() == Health::Well {
            let gone =
                self.session.batch(&format!("DELETE FROM store_worker WHERE worker = '{}'", self.name));
            if let Err(error) = gone {
                tracing::debug!(%error, "the worker's row stays");
            }
        }
    }

    /// Answers every job.
    fn serve(&mut self, jobs: Jobs) {
        if jobs.is_empty() {
            return;
        }
        let Err(again) = self.transaction(jobs, Care::Trusting) else { return };
        let Ok(jobs) = self.reconnected(again) else { return };
        let jobs = if jobs.len() == 1 {
            jobs
        } else {
            let Err(again) = self.transaction(jobs, Care::Savepoints) else { return };
            match self.reconnected(again) {
                Ok(jobs) => jobs,
                Err(()) => return,
            }
        };
        jobs.into_iter().for_each(|job| self.serve_alone(job));
    }

    fn serve_alone(&mut self, job: Box<dyn Job>) {
        let mut jobs = vec![job];
        let mut why = Error::Retry("others stood in its way".to_owned());
        for attempt in 0..ATTEMPTS {
            let Err(again) = self.transaction(jobs, Care::Trusting) else { return };
            why = again.why.clone();
            match self.reconnected(again) {
                Ok(back) => jobs = back,
                Err(()) => return,
            }
            // waits: who was in the way is given time to finish, and not all come back at once.
            std::thread::sleep(Duration::from_millis(random() % (2 << attempt.min(6))));
        }
        answer_all(jobs, &why.not_stored());
    }

    /// The jobs, to be run again, if there is a server. If not, they are answered.
    fn reconnected(&mut self, again: Again) -> Result<Jobs, ()> {
        if self.session.health() == Health::Lost {
            match self.options.connect() {
                Ok(session) => self.session = session,
                Err(error) => {
                    tracing::warn!(%error, "the server is gone");
                    answer_all(again.jobs, &again.why.not_stored());
                    return Err(());
                }
            }
        }
        Ok(again.jobs)
    }

    /// While the server is gone, whatever comes is told to try again. Whether to go on.
    fn wait_for_server(&mut self, queue: &mut Receiver) -> bool {
        let mut pause = BACKOFF.0;
        while self.session.health() == Health::Lost {
            match self.options.connect() {
                Ok(session) => self.session = session,
                Err(why) => {
                    if !refuse_waiting(queue, &why) {
                        return false;
                    }
                    // waits: a server that comes back tells nobody.
                    std::thread::sleep(pause.mul_f32(0.5 + random_share() / 2.0));
                    pause = (pause * 2).min(BACKOFF.1);
                }
            }
        }
        true
    }

    /// Runs the jobs in one transaction and answers them. If it left no trace, gives them back instead.
    fn transaction(&mut self, jobs: Jobs, care: Care) -> Result<(), Again> {
        if let Err(why) = self.begin() {
            self.roll_back();
            return Err(Again { jobs, why: why.not_stored() });
        }
        let ran = self.run_all(jobs, care)?;
        let Some(ran) = self.without_refused(ran, care) else { return Ok(()) };
        match self.session.batch("COMMIT") {
            Ok(()) => ran.into_iter().for_each(Ran::committed),
            Err(why) if self.session.health() == Health::Lost => self.learn_fate(ran, &why),
            Err(why) => {
                // The server has rolled it back: a deferred rule, or a conflict seen late.
                self.session.recover();
                return back_or_answer(ran, why);
            }
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.n += 1;
        let (name, n, now) = (&self.name, self.n, now_ms());
        self.session.batch(&format!(
            "BEGIN; INSERT INTO store_worker (worker, n, at_ms) VALUES ('{name}', {n}, {now}) \
             ON CONFLICT (worker) DO UPDATE SET n = excluded.n, at_ms = excluded.at_ms"
        ))
    }

    /// Runs the jobs until one takes the transaction with it.
    fn run_all(&mut self, jobs: Jobs, care: Care) -> Result<Vec<Ran>, Again> {
        let alone = jobs.len() == 1;
        let mut ran: Vec<Ran> = Vec::with_capacity(jobs.len());
        let mut jobs = jobs.into_iter();
        while let Some(job) = jobs.next() {
            let set = match care {
                Care::Trusting => Ok(()),
                Care::Savepoints => self.session.batch("SAVEPOINT command"),
            };
            ran.push(Ran::new(job, &mut self.session, Access::Write));
            let ended = set.and_then(|()| self.end_one(ran.last(), care, alone));
            if let Err(why) = ended {
                self.roll_back();
                let jobs = ran.into_iter().map(Ran::again).chain(jobs).collect();
                return Err(Again { jobs, why });
            }
        }
        Ok(ran)
    }

    /// Keeps or undoes what one job did. An error means that the transaction cannot stay.
    fn end_one(&mut self, ran: Option<&Ran>, care: Care, alone: bool) -> Result<(), Error> {
        let Some(ran) = ran else { return Ok(()) };
        if self.session.health() != Health::Well {
            let broken = ran.outcome.broken.clone();
            return Err(broken.unwrap_or_else(|| Error::Retry("the transaction was lost".to_owned())));
        }
        match (ran.must_undo(), care) {
            (true, Care::Savepoints) => {
                self.session.batch("ROLLBACK TO SAVEPOINT command; RELEASE SAVEPOINT command")
            }
            (false, Care::Savepoints) => self.session.batch("RELEASE SAVEPOINT command"),
            (true, Care::Trusting) if !alone => Err(Error::Retry("another command failed".to_owned())),
            (true | false, Care::Trusting) => Ok(()),
        }
    }

    /// A single command that was refused needs no commit: it is undone and answered here.
    fn without_refused(&mut self, mut ran: Vec<Ran>, care: Care) -> Option<Vec<Ran>> {
        let refused = care == Care::Trusting && ran.len() == 1 && ran.iter().any(Ran::must_undo);
        if !refused {
            return Some(ran);
        }
        self.roll_back();
        ran.drain(..).for_each(Ran::committed);
        None
    }

    fn roll_back(&mut self) {
        if self.session.health() != Health::Lost
            && let Err(error) = self.session.batch("ROLLBACK")
        {
            tracing::warn!(%error, "a transaction could not be rolled back");
        }
        self.session.recover();
    }

    /// The commit was sent and not answered.
    fn learn_fate(&mut self, ran: Vec<Ran>, why: &Error) {
        let fate = self.ask_fate();
        if matches!(fate, Fate::Unknown) {
            // The old row may be held for a while yet.
            self.name = new_name();
        }
        let why = why.to_string();
        for ran in ran {
            match fate {
                Fate::Committed => ran.committed(),
                Fate::Aborted => ran.failed(&Error::Retry(why.clone())),
                Fate::Unknown => ran.failed(&Error::Unknown(why.clone())),
            }
        }
    }

    fn ask_fate(&mut self) -> Fate {
        let until = Instant::now() + ASKING;
        let mut pause = BACKOFF.0;
        while Instant::now() < until {
            match self.options.connect().and_then(|session| self.ask_on(session)) {
                Ok(fate) => return fate,
                Err(error) => tracing::warn!(%error, "what became of a commit is not known yet"),
            }
            // waits: a server that comes back tells nobody.
            std::thread::sleep(pause);
            pause = (pause * 2).min(BACKOFF.1);
        }
        Fate::Unknown
    }

    /// Waits for the old transaction's end, which holds the row until then.
    fn ask_on(&mut self, mut session: Session) -> Result<Fate, Error> {
        const LAST: &str = "SELECT n FROM store_worker WHERE worker = $1 FOR UPDATE";
        session.batch("BEGIN")?;
        let rows = session.query(LAST, params![self.name.as_str()])?;
        session.batch("ROLLBACK")?;
        self.session = session;
        let last: Option<i64> = rows.first().map(|row| row.get(0)).transpose()?;
        Ok(if last == Some(self.n) { Fate::Committed } else { Fate::Aborted })
    }
}

pub(super) fn new_name() -> String {
    format!("{:016x}{:016x}", random(), random())
}

/// Between 0 and 1.
fn random_share() -> f32 {
    f32::from(u8::try_from(random() % 256).unwrap_or_default()) / 256.0
}

fn split(orders: &mut Vec<Order>) -> (Jobs, bool) {
    let mut jobs = Vec::with_capacity(orders.len());
    let mut stop = false;
    for order in orders.drain(..) {
        match order {
            Order::Write(job) | Order::Read(job) if !stop => jobs.push(job),
            Order::Write(job) | Order::Read(job) => job.answer(Some(Error::Closed)),
            Order::Stop => stop = true,
        }
    }
    (jobs, stop)
}

fn answer_all(jobs: Jobs, why: &Error) {
    jobs.into_iter().for_each(|job| job.answer(Some(why.clone())));
}

/// Whether more may come.
fn refuse_waiting(queue: &mut Receiver, why: &Error) -> bool {
    use tokio::sync::mpsc::error::TryRecvError;
    loop {
        match queue.try_recv() {
            Ok(Order::Write(job) | Order::Read(job)) => job.answer(Some(why.clone())),
            Ok(Order::Stop) | Err(TryRecvError::Disconnected) => return false,
            Err(TryRecvError::Empty) => return true,
        }
    }
}

/// A group is run again with more care. A command alone that the server refuses at the end has its answer,
/// unless others were in its way.
fn back_or_answer(mut ran: Vec<Ran>, why: Error) -> Result<(), Again> {
    if ran.len() == 1 && !why.is_retryable() {
        ran.drain(..).for_each(|ran| ran.failed(&why));
        return Ok(());
    }
    Err(Again { jobs: ran.into_iter().map(Ran::again).collect(), why })
}
