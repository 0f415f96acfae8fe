//! A site with its people, on a database: what the stories are told with.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chat::engine::{
    Answer, Ask, Clock, Engine, Fault, NoShares, QueueFacts, Request, Rid, Shares, SiteFacts, Start, Started,
};
use chat::model::*;
use chat::router::{Member, Profile, Strategy};
use store::{Row, Store};

use crate::engines::Database;

pub const SITE: SiteId = SiteId(1);
pub const ANNA: AgentId = AgentId(1);
pub const BEN: AgentId = AgentId(2);
/// A manager.
pub const MAYA: AgentId = AgentId(9);

/// A clock that stands still until a story moves it.
#[derive(Debug, Default)]
pub struct Hand(AtomicI64);

impl Hand {
    pub fn set(&self, millis: i64) {
        self.0.store(millis, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::SeqCst))
    }
}

/// One site on one database.
pub struct Bench {
    pub store: Store,
    pub engine: Engine,
    pub clock: Arc<Hand>,
    pub queue: QueueId,
    names: AtomicU64,
    /// Goes last.
    _database: Database,
}

/// Tells a story with a new site.
pub fn play<F>(database: Database, story: impl FnOnce(Arc<Bench>) -> F)
where
    F: Future<Output = ()>,
{
    let store = database.open();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let bench = Bench::new(store.clone(), database, Arc::new(NoShares)).await;
        story(Arc::new(bench)).await;
    });
    drop(runtime);
    store.close();
}

pub fn settings(queue: QueueId) -> SiteSettings {
    SiteSettings {
        lang: "en".parse().expect("a language"),
        entry: Entry::Queue(queue),
        default_queue: queue,
        form: FormFields::default(),
        offline_form: Some(FormFields::default()),
        tag_required: false,
        reopening: true,
        offer_stops_on: OfferStopsOn::Answer,
        agent_gone: Duration::from_secs(120),
        idle_close: Some(Duration::from_secs(600)),
    }
}

pub fn queue_facts(strategy: Strategy) -> QueueFacts {
    QueueFacts { name: "Sales".into(), settings: QueueSettings::default(), strategy, hours: None }
}

impl Bench {
    /// Anna, Ben and Maya serve a queue from which agents take; nobody is there yet.
    pub async fn new(store: Store, database: Database, shares: Arc<dyn Shares>) -> Self {
        let clock = Arc::new(Hand::default());
        let engine = Engine::open(store.clone(), clock.clone(), shares).await.expect("opens");
        let queue = engine.put_queue(SITE, None, queue_facts(Strategy::Manual)).await.expect("a queue");
        engine.put_site(SITE, SiteFacts { settings: settings(queue), hours: None }).await.expect("a site");
        let bench = Self { store, engine, clock, queue, names: AtomicU64::new(0), _database: database };
        for agent in [ANNA, BEN, MAYA] {
            let profile = Profile { max_chats: 2, ..Profile::default() };
            bench.engine.put_agent(SITE, agent, profile).await.expect("an agent");
            let member = Some(Member { priority: 0, cap: None });
            bench.engine.put_member((SITE, queue), agent, member).await.expect("a member");
        }
        bench
    }

    /// Whether the queue asks agents by itself.
    pub async fn route(&self, strategy: Strategy) {
        self.engine.put_queue(SITE, Some(self.queue), queue_facts(strategy)).await.expect("the queue");
    }

    pub async fn arrives(&self, agent: AgentId) {
        self.engine.set_presence(SITE, agent, Presence::Available).await.expect("there");
    }

    fn name(&self) -> [u8; 16] {
        let n = self.names.fetch_add(1, Ordering::SeqCst);
        let mut bytes = [0xc1; 16];
        bytes[8..].copy_from_slice(&n.to_be_bytes());
        bytes
    }

    pub fn cid(&self) -> Cid {
        Cid::from_client(self.name()).expect("not reserved")
    }

    pub fn rid(&self) -> Rid {
        Rid(self.name())
    }

    pub async fn visitor(&self, n: u8) -> VisitorId {
        self.engine.visitor(SITE, [n; 32]).await.expect("a visitor")
    }

    /// Visitor number `n` begins a chat.
    pub async fn begins(&self, n: u8) -> (VisitorId, Started) {
        let visitor = self.visitor(n).await;
        let started = self.engine.start(self.start(visitor)).await.expect("let in");
        (visitor, started)
    }

    pub fn start(&self, visitor: VisitorId) -> Start {
        let form = Form::default();
        Start { site: SITE, visitor, kind: Kind::Chat, cid: self.cid(), form, lang: None }
    }

    pub async fn asks(&self, conversation: ConversationId, ask: Ask) -> Result<Answer, Fault> {
        let rid = Some(self.rid());
        self.engine.command(Request { site: SITE, conversation, ask, rid }).await
    }

    pub async fn agent(&self, of: ConversationId, agent: AgentId, it: FromAgent) -> Result<Answer, Fault> {
        self.asks(of, by(agent, it)).await
    }

    pub async fn load(&self, id: ConversationId) -> Conversation {
        self.engine.conversation(SITE, id).await.expect("there")
    }

    pub async fn stage(&self, id: ConversationId) -> Stage {
        self.load(id).await.state.stage()
    }

    /// Moves the clock and does what is due.
    pub async fn turn(&self, millis: i64) -> Option<UnixMillis> {
        self.clock.set(millis);
        self.engine.turn().await.expect("turns")
    }

    /// What a statement gives.
    pub async fn ask(&self, sql: &str) -> Vec<Row> {
        let sql = sql.to_owned();
        self.store.read(move |tx| tx.query(&sql, &[])).await.expect("read")
    }

    /// One number that a statement gives.
    pub async fn number(&self, sql: &str) -> i64 {
        self.ask(sql).await[0].get(0).expect("a number")
    }

    /// Another process on the same database, as after a kill.
    pub async fn again(&self) -> Engine {
        Engine::open(self.store.clone(), self.clock.clone(), Arc::new(NoShares)).await.expect("opens")
    }
}

pub fn by(agent: AgentId, it: FromAgent) -> Ask {
    let role = if agent == MAYA { Role::Manager } else { Role::Agent };
    Ask::Agent(AgentActor { id: agent, role }, it)
}

pub fn says(cid: Cid, text: &str) -> FromAgent {
    FromAgent::Send { cid, content: Content::Text(text.to_owned()), reply_to: None }
}

pub fn writes(cid: Cid, text: &str) -> FromVisitor {
    FromVisitor::Send { cid, content: Content::Text(text.to_owned()), reply_to: None }
}
