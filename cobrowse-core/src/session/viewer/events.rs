//! What a viewer's session is given, and wants done or shown.
use crate::{
    command::Receipt,
    id::{CommandId, Epoch},
    session::Random,
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
    /// Use this ticket from now on for what goes by HTTP.
    Ticket(String),
    /// The viewer's own connection changed.
    Connection(Connection),
    /// Make data channels and call [`super::ViewerSession::offer`].
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
