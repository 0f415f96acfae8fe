//! Sessions as the rest of the server sees them: a handle to a task, and the ports between task and sockets.
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use cobrowse_core::{
    id::{AgentId, SessionId, VisitorId},
    session::{
        Lane,
        relay::{Joined, PeerId},
    },
    wire::message::{AgentCard, EndReason, Refusal, Resume, Tab},
};
use tokio::sync::{mpsc, oneshot, watch};

mod actor;
mod adopted;
pub mod port;
pub mod registry;

use crate::{auth::ticket::Bearer, limits::CONSENT_WITHIN};
use port::{Farewell, LaneInlet};

/// What never changes of a session.
#[derive(Debug)]
pub struct Facts {
    /// The session.
    pub id: SessionId,
    /// The key of the visitor's site.
    pub site: String,
    /// The visitor's browser.
    pub visitor: VisitorId,
}

/// A cheap, cloneable way to talk to a running session.
#[derive(Clone)]
pub struct SessionHandle {
    /// What never changes.
    pub facts: Arc<Facts>,
    inbox: mpsc::Sender<Input>,
    marks: Arc<Marks>,
    /// Whether any view stands.
    shared: watch::Receiver<bool>,
}

/// What others want to know of a session without waiting for it.
#[derive(Debug, Default)]
struct Marks {
    /// The visitor's page was connected once: until then it is asked again on each new page.
    visitor_came: AtomicBool,
    /// It is over, though its task may have work to finish.
    ended: AtomicBool,
}

/// Who joins.
#[derive(Debug, Clone)]
pub enum Joiner {
    /// The visitor's page, and the agent whose view its tab carries.
    Visitor(Tab, Option<AgentCard>),
    /// An agent's viewer.
    Viewer(AgentCard),
}

/// A good hello.
pub(crate) struct Join {
    joiner: Joiner,
    resume: Option<Resume>,
    /// Whom new tickets are for, where the peer can read them.
    renewed: Option<Bearer>,
    reply: oneshot::Sender<Result<Admission, Refusal>>,
}

/// What a joined socket works with.
pub struct Admission {
    /// The peer's number.
    pub peer: PeerId,
    /// What the welcome says.
    pub joined: Joined,
    /// What to send on the WebSocket, after the welcome.
    pub outgoing: LaneInlet,
    /// Told once, when the socket is to be closed.
    pub farewell: oneshot::Receiver<Farewell>,
}

/// What may come into a session's inbox.
pub(crate) enum Input {
    Join(Box<Join>),
    Leave(PeerId),
    GoingAway(PeerId),
    Failed(PeerId),
    CannotCome,
    Frame(PeerId, Lane, Vec<u8>),
    Lane(PeerId, Lane, LaneState),
    Answer(PeerId, String),
    Refused(PeerId, Refusal),
    Views(AgentId, oneshot::Sender<bool>),
    Dismiss(oneshot::Sender<()>),
    HandOver(AgentId, AgentCard, oneshot::Sender<()>),
    KeepOnly(BTreeSet<AgentId>),
    End,
}

/// Whether a lane carries frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneState {
    /// It opened.
    Up,
    /// It closed, or is believed dead.
    Down,
}

/// Why a good hello is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// The session refused, and counted it.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// The session is over.
    #[error(transparent)]
    Gone(#[from] SessionGone),
}

/// The session's task is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session has ended")]
pub struct SessionGone;

impl SessionHandle {
    /// Joins with a good hello. As long as it is connected it is sent tickets that are `renewed` for this bearer, if for
    /// any.
    ///
    /// # Errors
    /// What the session refuses, or that it is over.
    pub async fn join(
        &self,
        joiner: Joiner,
        resume: Option<Resume>,
        renewed: Option<Bearer>,
    ) -> Result<Admission, JoinError> {
        if matches!(joiner, Joiner::Visitor(..)) {
            self.marks.visitor_came.store(true, Ordering::Relaxed);
        }
        let (reply, answer) = oneshot::channel();
        let join = Box::new(Join { joiner, resume, renewed, reply });
        self.send(Input::Join(join)).await?;
        answer.await.map_err(|_| SessionGone)?.map_err(JoinError::Refused)
    }

    /// A peer's WebSocket closed, and all its lanes with it.
    pub async fn leave(&self, peer: PeerId) {
        // Nobody is left to be told when the session ended first.
        let _ = self.send(Input::Leave(peer)).await;
    }

    /// A peer's page is being left: its browser said so.
    pub async fn going_away(&self, peer: PeerId) {
        // Nobody is left to be told when the session ended first.
        let _ = self.send(Input::GoingAway(peer)).await;
    }

    /// A peer's page said that its part has failed: a visitor's does not come back.
    pub async fn failed(&self, peer: PeerId) {
        // Nobody is left to be told when the session ended first.
        let _ = self.send(Input::Failed(peer)).await;
    }

    /// The visitor's page was asked to come, and cannot.
    pub(crate) async fn cannot_come(&self) {
        // It has ended already when this fails.
        let _ = self.send(Input::CannotCome).await;
    }

    /// A message of a peer. Waits when the session is busy: that is the back-pressure.
    ///
    /// # Errors
    /// When the session is over.
    pub async fn frame(&self, peer: PeerId, lane: Lane, bytes: Vec<u8>) -> Result<(), SessionGone> {
        self.send(Input::Frame(peer, lane, bytes)).await
    }

    /// A data channel opened or closed.
    ///
    /// # Errors
    /// When the session is over.
    pub async fn lane(&self, peer: PeerId, lane: Lane, state: LaneState) -> Result<(), SessionGone> {
        self.send(Input::Lane(peer, lane, state)).await
    }

    /// The answer to a peer's offer.
    ///
    /// # Errors
    /// When the session is over.
    pub async fn answer(&self, peer: PeerId, sdp: String) -> Result<(), SessionGone> {
        self.send(Input::Answer(peer, sdp)).await
    }

    /// The transport itself refused what a peer sent.
    pub async fn refused(&self, peer: PeerId, refusal: Refusal) {
        // Nobody is left to be told when the session ended first.
        let _ = self.send(Input::Refused(peer, refusal)).await;
    }

    /// Whether this agent has the visitor's yes to viewing.
    pub async fn views(&self, agent: AgentId) -> bool {
        let (reply, answer) = oneshot::channel();
        self.send(Input::Views(agent, reply)).await.is_ok() && answer.await.unwrap_or(false)
    }

    /// Ends the share for everybody; nothing is seen or done any more when this returns.
    pub(crate) async fn dismiss(&self) {
        let (reply, done) = oneshot::channel();
        if self.send(Input::Dismiss(reply)).await.is_ok() {
            // A task that ended meanwhile answers nothing, and holds nothing.
            let _ = done.await;
        }
    }

    /// Ends what `from` sees and does, and asks the visitor about `to`. It is done when this returns.
    pub(crate) async fn hand_over(&self, from: AgentId, to: AgentCard) {
        let (reply, done) = oneshot::channel();
        if self.send(Input::HandOver(from, to, reply)).await.is_ok() {
            // As above.
            let _ = done.await;
        }
    }

    /// Sends away the viewers of all other agents.
    pub(crate) async fn keep_only(&self, agents: BTreeSet<AgentId>) {
        // It has ended already when this fails.
        let _ = self.send(Input::KeepOnly(agents)).await;
    }

    /// Whether any agent has it, or will in a moment: what a page sends by HTTP after the yes may be quicker
    /// than the yes itself, which goes another way.
    pub async fn is_shared(&self) -> bool {
        let mut shared = self.shared.clone();
        let stands = tokio::time::timeout(CONSENT_WITHIN, shared.wait_for(|shared| *shared)).await;
        matches!(stands, Ok(Ok(_)))
    }

    /// Whether the task is there. One that was brought down by a fault of ours is begun again, as after a
    /// restart, by whoever comes next.
    pub(crate) fn is_running(&self) -> bool {
        !self.inbox.is_closed()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.marks.ended.load(Ordering::Relaxed)
    }

    /// The server ends the session.
    pub async fn end(&self) {
        // It has ended already when this fails.
        let _ = self.send(Input::End).await;
    }

    async fn send(&self, input: Input) -> Result<(), SessionGone> {
        self.inbox.send(input).await.map_err(|_| SessionGone)
    }
}

/// The stable name of an end, in the database and in close reasons.
pub fn end_code(reason: EndReason) -> &'static str {
    match reason {
        EndReason::VisitorStopped => "visitor_stopped",
        EndReason::VisitorLeft => "visitor_left",
        EndReason::AgentLeft => "agent_left",
        EndReason::Server => "server",
        EndReason::VisitorFailed => "visitor_failed",
    }
}
