//! What people note about conversations and visitors beside what is said: how far they have read, the star,
//! sticky notes, and who changed what.
use store::{Error, Tx, params};

use super::to_column;
use crate::model::{AgentId, ConversationId, Seq, SiteId, UnixMillis, VisitorId};

/// Whose reading: an agent's, or the visitor's.
pub(crate) const VISITOR: i64 = 0;

/// Has read so far. False when it is not further than before.
pub(crate) fn read(
    tx: &mut dyn Tx,
    (site, conv): (SiteId, ConversationId),
    (reader, seq): (i64, Seq),
) -> Result<bool, Error> {
    const READ: &str = "INSERT INTO chat_read (site_id, conv_id, reader, seq) VALUES ($1, $2, $3, $4)
        ON CONFLICT (site_id, conv_id, reader) DO UPDATE SET seq = excluded.seq
        WHERE chat_read.seq < excluded.seq";
    Ok(tx.execute(READ, params![site.0, conv.0, reader, to_column(seq.0)])? == 1)
}

/// Follows it from now on, or not any more. False when that is not news.
pub(crate) fn star(
    tx: &mut dyn Tx,
    (site, conv): (SiteId, ConversationId),
    (by, on): (AgentId, bool),
    at: UnixMillis,
) -> Result<bool, Error> {
    const ON: &str = "INSERT INTO chat_star (site_id, conv_id, agent_id, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (site_id, conv_id) DO NOTHING";
    const OFF: &str = "DELETE FROM chat_star WHERE site_id = $1 AND conv_id = $2";
    let n = if on {
        tx.execute(ON, params![site.0, conv.0, by.0, at.0])?
    } else {
        tx.execute(OFF, params![site.0, conv.0])?
    };
    Ok(n == 1)
}

/// A sticky note about a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sticky {
    pub id: i64,
    pub agent: AgentId,
    pub body: String,
    pub colour: String,
    pub at: UnixMillis,
    pub edited: Option<UnixMillis>,
}

/// All about a visitor, the latest first.
pub(crate) fn stickies(tx: &mut dyn Tx, (site, visitor): (SiteId, VisitorId)) -> Result<Vec<Sticky>, Error> {
    const ALL: &str = "SELECT id, agent_id, body, colour, at, edited FROM chat_sticky
        WHERE site_id = $1 AND visitor_id = $2 ORDER BY at DESC, id DESC";
    type Columns = (i64, i64, String, String, i64, Option<i64>);
    let rows: Vec<Columns> = tx.rows(ALL, params![site.0, visitor.0])?;
    let read = |(id, agent, body, colour, at, edited): Columns| {
        let (agent, at, edited) = (AgentId(agent), UnixMillis(at), edited.map(UnixMillis));
        Sticky { id, agent, body, colour, at, edited }
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Most notes about one visitor.
pub(crate) const MAX_STICKIES: i64 = 100;

/// A new one. `None` when there are too many already.
pub(crate) fn add_sticky(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
    (by, body, colour): (AgentId, &str, &str),
    at: UnixMillis,
) -> Result<Option<i64>, Error> {
    const COUNT: &str = "SELECT COUNT(*) FROM chat_sticky WHERE site_id = $1 AND visitor_id = $2";
    const ADD: &str = "INSERT INTO chat_sticky (site_id, visitor_id, agent_id, body, colour, at)
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    let (n,): (i64,) = tx.one(COUNT, params![site.0, visitor.0])?;
    if MAX_STICKIES <= n {
        return Ok(None);
    }
    let (id,): (i64,) = tx.one(ADD, params![site.0, visitor.0, by.0, body, colour, at.0])?;
    Ok(Some(id))
}

/// Changes one, or removes it where there is no new text; its author only, where `by` says so. False when there
/// is none.
pub(crate) fn set_sticky(
    tx: &mut dyn Tx,
    (site, visitor, id): (SiteId, VisitorId, i64),
    by: Option<AgentId>,
    to: Option<(&str, &str, UnixMillis)>,
) -> Result<bool, Error> {
    const OF: &str = "WHERE site_id = $1 AND visitor_id = $2 AND id = $3
        AND (CAST($4 AS BIGINT) IS NULL OR agent_id = $4)";
    let by = by.map(|it| it.0);
    let n = match to {
        None => tx.execute(&format!("DELETE FROM chat_sticky {OF}"), params![site.0, visitor.0, id, by])?,
        Some((body, colour, at)) => {
            let sql = format!("UPDATE chat_sticky SET body = $5, colour = $6, edited = $7 {OF}");
            tx.execute(&sql, params![site.0, visitor.0, id, by, body, colour, at.0])?
        }
    };
    Ok(n == 1)
}

/// Notes who changed what, for whoever asks later.
pub(crate) fn audit(
    tx: &mut dyn Tx,
    (site, by): (SiteId, AgentId),
    (action, target): (&str, &str),
    at: UnixMillis,
) -> Result<(), Error> {
    const NOTE: &str = "INSERT INTO chat_audit (site_id, agent_id, action, target, at)
        VALUES ($1, $2, $3, $4, $5)";
    tx.execute(NOTE, params![site.0, by.0, action, target, at.0]).map(drop)
}
