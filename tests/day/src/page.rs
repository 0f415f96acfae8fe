//! The visitor's page: it waits, and says yes and no to who wants to see it, while their conversation goes on.
use std::time::Duration;

use anyhow::{Result, anyhow, bail, ensure};
use chat_client::Place;
use cobrowse_core::wire::message::{AgentCard, Ask};
use day::dice::Dice;
use relay_client::{Asked, At, Coming, Home, Page, PageKey, Says, Told, Waiting};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{sleep, timeout},
};

/// Longer than it takes to find a share whose conversation is over, and a page that is cut off to come back.
const LONGEST: Duration = Duration::from_secs(40);

/// A visitor's yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yes {
    /// In which share.
    pub session: String,
    /// To whom, by the name that the visitor was shown.
    pub agent: String,
    /// To what.
    pub ask: Ask,
}

/// What the visitor's `who`th page shows.
pub fn text(who: u64) -> String {
    format!("the page of visitor {who}")
}

/// Asked to tell when no page is shared any more.
type Rest = oneshot::Sender<()>;

/// A browser that runs beside its visitor's conversation.
pub struct Browser {
    rests: mpsc::Sender<Rest>,
    life: JoinHandle<Result<Vec<Yes>>>,
}

impl Browser {
    /// Opens it.
    pub fn open(place: &Place, home: Home, key: PageKey, (dice, who): (Dice, u64)) -> Self {
        let (rests, inbox) = mpsc::channel(1);
        let at = At { server: place.server.clone(), origin: place.pages.clone() };
        let site = place.site.clone();
        let pages = Pages { at, site, home, key, dice, who, waiting: None, page: None, yes: Vec::new() };
        Self { rests, life: tokio::spawn(pages.live(inbox)) }
    }

    /// Waits until no page is shared: the conversation is over, and nobody may see anything.
    ///
    /// # Errors
    /// When a share goes on.
    pub async fn rests(&mut self) -> Result<()> {
        let (reply, rests) = oneshot::channel();
        // Where its life has ended, that tells why.
        if self.rests.send(reply).await.is_ok() && rests.await.is_ok() {
            return Ok(());
        }
        (&mut self.life).await?.and_then(|_| bail!("the browser was closed"))
    }

    /// Closes it, and gives what the visitor said yes to.
    ///
    /// # Errors
    /// When a share went on, or the server did not speak the protocol.
    pub async fn close(self) -> Result<Vec<Yes>> {
        drop(self.rests);
        self.life.await?
    }
}

struct Pages {
    at: At,
    site: String,
    home: Home,
    key: PageKey,
    dice: Dice,
    who: u64,
    waiting: Option<Waiting>,
    /// The page that was asked to come, and its session.
    page: Option<(String, Page)>,
    yes: Vec<Yes>,
}

impl Pages {
    async fn live(mut self, mut rests: mpsc::Receiver<Rest>) -> Result<Vec<Yes>> {
        loop {
            let pause = self.dice.moment(50, 300);
            tokio::select! {
                rest = rests.recv() => match rest {
                    Some(reply) => {
                        self.rest().await?;
                        // Whoever asked may have given up.
                        let _ = reply.send(());
                    }
                    None => return Ok(self.yes),
                },
                asked = asked(&mut self.waiting) => match asked {
                    Ok(asked) => self.comes(asked)?,
                    Err(_) => self.waiting = None,
                },
                told = told(&mut self.page) => self.hears(told?).await?,
                // waits: for the next thing that they do on their own
                () = sleep(pause) => self.whim().await?,
            }
        }
    }

    /// What a visitor does of their own accord, and what their connection does.
    async fn whim(&mut self) -> Result<()> {
        match &self.waiting {
            // The server may be away.
            None => self.waiting = Waiting::comes(&self.at, &self.site, &self.key, ("/", "fr")).await.ok(),
            Some(_) if self.dice.chance(2) => self.waiting = None,
            Some(_) => {}
        }
        let Some((_, page)) = &self.page else { return Ok(()) };
        match self.dice.below(100) {
            0..4 => page.cut()?,
            4..7 => page.does(|page, now| page.stop(now))?,
            7..17 => page.does(|page, now| page.take_back(now))?,
            _ => {}
        }
        Ok(())
    }

    fn comes(&mut self, Asked { session, ticket }: Asked) -> Result<()> {
        let session = session.to_string();
        if self.page.as_ref().is_some_and(|(open, _)| *open == session) {
            return Ok(());
        }
        let (at, key, shows) = (self.at.clone(), self.key.clone(), text(self.who));
        self.page = Some((session, self.home.page(Coming { at, key, ticket, shows })?));
        Ok(())
    }

    async fn hears(&mut self, told: Told) -> Result<()> {
        match told {
            Told::Asked(agent, ask) => self.answers(agent, ask).await?,
            Told::Ended(_) => self.page = None,
            Told::Garbled(why) => bail!("a page heard what is not of the protocol: {why}"),
            Told::Connected
            | Told::State(_)
            | Told::Declined(..)
            | Told::Lapsed(_)
            | Told::Shown(_)
            | Told::Refused(_) => {}
        }
        Ok(())
    }

    /// Mostly yes.
    async fn answers(&mut self, agent: AgentCard, ask: Ask) -> Result<()> {
        // waits: as people do who read what they are asked
        sleep(self.dice.moment(10, 150)).await;
        let Some((session, page)) = &self.page else { return Ok(()) };
        let yes = match ask {
            // Whatever the dice say, each visitor shows their page to the first who asks.
            Ask::View if self.yes.is_empty() => true,
            Ask::View => self.dice.chance(80),
            Ask::Control => self.dice.chance(65),
        };
        let says = if yes { Says::Yes } else { Says::No };
        if page.answers(agent.id, ask, says).await? && yes {
            self.yes.push(Yes { session: session.clone(), agent: agent.name, ask });
        }
        Ok(())
    }

    async fn rest(&mut self) -> Result<()> {
        let over = async {
            while self.page.is_some() {
                let told = told(&mut self.page).await?;
                self.hears(told).await?;
            }
            Ok(())
        };
        let rested = timeout(LONGEST, over).await;
        let open = self.page.as_ref().map(|(session, _)| session.clone()).unwrap_or_default();
        ensure!(rested.is_ok(), "the share {open} goes on {LONGEST:?} after its conversation");
        rested.map_err(|_| anyhow!("it goes on"))?
    }
}

async fn asked(waiting: &mut Option<Waiting>) -> Result<Asked, relay_client::Error> {
    match waiting {
        Some(waiting) => waiting.next().await,
        None => std::future::pending().await,
    }
}

async fn told(page: &mut Option<(String, Page)>) -> Result<Told, relay_client::Error> {
    match page {
        Some((_, page)) => page.next().await,
        None => std::future::pending().await,
    }
}
