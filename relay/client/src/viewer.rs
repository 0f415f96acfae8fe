//! An agent's viewer.
use cobrowse_core::{
    id::Moment,
    session::viewer::{Connection, ViewerConfig, ViewerEvent, ViewerSession},
    wire::message::{Ask, ShareState},
};

use crate::{
    At, Error, Peer, Told, draw,
    peer::{self, Life, Teller, Wish},
};

/// A viewer's tab.
pub type Viewer = Peer<ViewerSession>;

/// A viewer that is to be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Where it connects, as a page of the desk.
    pub at: At,
    /// Of `POST /v1/sessions/{session}/ticket`.
    pub ticket: String,
}

impl Viewer {
    /// Opens one.
    ///
    /// # Panics
    /// Outside of a [`tokio::task::LocalSet`].
    pub fn opens(opening: Opening) -> Self {
        let (viewer, begin) = Self::opening(opening);
        begin();
        viewer
    }

    pub(crate) fn opening(Opening { at, ticket }: Opening) -> (Self, impl FnOnce() + Send + 'static) {
        peer::peer(at, move || {
            let config = ViewerConfig { ticket, random: Box::new(draw) };
            ViewLife(ViewerSession::new(config, Moment::default()))
        })
    }

    /// Asks the visitor.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub fn asks(&self, ask: Ask) -> Result<(), Error> {
        self.does(move |viewer, now| viewer.ask(ask, now))
    }

    /// Waits until the agent may see the page.
    ///
    /// # Errors
    /// As [`Peer::hears`].
    pub async fn sees(&mut self) -> Result<(), Error> {
        self.hears("the page", |it| matches!(it, Told::State(ShareState::Viewing(_)))).await.map(drop)
    }

    /// Waits until the agent may act in the page.
    ///
    /// # Errors
    /// As [`Peer::hears`].
    pub async fn controls(&mut self) -> Result<(), Error> {
        self.hears("control", |it| matches!(it, Told::State(ShareState::Controlling(..)))).await.map(drop)
    }
}

struct ViewLife(ViewerSession);

impl Life for ViewLife {
    type Machine = ViewerSession;

    fn machine(&mut self) -> &mut ViewerSession {
        &mut self.0
    }

    fn live(&mut self, told: &Teller, _: Moment) -> Option<Wish> {
        match self.0.poll_event()? {
            ViewerEvent::Reconnect => return Some(Wish::Socket),
            ViewerEvent::Connection(Connection::Connected) => told.tell(Told::Connected),
            ViewerEvent::State(state) => told.tell(Told::State(state)),
            ViewerEvent::Declined(ask, wait) => told.tell(Told::Declined(ask, wait)),
            ViewerEvent::Lapsed(ask) => told.tell(Told::Lapsed(ask)),
            ViewerEvent::Page(_, _, bytes) => {
                told.tell(Told::Shown(String::from_utf8_lossy(&bytes).into_owned()))
            }
            ViewerEvent::Refused(refusal) => told.tell(Told::Refused(refusal)),
            ViewerEvent::Ended(reason) => told.tell(Told::Ended(reason)),
            _ => {}
        }
        Some(Wish::Nothing)
    }
}
