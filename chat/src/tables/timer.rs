//! Deadlines: the truth that the sweep reads.
use store::{Error, Tx, params};

use super::to_column;
use crate::model::{Conversation, ConversationId, SiteId, TimerKind, UnixMillis};

/// Sets or moves one.
pub(crate) fn set(tx: &mut dyn Tx, of: &Conversation, kind: TimerKind, at: UnixMillis) -> Result<(), Error> {
    const SET: &str = "INSERT INTO chat_timer (site_id, conv_id, kind, at, ver) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (site_id, conv_id, kind) DO UPDATE SET at = excluded.at, ver = excluded.ver";
    tx.execute(SET, params![of.site.0, of.id.0, kind.code(), at.0, to_column(of.ver.0)]).map(|_| ())
}

/// Removes one.
pub(crate) fn clear(tx: &mut dyn Tx, of: &Conversation, kind: TimerKind) -> Result<(), Error> {
    const CLEAR: &str = "DELETE FROM chat_timer WHERE site_id = $1 AND conv_id = $2 AND kind = $3";
    tx.execute(CLEAR, params![of.site.0, of.id.0, kind.code()]).map(|_| ())
}

/// Most conversations that one sweep takes.
const AT_ONCE: i64 = 256;

/// Whose deadlines are due at `now`, the earliest first, and when; so many beside those of one sweep, which cannot pass.
pub(crate) fn due(
    tx: &mut dyn Tx,
    now: UnixMillis,
    beside: usize,
) -> Result<Vec<(SiteId, ConversationId, UnixMillis)>, Error> {
    let limit = AT_ONCE.saturating_add(i64::try_from(beside).unwrap_or(i64::MAX));
    const DUE: &str = "SELECT site_id, conv_id, MIN(at) FROM chat_timer WHERE at <= $1
        GROUP BY site_id, conv_id ORDER BY 3, 1, 2 LIMIT $2";
    let rows: Vec<(i64, i64, i64)> = tx.rows(DUE, params![now.0, limit])?;
    let due = |(site, conv, at)| (SiteId(site), ConversationId(conv), UnixMillis(at));
    Ok(rows.into_iter().map(due).collect())
}

/// The first deadline after `now`.
pub(crate) fn next(tx: &mut dyn Tx, now: UnixMillis) -> Result<Option<UnixMillis>, Error> {
    let (at,): (Option<i64>,) = tx.one("SELECT MIN(at) FROM chat_timer WHERE $1 < at", params![now.0])?;
    Ok(at.map(UnixMillis))
}

/// Every conversation that has a deadline.
pub(crate) fn all(tx: &mut dyn Tx) -> Result<Vec<(SiteId, ConversationId)>, Error> {
    const ALL: &str = "SELECT DISTINCT site_id, conv_id FROM chat_timer ORDER BY 1, 2";
    let rows: Vec<(i64, i64)> = tx.rows(ALL, &[])?;
    Ok(rows.into_iter().map(|(site, conv)| (SiteId(site), ConversationId(conv))).collect())
}

/// When the service was last known to run.
pub(crate) fn heartbeat(tx: &mut dyn Tx) -> Result<Option<UnixMillis>, Error> {
    let at: Option<(i64,)> = tx.optional("SELECT at FROM chat_heartbeat WHERE one = 1", &[])?;
    Ok(at.map(|(at,)| UnixMillis(at)))
}

/// It runs at `now`.
pub(crate) fn beat(tx: &mut dyn Tx, now: UnixMillis) -> Result<(), Error> {
    const BEAT: &str = "INSERT INTO chat_heartbeat (one, at) VALUES (1, $1)
        ON CONFLICT (one) DO UPDATE SET at = excluded.at";
    tx.execute(BEAT, params![now.0]).map(|_| ())
}
