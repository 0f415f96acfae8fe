//! PostgreSQL: a few threads write, each on a connection of its own, a few read.

mod alone;
mod bus;
mod connect;
mod driver;
mod reader;
mod worker;

use crate::queue::{Queues, Shared, channel};
use crate::scope::Driver as _;
use crate::{Dialect, Error, Migrations, Step, migrate};

pub(crate) use alone::Keeper;
pub use bus::PostgresBus;
pub use connect::PostgresOptions;

/// The store's own tables: each worker's last transaction, so that a worker that lost the server in the
/// midst of a commit can ask what became of it; and who holds which name.
const OWN: Migrations = Migrations {
    component: "store",
    steps: &[
        Step::both(
            "last transaction of each worker",
            "CREATE TABLE store_worker (worker {text} PRIMARY KEY, n {int} NOT NULL, at_ms {int} NOT NULL);",
        ),
        Step::both("who holds which name", alone::TABLE),
    ],
};

/// Programs that start together wait for each other here. The number is arbitrary, and the store's.
const BEGIN_ALONE: &str = "BEGIN; SELECT pg_advisory_xact_lock(7021843310452)";

pub(crate) fn open(options: &PostgresOptions, migrations: &[Migrations]) -> Result<Queues, Error> {
    apart(|| open_here(options, migrations))
}

/// Does this on a thread of its own: the client has a runtime inside, and would panic in a task of another.
fn apart<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What of an error is said where something is opened.
fn opened(error: Error) -> Error {
    if let Error::Retry(detail) = error { Error::Open(detail) } else { error }
}

/// Makes the store's own tables.
fn make_own(session: &mut driver::Session) -> Result<(), Error> {
    migrate::run(session, BEGIN_ALONE, &[OWN]).map_err(opened)
}

fn open_here(options: &PostgresOptions, migrations: &[Migrations]) -> Result<Queues, Error> {
    let mut session = options.connect().map_err(opened)?;
    make_own(&mut session)?;
    migrate::run(&mut session, BEGIN_ALONE, migrations).map_err(opened)?;
    session.batch(&worker::forget_the_dead()).map_err(opened)?;
    let (reads, read_queue) = channel();
    let workers: Vec<_> = (0..options.n_workers).map(|_| channel()).collect();
    let (senders, receivers): (Vec<_>, Vec<_>) = workers.into_iter().unzip();
    let queues = Queues::new(Dialect::Postgres, senders, (reads, options.n_readers));
    for queue in receivers {
        let worker = worker::Worker::new(options.clone(), options.connect().map_err(opened)?);
        queues.spawn("store-worker", move || worker.run(queue))?;
    }
    let read_queue = Shared::new(read_queue);
    for _ in 0..options.n_readers {
        let reader = reader::Reader::new(options.clone(), options.connect().map_err(opened)?);
        let read_queue = read_queue.clone();
        queues.spawn("store-reader", move || reader.run(&read_queue))?;
    }
    Ok(queues)
}
