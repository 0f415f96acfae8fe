//! One visitor's time in the shop.
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chat_client::{Error, Place, Visitor, name};
use chat_proto::{
    Form,
    message::From,
    visitor::{FromVisitor, PageView, Stage, Visit},
};
use day::dice::Dice;
use tokio::time::{Instant, sleep};

use crate::parts::{self, Page, Part};

/// So long nothing is looked at between two steps.
const STEP: Duration = Duration::from_millis(700);
/// After so long without a word from the agent they ask, and after as long again they go.
const IMPATIENT: Duration = Duration::from_secs(150);
/// So long a conversation lasts at most.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// Somebody in the shop.
pub struct Life<'a> {
    visitor: Visitor,
    pages: String,
    part: &'static Part,
    dice: &'a mut Dice,
    /// The agent's message that they answered last.
    answered: u64,
    /// How much of their part they have said.
    said: usize,
    /// Since when nobody has said anything.
    quiet: Instant,
    has_asked: bool,
}

impl<'a> Life<'a> {
    /// Somebody new, with a part to play that is theirs in this place of so many.
    pub fn new(place: Place, dice: &'a mut Dice, which: (usize, usize)) -> Self {
        let part = parts::one(dice, which);
        let pages = place.pages.clone();
        let visitor = Visitor::new(place);
        Self { visitor, pages, part, dice, answered: 0, said: 0, quiet: Instant::now(), has_asked: false }
    }

    /// Comes, talks, goes.
    ///
    /// # Errors
    /// What the server refuses for good.
    pub async fn live(mut self) -> Result<(), Error> {
        self.starts().await?;
        let until = Instant::now() + LONGEST;
        while Instant::now() < until {
            match self.step().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => self.mend(error).await?,
            }
        }
        self.visitor.leave().await;
        Ok(())
    }

    async fn starts(&mut self) -> Result<(), Error> {
        let now = now();
        let ago = |n: usize| i64::try_from(n).unwrap_or(0) * 40_000;
        let count = self.part.pages.len();
        let seen = self.part.pages.iter().enumerate();
        let pages: Vec<_> = seen.map(|(n, page)| self.page(*page, now - ago(count - n))).collect();
        let visit = Visit {
            id: name(),
            started: now - ago(count),
            referrer: self.part.referrer.to_owned(),
            pages,
            ..Visit::default()
        };
        let form = self.form([]);
        let lang = self.part.lang.to_owned();
        self.visitor.say(FromVisitor::Start { cid: name(), form, lang, offline: false, visit }).await?;
        self.quiet = Instant::now();
        Ok(())
    }

    /// One thing that people do, by where they are. False when they go.
    async fn step(&mut self) -> Result<bool, Error> {
        if !self.visitor.is_connected() {
            self.visitor.connect().await?;
        }
        self.visitor.rest(STEP).await?;
        match self.visitor.conversation.as_ref().map(|it| it.stage).unwrap_or_default() {
            Stage::Bot => self.chooses().await,
            Stage::Waiting => self.waits().await,
            Stage::Active => self.talks().await,
            Stage::OfflineForm => self.leaves_a_message().await,
            Stage::Offline => Ok(false),
            Stage::Closed => self.rates().await,
        }
    }

    /// A connection that is gone is opened again, after a moment; what came too late did not matter.
    async fn mend(&mut self, error: Error) -> Result<(), Error> {
        if let Error::Refused(fault) = &error
            && matches!(fault.code.as_str(), "closed" | "not_now")
        {
            return Ok(());
        }
        if !error.passes() && !matches!(error, Error::Silent(_) | Error::Status { .. }) {
            return Err(error);
        }
        self.visitor.cut();
        // waits: for a server that is starting again
        sleep(self.dice.moment(1_000, 4_000)).await;
        Ok(())
    }

    async fn chooses(&mut self) -> Result<bool, Error> {
        self.hesitates(3_000, 7_000).await?;
        let asked = self.visitor.thread.msgs.iter().rev().find(|it| !it.meta.choices.is_empty());
        let Some(option) = asked.and_then(|it| it.meta.choices.get(self.part.choice)).map(|it| it.option)
        else {
            return Ok(true);
        };
        let conv = self.visitor.thread.conv.clone();
        self.visitor.say(FromVisitor::Choose { cid: name(), conv, option }).await?;
        self.says_next().await?;
        Ok(true)
    }

    async fn waits(&mut self) -> Result<bool, Error> {
        // Whoever was taken from the bot, or transferred, asks again in the queue what they had to ask.
        if self.said == 0 {
            self.says_next().await?;
        }
        if self.dice.below(1_000) < 12 {
            self.looks_around().await?;
        }
        Ok(true)
    }

    async fn talks(&mut self) -> Result<bool, Error> {
        let last =
            self.visitor.thread.msgs.iter().rev().find(|it| it.from == From::Agent).map_or(0, |it| it.seq);
        if self.answered < last {
            return self.answers(last).await;
        }
        if self.dice.below(1_000) < 8 {
            self.looks_around().await?;
        }
        if IMPATIENT < self.quiet.elapsed() {
            return self.is_impatient().await;
        }
        Ok(true)
    }

    /// Reads, thinks, types.
    async fn answers(&mut self, last: u64) -> Result<bool, Error> {
        let conv = self.visitor.thread.conv.clone();
        self.visitor.tell(&FromVisitor::Read { conv, seq: last }).await?;
        self.hesitates(2_000, 6_000).await?;
        self.answered = last;
        self.quiet = Instant::now();
        if self.said < self.part.lines.len() {
            self.says_next().await?;
            return Ok(true);
        }
        // All is said: some close, some just go, most wait for the agent to close.
        match self.dice.below(10) {
            0..3 => self.closes().await,
            3 => Ok(false),
            _ => Ok(true),
        }
    }

    async fn is_impatient(&mut self) -> Result<bool, Error> {
        if self.has_asked {
            return self.closes().await;
        }
        self.has_asked = true;
        self.types(parts::still_there(self.part.lang)).await?;
        Ok(true)
    }

    async fn says_next(&mut self) -> Result<(), Error> {
        let Some(line) = self.part.lines.get(self.said) else { return Ok(()) };
        self.types(line).await?;
        self.said += 1;
        Ok(())
    }

    /// Types as fast as people do, and sends.
    async fn types(&mut self, text: &str) -> Result<(), Error> {
        let conv = self.visitor.thread.conv.clone();
        self.visitor.tell(&FromVisitor::Typing { conv, on: true }).await?;
        let signs = u64::try_from(text.chars().count()).unwrap_or(0);
        let time = (signs * 60).clamp(1_200, 5_000);
        self.hesitates(time, time + 1_000).await?;
        self.visitor.write(text).await?;
        self.quiet = Instant::now();
        Ok(())
    }

    async fn hesitates(&mut self, from: u64, to: u64) -> Result<(), Error> {
        let moment = self.dice.moment(from, to);
        self.visitor.rest(moment).await
    }

    async fn looks_around(&mut self) -> Result<(), Error> {
        let Some(page) = self.dice.one_of(parts::elsewhere(self.part.lang)).copied() else { return Ok(()) };
        let page = self.page(page, now());
        self.visitor.tell(&FromVisitor::Page(page)).await
    }

    async fn closes(&mut self) -> Result<bool, Error> {
        let conv = self.visitor.thread.conv.clone();
        self.visitor.say(FromVisitor::Close { cid: name(), conv }).await?;
        Ok(true)
    }

    async fn rates(&mut self) -> Result<bool, Error> {
        let may = self.visitor.conversation.as_ref().is_some_and(|it| it.rateable);
        if may && self.dice.chance(60) {
            self.hesitates(3_000, 8_000).await?;
            let stars = if self.dice.chance(70) { 5 } else { 4 };
            let text = if self.dice.chance(50) { self.part.thanks } else { "" };
            let conv = self.visitor.thread.conv.clone();
            self.visitor.say(FromVisitor::Rate { cid: name(), conv, stars, text: text.to_owned() }).await?;
        }
        Ok(false)
    }

    /// Nobody came. Most go; some write, so that the inbox of a desk where nobody is does not fill.
    async fn leaves_a_message(&mut self) -> Result<bool, Error> {
        if self.dice.chance(25) {
            self.hesitates(4_000, 9_000).await?;
            let message = self.part.lines.first().copied().unwrap_or_default();
            let form = self.form([("message", message)]);
            let conv = self.visitor.thread.conv.clone();
            self.visitor.say(FromVisitor::Submit { cid: name(), conv, form }).await?;
        }
        // waits: who found nobody does not come back soon
        sleep(self.dice.moment(60_000, 180_000)).await;
        Ok(false)
    }

    fn form<const N: usize>(&self, more: [(&str, &str); N]) -> Form {
        let fields = [("name", self.part.name), ("email", self.part.email)].into_iter().chain(more);
        fields.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    fn page(&self, (path, title): Page, at: i64) -> PageView {
        PageView { url: format!("{}{path}", self.pages), title: title.to_owned(), at }
    }
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
