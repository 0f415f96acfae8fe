//! Visitors' files: who somebody is, and everything that was said with them.
use chat_proto::desk;
use store::{Error, Tx, params};

use super::{list, panel, row};
use crate::{
    engine::{Engine, Fault},
    model::{ConversationId, PublicId, SiteId, UnixMillis, VisitorId},
    tables::{from_column, marks},
    who::{Device, Viewer},
};

/// Rows of a page of a contact's history.
const PAGE: usize = 50;

/// A visitor's file.
pub type Contact = desk::Contact;

/// The site of a visitor who is there for an agent: a manager sees all of their sites', an agent those of whom
/// they see a conversation.
///
/// # Errors
/// [`Fault::NoVisitor`], or the store's.
pub async fn site_of(engine: &Engine, viewer: &Viewer, visitor: VisitorId) -> Result<SiteId, Fault> {
    let viewer = viewer.clone();
    let read = move |tx: &mut dyn Tx| there(tx, &viewer, visitor);
    engine.store().read(read).await?.ok_or(Fault::NoVisitor)
}

fn there(tx: &mut dyn Tx, viewer: &Viewer, visitor: VisitorId) -> Result<Option<SiteId>, Error> {
    const SITE: &str = "SELECT site_id FROM chat_visitor WHERE id = $1";
    let found: Option<(i64,)> = tx.optional(SITE, params![visitor.0])?;
    let Some(site) = found.map(|(id,)| SiteId(id)).filter(|id| viewer.key(*id).is_some()) else {
        return Ok(None);
    };
    if viewer.actor().manages() {
        return Ok(Some(site));
    }
    let sql = format!(
        "SELECT 1 FROM chat_conversation c WHERE c.site_id = $2 AND c.visitor_id = $3{} LIMIT 1",
        list::permitted(viewer)
    );
    let seen: Option<(i64,)> = tx.optional(&sql, params![viewer.agent.0, site.0, visitor.0])?;
    Ok(seen.map(|_| site))
}

/// A visitor's file.
///
/// # Errors
/// [`Fault::NoVisitor`], or the store's.
pub async fn contact(engine: &Engine, viewer: &Viewer, visitor: VisitorId) -> Result<Contact, Fault> {
    let site = site_of(engine, viewer, visitor).await?;
    let settings = engine.settings(site).await?;
    let key = viewer.key(site).unwrap_or_default().to_owned();
    let online = engine.online().has(site, visitor);
    let read = move |tx: &mut dyn Tx| {
        const COUNTS: &str = "SELECT created, (SELECT COUNT(*) FROM chat_visit WHERE site_id = $1
            AND visitor_id = $2), (SELECT COUNT(*) FROM chat_conversation WHERE site_id = $1 AND visitor_id = $2), page
            FROM chat_visitor WHERE site_id = $1 AND id = $2";
        let of = (site, visitor);
        let person = panel::person(tx, of, &settings.site.settings.lang)?;
        type Columns = (i64, i64, i64, Option<[u8; 16]>);
        let (created, visits, conversations, page): Columns = tx.one(COUNTS, params![site.0, visitor.0])?;
        let notes = notes(tx, of)?;
        Ok::<_, Fault>(Contact {
            id: visitor.0,
            site: key.clone(),
            profile: person.profile.0.into(),
            figures: desk::figures(page, visitor.0),
            custom: person.custom,
            created,
            visits: from_column(visits),
            conversations: from_column(conversations),
            exchanges: panel::exchanges(tx, of, None)?,
            online,
            blocked: blocked(tx, (site, &key), Some(visitor))?.pop(),
            notes,
        })
    };
    engine.store().read(read).await
}

/// What agents noted about a visitor, the latest first.
pub(super) fn notes(tx: &mut dyn Tx, of: (SiteId, VisitorId)) -> Result<Vec<desk::Sticky>, Error> {
    Ok(marks::stickies(tx, of)?.into_iter().map(sticky).collect())
}

fn sticky(it: marks::Sticky) -> desk::Sticky {
    let (agent, at, edited) = (it.agent.0, it.at.0, it.edited.map(|it| it.0));
    desk::Sticky { id: it.id, agent, text: it.body, colour: it.colour, at, edited }
}

/// The blocked visitors of a site, or one of them if they are; the latest first.
pub(crate) fn blocked(
    tx: &mut dyn Tx,
    (site, key): (SiteId, &str),
    only: Option<VisitorId>,
) -> Result<Vec<desk::Blocked>, Error> {
    const ALL: &str = "SELECT id, name, page, email, blocked_at, blocked_by, block_reason FROM chat_visitor
        WHERE site_id = $1 AND blocked_at IS NOT NULL AND (CAST($2 AS BIGINT) IS NULL OR id = $2)
        ORDER BY blocked_at DESC, id DESC LIMIT 1000";
    type Columns = (i64, String, Option<[u8; 16]>, String, i64, Option<i64>, String);
    let rows: Vec<Columns> = tx.rows(ALL, params![site.0, only.map(|it| it.0)])?;
    let read = |(id, name, page, email, at, agent, reason): Columns| {
        let (site, agent) = (key.to_owned(), agent.unwrap_or(0));
        let figures = desk::figures(page, id);
        desk::Blocked { id, site, name, figures, email, at, agent, reason }
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Everything that was said with a visitor, as far as it is there for the agent: the oldest conversation first,
/// after the one that the page before gave as its `next`.
///
/// # Errors
/// [`Fault::NoVisitor`], or the store's.
pub async fn contact_conversations(
    engine: &Engine,
    viewer: &Viewer,
    visitor: VisitorId,
    after: Option<&str>,
) -> Result<desk::Rows, Fault> {
    let site = site_of(engine, viewer, visitor).await?;
    let (viewer, online) = (viewer.clone(), engine.online().clone());
    let after = after.and_then(PublicId::from_name);
    let read = move |tx: &mut dyn Tx| {
        const PAGE_OF: &str = "SELECT id, created AS key FROM chat_conversation WHERE site_id = $2
            AND visitor_id = $3 AND (created, id) > ($4, $5) ORDER BY created, id LIMIT $6";
        let (created, id) = place(tx, site, after)?;
        let sql = row::select(PAGE_OF, "ORDER BY p.key, p.id");
        let n = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let values = params![viewer.agent.0, site.0, visitor.0, created.0, id.0, n];
        let found = tx.query(&sql, values)?;
        let more = PAGE < found.len();
        let (mut rows, mut last) = (Vec::new(), None);
        for it in found.iter().take(PAGE) {
            let (of, mut row) = row::read(it, &online)?;
            last = Some(row.conv.clone());
            if viewer.on(site, Device::Desktop).sees(tx, &of)? {
                row.site = viewer.key(site).unwrap_or_default().to_owned();
                rows.push(row);
            }
        }
        Ok::<_, Fault>(desk::Rows { rows, next: last.filter(|_| more), total: None })
    };
    engine.store().read(read).await
}

fn place(
    tx: &mut dyn Tx,
    site: SiteId,
    after: Option<PublicId>,
) -> Result<(UnixMillis, ConversationId), Error> {
    const FIND: &str = "SELECT created, id FROM chat_conversation WHERE site_id = $1 AND pub = $2";
    let found: Option<(i64, i64)> = match after {
        Some(public) => tx.optional(FIND, params![site.0, public.as_bytes()])?,
        None => None,
    };
    Ok(found
        .map_or((UnixMillis(i64::MIN), ConversationId(0)), |(at, id)| (UnixMillis(at), ConversationId(id))))
}
