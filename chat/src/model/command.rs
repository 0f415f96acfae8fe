//! What can be asked of a conversation. Who may ask what at all is in the types; what depends on its state
//! is in [`apply`](super::apply).
use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    actor::AgentActor,
    content::{Content, Words},
    conversation::{Kind, Rating},
    effect::Cap,
    flow::FlowRef,
    form::Form,
    id::{
        AgentId, Cid, ConversationId, OfferNo, OptionId, QueueId, Round, Seq, ShareId, SiteId, TagId,
        VisitorId,
    },
    message::SharePhase,
    text::Lang,
    time::UnixMillis,
};

/// What a conversation begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The bot.
    Bot(FlowRef),
    /// A queue.
    Queue(QueueId),
}

/// A visitor begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begin {
    /// The key that the store will give it.
    pub id: ConversationId,
    /// On which site.
    pub site: SiteId,
    /// Who.
    pub visitor: VisitorId,
    /// Whether an agent has blocked them.
    pub blocked: bool,
    /// What they ask for. [`Kind::Offline`] is the offline form, sent while nobody is there.
    pub kind: Kind,
    /// The client's name of this start; that of the offline message too.
    pub cid: Cid,
    /// What they filled in.
    pub form: Form,
    /// Their language.
    pub lang: Option<Lang>,
    /// The agent of their last conversation.
    pub previous_agent: Option<AgentId>,
}

/// Who asks, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The conversation's own visitor.
    Visitor(FromVisitor),
    /// An agent of the site.
    Agent(AgentActor, FromAgent),
    /// The service: router, timers, presence, relay.
    System(FromSystem),
}

/// What the visitor can ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromVisitor {
    /// Writes.
    Send {
        /// The client's name of the message.
        cid: Cid,
        /// What.
        content: Content,
        /// What it answers.
        reply_to: Option<Seq>,
    },
    /// Answers the bot's question.
    Choose {
        /// The client's name of the answer.
        cid: Cid,
        /// Which.
        option: OptionId,
    },
    /// Sends the offline form.
    Submit {
        /// The client's name of the message.
        cid: Cid,
        /// What they filled in.
        form: Form,
    },
    /// Ends it.
    Close,
    /// Says what they think of it.
    Rate(Rating),
    /// Writes by the link in an e-mail.
    Reply {
        /// The client's name of the message.
        cid: Cid,
        /// What.
        content: Content,
    },
}

/// Whom or what a conversation is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferTo {
    /// Another agent, who is asked.
    Agent(AgentId, Cap),
    /// A queue: at once.
    Queue(QueueId),
}

/// How long a conversation is put aside. A message of the visitor ends any pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnoozeFor {
    /// Until then; it comes back.
    Keep(UnixMillis),
    /// Until then; it ends.
    Close(UnixMillis),
    /// Until the visitor writes.
    Reply,
}

/// What an agent can ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromAgent {
    /// Makes it theirs.
    Take(Cap),
    /// Takes what was offered.
    Accept(OfferNo),
    /// Does not take it.
    Decline(OfferNo),
    /// Writes.
    Send {
        /// The client's name of the message.
        cid: Cid,
        /// What.
        content: Content,
        /// What it answers.
        reply_to: Option<Seq>,
    },
    /// Writes beside the thread, for agents only.
    Note {
        /// The client's name of the note.
        cid: Cid,
        /// What.
        text: Words,
    },
    /// Gives it to somebody else.
    Transfer {
        /// To whom.
        to: TransferTo,
        /// What they should know.
        note: Words,
    },
    /// Keeps it after all.
    CancelTransfer,
    /// Puts it aside.
    Snooze(SnoozeFor),
    /// Takes it up again.
    Wake,
    /// Qualifies it.
    Tag(BTreeSet<TagId>),
    /// Ends it.
    Close(BTreeSet<TagId>),
    /// Ends it and refuses the visitor from now on.
    Block {
        /// Qualifies it.
        tags: BTreeSet<TagId>,
        /// Why.
        reason: Words,
    },
    /// Takes up what was ended.
    Reopen,
}

/// What the service itself asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromSystem {
    /// The router found an agent.
    Offer {
        /// Whom.
        agent: AgentId,
        /// In which round.
        round: Round,
    },
    /// A deadline is due.
    Timeout,
    /// The owner's last socket closed and its grace is over.
    AgentGone,
    /// The owner is there again.
    AgentBack,
    /// The visitor's last socket closed and its grace is over.
    VisitorGone,
    /// The visitor is there again.
    VisitorBack,
    /// The queue closed for today.
    QueueClosed,
    /// The queue or the agent does not exist any more: it waits in this queue now.
    Reroute(QueueId),
    /// The relay tells what became of a share.
    Share {
        /// The relay's own name of the event.
        cid: Cid,
        /// Of which share.
        share: ShareId,
        /// What.
        phase: SharePhase,
        /// With whom.
        agent: AgentId,
    },
    /// The service was down for so long, which nobody is to blame for.
    Shift(Duration),
}
