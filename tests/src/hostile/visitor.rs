//! A visitor without a browser: the product's own session machine on a real WebSocket, which says yes to everything
//! and sends whatever frames it is given.
use std::{collections::VecDeque, time::Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use cobrowse_core::{
    dom::PageFrame,
    id::{Epoch, Incarnation, Moment, TabId},
    session::{
        Lane,
        visitor::{VisitorConfig, VisitorEvent, VisitorSession},
    },
    wire::{
        desk::{FromPage, ToPage},
        message::{PageInfo, Tab},
    },
};
use futures_util::{SinkExt, StreamExt};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::wait::PATIENCE;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What the visitor is told to do.
enum Order {
    Send(Vec<PageFrame>),
    Info(PageInfo),
}

/// A visitor who shares.
pub struct Visitor {
    orders: mpsc::UnboundedSender<Order>,
    port: u16,
    origin: String,
    session: String,
    ticket: String,
}

/// A page of the site that waits to be asked.
pub struct Waiting {
    socket: Socket,
    key: SigningKey,
    port: u16,
    origin: String,
}

impl Waiting {
    /// Comes to a page of `origin` and a path, at a server on this loopback.
    ///
    /// # Errors
    /// When the server does not take it.
    pub async fn come(port: u16, origin: &str, path: &str) -> Result<Self> {
        let key = SigningKey::from_slice(&rand::random::<[u8; 32]>())?;
        let mut socket = connect(port, "/v1/presence?site=demo", origin).await?;
        let spki = BASE64.encode(key.verifying_key().to_public_key_der()?.as_bytes());
        let here = FromPage::Here { key: spki, path: path.to_owned(), lang: "en".into() };
        socket.send(Message::text(serde_json::to_string(&here)?)).await?;
        Ok(Self { socket, key, port, origin: origin.to_owned() })
    }

    /// Waits until an agent wants to see the page, says yes as soon as the question is there, and keeps the session in
    /// a task of its own. Gives the visitor when the view stands. Needs a `LocalSet`.
    ///
    /// # Errors
    /// When nobody asks.
    pub async fn is_asked(mut self) -> Result<Visitor> {
        let asked =
            tokio::time::timeout(PATIENCE, self.socket.next()).await?.context("the server went away")??;
        let ToPage::Ask { session, ticket } = serde_json::from_str(asked.to_text()?)? else {
            bail!("refused")
        };
        let config = VisitorConfig {
            ticket: ticket.clone(),
            tab: Tab {
                id: TabId::from_random(rand::random()),
                incarnation: Incarnation(1),
                epoch: Epoch(0),
                standing: None,
            },
            random: Box::new(rand::random::<u64>),
        };
        let (orders, inbox) = mpsc::unbounded_channel();
        let (told, mut shared) = mpsc::unbounded_channel();
        let shell = Shell {
            machine: VisitorSession::new(config, Moment::default()),
            waiting: self,
            socket: None,
            begun: Instant::now(),
            told,
            queue: VecDeque::new(),
        };
        let (port, origin) = (shell.waiting.port, shell.waiting.origin.clone());
        tokio::task::spawn_local(shell.run(inbox));
        tokio::time::timeout(PATIENCE, shared.recv())
            .await?
            .context("the session ended before it was shared")?;
        Ok(Visitor { orders, port, origin, session: session.to_string(), ticket })
    }
}

impl Visitor {
    /// Sends frames as if capture had made them.
    ///
    /// # Errors
    /// When the session is over.
    pub fn sends(&self, frames: Vec<PageFrame>) -> Result<()> {
        self.orders.send(Order::Send(frames)).ok().context("the session is over")
    }

    /// Says where the page is.
    ///
    /// # Errors
    /// As above.
    pub fn is_at(&self, url: &str, title: &str) -> Result<()> {
        let info = PageInfo { url: url.to_owned(), title: title.to_owned() };
        self.orders.send(Order::Info(info)).ok().context("the session is over")
    }

    /// Hands the server an asset, and gives the name that it has there.
    ///
    /// # Errors
    /// When the server does not take it.
    pub async fn uploads(&self, mime: &str, bytes: &[u8]) -> Result<String> {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let Self { port, origin, session, ticket, .. } = self;
        let head = format!(
            "PUT /v1/sessions/{session}/assets/{hash} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\norigin: {origin}\r\n\
             authorization: Bearer {ticket}\r\ncontent-type: {mime}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            bytes.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", *port)).await?;
        stream.write_all(&[head.as_bytes(), bytes].concat()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        ensure!(["200", "201"].contains(&status), "the asset was refused: {answer}");
        Ok(hash)
    }
}

async fn connect(port: u16, path: &str, origin: &str) -> Result<Socket> {
    let mut request = format!("ws://127.0.0.1:{port}{path}").into_client_request()?;
    request.headers_mut().insert("origin", origin.parse()?);
    Ok(tokio_tungstenite::connect_async(request).await?.0)
}

/// What a browser does around the session.
struct Shell {
    machine: VisitorSession,
    waiting: Waiting,
    socket: Option<Socket>,
    begun: Instant,
    told: mpsc::UnboundedSender<()>,
    /// Frames for which there was no room yet.
    queue: VecDeque<PageFrame>,
}

impl Shell {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Order>) -> Result<()> {
        loop {
            self.pump().await?;
            let wake = self.machine.poll_timeout().map(|at| self.begun + at.0);
            let now = |begun: Instant| Moment(begun.elapsed());
            tokio::select! {
                order = inbox.recv() => match order {
                    Some(Order::Send(frames)) => self.queue.extend(frames),
                    Some(Order::Info(info)) => self.machine.page_info(info, now(self.begun)),
                    None => return Ok(()),
                },
                message = next(&mut self.socket) => match message {
                    Some(Ok(Message::Binary(bytes))) => {
                        self.machine.handle_frame(Lane::WebSocket, &bytes, now(self.begun))?;
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => {
                        self.socket = None;
                        self.machine.handle_lane(Lane::WebSocket, false, now(self.begun));
                    }
                },
                () = until(wake) => self.machine.handle_timeout(now(self.begun)),
            }
        }
    }

    async fn pump(&mut self) -> Result<()> {
        loop {
            let now = Moment(self.begun.elapsed());
            if let Some(event) = self.machine.poll_event() {
                self.handle(event, now).await?;
            } else if let Some((_, bytes)) = self.machine.poll_transmit(now) {
                if let Some(socket) = &mut self.socket {
                    socket.send(Message::binary(bytes)).await?;
                }
            } else if let Some(frame) = self.queue.pop_front() {
                self.machine.send_page(frame.kind, frame.epoch, frame.payload, now);
            } else {
                return Ok(());
            }
        }
    }

    async fn handle(&mut self, event: VisitorEvent, now: Moment) -> Result<()> {
        if let VisitorEvent::NeedProof(bytes) = &event {
            let signature: Signature = self.waiting.key.sign(bytes);
            self.machine.provide_proof(signature.to_bytes().to_vec(), now);
        } else if matches!(event, VisitorEvent::Reconnect) {
            self.socket = Some(connect(self.waiting.port, "/v1/session", &self.waiting.origin).await?);
            self.machine.handle_lane(Lane::WebSocket, true, now);
        } else if matches!(event, VisitorEvent::BarChanged) {
            if let Some(question) = self.machine.bar().question {
                self.machine.allow(question.agent.id, question.ask, now);
            }
        } else if matches!(event, VisitorEvent::StartCapture) {
            // Nobody may be waiting any more.
            let _ = self.told.send(());
        }
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
