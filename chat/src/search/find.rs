//! Looks for words.
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use store::{Error, Tx, Value, params};

use super::{
    Search, index,
    snippet::Snippet,
    terms::{INDEX, Wanted},
};
use crate::{
    engine::Fault,
    model::{AgentId, ConversationId, Place, PublicId, QueueId, SiteId, Stage, TagId, UnixMillis, VisitorId},
    tables::{
        from_column, message,
        search::{first_number, place},
    },
};

/// Most results of one page.
const MAX_RESULTS: usize = 100;
/// The first look into the index; each further one takes four times as much.
const FIRST_LOOK: i64 = 128;
const LARGEST_LOOK: i64 = 32_768;
/// A filter that leaves at most so many conversations is followed, and not the index; and so many messages of them.
const FEW: usize = 256;
const FEW_MESSAGES: usize = 4_096;

/// Whose conversations are looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visible {
    /// All: managers and admins.
    All,
    /// Those that are there for an agent: see [`Who`](crate::who::Who).
    Agent(AgentId),
}

/// Who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Visitors.
    Visitor,
    /// Any agent.
    Agents,
    /// This one.
    Agent(AgentId),
}

/// What narrows the results. Empty narrows nothing; what is given holds all at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// In these states.
    pub stages: Vec<Stage>,
    /// In one of these queues.
    pub queues: Vec<QueueId>,
    /// With one of these agents, now or last.
    pub agents: Vec<AgentId>,
    /// With one of these tags.
    pub tags: Vec<TagId>,
    /// With this visitor.
    pub visitor: Option<VisitorId>,
    /// Written by.
    pub by: Option<By>,
    /// Written then or later.
    pub from: Option<UnixMillis>,
    /// Written before.
    pub until: Option<UnixMillis>,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// On which sites.
    pub sites: Vec<SiteId>,
    /// Among what.
    pub visible: Visible,
    /// Words: all of them in one message, the last one by its beginning.
    pub words: String,
    /// What narrows it.
    pub filter: Filter,
    /// Goes on after the page that gave this.
    pub after: Option<Cursor>,
    /// Most results.
    pub limit: usize,
}

/// Where the results go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub i64);

/// One message that has the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// On which site.
    pub site: SiteId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// What the outside calls that.
    pub public: PublicId,
    /// Where it stands; what stands beside the thread is for agents only, as this search is.
    pub place: Place,
    /// When it was received.
    pub at: UnixMillis,
    /// The text around the words.
    pub snippet: Snippet,
}

/// A page of results.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Results {
    /// The newest first.
    pub hits: Vec<Hit>,
    /// What to ask for next; `None` at the end.
    pub next: Option<Cursor>,
}

impl Search {
    /// The messages that have all the words, the newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn find(&self, find: Find) -> Result<Results, Fault> {
        Ok(self.store.read(move |tx| page(tx, &find, None)).await?)
    }

    /// The conversations with such a message, each with its newest, the newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn conversations(&self, find: Find) -> Result<Results, Fault> {
        Ok(self.store.read(move |tx| page(tx, &find, Some(HashSet::new()))).await?)
    }
}

/// What somebody typed, as it is looked for on these sites; `None` when there is no word in it.
///
/// # Errors
/// The store's.
pub fn wanted(tx: &mut dyn Tx, sites: &[SiteId], text: &str) -> Result<Option<Wanted>, Error> {
    let tongues = index::asked_in(tx, sites)?;
    Ok(Wanted::new(sites, tongues, text))
}

/// The newest message with the words in each of these conversations that has one: what a list shows beside its
/// rows.
///
/// # Errors
/// The store's.
pub fn found_in(
    tx: &mut dyn Tx,
    wanted: &Wanted,
    of: &[ConversationId],
) -> Result<HashMap<ConversationId, Hit>, Error> {
    let mut found = HashMap::new();
    if of.is_empty() {
        return Ok(found);
    }
    let dialect = tx.dialect();
    let matches = INDEX.beside(dialect, "d.id", 1);
    let sql = format!(
        "SELECT {COLUMNS} FROM chat_indexed d JOIN chat_conversation c ON c.id = d.conv_id
         AND c.site_id = d.site_id WHERE d.conv_id IN ({}) AND {} ORDER BY d.id DESC",
        numbers(of.iter().map(|it| it.0)),
        matches.unwrap_or_else(|| format!("d.id IN {}", INDEX.ids(dialect, 1)))
    );
    let rows: Vec<Row> = tx.rows(&sql, &[wanted.value(tx.dialect())])?;
    for row in rows {
        if found.contains_key(&ConversationId(row.2)) {
            continue;
        }
        found.extend(hit(tx, wanted, row)?.map(|it| (it.conversation, it)));
    }
    Ok(found)
}

const COLUMNS: &str = "d.id, d.site_id, d.conv_id, d.stream, d.n, c.pub";
type Row = (i64, i64, i64, bool, i64, [u8; 16]);

/// A page; with a set, of conversations.
fn page(tx: &mut dyn Tx, find: &Find, seen: Option<HashSet<i64>>) -> Result<Results, Error> {
    let Some(wanted) = wanted(tx, &find.sites, &find.words)? else { return Ok(Results::default()) };
    let limit = find.limit.clamp(1, MAX_RESULTS);
    let mut looking = Looking::new(tx, find, &wanted, seen)?;
    let mut hits = Vec::new();
    while let Some(row) = looking.next(tx)? {
        let id = row.0;
        if let Some(hit) = hit(tx, &wanted, row)? {
            hits.push(hit);
        }
        if hits.len() == limit {
            return Ok(Results { hits, next: Some(Cursor(id)) });
        }
    }
    Ok(Results { hits, next: None })
}

/// Goes through the index from the newest to the oldest, in growing steps: the first ones of a common word are
/// there at once, and a rare one among much that is filtered out takes few steps.
struct Looking {
    sql: String,
    conditions: String,
    query: Value,
    from: i64,
    /// What has been looked at begins here.
    below: i64,
    step: i64,
    is_over: bool,
    rows: std::vec::IntoIter<Row>,
    /// Conversations that have been given, where each is given once; and from where on they were given before.
    seen: Option<HashSet<i64>>,
    given: Option<i64>,
}

impl Looking {
    fn new(tx: &mut dyn Tx, find: &Find, wanted: &Wanted, seen: Option<HashSet<i64>>) -> Result<Self, Error> {
        let from = find.filter.from.map_or(0, first_number);
        let until = find.filter.until.map_or(i64::MAX, first_number);
        let below = find.after.map_or(until, |it| it.0.min(until));
        let dialect = tx.dialect();
        let page = INDEX.page(dialect, [1, 2, 3, 4]);
        let conditions = conditions(find);
        // Rows that are filtered out come too, without a conversation: the step knows by them how far it went.
        let sql = format!(
            "SELECT w.id, c.site_id, c.id, d.stream, d.n, c.pub FROM {page} w
             LEFT JOIN chat_indexed d ON d.id = w.id
             LEFT JOIN chat_conversation c ON c.id = d.conv_id AND c.site_id = d.site_id{conditions}
             ORDER BY w.id DESC"
        );
        let given = if seen.is_some() { find.after.map(|it| it.0) } else { None };
        let (query, rows) = (wanted.value(dialect), Vec::new().into_iter());
        let step = FIRST_LOOK;
        let mut it = Self { sql, conditions, query, from, below, step, is_over: false, rows, seen, given };
        if let Some(few) = few(tx, find, &it.query)? {
            it.takes(tx, wanted, few)?;
        }
        Ok(it)
    }

    /// All that there is to be looked at, in any order.
    fn takes(&mut self, tx: &mut dyn Tx, wanted: &Wanted, mut rows: Vec<Row>) -> Result<(), Error> {
        rows.retain(|it| self.from <= it.0);
        rows.sort_unstable_by_key(|it| Reverse(it.0));
        let below = rows.partition_point(|it| self.below <= it.0);
        let rest = rows.split_off(below);
        if let (Some(given), Some(seen)) = (self.given, &mut self.seen) {
            for row in rows.into_iter().filter(|it| given <= it.0) {
                let conversation = row.2;
                if hit(tx, wanted, row)?.is_some() {
                    seen.insert(conversation);
                }
            }
        }
        (self.rows, self.is_over) = (rest.into_iter(), true);
        Ok(())
    }

    fn next(&mut self, tx: &mut dyn Tx) -> Result<Option<Row>, Error> {
        loop {
            while let Some(row) = self.rows.next() {
                if self.is_new(row.2) {
                    return Ok(Some(row));
                }
            }
            if self.is_over {
                return Ok(None);
            }
            self.look(tx)?;
        }
    }

    fn is_new(&mut self, conversation: i64) -> bool {
        self.seen.as_mut().is_none_or(|seen| seen.insert(conversation))
    }

    fn look(&mut self, tx: &mut dyn Tx) -> Result<(), Error> {
        type Found = (i64, Option<i64>, Option<i64>, Option<bool>, Option<i64>, Option<[u8; 16]>);
        let values = params![self.query.clone(), self.from, self.below, self.step];
        let found: Vec<Found> = tx.rows(&self.sql, values)?;
        self.is_over = from_column(self.step) > found.len() as u64;
        self.below = found.last().map_or(self.below, |it| it.0);
        self.step = (4 * self.step).min(LARGEST_LOOK);
        let whole = |(id, site, conv, aside, n, public): Found| Some((id, site?, conv?, aside?, n?, public?));
        let rows: Vec<Row> = found.into_iter().filter_map(whole).collect();
        let rows = self.without_given(tx, rows)?;
        self.rows = rows.into_iter();
        Ok(())
    }

    /// Without those of conversations that an earlier page gave for a newer message.
    fn without_given(&mut self, tx: &mut dyn Tx, rows: Vec<Row>) -> Result<Vec<Row>, Error> {
        let Some(given) = self.given else { return Ok(rows) };
        if rows.is_empty() {
            return Ok(rows);
        }
        let all = numbers(rows.iter().map(|it| it.2).collect::<HashSet<_>>());
        let sql = format!(
            "SELECT DISTINCT c.id FROM chat_indexed d JOIN {} w ON w.id = d.id
             JOIN chat_conversation c ON c.id = d.conv_id AND c.site_id = d.site_id WHERE c.id IN ({all}){}",
            INDEX.page(tx.dialect(), [1, 2, 3, 4]),
            self.conditions
        );
        let newer: Vec<(i64,)> = tx.rows(&sql, params![self.query.clone(), given, i64::MAX, i64::MAX])?;
        let newer: HashSet<i64> = newer.into_iter().map(|(id,)| id).collect();
        Ok(rows.into_iter().filter(|it| !newer.contains(&it.2)).collect())
    }
}

/// The messages of what the filter leaves, where that is little: those with the words, and with an index that cannot
/// be asked about single messages all of them. Who may see three conversations would else wait for each message of
/// all others that has the word. `None` when it is much.
fn few(tx: &mut dyn Tx, find: &Find, query: &Value) -> Result<Option<Vec<Row>>, Error> {
    let Find { filter, visible, .. } = find;
    let everywhere = Filter { by: None, from: None, until: None, ..filter.clone() } == Filter::default();
    if everywhere && *visible == Visible::All {
        return Ok(None);
    }
    let sql =
        format!("SELECT c.id FROM chat_conversation c WHERE TRUE{} LIMIT {FEW} + 1", of_conversation(find));
    let left: Vec<(i64,)> = tx.rows(&sql, &[])?;
    if left.is_empty() || FEW < left.len() {
        return Ok(left.is_empty().then(Vec::new));
    }
    let (with_words, values) = match INDEX.beside(tx.dialect(), "d.id", 1) {
        Some(matches) => (format!(" AND {matches}"), vec![query.clone()]),
        None => (String::new(), Vec::new()),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM chat_conversation c JOIN chat_indexed d ON d.site_id = c.site_id AND d.conv_id = c.id
         WHERE c.id IN ({}){}{with_words} LIMIT {FEW_MESSAGES} + 1",
        numbers(left.into_iter().map(|(id,)| id)),
        of_message(filter.by)
    );
    let rows: Vec<Row> = tx.rows(&sql, &values)?;
    Ok((rows.len() <= FEW_MESSAGES).then_some(rows))
}

/// What a row must fulfil, beside the words.
fn conditions(find: &Find) -> String {
    of_conversation(find) + &of_message(find.filter.by)
}

fn of_message(by: Option<By>) -> String {
    match by {
        None => String::new(),
        Some(By::Visitor) => " AND d.author = 'visitor'".into(),
        Some(By::Agents) => " AND d.author = 'agent'".into(),
        Some(By::Agent(agent)) => format!(" AND d.author = 'agent' AND d.author_id = {}", agent.0),
    }
}

fn of_conversation(find: &Find) -> String {
    let (filter, mut sql) = (&find.filter, String::new());
    let mut one_of = |column: &str, ids: Vec<i64>| {
        if !ids.is_empty() {
            let _ = write!(sql, " AND {column} IN ({})", numbers(ids));
        }
    };
    one_of("c.site_id", find.sites.iter().map(|it| it.0).collect());
    one_of("c.queue_id", filter.queues.iter().map(|it| it.0).collect());
    one_of("c.agent_id", filter.agents.iter().map(|it| it.0).collect());
    one_of("c.visitor_id", filter.visitor.iter().map(|it| it.0).collect());
    if !filter.stages.is_empty() {
        let stages: Vec<_> = filter.stages.iter().map(|it| format!("'{}'", it.code())).collect();
        let _ = write!(sql, " AND c.stage IN ({})", stages.join(", "));
    }
    if !filter.tags.is_empty() {
        let tags = numbers(filter.tags.iter().map(|it| it.0));
        let _ = write!(
            sql,
            " AND EXISTS (SELECT 1 FROM chat_tagged t WHERE t.site_id = c.site_id
            AND t.conv_id = c.id AND t.tag_id IN ({tags}))"
        );
    }
    if let Visible::Agent(agent) = find.visible {
        sql.push_str(&seen_by(agent));
    }
    sql
}

/// As [`Who::sees`](crate::who::Who) has it.
fn seen_by(agent: AgentId) -> String {
    let agent = agent.0;
    let of = |table: &str, rest: &str| {
        format!(
            "EXISTS (SELECT 1 FROM {table} t WHERE t.site_id = c.site_id AND t.agent_id = {agent} AND {rest})"
        )
    };
    format!(
        " AND (c.agent_id = {agent} OR {} OR {} OR {} OR {})",
        of("chat_member", "t.queue_id = c.queue_id"),
        of("chat_participant", "t.conv_id = c.id"),
        of("chat_offer", "t.conv_id = c.id AND t.outcome = 'open'"),
        of("chat_conversation", "t.visitor_id = c.visitor_id AND t.stage IN ('active', 'snoozed')"),
    )
}

/// Numbers as they stand in a statement.
fn numbers(ids: impl IntoIterator<Item = i64>) -> String {
    let all: Vec<String> = ids.into_iter().map(|it| it.to_string()).collect();
    all.join(", ")
}

/// The message as it is now; `None` when it does not say so any more, or cannot be read.
fn hit(tx: &mut dyn Tx, wanted: &Wanted, row: Row) -> Result<Option<Hit>, Error> {
    let (_, site, conv, aside, n, public) = row;
    let (site, conversation, place) = (SiteId(site), ConversationId(conv), place(aside, n));
    let message = match message::one(tx, (site, conversation), place) {
        Err(Error::Data(_)) => None,
        read => read?,
    };
    let Some(message) = message else { return Ok(None) };
    let Some(text) = index::searched(tx, site, &message.body)? else { return Ok(None) };
    let Some(places) = wanted.places(&text) else { return Ok(None) };
    let snippet = Snippet::new(&text, &places);
    let public = PublicId::from_bytes(public);
    Ok(Some(Hit { site, conversation, public, place, at: message.at, snippet }))
}
