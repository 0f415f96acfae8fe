//! An agent whose hand is as quick as one likes: the viewer's own machine, on the server's socket.
use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use cobrowse_core::{
    command::{Action, Button, Modifiers, Receipt},
    id::{AgentId, CommandId, Moment, SessionId},
    session::{
        Lane,
        viewer::{Connection, ViewerConfig, ViewerEvent, ViewerSession},
    },
    wire::{
        desk::ToDesk,
        message::{Ask, ShareState},
    },
};
use relay::{
    app::App,
    auth::{on_wire, ticket::Bearer},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{client_async, tungstenite::client::IntoClientRequest};

use super::{Finder, Line, Peer};
use crate::{lab::Side, lab_stage::Ground, wait::PATIENCE};

/// The agent.
pub struct BareAgent {
    session: ViewerSession,
    finder: Finder,
    /// What became of each command that has a receipt.
    pub receipts: BTreeMap<CommandId, Receipt>,
    /// How many commands were sent.
    pub sent: usize,
    connected: bool,
}

impl BareAgent {
    /// Opens a session with the one visitor who is there, whose page is asked to come. Clicks will go to the element
    /// with the `id`.
    ///
    /// # Errors
    /// When nobody is there.
    pub async fn comes(ground: &Ground, id: &'static str) -> Result<Line<Self>> {
        let app = ground.app()?;
        let (agent, name) = agent_of(ground, &app).await?;
        let session = open(&app, agent).await?;
        let ticket = app.tickets.issue(session, Bearer::Viewer { agent, name })?;
        let mut request = "ws://desk.test/v1/session".into_client_request()?;
        request.headers_mut().insert("origin", ground.desk().parse()?);
        let port = ground.lab.reach(Side::Servers, Some(ground.port()))?;
        let (socket, _) = client_async(request, TcpStream::connect(("127.0.0.1", port)).await?).await?;
        let config = ViewerConfig { ticket, random: Box::new(rand::random::<u64>) };
        let mut session = ViewerSession::new(config, Moment::default());
        session.handle_lane(Lane::WebSocket, true, Moment::default());
        let (finder, receipts) = (Finder::new(id), BTreeMap::new());
        let mut agent = Line::new(Self { session, finder, receipts, sent: 0, connected: false }, socket);
        agent.until("the welcome", |agent| agent.connected.then_some(())).await?;
        Ok(agent)
    }

    /// Asks the visitor.
    pub fn asks(&mut self, ask: Ask, now: Moment) {
        self.session.ask(ask, now);
    }

    /// How the share stands.
    pub const fn state(&self) -> ShareState {
        self.session.state()
    }

    /// Whether the element to click on has been seen.
    pub fn has_found_it(&self) -> bool {
        self.finder.middle().is_some()
    }

    /// Clicks on the element.
    ///
    /// # Panics
    /// Before it has been seen.
    pub fn clicks(&mut self, now: Moment) {
        let anchor = self.finder.middle().expect("the element was seen");
        let click = Action::Click { button: Button::Main, count: 1, modifiers: Modifiers::default() };
        self.session.command(anchor, click, now);
        self.sent += 1;
    }

    /// How many commands got this receipt.
    pub fn count(&self, receipt: Receipt) -> usize {
        self.receipts.values().filter(|it| **it == receipt).count()
    }

    fn settle(&mut self) -> Result<()> {
        while let Some(event) = self.session.poll_event() {
            match event {
                ViewerEvent::Page(kind, epoch, payload) => self.finder.take(kind, epoch, &payload)?,
                ViewerEvent::Receipt(id, receipt) => _ = self.receipts.insert(id, receipt),
                ViewerEvent::Connection(now) => self.connected = now == Connection::Connected,
                ViewerEvent::Refused(refusal) => bail!("refused: {}", refusal.code()),
                ViewerEvent::Ended(reason) => bail!("the share ended: {reason:?}"),
                // The first `Reconnect` asks for the socket that is there; the rest is for eyes.
                ViewerEvent::Reconnect
                | ViewerEvent::Ticket(_)
                | ViewerEvent::OpenDataChannels
                | ViewerEvent::Answer(_)
                | ViewerEvent::State(_)
                | ViewerEvent::Pointer(..)
                | ViewerEvent::Declined(..)
                | ViewerEvent::Lapsed(_)
                | ViewerEvent::Presence(_)
                | ViewerEvent::PageInfo(_)
                | ViewerEvent::Viewers(_) => {}
            }
        }
        Ok(())
    }
}

impl Peer for BareAgent {
    fn hear(&mut self, bytes: &[u8], now: Moment) -> Result<()> {
        self.session.handle_frame(Lane::WebSocket, bytes, now)?;
        self.settle()
    }

    fn wake(&mut self, now: Moment) {
        self.session.handle_timeout(now);
    }

    fn wake_at(&self) -> Option<Moment> {
        self.session.poll_timeout()
    }

    fn speak(&mut self, now: Moment) -> Option<Vec<u8>> {
        self.session.poll_transmit(now).map(|(_, bytes)| bytes)
    }
}

async fn agent_of(ground: &Ground, app: &App) -> Result<(AgentId, String)> {
    let account = app.accounts.agent_by_email(&ground.account()?.email).await?;
    let agent = account.context("the demo has an agent")?;
    Ok((on_wire(agent.id)?, agent.first_name))
}

/// Opens a session with the first visitor.
pub(super) async fn open(app: &App, agent: AgentId) -> Result<SessionId> {
    let mut changes = app.directory.subscribe();
    let mut said = app.directory.everybody();
    let visitor = loop {
        match said {
            ToDesk::Visitors { visitors, .. } if !visitors.is_empty() => break visitors[0].id,
            ToDesk::Visitor { visitor } => break visitor.id,
            ToDesk::Visitors { .. } | ToDesk::Gone { .. } => {}
        }
        said = timeout(PATIENCE, changes.recv()).await.context("no visitor came")??;
    };
    app.sessions.open(app, visitor, agent).await.map_err(|error| anyhow::anyhow!("{error}"))
}
