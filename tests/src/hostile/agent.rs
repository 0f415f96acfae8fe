//! An agent who obeys nothing: the viewer's session machine on a real WebSocket, with a hand for whatever node it likes.
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result};
use cobrowse_core::{
    command::{Action, Anchor, Receipt},
    dom::{AttributeName, Namespace, Replica, ShadowMode, Sink, TextKind},
    id::{CommandId, Epoch, Moment, NodeId},
    session::{
        Lane,
        viewer::{Connection, ViewerConfig, ViewerEvent, ViewerSession},
    },
    wire::{
        desk::ToDesk,
        message::{Ask, ShareState},
    },
};
use futures_util::{SinkExt, StreamExt};
use relay::{Running, auth::ticket::Bearer};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot, watch},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::wait::PATIENCE;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A command and who waits for what becomes of it.
struct Order {
    anchor: (NodeId, Epoch),
    action: Action,
    answer: oneshot::Sender<Receipt>,
}

enum Verb {
    Ask(Ask),
    Command(Order),
}

/// What the agent knows of the page.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Elements by their ids.
    pub nodes: BTreeMap<String, NodeId>,
    /// The page's epoch.
    pub epoch: Epoch,
    /// Whether the server has let the agent in.
    pub is_connected: bool,
    /// Whether control was given.
    pub controls: bool,
    /// How many nodes were ever told.
    pub highest: u32,
}

/// The agent.
pub struct Agent {
    verbs: mpsc::UnboundedSender<Verb>,
    known: Arc<Mutex<Known>>,
    changed: watch::Receiver<()>,
}

impl Agent {
    /// Opens a session with the one visitor who is there, and keeps it in a task of its own. Needs a `LocalSet`.
    ///
    /// # Errors
    /// When nobody is there.
    pub async fn comes(server: &Running) -> Result<Self> {
        let app = &server.app;
        let email = &server.demo.as_ref().context("the demo's agent")?.email;
        let agent = app.accounts.agent_by_email(email).await?.context("the demo's agent")?;
        let id = relay::auth::on_wire(agent.id)?;
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
        let opened = app.sessions.open(app, visitor, id).await;
        let session = opened.map_err(|error| anyhow::anyhow!("{error}"))?;
        let bearer = Bearer::Viewer { agent: id, name: agent.first_name };
        let ticket = app.tickets.issue(session, bearer)?;
        let (verbs, inbox) = mpsc::unbounded_channel();
        let (changed, changes) = watch::channel(());
        let config = ViewerConfig { ticket, random: Box::new(rand::random::<u64>) };
        let shell = Shell {
            machine: ViewerSession::new(config, Moment::default()),
            server: (server.addr.port(), server.url.clone()),
            socket: None,
            begun: Instant::now(),
            page: Page { replica: Replica::new(), sink: Ids(Arc::default()) },
            waiting: BTreeMap::new(),
            changed,
            events: VecDeque::new(),
        };
        let known = Arc::clone(&shell.page.sink.0);
        tokio::task::spawn_local(shell.run(inbox));
        Ok(Self { verbs, known, changed: changes })
    }

    /// Asks the visitor.
    ///
    /// # Errors
    /// When the session is over.
    pub fn asks(&self, ask: Ask) -> Result<()> {
        self.verbs.send(Verb::Ask(ask)).ok().context("the session is over")
    }

    /// Waits until what is known is enough.
    ///
    /// # Errors
    /// When it never is.
    pub async fn knows(&mut self, enough: impl Fn(&Known) -> bool) -> Result<Known> {
        let waiting = async {
            loop {
                let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if enough(&known) {
                    return anyhow::Ok(known);
                }
                self.changed.changed().await?;
            }
        };
        timeout(PATIENCE, waiting).await.context("the agent never got to know it")?
    }

    /// Sends a command to a node, and says what became of it.
    ///
    /// # Errors
    /// When nothing is answered.
    pub async fn does(&self, node: NodeId, epoch: Epoch, action: Action) -> Result<Receipt> {
        let (answer, answered) = oneshot::channel();
        let order = Order { anchor: (node, epoch), action, answer };
        self.verbs.send(Verb::Command(order)).ok().context("the session is over")?;
        Ok(timeout(PATIENCE, answered).await.context("no receipt came")??)
    }
}

struct Shell {
    machine: ViewerSession,
    server: (u16, String),
    socket: Option<Socket>,
    begun: Instant,
    page: Page,
    waiting: BTreeMap<CommandId, oneshot::Sender<Receipt>>,
    changed: watch::Sender<()>,
    events: VecDeque<ViewerEvent>,
}

impl Shell {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Verb>) -> Result<()> {
        loop {
            self.pump().await?;
            let wake = self.machine.poll_timeout().map(|at| self.begun + at.0);
            tokio::select! {
                verb = inbox.recv() => match verb {
                    Some(verb) => self.act(verb),
                    None => return Ok(()),
                },
                message = next(&mut self.socket) => {
                    let message = message.context("the socket closed")??;
                    if let Message::Binary(bytes) = message {
                        self.machine.handle_frame(Lane::WebSocket, &bytes, self.now())?;
                    }
                }
                () = until(wake) => self.machine.handle_timeout(self.now()),
            }
        }
    }

    fn now(&self) -> Moment {
        Moment(self.begun.elapsed())
    }

    fn act(&mut self, verb: Verb) {
        let now = self.now();
        match verb {
            Verb::Ask(ask) => self.machine.ask(ask, now),
            Verb::Command(Order { anchor: (node, epoch), action, answer }) => {
                let id = self.machine.command(Anchor { epoch, node, x: 0.5, y: 0.5 }, action, now);
                self.waiting.insert(id, answer);
            }
        }
    }

    async fn pump(&mut self) -> Result<()> {
        loop {
            while let Some(event) = self.machine.poll_event() {
                self.events.push_back(event);
            }
            let now = self.now();
            if let Some(event) = self.events.pop_front() {
                self.handle(event).await?;
            } else if let Some((_, bytes)) = self.machine.poll_transmit(now) {
                if let Some(socket) = &mut self.socket {
                    socket.send(Message::binary(bytes)).await?;
                }
            } else {
                return Ok(());
            }
        }
    }

    async fn handle(&mut self, event: ViewerEvent) -> Result<()> {
        if let ViewerEvent::Page(kind, epoch, payload) = event {
            self.page.replica.apply(kind, epoch, &payload, &mut self.page.sink)?;
            self.page.sink.note(|it| it.epoch = epoch);
        } else if let ViewerEvent::Receipt(id, receipt) = event {
            // Nobody may wait for it any more.
            let _ = self.waiting.remove(&id).map(|answer| answer.send(receipt));
        } else if let ViewerEvent::Connection(connection) = event {
            self.page.sink.note(|it| it.is_connected = connection == Connection::Connected);
        } else if let ViewerEvent::State(state) = event {
            self.page.sink.note(|it| it.controls = matches!(state, ShareState::Controlling(..)));
        } else if matches!(event, ViewerEvent::Reconnect) {
            let (port, origin) = &self.server;
            let mut request = format!("ws://127.0.0.1:{port}/v1/session").into_client_request()?;
            request.headers_mut().insert("origin", origin.parse()?);
            self.socket = Some(tokio_tungstenite::connect_async(request).await?.0);
            self.machine.handle_lane(Lane::WebSocket, true, self.now());
        }
        self.changed.send_replace(());
        Ok(())
    }
}

async fn next(socket: &mut Option<Socket>) -> Option<Result<Message, tokio_tungstenite::tungstenite::Error>> {
    match socket {
        Some(socket) => socket.next().await,
        None => std::future::pending().await,
    }
}

async fn until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

struct Page {
    replica: Replica,
    sink: Ids,
}

/// Notes which element has which id.
struct Ids(Arc<Mutex<Known>>);

impl Ids {
    fn note(&self, write: impl FnOnce(&mut Known)) {
        write(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn told(&self, id: NodeId) {
        self.note(|it| it.highest = it.highest.max(id.to_wire()));
    }
}

impl Sink for Ids {
    fn reset(&mut self) {
        self.note(|it| it.nodes.clear());
    }

    fn element(&mut self, id: NodeId, _: Namespace, _: &str) {
        self.told(id);
    }

    fn text(&mut self, id: NodeId, _: TextKind, _: &str) {
        self.told(id);
    }

    fn doctype(&mut self, _: NodeId, _: &str, _: &str, _: &str) {}
    fn shadow(&mut self, _: NodeId, _: NodeId, _: ShadowMode) {}
    fn document(&mut self, _: NodeId, _: NodeId) {}
    fn insert(&mut self, _: NodeId, _: NodeId, _: Option<NodeId>) {}
    fn detach(&mut self, _: NodeId) {}
    fn remove(&mut self, _: NodeId) {}

    fn attribute(&mut self, id: NodeId, name: AttributeName<'_>, value: Option<&str>) {
        if let (AttributeName::Plain("id"), Some(value)) = (name, value) {
            self.note(|it| _ = it.nodes.insert(value.to_owned(), id));
        }
    }

    fn set_text(&mut self, _: NodeId, _: &str) {}
}
