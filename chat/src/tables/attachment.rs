//! Files: those on their way up, and those of messages.
use store::{Error, Row, Tx, params};

use super::{from_column, from_json, to_column};
use crate::model::{
    AgentId, AttachmentId, Author, Conversation, ConversationId, PublicId, Seq, SiteId, UnixMillis, VisitorId,
};

/// Who uploaded a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Uploader {
    Visitor(VisitorId),
    Agent(AgentId),
}

impl Uploader {
    pub const fn columns(self) -> (&'static str, i64) {
        match self {
            Self::Visitor(visitor) => ("visitor", visitor.0),
            Self::Agent(agent) => ("agent", agent.0),
        }
    }

    /// Whose files a message of this author can carry.
    pub fn of(author: Author, conversation: &Conversation) -> Option<Self> {
        match author {
            Author::Visitor => Some(Self::Visitor(conversation.visitor)),
            Author::Agent(agent) => Some(Self::Agent(agent)),
            Author::Bot | Author::System => None,
        }
    }
}

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Some of its bytes are missing.
    Part,
    /// All of it is stored.
    Ready,
    /// Nobody may have it any more; its bytes are being removed.
    Gone,
}

/// What looking at the bytes gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Its type, by its bytes.
    pub media: String,
    pub sha256: [u8; 32],
    /// Width and height of what is shown as an image.
    pub size: Option<(u32, u32)>,
    /// The type of its thumbnail, if it has one.
    pub thumb: Option<String>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub id: AttachmentId,
    pub site: SiteId,
    pub public: PublicId,
    pub conversation: ConversationId,
    pub by: Uploader,
    pub name: String,
    pub bytes: u64,
    pub state: State,
    /// Which message has it.
    pub seq: Option<Seq>,
    pub seen: Option<Seen>,
    pub created: UnixMillis,
}

const COLUMNS: &str =
    "id, site_id, pub, conv_id, up_kind, up_id, name, bytes, state, seq, media, sha256, w, h,
    thumb, created";

fn read(row: &Row) -> Result<Attachment, Error> {
    let by = match (row.get::<String>(4)?.as_str(), row.get(5)?) {
        ("visitor", id) => Uploader::Visitor(VisitorId(id)),
        (_, id) => Uploader::Agent(AgentId(id)),
    };
    Ok(Attachment {
        id: AttachmentId(row.get(0)?),
        site: SiteId(row.get(1)?),
        public: PublicId::from_bytes(row.get(2)?),
        conversation: ConversationId(row.get(3)?),
        by,
        name: row.get(6)?,
        bytes: from_column(row.get(7)?),
        state: from_json(&format!("\"{}\"", row.get::<String>(8)?))?,
        seq: row.get::<Option<i64>>(9)?.map(|seq| Seq(from_column(seq))),
        seen: seen(row)?,
        created: UnixMillis(row.get(15)?),
    })
}

fn seen(row: &Row) -> Result<Option<Seen>, Error> {
    let (Some(media), Some(sha256)) = (row.get(10)?, row.get(11)?) else { return Ok(None) };
    let side = |n: i64| u32::try_from(n).ok();
    let (w, h): (Option<i64>, Option<i64>) = (row.get(12)?, row.get(13)?);
    let size = w.and_then(side).zip(h.and_then(side));
    Ok(Some(Seen { media, sha256, size, thumb: row.get(14)? }))
}

/// A file by its name.
pub(crate) fn find(tx: &mut dyn Tx, public: PublicId) -> Result<Option<Attachment>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM chat_attachment WHERE pub = $1");
    tx.query(&sql, params![public.as_bytes()])?.first().map(read).transpose()
}

/// A file by its key.
pub(crate) fn load(tx: &mut dyn Tx, site: SiteId, id: AttachmentId) -> Result<Option<Attachment>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM chat_attachment WHERE site_id = $1 AND id = $2");
    tx.query(&sql, params![site.0, id.0])?.first().map(read).transpose()
}

/// What a new upload is.
pub(crate) struct New<'a> {
    pub public: PublicId,
    pub by: Uploader,
    pub name: &'a str,
    pub declared: &'a str,
    pub bytes: u64,
    pub at: UnixMillis,
}

/// Notes that an upload begins.
pub(crate) fn insert(tx: &mut dyn Tx, of: &Conversation, it: &New<'_>) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO chat_attachment (site_id, pub, conv_id, up_kind, up_id, name, declared,
        bytes, state, created, touched) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'part', $9, $9)";
    let (kind, id) = it.by.columns();
    let bytes = to_column(it.bytes);
    let values =
        params![of.site.0, it.public.as_bytes(), of.id.0, kind, id, it.name, it.declared, bytes, it.at.0];
    tx.execute(INSERT, values).map(drop)
}

/// How many files of an uploader wait for their message.
pub(crate) fn waiting(tx: &mut dyn Tx, of: &Conversation, by: Uploader) -> Result<i64, Error> {
    const COUNT: &str = "SELECT COUNT(*) FROM chat_attachment WHERE site_id = $1 AND conv_id = $2
        AND up_kind = $3 AND up_id = $4 AND seq IS NULL AND state <> 'gone'";
    let (kind, id) = by.columns();
    tx.one::<(i64,)>(COUNT, params![of.site.0, of.id.0, kind, id]).map(|(n,)| n)
}

/// Bytes came in.
pub(crate) fn touch(tx: &mut dyn Tx, id: AttachmentId, at: UnixMillis) -> Result<(), Error> {
    const TOUCH: &str = "UPDATE chat_attachment SET touched = $2 WHERE id = $1 AND state = 'part'";
    tx.execute(TOUCH, params![id.0, at.0]).map(drop)
}

/// All of it is stored. False when it was cancelled meanwhile.
pub(crate) fn ready(tx: &mut dyn Tx, id: AttachmentId, seen: &Seen, at: UnixMillis) -> Result<bool, Error> {
    const READY: &str = "UPDATE chat_attachment SET state = 'ready', media = $2, sha256 = $3, w = $4, h = $5,
        thumb = $6, touched = $7 WHERE id = $1 AND state = 'part'";
    let (w, h) = seen.size.unzip();
    let values = params![id.0, &seen.media, seen.sha256, w, h, seen.thumb.clone(), at.0];
    Ok(tx.execute(READY, values)? == 1)
}

/// Nobody may have it any more. False when a message has it.
pub(crate) fn give_up(tx: &mut dyn Tx, id: AttachmentId) -> Result<bool, Error> {
    const GONE: &str = "UPDATE chat_attachment SET state = 'gone' WHERE id = $1 AND seq IS NULL";
    Ok(tx.execute(GONE, params![id.0])? == 1)
}

/// The same of what is [stale](stale) still.
pub(crate) fn give_up_stale(
    tx: &mut dyn Tx,
    id: AttachmentId,
    (part, ready): (UnixMillis, UnixMillis),
) -> Result<bool, Error> {
    const GONE: &str = "UPDATE chat_attachment SET state = 'gone' WHERE id = $1 AND seq IS NULL
        AND (state = 'gone' OR (state = 'part' AND touched < $2) OR (state = 'ready' AND touched < $3))";
    Ok(tx.execute(GONE, params![id.0, part.0, ready.0])? == 1)
}

/// Its bytes are removed: forgets it.
pub(crate) fn delete(tx: &mut dyn Tx, id: AttachmentId) -> Result<(), Error> {
    tx.execute("DELETE FROM chat_attachment WHERE id = $1 AND state = 'gone'", params![id.0]).map(drop)
}

/// Most that one sweep takes.
const AT_ONCE: i64 = 64;

/// What nobody finished or sent: unfinished since before `part`, unsent since before `ready`, or given up.
pub(crate) fn stale(tx: &mut dyn Tx, part: UnixMillis, ready: UnixMillis) -> Result<Vec<Attachment>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM chat_attachment WHERE seq IS NULL AND (state = 'gone'
         OR (state = 'part' AND touched < $1) OR (state = 'ready' AND touched < $2)) ORDER BY id LIMIT $3"
    );
    tx.query(&sql, params![part.0, ready.0, AT_ONCE])?.iter().map(read).collect()
}

/// Whether all of them are stored, of this conversation and uploader, and in no message yet.
pub(crate) fn can_bind(
    tx: &mut dyn Tx,
    of: &Conversation,
    by: Uploader,
    files: &[AttachmentId],
) -> Result<bool, Error> {
    for (i, id) in files.iter().enumerate() {
        let found = load(tx, of.site, *id)?;
        let fits = found.is_some_and(|it| {
            it.conversation == of.id && it.by == by && it.state == State::Ready && it.seq.is_none()
        });
        if !fits || files[..i].contains(id) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Gives them to a message. False when one of them is not (any more) what [`can_bind`] found.
pub(crate) fn bind(
    tx: &mut dyn Tx,
    of: &Conversation,
    files: &[AttachmentId],
    seq: Seq,
) -> Result<bool, Error> {
    const BIND: &str = "UPDATE chat_attachment SET seq = $1 WHERE site_id = $2 AND conv_id = $3 AND id = $4
        AND seq IS NULL AND state = 'ready'";
    for id in files {
        if tx.execute(BIND, params![to_column(seq.0), of.site.0, of.id.0, id.0])? != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The files of a conversation's messages, the newest first, from before `before` (message and key).
pub(crate) fn list(
    tx: &mut dyn Tx,
    of: &Conversation,
    before: Option<(Seq, AttachmentId)>,
    n: i64,
) -> Result<Vec<Attachment>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM chat_attachment WHERE site_id = $1 AND conv_id = $2 AND seq IS NOT NULL
         AND state = 'ready' AND (seq, id) < ($3, $4) ORDER BY seq DESC, id DESC LIMIT $5"
    );
    let (seq, id) = before.map_or((i64::MAX, i64::MAX), |(seq, id)| (to_column(seq.0), id.0));
    tx.query(&sql, params![of.site.0, of.id.0, seq, id, n])?.iter().map(read).collect()
}

/// A site's rules about files, as text.
pub(crate) fn rules(tx: &mut dyn Tx, site: SiteId) -> Result<Option<String>, Error> {
    let sql = "SELECT rules FROM chat_file_rules WHERE site_id = $1";
    Ok(tx.optional::<(String,)>(sql, params![site.0])?.map(|(rules,)| rules))
}

/// Stores them.
pub(crate) fn put_rules(tx: &mut dyn Tx, site: SiteId, rules: &str) -> Result<(), Error> {
    const PUT: &str = "INSERT INTO chat_file_rules (site_id, rules) VALUES ($1, $2)
        ON CONFLICT (site_id) DO UPDATE SET rules = excluded.rules";
    tx.execute(PUT, params![site.0, rules]).map(drop)
}
