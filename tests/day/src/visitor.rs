//! A visitor's day: conversations one after the other, with what happens to people's connections, and a page that may
//! be shared in them.
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chat_client::{Error, Place, Visitor, name};
use chat_proto::{
    Form,
    message::From,
    visitor::{FromVisitor, Stage},
};
use day::dice::Dice;
use relay_client::{Home, PageKey};
use tokio::time::Instant;

use crate::page::{Browser, Yes};

/// Longer than any wait of the day's settings: a conversation that stands still for so long is lost.
const LONGEST: Duration = Duration::from_secs(90);

/// What a visitor knows at the end of a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Which conversation.
    pub conv: String,
    /// What was acknowledged: number and text.
    pub acked: Vec<(u64, String)>,
    /// How it ended.
    pub stage: Stage,
}

/// What a visitor knows at the end of the day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lived {
    /// Who it is.
    pub who: u64,
    /// Their conversations.
    pub told: Vec<Told>,
    /// What they said yes to.
    pub yes: Vec<Yes>,
}

/// Somebody who needs help.
pub struct Person {
    visitor: Visitor,
    browser: Browser,
    dice: Dice,
    who: u64,
    told: Told,
}

impl Person {
    /// The `who`th visitor of the day: with dice of their own, and others for what their browser does.
    ///
    /// # Errors
    /// When there is no key for their browser.
    pub fn new(place: Place, home: Home, [dice, others]: [Dice; 2], who: u64) -> Result<Self> {
        let key = PageKey::new()?;
        let visitor = Visitor::new(place.clone()).proving(key.prover());
        let browser = Browser::open(&place, home, key, (others, who));
        Ok(Self { visitor, browser, dice, who, told: Told::default() })
    }

    /// Talks, `conversations` times.
    ///
    /// # Errors
    /// When something was lost, doubled, out of order, told to the wrong one, or never answered, or a share outlived its
    /// conversation.
    pub async fn live(mut self, conversations: u64) -> Result<Lived> {
        let mut told = Vec::new();
        for _ in 0..conversations {
            let talked = self.talks().await;
            told.push(talked.with_context(|| format!("visitor {}, {}", self.who, self.told.conv))?);
        }
        self.visitor.leave().await;
        Ok(Lived { who: self.who, told, yes: self.browser.close().await? })
    }

    /// From the first word to the last, after which nobody sees their page.
    async fn talks(&mut self) -> Result<Told> {
        let told = self.talk().await?;
        self.browser.rests().await?;
        Ok(told)
    }

    async fn talk(&mut self) -> Result<Told> {
        let form = Form::from([
            ("name".to_owned(), format!("Visitor {}", self.who)),
            ("email".to_owned(), format!("v{}@example.org", self.who)),
        ]);
        let started = self.visitor.start(form, "fr").await?;
        self.told = Told { conv: started.conv, ..Told::default() };
        let (mut last, mut until) = (self.heard(), Instant::now() + LONGEST);
        while Instant::now() < until {
            if let Err(error) = self.step().await {
                self.mend(error)?;
            }
            if last != self.heard() {
                (last, until) = (self.heard(), Instant::now() + LONGEST);
            }
            let stage = self.stage();
            if matches!(stage, Stage::Closed | Stage::Offline) {
                self.check()?;
                return Ok(Told { stage, ..self.told.clone() });
            }
        }
        let codes = self.visitor.thread.codes();
        bail!("it still is {:?}, and nothing has come of it for {LONGEST:?}: {codes:?}", self.stage())
    }

    /// Where it stands, and how much others have said: it goes on where that changes.
    fn heard(&self) -> (Stage, usize) {
        let others = self.visitor.thread.msgs.iter().filter(|it| it.from != From::Visitor);
        (self.stage(), others.count())
    }

    fn stage(&self) -> Stage {
        self.visitor.conversation.as_ref().map(|it| it.stage).unwrap_or_default()
    }

    /// One thing that people do, by where they are.
    async fn step(&mut self) -> Result<(), Error> {
        if self.dice.chance(4) {
            self.lose().await;
        }
        if !self.visitor.is_connected() {
            // waits: as browsers do before they try again
            tokio::time::sleep(self.dice.moment(30, 150)).await;
            self.visitor.connect().await?;
        }
        let pause = self.dice.moment(30, 250);
        self.visitor.rest(pause).await?;
        match self.stage() {
            Stage::Bot => self.choose().await,
            Stage::Waiting if self.dice.chance(20) => self.write("still there?").await,
            Stage::Active if self.dice.chance(4) => self.close().await,
            Stage::Active if self.dice.chance(50) => self.write("and then?").await,
            Stage::OfflineForm => self.submit().await,
            Stage::Waiting | Stage::Active | Stage::Offline | Stage::Closed => Ok(()),
        }
    }

    /// Their connection goes: with a word, or without.
    async fn lose(&mut self) {
        if self.dice.chance(50) {
            self.visitor.cut();
        } else {
            self.visitor.leave().await;
        }
    }

    /// A connection that is gone is opened again; nothing else may happen.
    fn mend(&mut self, error: Error) -> Result<()> {
        if let Error::Refused(fault) = &error
            && matches!(fault.code.as_str(), "closed" | "not_now")
        {
            return Ok(());
        }
        self.visitor.cut();
        if error.passes() { Ok(()) } else { Err(error.into()) }
    }

    async fn write(&mut self, text: &str) -> Result<(), Error> {
        let text = format!("{text} ({}.{})", self.who, self.told.acked.len());
        let acked = self.visitor.write(&text).await?;
        self.told.acked.push((acked.seq, text));
        Ok(())
    }

    async fn choose(&mut self) -> Result<(), Error> {
        let question = self.visitor.thread.msgs.iter().rev().find(|it| !it.meta.choices.is_empty());
        let Some(question) = question else { return Ok(()) };
        let choices: Vec<i64> = question.meta.choices.iter().map(|it| it.option).collect();
        let Some(option) = self.dice.one_of(&choices).copied() else { return Ok(()) };
        let conv = self.told.conv.clone();
        self.visitor.say(FromVisitor::Choose { cid: name(), conv, option }).await.map(drop)
    }

    async fn close(&mut self) -> Result<(), Error> {
        let conv = self.told.conv.clone();
        self.visitor.say(FromVisitor::Close { cid: name(), conv: conv.clone() }).await?;
        if !self.visitor.conversation.as_ref().is_some_and(|it| it.rateable) || self.dice.chance(50) {
            return Ok(());
        }
        let (cid, stars) = (name(), 1 + u8::try_from(self.dice.below(5)).unwrap_or(0));
        self.visitor.say(FromVisitor::Rate { cid, conv, stars, text: "merci".into() }).await.map(drop)
    }

    async fn submit(&mut self) -> Result<(), Error> {
        let form = Form::from([
            ("name".to_owned(), format!("Visitor {}", self.who)),
            ("email".to_owned(), format!("v{}@example.org", self.who)),
            ("message".to_owned(), "please write to me".to_owned()),
        ]);
        let conv = self.told.conv.clone();
        self.visitor.say(FromVisitor::Submit { cid: name(), conv, form }).await.map(drop)
    }

    /// What was acknowledged stands in the thread, once, under its number.
    fn check(&self) -> Result<()> {
        for (seq, text) in &self.told.acked {
            let found: Vec<u64> =
                self.visitor.thread.msgs.iter().filter(|it| it.text == *text).map(|it| it.seq).collect();
            let last = self.visitor.thread.last();
            // The end may have been told before the last messages were fetched again.
            if found != [*seq] && *seq <= last {
                bail!("{text:?} was acknowledged as {seq} and stands at {found:?} of {last}");
            }
        }
        Ok(())
    }
}
