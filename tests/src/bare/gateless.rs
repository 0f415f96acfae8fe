//! What the visitor's page must withstand alone: a server in the middle that lets everything pass, whatever the visitor
//! took back. It is a double of the relay, made of the product's link; the product itself has no such switch.
use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use cobrowse_core::{
    command::{Action, Button, Command, Modifiers, Receipt},
    id::{AgentId, CommandId, GrantId, Moment},
    session::{
        Lane,
        handshake::Handshake,
        link::{Link, Urgency},
    },
    wire::{
        Envelope, PageKind,
        limits::MAX_MESSAGE,
        message::{self, AgentCard, Ask, Challenge, FromVisitor, Hello, ToVisitor, Welcome},
    },
};
use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

use super::{Finder, Line, Peer, agent::open};
use crate::{lab::Side, lab_stage::Ground, wait::PATIENCE};

const CARD: (AgentId, &str) = (AgentId(7), "Mallory");

/// The double, and what the visitor's page told it.
pub struct Gateless {
    link: Link,
    finder: Finder,
    next: u32,
    /// What became of each command that has a receipt.
    pub receipts: BTreeMap<CommandId, Receipt>,
    /// The yes to viewing has come.
    pub views: bool,
    /// The yes to control, as it came.
    pub grant: Option<GrantId>,
    /// The visitor took it back.
    pub revoked: bool,
    /// The visitor's own hand is on the page.
    pub hands_on: bool,
}

impl Gateless {
    /// Stands between the visitor who is there and the server, and asks the page to come. Clicks will go to the element
    /// with the `id`.
    ///
    /// # Errors
    /// When nobody comes.
    pub async fn stands(ground: &Ground, id: &'static str) -> Result<Line<Self>> {
        let listener = ground.lab.listen(Side::Servers)?;
        ground.lab.divert("desk.test", "/v1/session", listener.local_addr()?.port())?;
        let app = ground.app()?;
        let account = app.accounts.agent_by_email(&ground.account()?.email).await?;
        let agent = account.context("the demo has an agent")?;
        let session = open(&app, relay::auth::on_wire(agent.id)?).await?;
        let accepting = async {
            let (stream, _) = TcpListener::from_std(listener)?.accept().await?;
            anyhow::Ok(accept_async(stream).await?)
        };
        let mut socket = timeout(PATIENCE, accepting).await.context("the page never came")??;
        let hello = greet(&mut socket).await?;
        let link = Link::new(rand::random());
        let resume = link.received();
        let welcome = Welcome { session, resume, ticket: hello.ticket, stands: false };
        socket.send(Message::binary(Handshake::Welcome(welcome).encode()?)).await?;
        let mut it = Self {
            link,
            finder: Finder::new(id),
            next: 0,
            receipts: BTreeMap::new(),
            views: false,
            grant: None,
            revoked: false,
            hands_on: false,
        };
        it.link.handle_lane(Lane::WebSocket, true, Moment::default());
        Ok(Line::new(it, socket))
    }

    /// Asks the visitor in an agent's name.
    ///
    /// # Panics
    /// When the link is full.
    pub fn asks(&mut self, ask: Ask, now: Moment) {
        let card = AgentCard { id: CARD.0, name: CARD.1.to_owned() };
        self.say(&ToVisitor::Asked(card, ask), now);
    }

    /// Whether the element to click on has been seen.
    pub fn has_found_it(&self) -> bool {
        self.finder.middle().is_some()
    }

    /// Clicks on the element, on the grant that was given once, whether it still stands or not.
    ///
    /// # Panics
    /// Before there was one, and before the element was seen.
    pub fn clicks(&mut self, now: Moment) {
        self.commands(Action::Click { button: Button::Main, count: 1, modifiers: Modifiers::default() }, now);
    }

    /// Types at the element, all of it at one go.
    ///
    /// # Panics
    /// As [`Self::clicks`].
    pub fn types(&mut self, text: String, now: Moment) {
        self.commands(Action::Type(text), now);
    }

    fn commands(&mut self, action: Action, now: Moment) {
        let grant = self.grant.expect("a grant was given");
        let anchor = self.finder.middle().expect("the element was seen");
        self.next += 1;
        let command = Command { id: CommandId(self.next), grant, anchor, action };
        self.say(&ToVisitor::Command(CARD.0, command), now);
    }

    /// How many commands were sent.
    pub const fn sent(&self) -> usize {
        self.next as usize
    }

    /// How many commands got this receipt.
    pub fn count(&self, receipt: Receipt) -> usize {
        self.receipts.values().filter(|it| **it == receipt).count()
    }

    fn say(&mut self, said: &ToVisitor, now: Moment) {
        let bytes = message::encode(said).expect("it is short");
        self.link.send_control(bytes, Urgency::Normal, now).expect("the link has room");
    }

    fn note(&mut self, said: FromVisitor) -> Result<()> {
        match said {
            FromVisitor::ViewGranted(..) => self.views = true,
            FromVisitor::ControlGranted(_, grant, _) => self.grant = Some(grant),
            FromVisitor::Revoked(grant) => {
                ensure!(self.grant == Some(grant), "another grant was revoked");
                self.revoked = true;
            }
            FromVisitor::HandsOn(on) => self.hands_on = on,
            FromVisitor::Receipt(_, id, receipt) => {
                ensure!(self.receipts.insert(id, receipt).is_none(), "two receipts for {id:?}");
            }
            FromVisitor::Stopped => bail!("the visitor stopped the share"),
            FromVisitor::Declined(..)
            | FromVisitor::Lapsed(..)
            | FromVisitor::Paused(_)
            | FromVisitor::Page(_)
            | FromVisitor::Offer(_)
            | FromVisitor::Diverged(_)
            | FromVisitor::Bye => {}
        }
        Ok(())
    }
}

/// Takes any hello.
async fn greet(socket: &mut WebSocketStream<TcpStream>) -> Result<Hello> {
    let challenge = Handshake::Challenge(Challenge { nonce: rand::random() });
    socket.send(Message::binary(challenge.encode()?)).await?;
    let first = timeout(PATIENCE, socket.next()).await?.context("the page went away")??;
    let Handshake::Hello(hello) = Handshake::decode(&first.into_data())? else {
        bail!("something else where a hello was expected");
    };
    Ok(hello)
}

impl Peer for Gateless {
    fn hear(&mut self, bytes: &[u8], now: Moment) -> Result<()> {
        let envelope = Envelope::decode(bytes, MAX_MESSAGE)?;
        self.link.handle(Lane::WebSocket, envelope, now)?;
        while let Some(frame) = self.link.poll_control() {
            self.note(message::decode(&frame.payload)?)?;
        }
        while let Some(frame) = self.link.poll_page() {
            self.link.consume_page(frame.last, now);
            let kind = PageKind::from_wire(frame.kind).context("a page frame of no kind")?;
            self.finder.take(kind, frame.epoch, &frame.payload)?;
        }
        while self.link.poll_pointer().is_some() {}
        Ok(())
    }

    fn wake(&mut self, now: Moment) {
        self.link.handle_timeout(now);
    }

    fn wake_at(&self) -> Option<Moment> {
        self.link.poll_timeout()
    }

    fn speak(&mut self, now: Moment) -> Option<Vec<u8>> {
        self.link.poll_transmit(now).map(|(_, bytes)| bytes)
    }
}
