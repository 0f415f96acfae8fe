//! `chat-lists TARGET N`: what lists cost with N conversations waiting. Each of 8 questions is asked again and
//! again; standard output has a line for each: name, rows, median and 95th percentile in microseconds.
//!
//! TARGET is a file, or `env:NAME`: a variable that holds a PostgreSQL address (`NAME_CA`: its certificate).

mod measuring;

use std::{
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use chat::{
    engine::{Ask, Engine, Fault, FirstSetUp, NoShares, Request, Start, SystemClock},
    model::{AgentId, Cid, Content, Form, FromVisitor, Kind, Role, SiteId},
    search::Search,
    views,
    who::{Served, Viewer},
};
use chat_proto::desk::{List, Query};
use store::Store;
use tokio::task::JoinSet;

const SITE: SiteId = SiteId(1);
const AGENT: AgentId = AgentId(1);
/// How often each question is asked.
const TIMES: usize = 60;
/// Conversations that begin at the same time: so many are committed together.
const TOGETHER: u32 = 200;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, n] = arguments.as_slice() else {
        return measuring::complain("chat-lists", "usage: chat-lists FILE|env:NAME N");
    };
    let Ok(n) = n.parse() else { return measuring::complain("chat-lists", "N is a number") };
    measuring::on("chat-lists", target, |store| measure(store, n))
}

async fn measure(store: Store, n: u32) -> Result<(), Fault> {
    let engine = Engine::open(store.clone(), Arc::new(SystemClock), Arc::new(NoShares)).await?;
    engine.set_up(SITE, FirstSetUp::usual(vec![AGENT])).await?;
    fill(&engine, n).await?;
    Search::new(store).catch_up().await?;
    for role in [Role::Manager, Role::Agent] {
        let sites = vec![Served { id: SITE, key: "shop".to_owned(), name: "Shop".to_owned() }];
        let viewer = views::viewer(&engine, (AGENT, role), sites).await?;
        ask_all(&engine, &viewer).await?;
    }
    Ok(())
}

/// Many conversations wait, each with a line of its visitor.
async fn fill(engine: &Engine, n: u32) -> Result<(), Fault> {
    let mut all = 0..n;
    loop {
        let mut tasks = JoinSet::new();
        for n in all.by_ref().take(usize::try_from(TOGETHER).unwrap_or(1)) {
            tasks.spawn(begin(engine.clone(), n));
        }
        if tasks.is_empty() {
            return Ok(());
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap_or_else(|error| Err(Fault::Random(error.to_string())))?;
        }
    }
}

async fn begin(engine: Engine, n: u32) -> Result<(), Fault> {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&n.to_be_bytes());
    let visitor = engine.visitor(SITE, key).await?;
    let name = |kind: u8| {
        let mut bytes = [kind; 16];
        bytes[4..8].copy_from_slice(&n.to_be_bytes());
        Cid::from_bytes(bytes)
    };
    let fields = [("name", format!("Visitor {n}")), ("email", format!("visitor.{n}@example.org"))];
    let form = Form(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
    let start = Start { site: SITE, visitor, kind: Kind::Chat, cid: name(1), form, lang: None };
    let conversation = engine.start(start).await?.conversation;
    let content = Content::Text(format!("Where is parcel number {n}, please?"));
    let ask = Ask::Visitor(visitor, FromVisitor::Send { cid: name(2), content, reply_to: None });
    engine.command(Request { site: SITE, conversation, ask, rid: None }).await.map(drop)
}

async fn ask_all(engine: &Engine, viewer: &Viewer) -> Result<(), Fault> {
    let query = |words: &str, sort: &str| Query {
        words: words.to_owned(),
        sort: sort.to_owned(),
        ..Query::default()
    };
    let narrow = Query { tags: vec![1], starred: true, online: Some(true), ..Query::default() };
    let empty = Query { list: List::History, ..Query::default() };
    let questions = [
        ("by wait", query("", "")),
        ("by last change", query("", "last")),
        ("by name", query("", "name")),
        ("a name", query("visitor 4999", "")),
        ("a common word", query("parcel", "")),
        ("narrowed", narrow),
        ("empty", empty),
    ];
    for (name, query) in questions {
        let (mut times, mut rows) = (Vec::new(), 0);
        for _ in 0..TIMES {
            let start = Instant::now();
            rows = views::rows(engine, viewer, &query, None).await?.rows.len();
            times.push(start.elapsed());
        }
        say(viewer, name, rows, times);
    }
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        views::counts(engine, viewer).await?;
        times.push(start.elapsed());
    }
    say(viewer, "counts", 0, times);
    Ok(())
}

#[allow(clippy::print_stdout, reason = "this is what the program is for")]
fn say(viewer: &Viewer, name: &str, rows: usize, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times.get(times.len() * percent / 100).map_or(0, Duration::as_micros);
    println!("{:?}, {name}: {rows} rows, {} {}", viewer.role, at(50), at(95));
}
