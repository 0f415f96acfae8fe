//! The visitor's page: the authority.
use crate::{
    command::{Command, Indicate, Receipt},
    consent::{Admitted, Flow, Hands},
    id::{AgentId, CommandId, Epoch, Moment},
    session::{Lane, Random, SessionError},
    wire::{
        PageKind, PointerKind,
        message::{AgentCard, Ask, EndReason, PageInfo, Refusal, Standing, Tab},
    },
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
    /// [`VisitorSession::provide_proof`].
    NeedProof(Vec<u8>),
    /// Open a (new) WebSocket to `/v1/session`; the old one, if any, is dead: close it.
    Reconnect,
    /// Keep this ticket for the next page.
    Ticket(String),
    /// [`VisitorSession::tab`] changed: write it to `sessionStorage`.
    TabChanged,
    /// The link is new or was renewed: make data channels and call [`VisitorSession::offer`].
    OpenDataChannels,
    /// [`VisitorSession::bar`] changed.
    BarChanged,
    /// A view stands: begin an epoch above [`Tab::epoch`] and send its keyframe.
    StartCapture,
    /// No view stands: stop reading the page at once.
    StopCapture,
    /// Begin a new epoch and send its keyframe.
    KeyframeWanted,
    /// [`VisitorSession::page_room`] became true.
    Room,
    /// Do this, then call [`VisitorSession::receipt`].
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

/// One page's part in a session.
pub struct VisitorSession {
    config: VisitorConfig,
}

#[allow(unused_variables, clippy::missing_const_for_fn)]
impl VisitorSession {
    /// Begins; the first [`VisitorEvent::Reconnect`] asks for the WebSocket.
    pub fn new(config: VisitorConfig, now: Moment) -> Self {
        Self { config }
    }
    /// The page's signature of [`VisitorEvent::NeedProof`]: ECDSA P-256, r‖s.
    pub fn provide_proof(&mut self, proof: Vec<u8>, now: Moment) {}
    /// A lane opened or closed. The WebSocket is up as soon as its socket is.
    pub fn handle_lane(&mut self, lane: Lane, up: bool, now: Moment) {}
    /// A lane takes more bytes, or does not.
    pub fn set_writable(&mut self, lane: Lane, writable: bool, now: Moment) {}
    /// One binary message arrived.
    ///
    /// # Errors
    /// [`SessionError`] for bytes that break the protocol; for the log only, the session handles it.
    pub fn handle_frame(&mut self, lane: Lane, bytes: &[u8], now: Moment) -> Result<(), SessionError> {
        Ok(())
    }
    /// The moment of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Moment) {}
    /// When to call [`Self::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Moment> {
        None
    }
    /// The next message for a lane.
    pub fn poll_transmit(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        None
    }
    /// The next thing to do.
    pub fn poll_event(&mut self) -> Option<VisitorEvent> {
        None
    }
    /// The visitor's yes to the question that was on the screen. False when it does not stand any more.
    pub fn allow(&mut self, agent: AgentId, ask: Ask, now: Moment) -> bool {
        false
    }
    /// The visitor's no.
    pub fn decline(&mut self, agent: AgentId, ask: Ask, now: Moment) -> bool {
        false
    }
    /// Takes control back: the grant is burnt before anything is sent.
    pub fn take_back(&mut self, now: Moment) {}
    /// Ends the share.
    pub fn stop(&mut self, now: Moment) {}
    /// Pauses or goes on.
    pub fn pause(&mut self, paused: bool, now: Moment) {}
    /// Trusted input of the visitor (pointer, key, touch).
    pub fn hands_on(&mut self, now: Moment) {}
    /// The page is being left (`pagehide`).
    pub fn bye(&mut self, now: Moment) {}
    /// Where the visitor is.
    pub fn page_info(&mut self, info: PageInfo, now: Moment) {}
    /// An SDP offer for the data channels.
    pub fn offer(&mut self, sdp: String, now: Moment) {}
    /// Whether capture should flush.
    pub fn page_room(&self) -> bool {
        false
    }
    /// A frame of capture.
    pub fn send_page(&mut self, kind: PageKind, epoch: Epoch, payload: Vec<u8>, now: Moment) {}
    /// A cursor or scroll position.
    pub fn send_pointer(&mut self, kind: PointerKind, epoch: Epoch, payload: Vec<u8>, now: Moment) {}
    /// What became of an applied command.
    pub fn receipt(&mut self, agent: AgentId, id: CommandId, receipt: Receipt, now: Moment) {}
    /// What the bar shows.
    pub fn bar(&self) -> Bar {
        Bar { state: BarState::Hidden, question: None }
    }
    /// The consent that the next page of this tab may carry.
    pub fn standing(&self) -> Option<Standing> {
        None
    }
    /// What to keep in `sessionStorage`: the tab with its epoch and [`Self::standing`].
    pub fn tab(&self) -> Tab {
        self.config.tab
    }
}
