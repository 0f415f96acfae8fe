//! The audit log: append-only, and chained by hashes, so that an entry changed, cut out or put in shows.
//!
//! An entry's hash is SHA-256 over the hash before it (32 zero bytes for the first), then its number and its
//! time as 8 bytes big endian, then session, actor and event, each with its length before it as 4 bytes big
//! endian. Cutting off the end leaves a shorter good chain: keep the last hash elsewhere to see that.
use cobrowse_core::id::SessionId;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{Store, StoreError, now_ms, to_sql};

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

type Row = (i64, i64, Option<Vec<u8>>, String, String, Vec<u8>);

impl Store {
    /// Appends an entry, in the order of the calls, without waiting for the disk. What fails is logged.
    pub async fn log(&self, entry: Entry) {
        let job = move |db: &mut Connection| {
            if let Err(error) = append(db, &entry) {
                tracing::error!(%error, ?entry, "audit entry not stored");
            }
        };
        if self.writer.send(Box::new(job)).await.is_err() {
            tracing::error!("audit entry not stored: the database is closed");
        }
    }

    /// Appends an entry.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn append_audit(&self, entry: Entry) -> Result<(), StoreError> {
        self.write(move |db| append(db, &entry)).await
    }

    /// Walks the whole chain.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn verify_audit(&self) -> Result<Verdict, StoreError> {
        self.read(|db| verify(db)).await
    }

    /// The events of a session, in order, each with who did it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_of(&self, session: SessionId) -> Result<Vec<(String, String)>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare("SELECT actor, event FROM audit WHERE session = ?1 ORDER BY id")?;
            let rows = query.query_map([session.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn append(db: &mut Connection, entry: &Entry) -> Result<(), StoreError> {
    let change = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let last: Option<(i64, Vec<u8>)> = change
        .query_row("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (last_id, last_hash) = last.unwrap_or((0, vec![0; 32]));
    let at = to_sql(now_ms());
    let session = entry.session.map(|id| id.as_bytes().to_vec());
    let row = (last_id + 1, at, session, entry.actor.clone(), entry.event.clone(), Vec::new());
    change.execute(
        "INSERT INTO audit (id, at_ms, session, actor, event, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![row.0, row.1, row.2, row.3, row.4, chain(&last_hash, &row)],
    )?;
    Ok(change.commit()?)
}

fn verify(db: &Connection) -> Result<Verdict, StoreError> {
    let mut query = db.prepare("SELECT id, at_ms, session, actor, event, hash FROM audit ORDER BY id")?;
    let rows = query.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
    })?;
    let (mut head, mut entries) = (vec![0; 32], 0_u64);
    for row in rows {
        let row: Row = row?;
        let expected = chain(&head, &row);
        if expected != row.5 || to_sql(entries + 1) != row.0 {
            return Ok(Verdict::Broken { entry: row.0 });
        }
        (head, entries) = (expected, entries + 1);
    }
    Ok(Verdict::Whole { entries, head: crate::auth::hex(&head) })
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn log_of_three() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("opens");
        for event in ["view asked", "view granted", "stopped"] {
            let entry = Entry { session: None, actor: "visitor".into(), event: event.into() };
            store.append_audit(entry).await.expect("appended");
        }
        (folder, store)
    }

    #[tokio::test]
    async fn a_log_that_nobody_touched_is_whole() {
        let (_folder, store) = log_of_three().await;
        assert!(matches!(store.verify_audit().await.expect("read"), Verdict::Whole { entries: 3, .. }));
    }

    #[tokio::test]
    async fn an_entry_that_is_changed_or_cut_out_shows() {
        for (sql, broken) in [
            ("UPDATE audit SET event = 'control granted' WHERE id = 2", 2),
            ("UPDATE audit SET at_ms = at_ms + 1 WHERE id = 1", 1),
            ("DELETE FROM audit WHERE id = 2", 3),
        ] {
            let (folder, store) = log_of_three().await;
            let db = Connection::open(folder.path().join("tandem.db")).expect("opens");
            assert!(db.execute(sql, []).is_err(), "the log is append-only for everybody who asks nicely");
            db.execute_batch("DROP TRIGGER audit_is_not_edited; DROP TRIGGER audit_is_not_cut")
                .expect("dropped");
            db.execute(sql, []).expect("tampered");
            assert_eq!(store.verify_audit().await.expect("read"), Verdict::Broken { entry: broken }, "{sql}");
        }
    }
}
