//! A command: a closure that runs in a transaction, perhaps more than once, and whose caller waits.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::scope::{Access, Driver, Outcome, Scope};
use crate::tx::Hook;
use crate::{Error, Tx};

/// Chooses the connection that a command runs on: commands of one key run one after the other, in the order
/// in which they were given. A conversation's id is a good key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(pub i64);

impl Key {
    /// Which of `count` connections.
    pub(crate) fn pick(self, count: usize) -> usize {
        // Fibonacci hashing: ids that follow each other land apart.
        let mixed = self.0.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let count = u64::try_from(count).unwrap_or(1).max(1);
        usize::try_from(mixed % count).unwrap_or(0)
    }
}

/// A command without its types.
pub(crate) trait Job: Send {
    /// Runs it and keeps what it returned; whether it wants to be committed. A panic is a refusal.
    fn run(&mut self, tx: &mut dyn Tx) -> bool;

    /// Answers with what it returned, or with why that does not count.
    fn answer(self: Box<Self>, failed: Option<Error>);
}

struct Typed<F, T, E> {
    run: F,
    returned: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Typed<F, T, E>
where
    F: FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> bool {
        // What a panicking closure leaves behind is only seen by itself, if it is run again.
        let returned = catch_unwind(AssertUnwindSafe(|| (self.run)(tx)));
        let returned = returned.unwrap_or_else(|_| Err(Error::Panicked.into()));
        let wants_commit = returned.is_ok();
        self.returned = Some(returned);
        wants_commit
    }

    fn answer(self: Box<Self>, failed: Option<Error>) {
        let answer = match (failed, self.returned) {
            (Some(error), _) => Err(error.into()),
            (None, Some(returned)) => returned,
            (None, None) => Err(Error::Closed.into()),
        };
        // Fails only when the caller went away: then nobody waits for the answer.
        let _ = self.reply.send(answer);
    }
}

/// Makes a job of a closure; its answer comes through the receiver.
pub(crate) fn job<T, E>(
    run: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>)
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Typed { run, returned: None, reply }), answer)
}

/// A job that has run, in a transaction that is still open.
pub(crate) struct Ran {
    job: Box<dyn Job>,
    wants_commit: bool,
    pub outcome: Outcome,
}

impl Ran {
    /// Runs the job in the open transaction. What it did has still to be kept or undone.
    pub(crate) fn new(mut job: Box<dyn Job>, driver: &mut dyn Driver, access: Access) -> Self {
        let mut scope = Scope::new(driver, access);
        let wants_commit = job.run(&mut scope);
        let outcome = scope.end();
        Self { job, wants_commit, outcome }
    }

    /// Whether its changes are to stay: a broken statement that the closure swallowed is no success.
    pub(crate) fn is_accepted(&self) -> bool {
        self.wants_commit && self.outcome.broken.is_none()
    }

    /// Whether something of it must be rolled back.
    pub(crate) fn must_undo(&self) -> bool {
        !self.is_accepted() && (self.outcome.changed || self.outcome.broken.is_some())
    }

    /// The transaction is durable, and what was refused has been undone: hooks, then the answer.
    pub(crate) fn committed(self) {
        if self.is_accepted() {
            run_hooks(self.outcome.hooks);
        }
        let swallowed = self.outcome.broken.filter(|_| self.wants_commit);
        self.job.answer(swallowed);
    }

    /// To be run again, in another transaction.
    pub(crate) fn again(self) -> Box<dyn Job> {
        self.job
    }

    /// Nothing of the transaction counts.
    pub(crate) fn failed(self, why: &Error) {
        self.job.answer(Some(why.clone()));
    }
}

fn run_hooks(hooks: Vec<Hook>) {
    for hook in hooks {
        if catch_unwind(AssertUnwindSafe(hook)).is_err() {
            tracing::error!("what should follow a commit panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_connection_and_keys_spread_over_all() {
        for count in [1, 2, 4, 7] {
            let mut shares = vec![0; count];
            for id in 0..1000 {
                shares[Key(id).pick(count)] += 1;
            }
            assert!(shares.iter().all(|share| 700 / count < *share), "{shares:?}");
            assert_eq!(Key(-5).pick(count), Key(-5).pick(count));
            assert!(Key(i64::MIN).pick(count) < count);
        }
    }
}
