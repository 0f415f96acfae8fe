//! The task that writes the log: every entry once, in order, however often the database has to be asked.
use std::sync::{Arc, Mutex, PoisonError};

use store::{Error, Store, Tx, params};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Duration, Instant, sleep_until},
};

use super::{AGAIN, AGAIN_AT_MOST, AT_ONCE, At, Entry, Journal, KEY, Link, Order, append};

/// What was tried last, of which nobody knows whether it was kept: so many entries, up to this link.
type Tried = Option<(usize, Link)>;

/// See the module.
pub(super) struct Writer {
    store: Store,
    journal: Option<Journal>,
    written: watch::Sender<()>,
    /// What the database has not taken yet. It stands in the journal, where there is one.
    waiting: Vec<(At, Entry)>,
    tried: Arc<Mutex<Tried>>,
    /// The first ones may be in the database since before a restart.
    is_old: bool,
    /// When the database is asked again, and how long after that.
    again: (Instant, Duration),
}

impl Writer {
    pub fn new(store: Store, journal: Option<Journal>, written: watch::Sender<()>) -> Self {
        let (waiting, tried, again) = (Vec::new(), Arc::default(), (Instant::now(), AGAIN));
        Self { store, journal, written, waiting, tried, is_old: false, again }
    }

    /// Writes what is ordered, until nobody can order anything any more.
    pub async fn write_down(mut self, mut queue: mpsc::Receiver<Order>) {
        self.take_up();
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

    /// What waits in the journal from before.
    fn take_up(&mut self) {
        let Some(journal) = &mut self.journal else { return };
        match journal.read() {
            Ok(entries) => (self.is_old, self.waiting) = (!entries.is_empty(), entries),
            Err(error) => tracing::error!(%error, "the audit log's journal cannot be read"),
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
            if let Some(journal) = &mut self.journal {
                let from = self.waiting.len() - unkept;
                match journal.append(&self.waiting[from..]) {
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
        let (tried, is_old) = (self.tried.clone(), self.is_old);
        let command = move |tx: &mut dyn Tx| {
            let mut tried = tried.lock().unwrap_or_else(PoisonError::into_inner);
            append_once(tx, &entries, (&mut tried, is_old))
        };
        match self.store.write(KEY, command).await {
            Ok(()) => {
                self.took_all();
                true
            }
            Err(Error::Closed) if self.journal.is_none() => {
                self.give_up();
                true
            }
            Err(error) => {
                tracing::warn!(%error, waiting = self.waiting.len(), "audit log: asking again");
                self.again = (Instant::now() + self.again.1, (self.again.1 * 4).min(AGAIN_AT_MOST));
                false
            }
        }
    }

    fn took_all(&mut self) {
        self.waiting.clear();
        *self.tried.lock().unwrap_or_else(PoisonError::into_inner) = None;
        (self.is_old, self.again) = (false, (Instant::now(), AGAIN));
        if let Some(Err(error)) = self.journal.as_mut().map(Journal::clear) {
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

/// A commit that was cut short may have been kept.
fn append_once(
    tx: &mut dyn Tx,
    entries: &[(At, Entry)],
    (tried, is_old): (&mut Tried, bool),
) -> Result<(), Error> {
    let known = match tried {
        Some((n, link)) if is_stored(tx, link)? => *n,
        _ if is_old => at_the_end(tx, entries)?,
        _ => 0,
    };
    if let Some(rest) = entries.get(known..).filter(|rest| !rest.is_empty()) {
        let link = append(tx, rest)?;
        *tried = Some((entries.len(), link));
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
