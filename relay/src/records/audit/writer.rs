//! The task that writes the log: every entry once, in order, however often the database has to be asked.
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use store::{Error, Store, Tx, params};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::spawn_blocking,
    time::{Duration, Instant, sleep_until},
};

use super::{AGAIN, AGAIN_AT_MOST, AT_ONCE, At, Ended, Entry, Journal, KEY, Link, Order, append, hold_end};

/// So many of the waiting entries were appended, up to this link.
type Tried = (usize, Link);

/// What of the waiting entries may be in the database.
#[derive(Default)]
struct Tries {
    /// Commits that were cut short: nobody knows whether they were kept.
    doubtful: Vec<Tried>,
    /// The command that runs: its last run, for a store may have rolled back others before it.
    last: Option<Tried>,
}

impl Tries {
    /// The command was answered, and not everything is stored.
    fn failed(&mut self, why: &Error) {
        let last = self.last.take();
        // Any other answer says that it left no trace.
        if matches!(why, Error::Unknown(_)) {
            self.doubtful.extend(last);
        }
    }

    /// How many of the entries are stored.
    fn stored(&self, tx: &mut dyn Tx) -> Result<Option<usize>, Error> {
        for (n, link) in self.doubtful.iter().rev() {
            if is_stored(tx, link)? {
                return Ok(Some(*n));
            }
        }
        Ok(None)
    }
}

/// See the module.
pub(super) struct Writer {
    store: Store,
    journal: Option<Arc<Mutex<Journal>>>,
    written: watch::Sender<()>,
    ended: Ended,
    /// What the database has not taken yet. It stands in the journal, where there is one.
    waiting: Vec<(At, Entry)>,
    tries: Arc<Mutex<Tries>>,
    /// The first ones may be in the database since before a restart.
    is_old: bool,
    /// When the database is asked again, and how long after that.
    again: (Instant, Duration),
}

impl Writer {
    /// With what waits in the journal from before.
    pub fn new(
        store: Store,
        (journal, waiting): (Option<Journal>, Vec<(At, Entry)>),
        (written, ended): (watch::Sender<()>, Ended),
    ) -> Self {
        let (is_old, tries, again) = (!waiting.is_empty(), Arc::default(), (Instant::now(), AGAIN));
        let journal = journal.map(|it| Arc::new(Mutex::new(it)));
        Self { store, journal, written, ended, waiting, tries, is_old, again }
    }

    /// Writes what is ordered, until nobody can order anything any more.
    pub async fn write_down(mut self, mut queue: mpsc::Receiver<Order>) {
        let mut orders = Vec::with_capacity(AT_ONCE);
        loop {
            let due = self.again.0;
            tokio::select! {
                n = queue.recv_many(&mut orders, AT_ONCE) => {
                    if n == 0 {
                        break;
                    }
                    let flushes = self.obey(orders.drain(..)).await;
                    for done in flushes {
                        // Fails only when nobody waits any more.
                        let _ = done.send(());
                    }
                }
                () = sleep_until(due), if !self.waiting.is_empty() => { self.ask().await; }
            }
        }
        if !self.waiting.is_empty() {
            self.ask().await;
        }
    }

    /// Keeps what is to be appended; gives those who wait until it is.
    async fn obey(&mut self, orders: impl Iterator<Item = Order>) -> Vec<oneshot::Sender<()>> {
        let (mut entries, mut flushes) = (Vec::new(), Vec::new());
        for order in orders {
            match order {
                Order::Append(at, entry) => entries.push((at, entry)),
                Order::Flush(done) => flushes.push(done),
            }
        }
        if !entries.is_empty() {
            self.keep(entries).await;
        }
        flushes
    }

    /// In the database, or where that takes none on the disk: until either has it, nothing else is taken, and who logs
    /// waits.
    async fn keep(&mut self, entries: Vec<(At, Entry)>) {
        let behind = !self.waiting.is_empty();
        let unkept = entries.len();
        self.waiting.extend(entries);
        if !behind && self.ask().await {
            return;
        }
        loop {
            if let Some(journal) = &self.journal {
                let entries = self.waiting[self.waiting.len() - unkept..].to_vec();
                match on_disk(journal, move |it| it.append(&entries)).await {
                    Ok(()) => return,
                    Err(error) => tracing::error!(%error, "audit entries are neither stored nor kept"),
                }
            }
            sleep_until(self.again.0).await;
            if self.ask().await {
                return;
            }
        }
    }

    /// Asks the database. True when nothing waits any more.
    async fn ask(&mut self) -> bool {
        let entries: Arc<[(At, Entry)]> = self.waiting.as_slice().into();
        let (tries, is_old) = (self.tries.clone(), self.is_old);
        let command = move |tx: &mut dyn Tx| append_once(tx, &entries, (&mut lock(&tries), is_old));
        match self.store.write(KEY, command).await {
            Ok(()) => {
                self.took_all().await;
                true
            }
            Err(Error::Closed) if self.journal.is_none() => {
                self.give_up();
                true
            }
            Err(error) => {
                lock(&self.tries).failed(&error);
                tracing::warn!(%error, waiting = self.waiting.len(), "audit log: asking again");
                self.again = (Instant::now() + self.again.1, (self.again.1 * 4).min(AGAIN_AT_MOST));
                false
            }
        }
    }

    async fn took_all(&mut self) {
        self.waiting.clear();
        *lock(&self.tries) = Tries::default();
        lock(&self.ended).clear();
        (self.is_old, self.again) = (false, (Instant::now(), AGAIN));
        if let Some(journal) = self.journal.as_ref().filter(|it| lock(it).is_used())
            && let Err(error) = on_disk(journal, Journal::clear).await
        {
            // Found again after a restart, and known then.
            tracing::error!(%error, "the audit log's journal cannot be removed");
        }
        self.written.send_replace(());
    }

    /// The program has closed its database and keeps no journal: nothing can be kept any more.
    fn give_up(&mut self) {
        for (at_ms, entry) in self.waiting.drain(..) {
            tracing::error!(at_ms, ?entry, "audit entry not stored: the database is closed");
        }
    }
}

pub(super) fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Not on the runtime: a disk takes its time.
async fn on_disk(
    journal: &Arc<Mutex<Journal>>,
    work: impl FnOnce(&mut Journal) -> io::Result<()> + Send + 'static,
) -> io::Result<()> {
    let journal = journal.clone();
    spawn_blocking(move || work(&mut lock(&journal))).await.map_err(io::Error::other)?
}

/// A commit that was cut short may have been kept. It is looked for behind the log's end, which such a commit holds
/// for as long as it may still be.
fn append_once(
    tx: &mut dyn Tx,
    entries: &[(At, Entry)],
    (tries, is_old): (&mut Tries, bool),
) -> Result<(), Error> {
    let end = hold_end(tx)?;
    let known = match tries.stored(tx)? {
        Some(n) => n,
        None if is_old => at_the_end(tx, entries)?,
        None => 0,
    };
    tries.last = None;
    if let Some(rest) = entries.get(known..).filter(|rest| !rest.is_empty()) {
        let link = append(tx, end, rest)?;
        tries.last = Some((entries.len(), link));
    }
    Ok(())
}

fn is_stored(tx: &mut dyn Tx, (id, hash): &Link) -> Result<bool, Error> {
    const STORED: &str = "SELECT id FROM relay_audit WHERE id = $1 AND hash = $2";
    Ok(tx.optional::<(i64,)>(STORED, params![*id, &**hash])?.is_some())
}

/// How many of these entries, from the first, are what the log ends with: what was written before a restart, and its
/// journal not removed any more.
fn at_the_end(tx: &mut dyn Tx, entries: &[(At, Entry)]) -> Result<usize, Error> {
    const END: &str = "SELECT at_ms, session, actor, event FROM relay_audit ORDER BY id DESC LIMIT $1";
    type Row = (i64, Option<Vec<u8>>, String, String);
    let n = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let mut end: Vec<Row> = tx.rows(END, params![n])?;
    end.reverse();
    let same = |(row, (at, entry)): (&Row, &(At, Entry))| {
        let session = entry.session.map(|it| it.as_bytes().to_vec());
        (row.0, &row.1, &row.2, &row.3) == (*at, &session, &entry.actor, &entry.event)
    };
    let fits = |n: &usize| end[end.len() - n..].iter().zip(entries).all(same);
    Ok((1..=end.len()).rev().find(fits).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{
        TABLES,
        audit::{Verdict, verify},
    };

    fn entries(n: usize) -> Vec<(At, Entry)> {
        let entry = |at| Entry { session: None, actor: "visitor".into(), event: format!("act {at}") };
        (0..).map(|at| (at, entry(at))).take(n).collect()
    }

    #[tokio::test]
    async fn what_an_unknown_commit_kept_is_found_however_often_the_next_one_is_tried() {
        let store = Store::memory(&[accounts::TABLES, TABLES]).expect("opens");
        let tries: Arc<Mutex<Tries>> = Arc::default();
        let attempt = async |n: usize, end: Result<(), Error>| {
            let (tries, entries) = (tries.clone(), entries(n));
            let command = move |tx: &mut dyn Tx| {
                append_once(tx, &entries, (&mut lock(&tries), false))?;
                end.clone()
            };
            store.write(KEY, command).await
        };
        attempt(5, Ok(())).await.expect("kept");
        lock(&tries).failed(&Error::Unknown("the connection was lost".into()));
        attempt(8, Err(Error::Retry("another command failed".into()))).await.expect_err("left no trace");
        attempt(8, Ok(())).await.expect("run again");
        let verdict = verify(&store).await.expect("read");
        assert!(matches!(verdict, Verdict::Whole { entries: 8, .. }), "{verdict:?}");
        lock(&tries).failed(&Error::Unknown("again".into()));
        attempt(9, Ok(())).await.expect("one more");
        let verdict = verify(&store).await.expect("read");
        assert!(matches!(verdict, Verdict::Whole { entries: 9, .. }), "{verdict:?}");
    }
}
