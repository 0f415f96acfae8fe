//! Plays the demo's history through the engine, with a clock of the past.
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use axum::http::Method;
use chat::{
    engine::{Ask, Clock, Engine, Request, Rid, Start, SystemClock},
    model::{
        AgentActor, Cap, Cid, Content, ConversationId, Form, FromAgent, FromSystem, FromVisitor, Kind,
        Presence, Rating, Role, Round, Seq, SiteId, SnoozeFor, TagId, TransferTo, UnixMillis, VisitorId,
        Words,
    },
    views::{self, Reader},
    visits::{self, Browsing},
};
use chat_proto::visitor::{PageView, Visit};
use serde_json::json;

use super::{
    DemoError,
    desk::Desk,
    people::Team,
    settings::Shop,
    stories,
    story::{Cast, End, Letter, Line, Story, Topic, Visitor},
};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

/// Notes about visitors: of whom, what, its colour.
const NOTES: [(&str, &str, &str); 3] = [
    ("Étienne Rousseau", "Gardien de refuge. Facturer à 30 jours, livrer au village.", "green"),
    ("Lucie Bernard", "Cliente fidèle : un petit mot dans le colis.", "yellow"),
    ("Sanne de Vries", "Invoices to De Vries Studio B.V.", "blue"),
];

/// A clock that is put back, and goes on when it is told to. Never backwards.
#[derive(Debug)]
pub(super) struct Past(AtomicI64);

impl Past {
    /// The time that it is.
    pub fn now() -> Self {
        Self(AtomicI64::new(SystemClock.now().0))
    }

    /// Midnight (UTC) of today.
    fn midnight() -> i64 {
        let now = SystemClock.now().0;
        now - now.rem_euclid(DAY)
    }

    fn begins(&self, (days, hour, minute): (i64, i64, i64)) {
        self.0.store(Self::midnight() - days * DAY + (hour * 60 + minute) * MINUTE, Ordering::Relaxed);
    }

    /// It is then, if it is not later already.
    fn is(&self, (days, hour, minute): (i64, i64, i64)) {
        let at = Self::midnight() - days * DAY + (hour * 60 + minute) * MINUTE;
        self.0.fetch_max(at, Ordering::Relaxed);
    }

    fn goes_on(&self, seconds: i64) {
        self.0.fetch_add(seconds * SECOND, Ordering::Relaxed);
    }

    /// It is now.
    pub fn is_over(&self) {
        self.0.store(SystemClock.now().0, Ordering::Relaxed);
    }
}

impl Clock for Past {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::Relaxed))
    }
}

/// What all of it happens on.
pub(super) struct Play<'a> {
    engine: &'a Engine,
    clock: &'a Past,
    site: SiteId,
    shop: &'a Shop,
    /// The origin of the shop's pages.
    pages: &'a str,
}

impl<'a> Play<'a> {
    pub fn new(engine: &'a Engine, clock: &'a Past, (site, shop): (i64, &'a Shop), pages: &'a str) -> Self {
        Self { engine, clock, site: SiteId(site), shop, pages }
    }

    /// Everything: conversations, the inbox, notes. The agents are there meanwhile, and gone after it.
    pub async fn everything(&self, team: &Team, desk: &Desk<'_>) -> Result<(), DemoError> {
        let all = stories::stories();
        if let Some(first) = all.first() {
            self.clock.begins(first.when);
        }
        self.everybody_is(team, Presence::Available).await?;
        let mut known = BTreeMap::new();
        for (no, story) in (1..).zip(all) {
            self.clock.is(story.when);
            let visitor = self.visits(story.who, story.pages).await?;
            known.insert(story.who.name, visitor);
            Scene::begin(self, team, (no, story), visitor).await?.play().await?;
        }
        for (no, letter) in (1_000..).zip(stories::letters()) {
            self.clock.is(letter.when);
            self.leaves(no, letter).await?;
        }
        for (name, text, colour) in NOTES {
            let id = known.get(name).ok_or(DemoError::Missing("visitor"))?.0;
            let note = json!({ "text": text, "colour": colour });
            desk.ask(Method::POST, &format!("/v1/contacts/{id}/notes"), &note).await?;
        }
        self.everybody_is(team, Presence::Gone).await
    }

    async fn everybody_is(&self, team: &Team, presence: Presence) -> Result<(), DemoError> {
        for who in [Cast::Sophie, Cast::Karim, Cast::Lea] {
            let agent = chat::model::AgentId(team.of(who).0);
            self.engine.set_presence(self.site, agent, presence).await?;
        }
        Ok(())
    }

    /// Somebody comes, looks at pages, and is told of by the shop.
    async fn visits(&self, who: &Visitor, pages: &[(&str, &str)]) -> Result<VisitorId, DemoError> {
        // Of no secret that anybody has: nobody speaks as these visitors.
        let visitor = self.engine.visitor(self.site, [who.no; 32]).await?;
        let of = (self.site, visitor);
        let now = self.clock.now().0;
        let count = i64::try_from(pages.len()).unwrap_or(0);
        let page = |(n, (path, title)): (i64, &(&str, &str))| PageView {
            at: now - (count - n) * 50 * SECOND,
            ..self.page(path, title)
        };
        let (referrer, campaign) = who.from;
        let campaign = [("utm_source", "newsletter"), ("utm_campaign", campaign)];
        let has_campaign = !who.from.1.is_empty();
        let visit = Visit {
            started: now - count * 50 * SECOND,
            referrer: referrer.to_owned(),
            campaign: campaign
                .into_iter()
                .filter(|_| has_campaign)
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            pages: (0..).zip(pages).map(page).collect(),
            ..Visit::default()
        };
        visits::record(self.engine, of, &visit, &browsing(who)).await?;
        let (number, basket) = who.customer;
        let told = [("customer_no", number), ("basket", basket)];
        let told = told.into_iter().filter(|(_, value)| !value.is_empty());
        let told = told.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        visits::record_custom(self.engine, of, told).await?;
        Ok(visitor)
    }

    fn page(&self, path: &str, title: &str) -> PageView {
        PageView { url: format!("{}{path}", self.pages), title: title.to_owned(), at: 0 }
    }

    async fn leaves(&self, no: u32, letter: &Letter) -> Result<(), DemoError> {
        let visitor = self.visits(letter.who, letter.pages).await?;
        let mut form = form(letter.who);
        form.0.insert("message".to_owned(), letter.message.to_owned());
        let start = self.start((letter.who, visitor), Kind::Offline, (cid(no, 0)?, form))?;
        self.engine.start(start).await?;
        Ok(())
    }

    fn start(
        &self,
        (who, visitor): (&Visitor, VisitorId),
        kind: Kind,
        (cid, form): (Cid, Form),
    ) -> Result<Start, DemoError> {
        let lang = who.lang.parse().map_err(|_| DemoError::Missing("language"))?;
        Ok(Start { site: self.site, visitor, kind, cid, form, lang: Some(lang) })
    }
}

fn browsing(who: &Visitor) -> Browsing {
    Browsing { user_agent: who.browser.to_owned(), country: who.country.to_owned() }
}

fn form(who: &Visitor) -> Form {
    let fields = [("name", who.name), ("email", who.email)];
    Form(fields.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
}

/// Names a message of the history: the same each time.
fn cid(story: u32, line: u32) -> Result<Cid, DemoError> {
    let mut bytes = *b"demo\0\0\0\0\0\0\0\0\0\0\0\0";
    bytes[4..8].copy_from_slice(&story.to_be_bytes());
    bytes[8..12].copy_from_slice(&line.to_be_bytes());
    Cid::from_client(bytes).ok_or(DemoError::Missing("name"))
}

/// How long somebody needs for a text, seconds: some are quicker than others.
fn takes(text: &str, n: u32) -> i64 {
    let signs = i64::try_from(text.chars().count()).unwrap_or(0);
    5 + (signs / 7).min(30) + i64::from(n * 7 % 11)
}

/// One conversation.
struct Scene<'a> {
    play: &'a Play<'a>,
    team: &'a Team,
    no: u32,
    story: &'a Story,
    visitor: VisitorId,
    conversation: ConversationId,
    /// Who has it.
    owner: Cast,
    line: u32,
}

impl<'a> Scene<'a> {
    async fn begin(
        play: &'a Play<'a>,
        team: &'a Team,
        (no, story): (u32, &'a Story),
        visitor: VisitorId,
    ) -> Result<Self, DemoError> {
        let start = play.start((story.who, visitor), Kind::Chat, (cid(no, 0)?, form(story.who)))?;
        let conversation = play.engine.start(start).await?.conversation;
        Ok(Self { play, team, no, story, visitor, conversation, owner: story.agent, line: 0 })
    }

    async fn play(mut self) -> Result<(), DemoError> {
        let is_first = |it: &&Line| matches!(it, Line::V(_) | Line::Page(..));
        let before = self.story.said.iter().take_while(is_first).count().min(1);
        let (before, after) = self.story.said.split_at(before);
        match self.story.topic {
            Some(topic) => {
                self.waits(5 + i64::from(self.no % 7));
                let option = self.play.shop.of(topic).1;
                let cid = self.name()?;
                self.visitor(FromVisitor::Choose { cid, option }).await?;
                for line in before {
                    self.happens(*line).await?;
                }
                self.is_offered(self.story.agent).await?;
            }
            None => {
                self.waits(20);
                self.agent(FromAgent::Take(Cap::Holds)).await?;
                for line in before {
                    self.happens(*line).await?;
                }
            }
        }
        for line in after {
            self.happens(*line).await?;
        }
        self.ends().await
    }

    fn waits(&self, seconds: i64) {
        self.play.clock.goes_on(seconds);
    }

    fn name(&mut self) -> Result<Cid, DemoError> {
        self.line += 1;
        cid(self.no, self.line)
    }

    /// The router's part: this agent is asked, and accepts.
    async fn is_offered(&mut self, agent: Cast) -> Result<(), DemoError> {
        self.waits(2);
        let offer = FromSystem::Offer { agent: self.id(agent), round: Round(1) };
        self.ask(Ask::System(offer)).await?;
        self.accepts(agent).await
    }

    /// Whoever is asked accepts, and has it from now on.
    async fn accepts(&mut self, agent: Cast) -> Result<(), DemoError> {
        self.waits(3 + i64::from(self.no % 5));
        let (site, id) = (self.play.site, self.conversation);
        let asked = self.play.engine.conversation(site, id).await?.asked();
        let (_, no) = asked.ok_or(DemoError::Missing("offer"))?;
        self.owner = agent;
        self.agent(FromAgent::Accept(no)).await
    }

    async fn happens(&mut self, line: Line) -> Result<(), DemoError> {
        match line {
            Line::V(text) => {
                self.waits(takes(text, self.line));
                let (cid, content) = (self.name()?, Content::Text(text.to_owned()));
                self.visitor(FromVisitor::Send { cid, content, reply_to: None }).await
            }
            Line::A(text) => {
                self.waits(takes(text, self.line));
                let (cid, content) = (self.name()?, Content::Text(text.to_owned()));
                self.agent(FromAgent::Send { cid, content, reply_to: None }).await
            }
            Line::Note(text) => {
                self.waits(8);
                let cid = self.name()?;
                self.agent(FromAgent::Note { cid, text: Words::from(text) }).await
            }
            Line::GiveTo(agent, note) => self.is_given((agent, note)).await,
            Line::Queue(topic, note, agent) => self.is_sent((topic, note), agent).await,
            Line::Pause(minutes) => self.pauses(minutes).await,
            Line::Page(path, title) => {
                self.waits(12);
                let page = self.play.page(path, title);
                let of = (self.play.site, self.visitor);
                Ok(visits::record_page(self.play.engine, of, &page, &browsing(self.story.who)).await?)
            }
        }
    }

    async fn is_given(&mut self, (agent, note): (Cast, &str)) -> Result<(), DemoError> {
        self.waits(6);
        let to = TransferTo::Agent(self.id(agent), Cap::Holds);
        self.agent(FromAgent::Transfer { to, note: Words::from(note) }).await?;
        self.accepts(agent).await
    }

    async fn is_sent(&mut self, (topic, note): (Topic, &str), agent: Cast) -> Result<(), DemoError> {
        self.waits(6);
        let to = TransferTo::Queue(self.play.shop.of(topic).0);
        self.agent(FromAgent::Transfer { to, note: Words::from(note) }).await?;
        self.is_offered(agent).await
    }

    /// The visitor comes back a little before its time.
    async fn pauses(&mut self, minutes: i64) -> Result<(), DemoError> {
        self.waits(5);
        let until = self.play.clock.now() + Duration::from_secs(minutes.unsigned_abs() * 60);
        self.agent(FromAgent::Snooze(SnoozeFor::Keep(until))).await?;
        self.waits(minutes * 60 * 4 / 5);
        Ok(())
    }

    async fn ends(&mut self) -> Result<(), DemoError> {
        self.waits(25);
        let tag = |name: &&str| self.play.shop.tags.get(*name).copied().ok_or(DemoError::Missing("tag"));
        let tags: std::collections::BTreeSet<TagId> =
            self.story.tags.iter().map(tag).collect::<Result<_, _>>()?;
        match self.story.end {
            End::Agent => self.agent(FromAgent::Close(tags)).await?,
            End::Visitor => {
                self.visitor(FromVisitor::Close).await?;
                self.waits(15);
                self.agent(FromAgent::Tag(tags)).await?;
            }
        }
        if let Some((stars, text)) = self.story.rating {
            self.waits(20);
            self.visitor(FromVisitor::Rate(Rating { stars, text: text.to_owned() })).await?;
        }
        self.is_read().await
    }

    /// By whoever had it, and by Sophie, who reads everything.
    async fn is_read(&self) -> Result<(), DemoError> {
        let of = (self.play.site, self.conversation);
        let seq: Seq = self.play.engine.conversation(of.0, of.1).await?.last_seq;
        for who in [self.owner, Cast::Sophie] {
            views::read(self.play.engine, of, (Reader::Agent(self.id(who)), seq)).await?;
        }
        Ok(())
    }

    const fn id(&self, who: Cast) -> chat::model::AgentId {
        chat::model::AgentId(self.team.of(who).0)
    }

    async fn visitor(&mut self, it: FromVisitor) -> Result<(), DemoError> {
        self.ask(Ask::Visitor(self.visitor, it)).await
    }

    async fn agent(&mut self, it: FromAgent) -> Result<(), DemoError> {
        let role = if self.owner == Cast::Sophie { Role::Admin } else { Role::Agent };
        self.ask(Ask::Agent(AgentActor { id: self.id(self.owner), role }, it)).await
    }

    async fn ask(&mut self, ask: Ask) -> Result<(), DemoError> {
        let rid = match ask {
            Ask::System(_) => None,
            Ask::Visitor(..) | Ask::Agent(..) => Some(Rid(*self.name()?.as_bytes())),
        };
        let request = Request { site: self.play.site, conversation: self.conversation, ask, rid };
        self.play.engine.command(request).await.map(drop)?;
        Ok(())
    }
}
