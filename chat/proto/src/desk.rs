//! An agent's desk and the chat service. Both the socket and HTTP go by the desk's cookie and its origin.
mod lists;
mod people;

use serde::{Deserialize, Serialize};

pub use lists::{Found, List, Query, Row, Rows};
pub use people::{Blocked, Canned, Contact, CustomValue, Past, Sticky, Visitor, figures};

use crate::{Cid, ConversationName, Fault, FileName, Form, Millis, Resume, message::Msg, visitor::PageView};

/// The answer to `POST /v1/conversations/{conv}/share`: the share that the visitor is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Shared {
    /// The session's name: `/view/{session}` shows it.
    pub session: String,
}

/// A conversation that an agent is asked to take.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Offer {
    /// Which offer; accept and decline name it.
    pub no: u32,
    /// Who is asked.
    pub agent: i64,
    /// When they were asked.
    pub at: Millis,
    /// Until when.
    pub due: Millis,
    /// Whose it is, where it is a transfer.
    pub from: Option<i64>,
    /// The page that the visitor was on last; told with [`ToDesk::Offered`], as what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<PageView>,
    /// The start of what the visitor wrote last.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// What whoever gave it away wrote for the next one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A conversation, as the agent who has it open sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Detail {
    /// What its row says.
    pub row: Row,
    /// The last number beside the thread.
    pub aseq: u64,
    /// What this agent may do now: `take`, `accept`, `decline`, `send`, `note`, `transfer`, `cancel_transfer`,
    /// `snooze`, `wake`, `tag`, `close`, `block`, `reopen`, `share`.
    pub may: Vec<String>,
    /// Up to where the visitor has read.
    pub visitor_read: u64,
    /// The other agents who have it open.
    pub watching: Vec<i64>,
    /// A transfer that waits for somebody's answer.
    pub transfer: Option<Offer>,
    /// The text that stands above a first answer, by [`Form`] keys: what was filled in before.
    pub form: Form,
    /// The visitor's language.
    pub lang: String,
    /// What the visitor thought of it: stars, and words.
    pub rating: Option<(u8, String)>,
    /// When the agent's first answer is due, while there was none.
    pub answer_due: Option<Millis>,
    /// Since when the time for it runs: since the offer, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_from: Option<Millis>,
}

/// What an agent says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum FromDesk {
    /// First on every socket.
    Hello {
        /// The conversations that are open in it.
        #[serde(default)]
        resume: Vec<Resume>,
    },
    /// Shows a list from now on, in place of the one before.
    Watch {
        /// Which; nothing for none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<Query>,
    },
    /// Opens a conversation; its messages follow from after what the client has.
    Open(Resume),
    /// Does not show it any more.
    Leave {
        /// Which.
        conv: ConversationName,
    },
    /// Writes.
    Send {
        /// The client's name of the message.
        cid: Cid,
        /// In which conversation.
        conv: ConversationName,
        /// What.
        say: Say,
    },
    /// Asks for something to be done.
    Do {
        /// The client's name of the request.
        cid: Cid,
        /// With which conversation.
        conv: ConversationName,
        /// What.
        what: Deed,
    },
    /// Is there for a site, or is not (FEATURES QUE-04).
    Presence {
        /// The client's name of the request.
        cid: Cid,
        /// The site's key.
        site: String,
        /// Takes conversations, takes none, or is not connected.
        to: Presence,
    },
    /// Types, or stopped.
    Typing {
        /// In which conversation.
        conv: ConversationName,
        /// Whether.
        on: bool,
    },
    /// Has seen everything up to there.
    Read {
        /// In which conversation.
        conv: ConversationName,
        /// Up to which message.
        seq: u64,
    },
    /// Asks for messages before the first or after the last that it has.
    Fetch {
        /// In which conversation.
        conv: ConversationName,
        /// After which message.
        after: u64,
        /// After which record.
        #[serde(default)]
        aseq: u64,
    },
}

/// What an agent writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Say {
    /// A text, with files or without.
    Text {
        /// What.
        #[serde(default)]
        text: String,
        /// Files that are uploaded and ready.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<FileName>,
        /// What it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<u64>,
    },
    /// A link (FEATURES DSK-07).
    Link {
        /// Where it leads; http or https.
        url: String,
        /// What it says.
        title: String,
    },
    /// A commercial offer.
    Deal {
        /// What is offered.
        text: String,
        /// Where to get it; http or https, or nothing.
        url: String,
    },
    /// For agents only.
    Note {
        /// What.
        text: String,
    },
}

/// What an agent has done with a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deed {
    /// Makes it theirs.
    Take {
        /// Even beyond their own limit; a manager, even from another agent.
        #[serde(default)]
        force: bool,
    },
    /// Takes what was offered.
    Accept {
        /// Which offer.
        no: u32,
    },
    /// Does not take it.
    Decline {
        /// Which offer.
        no: u32,
    },
    /// Gives it to another agent, who is asked.
    TransferToAgent {
        /// Whom.
        agent: i64,
        /// What they should know.
        #[serde(default)]
        note: String,
        /// Even beyond their limit.
        #[serde(default)]
        force: bool,
    },
    /// Gives it to a queue.
    TransferToQueue {
        /// Which.
        queue: i64,
        /// What the next one should know.
        #[serde(default)]
        note: String,
    },
    /// Keeps it after all.
    CancelTransfer,
    /// Puts it aside.
    Snooze {
        /// Until when; nothing until the visitor writes.
        #[serde(default)]
        until: Option<Millis>,
        /// Whether it comes back then, or ends.
        #[serde(default)]
        keep: bool,
    },
    /// Takes it up again.
    Wake,
    /// Qualifies it: all its tags.
    Tag {
        /// Which.
        tags: Vec<i64>,
    },
    /// Follows it, or not any more.
    Star {
        /// Whether.
        on: bool,
    },
    /// Ends it.
    Close {
        /// Its tags.
        #[serde(default)]
        tags: Vec<i64>,
    },
    /// Ends it, and refuses the visitor from now on.
    Block {
        /// Its tags.
        #[serde(default)]
        tags: Vec<i64>,
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// Takes up what was ended.
    Reopen,
}

/// Whether an agent is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Takes conversations.
    Available,
    /// Takes none.
    Away,
    /// Not connected.
    #[default]
    Gone,
}

/// What every desk knows: agents, sites, queues, tags, canned replies. Small, and sent whole where it changes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Directory {
    /// Whose desk it is.
    pub me: i64,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    /// The sites that this agent may see.
    pub sites: Vec<SiteCard>,
    /// The agents of those sites.
    pub agents: Vec<AgentCard>,
}

/// A site, as far as desks know it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteCard {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Whether this agent is there for it.
    pub presence: Presence,
    /// Whether the service set this agent away, since requests went unanswered.
    pub rested: bool,
    /// Whether closing wants a tag.
    pub tag_required: bool,
    /// Its queues.
    pub queues: Vec<Card>,
    /// Its tags, in the admin's order.
    pub tags: Vec<Card>,
    /// Whether it is set up: the bot's fault codes where it is not.
    pub faults: Vec<String>,
    /// Another number whenever a setting of the site was changed: who shows settings reads them anew.
    pub settings: i64,
}

/// How many there are: `GET /v1/counts`, and [`ToDesk::Counts`] as it changes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Counts {
    /// In the list of those who wait.
    pub waiting: u32,
    /// This agent's.
    pub mine: u32,
    /// Of those, with something unread.
    pub unread: u32,
    /// Unread in the inbox.
    pub inbox: u32,
}

/// Something with a number and a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its colour, `#rrggbb` or nothing.
    pub colour: String,
}

/// An agent, as colleagues know them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentCard {
    /// Who.
    pub id: i64,
    /// First name.
    pub first_name: String,
    /// The rest of the name.
    pub last_name: String,
    /// Where they are there, by site keys.
    pub presence: std::collections::BTreeMap<String, Presence>,
    /// How many conversations they have, and may have.
    pub load: (u32, u32),
}

/// What a desk is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ToDesk {
    /// The answer to hello.
    Welcome {
        /// The server's clock.
        now: Millis,
        /// A ping comes so often, milliseconds.
        ping_ms: u32,
        /// Who and what there is.
        directory: Directory,
    },
    /// Who and what there is, anew.
    Directory(Directory),
    /// The list that is watched, from its top: replaces what was shown.
    List(Rows),
    /// A row of it changed, or came.
    Row(Row),
    /// A row is not in it any more.
    Gone {
        /// Which.
        conv: ConversationName,
    },
    /// How many wait, are this agent's, and lie unread in the inbox; and unread messages in the agent's own.
    Counts {
        /// In the list of those who wait.
        waiting: u32,
        /// This agent's.
        mine: u32,
        /// Of those, with something unread.
        unread: u32,
        /// Unread in the inbox.
        inbox: u32,
    },
    /// This agent is asked to take it.
    Offered {
        /// What.
        row: Row,
        /// Until when, and which offer it is.
        offer: Offer,
    },
    /// Not any more.
    OfferEnded {
        /// Which conversation.
        conv: ConversationName,
        /// Which offer.
        no: u32,
        /// `answered`, `expired`, `declined`, `withdrawn`.
        why: String,
    },
    /// An open conversation as it is now.
    Conv(Detail),
    /// Messages of an open conversation, in order; records beside them.
    Msgs {
        /// In which.
        conv: ConversationName,
        /// Messages and records, each in the order of its own numbers.
        msgs: Vec<Msg>,
    },
    /// The visitor of an open conversation looked at another page, came, or went: the panel is asked for anew.
    Visitor {
        /// Of which conversation.
        conv: ConversationName,
        /// Whether they are there.
        online: bool,
    },
    /// Done, and durable. Comes after what it changed.
    Ack {
        /// What.
        cid: Cid,
        /// The message's number; 0 where it was none.
        #[serde(default, skip_serializing_if = "crate::is_zero")]
        seq: u64,
        /// When it was received.
        at: Millis,
    },
    /// Not done.
    Nack {
        /// What.
        cid: Cid,
        /// Why.
        fault: Fault,
    },
    /// The visitor types, or another agent does.
    Typing {
        /// In which conversation.
        conv: ConversationName,
        /// Which agent; nobody for the visitor.
        agent: Option<i64>,
        /// Whether.
        on: bool,
    },
    /// The visitor has seen everything up to there.
    Read {
        /// In which conversation.
        conv: ConversationName,
        /// Up to which message.
        seq: u64,
    },
    /// Something that a toast says: `claimed`, `lost` (the agent was gone), `not_answered` (accepted, and not answered
    /// in time), `taken_over`, `transfer_failed`, `woken`, `inbox`, `rated`.
    Toast {
        /// About which conversation.
        conv: ConversationName,
        /// What.
        code: String,
        /// Whom it names.
        names: Vec<String>,
    },
    /// Still there. Sent every `ping_ms`, for scripts do not see a socket's own pings: two of them missing in a row
    /// is no connection (FEATURES ERR-06).
    Ping,
    /// The socket ends.
    Bye {
        /// `lagged`, `stopping`, `retry`: come back; `logged_out`: log in first; `rate`: too much is open; `hello`,
        /// `malformed`: this client is wrong.
        code: String,
    },
}
