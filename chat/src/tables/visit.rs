//! Visits and their pages, and what a site's script tells.
use store::{Error, Row, Tx, params};

use super::{from_column, from_json, to_json};
use crate::model::{ConversationId, Form, SiteId, UnixMillis, VisitorId};

/// Whose.
pub(crate) type Of = (SiteId, VisitorId);

/// Pages that are kept of one visit: the latest.
const KEPT: i64 = 200;

/// What a visit begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    pub name: String,
    pub started: UnixMillis,
    pub referrer: String,
    pub provenance: &'static str,
    pub source: String,
    pub campaign: Form,
    pub browser: String,
    pub system: String,
    pub country: String,
}

/// A visit as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub id: i64,
    pub started: UnixMillis,
    pub last_at: UnixMillis,
    pub referrer: String,
    pub provenance: String,
    pub source: String,
    pub campaign: Form,
    pub browser: String,
    pub system: String,
    pub country: String,
    pub pages: u64,
}

/// A page that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub url: String,
    pub title: String,
    pub at: UnixMillis,
}

/// The visit that something at `from` belongs to: the one of this name, or the last one, if it has not ended
/// `idle` before.
pub(crate) fn going_on(
    tx: &mut dyn Tx,
    (site, visitor): Of,
    (name, from): (&str, UnixMillis),
    idle: std::time::Duration,
) -> Result<Option<i64>, Error> {
    const LAST: &str = "SELECT id, name, last_at FROM chat_visit WHERE site_id = $1 AND visitor_id = $2
        ORDER BY last_at DESC, id DESC LIMIT 1";
    let last: Option<(i64, String, i64)> = tx.optional(LAST, params![site.0, visitor.0])?;
    let goes_on = |(_, last_name, last_at): &(i64, String, i64)| {
        (!name.is_empty() && last_name == name) || from.since(UnixMillis(*last_at)) < idle
    };
    Ok(last.filter(goes_on).map(|(id, ..)| id))
}

/// A new visit, or the one that has its name already.
pub(crate) fn begin(tx: &mut dyn Tx, (site, visitor): Of, it: &Visit) -> Result<i64, Error> {
    const BEGIN: &str = "INSERT INTO chat_visit (site_id, visitor_id, name, started, last_at, referrer,
        provenance, source, campaign, browser, system, country, pages)
        VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, 0)
        ON CONFLICT (site_id, visitor_id, name) DO UPDATE SET name = excluded.name RETURNING id";
    let values = params![
        site.0,
        visitor.0,
        &it.name,
        it.started.0,
        &it.referrer,
        it.provenance,
        &it.source,
        to_json(&it.campaign)?,
        &it.browser,
        &it.system,
        &it.country,
    ];
    tx.one::<(i64,)>(BEGIN, values).map(|(id,)| id)
}

/// Adds pages, each once, and that somebody was there at `at`. Says whether anything is new.
pub(crate) fn look(
    tx: &mut dyn Tx,
    (site, visit): (SiteId, i64),
    pages: &[Page],
    at: UnixMillis,
) -> Result<bool, Error> {
    const PAGE: &str = "INSERT INTO chat_page (site_id, visit_id, url, title, at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (site_id, visit_id, at, url) DO NOTHING";
    const LAST: &str = "UPDATE chat_visit SET pages = pages + $3,
        last_at = CASE WHEN last_at < $4 THEN $4 ELSE last_at END WHERE site_id = $1 AND id = $2";
    const FORGET: &str = "DELETE FROM chat_page WHERE site_id = $1 AND visit_id = $2 AND id IN
        (SELECT id FROM chat_page WHERE site_id = $1 AND visit_id = $2 ORDER BY at DESC, id DESC
         LIMIT 1000 OFFSET $3)";
    let mut new = 0;
    for it in pages {
        new += tx.execute(PAGE, params![site.0, visit, &it.url, &it.title, it.at.0])?;
    }
    tx.execute(LAST, params![site.0, visit, super::to_column(new), at.0])?;
    if 0 < new {
        tx.execute(FORGET, params![site.0, visit, KEPT])?;
    }
    Ok(0 < new)
}

/// The visitor was there until `at`: their latest visit goes on until then. Says whether it ended before.
pub(crate) fn lasts(tx: &mut dyn Tx, (site, visitor): Of, at: UnixMillis) -> Result<bool, Error> {
    const LAST: &str = "UPDATE chat_visit SET last_at = $3 WHERE site_id = $1 AND last_at < $3 AND id =
        (SELECT id FROM chat_visit WHERE site_id = $1 AND visitor_id = $2 ORDER BY last_at DESC, id DESC LIMIT 1)";
    Ok(0 < tx.execute(LAST, params![site.0, visitor.0, at.0])?)
}

/// Until when a visitor was there as far as is known, if there was a visit.
pub(crate) fn last_at(tx: &mut dyn Tx, (site, visitor): Of) -> Result<Option<UnixMillis>, Error> {
    const LAST: &str = "SELECT last_at FROM chat_visit WHERE site_id = $1 AND visitor_id = $2
        ORDER BY last_at DESC, id DESC LIMIT 1";
    Ok(tx.optional::<(i64,)>(LAST, params![site.0, visitor.0])?.map(|(at,)| UnixMillis(at)))
}

/// Whether whoever is there `since` then was in their latest visit as they came, and so is still.
pub(crate) fn stays(tx: &mut dyn Tx, of: Of, since: Option<UnixMillis>) -> Result<bool, Error> {
    Ok(since.zip(last_at(tx, of)?).is_some_and(|(since, last)| since <= last))
}

/// The last visit that began before `before`, and how many there are in all.
pub(crate) fn last(
    tx: &mut dyn Tx,
    (site, visitor): Of,
    before: UnixMillis,
) -> Result<(Option<Stored>, u64), Error> {
    const COUNT: &str = "SELECT COUNT(*) FROM chat_visit WHERE site_id = $1 AND visitor_id = $2";
    const LAST: &str = "SELECT id, started, last_at, referrer, provenance, source, campaign, browser, system,
            country, pages FROM chat_visit
        WHERE site_id = $1 AND visitor_id = $2 AND started <= $3 ORDER BY last_at DESC, id DESC LIMIT 1";
    let (n,): (i64,) = tx.one(COUNT, params![site.0, visitor.0])?;
    let found = tx.query(LAST, params![site.0, visitor.0, before.0])?;
    let read = |row: &Row| {
        Ok::<_, Error>(Stored {
            id: row.get(0)?,
            started: UnixMillis(row.get(1)?),
            last_at: UnixMillis(row.get(2)?),
            referrer: row.get(3)?,
            provenance: row.get(4)?,
            source: row.get(5)?,
            campaign: from_json(&row.get::<String>(6)?)?,
            browser: row.get(7)?,
            system: row.get(8)?,
            country: row.get(9)?,
            pages: from_column(row.get(10)?),
        })
    };
    Ok((found.first().map(read).transpose()?, from_column(n)))
}

/// The page that a conversation's visitor was on last, as far as it is known.
pub(crate) fn page_of(
    tx: &mut dyn Tx,
    site: SiteId,
    conversation: ConversationId,
) -> Result<Option<Page>, Error> {
    const PAGE: &str = "SELECT p.url, p.title, p.at FROM chat_page p
        JOIN chat_visit v ON v.site_id = p.site_id AND v.id = p.visit_id
        JOIN chat_conversation c ON c.site_id = v.site_id AND c.visitor_id = v.visitor_id
        WHERE c.site_id = $1 AND c.id = $2 ORDER BY p.at DESC, p.id DESC LIMIT 1";
    let found: Option<(String, String, i64)> = tx.optional(PAGE, params![site.0, conversation.0])?;
    Ok(found.map(|(url, title, at)| Page { url, title, at: UnixMillis(at) }))
}

/// The first page of a visit that is kept.
pub(crate) fn first_page(tx: &mut dyn Tx, (site, visit): (SiteId, i64)) -> Result<Option<Page>, Error> {
    const FIRST: &str = "SELECT url, title, at FROM chat_page WHERE site_id = $1 AND visit_id = $2
        ORDER BY at, id LIMIT 1";
    let found: Option<(String, String, i64)> = tx.optional(FIRST, params![site.0, visit])?;
    Ok(found.map(|(url, title, at)| Page { url, title, at: UnixMillis(at) }))
}

/// The pages of a visit, the latest first, at most `n`.
pub(crate) fn pages(tx: &mut dyn Tx, (site, visit): (SiteId, i64), n: i64) -> Result<Vec<Page>, Error> {
    const PAGES: &str = "SELECT url, title, at FROM chat_page WHERE site_id = $1 AND visit_id = $2
        ORDER BY at DESC, id DESC LIMIT $3";
    let rows: Vec<(String, String, i64)> = tx.rows(PAGES, params![site.0, visit, n])?;
    Ok(rows.into_iter().map(|(url, title, at)| Page { url, title, at: UnixMillis(at) }).collect())
}

/// Keeps what a site's script told, beside what it had told before. Says whether that is news.
pub(crate) fn keep_custom(tx: &mut dyn Tx, (site, visitor): Of, data: &Form) -> Result<bool, Error> {
    const FIND: &str = "SELECT custom FROM chat_visitor WHERE site_id = $1 AND id = $2";
    const KEEP: &str = "UPDATE chat_visitor SET custom = $3 WHERE site_id = $1 AND id = $2";
    let Some((text,)) = tx.optional::<(String,)>(FIND, params![site.0, visitor.0])? else { return Ok(false) };
    let before: Form = from_json(&text)?;
    let mut all = before.clone();
    all.0.extend(data.0.clone());
    if all == before {
        return Ok(false);
    }
    tx.execute(KEEP, params![site.0, visitor.0, to_json(&all)?])?;
    Ok(true)
}
