//! What a visitor's session is given, shows, and wants done.
use crate::{
    command::{Command, Indicate},
    consent::{Admitted, Flow, Hands},
    id::{AgentId, CommandId},
    session::Random,
    wire::message::{AgentCard, Ask, EndReason, Refusal, Tab},
};

/// What a page starts its session with.
pub struct VisitorConfig {
    /// The ticket of the presence socket, or the one that the last page kept.
    pub ticket: String,
    /// The tab, this page's incarnation, the epochs used so far, and the consent that the last page kept.
    pub tab: Tab,
    /// Cryptographic random numbers.
    pub random: Random,
}

/// What the bar shows. Always derived from the consent machine, never set beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The share as it stands.
    pub state: BarState,
    /// The question that waits for an answer, if one does. Shown beside the state, never instead of it.
    pub question: Option<Question>,
}

/// The share, as the visitor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BarState {
    /// Nothing is shared.
    Hidden,
    /// These agents see the page.
    Viewing {
        /// Who, never empty.
        agents: Vec<AgentCard>,
        /// Whether the visitor paused.
        flow: Flow,
    },
    /// One agent controls the page; all of `agents` see it.
    Controlling {
        /// Who controls.
        agent: AgentCard,
        /// Who sees, `agent` among them.
        agents: Vec<AgentCard>,
        /// Whether the visitor paused.
        flow: Flow,
        /// Whether the visitor's own hand is on the page.
        hands: Hands,
    },
    /// Shared, and the connection is lost for now.
    Reconnecting {
        /// Who sees the page as soon as the connection is back.
        agents: Vec<AgentCard>,
    },
    /// The session is over.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// What an agent wants to know from the visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asks.
    pub agent: AgentCard,
    /// For what.
    pub ask: Ask,
}

/// What the share module has to do.
#[derive(Debug)]
pub enum VisitorEvent {
    /// Sign these bytes (nonce ‖ ticket) with the page's key, then call
    /// [`super::VisitorSession::provide_proof`].
    NeedProof(Vec<u8>),
    /// Open a (new) WebSocket to `/v1/session`; the old one, if any, is dead: close it.
    Reconnect,
    /// Keep this ticket for the next page, and use it for what goes by HTTP.
    Ticket(String),
    /// [`super::VisitorSession::tab`] changed: write it to `sessionStorage`.
    TabChanged,
    /// The link is new or was renewed: make data channels and call [`super::VisitorSession::offer`].
    OpenDataChannels,
    /// [`super::VisitorSession::bar`] changed.
    BarChanged,
    /// A view stands: begin an epoch above [`Tab::epoch`] and send its keyframe.
    StartCapture,
    /// No view stands: stop reading the page at once.
    StopCapture,
    /// Begin a new epoch and send its keyframe.
    KeyframeWanted,
    /// [`super::VisitorSession::page_room`] became true.
    Room,
    /// Do this, then call [`super::VisitorSession::receipt`].
    Apply(AgentId, Admitted<Command>),
    /// Show this mark of this agent.
    Indicate(AgentCard, Admitted<Indicate>),
    /// Move this agent's pointer.
    AgentPointer(AgentCard, Admitted<Indicate>),
    /// The SDP answer to the offer.
    Answer(String),
    /// The server refused; the session may be over (then [`Self::Ended`] follows).
    Refused(Refusal),
    /// The session is over; nothing more comes.
    Ended(EndReason),
}

impl VisitorEvent {
    /// The command that waits to be applied, if it is one.
    pub(super) fn command(&self) -> Option<(AgentId, CommandId)> {
        if let Self::Apply(agent, command) = self { Some((*agent, command.get().id)) } else { None }
    }
}
