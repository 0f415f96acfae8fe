//! What readers see: threads in pages, lists, places in a queue.
use std::{sync::Arc, time::Duration};

use chat_proto::limits::PAGE_BYTES;
use store::{Error, Tx, Value, params};

use super::{Engine, StoredEvent, fault::Fault};
use crate::{
    model::{
        AgentId, AgentSeq, Conversation, ConversationId, Message, PublicId, QueueId, Seq, SiteId, Stage,
        UnixMillis, VisitorId,
    },
    tables::{conversation, event, from_json, message},
};

/// Rows that are read for a page.
const PAGE_ROWS: usize = 256;
/// Rows of a list.
const LIST_ROWS: i64 = 50;
/// Events at once.
const EVENTS: i64 = 500;

/// Messages in order: [`PAGE_BYTES`] of them at most, or one, however long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What fits.
    pub messages: Vec<Message>,
    /// Whether there are more after these.
    pub more: bool,
}

impl Page {
    fn new(rows: Vec<(Message, usize)>) -> Self {
        let (n, mut bytes) = (rows.len(), 0);
        let fits = |(i, (_, size)): &(usize, (Message, usize))| {
            bytes += size;
            *i == 0 || bytes <= PAGE_BYTES
        };
        let fitting = rows.into_iter().enumerate().take_while(fits);
        let messages: Vec<Message> = fitting.map(|(_, (message, _))| message).collect();
        let more = messages.len() < n || n == PAGE_ROWS;
        Self { messages, more }
    }
}

/// Which conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Waiting for an agent: who waits longest first.
    Waiting,
    /// With the bot: the latest first, like all that follow.
    Bot,
    /// With an agent.
    InProgress,
    /// Put aside.
    Paused,
    /// Messages left while nobody was there.
    Inbox,
    /// Over.
    History,
}

/// The place in a list after which it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    at: UnixMillis,
    id: ConversationId,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Which conversation.
    pub id: ConversationId,
    /// What the outside calls it.
    pub public: PublicId,
    /// With whom.
    pub visitor: VisitorId,
    /// Where it stands.
    pub stage: Stage,
    /// Where it waits or waited.
    pub queue: QueueId,
    /// Whose it is, or was last.
    pub agent: Option<AgentId>,
    /// The last number in the thread.
    pub last_seq: u64,
    /// What the list is sorted by: since when it waits, or when it last changed.
    pub at: UnixMillis,
}

impl Summary {
    /// Where the list goes on after this row.
    pub const fn cursor(&self) -> Cursor {
        Cursor { at: self.at, id: self.id }
    }
}

impl Engine {
    /// A conversation by the name that the outside has for it.
    ///
    /// # Errors
    /// The store's.
    pub async fn find(&self, site: SiteId, public: PublicId) -> Result<Option<Conversation>, Fault> {
        self.inner.store.read(move |tx| Ok(conversation::by_public(tx, site, public)?)).await
    }

    /// A conversation.
    ///
    /// # Errors
    /// [`Fault::NoConversation`], or the store's.
    pub async fn conversation(&self, site: SiteId, id: ConversationId) -> Result<Conversation, Fault> {
        let found = self.inner.store.read(move |tx| conversation::load(tx, site, id)).await?;
        found.ok_or(Fault::NoConversation)
    }

    /// The thread after `after`: a page of it.
    ///
    /// # Errors
    /// The store's.
    pub async fn thread(&self, site: SiteId, id: ConversationId, after: Seq) -> Result<Page, Fault> {
        Ok(self.inner.store.read(move |tx| thread(tx, (site, id), after)).await?)
    }

    /// The thread before `before`: the page that ends there, in order.
    ///
    /// # Errors
    /// The store's.
    pub async fn thread_before(&self, site: SiteId, id: ConversationId, before: Seq) -> Result<Page, Fault> {
        let read = move |tx: &mut dyn Tx| message::before(tx, (site, id), before, PAGE_ROWS);
        let mut page = Page::new(self.inner.store.read(read).await?);
        page.messages.reverse();
        Ok(page)
    }

    /// What only agents read, after `after`: a page of it.
    ///
    /// # Errors
    /// The store's.
    pub async fn records(&self, site: SiteId, id: ConversationId, after: AgentSeq) -> Result<Page, Fault> {
        let read = move |tx: &mut dyn Tx| message::records_after(tx, (site, id), after, PAGE_ROWS);
        Ok(Page::new(self.inner.store.read(read).await?))
    }

    /// A site's events after number `after`, for whoever resumes.
    ///
    /// # Errors
    /// The store's.
    pub async fn events_after(&self, site: SiteId, after: i64) -> Result<Vec<StoredEvent>, Fault> {
        Ok(self.inner.store.read(move |tx| event::after(tx, site, after, EVENTS)).await?)
    }

    /// The place of a waiting conversation in its queue, from 1.
    pub fn position(&self, site: SiteId, id: ConversationId) -> Option<usize> {
        self.inner.routing.with(site, |router| router.position(id))
    }

    /// Whether somebody who serves a queue is there.
    pub fn is_attended(&self, site: SiteId, queue: QueueId) -> bool {
        self.inner.routing.with(site, |router| router.is_attended(queue))
    }

    /// How long a conversation still waits in this queue, by how quickly the last ones were answered; nothing where
    /// too little is known. `place` is its own, from 1.
    pub fn wait(&self, site: SiteId, queue: QueueId, place: usize) -> Option<Duration> {
        self.inner.routing.wait((site, queue), place.saturating_sub(1), self.inner.clock.now())
    }

    /// Whether both would ask the same agents about the same conversations: what one process remembers, and what
    /// another has read.
    ///
    /// # Errors
    /// What differs, in words for people.
    pub fn routes_like(&self, other: &Self, site: SiteId) -> Result<(), String> {
        let differences = self
            .inner
            .routing
            .with(site, |ours| other.inner.routing.with(site, |theirs| ours.differences(theirs)));
        if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
    }

    /// Rows of a list after `after`.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(&self, site: SiteId, of: List, after: Option<Cursor>) -> Result<Vec<Summary>, Fault> {
        let sql: Arc<str> = of.sql(after.is_some()).into();
        let read = move |tx: &mut dyn Tx| {
            let mut values: Vec<Value> = params![site.0, LIST_ROWS].to_vec();
            values.extend(after.into_iter().flat_map(|it| [it.at.0.into(), it.id.0.into()]));
            let rows = tx.rows::<Columns>(&sql, &values)?;
            rows.into_iter().map(summary).collect::<Result<_, Error>>()
        };
        Ok(self.inner.store.read(read).await?)
    }
}

/// The thread after `after`, as a transaction sees it: a page of it.
pub(crate) fn thread(tx: &mut dyn Tx, of: (SiteId, ConversationId), after: Seq) -> Result<Page, Error> {
    Ok(Page::new(message::after(tx, of, after, PAGE_ROWS)?))
}

type Columns = (i64, [u8; 16], i64, String, i64, Option<i64>, i64, i64);

fn summary((id, public, visitor, stage, queue, agent, last_seq, at): Columns) -> Result<Summary, Error> {
    Ok(Summary {
        id: ConversationId(id),
        public: PublicId::from_bytes(public),
        visitor: VisitorId(visitor),
        stage: from_json(&format!("\"{stage}\""))?,
        queue: QueueId(queue),
        agent: agent.map(AgentId),
        last_seq: crate::tables::from_column(last_seq),
        at: UnixMillis(at),
    })
}

impl List {
    fn sql(self, goes_on: bool) -> String {
        let (stages, at) = match self {
            Self::Waiting => ("'queued', 'offered'", "since"),
            Self::Bot => ("'bot'", "last_at"),
            Self::InProgress => ("'active'", "last_at"),
            Self::Paused => ("'snoozed'", "last_at"),
            Self::Inbox => ("'offline'", "last_at"),
            Self::History => ("'closed'", "last_at"),
        };
        let (order, after) = if self == Self::Waiting { ("ASC", ">") } else { ("DESC", "<") };
        let rest = if goes_on { format!("AND ({at}, id) {after} ($3, $4)") } else { String::new() };
        format!(
            "SELECT id, pub, visitor_id, stage, queue_id, agent_id, last_seq, {at} FROM chat_conversation
             WHERE site_id = $1 AND stage IN ({stages}) {rest} ORDER BY {at} {order}, id {order} LIMIT $2"
        )
    }
}
