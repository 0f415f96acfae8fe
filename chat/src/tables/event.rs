//! What desks follow: numbered for each site, in the order of commits.
use store::{Error, Tx, params};

use crate::model::{ConversationId, SiteId, UnixMillis};

/// Takes the site's next number. The row stays locked until the commit: numbers appear in their order.
pub(crate) fn number(tx: &mut dyn Tx, site: SiteId) -> Result<i64, Error> {
    const NEXT: &str = "UPDATE chat_site SET events = events + 1 WHERE site_id = $1 RETURNING events";
    tx.one::<(i64,)>(NEXT, params![site.0]).map(|(no,)| no)
}

/// One event, as a desk that resumes reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// On which site.
    pub site: SiteId,
    /// Its number there.
    pub no: i64,
    /// About which conversation, if about one.
    pub conversation: Option<ConversationId>,
    /// What it is about: `conversation` or `agent`.
    pub kind: String,
    /// What changed, as JSON.
    pub body: String,
    /// When.
    pub at: UnixMillis,
}

/// Appends it.
pub(crate) fn append(tx: &mut dyn Tx, it: &Event) -> Result<(), Error> {
    const APPEND: &str = "INSERT INTO chat_event (site_id, no, conv_id, kind, body, at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let conv = it.conversation.map(|conv| conv.0);
    tx.execute(APPEND, params![it.site.0, it.no, conv, &it.kind, &it.body, it.at.0]).map(|_| ())
}

/// Forgets those before `at`: a desk that is so far behind takes the lists anew.
pub(crate) fn forget(tx: &mut dyn Tx, at: UnixMillis) -> Result<(), Error> {
    tx.execute("DELETE FROM chat_event WHERE at < $1", params![at.0]).map(|_| ())
}

/// Those after `after`, at most `n`.
pub(crate) fn after(tx: &mut dyn Tx, site: SiteId, after: i64, n: i64) -> Result<Vec<Event>, Error> {
    const AFTER: &str = "SELECT no, conv_id, kind, body, at FROM chat_event
        WHERE site_id = $1 AND $2 < no ORDER BY no LIMIT $3";
    let rows: Vec<(i64, Option<i64>, String, String, i64)> = tx.rows(AFTER, params![site.0, after, n])?;
    let read = |(no, conv, kind, body, at): (i64, Option<i64>, String, String, i64)| {
        let conversation = conv.map(ConversationId);
        Event { site, no, conversation, kind, body, at: UnixMillis(at) }
    };
    Ok(rows.into_iter().map(read).collect())
}
