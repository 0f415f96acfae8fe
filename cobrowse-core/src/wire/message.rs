//! Control messages, one enum per direction: the relay converts between them and stamps who spoke.
//!
//! Postcard, a format without names or types in the bytes: an added field breaks both directions, so the version
//! in the hello decides. No type here contains itself, so no bytes can make the reader recurse. Decoding makes
//! the two checks that `postcard` leaves out: length first, no rest.
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

use super::limits::MAX_CONTROL;
use crate::{
    command::{Command, Indicate, Receipt},
    id::{AgentId, CommandId, Epoch, GrantId, Incarnation, Seq, SessionId, TabId, ViewId},
};

/// The first message of the server on a new WebSocket: what a visitor's proof must sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// Random, used once.
    pub nonce: [u8; 32],
}

/// The first message of a peer on a new WebSocket.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`super::PROTOCOL_VERSION`] of the peer.
    pub version: u16,
    /// Signed by the server: session, role, participant, expiry.
    pub ticket: String,
    /// A visitor's ECDSA P-256 signature over `nonce ‖ ticket` by the page's key (raw r‖s, 64 bytes).
    pub proof: Option<Vec<u8>>,
    /// The tab and its page; visitors only.
    pub tab: Option<Tab>,
    /// What the peer has of an earlier connection of this page, when it has.
    pub resume: Option<Resume>,
}

impl std::fmt::Debug for Hello {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hello")
            .field("version", &self.version)
            .field("tab", &self.tab)
            .finish_non_exhaustive()
    }
}

/// Which tab, and which of its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tab {
    /// The tab.
    pub id: TabId,
    /// The page: higher ones fence lower ones.
    pub incarnation: Incarnation,
    /// The highest epoch this tab ever used in the session; epochs are never reused.
    pub epoch: Epoch,
    /// The consent that stood when the last page of the tab ended, if it did.
    pub standing: Option<Standing>,
}

/// The consent that a tab carries from page to page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The yes to viewing and whose it is.
    pub view: (ViewId, AgentId),
    /// The yes to control, of the same agent.
    pub grant: Option<GrantId>,
    /// Whether the visitor had paused.
    pub paused: bool,
}

/// The last frames that arrived from the other side, by channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Resume {
    /// Names the link: a random number that the relay gave in its welcome.
    pub link: u64,
    /// The last page frame received in order.
    pub page: Seq,
    /// The last control frame received in order.
    pub control: Seq,
}

/// The server's answer to a good hello.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The session.
    pub session: SessionId,
    /// What the server has of the peer's frames; its `link` names the link from now on. A peer whose
    /// [`Hello::resume`] was accepted sees its own link number again; a different one means a new link,
    /// on which both sides begin at [`Seq`] 1.
    pub resume: Resume,
    /// A newer ticket, to be used for the next connection, until one comes over the link.
    pub ticket: String,
    /// For visitors: whether the consent that the tab carried still stands at the relay.
    pub stands: bool,
}

/// What people see of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentCard {
    /// The account.
    pub id: AgentId,
    /// The first name, as the server knows it.
    pub name: String,
}

/// Why something was refused. The code is the contract; texts are the reader's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Refusal {
    /// The site key names no site.
    UnknownSite,
    /// The page's origin is not one of the site's.
    WrongOrigin,
    /// The ticket's time is over.
    TicketExpired,
    /// The ticket is not one of ours, or not for this.
    TicketInvalid,
    /// Another peer lives on this ticket.
    TicketInUse,
    /// The page's key did not sign.
    ProofInvalid,
    /// The peer's protocol version is not spoken here.
    VersionUnsupported,
    /// A newer page of the same tab took over.
    Fenced,
    /// The visitor has not said yes to this.
    ConsentRequired,
    /// Bytes that are no frame or message.
    Malformed,
    /// More bytes than allowed.
    TooLarge,
    /// More often than allowed.
    RateLimited,
    /// There is no such session (any more).
    SessionEnded,
    /// The server failed; trying again may help.
    Internal,
}

impl Refusal {
    /// The code in logs, metrics, JSON and close reasons.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownSite => "unknown_site",
            Self::WrongOrigin => "wrong_origin",
            Self::TicketExpired => "ticket_expired",
            Self::TicketInvalid => "ticket_invalid",
            Self::TicketInUse => "ticket_in_use",
            Self::ProofInvalid => "proof_invalid",
            Self::VersionUnsupported => "version_unsupported",
            Self::Fenced => "fenced",
            Self::ConsentRequired => "consent_required",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::SessionEnded => "session_ended",
            Self::Internal => "internal",
        }
    }

    /// The WebSocket close code (RFC 6455 §7.4.2, private range).
    pub const fn close_code(self) -> u16 {
        4400 + self as u16
    }
}

/// Why a share or a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EndReason {
    /// The visitor stopped it.
    VisitorStopped,
    /// The visitor left the site, or was gone for longer than the grace.
    VisitorLeft,
    /// The agent stopped it or closed the tab.
    AgentLeft,
    /// The server ended it.
    Server,
    /// It failed in the visitor's page, by an error of ours.
    VisitorFailed,
}

/// What an agent asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ask {
    /// To see the page.
    View,
    /// To control it.
    Control,
}

/// From the visitor's page to the relay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromVisitor {
    /// Yes to viewing, for this agent.
    ViewGranted(AgentId, ViewId),
    /// Yes to control, for this agent; valid for so many seconds.
    ControlGranted(AgentId, GrantId, u32),
    /// Not now.
    Declined(AgentId, Ask),
    /// Control taken back; the grant is burnt.
    Revoked(GrantId),
    /// The visitor's own hand is on the page (true) or rests again (false): control waits.
    HandsOn(bool),
    /// The share pauses (true) or goes on (false).
    Paused(bool),
    /// The share is over; view and grant are burnt.
    Stopped,
    /// What became of a command.
    Receipt(AgentId, CommandId, Receipt),
    /// Where the visitor is: origin and path while shared.
    Page(PageInfo),
    /// An SDP offer for the second lane.
    Offer(String),
    /// The page is being left; a reload or the next page may follow.
    Bye,
    /// Nobody answered this question in time.
    Lapsed(AgentId, Ask),
    /// So many nodes were found not to be as they had been sent, and were sent anew. Since version 2.
    Diverged(u32),
}

/// From the relay to the visitor's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToVisitor {
    /// An agent asks.
    Asked(AgentCard, Ask),
    /// The agent does not ask any more.
    Withdrawn(AgentId, Ask),
    /// The agent gave control back.
    Released(AgentId),
    /// The agent left; everything it held is over.
    AgentLeft(AgentId),
    /// A command of this agent.
    Command(AgentId, Command),
    /// A mark of this agent.
    Indicate(AgentId, Indicate),
    /// Somebody needs a keyframe: a new checkpoint or a divergence.
    KeyframeWanted,
    /// Who views, for the bar.
    Viewers(Vec<AgentCard>),
    /// An SDP answer for the second lane.
    Answer(String),
    /// The last message was refused; the session goes on.
    Refused(Refusal),
    /// The session is over.
    Ended(EndReason),
    /// A newer ticket, to be used from now on. Since version 3.
    Ticket(String),
}

/// From the viewer to the relay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromViewer {
    /// Asks the visitor.
    Ask(Ask),
    /// Does not ask any more.
    Withdraw(Ask),
    /// Gives control back.
    Release,
    /// A command.
    Command(Command),
    /// A mark.
    Indicate(Indicate),
    /// The replayed page differs; a keyframe is needed.
    Diverged(Epoch),
    /// An SDP offer for the second lane.
    Offer(String),
    /// Ends the share.
    End,
    /// The tab is being left; a reload may follow.
    Bye,
}

/// From the relay to the viewer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToViewer {
    /// How the share stands for this agent; sent on each change.
    State(ShareState),
    /// The visitor said no; asking again is allowed after so many seconds.
    Declined(Ask, u32),
    /// Nobody answered in time.
    Lapsed(Ask),
    /// What became of a command.
    Receipt(CommandId, Receipt),
    /// Where the visitor is.
    Page(PageInfo),
    /// Whether the visitor is connected.
    Presence(Presence),
    /// Who views.
    Viewers(Vec<AgentCard>),
    /// An SDP answer for the second lane.
    Answer(String),
    /// The last message was refused; the session goes on.
    Refused(Refusal),
    /// The session is over.
    Ended(EndReason),
    /// A newer ticket, to be used from now on. Since version 3.
    Ticket(String),
}

/// How the share stands, as one agent may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShareState {
    /// Nothing is shared with this agent and nothing is asked.
    NotShared,
    /// The visitor is asked for a view.
    ViewAsked,
    /// The agent sees the page.
    Viewing(Shared),
    /// The agent sees the page and asks for control.
    ControlAsked(Shared),
    /// The agent controls the page.
    Controlling(Shared, GrantId),
}

/// A view that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// The yes.
    pub view: ViewId,
    /// Whether the visitor paused.
    pub paused: bool,
    /// Whether the visitor's own hand is on the page, so that commands wait.
    pub hands_on: bool,
}

/// Whether the visitor is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Presence {
    /// Connected.
    Here,
    /// Cut off, or between two pages; expected back.
    Reconnecting,
    /// Gone.
    Gone,
}

/// Where the visitor is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageInfo {
    /// The address as redaction lets it out.
    pub url: String,
    /// The title as redaction lets it out.
    pub title: String,
}

impl std::fmt::Debug for PageInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageInfo(…)")
    }
}

/// Why a control message was refused.
#[derive(Debug, Error)]
pub enum MessageError {
    /// Longer than [`MAX_CONTROL`].
    #[error("control message of {0} bytes; at most {MAX_CONTROL} are accepted")]
    TooLong(usize),
    /// Not of the expected type.
    #[error("control message does not decode")]
    Decode(#[from] postcard::Error),
    /// Bytes after the message.
    #[error("{0} stray bytes after the control message")]
    Trailing(usize),
}

/// Writes a control message.
///
/// # Errors
/// When the message is longer than [`MAX_CONTROL`], for example an SDP of a hostile peer passed on.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, MessageError> {
    let bytes = postcard::to_allocvec(message)?;
    if MAX_CONTROL < bytes.len() {
        return Err(MessageError::TooLong(bytes.len()));
    }
    Ok(bytes)
}

/// Reads a control message.
///
/// # Errors
/// [`MessageError`] for too many bytes, bytes that do not decode, and bytes left over.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, MessageError> {
    if MAX_CONTROL < bytes.len() {
        return Err(MessageError::TooLong(bytes.len()));
    }
    let (message, rest) = postcard::take_from_bytes(bytes)?;
    match rest.len() {
        0 => Ok(message),
        left => Err(MessageError::Trailing(left)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_round_trips() {
        let message = FromVisitor::Declined(AgentId(3), Ask::Control);
        let bytes = encode(&message).expect("short");
        assert_eq!(decode::<FromVisitor>(&bytes).expect("whole"), message);
    }

    #[test]
    fn what_version_two_adds_comes_after_all_of_version_one() {
        let last = FromVisitor::Lapsed(AgentId(3), Ask::Control);
        assert_eq!(encode(&last).expect("short"), [11, 3, 1]);
        assert_eq!(encode(&FromVisitor::Diverged(300)).expect("short"), [12, 0xac, 0x02]);
    }

    #[test]
    fn what_version_three_adds_comes_after_all_of_version_two() {
        let last = EndReason::VisitorFailed;
        assert_eq!(encode(&ToVisitor::Ended(last)).expect("short"), [10, 4]);
        assert_eq!(encode(&ToVisitor::Ticket("ab".to_owned())).expect("short"), [11, 2, b'a', b'b']);
        assert_eq!(encode(&ToViewer::Ended(last)).expect("short"), [9, 4]);
        assert_eq!(encode(&ToViewer::Ticket("ab".to_owned())).expect("short"), [10, 2, b'a', b'b']);
    }

    #[test]
    fn bytes_left_over_are_refused() {
        let mut bytes = encode(&ToVisitor::KeyframeWanted).expect("short");
        bytes.push(0);
        assert!(matches!(decode::<ToVisitor>(&bytes), Err(MessageError::Trailing(1))));
    }

    #[test]
    fn length_is_bounded() {
        let long = vec![0; MAX_CONTROL + 1];
        assert!(matches!(decode::<FromViewer>(&long), Err(MessageError::TooLong(_))));
    }
}
