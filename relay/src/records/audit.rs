//! The audit log: append-only, and chained by hashes, so that an entry changed, cut out or put in shows.
//!
//! An entry's hash is SHA-256 over the hash before it (32 zero bytes for the first), then its number and its
//! time as 8 bytes big endian, then session, actor and event, each with its length before it as 4 bytes big
//! endian. The last number and hash stand apart as well, so that an end cut off shows, unless that row was
//! changed too: keep the hash elsewhere to see that.
//!
//! Sessions do not wait for the disk: what they log is written in their order, many entries at a time. No entry is
//! given up: while the database takes none they are kept in a file beside it ([`Audit::start_beside`]), and where that
//! cannot be written either, whoever logs waits, and with them what they were about to do.
use std::{
    collections::HashSet,
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use cobrowse_core::id::SessionId;
use sha2::{Digest, Sha256};
use store::{Error, Key, Store, Tx, params};
use tokio::sync::{mpsc, oneshot, watch};

mod journal;
mod writer;

use super::{now_ms, to_sql};
use journal::Journal;
use writer::Writer;

/// One chain, one writer.
const KEY: Key = Key(-0x6175_6469);

/// Entries that may wait for the database. When it is full, sessions wait.
const WAITING: usize = 1024;

/// Entries of one transaction.
const AT_ONCE: usize = 256;

/// How long to wait before asking a database again that could not store now, ...
const AGAIN: Duration = Duration::from_millis(100);
/// ... each time longer, to this.
const AGAIN_AT_MOST: Duration = Duration::from_millis(6400);

/// Rows that are looked at in one piece.
const PAGE: i64 = 1000;

/// One entry to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The session, when it concerns one.
    pub session: Option<SessionId>,
    /// Who did it: `visitor`, `agent:3`, `server`.
    pub actor: String,
    /// What happened, as a past fact with its numbers; never content of a page.
    pub event: String,
}

/// What a check of the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every entry is as it was written.
    Whole {
        /// How many there are.
        entries: u64,
        /// The last hash, in hexadecimal: the chain's fingerprint.
        head: String,
    },
    /// The chain breaks at this entry.
    Broken {
        /// The first entry that is not what was written.
        entry: i64,
    },
}

/// The log; cheap to clone.
#[derive(Clone)]
pub struct Audit {
    orders: mpsc::Sender<Order>,
    store: Store,
    /// Changes when something was written.
    written: watch::Sender<()>,
    ended: Ended,
}

/// The sessions whose ends wait in the journal from before.
type Ended = Arc<Mutex<HashSet<SessionId>>>;

enum Order {
    Append(At, Entry),
    /// Answer when everything before is written.
    Flush(oneshot::Sender<()>),
}

/// When it happened, milliseconds since 1970.
type At = i64;

impl Audit {
    /// The log in this store, and the task that writes it, which ends with the last handle. Call it in a
    /// runtime.
    pub fn start(store: Store) -> Self {
        Self::begin(store, None, Vec::new())
    }

    /// The same, with a file in which entries wait while the database takes none. What waits there from before is
    /// written first.
    ///
    /// # Errors
    /// When it cannot be read what waits there: it would be lost.
    pub async fn start_beside(store: Store, journal: PathBuf) -> io::Result<Self> {
        let mut journal = Journal::at(journal);
        let read = move || journal.read().map(|waiting| (journal, waiting));
        let (journal, waiting) = tokio::task::spawn_blocking(read).await.map_err(io::Error::other)??;
        Ok(Self::begin(store, Some(journal), waiting))
    }

    fn begin(store: Store, journal: Option<Journal>, waiting: Vec<(At, Entry)>) -> Self {
        let (orders, queue) = mpsc::channel(WAITING);
        let written = watch::Sender::default();
        let ends = waiting.iter().filter(|(_, entry)| entry.event.starts_with("ended "));
        let ended: Ended = Arc::new(Mutex::new(ends.filter_map(|(_, entry)| entry.session).collect()));
        let writer = Writer::new(store.clone(), (journal, waiting), (written.clone(), ended.clone()));
        tokio::spawn(writer.write_down(queue));
        Self { orders, store, written, ended }
    }

    /// Whether the end of this session waits from before, where the database cannot say it. Ask here first: what does
    /// not wait any more is in the database.
    pub fn holds_end_of(&self, session: SessionId) -> bool {
        writer::lock(&self.ended).contains(&session)
    }

    /// Appends an entry, in the order of the calls, without waiting for the disk.
    pub async fn log(&self, mut entry: Entry) {
        // No database takes this sign in a text, and one such entry would hold up all that follow.
        entry.event.retain(|it| it != '\0');
        if let Err(lost) = self.orders.send(Order::Append(to_sql(now_ms()), entry)).await
            && let Order::Append(_, entry) = lost.0
        {
            tracing::error!(?entry, "audit entry not stored: the log is closed");
        }
    }

    /// Waits until everything that was logged before is on the disk.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        // Both fail only when the log is closed: then nothing waits any more.
        if self.orders.send(Order::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
    }

    /// Changes whenever entries were written.
    pub fn written(&self) -> watch::Receiver<()> {
        self.written.subscribe()
    }

    /// The events of a session, in order, each with who did it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(&self, session: SessionId) -> Result<Vec<(String, String)>, Error> {
        const OF: &str = "SELECT actor, event FROM relay_audit WHERE session = $1 ORDER BY id";
        self.store.read(move |tx| tx.rows(OF, params![session.as_bytes()])).await
    }
}

/// Walks the whole chain.
///
/// # Errors
/// When the database fails.
pub async fn verify(store: &Store) -> Result<Verdict, Error> {
    store.read(walk).await
}

/// An entry's number and its hash.
type Link = (i64, Vec<u8>);

/// The log's end, held until the commit, so that nodes that share the database make one chain.
fn hold_end(tx: &mut dyn Tx) -> Result<Link, Error> {
    tx.one("SELECT entry, hash FROM relay_audit_head WHERE one = 1 FOR UPDATE", &[])
}

fn append(tx: &mut dyn Tx, (mut id, mut head): Link, entries: &[(At, Entry)]) -> Result<Link, Error> {
    const ADD: &str = "INSERT INTO relay_audit (id, at_ms, session, actor, event, hash)
        VALUES ($1, $2, $3, $4, $5, $6)";
    const MOVE: &str = "UPDATE relay_audit_head SET entry = $1, hash = $2 WHERE one = 1";
    for (at, entry) in entries {
        id += 1;
        let session = entry.session.map(|id| id.as_bytes().to_vec());
        let row = (id, *at, session, entry.actor.clone(), entry.event.clone(), Vec::new());
        head = chain(&head, &row);
        let (_, at, session, actor, event, _) = row;
        tx.execute(ADD, params![id, at, session, actor, event, &head])?;
    }
    tx.execute(MOVE, params![id, &head])?;
    Ok((id, head))
}

type Row = (i64, i64, Option<Vec<u8>>, String, String, Vec<u8>);

fn walk(tx: &mut dyn Tx) -> Result<Verdict, Error> {
    const ROWS: &str = "SELECT id, at_ms, session, actor, event, hash FROM relay_audit
        WHERE $1 < id ORDER BY id LIMIT $2";
    let (mut id, mut head) = (0_i64, vec![0; 32]);
    loop {
        let rows: Vec<Row> = tx.rows(ROWS, params![id, PAGE])?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let expected = chain(&head, &row);
            if expected != row.5 || id + 1 != row.0 {
                return Ok(Verdict::Broken { entry: row.0 });
            }
            (id, head) = (row.0, expected);
        }
    }
    let last: Link = tx.one("SELECT entry, hash FROM relay_audit_head WHERE one = 1", &[])?;
    if last != (id, head.clone()) {
        return Ok(Verdict::Broken { entry: id + 1 });
    }
    Ok(Verdict::Whole { entries: super::from_sql(id), head: crate::auth::hex(&head) })
}

fn chain(before: &[u8], (id, at, session, actor, event, _): &Row) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(id.to_be_bytes());
    hash.update(at.to_be_bytes());
    for field in [session.as_deref().unwrap_or_default(), actor.as_bytes(), event.as_bytes()] {
        hash.update(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().to_vec()
}
