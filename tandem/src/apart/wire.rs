//! What relay and chat say to each other where each is a process of its own: JSON bodies of signed calls. Fields are
//! only ever added, each with a default, so that one of them can be renewed before the other.
use serde::{Deserialize, Serialize};

/// To the relay: `Shares::end`.
pub const END: &str = "/link/shares/end";
/// To the relay: `Shares::open`.
pub const OPEN: &str = "/link/shares/open";
/// To the relay: `Shares::page`.
pub const PAGE: &str = "/link/shares/page";
/// To the chat: `Thread::append`.
pub const APPEND: &str = "/link/thread/append";
/// To the chat: `Thread::agent_of`.
pub const AGENT: &str = "/link/thread/agent";

/// It is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}

/// The body of [`END`]; [`Done`] answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndShare {
    /// The site's number.
    pub site: i64,
    /// The conversation's.
    pub conversation: i64,
    /// Whose it was.
    pub from: i64,
    /// Who may ask anew.
    #[serde(default)]
    pub to: Option<i64>,
}

/// The body of [`OPEN`]; [`Opened`] answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenShare {
    /// The site's number.
    pub site: i64,
    /// The conversation's.
    pub conversation: i64,
    /// The browser.
    pub page: [u8; 16],
    /// Who asks.
    pub agent: i64,
}

/// What came of [`OpenShare`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opened {
    /// The share's name.
    Share([u8; 16]),
    /// The visitor's page is not there.
    VisitorGone,
    /// There are too many.
    TooMany,
}

/// The body of [`PAGE`]; [`Page`] answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The site's key.
    pub site: String,
    /// The page's key.
    pub key: String,
    /// What it signed ...
    pub signed: String,
    /// ... and how.
    pub signature: String,
}

/// Whose page it is, if it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The browser.
    #[serde(default)]
    pub page: Option<[u8; 16]>,
}

/// The body of [`APPEND`]; [`Done`] answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The event's own name.
    pub name: [u8; 16],
    /// The conversation, as the relay names it.
    pub conv: String,
    /// The session.
    pub session: [u8; 16],
    /// What.
    pub phase: Phase,
    /// With whom.
    pub agent: i64,
}

/// What became of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as `relay::conversations::Phase`")]
pub enum Phase {
    Asked,
    Refused,
    Started,
    ControlStarted,
    ControlEnded,
    Ended,
}

/// The body of [`AGENT`]; [`Agent`] answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whose {
    /// The conversation, as the relay names it.
    pub conv: String,
}

/// Whom a conversation is with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The account's number; nobody's, where it is with nobody.
    #[serde(default)]
    pub agent: Option<i64>,
}
