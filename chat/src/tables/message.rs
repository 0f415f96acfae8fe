//! What was said: the thread, and beside it what only agents read.
use serde::{Deserialize, Serialize};
use store::{Error, Row, Tx, params};

use super::{
    from_column,
    search::{self, Entry},
    to_column, to_json,
};
use crate::model::{
    AgentId, AgentSeq, Author, Cid, Conversation, ConversationId, Message, Place, Seq, SiteId, UnixMillis,
};
use crate::search::is_indexed;

/// Which conversation of which site.
pub(crate) type Of = (SiteId, ConversationId);

/// What a second sending of a message finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    pub author: Author,
    pub place: Place,
    pub at: UnixMillis,
}

fn author(kind: &str, id: i64) -> Result<Author, Error> {
    match kind {
        "visitor" => Ok(Author::Visitor),
        "agent" => Ok(Author::Agent(AgentId(id))),
        "bot" => Ok(Author::Bot),
        "system" => Ok(Author::System),
        other => Err(Error::Data(format!("an author of kind {other}"))),
    }
}

pub(crate) const fn author_columns(author: Author) -> (&'static str, i64) {
    match author {
        Author::Visitor => ("visitor", 0),
        Author::Agent(agent) => ("agent", agent.0),
        Author::Bot => ("bot", 0),
        Author::System => ("system", 0),
    }
}

/// The message that has this name already.
pub(crate) fn find(tx: &mut dyn Tx, (site, conv): Of, cid: Cid) -> Result<Option<Found>, Error> {
    const FIND: &str = "SELECT 0, author, author_id, seq, at FROM chat_message
            WHERE site_id = $1 AND conv_id = $2 AND cid = $3
        UNION ALL SELECT 1, author, author_id, aseq, at FROM chat_record
            WHERE site_id = $1 AND conv_id = $2 AND cid = $3";
    type Columns = (bool, String, i64, i64, i64);
    let found: Option<Columns> = tx.optional(FIND, params![site.0, conv.0, cid.as_bytes()])?;
    let Some((aside, kind, id, n, at)) = found else { return Ok(None) };
    let n = from_column(n);
    let place = if aside { Place::AgentsOnly(AgentSeq(n)) } else { Place::Thread(Seq(n)) };
    Ok(Some(Found { author: author(&kind, id)?, place, at: UnixMillis(at) }))
}

/// Stores a message under the number that the transition gave it.
pub(crate) fn append(tx: &mut dyn Tx, of: &Conversation, it: &Message) -> Result<(), Error> {
    const THREAD: &str = "INSERT INTO chat_message
        (site_id, conv_id, seq, cid, author, author_id, kind, body, at, reply_to)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    const ASIDE: &str = "INSERT INTO chat_record
        (site_id, conv_id, aseq, cid, author, author_id, kind, body, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let (author, author_id) = author_columns(it.author);
    let n = match it.place {
        Place::Thread(seq) => seq.0,
        Place::AgentsOnly(seq) => seq.0,
    };
    let mut values = params![
        of.site.0,
        of.id.0,
        to_column(n),
        it.cid.as_bytes(),
        author,
        author_id,
        it.body.kind(),
        to_json(&it.body)?,
        it.at.0,
    ]
    .to_vec();
    let sql = match it.place {
        Place::Thread(_) => {
            values.push(it.reply_to.map(|seq| to_column(seq.0)).into());
            THREAD
        }
        Place::AgentsOnly(_) => ASIDE,
    };
    tx.execute(sql, &values)?;
    if is_indexed(&it.body) {
        search::changed(tx, Entry { site: of.site, conversation: of.id, place: it.place, at: it.at })?;
    }
    Ok(())
}

/// When the visitor wrote last.
pub(crate) fn visitor_wrote(tx: &mut dyn Tx, (site, conv): Of) -> Result<Option<UnixMillis>, Error> {
    const WROTE: &str = "SELECT MAX(at) FROM chat_message WHERE site_id = $1 AND conv_id = $2
        AND author = 'visitor'";
    tx.one::<(Option<i64>,)>(WROTE, params![site.0, conv.0]).map(|(at,)| at.map(UnixMillis))
}

/// One message of either stream.
pub(crate) fn one(tx: &mut dyn Tx, (site, conv): Of, at: Place) -> Result<Option<Message>, Error> {
    const THREAD: &str = "SELECT seq, cid, author, author_id, body, at, reply_to FROM chat_message
        WHERE site_id = $1 AND conv_id = $2 AND seq = $3";
    const ASIDE: &str = "SELECT aseq, cid, author, author_id, body, at, NULL FROM chat_record
        WHERE site_id = $1 AND conv_id = $2 AND aseq = $3";
    let (sql, n) = match at {
        Place::Thread(seq) => (THREAD, seq.0),
        Place::AgentsOnly(seq) => (ASIDE, seq.0),
    };
    let rows = tx.query(sql, params![site.0, conv.0, to_column(n)])?;
    Ok(rows.first().map(|row| read(row, |_| at)).transpose()?.map(|(message, _)| message))
}

/// Messages of the thread after `after`, at most `n`, and how many bytes each of them takes.
pub(crate) fn after(
    tx: &mut dyn Tx,
    (site, conv): Of,
    after: Seq,
    n: usize,
) -> Result<Vec<(Message, usize)>, Error> {
    const AFTER: &str = "SELECT seq, cid, author, author_id, body, at, reply_to FROM chat_message
        WHERE site_id = $1 AND conv_id = $2 AND $3 < seq ORDER BY seq LIMIT $4";
    let wanted = params![site.0, conv.0, to_column(after.0), to_column(n as u64)];
    let place = |n| Place::Thread(Seq(n));
    tx.query(AFTER, wanted)?.iter().map(|row| read(row, place)).collect()
}

/// Those before `before`, the latest first.
pub(crate) fn before(
    tx: &mut dyn Tx,
    (site, conv): Of,
    before: Seq,
    n: usize,
) -> Result<Vec<(Message, usize)>, Error> {
    const BEFORE: &str = "SELECT seq, cid, author, author_id, body, at, reply_to FROM chat_message
        WHERE site_id = $1 AND conv_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4";
    let wanted = params![site.0, conv.0, to_column(before.0), to_column(n as u64)];
    let place = |n| Place::Thread(Seq(n));
    tx.query(BEFORE, wanted)?.iter().map(|row| read(row, place)).collect()
}

/// The same of what only agents read.
pub(crate) fn records_after(
    tx: &mut dyn Tx,
    (site, conv): Of,
    after: AgentSeq,
    n: usize,
) -> Result<Vec<(Message, usize)>, Error> {
    const AFTER: &str = "SELECT aseq, cid, author, author_id, body, at, NULL FROM chat_record
        WHERE site_id = $1 AND conv_id = $2 AND $3 < aseq ORDER BY aseq LIMIT $4";
    let wanted = params![site.0, conv.0, to_column(after.0), to_column(n as u64)];
    let place = |n| Place::AgentsOnly(AgentSeq(n));
    tx.query(AFTER, wanted)?.iter().map(|row| read(row, place)).collect()
}

/// What a message takes beside its body.
const ENVELOPE: usize = 128;

fn read(row: &Row, place: impl Fn(u64) -> Place) -> Result<(Message, usize), Error> {
    let body: String = row.get(4)?;
    let reply_to = row.get::<Option<i64>>(6)?.map(|seq| Seq(from_column(seq)));
    let message = Message {
        place: place(from_column(row.get(0)?)),
        cid: Cid::from_bytes(row.get(1)?),
        author: author(&row.get::<String>(2)?, row.get(3)?)?,
        body: super::body(&body)?,
        reply_to,
        at: UnixMillis(row.get(5)?),
    };
    Ok((message, body.len() + ENVELOPE))
}
