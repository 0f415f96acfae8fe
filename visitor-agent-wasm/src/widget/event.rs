//! What happens to the widget, and what it wants done.
use chat_proto::{
    Cid, Form, Millis,
    message::Msg,
    visitor::{
        Conversation, FromVisitor, PageProof, PageView, ToVisitor, Token, TokenRequest, Visit, Widget,
    },
};

use super::{
    codec::{Codec, from_json as json},
    json::Json,
    outbox::Upload,
};

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// This tab holds the socket and the outbox from now on.
    Leads,
    /// Another tab holds them from now on: this one did not answer.
    Follows,
    /// How the site set the widget up.
    Config(Box<Widget>),
    /// That could not be fetched.
    ConfigFailed,
    /// Who the visitor is, as it was asked for.
    Token(TokenRequest, Token),
    /// That could not be fetched, as it was asked for: the HTTP status, 0 for none.
    TokenFailed(TokenRequest, u16),
    /// The socket is open; which browser it is, where the loader can prove it.
    Up(Option<PageProof>),
    /// The socket is closed.
    Down,
    /// No socket comes through: another way is opened.
    Opens,
    /// The server says something.
    Frame(Box<ToVisitor>),
    /// Another tab says something.
    Peer(Box<Peer>),
    /// Another tab stored something: key, and value unless it is gone.
    Stored(String, Option<String>),
    /// Whether the browser has a network.
    Online(bool),
    /// Whether the page is looked at.
    Visible(bool),
    /// Whether the window fills the screen.
    Phone(bool),
    /// The last message that the thread's visible part holds, or has above it.
    Sight(u64),
    /// The time that was asked for by [`Out::Wake`].
    Due,
    /// The page is left.
    Leave,
    /// The server takes an upload: name, the server's name.
    Placed(String, String),
    /// An upload went on: name, percent.
    Progress(String, u8),
    /// A file is there: name, the server's name.
    Uploaded(String, String),
    /// A file is not: name, code; the code is empty where it may work later.
    UploadFailed(String, String),
    /// A file could not be fetched.
    Failed,
    /// The visitor or the page's script does something.
    Act(Box<Act>),
}

/// What the visitor does, or the page's script for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Opens the window.
    Open,
    /// Folds it.
    Fold,
    /// Begins a conversation.
    Start {
        /// What was filled in.
        form: Form,
        /// Where from.
        visit: Visit,
    },
    /// Sends the offline form.
    Submit {
        /// What was filled in.
        form: Form,
        /// Where from.
        visit: Visit,
    },
    /// Writes.
    Send(String),
    /// What is in the composer now.
    Draft(String),
    /// Answers the bot.
    Choose(i64),
    /// Wants the conversation to end.
    End,
    /// Is sure, or not.
    Confirm(bool),
    /// Rates: stars and comment.
    Rate(u8, String),
    /// Begins anew.
    Anew,
    /// Shows the offline form, or not.
    Offline(bool),
    /// Chose files.
    Pick(Vec<Upload>),
    /// Takes one of them out again.
    Drop(String),
    /// Cancels a message whose files are on their way, or gives up one that failed.
    Cancel(Cid),
    /// Sends again.
    Resend(Cid),
    /// Tries again what failed.
    Retry,
    /// Has read the band.
    Dismiss,
    /// Changes a field that was wrong.
    Mend(String),
    /// Forgets who the visitor is; the browser has this secret from now on.
    Logout(String),
    /// Says who the visitor is, by the site's word.
    Identify(String),
    /// Tells about the visitor.
    Custom(Form),
    /// Is on another page now.
    Page(PageView),
}

/// What tabs tell each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// A tab that does not lead asks how things stand.
    Hi,
    /// A tab that does not lead asks whether there is one that does.
    Ask,
    /// How they stand.
    Stand {
        /// The conversation.
        conv: Option<Conversation>,
        /// Its thread.
        msgs: Vec<Msg>,
        /// What the agent has read.
        read: u64,
        /// Whether the server is reached.
        up: bool,
    },
    /// What the server said.
    Heard(ToVisitor),
    /// What the server should be told.
    Say(FromVisitor),
    /// Whether the server is reached.
    Up(bool),
    /// The visitor is forgotten; the browser has this secret from now on.
    Logout(String),
    /// Who the visitor is, by the site's word.
    Identify(String),
}

/// How a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Begin {
    /// What is stored, by its keys.
    pub kept: Form,
    /// The page's language.
    pub lang: String,
    /// What the window says in it: the texts of [`crate::words::chat::Chat`], in their order.
    pub words: Vec<String>,
    /// Whether the window fills the screen.
    pub phone: bool,
    /// Whether there is a network.
    pub online: bool,
    /// Whether the page is looked at.
    pub visible: bool,
    /// A fresh secret: 64 hexadecimal digits, for a browser that has none.
    pub secret: String,
    /// The page.
    pub page: PageView,
}

/// What is to be done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Out {
    /// Store a value under a key at once; `None` takes it away. Keys that begin with `~` are the tab's own.
    Save(String, Option<String>),
    /// Fetch how the site set the widget up.
    Config,
    /// Ask who the visitor is.
    Token(TokenRequest),
    /// Open the socket.
    Connect,
    /// Close the socket, if there is one.
    Hangup,
    /// Say it to the server.
    Say(FromVisitor),
    /// Say it to the server as the page is left, with this token.
    Last(String, Vec<FromVisitor>),
    /// Tell the other tabs.
    Tell(Peer),
    /// Tell the other tabs the frame that has just come, as it came: [`Peer::Heard`].
    Relay,
    /// Come back then, with [`Event::Due`]; in place of what was asked before.
    Wake(Millis),
    /// Take the socket and the outbox over from a tab that does not answer.
    Steal,
    /// Bring a file to the server: itself, in which conversation, with which token.
    Upload(Upload, String, String),
    /// Keep these files so that they outlive the page.
    Keep(Vec<String>),
    /// Of the files of pages that are gone, these alone are still wanted.
    Sweep(Vec<String>),
    /// Stop uploads, and forget their files; here alone, or at the server too.
    Forget(Vec<Upload>, Place),
    /// Put this text into the composer.
    Compose(String),
    /// Put the focus where the visitor goes on.
    Focus,
    /// Show the window, or fold it.
    Show(bool),
    /// How many messages are unread.
    Unread(usize),
    /// Use this token for files.
    Bearer(String),
}

/// Where a file is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In this browser: a message has it, or it never left.
    Here,
    /// At the server too: it was on its way.
    Everywhere,
}

impl Event {
    /// Reads an event as the page's script tells it: its kind, and what belongs to it. `None` for what is not
    /// understood, as a frame of a later release may be.
    pub fn read(kind: &str, payload: &str) -> Option<Self> {
        Some(match kind {
            "leads" => Self::Leads,
            "follows" => Self::Follows,
            "config" => Self::Config(boxed(payload)?),
            "config_failed" => Self::ConfigFailed,
            "token" => {
                let (asked, token) = json(payload)?;
                Self::Token(asked, token)
            }
            "token_failed" => {
                let (asked, status) = json(payload)?;
                Self::TokenFailed(asked, status)
            }
            "up" => Self::Up(json(payload)),
            "down" => Self::Down,
            "opens" => Self::Opens,
            "frame" => Self::Frame(boxed(payload)?),
            "peer" => Self::Peer(boxed(payload)?),
            "stored" => {
                let (key, value) = json(payload)?;
                Self::Stored(key, value)
            }
            "online" => Self::Online(json(payload)?),
            "visible" => Self::Visible(json(payload)?),
            "phone" => Self::Phone(json(payload)?),
            "sight" => Self::Sight(json(payload)?),
            "due" => Self::Due,
            "leave" => Self::Leave,
            "act" => Self::Act(Box::new(Act::read(&Json::parse(payload)?)?)),
            "failed" => Self::Failed,
            _ => return Self::read_upload(kind, payload),
        })
    }

    fn read_upload(kind: &str, payload: &str) -> Option<Self> {
        if kind == "progress" {
            let (local, percent) = json(payload)?;
            return Some(Self::Progress(local, percent));
        }
        let (local, text) = json(payload)?;
        match kind {
            "placed" => Some(Self::Placed(local, text)),
            "uploaded" => Some(Self::Uploaded(local, text)),
            "upload_failed" => Some(Self::UploadFailed(local, text)),
            _ => None,
        }
    }
}

fn boxed<T: Codec>(text: &str) -> Option<Box<T>> {
    json(text).map(Box::new)
}
