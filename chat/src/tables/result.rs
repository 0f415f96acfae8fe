//! Answers to commands, kept so that a command that is asked again is answered again and not done again.
use store::{Error, Tx, params};

use crate::model::{ConversationId, SiteId, UnixMillis};

/// Who asked, and by which name of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub site: SiteId,
    pub actor: (&'static str, i64),
    pub rid: [u8; 16],
}

/// What was answered after `since`, and about which conversation.
pub(crate) fn find(
    tx: &mut dyn Tx,
    it: Asked,
    since: UnixMillis,
) -> Result<Option<(ConversationId, String)>, Error> {
    const FIND: &str = "SELECT conv_id, answer FROM chat_result
        WHERE site_id = $1 AND actor = $2 AND actor_id = $3 AND rid = $4 AND $5 < at";
    let (actor, id) = it.actor;
    let found: Option<(i64, String)> = tx.optional(FIND, params![it.site.0, actor, id, it.rid, since.0])?;
    Ok(found.map(|(conv, answer)| (ConversationId(conv), answer)))
}

/// Keeps an answer.
pub(crate) fn keep(
    tx: &mut dyn Tx,
    it: Asked,
    (conv, answer): (ConversationId, String),
    at: UnixMillis,
) -> Result<(), Error> {
    const KEEP: &str = "INSERT INTO chat_result (site_id, actor, actor_id, rid, conv_id, answer, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (site_id, actor, actor_id, rid)
        DO UPDATE SET conv_id = excluded.conv_id, answer = excluded.answer, at = excluded.at";
    let (actor, id) = it.actor;
    tx.execute(KEEP, params![it.site.0, actor, id, it.rid, conv.0, answer, at.0]).map(|_| ())
}

/// Forgets those before `at`.
pub(crate) fn forget(tx: &mut dyn Tx, at: UnixMillis) -> Result<(), Error> {
    tx.execute("DELETE FROM chat_result WHERE at < $1", params![at.0]).map(|_| ())
}
