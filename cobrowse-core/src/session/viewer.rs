//! The agent's viewer: it asks, shows and sends; it decides nothing.
use crate::{
    command::{Action, Anchor, Mark, Receipt},
    id::{CommandId, Epoch, Moment},
    session::{Lane, Random, SessionError},
    wire::{
        PageKind, PointerKind,
        message::{AgentCard, Ask, EndReason, PageInfo, Presence, Refusal, ShareState},
    },
};

/// What a viewer starts with.
pub struct ViewerConfig {
    /// Of `POST /v1/sessions/{s}/ticket`.
    pub ticket: String,
    /// Random numbers, for jitter.
    pub random: Random,
}

/// Whether the viewer itself is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// On the way.
    Connecting,
    /// Yes.
    Connected,
}

/// What the viewer application has to do or show.
#[derive(Debug, Clone, PartialEq)]
pub enum ViewerEvent {
    /// Open a (new) WebSocket to `/v1/session`; the old one, if any, is dead: close it.
    Reconnect,
    /// Keep this ticket for a reload.
    Ticket(String),
    /// The viewer's own connection changed.
    Connection(Connection),
    /// Make data channels and call [`ViewerSession::offer`].
    OpenDataChannels,
    /// The SDP answer.
    Answer(String),
    /// The share changed.
    State(ShareState),
    /// Apply this frame. A [`PageKind::Keyframe`] begins anew.
    Page(PageKind, Epoch, Vec<u8>),
    /// A cursor or scroll position of the visitor.
    Pointer(PointerKind, Epoch, Vec<u8>),
    /// What became of a command.
    Receipt(CommandId, Receipt),
    /// The visitor said no; ask again after so many seconds.
    Declined(Ask, u32),
    /// Nobody answered.
    Lapsed(Ask),
    /// Whether the visitor is there.
    Presence(Presence),
    /// Where the visitor is.
    PageInfo(PageInfo),
    /// Who views.
    Viewers(Vec<AgentCard>),
    /// The last message or the connection was refused.
    Refused(Refusal),
    /// The session is over; nothing more comes.
    Ended(EndReason),
}

/// One viewer's part in a session.
pub struct ViewerSession {
    #[allow(dead_code)]
    config: ViewerConfig,
}

#[allow(unused_variables, clippy::missing_const_for_fn)]
impl ViewerSession {
    /// Begins; the first [`ViewerEvent::Reconnect`] asks for the WebSocket.
    pub fn new(config: ViewerConfig, now: Moment) -> Self {
        Self { config }
    }
    /// A lane opened or closed.
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
    /// The next thing to do or show.
    pub fn poll_event(&mut self) -> Option<ViewerEvent> {
        None
    }
    /// Asks the visitor.
    pub fn ask(&mut self, ask: Ask, now: Moment) {}
    /// Does not ask any more.
    pub fn withdraw(&mut self, ask: Ask, now: Moment) {}
    /// Gives control back.
    pub fn release(&mut self, now: Moment) {}
    /// Sends a command on the grant that stands; without one its receipt is `NoGrant` at once.
    pub fn command(&mut self, anchor: Anchor, action: Action, now: Moment) -> CommandId {
        CommandId(0)
    }
    /// Shows a mark; nothing happens without a view.
    pub fn indicate(&mut self, anchor: Anchor, mark: Mark, now: Moment) {}
    /// Moves the named pointer; the newest wins.
    pub fn pointer(&mut self, anchor: Anchor, now: Moment) {}
    /// The replayed page differs from the visitor's.
    pub fn diverged(&mut self, epoch: Epoch, now: Moment) {}
    /// An SDP offer for the data channels.
    pub fn offer(&mut self, sdp: String, now: Moment) {}
    /// Ends the share (the Stop button).
    pub fn end(&mut self, now: Moment) {}
    /// The tab is being left (`pagehide`): a reload within 4 s goes on, else the share ends.
    pub fn bye(&mut self, now: Moment) {}
    /// How the share stands.
    pub fn state(&self) -> ShareState {
        ShareState::NotShared
    }
}
