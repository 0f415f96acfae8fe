//! What the relay's session tells its server.
use super::PeerId;
use crate::{
    id::AgentId,
    wire::message::{Ask, EndReason, Refusal, Resume},
};

/// What the server puts into its welcome, beside the session and the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// [`Welcome::resume`](crate::wire::message::Welcome::resume).
    pub resume: Resume,
    /// [`Welcome::stands`](crate::wire::message::Welcome::stands).
    pub stands: bool,
}

/// Who did something that is audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The visitor.
    Visitor,
    /// An agent.
    Agent(AgentId),
    /// A clock, or the server.
    Server,
}

/// What was done. Of requests, yeses and noes, `AgentId` is the agent they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// The agent asked.
    Asked(AgentId, Ask),
    /// The agent does not ask any more.
    Withdrawn(AgentId, Ask),
    /// Nobody answered in time.
    Lapsed(AgentId, Ask),
    /// The visitor said yes.
    Granted(AgentId, Ask),
    /// The visitor said no.
    Declined(AgentId, Ask),
    /// The visitor took control back.
    Revoked(AgentId),
    /// The agent gave control back.
    Released(AgentId),
    /// The time of the grant was over.
    Expired(AgentId),
    /// The visitor paused.
    Paused,
    /// The visitor went on.
    Resumed,
    /// The consent was carried to another page of the tab, or past a restart.
    Carried(AgentId),
    /// The agent pointed at something, for the first time in this view: the marks that follow are like it.
    Pointed(AgentId),
    /// The agent's view is over.
    Left(AgentId),
    /// The session is over.
    Ended(EndReason),
}

impl Deed {
    /// The stable name in the audit log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked(_, Ask::View) => "view_asked",
            Self::Asked(_, Ask::Control) => "control_asked",
            Self::Withdrawn(_, Ask::View) => "view_withdrawn",
            Self::Withdrawn(_, Ask::Control) => "control_withdrawn",
            Self::Lapsed(_, Ask::View) => "view_lapsed",
            Self::Lapsed(_, Ask::Control) => "control_lapsed",
            Self::Granted(_, Ask::View) => "view_granted",
            Self::Granted(_, Ask::Control) => "control_granted",
            Self::Declined(_, Ask::View) => "view_declined",
            Self::Declined(_, Ask::Control) => "control_declined",
            Self::Revoked(_) => "control_revoked",
            Self::Released(_) => "control_released",
            Self::Expired(_) => "control_expired",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Carried(_) => "carried",
            Self::Pointed(_) => "pointed",
            Self::Left(_) => "agent_left",
            Self::Ended(_) => "ended",
        }
    }

    /// The agent that it is about.
    pub const fn agent(self) -> Option<AgentId> {
        match self {
            Self::Asked(agent, _)
            | Self::Withdrawn(agent, _)
            | Self::Lapsed(agent, _)
            | Self::Granted(agent, _)
            | Self::Declined(agent, _)
            | Self::Revoked(agent)
            | Self::Released(agent)
            | Self::Expired(agent)
            | Self::Carried(agent)
            | Self::Pointed(agent)
            | Self::Left(agent) => Some(agent),
            Self::Paused | Self::Resumed | Self::Ended(_) => None,
        }
    }
}

/// One entry for the audit log; the server chains and stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who.
    pub actor: Actor,
    /// What.
    pub deed: Deed,
}

/// Something that metrics count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counter {
    /// A peer or a message was refused.
    Refused(Refusal),
    /// A command was dropped at the second gate.
    CommandDropped,
    /// A mark or agent's pointer was dropped at the second gate.
    MarkDropped,
    /// A keyframe was asked of the visitor.
    KeyframeAsked,
    /// A viewer's page differed from the visitor's.
    Diverged,
    /// The visitor's page found so many of its nodes not to be as they had been sent.
    Missed(u32),
    /// A viewer fell behind.
    ViewerLagged,
    /// A link went on after a cut.
    Resumed,
}

/// Why a peer's sockets are to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// With [`Refusal::close_code`].
    Refused(Refusal),
    /// Normally: the session is over.
    Ended(EndReason),
    /// A newer connection of the same peer took over; close code 1000.
    Replaced,
    /// The peer was silent for too long; it may come back.
    Silent,
}

/// What the server has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum RelayEvent {
    /// Append to the audit log.
    Audit(AuditEntry),
    /// Count.
    Count(Counter),
    /// An SDP offer of this peer; call [`super::RelaySession::answer`].
    Offer(PeerId, String),
    /// Close this peer's sockets, after what [`super::RelaySession::poll_transmit`] still has for it.
    Close(PeerId, CloseReason),
    /// The session is over; nothing more comes after its last `Close`.
    Ended(EndReason),
}
