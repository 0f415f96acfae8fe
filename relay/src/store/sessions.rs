//! Sessions, so that one that ended stays ended, and one that stands outlives a restart of the server.
use cobrowse_core::id::{AgentId, SessionId, VisitorId};
use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError, from_sql, now_ms, to_sql};

/// What the database keeps of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// The session.
    pub id: SessionId,
    /// The key of the visitor's site.
    pub site: String,
    /// The visitor's browser.
    pub visitor: VisitorId,
    /// The agent who began it.
    pub opened_by: AgentId,
    /// When it ended, milliseconds since 1970, if it did.
    pub ended_ms: Option<u64>,
}

impl Store {
    /// Remembers a new session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_session(&self, session: SessionRecord) -> Result<(), StoreError> {
        self.write(move |db| {
            db.execute(
                "INSERT INTO session (id, site, visitor, opened_by, opened_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    session.id.as_bytes(),
                    session.site,
                    session.visitor.as_bytes(),
                    session.opened_by.0,
                    to_sql(now_ms())
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// What is known of a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, id: SessionId) -> Result<Option<SessionRecord>, StoreError> {
        self.read(move |db| {
            let sql = "SELECT site, visitor, opened_by, ended_ms FROM session WHERE id = ?1";
            let found = db.query_row(sql, [id.as_bytes()], |row| {
                Ok(SessionRecord {
                    id,
                    site: row.get(0)?,
                    visitor: VisitorId::from_random(row.get(1)?),
                    opened_by: AgentId(row.get(2)?),
                    ended_ms: row.get::<_, Option<i64>>(3)?.map(from_sql),
                })
            });
            Ok(found.optional()?)
        })
        .await
    }

    /// The newest session with this visitor that is not over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_session(
        &self,
        site: String,
        visitor: VisitorId,
    ) -> Result<Option<SessionId>, StoreError> {
        self.read(move |db| {
            let sql = "SELECT id FROM session WHERE site = ?1 AND visitor = ?2 AND ended_ms IS NULL
                       ORDER BY opened_ms DESC LIMIT 1";
            let found = db.query_row(sql, params![site, visitor.as_bytes()], |row| row.get(0));
            Ok(found.optional()?.map(SessionId::from_random))
        })
        .await
    }

    /// Marks a session as over. The first reason stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, id: SessionId, reason: &'static str) -> Result<(), StoreError> {
        self.write(move |db| {
            db.execute(
                "UPDATE session SET ended_ms = ?2, end_reason = ?3 WHERE id = ?1 AND ended_ms IS NULL",
                params![id.as_bytes(), to_sql(now_ms()), reason],
            )?;
            Ok(())
        })
        .await
    }
}
