//! Sessions, so that one that ended stays ended, and one that stands outlives a restart of the server.
use cobrowse_core::id::{AgentId, SessionId, VisitorId};
use store::{Error, Key, params};

use super::{Records, from_sql, now_ms, to_sql};

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

impl Records {
    /// Remembers a new session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_session(&self, session: SessionRecord) -> Result<(), Error> {
        self.add_session_of(session, None).await
    }

    /// Remembers a new session, of a conversation from its first moment on: whoever finds it after a crash knows
    /// whose it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_session_of(&self, session: SessionRecord, conv: Option<String>) -> Result<(), Error> {
        const ADD: &str =
            "INSERT INTO relay_session (id, site, visitor, opened_by, opened_ms, conv, conv_agent)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let key = key(session.id);
        let add = move |tx: &mut dyn store::Tx| {
            let SessionRecord { id, site, visitor, opened_by, .. } = &session;
            let of = conv.as_ref().map(|_| opened_by.0);
            let opened = to_sql(now_ms());
            let values =
                params![id.as_bytes(), site, visitor.as_bytes(), opened_by.0, opened, conv.clone(), of];
            tx.execute(ADD, values).map(|_| ())
        };
        self.store.write(key, add).await
    }

    /// What is known of a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, id: SessionId) -> Result<Option<SessionRecord>, Error> {
        const FIND: &str = "SELECT site, visitor, opened_by, ended_ms FROM relay_session WHERE id = $1";
        let found = self.store.read(move |tx| {
            tx.optional::<(String, [u8; 16], i64, Option<i64>)>(FIND, params![id.as_bytes()])
        });
        let Some((site, visitor, opened_by, ended_ms)) = found.await? else { return Ok(None) };
        let opened_by = u32::try_from(opened_by);
        Ok(Some(SessionRecord {
            id,
            site,
            visitor: VisitorId::from_random(visitor),
            opened_by: AgentId(opened_by.map_err(|error| Error::Data(error.to_string()))?),
            ended_ms: ended_ms.map(from_sql),
        }))
    }

    /// The newest session with this visitor that is not over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_session(&self, site: String, visitor: VisitorId) -> Result<Option<SessionId>, Error> {
        const FIND: &str = "SELECT id FROM relay_session
            WHERE site = $1 AND visitor = $2 AND ended_ms IS NULL ORDER BY opened_ms DESC LIMIT 1";
        let found =
            self.store.read(move |tx| tx.optional::<([u8; 16],)>(FIND, params![&site, visitor.as_bytes()]));
        Ok(found.await?.map(|(id,)| SessionId::from_random(id)))
    }

    /// Whether the audit log says that a session is over. It is the first to know: a crash may have come before
    /// [`Records::end_session`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_ended_by_the_log(&self, id: SessionId) -> Result<bool, Error> {
        const ENDED: &str =
            "SELECT id FROM relay_audit WHERE session = $1 AND event LIKE 'ended %' ESCAPE '\\' LIMIT 1";
        let found = self.store.read(move |tx| tx.optional::<(i64,)>(ENDED, params![id.as_bytes()]));
        Ok(found.await?.is_some())
    }

    /// Marks a session as over. The first reason stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, id: SessionId, reason: &'static str) -> Result<(), Error> {
        const END: &str = "UPDATE relay_session SET ended_ms = $2, end_reason = $3
            WHERE id = $1 AND ended_ms IS NULL";
        let end = move |tx: &mut dyn store::Tx| {
            tx.execute(END, params![id.as_bytes(), to_sql(now_ms()), reason]).map(|_| ())
        };
        self.store.write(key(id), end).await
    }
}

/// What concerns one session runs in order.
fn key(id: SessionId) -> Key {
    let mut first = [0; 8];
    first.copy_from_slice(&id.as_bytes()[..8]);
    Key(i64::from_be_bytes(first))
}
