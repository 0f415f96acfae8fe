//! Conversations: what lists and indexes ask for in columns, the rest as one text.
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use store::{Error, Row, Tx, params};

use super::{from_column, from_json, to_column, to_json};
use crate::model::{
    AgentId, AgentSeq, Cid, Conversation, ConversationId, Kind, Lang, OfferNo, OptionId, Passed, PublicId,
    QueueId, Rating, Round, Seq, Side, SiteId, Stage, State, TagId, UnixMillis, Ver, VisitorId,
};

/// What only the state machine asks for.
#[derive(Serialize, Deserialize)]
struct Rest {
    state: State,
    option: Option<OptionId>,
    lang: Option<Lang>,
    last_said: Option<Side>,
    first_reply_at: Option<UnixMillis>,
    offers: OfferNo,
    round: Round,
    passed: BTreeMap<AgentId, Passed>,
    previous_agent: Option<AgentId>,
    familiar: Option<AgentId>,
    visitor_gone_due: Option<UnixMillis>,
    tags: BTreeSet<TagId>,
    rating: Option<Rating>,
    reopened: u32,
}

impl From<&Conversation> for Rest {
    fn from(it: &Conversation) -> Self {
        Self {
            state: it.state.clone(),
            option: it.option,
            lang: it.lang.clone(),
            last_said: it.last_said,
            first_reply_at: it.first_reply_at,
            offers: it.offers,
            round: it.round,
            passed: it.passed.clone(),
            previous_agent: it.previous_agent,
            familiar: it.familiar,
            visitor_gone_due: it.visitor_gone_due,
            tags: it.tags.clone(),
            rating: it.rating.clone(),
            reopened: it.reopened,
        }
    }
}

/// The columns that [`read`] takes.
const COLUMNS: &str = "id, site_id, pub, visitor_id, kind, ver, queue_id, last_seq, last_aseq, created, body";

/// How many columns [`read`] takes.
pub(crate) const N_COLUMNS: usize = 11;

/// The columns that [`read`] takes, of the table's name in a join.
pub(crate) fn columns_of(table: &str) -> String {
    COLUMNS.split(", ").map(|it| format!("{table}.{it}")).collect::<Vec<_>>().join(", ")
}

/// Reads a conversation from the first columns of a row.
pub(crate) fn read(row: &Row) -> Result<Conversation, Error> {
    let rest: Rest = from_json(&row.get::<String>(10)?)?;
    Ok(Conversation {
        id: ConversationId(row.get(0)?),
        site: SiteId(row.get(1)?),
        public: PublicId::from_bytes(row.get(2)?),
        visitor: VisitorId(row.get(3)?),
        kind: from_json(&format!("\"{}\"", row.get::<String>(4)?))?,
        ver: Ver(from_column(row.get(5)?)),
        queue: QueueId(row.get(6)?),
        last_seq: Seq(from_column(row.get(7)?)),
        last_agent_seq: AgentSeq(from_column(row.get(8)?)),
        created: UnixMillis(row.get(9)?),
        state: rest.state,
        option: rest.option,
        lang: rest.lang,
        last_said: rest.last_said,
        first_reply_at: rest.first_reply_at,
        offers: rest.offers,
        round: rest.round,
        passed: rest.passed,
        previous_agent: rest.previous_agent,
        familiar: rest.familiar,
        visitor_gone_due: rest.visitor_gone_due,
        tags: rest.tags,
        rating: rest.rating,
        reopened: rest.reopened,
    })
}

fn first(tx: &mut dyn Tx, rest: &str, params: &[store::Value]) -> Result<Option<Conversation>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM chat_conversation {rest}");
    tx.query(&sql, params)?.first().map(read).transpose()
}

/// One conversation of a site.
pub(crate) fn load(tx: &mut dyn Tx, site: SiteId, id: ConversationId) -> Result<Option<Conversation>, Error> {
    first(tx, "WHERE id = $1 AND site_id = $2", params![id.0, site.0])
}

/// One by the name that the outside has for it.
pub(crate) fn by_public(
    tx: &mut dyn Tx,
    site: SiteId,
    public: PublicId,
) -> Result<Option<Conversation>, Error> {
    first(tx, "WHERE site_id = $1 AND pub = $2", params![site.0, public.as_bytes()])
}

/// The one that a visitor's start made.
pub(crate) fn by_start(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
    cid: Cid,
) -> Result<Option<Conversation>, Error> {
    let wanted = params![site.0, visitor.0, cid.as_bytes()];
    first(tx, "WHERE site_id = $1 AND visitor_id = $2 AND start_cid = $3", wanted)
}

/// The visitor's live one, of which there is at most one.
pub(crate) fn live_of(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
) -> Result<Option<Conversation>, Error> {
    const LIVE: &str = "WHERE site_id = $1 AND visitor_id = $2
        AND stage IN ('bot', 'queued', 'offered', 'active', 'snoozed')";
    first(tx, LIVE, params![site.0, visitor.0])
}

/// The one that the visitor began last.
pub(crate) fn last_of(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
) -> Result<Option<Conversation>, Error> {
    const LAST: &str = "WHERE site_id = $1 AND visitor_id = $2 ORDER BY created DESC, id DESC LIMIT 1";
    first(tx, LAST, params![site.0, visitor.0])
}

/// Whether a visitor may have only one in this stage.
pub(crate) const fn is_live(stage: Stage) -> bool {
    match stage {
        Stage::Bot | Stage::Queued | Stage::Offered | Stage::Active | Stage::Snoozed => true,
        Stage::OfflineForm | Stage::Offline | Stage::Closed => false,
    }
}

/// Whose the visitor's last conversation was.
pub(crate) fn familiar(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
) -> Result<Option<AgentId>, Error> {
    let last = last_of(tx, (site, visitor))?;
    Ok(last.and_then(|it| it.previous_agent.or(it.familiar)))
}

/// All that the router has to know after a start, by number.
pub(crate) fn routed(tx: &mut dyn Tx) -> Result<Vec<Conversation>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM chat_conversation WHERE stage IN ('queued', 'offered', 'active') ORDER BY id"
    );
    tx.query(&sql, &[])?.iter().map(read).collect()
}

/// Stores a new one and gives its number.
pub(crate) fn insert(tx: &mut dyn Tx, it: &Conversation, start: Cid) -> Result<ConversationId, Error> {
    const INSERT: &str = "INSERT INTO chat_conversation (site_id, pub, visitor_id, start_cid, kind, ver,
        stage, queue_id, agent_id, last_seq, last_aseq, created, since, last_at, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id";
    let kind = match it.kind {
        Kind::Chat => "chat",
        Kind::Video => "video",
        Kind::Offline => "offline",
    };
    let values = params![
        it.site.0,
        it.public.as_bytes(),
        it.visitor.0,
        start.as_bytes(),
        kind,
        to_column(it.ver.0),
        it.state.stage().code(),
        it.queue.0,
        listed_agent(it).map(|agent| agent.0),
        to_column(it.last_seq.0),
        to_column(it.last_agent_seq.0),
        it.created.0,
        since(it).0,
        it.created.0,
        to_json(&Rest::from(it))?,
    ];
    tx.one::<(i64,)>(INSERT, values).map(|(id,)| ConversationId(id))
}

/// Stores what became of it at `at`, if it is still the one that the transition began with.
pub(crate) fn compare_and_set(
    tx: &mut dyn Tx,
    before: Ver,
    next: &Conversation,
    at: UnixMillis,
) -> Result<bool, Error> {
    const UPDATE: &str = "UPDATE chat_conversation SET ver = $1, stage = $2, queue_id = $3, agent_id = $4,
        last_seq = $5, last_aseq = $6, since = $7, last_at = $8, body = $9
        WHERE id = $10 AND site_id = $11 AND ver = $12";
    let values = params![
        to_column(next.ver.0),
        next.state.stage().code(),
        next.queue.0,
        listed_agent(next).map(|agent| agent.0),
        to_column(next.last_seq.0),
        to_column(next.last_agent_seq.0),
        since(next).0,
        at.0,
        to_json(&Rest::from(next))?,
        next.id.0,
        next.site.0,
        to_column(before.0),
    ];
    Ok(tx.execute(UPDATE, values)? == 1)
}

/// Whose list it stands in: the owner's, else that of whoever had it last.
fn listed_agent(it: &Conversation) -> Option<AgentId> {
    it.owner().or(it.previous_agent)
}

/// The place in the list of what waits.
fn since(it: &Conversation) -> UnixMillis {
    match &it.state {
        State::Queued(waiting) | State::Offered(waiting, _) => waiting.since,
        State::Bot(_)
        | State::Active(_)
        | State::Snoozed(_)
        | State::OfflineForm
        | State::Offline
        | State::Closed(_) => it.created,
    }
}
