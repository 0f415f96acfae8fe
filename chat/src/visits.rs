//! Visits: where a visitor came from, the pages that they looked at, what the site's script tells of them.
//!
//! The browser keeps the visit and sends it only when a conversation begins, or when the site's presence switch
//! is on; what it sends is not believed: addresses lose here whatever the site's admin did not allow, once more,
//! and times are never ahead of the server's.
mod address;
mod browser;
mod custom;
mod provenance;

use std::time::Duration;

use chat_proto::{
    Form as Filled,
    visitor::{PageView, Visit},
};
use store::{Key, Tx};

pub use browser::{Browsing, browser, system};
pub use provenance::{Provenance, provenance};

use crate::{
    changes::Change,
    engine::{Engine, Fault},
    model::{Form, SiteId, Stage, UnixMillis, VisitorId},
    tables::{
        conversation, identity, library,
        visit::{self, Page},
    },
};

/// After so long without a page, the next one begins another visit (FEATURES INF-05): in a conversation, after so long
/// away.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// Pages that are taken at once: the latest.
const AT_ONCE: usize = 100;
/// Pages of a visit that are compared with what is told: all that are kept.
const LOOKED_AT: i64 = 200;
/// Longest title, characters.
const TITLE: usize = 200;

/// Records a visit so far: as a conversation begins, or a widget with the presence switch says hello.
///
/// # Errors
/// The store's.
pub async fn record(
    engine: &Engine,
    (site, visitor): (SiteId, VisitorId),
    it: &Visit,
    from: &Browsing,
) -> Result<(), Fault> {
    let (settings, now) = (engine.settings(site).await?, engine.now());
    let keys = &settings.shown.query_keys;
    let skipped = it.pages.len().saturating_sub(AT_ONCE);
    let pages: Vec<_> = it.pages.iter().skip(skipped).filter_map(|it| page(it, keys, now)).collect();
    let began = began(it, pages.first(), from, now);
    write(engine, (site, visitor), began, pages).await
}

/// Records that a visitor is on another page now, by the server's clock. Only while they are in a conversation, or
/// where the site's presence switch is on: what is not to be known is not kept, whoever sends it.
///
/// # Errors
/// The store's.
pub async fn record_page(
    engine: &Engine,
    of: (SiteId, VisitorId),
    it: &PageView,
    from: &Browsing,
) -> Result<(), Fault> {
    if !is_to_be_known(engine, of).await? {
        return Ok(());
    }
    let pages = vec![PageView { at: engine.now().0, ..it.clone() }];
    let visit = Visit { pages, ..Visit::default() };
    record(engine, of, &visit, from).await
}

/// Records that a visitor was there until `at`, and has left: where pages are recorded.
///
/// # Errors
/// The store's.
pub async fn record_leaving(engine: &Engine, of: (SiteId, VisitorId), at: UnixMillis) -> Result<(), Fault> {
    if !is_to_be_known(engine, of).await? {
        return Ok(());
    }
    let changes = engine.changes().clone();
    let write = move |tx: &mut dyn Tx| {
        if visit::lasts(tx, of, at)? {
            let changes = changes.clone();
            tx.after_commit(Box::new(move || changes.tell(Change::Visitor(of.0, of.1))));
        }
        Ok::<_, Fault>(())
    };
    engine.store().write(Key(of.0.0), write).await
}

async fn is_to_be_known(engine: &Engine, of: (SiteId, VisitorId)) -> Result<bool, Fault> {
    let since = engine.online().since(of.0, of.1);
    Ok(engine.settings(of.0).await?.shown.presence
        || engine.store().read(move |tx| talks(tx, of, since)).await?.is_some())
}

/// When the conversation began that somebody is in who is there `since` then, if they are in one. A form for a message is
/// a part of it as long as they stay: else it would show, and tell of their pages, for months.
fn talks(
    tx: &mut dyn Tx,
    of: (SiteId, VisitorId),
    since: Option<UnixMillis>,
) -> Result<Option<UnixMillis>, store::Error> {
    let Some(it) = identity::current(tx, of)? else { return Ok(None) };
    let stage = it.state.stage();
    let is_in = conversation::is_live(stage) || (stage == Stage::OfflineForm && visit::stays(tx, of, since)?);
    Ok(is_in.then_some(it.created))
}

/// From when on somebody is known to be there again who looks at a page at `from`. Whoever talks may look at one page for
/// as long as they like: in the visit that their conversation is a part of, they were away until they came.
fn there_again(
    tx: &mut dyn Tx,
    of: (SiteId, VisitorId),
    (since, from): (Option<UnixMillis>, UnixMillis),
) -> Result<UnixMillis, store::Error> {
    let (Some(since), Some(begun)) = (since, talks(tx, of, since)?) else { return Ok(from) };
    let is_part = visit::last_at(tx, of)?.is_some_and(|last| begun <= last);
    Ok(if is_part { since.min(from) } else { from })
}

/// Keeps what a site's script tells of a visitor: what the site declared, of the declared type. The rest is
/// passed over (FEATURES INF-13).
///
/// # Errors
/// The store's.
pub async fn record_custom(
    engine: &Engine,
    (site, visitor): (SiteId, VisitorId),
    data: Filled,
) -> Result<(), Fault> {
    let changes = engine.changes().clone();
    let write = move |tx: &mut dyn Tx| {
        let declared = library::custom(tx, site)?;
        let known = declared.iter().filter_map(|it| {
            let value = custom::check(&it.kind, data.get(&it.key)?)?;
            Some((it.key.clone(), value))
        });
        if visit::keep_custom(tx, (site, visitor), &Form(known.collect()))? {
            let changes = changes.clone();
            tx.after_commit(Box::new(move || changes.tell(Change::Visitor(site, visitor))));
        }
        Ok::<_, Fault>(())
    };
    engine.store().write(Key(site.0), write).await
}

fn page(it: &PageView, keys: &[String], now: UnixMillis) -> Option<Page> {
    let url = address::clean(&it.url, keys)?;
    let title = it.title.chars().filter(|it| !it.is_control()).take(TITLE).collect();
    let at = Some(it.at).filter(|at| 0 < *at && *at <= now.0).map_or(now, UnixMillis);
    Some(Page { url, title, at })
}

/// What is not known yet of what is told. A page is told more than once, by whoever knows of it: as it is looked at, by
/// the server's clock, with the visit as a conversation begins, by the browser's, and again by a line that was cut. So
/// one that stands beside itself in time is the same look at it, as a reload is.
fn news(mut known: Vec<Page>, told: &[Page]) -> Vec<Page> {
    let mut new = Vec::new();
    for page in told {
        let before = known.iter().filter(|it| it.at <= page.at).max_by_key(|it| it.at);
        let after = known.iter().filter(|it| page.at <= it.at).min_by_key(|it| it.at);
        if ![before, after].into_iter().flatten().any(|it| it.url == page.url) {
            known.push(page.clone());
            new.push(page.clone());
        }
    }
    new
}

fn began(it: &Visit, first: Option<&Page>, from: &Browsing, now: UnixMillis) -> visit::Visit {
    let came = provenance(&it.referrer, &it.campaign, first.map_or("", |it| &it.url));
    let known = [it.started, first.map_or(0, |it| it.at.0)].into_iter().find(|at| 0 < *at && *at <= now.0);
    let campaign = it.campaign.iter().filter(|(key, _)| key.starts_with("utm_")).take(10);
    visit::Visit {
        name: if chat_proto::is_name(&it.id) { it.id.clone() } else { String::new() },
        started: known.map_or(now, UnixMillis),
        referrer: address::clean(&it.referrer, &[]).unwrap_or_default(),
        provenance: came.kind.code(),
        source: came.source,
        campaign: Form(campaign.map(|(key, value)| (key.clone(), cut(value))).collect()),
        browser: browser(&from.user_agent),
        system: system(&from.user_agent).to_owned(),
        country: from.country.clone(),
    }
}

fn cut(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(TITLE).collect()
}

async fn write(
    engine: &Engine,
    of: (SiteId, VisitorId),
    mut began: visit::Visit,
    pages: Vec<Page>,
) -> Result<(), Fault> {
    let (changes, now) = (engine.changes().clone(), engine.now());
    let from = pages.first().map_or(began.started, |it| it.at);
    let (unnamed, since) = (began.name.is_empty(), engine.online().since(of.0, of.1));
    let write = move |tx: &mut dyn Tx| {
        let from = there_again(tx, of, (since, from))?;
        let wanted = (if unnamed { "" } else { began.name.as_str() }, from);
        let going_on = visit::going_on(tx, of, wanted, IDLE)?;
        let visit = match going_on {
            Some(visit) => visit,
            None => {
                if unnamed {
                    // No browser names one so: it cannot meet another.
                    began.name = format!("at {}", now.0);
                }
                visit::begin(tx, of, &began)?
            }
        };
        let known = visit::pages(tx, (of.0, visit), LOOKED_AT)?;
        if visit::look(tx, (of.0, visit), &news(known, &pages), now)? || going_on.is_none() {
            let changes = changes.clone();
            tx.after_commit(Box::new(move || changes.tell(Change::Visitor(of.0, of.1))));
        }
        Ok::<_, Fault>(())
    };
    engine.store().write(Key(of.0.0), write).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(of: &[(&str, i64)]) -> Vec<Page> {
        let page =
            |(url, at): &(&str, i64)| Page { url: (*url).into(), title: String::new(), at: UnixMillis(*at) };
        of.iter().map(page).collect()
    }

    #[test]
    fn a_page_is_looked_at_once_however_often_it_is_told() {
        // Told as it was opened; then the visit comes with the conversation, by a clock that is a little behind.
        assert_eq!(news(pages(&[("a", 10)]), &pages(&[("a", 8)])), []);
        // Or ahead.
        assert_eq!(news(pages(&[("a", 10)]), &pages(&[("a", 12)])), []);
        // A visit of which all was told, and sent again after a cut.
        let told = pages(&[("a", 10), ("b", 20), ("a", 30)]);
        assert_eq!(news(told, &pages(&[("a", 9), ("b", 19), ("a", 29), ("a", 40)])), []);
        // Of which only the last was.
        let visit = pages(&[("a", 1), ("b", 5), ("c", 9)]);
        assert_eq!(news(pages(&[("c", 10)]), &visit), visit[..2]);
        // Back on a page from before is another look.
        assert_eq!(news(pages(&[("a", 1), ("b", 5)]), &pages(&[("a", 9)])), pages(&[("a", 9)]));
        assert_eq!(news(vec![], &visit), visit);
    }
}
