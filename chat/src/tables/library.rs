//! What a site's people prepare: tags, canned replies, definitions of custom data, keys for identities.
use chat_proto::desk;
use store::{Error, Tx, params};

use super::{from_json, to_json};
use crate::model::{AgentId, LocalText, SiteId, UnixMillis};

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub id: i64,
    pub name: String,
    pub colour: String,
    pub pos: i64,
    pub archived: bool,
}

impl Tag {
    /// As desks show it.
    pub fn card(self) -> desk::Card {
        desk::Card { id: self.id, name: self.name, colour: self.colour }
    }
}

/// All tags of a site, archived ones too, in the admin's order.
pub(crate) fn tags(tx: &mut dyn Tx, site: SiteId) -> Result<Vec<Tag>, Error> {
    const ALL: &str = "SELECT id, name, colour, pos, archived FROM chat_tag
        WHERE site_id = $1 ORDER BY pos, id";
    let rows: Vec<(i64, String, String, i64, bool)> = tx.rows(ALL, params![site.0])?;
    let read = |(id, name, colour, pos, archived)| Tag { id, name, colour, pos, archived };
    Ok(rows.into_iter().map(read).collect())
}

/// A new tag, or what one is from now on; `None` when there is no such one.
pub(crate) fn put_tag(
    tx: &mut dyn Tx,
    site: SiteId,
    id: Option<i64>,
    it: &Tag,
) -> Result<Option<i64>, Error> {
    const NEW: &str = "INSERT INTO chat_tag (site_id, name, colour, pos, archived)
        VALUES ($1, $2, $3, $4, $5) RETURNING id";
    const OLD: &str = "UPDATE chat_tag SET name = $2, colour = $3, pos = $4, archived = $5
        WHERE site_id = $1 AND id = $6 RETURNING id";
    let mut values = params![site.0, &it.name, &it.colour, it.pos, it.archived].to_vec();
    let sql = if let Some(id) = id {
        values.push(id.into());
        OLD
    } else {
        NEW
    };
    Ok(tx.optional::<(i64,)>(sql, &values)?.map(|(id,)| id))
}

/// Whether any conversation has the tag: then it can only be archived.
pub(crate) fn is_tag_used(tx: &mut dyn Tx, site: SiteId, id: i64) -> Result<bool, Error> {
    const USED: &str = "SELECT 1 FROM chat_tagged WHERE site_id = $1 AND tag_id = $2 LIMIT 1";
    Ok(tx.optional::<(i64,)>(USED, params![site.0, id])?.is_some())
}

/// Removes it. False when there is none.
pub(crate) fn delete_tag(tx: &mut dyn Tx, site: SiteId, id: i64) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM chat_tag WHERE site_id = $1 AND id = $2", params![site.0, id])? == 1)
}

/// A canned reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Canned {
    pub id: i64,
    /// Whose; nobody's for everybody.
    pub agent: Option<AgentId>,
    pub short: String,
    pub title: String,
    pub body: String,
    pub lang: String,
    pub uses: i64,
}

/// The shared ones, and an agent's own.
pub(crate) fn canned(tx: &mut dyn Tx, site: SiteId, agent: AgentId) -> Result<Vec<Canned>, Error> {
    const ALL: &str = "SELECT id, agent_id, short, title, body, lang, uses FROM chat_canned
        WHERE site_id = $1 AND agent_id IN (0, $2) ORDER BY uses DESC, short, id";
    type Columns = (i64, i64, String, String, String, String, i64);
    let rows: Vec<Columns> = tx.rows(ALL, params![site.0, agent.0])?;
    let read = |(id, agent, short, title, body, lang, uses): Columns| {
        let agent = (agent != 0).then_some(AgentId(agent));
        Canned { id, agent, short, title, body, lang, uses }
    };
    Ok(rows.into_iter().map(read).collect())
}

/// A new one, or what one is from now on. Its owner stays. `None` when there is no such one.
pub(crate) fn put_canned(
    tx: &mut dyn Tx,
    site: SiteId,
    id: Option<i64>,
    it: &Canned,
) -> Result<Option<i64>, Error> {
    const NEW: &str = "INSERT INTO chat_canned (site_id, agent_id, short, title, body, lang, words, uses)
        VALUES ($1, $2, $3, $4, $5, $6, '', 0) RETURNING id";
    const OLD: &str = "UPDATE chat_canned SET short = $3, title = $4, body = $5, lang = $6
        WHERE site_id = $1 AND agent_id = $2 AND id = $7 RETURNING id";
    let owner = it.agent.map_or(0, |it| it.0);
    let mut values = params![site.0, owner, &it.short, &it.title, &it.body, &it.lang].to_vec();
    let sql = if let Some(id) = id {
        values.push(id.into());
        OLD
    } else {
        NEW
    };
    Ok(tx.optional::<(i64,)>(sql, &values)?.map(|(id,)| id))
}

/// Removes it. False when there is none of this owner.
pub(crate) fn delete_canned(
    tx: &mut dyn Tx,
    (site, owner): (SiteId, Option<AgentId>),
    id: i64,
) -> Result<bool, Error> {
    const DELETE: &str = "DELETE FROM chat_canned WHERE site_id = $1 AND agent_id = $2 AND id = $3";
    Ok(tx.execute(DELETE, params![site.0, owner.map_or(0, |it| it.0), id])? == 1)
}

/// It was used once more. False when it is not there for this agent.
pub(crate) fn used_canned(tx: &mut dyn Tx, (site, agent): (SiteId, AgentId), id: i64) -> Result<bool, Error> {
    const USED: &str = "UPDATE chat_canned SET uses = uses + 1
        WHERE site_id = $1 AND agent_id IN (0, $2) AND id = $3";
    Ok(tx.execute(USED, params![site.0, agent.0, id])? == 1)
}

/// A definition of custom data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Custom {
    pub key: String,
    pub label: LocalText,
    pub kind: String,
}

/// The definitions of a site, in the admin's order.
pub(crate) fn custom(tx: &mut dyn Tx, site: SiteId) -> Result<Vec<Custom>, Error> {
    const ALL: &str = "SELECT key, label, kind FROM chat_custom WHERE site_id = $1 ORDER BY pos, key";
    let rows: Vec<(String, String, String)> = tx.rows(ALL, params![site.0])?;
    let read =
        |(key, label, kind): (String, String, String)| Ok(Custom { key, label: from_json(&label)?, kind });
    rows.into_iter().map(read).collect()
}

/// All definitions of a site from now on, in this order.
pub(crate) fn put_custom(tx: &mut dyn Tx, site: SiteId, all: &[Custom]) -> Result<(), Error> {
    const PUT: &str = "INSERT INTO chat_custom (site_id, key, label, kind, pos) VALUES ($1, $2, $3, $4, $5)";
    tx.execute("DELETE FROM chat_custom WHERE site_id = $1", params![site.0])?;
    for (pos, it) in (0_i64..).zip(all) {
        tx.execute(PUT, params![site.0, &it.key, to_json(&it.label)?, &it.kind, pos])?;
    }
    Ok(())
}

/// A key that a site signs its visitors' identities with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SiteKey {
    pub kid: String,
    pub secret: Vec<u8>,
    pub created: UnixMillis,
}

/// The keys of a site, the oldest first.
pub(crate) fn site_keys(tx: &mut dyn Tx, site: SiteId) -> Result<Vec<SiteKey>, Error> {
    const ALL: &str =
        "SELECT kid, secret, created FROM chat_site_key WHERE site_id = $1 ORDER BY created, kid";
    let rows: Vec<(String, Vec<u8>, i64)> = tx.rows(ALL, params![site.0])?;
    let read = |(kid, secret, created)| SiteKey { kid, secret, created: UnixMillis(created) };
    Ok(rows.into_iter().map(read).collect())
}

/// A new key.
pub(crate) fn add_site_key(tx: &mut dyn Tx, site: SiteId, it: &SiteKey) -> Result<(), Error> {
    const ADD: &str = "INSERT INTO chat_site_key (site_id, kid, secret, created) VALUES ($1, $2, $3, $4)";
    tx.execute(ADD, params![site.0, &it.kid, &it.secret, it.created.0]).map(drop)
}

/// What was signed with it counts no more. False when there is none.
pub(crate) fn delete_site_key(tx: &mut dyn Tx, site: SiteId, kid: &str) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM chat_site_key WHERE site_id = $1 AND kid = $2", params![site.0, kid])? == 1)
}
