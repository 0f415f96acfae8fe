//! Agents, as far as routing goes, and visitors.
use std::collections::BTreeSet;

use store::{Error, Tx, params};

use super::{from_json, to_json};
use crate::{
    model::{AgentId, Cap, Form, Lang, Presence, QueueId, SiteId, UnixMillis, VisitorId},
    router::{Member, Profile},
};

/// Which agent of which site.
pub(crate) type Of = (SiteId, AgentId);

/// An agent as the transaction finds them, for one queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agent {
    pub presence: Presence,
    pub load: i64,
    pub cap: i64,
}

/// How many conversations an agent takes at once, of this queue's.
const CAP: &str = "COALESCE((SELECT cap FROM chat_member m WHERE m.site_id = chat_agent.site_id
    AND m.queue_id = $3 AND m.agent_id = chat_agent.agent_id), max_chats)";

fn presence(text: &str) -> Result<Presence, Error> {
    from_json(&format!("\"{text}\""))
}

/// The name of a presence in the store.
pub(crate) const fn presence_code(presence: Presence) -> &'static str {
    match presence {
        Presence::Available => "available",
        Presence::Away => "away",
        Presence::Gone => "gone",
    }
}

/// An agent, with the cap that holds in `queue`.
pub(crate) fn agent(tx: &mut dyn Tx, (site, agent): Of, queue: QueueId) -> Result<Option<Agent>, Error> {
    let sql = format!("SELECT presence, load, {CAP} FROM chat_agent WHERE site_id = $1 AND agent_id = $2");
    let found: Option<(String, i64, i64)> = tx.optional(&sql, params![site.0, agent.0, queue.0])?;
    let Some((text, load, cap)) = found else { return Ok(None) };
    Ok(Some(Agent { presence: presence(&text)?, load, cap }))
}

/// Counts a conversation to an agent's load; false when the cap does not allow it.
pub(crate) fn hold(tx: &mut dyn Tx, (site, agent): Of, (queue, cap): (QueueId, Cap)) -> Result<bool, Error> {
    const FORCE: &str = "UPDATE chat_agent SET load = load + 1 WHERE site_id = $1 AND agent_id = $2";
    match cap {
        Cap::Ignored => tx.execute(FORCE, params![site.0, agent.0]).map(|_| true),
        Cap::Holds => {
            let sql = format!("{FORCE} AND load < {CAP}");
            tx.execute(&sql, params![site.0, agent.0, queue.0]).map(|n| n == 1)
        }
    }
}

/// Does not count it any more.
pub(crate) fn free(tx: &mut dyn Tx, (site, agent): Of) -> Result<(), Error> {
    const FREE: &str =
        "UPDATE chat_agent SET load = load - 1 WHERE site_id = $1 AND agent_id = $2 AND 0 < load";
    tx.execute(FREE, params![site.0, agent.0]).map(|_| ())
}

/// Remembers when they were last asked: who was not asked for longest comes first.
pub(crate) fn asked(tx: &mut dyn Tx, (site, agent): Of, at: UnixMillis) -> Result<(), Error> {
    const ASKED: &str = "UPDATE chat_agent SET last_offer_at = $3 WHERE site_id = $1 AND agent_id = $2";
    tx.execute(ASKED, params![site.0, agent.0, at.0]).map(|_| ())
}

/// One more offer missed in a row.
pub(crate) fn missed(tx: &mut dyn Tx, (site, agent): Of) -> Result<(), Error> {
    const MISSED: &str = "UPDATE chat_agent SET missed = missed + 1 WHERE site_id = $1 AND agent_id = $2";
    tx.execute(MISSED, params![site.0, agent.0]).map(|_| ())
}

/// None missed any more.
pub(crate) fn answered(tx: &mut dyn Tx, (site, agent): Of) -> Result<(), Error> {
    const ANSWERED: &str =
        "UPDATE chat_agent SET missed = 0 WHERE site_id = $1 AND agent_id = $2 AND missed <> 0";
    tx.execute(ANSWERED, params![site.0, agent.0]).map(|_| ())
}

/// Whether they are there from now on. Says whether that is news.
pub(crate) fn set_presence(tx: &mut dyn Tx, (site, agent): Of, to: Presence) -> Result<bool, Error> {
    const SET: &str = "UPDATE chat_agent SET presence = $3,
        missed = CASE WHEN $3 = 'available' THEN 0 ELSE missed END
        WHERE site_id = $1 AND agent_id = $2 AND presence <> $3";
    Ok(tx.execute(SET, params![site.0, agent.0, presence_code(to)])? == 1)
}

/// What an agent can, from now on. A new one is not there yet.
pub(crate) fn put_agent(tx: &mut dyn Tx, (site, agent): Of, it: &Profile) -> Result<(), Error> {
    const PUT: &str = "INSERT INTO chat_agent (site_id, agent_id, presence, max_chats, languages, load,
        last_offer_at, missed) VALUES ($1, $2, 'gone', $3, $4, 0, $5, 0)
        ON CONFLICT (site_id, agent_id) DO UPDATE
        SET max_chats = excluded.max_chats, languages = excluded.languages";
    let languages = to_json(&it.languages)?;
    let values = params![site.0, agent.0, it.max_chats, languages, it.last_offer_at.0];
    tx.execute(PUT, values).map(|_| ())
}

/// An agent as the router is told of them.
pub(crate) struct Told {
    pub site: SiteId,
    pub agent: AgentId,
    pub presence: Presence,
    pub profile: Profile,
    pub missed: u32,
}

/// One agent, or all of all sites.
pub(crate) fn told(tx: &mut dyn Tx, only: Option<Of>) -> Result<Vec<Told>, Error> {
    const ALL: &str = "SELECT site_id, agent_id, presence, max_chats, languages, last_offer_at, missed
        FROM chat_agent";
    type Columns = (i64, i64, String, i64, String, i64, i64);
    let rows: Vec<Columns> = match only {
        None => tx.rows(&format!("{ALL} ORDER BY site_id, agent_id"), &[])?,
        Some((site, agent)) => {
            tx.rows(&format!("{ALL} WHERE site_id = $1 AND agent_id = $2"), params![site.0, agent.0])?
        }
    };
    let read = |(site, agent, text, max, languages, last, missed): Columns| {
        let languages: BTreeSet<Lang> = from_json(&languages)?;
        let max_chats = u32::try_from(max).unwrap_or(0);
        let profile = Profile { languages, max_chats, last_offer_at: UnixMillis(last) };
        let missed = u32::try_from(missed).unwrap_or(u32::MAX);
        let (site, agent) = (SiteId(site), AgentId(agent));
        Ok(Told { site, agent, presence: presence(&text)?, profile, missed })
    };
    rows.into_iter().map(read).collect()
}

/// An agent as desks see them.
pub(crate) struct Reached {
    pub site: SiteId,
    pub agent: AgentId,
    pub presence: Presence,
    pub load: u32,
    pub max_chats: u32,
    /// Offers missed in a row.
    pub missed: u32,
}

/// The agents of these sites.
pub(crate) fn reached(tx: &mut dyn Tx, sites: &[SiteId]) -> Result<Vec<Reached>, Error> {
    const OF_SITE: &str = "SELECT agent_id, presence, load, max_chats, missed FROM chat_agent
        WHERE site_id = $1 ORDER BY agent_id";
    let mut all = Vec::new();
    for site in sites {
        let rows: Vec<(i64, String, i64, i64, i64)> = tx.rows(OF_SITE, params![site.0])?;
        for (agent, text, load, max, missed) in rows {
            let (load, max_chats) = (u32::try_from(load).unwrap_or(0), u32::try_from(max).unwrap_or(0));
            let missed = u32::try_from(missed).unwrap_or(u32::MAX);
            let (agent, presence) = (AgentId(agent), presence(&text)?);
            all.push(Reached { site: *site, agent, presence, load, max_chats, missed });
        }
    }
    Ok(all)
}

/// Who serves a queue from now on; `None` for not any more.
pub(crate) fn put_member(
    tx: &mut dyn Tx,
    (site, agent): Of,
    (queue, member): (QueueId, Option<Member>),
) -> Result<(), Error> {
    const DELETE: &str = "DELETE FROM chat_member WHERE site_id = $1 AND queue_id = $2 AND agent_id = $3";
    const PUT: &str = "INSERT INTO chat_member (site_id, queue_id, agent_id, priority, cap)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (site_id, queue_id, agent_id)
        DO UPDATE SET priority = excluded.priority, cap = excluded.cap";
    let Some(it) = member else {
        return tx.execute(DELETE, params![site.0, queue.0, agent.0]).map(|_| ());
    };
    tx.execute(PUT, params![site.0, queue.0, agent.0, it.priority, it.cap]).map(|_| ())
}

/// All who serve queues.
pub(crate) fn members(tx: &mut dyn Tx) -> Result<Vec<(SiteId, QueueId, AgentId, Member)>, Error> {
    const ALL: &str = "SELECT site_id, queue_id, agent_id, priority, cap FROM chat_member ORDER BY 1, 2, 3";
    let rows: Vec<(i64, i64, i64, i64, Option<i64>)> = tx.rows(ALL, &[])?;
    let read = |(site, queue, agent, priority, cap): (i64, i64, i64, i64, Option<i64>)| {
        (SiteId(site), QueueId(queue), AgentId(agent), member(priority, cap))
    };
    Ok(rows.into_iter().map(read).collect())
}

fn member(priority: i64, cap: Option<i64>) -> Member {
    let priority = i32::try_from(priority).unwrap_or(0);
    Member { priority, cap: cap.map(|it| u32::try_from(it).unwrap_or(0)) }
}

/// The conversations that an agent has at the moment.
pub(crate) fn active_of(
    tx: &mut dyn Tx,
    (site, agent): Of,
) -> Result<Vec<crate::model::ConversationId>, Error> {
    const ACTIVE: &str = "SELECT id FROM chat_conversation
        WHERE site_id = $1 AND agent_id = $2 AND stage = 'active' ORDER BY id";
    let rows: Vec<(i64,)> = tx.rows(ACTIVE, params![site.0, agent.0])?;
    Ok(rows.into_iter().map(|(id,)| crate::model::ConversationId(id)).collect())
}

/// The visitor of this device secret, made if there is none.
pub(crate) fn visitor_of_key(
    tx: &mut dyn Tx,
    (site, key_hash): (SiteId, [u8; 32]),
    at: UnixMillis,
) -> Result<VisitorId, Error> {
    const FIND: &str = "SELECT id FROM chat_visitor WHERE site_id = $1 AND key_hash = $2";
    const PUT: &str = "INSERT INTO chat_visitor (site_id, key_hash, form, created)
        VALUES ($1, $2, '{}', $3) ON CONFLICT (site_id, key_hash) DO NOTHING";
    let wanted = params![site.0, key_hash];
    if let Some((id,)) = tx.optional::<(i64,)>(FIND, wanted)? {
        return Ok(VisitorId(id));
    }
    tx.execute(PUT, params![site.0, key_hash, at.0])?;
    tx.one::<(i64,)>(FIND, wanted).map(|(id,)| VisitorId(id))
}

/// Whether an agent has blocked them; `None` when the site has no such visitor.
pub(crate) fn is_blocked(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
) -> Result<Option<bool>, Error> {
    const FIND: &str = "SELECT blocked_at FROM chat_visitor WHERE site_id = $1 AND id = $2";
    let found: Option<(Option<i64>,)> = tx.optional(FIND, params![site.0, visitor.0])?;
    Ok(found.map(|(at,)| at.is_some()))
}

/// Refuses them from now on.
pub(crate) fn block(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
    by: AgentId,
    at: UnixMillis,
) -> Result<(), Error> {
    const BLOCK: &str = "UPDATE chat_visitor SET blocked_at = $1, blocked_by = $2
        WHERE site_id = $3 AND id = $4";
    tx.execute(BLOCK, params![at.0, by.0, site.0, visitor.0])?;
    super::marks::audit(tx, (site, by), ("block", &visitor.0.to_string()), at)
}

/// Keeps why they were blocked, for whoever may let them come again.
pub(crate) fn block_reason(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
    reason: &str,
) -> Result<(), Error> {
    const REASON: &str = "UPDATE chat_visitor SET block_reason = $3 WHERE site_id = $1 AND id = $2";
    tx.execute(REASON, params![site.0, visitor.0, reason]).map(drop)
}

/// An agent is not of this site any more.
pub(crate) fn remove_agent(tx: &mut dyn Tx, (site, agent): Of) -> Result<bool, Error> {
    const MEMBER: &str = "DELETE FROM chat_member WHERE site_id = $1 AND agent_id = $2";
    const AGENT: &str = "DELETE FROM chat_agent WHERE site_id = $1 AND agent_id = $2";
    tx.execute(MEMBER, params![site.0, agent.0])?;
    Ok(tx.execute(AGENT, params![site.0, agent.0])? == 1)
}

/// Who serves the queues of a site.
pub(crate) fn members_of(tx: &mut dyn Tx, site: SiteId) -> Result<Vec<(QueueId, AgentId, Member)>, Error> {
    const OF_SITE: &str =
        "SELECT queue_id, agent_id, priority, cap FROM chat_member WHERE site_id = $1 ORDER BY 1, 2";
    let rows: Vec<(i64, i64, i64, Option<i64>)> = tx.rows(OF_SITE, params![site.0])?;
    let read = |(queue, agent, priority, cap): (i64, i64, i64, Option<i64>)| {
        (QueueId(queue), AgentId(agent), member(priority, cap))
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Keeps what they filled in, beside what they had filled in before.
pub(crate) fn keep_form(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
    form: &Form,
) -> Result<(), Error> {
    const FIND: &str = "SELECT form FROM chat_visitor WHERE site_id = $1 AND id = $2";
    let (text,): (String,) = tx.one(FIND, params![site.0, visitor.0])?;
    let mut all: Form = from_json(&text)?;
    all.0.extend(form.0.clone());
    put_form(tx, (site, visitor), &all)
}

/// Corrects what they filled in: what is empty goes, what is not named stays. At most `n` fields stay.
pub(crate) fn change_form(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
    to: &Form,
    n: usize,
) -> Result<(), Error> {
    const FIND: &str = "SELECT form FROM chat_visitor WHERE site_id = $1 AND id = $2";
    let (text,): (String,) = tx.one(FIND, params![site.0, visitor.0])?;
    let mut all: Form = from_json(&text)?;
    all.0.extend(to.0.clone());
    all.0.retain(|_, value| !value.is_empty());
    while n < all.0.len() {
        all.0.pop_last();
    }
    put_form(tx, (site, visitor), &all)
}

/// Lets them come again. False when they were not blocked.
pub(crate) fn unblock(tx: &mut dyn Tx, (site, visitor): (SiteId, VisitorId)) -> Result<bool, Error> {
    const UNBLOCK: &str = "UPDATE chat_visitor SET blocked_at = NULL, blocked_by = NULL, block_reason = ''
        WHERE site_id = $1 AND id = $2 AND blocked_at IS NOT NULL";
    Ok(tx.execute(UNBLOCK, params![site.0, visitor.0])? == 1)
}

/// What a visitor's form says from now on, and beside it what lists are sorted and searched by.
pub(crate) fn put_form(
    tx: &mut dyn Tx,
    (site, visitor): (SiteId, VisitorId),
    form: &Form,
) -> Result<(), Error> {
    const PUT: &str = "UPDATE chat_visitor SET form = $1, name = $2, email = $3, name_key = $4, words = $5
        WHERE site_id = $6 AND id = $7";
    let field = |key: &str| form.0.get(key).map_or("", |it| it.trim());
    let (name, email) = (field("name"), field("email"));
    let name_key = crate::views::fold(if name.is_empty() { email } else { name });
    let words = format!("{} {}", crate::views::fold(name), crate::views::fold(email));
    let values = params![to_json(form)?, name, email, name_key, words, site.0, visitor.0];
    tx.execute(PUT, values).map(|_| ())
}
