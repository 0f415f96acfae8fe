//! The visitor's panel beside a conversation (FEATURES B8).
use std::time::Duration;

use chat_proto::{desk, visitor::PageView};
use store::{Error, Row, Tx, params};

use super::{Online, contact, row};
use crate::{
    engine::{Engine, Fault},
    model::{Conversation, ConversationId, Form, Kind, Lang, SiteId, State, UnixMillis, VisitorId},
    tables::{self, conversation, from_column, from_json, library, message, visit},
    who::{Device, Viewer},
};

/// Pages of a visit that the panel shows.
const PAGES: i64 = 50;
/// Past conversations that it names (FEATURES INF-09).
const PAST: i64 = 3;
/// A visit is written down after what it came with, and may begin so much later.
const NOTED: Duration = Duration::from_secs(60);

/// Everything about the visitor of a conversation: of the visit that goes on while it is open, of the one that
/// went on as it ended when it is over (FEATURES DSK-11), and of the one in which a message was left.
///
/// # Errors
/// [`Fault::NoConversation`], or the store's.
pub async fn visitor_panel(
    engine: &Engine,
    viewer: &Viewer,
    (site, conv): (SiteId, ConversationId),
) -> Result<desk::Visitor, Fault> {
    let settings = engine.settings(site).await?;
    let (viewer, online) = (viewer.clone(), engine.online().clone());
    let read = move |tx: &mut dyn Tx| {
        let found = conversation::load(tx, site, conv)?;
        let Some(of) = found else { return Ok(None) };
        if viewer.key(site).is_none() || !viewer.on(site, Device::Desktop).sees(tx, &of)? {
            return Ok(None);
        }
        panel(tx, &of, &online, &settings.site.settings.lang).map(Some)
    };
    engine.store().read(read).await?.ok_or(Fault::NoConversation)
}

fn panel(tx: &mut dyn Tx, of: &Conversation, online: &Online, lang: &Lang) -> Result<desk::Visitor, Error> {
    let (site, visitor) = (of.site, of.visitor);
    let person = person(tx, (site, visitor), lang)?;
    // While it is open, the latest visit; afterwards, the one that was the latest then.
    let over = over(tx, of)?;
    let before = over.map_or(UnixMillis(i64::MAX), |at| at + NOTED);
    let (last, visits) = visit::last(tx, (site, visitor), before)?;
    let pages = match &last {
        Some(it) => visit::pages(tx, (site, it.id), PAGES)?,
        None => Vec::new(),
    };
    let pages: Vec<PageView> = pages.into_iter().map(shown).collect();
    let mut made = desk::Visitor {
        id: visitor.0,
        profile: person.profile.0.into(),
        custom: person.custom,
        online: online.has(site, visitor),
        page: pages.first().cloned(),
        pages,
        visits,
        exchanges: exchanges(tx, (site, visitor), Some(of.id))?,
        past: past(tx, of)?,
        blocked: person.blocked,
        notes: contact::notes(tx, (site, visitor))?,
        ..desk::Visitor::default()
    };
    if let Some(it) = last {
        made.first_page = visit::first_page(tx, (site, it.id))?.map(shown);
        made.provenance = (it.provenance, it.source);
        (made.referrer, made.campaign) = (it.referrer, it.campaign.0.into());
        made.visit_started = Some(it.started.0);
        // However long they stayed after it.
        let ended = over.map_or(it.last_at, |at| at.min(it.last_at));
        made.visit_ended = Some(ended.0).filter(|_| !made.online || over.is_some());
        made.page_count = it.pages;
        (made.country, made.browser, made.system) = (it.country, it.browser, it.system);
    }
    Ok(made)
}

/// When it was over for its visitor: they have left a message, or it was closed. Nothing while it goes on.
fn over(tx: &mut dyn Tx, of: &Conversation) -> Result<Option<UnixMillis>, Error> {
    match (&of.state, of.kind) {
        (State::Offline, _) | (State::Closed(_), Kind::Offline) => {
            message::visitor_wrote(tx, (of.site, of.id))
        }
        (State::Closed(closed), Kind::Chat | Kind::Video) => Ok(Some(closed.at)),
        (
            State::Bot(_)
            | State::Queued(_)
            | State::Offered(..)
            | State::Active(_)
            | State::Snoozed(_)
            | State::OfflineForm,
            _,
        ) => Ok(None),
    }
}

pub(super) fn shown(it: visit::Page) -> PageView {
    PageView { url: it.url, title: it.title, at: it.at.0 }
}

/// What is kept about a visitor whatever they do.
pub(super) struct Person {
    pub profile: Form,
    pub custom: Vec<desk::CustomValue>,
    pub blocked: bool,
}

/// Reads it, with the declared custom data in the admin's order.
pub(super) fn person(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
    lang: &Lang,
) -> Result<Person, Error> {
    const PERSON: &str = "SELECT form, custom, blocked_at FROM chat_visitor WHERE site_id = $1 AND id = $2";
    let (form, custom, blocked): (String, String, Option<i64>) =
        tx.one(PERSON, params![site.0, visitor.0])?;
    let mut values: Form = from_json(&custom)?;
    let declared = library::custom(tx, site)?.into_iter();
    let custom = declared.filter_map(|it| {
        let value = values.0.remove(&it.key)?;
        let label = it.label.pick(None, lang).to_owned();
        Some(desk::CustomValue { key: it.key, label, kind: it.kind, value })
    });
    Ok(Person { profile: from_json(&form)?, custom: custom.collect(), blocked: blocked.is_some() })
}

/// Closed conversations that an agent wrote in, but for one (their ids begin at 1).
pub(super) fn exchanges(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
    but: Option<ConversationId>,
) -> Result<u64, Error> {
    const COUNT: &str = "SELECT COUNT(*) FROM chat_conversation c WHERE c.site_id = $1 AND c.visitor_id = $2
        AND c.id <> $3 AND c.stage = 'closed' AND EXISTS (SELECT 1 FROM chat_message m WHERE m.site_id = c.site_id
            AND m.conv_id = c.id AND m.author = 'agent')";
    tx.one::<(i64,)>(COUNT, params![site.0, visitor.0, but.map_or(0, |it| it.0)]).map(|(n,)| from_column(n))
}

/// The latest ones before this, newest first.
fn past(tx: &mut dyn Tx, of: &Conversation) -> Result<Vec<desk::Past>, Error> {
    let columns = conversation::columns_of("c");
    let sql = format!(
        "SELECT {columns}, (SELECT m.body FROM chat_message m WHERE m.site_id = c.site_id AND m.conv_id = c.id
            AND m.author = 'visitor' ORDER BY m.seq LIMIT 1)
        FROM chat_conversation c WHERE c.site_id = $1 AND c.visitor_id = $2
        AND (c.created, c.id) < ($3, $4) ORDER BY c.created DESC, c.id DESC LIMIT $5"
    );
    let values = params![of.site.0, of.visitor.0, of.created.0, of.id.0, PAST];
    let read = |row: &Row| {
        let first: Option<String> = row.get(conversation::N_COLUMNS)?;
        let words =
            first.map(|it| Ok::<_, Error>(row::words(tables::body(&it)?))).transpose()?.unwrap_or_default();
        let it = conversation::read(row)?;
        Ok(desk::Past {
            conv: it.public.to_name(),
            at: it.created.0,
            agent: it.owner().or(it.previous_agent).map(|it| it.0),
            preview: row::shorten(&words),
            rating: it.rating.map(|it| it.stars),
        })
    };
    tx.query(&sql, values)?.iter().map(read).collect()
}
