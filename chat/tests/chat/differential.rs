//! The same commands, drawn at random, on both databases: the same answers, and in the end the same tables.
//! Three sites at once, so that several of the store's workers write at the same time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chat::engine::{Ask, Engine, NoShares, Request, Rid, SiteFacts, Start};
use chat::model::*;
use chat::router::{Member, Profile, Strategy as Routing};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::Row;

use crate::engines::Database;
use crate::site::{Hand, queue_facts, settings};

const SITES: usize = 3;
const VISITORS: u8 = 2;
const AGENTS: i64 = 3;

/// One thing that somebody does on a site, about the last conversation of a visitor.
#[derive(Debug, Clone)]
enum Step {
    Start(u8, u8),
    Visitor(u8, u8, u8),
    Agent(i64, u8, u8, u8),
    System(u8, u8),
    Presence(i64, Presence),
}

/// What each site does at the same time, and then how long nothing happens.
type Round = (Vec<Vec<Step>>, i64);

fn step() -> impl Strategy<Value = Step> {
    let (agent, visitor) = (|| 1..=AGENTS, || 0..VISITORS);
    let presence =
        prop_oneof![4 => Just(Presence::Available), 1 => Just(Presence::Away), 1 => Just(Presence::Gone)];
    prop_oneof![
        4 => (visitor(), 0..4_u8).prop_map(|(visitor, name)| Step::Start(visitor, name)),
        6 => (visitor(), 0..5_u8, 0..8_u8).prop_map(|(of, what, name)| Step::Visitor(of, what, name)),
        8 => (agent(), visitor(), 0..14_u8, 0..8_u8)
            .prop_map(|(agent, of, what, name)| Step::Agent(agent, of, what, name)),
        2 => (visitor(), 0..6_u8).prop_map(|(of, what)| Step::System(of, what)),
        3 => (agent(), presence).prop_map(|(agent, presence)| Step::Presence(agent, presence)),
    ]
}

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let sites = proptest::collection::vec(proptest::collection::vec(step(), 3..10), SITES..=SITES);
    let wait = prop_oneof![Just(0), 1..2_000_i64, 25_000..35_000_i64, Just(120_000), Just(700_000)];
    proptest::collection::vec((sites, wait), 3..9).prop_map(begun)
}

/// Before anything else everybody is there, and every visitor begins.
fn begun(mut rounds: Vec<Round>) -> Vec<Round> {
    let agents = (1..=AGENTS).map(|agent| Step::Presence(agent, Presence::Available));
    let visitors = (0..VISITORS).map(|visitor| Step::Start(visitor, 0));
    let steps: Vec<Step> = agents.chain(visitors).collect();
    rounds.insert(0, (vec![steps; SITES], 10));
    rounds
}

/// What was said, without words or numbers that differ from database to database.
type Said = String;

struct Play {
    store: store::Store,
    engine: Engine,
    clock: Arc<Hand>,
    queues: Vec<QueueId>,
}

impl Play {
    async fn new(store: store::Store) -> Self {
        let clock = Arc::new(Hand::default());
        let engine = Engine::open(store.clone(), clock.clone(), Arc::new(NoShares)).await.expect("opens");
        let mut queues = Vec::new();
        for n in 0..SITES {
            let site = site(n);
            let queue =
                engine.put_queue(site, None, queue_facts(Routing::LeastLoaded)).await.expect("a queue");
            let settings = SiteSettings { agent_gone: Duration::from_secs(20), ..settings(queue) };
            engine.put_site(site, SiteFacts { settings, hours: None }).await.expect("a site");
            for agent in 1..=AGENTS {
                let profile = Profile { max_chats: 2, ..Profile::default() };
                engine.put_agent(site, AgentId(agent), profile).await.expect("an agent");
                let cap = (agent == 1).then_some(1);
                let member = Some(Member { priority: 0, cap });
                engine.put_member((site, queue), AgentId(agent), member).await.expect("a member");
            }
            queues.push(queue);
        }
        Self { store, engine, clock, queues }
    }

    async fn run(&self, rounds: &[Round]) -> Vec<Said> {
        let (mut now, mut said) = (0, Vec::new());
        for (sites, wait) in rounds {
            let mut at_once = tokio::task::JoinSet::new();
            for (n, steps) in sites.iter().enumerate() {
                let (engine, steps, queue) = (self.engine.clone(), steps.clone(), self.queues[n]);
                let site = site(n);
                at_once.spawn(async move { (n, site_does(&engine, site, queue, steps).await) });
            }
            let mut answers = at_once.join_all().await;
            answers.sort();
            said.push(format!("{answers:?}"));
            now += wait;
            self.clock.set(now);
            said.push(format!("{:?}", self.engine.turn().await.expect("turns")));
        }
        said
    }

    /// Every table, with conversations and visitors by their clients' names.
    async fn dump(&self) -> Vec<Vec<Row>> {
        let conv = "JOIN chat_conversation c ON c.id = t.conv_id JOIN chat_visitor v ON v.id = c.visitor_id";
        let of = "t.site_id, v.key_hash, c.start_cid";
        let mut dump = Vec::new();
        for (table, columns) in [
            ("chat_message", "t.seq, t.cid, t.author, t.author_id, t.kind, t.body, t.reply_to, t.at"),
            ("chat_record", "t.aseq, t.cid, t.author, t.author_id, t.kind, t.body, t.at"),
            ("chat_offer", "t.no, t.agent_id, t.from_agent, t.at, t.due, t.outcome, t.ended"),
            ("chat_transfer", "t.ver, t.no, t.from_agent, t.to_agent, t.at, t.outcome, t.ended"),
            ("chat_participant", "t.agent_id, t.first_at, t.last_at"),
            ("chat_tagged", "t.tag_id, t.automatic, t.agent_id, t.at"),
            ("chat_timer", "t.kind, t.at, t.ver"),
            ("chat_result", "t.actor, t.rid, t.answer, t.at"),
            ("chat_event", "t.no, t.kind, t.body, t.at"),
        ] {
            dump.push(self.rows(format!("SELECT {of}, {columns} FROM {table} t {conv}")).await);
        }
        dump.push(self.rows("SELECT * FROM chat_agent".to_owned()).await);
        let visitors = "SELECT site_id, key_hash, form, blocked_at, blocked_by, created FROM chat_visitor";
        dump.push(self.rows(visitors.to_owned()).await);
        let conversations = "SELECT t.site_id, v.key_hash, t.start_cid, t.ver, t.stage, t.agent_id,
            t.last_seq, t.last_aseq, t.since, t.last_at, t.body
            FROM chat_conversation t JOIN chat_visitor v ON v.id = t.visitor_id";
        dump.push(self.rows(conversations.to_owned()).await);
        dump
    }

    async fn rows(&self, sql: String) -> Vec<Row> {
        let mut rows = self.store.read(move |tx| tx.query(&sql, &[])).await.expect("read");
        rows.sort();
        rows
    }

    /// Every slot belongs to a conversation, and the router knows what a new process would read.
    async fn check(&self) {
        let wrong =
            "SELECT COUNT(*) FROM chat_agent a WHERE load <> (SELECT COUNT(*) FROM chat_conversation c
            WHERE c.site_id = a.site_id AND c.agent_id = a.agent_id AND c.stage = 'active')
            + (SELECT COUNT(*) FROM chat_offer o WHERE o.site_id = a.site_id AND o.agent_id = a.agent_id
            AND o.outcome = 'open')";
        let rows = self.rows(wrong.to_owned()).await;
        assert_eq!(rows[0].get(0), Ok(0_i64), "slots");
        let again = Engine::open(self.store.clone(), self.clock.clone(), Arc::new(NoShares)).await;
        let again = again.expect("opens");
        for n in 0..SITES {
            assert_eq!(again.routes_like(&self.engine, site(n)), Ok(()), "site {n}");
        }
    }
}

fn site(n: usize) -> SiteId {
    SiteId(i64::try_from(n).expect("few") + 1)
}

fn cid(kind: u8, who: u8, name: u8) -> Cid {
    let mut bytes = [0xc1; 16];
    bytes[4..7].copy_from_slice(&[kind, who, name]);
    Cid::from_bytes(bytes)
}

async fn site_does(engine: &Engine, site: SiteId, queue: QueueId, steps: Vec<Step>) -> Vec<Said> {
    let mut said = Vec::new();
    for step in steps {
        said.push(does(engine, (site, queue), step).await);
    }
    said
}

async fn does(engine: &Engine, (site, queue): (SiteId, QueueId), step: Step) -> Said {
    let visitor = |of: u8| engine.visitor(site, [of; 32]);
    let (of, ask, rid) = match step {
        Step::Presence(agent, presence) => {
            return format!("{:?}", engine.set_presence(site, AgentId(agent), presence).await);
        }
        Step::Start(of, name) => {
            let (visitor, form) = (visitor(of).await.expect("a visitor"), Form::default());
            let start = Start { site, visitor, kind: Kind::Chat, cid: cid(1, of, name), form, lang: None };
            return format!("{:?}", engine.start(start).await.map(|_| ()));
        }
        Step::Visitor(of, what, name) => {
            let it = of_visitor(cid(2, of, name), what);
            (of, Ask::Visitor(visitor(of).await.expect("a visitor"), it), name)
        }
        Step::Agent(agent, of, what, name) => {
            let role = if agent == 3 { Role::Manager } else { Role::Agent };
            let it = of_agent(cid(3, 0, name), what, (OfferNo(1 + u32::from(name % 3)), queue));
            (of, Ask::Agent(AgentActor { id: AgentId(agent), role }, it), name)
        }
        Step::System(of, what) => (of, Ask::System(of_system(what)), 0),
    };
    let Some(conversation) = last_of(engine, site, visitor(of).await.expect("a visitor")).await else {
        return "none".to_owned();
    };
    let request = Request { site, conversation, ask, rid: Some(Rid([rid; 16])) };
    format!("{:?}", engine.command(request).await)
}

/// The visitor's youngest conversation, by whatever list it is in.
async fn last_of(engine: &Engine, site: SiteId, visitor: VisitorId) -> Option<ConversationId> {
    use chat::engine::List;
    let mut found = BTreeSet::new();
    for list in [List::Waiting, List::Bot, List::InProgress, List::Paused, List::Inbox, List::History] {
        let rows = engine.list(site, list, None).await.expect("read");
        found.extend(rows.into_iter().filter(|it| it.visitor == visitor).map(|it| it.id));
    }
    found.last().copied()
}

fn of_visitor(cid: Cid, what: u8) -> FromVisitor {
    let content = Content::Text("été 😀 \u{0} it's".to_owned());
    match what {
        0 | 1 => FromVisitor::Send { cid, content, reply_to: Some(Seq(1)) },
        2 => FromVisitor::Close,
        3 => FromVisitor::Rate(Rating { stars: 4, text: "good".to_owned() }),
        _ => FromVisitor::Submit { cid, form: Form::default() },
    }
}

fn of_agent(cid: Cid, what: u8, (no, queue): (OfferNo, QueueId)) -> FromAgent {
    let give = |to| FromAgent::Transfer { to, note: Words::from("look") };
    let tags = |n: i64| BTreeSet::from([TagId(n), TagId(7)]);
    match what {
        0 => FromAgent::Take(Cap::Holds),
        1 => FromAgent::Take(Cap::Ignored),
        2 => FromAgent::Accept(no),
        3 => FromAgent::Decline(no),
        4 | 5 => FromAgent::Send { cid, content: Content::Text("yes".to_owned()), reply_to: None },
        6 => FromAgent::Note { cid, text: Words::from("aside") },
        7 => give(TransferTo::Agent(AgentId(2), Cap::Holds)),
        8 => give(TransferTo::Queue(queue)),
        9 => FromAgent::Snooze(SnoozeFor::Keep(UnixMillis(400_000))),
        10 => FromAgent::Tag(tags(1)),
        11 => FromAgent::Close(tags(2)),
        12 => FromAgent::Reopen,
        _ => FromAgent::Block { tags: tags(3), reason: Words::from("abuse") },
    }
}

fn of_system(what: u8) -> FromSystem {
    let (cid, share, agent) = (cid(4, 0, what), ShareId([8; 16]), AgentId(1));
    match what {
        0 => FromSystem::VisitorGone,
        1 => FromSystem::VisitorBack,
        2 => FromSystem::QueueClosed,
        3 => FromSystem::Timeout,
        4 => FromSystem::Share { cid, share, phase: SharePhase::Started, agent },
        _ => FromSystem::Shift(Duration::from_secs(3)),
    }
}

fn play(database: &Database, rounds: &[Round]) -> (Vec<Said>, Vec<Vec<Row>>) {
    let store = database.open();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let played = runtime.block_on(async {
        let play = Play::new(store.clone()).await;
        let played = (play.run(rounds).await, play.dump().await);
        play.check().await;
        played
    });
    store.close();
    played
}

// shows: QUE-06, QUE-11, QUE-12, QUE-13, TRF-01, SNZ-01, TAG-01, BLK-01
#[test]
fn both_databases_say_and_hold_the_same() {
    let mut runner = TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() });
    let same = |rounds: Vec<Round>| {
        let sqlite = play(&Database::file(), &rounds);
        let postgres = play(&Database::postgres(), &rounds);
        let done = sqlite.0.iter().map(|it| it.matches("Ok(").count()).sum::<usize>();
        prop_assert!(10 < done, "something was done: {done}");
        prop_assert_eq!(sqlite.0, postgres.0);
        for (sqlite, postgres) in sqlite.1.into_iter().zip(postgres.1) {
            prop_assert_eq!(sqlite, postgres);
        }
        Ok(())
    };
    runner.run(&rounds(), same).expect("the same");
}
