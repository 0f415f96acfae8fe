//! What changes beside conversations: told when it is durable, to whoever shows it.
//!
//! What changes *in* conversations is told by [`Engine::subscribe`](crate::engine::Engine::subscribe).
use tokio::sync::broadcast;

use crate::known::{Known, Unsure};
use crate::model::{AgentId, ConversationId, SiteId, VisitorId};

/// Changes that may wait for a listener. A slower one is told so, and shows everything anew.
const WAITING: usize = 1024;

/// One of them. It says what to read anew, not what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// What the site's widgets show: open ones are told
    /// [`Changed`](chat_proto::visitor::ToVisitor::Changed).
    Widget(SiteId),
    /// What every desk of the site knows: its name, queues, members, tags, whether it is set up.
    Directory(SiteId),
    /// The same, where nobody knows whether it is durable: it may be by now, or in a moment.
    Unsure(SiteId),
    /// Canned replies: shared ones, or one agent's own.
    Canned(SiteId, Option<AgentId>),
    /// A row without a transition: the star, or for one agent only how far they have read.
    Row {
        /// On which site.
        site: SiteId,
        /// Which conversation.
        conversation: ConversationId,
        /// On whose desk; `None` for all.
        only: Option<AgentId>,
    },
    /// What the panel says of a visitor; their name stands in rows too.
    Visitor(SiteId, VisitorId),
    /// A visitor who was blocked may begin again: their widgets offer it.
    Unblocked(SiteId, VisitorId),
}

/// Tells of changes; cheap to clone.
#[derive(Debug, Clone)]
pub struct Changes {
    sender: broadcast::Sender<Change>,
    /// What is forgotten as it changes, before anybody hears of it.
    known: Known,
}

impl Default for Changes {
    fn default() -> Self {
        Self { sender: broadcast::channel(WAITING).0, known: Known::default() }
    }
}

impl Changes {
    /// Hears of every change from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }

    /// What desks know of sites, until it changes.
    pub(crate) const fn known(&self) -> &Known {
        &self.known
    }

    /// For a write that makes this change, until it is known to be durable.
    pub(crate) fn unsure(&self, change: Change) -> Option<Unsure> {
        match change {
            Change::Directory(site) | Change::Unsure(site) => Some(self.unsure_at(site)),
            Change::Widget(_)
            | Change::Canned(..)
            | Change::Row { .. }
            | Change::Visitor(..)
            | Change::Unblocked(..) => None,
        }
    }

    /// The same, for what is done when the write is durable, which takes it along.
    pub(crate) fn unsure_at(&self, site: SiteId) -> Unsure {
        Unsure::new(self.clone(), site)
    }

    /// Tells of one that is durable.
    pub fn tell(&self, change: Change) {
        match change {
            Change::Directory(site) | Change::Unsure(site) => self.known.forget(site),
            Change::Widget(_)
            | Change::Canned(..)
            | Change::Row { .. }
            | Change::Visitor(..)
            | Change::Unblocked(..) => {}
        }
        // Fails only when nobody listens.
        let _ = self.sender.send(change);
    }
}
