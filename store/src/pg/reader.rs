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
}

impl Reader {
    pub(super) fn new(options: PostgresOptions, session: Session) -> Self {
        Self { options, session }
    }

    pub(super) fn run(mut self, queue: &Shared) {
        while let Some(Order::Read(job) | Order::Write(job)) = queue.next() {
            self.read(job);
        }
    }

    /// A read changes nothing, so it may be run again whenever the server was lost.
    fn read(&mut self, mut job: Box<dyn Job>) {
        let mut why = Error::Retry("the server is not there".to_owned());
        for _ in 0..ATTEMPTS {
            if self.session.health() == Health::Lost {
                match self.options.connect() {
                    Ok(session) => self.session = session,
                    Err(error) => return job.answer(Some(error)),
                }
            }
            match self.attempt(job) {
                Ok(()) => return,
                Err((again, error)) => (job, why) = (again, error),
            }
        }
        job.answer(Some(why));
    }

    fn attempt(&mut self, job: Box<dyn Job>) -> Result<(), (Box<dyn Job>, Error)> {
        if let Err(error) = self.session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {
            return Err((job, error));
        }
        let ran = Ran::new(job, &mut self.session, Access::Read);
        let ended = self.session.batch("ROLLBACK");
        let health = self.session.health();
        self.session.recover();
        match (health, ran.outcome.broken.clone().or(ended.err())) {
            (Health::Conflict | Health::Lost, Some(error)) => Err((ran.again(), error)),
            (Health::Well | Health::Conflict | Health::Lost, _) => {
                ran.committed();
                Ok(())
            }
        }
    }
}
