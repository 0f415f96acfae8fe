//! What somebody holds of a machine that runs, and its life: the same for pages and viewers.
use std::fmt;

use cobrowse_core::{
    id::Moment,
    session::{Lane, SessionError, viewer::ViewerSession, visitor::VisitorSession},
    wire::message::{AgentCard, Ask, EndReason, Refusal, ShareState},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};

use crate::{
    At, Error, PATIENCE,
    line::{Line, News},
};

/// What happened, of what somebody may wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// To the visitor: somebody asks.
    Asked(AgentCard, Ask),
    /// To the agent: the viewer is connected.
    Connected,
    /// To the agent: how the share stands now.
    State(ShareState),
    /// To the agent: the visitor said no, and may be asked again after so many seconds.
    Declined(Ask, u32),
    /// To the agent: the visitor said nothing.
    Lapsed(Ask),
    /// To the agent: what the page shows.
    Shown(String),
    /// The server refused something, or does not let the peer in, or not any longer.
    Refused(Refusal),
    /// The server said what is not of the protocol.
    Garbled(String),
    /// The session is over.
    Ended(EndReason),
}

/// To whom a life tells what happens; nobody may be listening any more.
pub struct Teller(mpsc::UnboundedSender<Told>);

impl Teller {
    pub fn tell(&self, told: Told) {
        // Whoever held the peer may be gone, and then its life ends with the next turn.
        let _ = self.0.send(told);
    }
}

type Verb<M> = Box<dyn FnOnce(&mut M, Moment) + Send>;

enum Order<M> {
    Does(Verb<M>),
    Cut,
}

/// A peer that runs. Dropping it is its end: its socket goes without a word.
pub struct Peer<M> {
    orders: mpsc::UnboundedSender<Order<M>>,
    told: mpsc::UnboundedReceiver<Told>,
}

impl<M> fmt::Debug for Peer<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Peer")
    }
}

impl<M: 'static> Peer<M> {
    /// Does something with the machine, soon.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub fn does(&self, verb: impl FnOnce(&mut M, Moment) + Send + 'static) -> Result<(), Error> {
        self.orders.send(Order::Does(Box::new(verb))).map_err(|_| Error::Over)
    }

    /// Does something with the machine, and gives what comes of it.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub async fn gets<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&mut M, Moment) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        // Whoever asked may not wait any more.
        self.does(move |machine, now| drop(reply.send(verb(machine, now))))?;
        answer.await.map_err(|_| Error::Over)
    }

    /// Loses the connection without a word; the machine tries again by its own timers.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub fn cut(&self) -> Result<(), Error> {
        self.orders.send(Order::Cut).map_err(|_| Error::Over)
    }

    /// The next that happens. Nothing is lost where this is not waited for to the end.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub async fn next(&mut self) -> Result<Told, Error> {
        self.told.recv().await.ok_or(Error::Over)
    }

    /// What has happened since it was last asked, in order.
    pub fn heard(&mut self) -> Vec<Told> {
        std::iter::from_fn(|| self.told.try_recv().ok()).collect()
    }

    /// Waits for something.
    ///
    /// # Errors
    /// [`Error::Silent`] after [`PATIENCE`], [`Error::Over`], [`Error::Garbled`].
    pub async fn hears(
        &mut self,
        what: &'static str,
        mut wanted: impl FnMut(&Told) -> bool,
    ) -> Result<Told, Error> {
        let mut passed = Vec::new();
        let found = async {
            loop {
                match self.next().await? {
                    told if wanted(&told) => return Ok(told),
                    Told::Garbled(why) => return Err(Error::Garbled(why)),
                    told => passed.push(told),
                }
            }
        };
        match timeout(PATIENCE, found).await {
            Ok(found) => found,
            Err(_) => Err(Error::Silent { what, passed }),
        }
    }

    /// Waits for the end of the session.
    ///
    /// # Errors
    /// As [`Peer::hears`].
    pub async fn ends(&mut self) -> Result<(), Error> {
        self.hears("the end", |it| matches!(it, Told::Ended(_))).await.map(drop)
    }
}

/// What pages and viewers have in common.
pub trait Machine: 'static {
    fn transmit(&mut self, now: Moment) -> Option<Vec<u8>>;
    fn due(&self) -> Option<Moment>;
    fn pass(&mut self, now: Moment);
    fn lane(&mut self, up: bool, now: Moment);
    fn frame(&mut self, bytes: &[u8], now: Moment) -> Result<(), SessionError>;
}

macro_rules! machines {
    ($($machine:ty),*) => {$(
        impl Machine for $machine {
            fn transmit(&mut self, now: Moment) -> Option<Vec<u8>> {
                self.poll_transmit(now).map(|(_, bytes)| bytes)
            }

            fn due(&self) -> Option<Moment> {
                self.poll_timeout()
            }

            fn pass(&mut self, now: Moment) {
                self.handle_timeout(now);
            }

            fn lane(&mut self, up: bool, now: Moment) {
                self.handle_lane(Lane::WebSocket, up, now);
            }

            fn frame(&mut self, bytes: &[u8], now: Moment) -> Result<(), SessionError> {
                self.handle_frame(Lane::WebSocket, bytes, now)
            }
        }
    )*};
}

machines!(VisitorSession, ViewerSession);

/// Whether a new socket is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Nothing,
    Socket,
}

/// A machine, and what a browser does around it on its own.
pub trait Life: 'static {
    type Machine: Machine;

    fn machine(&mut self) -> &mut Self::Machine;

    /// Does the next thing that the machine wants; `None` when it wants nothing.
    fn live(&mut self, told: &Teller, now: Moment) -> Option<Wish>;
}

/// A peer, and what begins its life where it is to live: in a [`tokio::task::LocalSet`].
pub fn peer<L: Life>(
    at: At,
    life: impl FnOnce() -> L + Send + 'static,
) -> (Peer<L::Machine>, impl FnOnce() + Send + 'static) {
    let (orders, inbox) = mpsc::unbounded_channel();
    let (teller, told) = mpsc::unbounded_channel();
    let begin = move || {
        let (life, told) = (life(), Teller(teller));
        let run = Run { life, line: Line::Closed, at, orders: inbox, told, started: Instant::now() };
        tokio::task::spawn_local(run.run());
    };
    (Peer { orders, told }, begin)
}

struct Run<L: Life> {
    life: L,
    line: Line,
    at: At,
    orders: mpsc::UnboundedReceiver<Order<L::Machine>>,
    told: Teller,
    started: Instant,
}

impl<L: Life> Run<L> {
    async fn run(mut self) {
        loop {
            while let Some(wish) = self.life.live(&self.told, now(self.started)) {
                if wish == Wish::Socket {
                    self.line = Line::opening(&self.at);
                }
            }
            if self.transmit().await.is_err() {
                self.life.machine().lane(false, now(self.started));
                continue;
            }
            let due = self.life.machine().due().map(|at| self.started + at.0);
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(order) => self.does(order),
                    None => return,
                },
                news = self.line.next() => self.hears(news),
                () = until(due) => self.life.machine().pass(now(self.started)),
            }
        }
    }

    async fn transmit(&mut self) -> Result<(), Error> {
        while self.line.is_open() {
            let Some(bytes) = self.life.machine().transmit(now(self.started)) else { break };
            self.line.send(bytes).await?;
        }
        Ok(())
    }

    fn does(&mut self, order: Order<L::Machine>) {
        let now = now(self.started);
        match order {
            Order::Does(verb) => verb(self.life.machine(), now),
            Order::Cut => {
                self.line = Line::Closed;
                self.life.machine().lane(false, now);
            }
        }
    }

    fn hears(&mut self, news: News) {
        let now = now(self.started);
        match news {
            News::Opened => self.life.machine().lane(true, now),
            News::Closed => self.life.machine().lane(false, now),
            News::Frame(bytes) => {
                if let Err(error) = self.life.machine().frame(&bytes, now) {
                    self.told.tell(Told::Garbled(error.to_string()));
                }
            }
        }
    }
}

/// The machine's clock.
fn now(started: Instant) -> Moment {
    Moment(started.elapsed())
}

async fn until(due: Option<Instant>) {
    match due {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
