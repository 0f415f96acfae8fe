//! Sessions that belong to conversations, and what of the audit log their conversations have not been told.
use cobrowse_core::id::{AgentId, SessionId};
use store::{Error, Key, Tx, params};

use super::Records;

/// Rows at once.
const PAGE: i64 = 100;
/// So many entries of the log are passed over before that is written down, where none is for a conversation.
const SKIP: i64 = 1_000;

/// A session of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belongs {
    /// The session.
    pub session: SessionId,
    /// The conversation.
    pub conv: String,
    /// The agent who has it.
    pub agent: AgentId,
}

/// An entry of the audit log that is for a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// The entry's number.
    pub entry: i64,
    /// The entry's hash.
    pub hash: Vec<u8>,
    /// Whose it is.
    pub of: Belongs,
    /// What happened.
    pub event: String,
    /// The entry before it, of the same session, that names an agent.
    pub before: Option<String>,
}

impl Records {
    /// The session belongs to this conversation from now on, while it is open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attach(&self, it: Belongs) -> Result<(), Error> {
        const SET: &str =
            "UPDATE relay_session SET conv = $2, conv_agent = $3 WHERE id = $1 AND ended_ms IS NULL";
        let set = move |tx: &mut dyn Tx| {
            tx.execute(SET, params![it.session.as_bytes(), &it.conv, it.agent.0]).map(drop)
        };
        self.store.write(Key(0), set).await
    }

    /// The open sessions of a conversation; of all, where none is named.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn shares(&self, conv: Option<String>) -> Result<Vec<Belongs>, Error> {
        const FIND: &str = "SELECT id, conv, conv_agent FROM relay_session
            WHERE conv IS NOT NULL AND ended_ms IS NULL AND (conv = $1 OR $1 = '')";
        let conv = conv.unwrap_or_default();
        let rows: Vec<([u8; 16], String, i64)> =
            self.store.read(move |tx| tx.rows(FIND, params![&conv])).await?;
        rows.into_iter().map(belongs).collect()
    }

    /// Whether this agent may see the session: one of a conversation is its agent's alone, whatever others may do.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_open_to(&self, session: SessionId, agent: AgentId) -> Result<bool, Error> {
        const FIND: &str = "SELECT conv_agent FROM relay_session
            WHERE id = $1 AND conv IS NOT NULL AND ended_ms IS NULL";
        let read = move |tx: &mut dyn Tx| tx.optional::<(i64,)>(FIND, params![session.as_bytes()]);
        Ok(self.store.read(read).await?.is_none_or(|(of,)| of == i64::from(agent.0)))
    }

    /// What comes after this entry and is for conversations, in order; and up to where that is everything.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn untold(&self, after: i64) -> Result<(Vec<Untold>, i64), Error> {
        const HEAD: &str = "SELECT entry FROM relay_audit_head WHERE one = 1";
        const FIND: &str = "SELECT a.id, a.hash, a.event, s.id, s.conv, s.conv_agent,
                (SELECT b.event FROM relay_audit b
                    WHERE b.session = a.session AND b.id < a.id AND b.event LIKE '% agent=%'
                    ORDER BY b.id DESC LIMIT 1)
            FROM relay_audit a JOIN relay_session s ON s.id = a.session
            WHERE $1 < a.id AND a.id <= $2 AND s.conv IS NOT NULL ORDER BY a.id LIMIT $3";
        type Row = (i64, Vec<u8>, String, [u8; 16], String, i64, Option<String>);
        let read = move |tx: &mut dyn Tx| {
            let (head,): (i64,) = tx.one(HEAD, &[])?;
            Ok::<_, Error>((tx.rows::<Row>(FIND, params![after, head, PAGE])?, head))
        };
        let (rows, head) = self.store.read(read).await?;
        let all = i64::try_from(rows.len()).unwrap_or(PAGE) < PAGE;
        let until = if all { head } else { rows.last().map_or(head, |row| row.0) };
        let untold = rows.into_iter().map(|(entry, hash, event, session, conv, agent, before)| {
            Ok(Untold { entry, hash, event, before, of: belongs((session, conv, agent))? })
        });
        Ok((untold.collect::<Result<_, Error>>()?, until))
    }

    /// Up to where conversations were told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn told(&self) -> Result<i64, Error> {
        const TOLD: &str = "SELECT entry FROM relay_told WHERE one = 1";
        self.store.read(|tx| tx.one::<(i64,)>(TOLD, &[])).await.map(|(entry,)| entry)
    }

    /// Conversations were told up to there: written down where something was told, or much was passed over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell(&self, (from, to): (i64, i64), told: usize) -> Result<(), Error> {
        const TELL: &str = "UPDATE relay_told SET entry = $1 WHERE one = 1 AND entry < $1";
        if told == 0 && to < from + SKIP {
            return Ok(());
        }
        self.store.write(Key(0), move |tx: &mut dyn Tx| tx.execute(TELL, params![to]).map(drop)).await
    }
}

fn belongs((session, conv, agent): ([u8; 16], String, i64)) -> Result<Belongs, Error> {
    let agent = u32::try_from(agent).map_err(|error| Error::Data(error.to_string()))?;
    Ok(Belongs { session: SessionId::from_random(session), conv, agent: AgentId(agent) })
}
