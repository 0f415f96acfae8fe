//! What is to be indexed, and what is: the words themselves stand in `chat_words`.
use store::{Error, Tx, params};

use super::{from_column, to_column};
use crate::model::{AgentSeq, Author, ConversationId, Place, Seq, SiteId, UnixMillis};

/// One message of either stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub site: SiteId,
    pub conversation: ConversationId,
    pub place: Place,
    pub at: UnixMillis,
}

const fn stream(place: Place) -> (i64, u64) {
    match place {
        Place::Thread(seq) => (0, seq.0),
        Place::AgentsOnly(seq) => (1, seq.0),
    }
}

/// Where it stands, by its columns.
pub(crate) fn place(aside: bool, n: i64) -> Place {
    let n = from_column(n);
    if aside { Place::AgentsOnly(AgentSeq(n)) } else { Place::Thread(Seq(n)) }
}

/// A message was stored, changed or removed: it is looked at again.
pub(crate) fn changed(tx: &mut dyn Tx, it: Entry) -> Result<(), Error> {
    const CHANGED: &str = "INSERT INTO chat_unindexed (site_id, conv_id, stream, n, at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (site_id, conv_id, stream, n) DO NOTHING";
    let (stream, n) = stream(it.place);
    tx.execute(CHANGED, params![it.site.0, it.conversation.0, stream, to_column(n), it.at.0]).map(drop)
}

/// Whether there is something to be indexed.
pub(crate) fn is_due(tx: &mut dyn Tx) -> Result<bool, Error> {
    Ok(tx.optional::<(i64,)>("SELECT 1 FROM chat_unindexed LIMIT 1", &[])?.is_some())
}

/// Takes what is to be indexed, at most `n`; of the newest instants first, so that while a whole index is made anew what
/// comes is found at once. Two nodes never get the same.
pub(crate) fn take(tx: &mut dyn Tx, n: i64) -> Result<Vec<Entry>, Error> {
    const TAKE: &str =
        "DELETE FROM chat_unindexed WHERE (site_id, conv_id, stream, n) IN (SELECT site_id, conv_id,
        stream, n FROM chat_unindexed ORDER BY at DESC, site_id, conv_id, stream, n LIMIT $1)
        RETURNING site_id, conv_id, stream, n, at";
    let rows: Vec<(i64, i64, bool, i64, i64)> = tx.rows(TAKE, params![n])?;
    let entry = |(site, conv, aside, n, at)| Entry {
        site: SiteId(site),
        conversation: ConversationId(conv),
        place: place(aside, n),
        at: UnixMillis(at),
    };
    let mut entries: Vec<Entry> = rows.into_iter().map(entry).collect();
    entries.sort_by_key(|it| (it.at, it.site, it.conversation, stream(it.place)));
    Ok(entries)
}

/// The number of a message in the index, if it has one.
pub(crate) fn number(tx: &mut dyn Tx, it: Entry) -> Result<Option<i64>, Error> {
    const FIND: &str = "SELECT id FROM chat_indexed WHERE site_id = $1 AND conv_id = $2 AND stream = $3
        AND n = $4";
    let (stream, n) = stream(it.place);
    let found = tx.optional::<(i64,)>(FIND, params![it.site.0, it.conversation.0, stream, to_column(n)])?;
    Ok(found.map(|(id,)| id))
}

/// Messages of one millisecond that have numbers of their own.
const IN_A_MILLISECOND: i64 = 1 << 20;

/// The first number of an instant. Numbers go by time, so that the newest are the highest.
pub(crate) const fn first_number(at: UnixMillis) -> i64 {
    at.0.saturating_mul(IN_A_MILLISECOND)
}

/// Gives a message a number.
pub(crate) fn add(tx: &mut dyn Tx, it: Entry, author: Author) -> Result<i64, Error> {
    const ADD: &str = "INSERT INTO chat_indexed (id, site_id, conv_id, stream, n, author, author_id)
        SELECT COALESCE(MAX(it.id) + 1, $1), $3, $4, $5, $6, $7, $8 FROM chat_indexed it
        WHERE $1 <= it.id AND it.id < $2 RETURNING id";
    let (first, end) = (first_number(it.at), first_number(UnixMillis(it.at.0.saturating_add(1))));
    let (stream, n) = stream(it.place);
    let (author, author_id) = super::message::author_columns(author);
    let (site, conv) = (it.site.0, it.conversation.0);
    let values = params![first, end, site, conv, stream, to_column(n), author, author_id];
    tx.one::<(i64,)>(ADD, values).map(|(id,)| id)
}

/// Takes a message out.
pub(crate) fn remove(tx: &mut dyn Tx, id: i64) -> Result<(), Error> {
    tx.execute("DELETE FROM chat_indexed WHERE id = $1", params![id]).map(drop)
}
