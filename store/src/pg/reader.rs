//! A thread that reads.

use super::connect::PostgresOptions;
use super::driver::{Health, Session};
use crate::Error;
use crate::command::{Job, Ran};
use crate::queue::{Order, Shared};
use crate::scope::{Access, Driver as _};

/// Reads that stand in nobody's way seldom need a second time, and never many.
const ATTEMPTS: u32 = 3;

pub(super) struct Reader {
    options: PostgresOptions,
    session: Session,
    /// A transaction stands open in which nothing was asked yet, or which has still to be ended.
    is_begun: bool,
}

impl Reader {
    pub(super) fn new(options: PostgresOptions, session: Session) -> Self {
        Self { options, session, is_begun: false }
    }

    pub(super) fn run(mut self, queue: &Shared) {
        let mut next = queue.next();
        while let Some(Order::Read(job) | Order::Write(job)) = next {
            self.read(job);
            next = queue.waiting();
            self.end(next.is_some());
            next = next.or_else(|| queue.next());
        }
    }

    /// Ends a transaction that was only read in. Where somebody waits already, theirs begins in the same breath: a third
    /// of what a short read takes. What it sees is what there is at its first query.
    fn end(&mut self, goes_on: bool) {
        if !self.is_begun {
            return;
        }
        let ended = self.session.batch(if goes_on { "ROLLBACK AND CHAIN" } else { "ROLLBACK" });
        self.is_begun = goes_on && ended.is_ok();
        self.session.recover();
        if let Err(error) = ended {
            tracing::debug!(%error, "a transaction that was read in has no end");
        }
    }

    /// A read changes nothing, so it may be run again whenever the server was lost.
    fn read(&mut self, mut job: Box<dyn Job>) {
        let mut why = Error::Retry("the server is not there".to_owned());
        for _ in 0..ATTEMPTS {
            if self.session.health() == Health::Lost {
                match self.options.connect() {
                    Ok(session) => (self.session, self.is_begun) = (session, false),
                    Err(error) => return job.answer(Some(error)),
                }
            }
            match self.attempt(job) {
                Ok(()) => return,
                Err((again, error)) => (job, why) = (again, error),
            }
            self.end(false);
        }
        job.answer(Some(why));
    }

    /// Answers before the end: nothing is to be kept.
    fn attempt(&mut self, job: Box<dyn Job>) -> Result<(), (Box<dyn Job>, Error)> {
        if !self.is_begun {
            if let Err(error) = self.session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {
                return Err((job, error));
            }
            self.is_begun = true;
        }
        let ran = Ran::new(job, &mut self.session, Access::Read);
        match (self.session.health(), ran.outcome.broken.clone()) {
            (Health::Conflict | Health::Lost, Some(error)) => Err((ran.again(), error)),
            (Health::Well | Health::Conflict | Health::Lost, _) => {
                ran.committed();
                Ok(())
            }
        }
    }
}
