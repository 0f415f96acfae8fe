//! The schema, as steps that run by themselves. A step that has been released is never edited.
use rusqlite::Connection;

use super::StoreError;

/// Step `n` brings a database of version `n` to `n + 1`.
const STEPS: &[&str] = &["
CREATE TABLE agent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('agent', 'manager', 'admin')),
    password TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE login (
    token BLOB PRIMARY KEY,
    agent INTEGER NOT NULL REFERENCES agent(id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE site (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE site_origin (
    origin TEXT NOT NULL,
    site TEXT NOT NULL REFERENCES site(key) ON DELETE CASCADE,
    PRIMARY KEY (origin, site)
) STRICT, WITHOUT ROWID;
CREATE TABLE session (
    id BLOB PRIMARY KEY,
    site TEXT NOT NULL REFERENCES site(key),
    visitor BLOB NOT NULL,
    opened_by INTEGER NOT NULL REFERENCES agent(id),
    opened_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    end_reason TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX session_open ON session (site, visitor) WHERE ended_ms IS NULL;
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    session BLOB,
    actor TEXT NOT NULL,
    event TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_session ON audit (session);
CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
"];

/// Runs the steps that this file has not seen, each in a transaction of its own.
pub(super) fn run(db: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    loop {
        // The lock comes before the look: two programs that start at once must not run a step twice.
        let step = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let found: i64 = step.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if known < found {
            return Err(StoreError::Newer { found, known });
        }
        let Some(sql) = usize::try_from(found).ok().and_then(|index| STEPS.get(index)) else {
            return Ok(());
        };
        step.execute_batch(sql)?;
        step.pragma_update(None, "user_version", found + 1)?;
        step.commit()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_brought_up_once_and_never_down() {
        let mut db = Connection::open_in_memory().expect("memory");
        run(&mut db).expect("fresh");
        run(&mut db).expect("again");
        db.pragma_update(None, "user_version", 99).expect("set");
        assert!(matches!(run(&mut db), Err(StoreError::Newer { found: 99, .. })));
    }
}
