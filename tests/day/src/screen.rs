//! The viewers that an agent has open, one in a conversation at most: what they ask, see and end.
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, bail, ensure};
use chat_client::{Agent, Error, Place};
use chat_proto::desk::Shared;
use cobrowse_core::wire::{
    desk::Ticket,
    message::{Ask, ShareState},
};
use day::dice::Dice;
use relay_client::{At, Home, Opening, Told, Viewer};
use reqwest::Method;
use serde_json::Value;
use tokio::time::Instant;

/// What an agent heard of a share, each of which stands in the thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum News {
    /// The visitor is asked.
    Asked,
    /// They said no.
    Refused,
    /// The page is there.
    Seen,
    /// The agent may act in it.
    Controlled,
}

/// A share that an agent was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// In which conversation.
    pub conv: String,
    /// Its name.
    pub session: String,
    /// When they were told.
    pub since: Instant,
    /// What was heard of it, and when.
    pub heard: Vec<(News, Instant)>,
    /// What was seen.
    pub shown: BTreeSet<String>,
}

/// The shares of all agents: conversation and name.
pub type Board = Arc<Mutex<Vec<(String, String)>>>;

/// What an agent's screens leave behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Whose it is, by the name that visitors see.
    pub agent: String,
    /// What they were told of.
    pub shares: Vec<Share>,
    /// The conversations in which they asked for one and were not answered.
    pub unanswered: Vec<String>,
    /// The conversations that they said they would take.
    pub took: BTreeSet<String>,
}

struct Screen {
    /// Which of the ledger's.
    share: usize,
    viewer: Viewer,
    state: ShareState,
    asks: Asks,
    refusals: u32,
}

/// Whether the agent may ask now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// There is no connection yet.
    Waits,
    Free,
    /// They have asked, and nothing has come of it yet.
    Asked,
}

/// An agent's screens.
pub struct Screens {
    at: At,
    home: Home,
    board: Board,
    open: BTreeMap<String, Screen>,
    /// What is to be checked at the end.
    pub ledger: Ledger,
    /// What nobody may get and they got.
    wrong: Option<String>,
}

/// What came of pressing the screen icon.
enum Pressed {
    Share(String),
    No,
}

impl Screens {
    /// None is open.
    pub fn new(place: &Place, (home, board): (Home, Board), agent: String) -> Self {
        let at = At { server: place.server.clone(), origin: place.desk.clone() };
        let ledger = Ledger { agent, ..Ledger::default() };
        Self { at, home, board, open: BTreeMap::new(), ledger, wrong: None }
    }

    /// The agent asks for the page of a conversation that they have, as the screen icon does.
    pub async fn open(&mut self, agent: &Agent, conv: &str) -> Result<(), Error> {
        if self.open.contains_key(conv) {
            return Ok(());
        }
        let Pressed::Share(session) = self.press(agent, conv).await? else { return Ok(()) };
        let share = self.is_told(conv, session.clone());
        let Some(ticket) = ticket(agent, &session).await? else { return Ok(()) };
        // The home is there as long as its handles are.
        let opening = Opening { at: self.at.clone(), ticket };
        let Ok(viewer) = self.home.viewer(opening) else { return Ok(()) };
        let (state, asks) = (ShareState::NotShared, Asks::Waits);
        self.open.insert(conv.to_owned(), Screen { share, viewer, state, asks, refusals: 0 });
        Ok(())
    }

    async fn press(&mut self, agent: &Agent, conv: &str) -> Result<Pressed, Error> {
        let path = format!("/v1/conversations/{conv}/share");
        match agent.ask(Method::POST, &path, &Value::Null).await {
            Ok((201, body)) => {
                let Shared { session } = serde_json::from_str(&body)?;
                Ok(Pressed::Share(session))
            }
            Ok((status, _)) if status < 500 => Ok(Pressed::No),
            unanswered => {
                self.ledger.unanswered.push(conv.to_owned());
                unanswered.map(|_| Pressed::No)
            }
        }
    }

    fn is_told(&mut self, conv: &str, session: String) -> usize {
        let known = self.ledger.shares.iter().position(|it| it.session == session);
        known.unwrap_or_else(|| {
            self.lock().push((conv.to_owned(), session.clone()));
            let (conv, since) = (conv.to_owned(), Instant::now());
            let share = Share { conv, session, since, heard: Vec::new(), shown: BTreeSet::new() };
            self.ledger.shares.push(share);
            self.ledger.shares.len() - 1
        })
    }

    /// The agent tries what they must not: a share of a conversation that they never had.
    pub async fn pry_conversation(&mut self, agent: &Agent, conv: &str) -> Result<(), Error> {
        if self.ledger.took.contains(conv) {
            return Ok(());
        }
        if let Pressed::Share(session) = self.press(agent, conv).await? {
            self.wrong = Some(format!("{} got the share {session} of {conv}", self.ledger.agent));
        }
        Ok(())
    }

    /// The same with a share that another agent has.
    pub async fn pry_share(&mut self, agent: &Agent, dice: &mut Dice) -> Result<(), Error> {
        let others: Vec<_> =
            self.lock().iter().filter(|(conv, _)| !self.ledger.took.contains(conv)).cloned().collect();
        let Some((conv, session)) = dice.one_of(&others) else { return Ok(()) };
        if ticket(agent, session).await?.is_some() {
            self.wrong = Some(format!("{} got a ticket to {session} of {conv}", self.ledger.agent));
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(String, String)>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what came to the viewers, and does what agents do with them.
    ///
    /// # Errors
    /// When somebody got what is not theirs, or the server did not speak the protocol.
    pub fn look(&mut self, dice: &mut Dice) -> Result<()> {
        if let Some(wrong) = &self.wrong {
            bail!("{wrong}");
        }
        let mut over = Vec::new();
        for (conv, screen) in &mut self.open {
            let share = self.ledger.shares.get_mut(screen.share).context("a share of the ledger")?;
            let lives = screen.hears(share, &self.ledger.agent)? && screen.does(dice)?;
            if !lives {
                over.push(conv.clone());
            }
        }
        self.open.retain(|conv, _| !over.contains(conv));
        Ok(())
    }

    /// The day is over, all conversations are closed: each viewer has heard of its end, or does soon.
    ///
    /// # Errors
    /// When one has not.
    pub async fn end(mut self) -> Result<Ledger> {
        for (conv, screen) in &mut self.open {
            screen.viewer.ends().await.with_context(|| format!("the viewer of the closed {conv}"))?;
        }
        Ok(self.ledger)
    }
}

impl Screen {
    /// Takes in what came; false when it is over.
    fn hears(&mut self, share: &mut Share, me: &str) -> Result<bool> {
        for told in self.viewer.heard() {
            let news = match told {
                Told::Connected => {
                    self.asks = Asks::Free;
                    None
                }
                Told::State(state) => self.state_is(state),
                Told::Declined(Ask::View, _) => {
                    self.refusals += 1;
                    self.asks = Asks::Free;
                    Some(News::Refused)
                }
                Told::Declined(Ask::Control, _) | Told::Lapsed(_) => {
                    self.asks = Asks::Free;
                    None
                }
                Told::Shown(text) => {
                    ensure!(text.ends_with(&format!(" for {me}")), "{me} was shown {text:?} in {share:?}");
                    share.shown.insert(text);
                    None
                }
                Told::Garbled(why) => bail!("a viewer heard what is not of the protocol: {why}"),
                Told::Ended(_) => return Ok(false),
                Told::Asked(..) | Told::Refused(_) => None,
            };
            share.heard.extend(news.map(|it| (it, Instant::now())));
        }
        Ok(true)
    }

    fn state_is(&mut self, state: ShareState) -> Option<News> {
        let before = std::mem::replace(&mut self.state, state);
        self.asks = Asks::Free;
        match (before, state) {
            (_, ShareState::ViewAsked) => Some(News::Asked),
            (_, ShareState::Controlling(..)) => Some(News::Controlled),
            (ShareState::NotShared | ShareState::ViewAsked, ShareState::Viewing(_)) => Some(News::Seen),
            (_, ShareState::NotShared | ShareState::Viewing(_) | ShareState::ControlAsked(_)) => None,
        }
    }

    /// What the agent does next, if anything; false when they close the tab.
    fn does(&mut self, dice: &mut Dice) -> Result<bool> {
        let chance = dice.below(100);
        match (self.state, self.asks) {
            (_, Asks::Waits) => {}
            (ShareState::NotShared, Asks::Free) if 0 < self.refusals && dice.chance(50) => {
                self.viewer.does(|viewer, now| viewer.end(now))?;
                self.asks = Asks::Asked;
            }
            (ShareState::NotShared, Asks::Free) => self.ask(Ask::View)?,
            (ShareState::Viewing(_), Asks::Free) if chance < 12 => self.ask(Ask::Control)?,
            (ShareState::Controlling(..), _) if chance < 8 => {
                self.viewer.does(|viewer, now| viewer.release(now))?;
            }
            (_, Asks::Free | Asks::Asked) => {}
        }
        match dice.below(100) {
            0..2 => self.viewer.does(|viewer, now| viewer.end(now))?,
            2..4 => self.viewer.cut()?,
            4 => {
                self.viewer.does(|viewer, now| viewer.bye(now))?;
                return Ok(false);
            }
            _ => {}
        }
        Ok(true)
    }

    fn ask(&mut self, ask: Ask) -> Result<()> {
        self.asks = Asks::Asked;
        Ok(self.viewer.asks(ask)?)
    }
}

/// A ticket to a share's session, where the server gives one.
async fn ticket(agent: &Agent, session: &str) -> Result<Option<String>, Error> {
    let path = format!("/v1/sessions/{session}/ticket");
    let (status, body) = agent.ask(Method::POST, &path, &Value::Null).await?;
    if status != 200 {
        return Ok(None);
    }
    let ticket: Ticket = serde_json::from_str(&body)?;
    Ok(Some(ticket.ticket))
}
