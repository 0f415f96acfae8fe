//! A visitor's widget and the chat service.
//!
//! Over HTTP, with `Authorization: Bearer` where a token is needed: `GET /v1/widget/{site}` gives a [`Widget`],
//! `POST /v1/widget/{site}/token` takes a [`TokenRequest`] and gives a [`Token`], `POST /v1/widget/{site}/say`
//! takes a [`FromVisitor`] (start, send, choose, submit, close or rate) and gives a [`ToVisitor`]: for
//! `fetch(keepalive)` as the page is left.
//! Where no WebSocket comes through, `POST /v1/stream` takes each [`FromVisitor`] and `GET /v1/stream` gives what there is
//! of [`ToVisitor`] by then.
use serde::{Deserialize, Serialize};

use crate::{Cid, ConversationName, Fault, FileName, Form, FormField, Millis, Resume, message::Msg};

/// Asks who the visitor is: by a secret that their browser keeps, or as the site says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct TokenRequest {
    /// 64 hexadecimal digits of 256 random bits, made once by the browser.
    pub secret: String,
    /// The site's own word: an HS256 JWT (aud = site, sub, exp, kid).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

/// What the visitor shows from now on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Token {
    /// The bearer token.
    pub token: String,
    /// Until when; the client asks anew before.
    pub expires: Millis,
}

/// What the widget shows before anything is said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Widget {
    /// The site's name.
    pub name: String,
    /// The bot's name; empty where a person answers at once.
    pub bot: String,
    /// The accent colour, `#rrggbb`; empty for the usual blue.
    pub colour: String,
    /// What stands above the form.
    pub greeting: String,
    /// What is filled in before a conversation.
    pub form: Vec<FormField>,
    /// What is filled in when nobody is there; empty when there is no such form.
    pub offline_form: Vec<FormField>,
    /// Whether somebody is there now.
    pub open: bool,
    /// Why not, and how else to get in touch; told where `open` is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<ClosedNotice>,
    /// Why the widget cannot be used, for whoever sets the site up: the bot's fault codes (FEATURES BOT-08).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<String>,
    /// Largest file, bytes.
    pub max_file_bytes: u64,
    /// Endings of file names that are refused, without their dot.
    pub refused_files: Vec<String>,
    /// Whether every page tells that it is there, even before a conversation.
    pub presence: bool,
    /// Query keys that stay in the addresses of pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query_keys: Vec<String>,
}

/// What is shown outside opening hours (FEATURES B2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ClosedNotice {
    /// The site's own words; `[words](https://…)` is a link.
    pub message: String,
    /// When somebody is there again, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<Millis>,
    /// Other ways to get in touch, in the admin's order.
    pub ways: Vec<Way>,
}

/// A way to get in touch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Way {
    /// `email`, `phone`, `link` or `form` (the offline form).
    pub kind: String,
    /// What it says.
    pub label: String,
    /// The address, the number or the URL.
    pub value: String,
}

/// What the visitor says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum FromVisitor {
    /// First on every socket. Within 5 s, or it is closed.
    Hello {
        /// The bearer token.
        token: String,
        /// Where the client stands, if it has a conversation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume: Option<Resume>,
        /// Which browser it is, so that its page can be shared in the conversation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<PageProof>,
    },
    /// Begins a conversation. Under the same `cid`, and while another one is open, the one that is there.
    Start {
        /// The client's name of this start.
        cid: Cid,
        /// What was filled in.
        form: Form,
        /// The page's language, for example `fr`.
        lang: String,
        /// The offline form, sent while nobody is there.
        #[serde(default)]
        offline: bool,
        /// Where from: the visit so far.
        #[serde(default)]
        visit: Visit,
    },
    /// Writes.
    Send {
        /// The client's name of the message.
        cid: Cid,
        /// In which conversation.
        conv: ConversationName,
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
    /// Answers the bot.
    Choose {
        /// The client's name of the answer.
        cid: Cid,
        /// In which conversation.
        conv: ConversationName,
        /// Which option.
        option: i64,
    },
    /// Sends the offline form of a conversation that nobody came to.
    Submit {
        /// The client's name of the message.
        cid: Cid,
        /// In which conversation.
        conv: ConversationName,
        /// What was filled in.
        form: Form,
    },
    /// Ends it.
    Close {
        /// The client's name of the request.
        cid: Cid,
        /// Which.
        conv: ConversationName,
    },
    /// Says what they think of it.
    Rate {
        /// The client's name of the request.
        cid: Cid,
        /// Of which.
        conv: ConversationName,
        /// 1 to 5.
        stars: u8,
        /// In words; may be empty.
        #[serde(default)]
        text: String,
    },
    /// Types, or stopped. At most once a second.
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
    /// Is on another page now.
    Page(PageView),
    /// What the site's own script tells about the visitor (FEATURES INF-12).
    Custom {
        /// By the keys that the site declared.
        data: Form,
    },
    /// Asks for messages that it lacks.
    Fetch {
        /// In which conversation.
        conv: ConversationName,
        /// After which one.
        after: u64,
    },
}

/// Proof that the client is the browser of a page key: the key that the page's loader made, which cannot leave it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct PageProof {
    /// The public key: SPKI, base64url without padding.
    pub key: String,
    /// Its ECDSA P-256 signature (SHA-256, raw `r ‖ s`) over `tandem-chat:` and the token, base64url without padding.
    pub signature: String,
}

/// A visit so far. Sent when a conversation begins, and not before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Visit {
    /// Names the visit; 32 hexadecimal digits.
    pub id: String,
    /// When it began.
    pub started: Millis,
    /// Where it came from: origin and path, and the query keys that name campaigns.
    pub referrer: String,
    /// The campaign's query keys (`utm_*`) of the first page.
    pub campaign: Form,
    /// The pages so far, oldest first.
    pub pages: Vec<PageView>,
}

/// A page that was looked at: origin, path and the query keys that the site allows, without hash.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct PageView {
    /// The address.
    pub url: String,
    /// The title, with what looks like a card, a number or an address taken out.
    pub title: String,
    /// When.
    pub at: Millis,
}

/// What the visitor is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ToVisitor {
    /// The answer to hello.
    Welcome {
        /// The server's clock.
        now: Millis,
        /// A ping comes so often, milliseconds.
        ping_ms: u32,
        /// The conversation that is open, or was last; messages follow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conv: Option<Conversation>,
    },
    /// The conversation as it is now. One of a smaller `ver` never replaces one of a greater; of the same `ver` the
    /// later frame counts: places in a queue change without the conversation.
    Conv(Conversation),
    /// Messages in the order of their numbers. Applied where the first is the next one; else fetched.
    Msgs {
        /// In which conversation.
        conv: ConversationName,
        /// What.
        msgs: Vec<Msg>,
    },
    /// Done, and durable. Comes after what it changed.
    Ack {
        /// What.
        cid: Cid,
        /// In which conversation.
        conv: ConversationName,
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
        /// Why, and whether it may work later.
        fault: Fault,
    },
    /// Somebody types, or stopped; ends by itself after [`TYPING_MS`](crate::limits::TYPING_MS).
    Typing {
        /// In which conversation.
        conv: ConversationName,
        /// Whether.
        on: bool,
    },
    /// The agent has seen everything up to there.
    Read {
        /// In which conversation.
        conv: ConversationName,
        /// Up to which message.
        seq: u64,
    },
    /// A new token, before the old one ends.
    Token(Token),
    /// What the site set up has changed: ask `GET /v1/widget/{site}` again before the next conversation.
    Changed,
    /// Still there. Sent every `ping_ms`, for scripts do not see a socket's own pings: two of them missing in a row
    /// is no connection (FEATURES ERR-06).
    Ping,
    /// The socket ends. `again` after a while, unless `code` is for good.
    Bye {
        /// `lagged`, `stopping`, `retry`: come back; `token`: with another token; `rate`: later; `hello`, `malformed`:
        /// this client is wrong.
        code: String,
    },
}

/// Where [`FromVisitor`] goes on by requests: the answer to `POST /v1/stream`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Stream {
    /// Its name: 32 hexadecimal digits.
    pub stream: String,
}

/// What came by requests: the answer to `GET /v1/stream`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Streamed {
    /// What the next request says, when this answer has come.
    pub cursor: u32,
    /// In their order; may be none.
    pub frames: Vec<ToVisitor>,
}

impl Streamed {
    /// One as JSON, of frames that are JSON already, as sockets carry them.
    pub fn written(cursor: u32, frames: &[&str]) -> String {
        format!(r#"{{"cursor":{cursor},"frames":[{}]}}"#, frames.join(","))
    }
}

/// A conversation, as its visitor may know it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Conversation {
    /// Which.
    pub conv: ConversationName,
    /// Where it stands.
    pub stage: Stage,
    /// How many changes there were.
    pub ver: u64,
    /// The last number in its thread.
    pub seq: u64,
    /// The agent's first name, while there is one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub agent: String,
    /// Whether the agent is there; while there is one.
    pub agent_here: bool,
    /// How many are served before, while it waits; 0 is next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u32>,
    /// What the wait will be, seconds, where enough is known to say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
    /// Whether it waits while nobody who serves its queue is there: its place is kept, and nobody is next.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unattended: bool,
    /// Whether it can be rated.
    pub rateable: bool,
    /// Whether it is over and the visitor may begin no other one (FEATURES BLK-01).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unavailable: bool,
}

/// Where a conversation stands, for its visitor: an offer is a wait, a pause is nothing that they notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// With the bot.
    #[default]
    Bot,
    /// Waiting for an agent.
    Waiting,
    /// With an agent.
    Active,
    /// Nobody came: the form is shown.
    OfflineForm,
    /// The form was sent.
    Offline,
    /// It is over.
    Closed,
}
