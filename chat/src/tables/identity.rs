//! Who a visitor is: by the secret of a device, or as the site says. One visitor may have several devices; a
//! visitor who turns out to be another one is merged into them.
use store::{Error, Tx, params};

use super::{conversation, from_json, people};
use crate::model::{Conversation, Form, SiteId, UnixMillis, VisitorId};

/// Which visitor of which site.
pub(crate) type Of = (SiteId, VisitorId);

/// The visitor of this device, made if there is none.
pub(crate) fn of_device(
    tx: &mut dyn Tx,
    (site, key_hash): (SiteId, [u8; 32]),
    at: UnixMillis,
) -> Result<VisitorId, Error> {
    const FIND: &str = "SELECT visitor_id FROM chat_device WHERE site_id = $1 AND key_hash = $2";
    match tx.optional::<(i64,)>(FIND, params![site.0, key_hash])? {
        Some((visitor,)) => Ok(VisitorId(visitor)),
        None => people::visitor_of_key(tx, (site, key_hash), at),
    }
}

/// Whether the site has this visitor, who is not part of another one by now.
pub(crate) fn is_known(tx: &mut dyn Tx, (site, visitor): Of) -> Result<bool, Error> {
    const FIND: &str = "SELECT id FROM chat_visitor WHERE site_id = $1 AND id = $2 AND merged_into IS NULL";
    Ok(tx.optional::<(i64,)>(FIND, params![site.0, visitor.0])?.is_some())
}

/// The visitor was seen in this browser.
pub(crate) fn put_page(tx: &mut dyn Tx, (site, visitor): Of, page: [u8; 16]) -> Result<(), Error> {
    const PUT: &str = "UPDATE chat_visitor SET page = $3
        WHERE site_id = $1 AND id = $2 AND (page IS NULL OR page <> $3)";
    tx.execute(PUT, params![site.0, visitor.0, page]).map(drop)
}

/// The browser that the visitor was seen in last.
pub(crate) fn page_of(tx: &mut dyn Tx, (site, visitor): Of) -> Result<Option<[u8; 16]>, Error> {
    const FIND: &str = "SELECT page FROM chat_visitor WHERE site_id = $1 AND id = $2";
    Ok(tx.optional::<(Option<[u8; 16]>,)>(FIND, params![site.0, visitor.0])?.and_then(|(page,)| page))
}

/// Whom the site calls so.
fn by_ext(tx: &mut dyn Tx, site: SiteId, ext: &str) -> Result<Option<VisitorId>, Error> {
    const FIND: &str = "SELECT id FROM chat_visitor WHERE site_id = $1 AND ext_id = $2";
    Ok(tx.optional::<(i64,)>(FIND, params![site.0, ext])?.map(|(id,)| VisitorId(id)))
}

/// What the site calls this visitor.
fn ext_of(tx: &mut dyn Tx, (site, visitor): Of) -> Result<Option<String>, Error> {
    const FIND: &str = "SELECT ext_id FROM chat_visitor WHERE site_id = $1 AND id = $2";
    Ok(tx.one::<(Option<String>,)>(FIND, params![site.0, visitor.0])?.0)
}

/// What a site's word about a device makes of its visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verified {
    /// The device is this visitor's, and was before.
    Same(VisitorId),
    /// From now on; the other one is part of them, or not theirs any more.
    Now {
        /// Whose it is.
        visitor: VisitorId,
        /// Whose it was.
        was: VisitorId,
    },
    /// Nothing was done: both have a live conversation, and one visitor has one at most.
    TwoLive(Box<(Conversation, Conversation)>),
}

/// The site says who holds this device. `drawn` stands for the device of a visitor who has none.
pub(crate) fn verified(
    tx: &mut dyn Tx,
    (site, key_hash): (SiteId, [u8; 32]),
    (ext, drawn): (&str, [u8; 32]),
    at: UnixMillis,
) -> Result<Verified, Error> {
    let was = of_device(tx, (site, key_hash), at)?;
    let (known, named) = (by_ext(tx, site, ext)?, ext_of(tx, (site, was))?);
    match (known, named) {
        (Some(visitor), _) if visitor == was => Ok(Verified::Same(was)),
        // Nobody is called so yet: the device's visitor is.
        (None, None) => {
            const NAME: &str = "UPDATE chat_visitor SET ext_id = $3 WHERE site_id = $1 AND id = $2";
            tx.execute(NAME, params![site.0, was.0, ext])?;
            Ok(Verified::Same(was))
        }
        (Some(visitor), None) => merge(tx, site, (was, visitor), key_hash),
        // Somebody else held the device before: what is theirs stays theirs.
        (known, Some(_)) => {
            let visitor = known.map_or_else(|| new(tx, site, (ext, drawn), at), Ok)?;
            hand_over(tx, (site, key_hash), visitor)?;
            Ok(Verified::Now { visitor, was })
        }
    }
}

fn new(
    tx: &mut dyn Tx,
    site: SiteId,
    (ext, drawn): (&str, [u8; 32]),
    at: UnixMillis,
) -> Result<VisitorId, Error> {
    const NEW: &str = "INSERT INTO chat_visitor (site_id, key_hash, ext_id, form, created)
        VALUES ($1, $2, $3, '{}', $4) RETURNING id";
    tx.one::<(i64,)>(NEW, params![site.0, drawn, ext, at.0]).map(|(id,)| VisitorId(id))
}

/// The device is this visitor's from now on.
fn hand_over(tx: &mut dyn Tx, (site, key_hash): (SiteId, [u8; 32]), to: VisitorId) -> Result<(), Error> {
    const PUT: &str = "INSERT INTO chat_device (site_id, key_hash, visitor_id) VALUES ($1, $2, $3)
        ON CONFLICT (site_id, key_hash) DO UPDATE SET visitor_id = excluded.visitor_id";
    tx.execute(PUT, params![site.0, key_hash, to.0]).map(drop)
}

fn merge(
    tx: &mut dyn Tx,
    site: SiteId,
    (was, visitor): (VisitorId, VisitorId),
    key_hash: [u8; 32],
) -> Result<Verified, Error> {
    let one = conversation::live_of(tx, (site, was))?;
    let other = conversation::live_of(tx, (site, visitor))?;
    if let (Some(one), Some(other)) = (one, other) {
        return Ok(Verified::TwoLive(Box::new((one, other))));
    }
    keep_person(tx, site, was, visitor)?;
    move_rows(tx, site, was, visitor)?;
    hand_over(tx, (site, key_hash), visitor)?;
    Ok(Verified::Now { visitor, was })
}

/// What was filled in, where the other one said nothing; and whether an agent has blocked them.
fn keep_person(tx: &mut dyn Tx, site: SiteId, was: VisitorId, visitor: VisitorId) -> Result<(), Error> {
    const FORM: &str = "SELECT form FROM chat_visitor WHERE site_id = $1 AND id = $2";
    const BLOCKED: &str = "UPDATE chat_visitor SET
        blocked_by = COALESCE(blocked_by, (SELECT w.blocked_by FROM chat_visitor w WHERE w.site_id = $1 AND w.id = $3)),
        blocked_at = COALESCE(blocked_at, (SELECT w.blocked_at FROM chat_visitor w WHERE w.site_id = $1 AND w.id = $3))
        WHERE site_id = $1 AND id = $2";
    let mut form = |id: VisitorId| {
        let (text,): (String,) = tx.one(FORM, params![site.0, id.0])?;
        from_json::<Form>(&text)
    };
    let (mut all, own) = (form(was)?, form(visitor)?);
    all.0.extend(own.0);
    people::put_form(tx, (site, visitor), &all)?;
    tx.execute(BLOCKED, params![site.0, visitor.0, was.0]).map(drop)
}

/// Their conversations with all that was said, the answers to their requests, their files, visits and notes.
fn move_rows(tx: &mut dyn Tx, site: SiteId, was: VisitorId, visitor: VisitorId) -> Result<(), Error> {
    const MOVES: &[&str] = &[
        "UPDATE chat_conversation SET visitor_id = $2 WHERE site_id = $1 AND visitor_id = $3
            AND start_cid NOT IN (SELECT o.start_cid FROM chat_conversation o
                WHERE o.site_id = $1 AND o.visitor_id = $2)",
        "UPDATE chat_result SET actor_id = $2 WHERE site_id = $1 AND actor = 'visitor' AND actor_id = $3
            AND rid NOT IN (SELECT o.rid FROM chat_result o
                WHERE o.site_id = $1 AND o.actor = 'visitor' AND o.actor_id = $2)",
        "UPDATE chat_attachment SET up_id = $2 WHERE site_id = $1 AND up_kind = 'visitor' AND up_id = $3",
        "UPDATE chat_visit SET visitor_id = $2 WHERE site_id = $1 AND visitor_id = $3
            AND name NOT IN (SELECT o.name FROM chat_visit o WHERE o.site_id = $1 AND o.visitor_id = $2)",
        "UPDATE chat_sticky SET visitor_id = $2 WHERE site_id = $1 AND visitor_id = $3",
        "UPDATE chat_device SET visitor_id = $2 WHERE site_id = $1 AND visitor_id = $3",
        "UPDATE chat_visitor SET merged_into = $2 WHERE site_id = $1 AND id = $3",
    ];
    for sql in MOVES {
        tx.execute(sql, params![site.0, visitor.0, was.0])?;
    }
    Ok(())
}

/// A secret of the server's own, drawn once for all processes that share the database.
pub(crate) fn secret(tx: &mut dyn Tx, name: &str, drawn: [u8; 32]) -> Result<[u8; 32], Error> {
    const PUT: &str = "INSERT INTO chat_secret (site_id, name, secret) VALUES (0, $1, $2)
        ON CONFLICT (site_id, name) DO NOTHING";
    const FIND: &str = "SELECT secret FROM chat_secret WHERE site_id = 0 AND name = $1";
    tx.execute(PUT, params![name, drawn])?;
    tx.one::<([u8; 32],)>(FIND, params![name]).map(|(secret,)| secret)
}

/// What a visitor's widget shows: the live conversation, else the last one.
pub(crate) fn current(tx: &mut dyn Tx, of: Of) -> Result<Option<Conversation>, Error> {
    match conversation::live_of(tx, of)? {
        Some(live) => Ok(Some(live)),
        None => conversation::last_of(tx, of),
    }
}
