//! Settings: sites, their queues, their bots.
use std::collections::BTreeMap;

use store::{Error, Tx, params};

use super::{from_json, to_column, to_json};
use crate::{
    hours::Hours,
    model::{Flow, FlowId, FlowRef, QueueId, QueueSettings, SiteId, SiteSettings},
    router::Strategy,
    shown::Shown,
};

/// A queue, as an admin made it.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueFacts {
    /// Its name.
    pub name: String,
    /// What decides about states.
    pub settings: QueueSettings,
    /// How it gives conversations to agents.
    pub strategy: Strategy,
    /// When it is open, where that is not whenever the site is.
    pub hours: Option<Hours>,
}

/// A site, as an admin made it.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteFacts {
    /// What decides about states.
    pub settings: SiteSettings,
    /// When it is open; always where there is none.
    pub hours: Option<Hours>,
}

/// A site and its queues, as of one version of the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Which version: a number without an order.
    pub version: i64,
    /// What decides about states, and when it is open.
    pub site: SiteFacts,
    /// What its widgets show.
    pub shown: Shown,
    /// Its queues.
    pub queues: BTreeMap<QueueId, QueueFacts>,
}

/// Which version of the settings holds; `None` when there is no such site.
pub(crate) fn version(tx: &mut dyn Tx, site: SiteId) -> Result<Option<i64>, Error> {
    let sql = "SELECT settings_ver FROM chat_site WHERE site_id = $1";
    let found: Option<(i64,)> = tx.optional(sql, params![site.0])?;
    Ok(found.map(|(version,)| version))
}

/// The settings.
pub(crate) fn load(tx: &mut dyn Tx, site: SiteId) -> Result<Option<Settings>, Error> {
    const SITE: &str = "SELECT settings_ver, settings, hours, shown FROM chat_site WHERE site_id = $1";
    let found: Option<(i64, String, Option<String>, String)> = tx.optional(SITE, params![site.0])?;
    let Some((version, settings, hours, shown)) = found else { return Ok(None) };
    let facts = SiteFacts { settings: from_json(&settings)?, hours: read_hours(hours)? };
    let queues = queues(tx, site)?;
    Ok(Some(Settings { version, site: facts, shown: from_json(&shown)?, queues }))
}

fn queues(tx: &mut dyn Tx, site: SiteId) -> Result<BTreeMap<QueueId, QueueFacts>, Error> {
    const QUEUES: &str = "SELECT id, name, settings, strategy, hours FROM chat_queue WHERE site_id = $1";
    type Columns = (i64, String, String, String, Option<String>);
    let rows: Vec<Columns> = tx.rows(QUEUES, params![site.0])?;
    let read = |(id, name, settings, strategy, hours): Columns| {
        let (settings, strategy) = (from_json(&settings)?, from_json(&strategy)?);
        Ok((QueueId(id), QueueFacts { name, settings, strategy, hours: read_hours(hours)? }))
    };
    rows.into_iter().map(read).collect()
}

fn read_hours(text: Option<String>) -> Result<Option<Hours>, Error> {
    text.map(|text| from_json(&text)).transpose()
}

/// How every queue works.
pub(crate) fn strategies(tx: &mut dyn Tx) -> Result<Vec<(SiteId, QueueId, Strategy)>, Error> {
    const ALL: &str = "SELECT site_id, id, strategy FROM chat_queue ORDER BY site_id, id";
    let rows: Vec<(i64, i64, String)> = tx.rows(ALL, &[])?;
    let read = |(site, id, text): (i64, i64, String)| Ok((SiteId(site), QueueId(id), from_json(&text)?));
    rows.into_iter().map(read).collect()
}

/// Stores a site's settings. `version` is drawn at random: a number that was rolled back never comes again.
pub(crate) fn put(tx: &mut dyn Tx, site: SiteId, it: &SiteFacts, version: i64) -> Result<(), Error> {
    const PUT: &str = "INSERT INTO chat_site (site_id, settings, hours, settings_ver, events)
        VALUES ($1, $2, $3, $4, 0) ON CONFLICT (site_id) DO UPDATE SET settings = excluded.settings,
        hours = excluded.hours, settings_ver = excluded.settings_ver";
    let hours = it.hours.as_ref().map(to_json).transpose()?;
    tx.execute(PUT, params![site.0, to_json(&it.settings)?, hours, version]).map(|_| ())
}

/// Makes the row of a site that has none; whoever makes it fills it. False when there is one: also when another
/// process is making it, for which this waits.
pub(crate) fn claim(tx: &mut dyn Tx, site: SiteId, version: i64) -> Result<bool, Error> {
    const CLAIM: &str = "INSERT INTO chat_site (site_id, settings, settings_ver, events)
        VALUES ($1, '', $2, 0) ON CONFLICT (site_id) DO NOTHING";
    Ok(tx.execute(CLAIM, params![site.0, version])? == 1)
}

/// Stores what a site's widgets show. False when there is no such site.
pub(crate) fn put_shown(tx: &mut dyn Tx, site: SiteId, it: &Shown, version: i64) -> Result<bool, Error> {
    const PUT: &str = "UPDATE chat_site SET shown = $2, settings_ver = $3 WHERE site_id = $1";
    Ok(tx.execute(PUT, params![site.0, to_json(it)?, version])? == 1)
}

/// Something else that administrators set has changed: whoever shows settings of the site asks for them anew.
pub(crate) fn touch(tx: &mut dyn Tx, site: SiteId, version: i64) -> Result<(), Error> {
    const TOUCH: &str = "UPDATE chat_site SET settings_ver = $2 WHERE site_id = $1";
    tx.execute(TOUCH, params![site.0, version]).map(|_| ())
}

/// Stores a queue: a new one, or what an old one is from now on.
pub(crate) fn put_queue(
    tx: &mut dyn Tx,
    (site, queue): (SiteId, Option<QueueId>),
    it: &QueueFacts,
    version: i64,
) -> Result<Option<QueueId>, Error> {
    const NEW: &str = "INSERT INTO chat_queue (site_id, name, settings, strategy, hours)
        VALUES ($1, $2, $3, $4, $5) RETURNING id";
    const OLD: &str = "UPDATE chat_queue SET name = $2, settings = $3, strategy = $4, hours = $5
        WHERE site_id = $1 AND id = $6 RETURNING id";
    let hours = it.hours.as_ref().map(to_json).transpose()?;
    let values = params![site.0, &it.name, to_json(&it.settings)?, to_json(&it.strategy)?, hours].to_vec();
    let id: Option<(i64,)> = match queue {
        None => tx.optional(NEW, &values)?,
        Some(queue) => {
            let values: Vec<_> = values.into_iter().chain([queue.0.into()]).collect();
            tx.optional(OLD, &values)?
        }
    };
    touch(tx, site, version)?;
    Ok(id.map(|(id,)| QueueId(id)))
}

/// Removes a queue. False when there is none.
pub(crate) fn remove_queue(
    tx: &mut dyn Tx,
    (site, queue): (SiteId, QueueId),
    version: i64,
) -> Result<bool, Error> {
    const MEMBER: &str = "DELETE FROM chat_member WHERE site_id = $1 AND queue_id = $2";
    const QUEUE: &str = "DELETE FROM chat_queue WHERE site_id = $1 AND id = $2";
    tx.execute(MEMBER, params![site.0, queue.0])?;
    touch(tx, site, version)?;
    Ok(tx.execute(QUEUE, params![site.0, queue.0])? == 1)
}

/// The last version of a flow; 0 when there is none.
pub(crate) fn last_flow(tx: &mut dyn Tx, site: SiteId, id: FlowId) -> Result<u32, Error> {
    const LAST: &str = "SELECT COALESCE(MAX(version), 0) FROM chat_flow WHERE site_id = $1 AND flow_id = $2";
    let (last,): (i64,) = tx.one(LAST, params![site.0, id.0])?;
    Ok(u32::try_from(last).unwrap_or(u32::MAX))
}

/// Stores one version of a bot's flow. A version does not change any more.
pub(crate) fn put_flow(tx: &mut dyn Tx, site: SiteId, at: FlowRef, flow: &Flow) -> Result<(), Error> {
    const PUT: &str = "INSERT INTO chat_flow (site_id, flow_id, version, body) VALUES ($1, $2, $3, $4)";
    tx.execute(PUT, params![site.0, at.id.0, at.version, to_json(flow)?]).map(|_| ())
}

/// One version of a bot's flow.
pub(crate) fn flow(tx: &mut dyn Tx, site: SiteId, at: FlowRef) -> Result<Option<Flow>, Error> {
    const FIND: &str = "SELECT body FROM chat_flow WHERE site_id = $1 AND flow_id = $2 AND version = $3";
    let version = to_column(at.version.into());
    let found: Option<(String,)> = tx.optional(FIND, params![site.0, at.id.0, version])?;
    found.map(|(text,)| from_json(&text)).transpose()
}
