//! Lists: pages of rows, what belongs to them, and how many there are.
use std::fmt::Write;

use chat_proto::desk::{Found, List, Query, Row, Rows};
use store::{Dialect, Error, Tx, Value, params};

use super::{Online, fold, like, row};
use crate::{
    engine::{Engine, Fault},
    model::{Conversation, ConversationId, Place, PublicId, SiteId, Stage},
    search,
    who::Viewer,
};

/// Rows of a page.
const PAGE: usize = 50;
/// Words of a search that count.
const MAX_WORDS: usize = 8;

/// A page of a list after `after`, which the page before gave as its `next`. A place that is not there any more
/// begins anew.
///
/// # Errors
/// The store's.
pub async fn rows(
    engine: &Engine,
    viewer: &Viewer,
    query: &Query,
    after: Option<&str>,
) -> Result<Rows, Fault> {
    let (viewer, query, online) = (viewer.clone(), query.clone(), engine.online().clone());
    let after = after.map(str::to_owned);
    let read = move |tx: &mut dyn Tx| {
        let asked = Asked::new(tx, &viewer, &query, &online)?;
        page(tx, &asked, after.as_deref())
    };
    Ok(engine.store().read(read).await?)
}

/// A conversation's row, if it stands in the list.
///
/// # Errors
/// The store's.
pub async fn listed(
    engine: &Engine,
    viewer: &Viewer,
    query: &Query,
    conv: ConversationId,
) -> Result<Option<Row>, Fault> {
    let (viewer, query, online) = (viewer.clone(), query.clone(), engine.online().clone());
    let read = move |tx: &mut dyn Tx| {
        let asked = Asked::new(tx, &viewer, &query, &online)?;
        let mut wanted = asked.wanted(tx.dialect());
        wanted.and("c.id = {}", conv.0);
        Ok::<_, Error>(asked.rows(tx, wanted, "")?.pop())
    };
    Ok(engine.store().read(read).await?)
}

/// Whether a conversation may stand in a list, by what needs no question to the store. What it says no to, is
/// not in it; what it says yes to, [`listed`] knows.
pub fn may_match(viewer: &Viewer, query: &Query, it: &Conversation) -> bool {
    let Some(key) = viewer.key(it.site) else { return false };
    let stage = it.state.stage();
    let agent = it.owner().or(it.previous_agent);
    let has = |all: &[i64], one: Option<i64>| all.is_empty() || one.is_some_and(|it| all.contains(&it));
    stages(query.list).contains(&stage)
        && (query.list != List::Mine || it.owner() == Some(viewer.agent))
        && (query.sites.is_empty() || query.sites.iter().any(|it| it == key))
        && has(&query.queues, Some(it.queue.0))
        && has(&query.agents, agent.map(|it| it.0))
        && (query.tags.is_empty() || it.tags.iter().any(|tag| query.tags.contains(&tag.0)))
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Waiting, or offered to somebody.
    pub waiting: u32,
    /// With this agent.
    pub mine: u32,
    /// Of those, with something of the visitor's that they have not read.
    pub unread: u32,
    /// In the inbox, with something of the visitor's that they have not read.
    pub inbox: u32,
}

/// How many wait, are this agent's, and are unread.
///
/// # Errors
/// The store's.
pub async fn counts(engine: &Engine, viewer: &Viewer) -> Result<Tally, Fault> {
    let (viewer, online) = (viewer.clone(), engine.online().clone());
    let read = move |tx: &mut dyn Tx| {
        let mut count = |list, unread: bool| {
            let query = Query { list, ..Query::default() };
            let mut wanted = Asked::new(tx, &viewer, &query, &online)?.wanted(tx.dialect());
            if unread {
                wanted.sql.push_str(UNREAD);
            }
            let (n,): (i64,) = tx.one(&wanted.count(), &wanted.values)?;
            Ok::<_, Error>(u32::try_from(n).unwrap_or(u32::MAX))
        };
        Ok::<_, Error>(Tally {
            waiting: count(List::Waiting, false)?,
            mine: count(List::Mine, false)?,
            unread: count(List::Mine, true)?,
            inbox: count(List::Inbox, true)?,
        })
    };
    Ok(engine.store().read(read).await?)
}

/// Something of the visitor's after what the agent in `$1` has read.
const UNREAD: &str =
    " AND EXISTS (SELECT 1 FROM chat_message u WHERE u.site_id = c.site_id AND u.conv_id = c.id
    AND u.author = 'visitor' AND u.seq > COALESCE((SELECT x.seq FROM chat_read x WHERE x.site_id = c.site_id
        AND x.conv_id = c.id AND x.reader = $1), 0))";

/// Which states a list holds.
const fn stages(list: List) -> &'static [Stage] {
    match list {
        List::Waiting => &[Stage::Queued, Stage::Offered],
        List::Bot => &[Stage::Bot],
        List::Mine | List::Active => &[Stage::Active],
        List::Paused => &[Stage::Snoozed],
        List::Inbox => &[Stage::Offline],
        List::History => &[Stage::Closed],
    }
}

/// What a list is sorted by, and which way.
#[derive(Clone, Copy)]
struct Order {
    key: &'static str,
    is_up: bool,
    by_name: bool,
}

impl Order {
    fn of(query: &Query) -> Self {
        const WAIT: Order = Order { key: "c.since", is_up: true, by_name: false };
        const LAST: Order = Order { key: "c.last_at", is_up: false, by_name: false };
        match (query.sort.as_str(), query.list) {
            ("name", _) => Self { key: "v.name_key", is_up: true, by_name: true },
            ("wait", _) => WAIT,
            ("last", _) => LAST,
            (_, List::Waiting) => WAIT,
            (_, List::Bot | List::Mine | List::Active | List::Paused | List::Inbox | List::History) => LAST,
        }
    }

    const fn word(self) -> &'static str {
        if self.is_up { "ASC" } else { "DESC" }
    }

    const fn after(self) -> &'static str {
        if self.is_up { ">" } else { "<" }
    }
}

/// Conditions, and the values of their parameters.
struct Wanted {
    from: String,
    sql: String,
    values: Vec<Value>,
}

impl Wanted {
    /// `{}` stands for the value.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        let parameter = format!("${}", self.values.len());
        let _ = write!(self.sql, " AND {}", condition.replace("{}", &parameter));
    }

    /// The column is one of these.
    fn one_of(&mut self, column: &str, ids: impl IntoIterator<Item = i64>) {
        let _ = write!(self.sql, " AND {column} IN ({})", numbers(ids));
    }

    fn count(&self) -> String {
        format!("SELECT COUNT(*) FROM {} WHERE 1 = 1{}", self.from, self.sql)
    }
}

/// Numbers as they stand in a statement; one that none is, where there are none.
fn numbers(ids: impl IntoIterator<Item = i64>) -> String {
    let all: Vec<String> = ids.into_iter().map(|it| it.to_string()).collect();
    if all.is_empty() { "-1".to_owned() } else { all.join(", ") }
}

/// What is there for an agent, who is `$1`: as [`Who::sees`](crate::who::Who) has it, but for the past ones of
/// whom they serve, which stand in no list.
pub(super) fn permitted(viewer: &Viewer) -> String {
    if viewer.actor().manages() {
        // `$1` is bound even where nothing asks for it.
        return " AND CAST($1 AS BIGINT) = $1".to_owned();
    }
    let queues = numbers(viewer.queues.iter().map(|it| it.0));
    format!(
        " AND (c.queue_id IN ({queues}) OR c.agent_id = $1
          OR EXISTS (SELECT 1 FROM chat_participant t
              WHERE t.site_id = c.site_id AND t.conv_id = c.id AND t.agent_id = $1)
          OR EXISTS (SELECT 1 FROM chat_offer t WHERE t.site_id = c.site_id AND t.conv_id = c.id
              AND t.agent_id = $1 AND t.outcome = 'open'))"
    )
}

struct Asked<'a> {
    viewer: &'a Viewer,
    query: &'a Query,
    online: &'a Online,
    /// The words, as they are looked for in threads.
    words: Option<search::Wanted>,
}

impl<'a> Asked<'a> {
    fn new(tx: &mut dyn Tx, viewer: &'a Viewer, query: &'a Query, online: &'a Online) -> Result<Self, Error> {
        let mut made = Self { viewer, query, online, words: None };
        if !query.words.trim().is_empty() {
            made.words = search::wanted(tx, &made.sites(), &query.words)?;
        }
        Ok(made)
    }

    fn sites(&self) -> Vec<SiteId> {
        let wanted = |key: &String| self.query.sites.is_empty() || self.query.sites.contains(key);
        self.viewer.sites.iter().filter(|it| wanted(&it.key)).map(|it| it.id).collect()
    }

    /// All conditions but the place. The agent is `$1`.
    fn wanted(&self, dialect: Dialect) -> Wanted {
        let (query, sites) = (self.query, self.sites());
        let words = fold(&query.words);
        let needs_visitor = !words.trim().is_empty() || Order::of(query).by_name;
        let join = "JOIN chat_visitor v ON v.id = c.visitor_id AND v.site_id = c.site_id";
        let from = format!("chat_conversation c {}", if needs_visitor { join } else { "" });
        let mut wanted = Wanted { from, sql: String::new(), values: vec![self.viewer.agent.0.into()] };
        wanted.one_of("c.site_id", sites.iter().map(|it| it.0));
        let stages: Vec<_> = stages(query.list).iter().map(|it| format!("'{}'", it.code())).collect();
        let _ = write!(wanted.sql, " AND c.stage IN ({})", stages.join(", "));
        wanted.sql.push_str(&permitted(self.viewer));
        if query.list == List::Mine {
            wanted.sql.push_str(" AND c.agent_id = $1");
        }
        self.narrow(&mut wanted, &sites);
        self.said(&mut wanted, dialect, &words);
        wanted
    }

    /// All words stand in the visitor's name or e-mail, or in one message of the thread or beside it.
    fn said(&self, wanted: &mut Wanted, dialect: Dialect, words: &str) {
        let mut person = String::new();
        for word in words.split_whitespace().take(MAX_WORDS) {
            wanted.values.push(like(word).into());
            let _ = write!(person, " AND v.words LIKE ${} ESCAPE '\\'", wanted.values.len());
        }
        if person.is_empty() {
            return;
        }
        let thread = self.words.as_ref().map_or_else(String::new, |it| {
            wanted.values.push(it.value(dialect));
            format!(" OR c.id IN {}", it.conversations(dialect, wanted.values.len()))
        });
        let _ = write!(wanted.sql, " AND ((1 = 1{person}){thread})");
    }

    fn narrow(&self, wanted: &mut Wanted, sites: &[SiteId]) {
        let query = self.query;
        if !query.queues.is_empty() {
            wanted.one_of("c.queue_id", query.queues.iter().copied());
        }
        if !query.agents.is_empty() {
            wanted.one_of("c.agent_id", query.agents.iter().copied());
        }
        if !query.tags.is_empty() {
            let _ = write!(
                wanted.sql,
                " AND EXISTS (SELECT 1 FROM chat_tagged t WHERE t.site_id = c.site_id AND t.conv_id = c.id
                  AND t.tag_id IN ({}))",
                numbers(query.tags.iter().copied())
            );
        }
        if query.starred {
            wanted.sql.push_str(
                " AND EXISTS (SELECT 1 FROM chat_star t WHERE t.site_id = c.site_id AND t.conv_id = c.id)",
            );
        }
        if let Some(online) = query.online {
            let there = numbers(self.online.of(sites).into_iter().map(|it| it.0));
            let not = if online { "" } else { "NOT " };
            let _ = write!(wanted.sql, " AND c.visitor_id {not}IN ({there})");
        }
    }

    /// The rows of what is wanted, in order.
    fn rows(&self, tx: &mut dyn Tx, wanted: Wanted, limit: &str) -> Result<Vec<Row>, Error> {
        let order = Order::of(self.query);
        let (key, word) = (order.key, order.word());
        let page = format!(
            "SELECT c.id AS id, {key} AS key FROM {} WHERE 1 = 1{} ORDER BY {key} {word}, c.id {word} {limit}",
            wanted.from, wanted.sql
        );
        let sql = row::select(&page, &format!("ORDER BY p.key {word}, p.id {word}"));
        let read = |it: &store::Row| {
            let (of, mut row) = row::read(it, self.online)?;
            row.site = self.viewer.key(of.site).unwrap_or_default().to_owned();
            Ok((of.id, row))
        };
        let rows = tx.query(&sql, &wanted.values)?;
        self.found(tx, rows.iter().map(read).collect::<Result<_, Error>>()?)
    }

    /// Says beside each row where the words were found, if that was in what was written.
    fn found(&self, tx: &mut dyn Tx, rows: Vec<(ConversationId, Row)>) -> Result<Vec<Row>, Error> {
        let Some(words) = &self.words else { return Ok(rows.into_iter().map(|(_, row)| row).collect()) };
        let ids: Vec<_> = rows.iter().map(|(id, _)| *id).collect();
        let mut hits = search::found_in(tx, words, &ids)?;
        let beside = |(id, row): (ConversationId, Row)| {
            let found = hits.remove(&id).map(|hit| Found {
                seq: if let Place::Thread(seq) = hit.place { seq.0 } else { 0 },
                text: hit.snippet.text,
                at: hit.snippet.at,
            });
            Row { found, ..row }
        };
        Ok(rows.into_iter().map(beside).collect())
    }

    /// The place after `conv`, whatever it is now: the key is what it was sorted by.
    fn place(&self, tx: &mut dyn Tx, (conv, key): (PublicId, &str)) -> Result<Option<(Value, i64)>, Error> {
        let sites = numbers(self.sites().iter().map(|it| it.0));
        let sql = format!("SELECT id FROM chat_conversation WHERE site_id IN ({sites}) AND pub = $1");
        let found: Option<(i64,)> = tx.optional(&sql, params![conv.as_bytes()])?;
        let key = if Order::of(self.query).by_name {
            Some(Value::Text(key.to_owned()))
        } else {
            key.parse::<i64>().ok().map(Value::Int)
        };
        Ok(found.and_then(|(id,)| Some((key?, id))))
    }

    fn key_of(&self, row: &Row, since: i64) -> String {
        let order = Order::of(self.query);
        if order.by_name {
            fold(if row.name.is_empty() { &row.email } else { &row.name })
        } else if order.is_up {
            since.to_string()
        } else {
            row.at.to_string()
        }
    }
}

fn page(tx: &mut dyn Tx, asked: &Asked<'_>, after: Option<&str>) -> Result<Rows, Error> {
    let mut wanted = asked.wanted(tx.dialect());
    let place = match after.and_then(parse_place) {
        Some(place) => asked.place(tx, place)?,
        None => None,
    };
    let total = match place {
        Some(_) => None,
        None => Some(tx.one::<(i64,)>(&wanted.count(), &wanted.values)?.0),
    };
    if let Some((key, id)) = place {
        let order = Order::of(asked.query);
        wanted.values.push(key);
        let n = wanted.values.len();
        wanted.and(&format!("({}, c.id) {} (${n}, {{}})", order.key, order.after()), id);
    }
    let mut rows = asked.rows(tx, wanted, &format!("LIMIT {}", PAGE + 1))?;
    let more = PAGE < rows.len();
    rows.truncate(PAGE);
    let next = match rows.last().filter(|_| more) {
        Some(last) => Some(next(tx, asked, last)?),
        None => None,
    };
    Ok(Rows { rows, next, total: total.map(crate::tables::from_column) })
}

/// What a list goes on after: the conversation, and what it was sorted by.
fn next(tx: &mut dyn Tx, asked: &Asked<'_>, last: &Row) -> Result<String, Error> {
    const SINCE: &str = "SELECT since FROM chat_conversation WHERE site_id = $1 AND pub = $2";
    let site = asked.viewer.site(&last.site).map_or(-1, |it| it.id.0);
    let public = PublicId::from_name(&last.conv).map(|it| *it.as_bytes()).unwrap_or_default();
    let since = tx.optional::<(i64,)>(SINCE, params![site, public])?.map_or(0, |(it,)| it);
    Ok(format!("{}{}", last.conv, asked.key_of(last, since)))
}

fn parse_place(text: &str) -> Option<(PublicId, &str)> {
    let (conv, key) = text.split_at_checked(32)?;
    Some((PublicId::from_name(conv)?, key))
}
