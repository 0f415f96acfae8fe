//! A visitor's page that is shared, or may be.
use cobrowse_core::{
    id::{AgentId, Epoch, Incarnation, Moment, TabId},
    session::visitor::{BarState, Question, VisitorConfig, VisitorEvent, VisitorSession},
    wire::{
        PageKind,
        message::{Ask, Tab},
    },
};

use crate::{
    At, Error, PageKey, Peer, Told, draw,
    peer::{self, Life, Teller, Wish},
    random,
};

/// A page of the visitor's, which says yes and no by their hand.
pub type Page = Peer<VisitorSession>;

/// A page that was asked to come, in a fresh tab.
#[derive(Debug, Clone)]
pub struct Coming {
    /// Where it connects, as a page of the site.
    pub at: At,
    /// Its browser's key.
    pub key: PageKey,
    /// What it was asked with ([`crate::Asked`]).
    pub ticket: String,
    /// What it shows, beside the first names of the agents who see it: `a page for Anna, Ben`.
    pub shows: String,
}

/// A visitor's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// They allow it.
    Yes,
    /// They do not.
    No,
}

impl Page {
    /// It comes.
    ///
    /// # Panics
    /// Outside of a [`tokio::task::LocalSet`].
    pub fn comes(coming: Coming) -> Self {
        let (page, begin) = Self::coming(coming);
        begin();
        page
    }

    pub(crate) fn coming(coming: Coming) -> (Self, impl FnOnce() + Send + 'static) {
        let Coming { at, key, ticket, shows } = coming;
        peer::peer(at, move || {
            let id = TabId::from_random(random());
            let tab = Tab { id, incarnation: Incarnation(1), epoch: Epoch(0), standing: None };
            let config = VisitorConfig { ticket, tab, random: Box::new(draw) };
            let machine = VisitorSession::new(config, Moment::default());
            PageLife { machine, key, shows, asked: None }
        })
    }

    /// Says yes to the next question of this kind, and tells whose it was.
    ///
    /// # Errors
    /// As [`Peer::hears`].
    pub async fn says_yes(&mut self, ask: Ask) -> Result<String, Error> {
        loop {
            let told = self.hears("a question", |it| matches!(it, Told::Asked(_, it) if *it == ask)).await?;
            let Told::Asked(agent, _) = told else { continue };
            if self.answers(agent.id, ask, Says::Yes).await? {
                return Ok(agent.name);
            }
        }
    }

    /// Says yes or no to a question; false when it does not stand any more.
    ///
    /// # Errors
    /// [`Error::Over`].
    pub async fn answers(&self, agent: AgentId, ask: Ask, says: Says) -> Result<bool, Error> {
        let answer = move |page: &mut VisitorSession, now| match says {
            Says::Yes => page.allow(agent, ask, now),
            Says::No => page.decline(agent, ask, now),
        };
        self.gets(answer).await
    }
}

struct PageLife {
    machine: VisitorSession,
    key: PageKey,
    shows: String,
    /// The question that was told last.
    asked: Option<Question>,
}

impl Life for PageLife {
    type Machine = VisitorSession;

    fn machine(&mut self) -> &mut VisitorSession {
        &mut self.machine
    }

    fn live(&mut self, told: &Teller, now: Moment) -> Option<Wish> {
        match self.machine.poll_event()? {
            VisitorEvent::Reconnect => return Some(Wish::Socket),
            VisitorEvent::NeedProof(bytes) => self.machine.provide_proof(self.key.sign(&bytes), now),
            VisitorEvent::BarChanged => self.look_at_bar(told),
            VisitorEvent::StartCapture | VisitorEvent::KeyframeWanted => self.show(now),
            VisitorEvent::Refused(refusal) => told.tell(Told::Refused(refusal)),
            VisitorEvent::Ended(reason) => told.tell(Told::Ended(reason)),
            _ => {}
        }
        Some(Wish::Nothing)
    }
}

impl PageLife {
    fn look_at_bar(&mut self, told: &Teller) {
        let question = self.machine.bar().question;
        if question != self.asked {
            self.asked.clone_from(&question);
            if let Some(Question { agent, ask }) = question {
                told.tell(Told::Asked(agent, ask));
            }
        }
    }

    /// The page as it is: its words, and whom the visitor lets see it.
    fn show(&mut self, now: Moment) {
        let agents = match self.machine.bar().state {
            BarState::Viewing { agents, .. }
            | BarState::Controlling { agents, .. }
            | BarState::Reconnecting { agents } => agents,
            BarState::Hidden | BarState::Ended { .. } => return,
        };
        let names: Vec<_> = agents.into_iter().map(|it| it.name).collect();
        let page = format!("{} for {}", self.shows, names.join(", "));
        let epoch = Epoch(self.machine.tab().epoch.0 + 1);
        self.machine.send_page(PageKind::Keyframe, epoch, page.into_bytes(), now);
    }
}
