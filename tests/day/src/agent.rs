//! An agent's day: offers taken and missed, answers, notes, transfers, pauses, shares, ends.
use std::time::Duration;

use anyhow::{Context, Result};
use chat_client::{AGENTS_ONLY, Agent, Error, Place};
use chat_proto::{
    desk::{Deed, FromDesk, List, Presence, Query, Say},
    message::From,
};
use day::dice::Dice;
use relay_client::Home;
use tokio::sync::watch;

use crate::{
    screen::{Board, Ledger, Screens},
    setup,
};

/// How long a pause lasts, milliseconds.
const PAUSE_MS: i64 = 1_500;

/// Log-in of an agent.
#[derive(Debug, Clone)]
pub struct LogIn {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// What an agent knows at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// What was acknowledged: conversation, number and text.
    pub acked: Vec<(String, u64, String)>,
    /// Offers that were accepted, declined and let pass.
    pub offers: (u32, u32, u32),
    /// Transfers that were done.
    pub transfers: u32,
    /// Pauses that were begun.
    pub pauses: u32,
    /// Connections that were cut.
    pub cuts: u32,
    /// Conversations that were closed.
    pub closed: u32,
    /// What became of their screens.
    pub screens: Ledger,
}

/// Somebody who helps.
pub struct Person {
    agent: Agent,
    dice: Dice,
    who: u64,
    done: Done,
    screens: Screens,
}

impl Person {
    /// The `who`th agent of the day.
    ///
    /// # Errors
    /// When they cannot log in.
    pub async fn new(
        place: Place,
        log_in: &LogIn,
        (dice, who): (Dice, u64),
        screens: (Home, Board),
    ) -> Result<Self> {
        let screens = Screens::new(&place, screens, setup::first_name(who));
        let agent = Agent::log_in(place, &log_in.email, &log_in.password).await?;
        Ok(Self { agent, dice, who, done: Done::default(), screens })
    }

    /// Works until the day is over.
    ///
    /// # Errors
    /// When something was lost, doubled, out of order, or told to the wrong one.
    pub async fn work(mut self, over: watch::Receiver<bool>) -> Result<Done> {
        while !*over.borrow() {
            if let Err(error) = self.step().await {
                self.mend(error).with_context(|| format!("agent {}", self.who))?;
            }
            self.screens.look(&mut self.dice)?;
        }
        self.agent.leave().await;
        Ok(Done { screens: self.screens.end().await?, ..self.done })
    }

    async fn step(&mut self) -> Result<(), Error> {
        // Every agent's line is cut once at least, in the middle of their work.
        if self.dice.chance(1) || (self.done.cuts == 0 && !self.done.acked.is_empty()) {
            self.done.cuts += 1;
            self.agent.cut();
        }
        if !self.agent.is_connected() {
            // waits: as browsers do before they try again
            tokio::time::sleep(self.dice.moment(30, 150)).await;
            self.agent.connect().await?;
            self.agent.watch(Query { list: List::Mine, ..Query::default() }).await?;
            self.agent.be(Presence::Available).await?;
        }
        let pause = self.dice.moment(20, 120);
        self.agent.rest(pause).await?;
        self.answer_offers().await?;
        let mine: Vec<String> = self.agent.rows.keys().cloned().collect();
        for conv in mine {
            // Each of them shares a page once at least.
            if self.dice.chance(6) || self.screens.ledger.shares.is_empty() {
                self.screens.open(&self.agent, &conv).await?;
            }
            self.look_after(&conv).await?;
        }
        if self.dice.chance(3) {
            self.screens.pry_share(&self.agent, &mut self.dice).await?;
        }
        Ok(())
    }

    /// What others did meanwhile is no fault; a connection that is gone is opened again.
    fn mend(&mut self, error: Error) -> Result<()> {
        const OTHERS: [&str; 14] = [
            "taken",
            "closed",
            "not_now",
            "not_owner",
            "offer_expired",
            "transfer_pending",
            "nothing",
            "agent_full",
            "agent_unavailable",
            "queue_closed",
            "same_agent",
            "no_transfer",
            "not_found",
            "not_connected",
        ];
        if let Error::Refused(fault) = &error
            && OTHERS.contains(&fault.code.as_str())
        {
            return Ok(());
        }
        self.agent.cut();
        if error.passes() { Ok(()) } else { Err(error.into()) }
    }

    async fn answer_offers(&mut self) -> Result<(), Error> {
        let offers: Vec<(String, u32)> =
            self.agent.offers.iter().map(|(conv, offer)| (conv.clone(), offer.no)).collect();
        for (conv, no) in offers {
            self.agent.offers.remove(&conv);
            let (accepted, declined, passed) = self.done.offers;
            // The first is taken, the second declined, the third let pass; then as it comes.
            let chance = match accepted + declined + passed {
                0 => 0,
                1 => 80,
                2 => 90,
                _ => self.dice.below(100),
            };
            match chance {
                0..80 => {
                    self.done.offers.0 += 1;
                    self.screens.ledger.took.insert(conv.clone());
                    self.agent.does(&conv, Deed::Accept { no }).await?;
                }
                80..90 => {
                    self.done.offers.1 += 1;
                    self.agent.does(&conv, Deed::Decline { no }).await?;
                    self.screens.pry_conversation(&self.agent, &conv).await?;
                }
                _ => self.done.offers.2 += 1,
            }
        }
        Ok(())
    }

    async fn look_after(&mut self, conv: &str) -> Result<(), Error> {
        if !self.agent.open.contains_key(conv) {
            self.agent.open(conv).await?;
        }
        let answered = self.agent.open.get(conv).and_then(|thread| {
            thread.msgs.iter().rev().find(|it| matches!(it.from, From::Visitor | From::Agent))
        });
        if answered.is_some_and(|it| it.from == From::Agent) && self.dice.chance(90) {
            return Ok(());
        }
        // Once each has answered, they pause one and give one away, as soon as that can be; then as it comes.
        if !self.done.acked.is_empty() && self.done.pauses == 0 {
            return self.pause(conv).await;
        }
        if !self.done.acked.is_empty() && self.done.transfers == 0 {
            return self.transfer(conv).await;
        }
        match self.dice.below(100) {
            0..70 => self.write(conv).await,
            70..78 => self.note(conv).await,
            78..85 => self.transfer(conv).await,
            85..91 => self.pause(conv).await,
            91..96 => self.close(conv).await,
            _ => Ok(()),
        }
    }

    async fn write(&mut self, conv: &str) -> Result<(), Error> {
        let text = format!("answer {}.{}", self.who, self.done.acked.len());
        let seq = self.agent.write(conv, &text).await?;
        self.done.acked.push((conv.to_owned(), seq, text));
        Ok(())
    }

    async fn note(&mut self, conv: &str) -> Result<(), Error> {
        let say = Say::Note { text: AGENTS_ONLY.to_owned() };
        let (cid, conv) = (chat_client::name(), conv.to_owned());
        self.agent.say(FromDesk::Send { cid, conv, say }).await.map(drop)
    }

    async fn transfer(&mut self, conv: &str) -> Result<(), Error> {
        let note = AGENTS_ONLY.to_owned();
        let me = self.agent.directory.me;
        let others: Vec<i64> =
            self.agent.directory.agents.iter().map(|it| it.id).filter(|it| *it != me).collect();
        let queues: Vec<i64> =
            self.agent.directory.sites.iter().flat_map(|it| &it.queues).map(|it| it.id).collect();
        let what = match (self.dice.one_of(&others).copied(), self.dice.one_of(&queues).copied()) {
            (Some(agent), _) if self.dice.chance(60) => Deed::TransferToAgent { agent, note, force: false },
            (_, Some(queue)) => Deed::TransferToQueue { queue, note },
            (_, None) => return Ok(()),
        };
        self.agent.does(conv, what).await?;
        self.done.transfers += 1;
        Ok(())
    }

    async fn pause(&mut self, conv: &str) -> Result<(), Error> {
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let until = i64::try_from(now.as_millis()).unwrap_or(i64::MAX).saturating_add(PAUSE_MS);
        self.agent.does(conv, Deed::Snooze { until: Some(until), keep: self.dice.chance(80) }).await?;
        self.done.pauses += 1;
        Ok(())
    }

    async fn close(&mut self, conv: &str) -> Result<(), Error> {
        let tags: Vec<i64> =
            self.agent.directory.sites.iter().flat_map(|it| &it.tags).map(|it| it.id).collect();
        let tags = self.dice.one_of(&tags).copied().into_iter().collect();
        self.agent.does(conv, Deed::Close { tags }).await?;
        self.done.closed += 1;
        self.agent.shut(conv).await
    }
}
