//! What the state machine has to know from outside.
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    command::Entry,
    flow::{Flow, FlowRef},
    form::FormFields,
    id::{AgentId, QueueId, VisitorId},
    text::Lang,
    time::UnixMillis,
};

/// What stops the time that an agent has to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferStopsOn {
    /// Accepting.
    Accept,
    /// The first message.
    Answer,
}

/// A site's settings, as far as they decide about states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteSettings {
    /// The language of the site's own texts where the visitor's is missing.
    pub lang: Lang,
    /// What a new conversation begins with.
    pub entry: Entry,
    /// Where a conversation goes that has no queue of its own.
    pub default_queue: QueueId,
    /// What a visitor fills in before a conversation.
    pub form: FormFields,
    /// What a visitor fills in when nobody is there; `None` when there is no such form.
    pub offline_form: Option<FormFields>,
    /// Whether agents must tag what they close.
    pub tag_required: bool,
    /// Whether closed conversations may be opened again.
    pub reopening: bool,
    /// What stops the time to answer.
    pub offer_stops_on: OfferStopsOn,
    /// An agent who is gone for so long loses their active conversations.
    pub agent_gone: Duration,
    /// A visitor who is gone for so long without an answer ends the conversation; `None` for never.
    pub idle_close: Option<Duration>,
}

/// A queue's settings, as far as they decide about states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSettings {
    /// Whether the agent who had a visitor last is asked first.
    pub sticky: bool,
    /// How long an agent has for the first answer.
    pub first_answer: Duration,
    /// How long a visitor waits in all.
    pub accept_timeout: Duration,
    /// Where a conversation goes that has waited so long.
    pub overflow: Option<(QueueId, Duration)>,
}

impl Default for QueueSettings {
    fn default() -> Self {
        let (first_answer, accept_timeout) = (Duration::from_secs(30), Duration::from_secs(120));
        Self { sticky: true, first_answer, accept_timeout, overflow: None }
    }
}

/// Whether an agent is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Connected to the site, and takes conversations.
    Available,
    /// Connected, but takes none.
    Away,
    /// Not connected.
    Gone,
}

/// Whether an agent has a slot left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Room {
    /// At least one.
    Free,
    /// None.
    Full,
}

/// What is known of an agent at the moment of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AgentFacts {
    /// Whether they are there.
    pub presence: Presence,
    /// Whether they have a slot left.
    pub room: Room,
}

/// The world of one site around its conversations: settings and facts as they are within the transaction.
pub trait World {
    /// The site's settings.
    fn site(&self) -> &SiteSettings;
    /// A queue's settings; `None` when the site has no such queue (any more).
    fn queue(&self, queue: QueueId) -> Option<QueueSettings>;
    /// Whether the site (`None`) or one of its queues is open at `at`.
    fn is_open(&self, queue: Option<QueueId>, at: UnixMillis) -> bool;
    /// An agent; `None` when the site has no such agent (any more).
    fn agent(&self, agent: AgentId) -> Option<AgentFacts>;
    /// Whether an agent has blocked this visitor.
    fn is_blocked(&self, visitor: VisitorId) -> bool;
    /// One version of a bot flow. Versions that conversations stand in are kept.
    fn flow(&self, flow: FlowRef) -> Option<&Flow>;
}
