//! A thread that reads.

use super::driver::Driver;
use crate::command::{Job, Ran};
use crate::queue::{Order, Shared};
use crate::scope::Access;

pub(super) fn run(mut db: Driver, queue: &Shared) {
    while let Some(Order::Read(job) | Order::Write(job)) = queue.next() {
        read(&mut db, job);
    }
}

/// Runs queries on one state of the database.
pub(super) fn read(db: &mut Driver, job: Box<dyn Job>) {
    if let Err(error) = db.step("BEGIN") {
        return job.answer(Some(error));
    }
    let ran = Ran::new(job, db, Access::Read);
    if !ran.outcome.lost {
        // It wrote nothing, so there is nothing to lose; a connection that cannot even end a read
        // refuses the next `BEGIN`, and that one is answered.
        if let Err(error) = db.step("ROLLBACK") {
            tracing::error!(%error, "a read could not be ended");
        }
    }
    ran.committed();
}
