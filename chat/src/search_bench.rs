//! `chat-search TARGET MESSAGES`: what searching takes. Makes a large site of so many messages and a small one of a
//! thousandth of it, indexes both, and looks for words in each. Standard output has a line for each question: name,
//! hits, median and 95th percentile in microseconds.
//!
//! TARGET is a file, or `env:NAME`: a variable that holds a PostgreSQL address (`NAME_CA`: its certificate).

mod measuring;

use std::{
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use chat::{
    engine::{Ask, Engine, Fault, NoShares, QueueFacts, Request, SiteFacts, Start, SystemClock},
    model::{
        AgentId, Cid, Content, ConversationId, Entry, Form, FormFields, FromVisitor, Kind, OfferStopsOn,
        QueueSettings, SiteId, SiteSettings,
    },
    router::Strategy,
    search::{Filter, Find, Search, Visible},
};
use store::{Key, Store, Tx, params};

const LARGE: SiteId = SiteId(1);
const SMALL: SiteId = SiteId(2);
/// Messages of one conversation.
const EACH: u32 = 250;
/// Different words, and how many of them a message has.
const VOCABULARY: u32 = 20_000;
const WORDS: u32 = 12;
/// How often each question is asked.
const TIMES: u32 = 60;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, messages] = arguments.as_slice() else {
        return measuring::complain("chat-search", "usage: chat-search FILE|env:NAME MESSAGES");
    };
    let Ok(messages) = messages.parse() else {
        return measuring::complain("chat-search", "MESSAGES is a number");
    };
    measuring::on("chat-search", target, |store| measure(store, messages))
}

/// Numbers that look drawn by chance, and are the same in each run.
struct Dice(u64);

impl Dice {
    /// Below `n`.
    fn roll(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 % u64::from(n)).unwrap_or(0)
    }

    /// A word, the commoner the lower: as in languages, the n-th is n times as rare as the first.
    fn word(&mut self) -> u32 {
        let bits = 32 - VOCABULARY.leading_zeros();
        let below = 1 << (1 + self.roll(bits));
        self.roll(below.min(VOCABULARY))
    }
}

/// A word that can be said: syllables by its digits.
fn spell(word: u32) -> String {
    const SYLLABLES: [&str; 16] =
        ["la", "de", "ver", "co", "mi", "ta", "ron", "el", "su", "pa", "ni", "gor", "be", "fa", "hu", "zi"];
    format!("{:x}", word + 16).bytes().map(|it| SYLLABLES[usize::from(it % 16)]).collect()
}

async fn measure(store: Store, messages: u32) -> Result<(), Fault> {
    let engine = Engine::open(store.clone(), Arc::new(SystemClock), Arc::new(NoShares)).await?;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for (site, n) in [(LARGE, messages), (SMALL, messages / 1_000)] {
        prepare(&engine, site).await?;
        fill(&engine, &store, (site, n), &mut dice).await?;
    }
    let (search, start) = (Search::new(store.clone()), Instant::now());
    let n = search.catch_up().await?;
    let taken = start.elapsed();
    eprintln!("{n} messages indexed in {taken:.1?}: {:.0} a second", n as f64 / taken.as_secs_f64());
    let common = spell(0);
    let rare = [4_000, 40, 3].map(spell).join(" ");
    let first = common[..1].to_owned();
    for (what, words) in [("commonest word", common), ("one letter", first), ("rare triple", rare)] {
        for site in [LARGE, SMALL] {
            let narrow = Filter { agents: vec![AgentId(99)], ..Filter::default() };
            for (how, filter) in [("all", Filter::default()), ("filtered to none", narrow)] {
                let words = words.clone();
                let find =
                    Find { sites: vec![site], visible: Visible::All, words, filter, after: None, limit: 20 };
                ask(&search, &format!("{what}, site {}, {how}", site.0), find).await?;
            }
        }
    }
    soon(&engine, &search).await
}

/// How soon a message is found after it was acknowledged, while the index is kept.
async fn soon(engine: &Engine, search: &Search) -> Result<(), Fault> {
    const NEW: u32 = 20;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (kept, committed) = (search.clone(), engine.subscribe());
    let keeping = tokio::spawn(async move { kept.serve(committed, async { drop(stopped.await) }).await });
    let visitor = engine.visitor(SMALL, [0xff; 32]).await?;
    let (kind, cid) = (Kind::Chat, Cid::from_bytes([0xc3; 16]));
    let start = Start { site: SMALL, visitor, kind, cid, form: Form::default(), lang: None };
    let conversation = engine.start(start).await?.conversation;
    let mut times = Vec::new();
    for n in 0..NEW {
        let (cid, words) = (
            Cid::from_bytes([[0xc4; 12].as_slice(), &n.to_be_bytes()].concat().try_into().unwrap_or([0; 16])),
            format!("novel{n}"),
        );
        let content = Content::Text(words.clone());
        let ask = Ask::Visitor(visitor, FromVisitor::Send { cid, content, reply_to: None });
        engine.command(Request { site: SMALL, conversation, ask, rid: None }).await?;
        let start = Instant::now();
        let filter = Filter::default();
        let find = Find { sites: vec![SMALL], visible: Visible::All, words, filter, after: None, limit: 1 };
        while search.find(find.clone()).await?.hits.is_empty() {
            // waits: nobody tells what is indexed.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        times.push(start.elapsed());
    }
    drop(stop);
    keeping.await.map_err(|error| Fault::Random(error.to_string()))?;
    say("a new message", 1, times);
    Ok(())
}

async fn ask(search: &Search, what: &str, find: Find) -> Result<(), Fault> {
    let (mut times, mut n) = (Vec::new(), 0);
    let all = Instant::now();
    while times.len() < TIMES as usize && (times.len() < 5 || all.elapsed() < Duration::from_secs(5)) {
        let start = Instant::now();
        n = search.find(find.clone()).await?.hits.len();
        times.push(start.elapsed());
    }
    say(what, n, times);
    Ok(())
}

#[allow(clippy::print_stdout, reason = "this is what the program is for")]
fn say(what: &str, n: usize, mut times: Vec<Duration>) {
    times.sort();
    let (middle, slow) = (times[times.len() / 2], times[times.len() * 95 / 100]);
    println!("{what}: {n} hits, {} {}", middle.as_micros(), slow.as_micros());
}

/// A site with one queue.
async fn prepare(engine: &Engine, site: SiteId) -> Result<(), Fault> {
    let settings = QueueSettings::default();
    let facts = QueueFacts { name: "all".to_owned(), settings, strategy: Strategy::Manual, hours: None };
    let queue = engine.put_queue(site, None, facts).await?;
    let settings = SiteSettings {
        lang: "fr".parse().map_err(|_| Fault::NoSite)?,
        entry: Entry::Queue(queue),
        default_queue: queue,
        form: FormFields::default(),
        offline_form: None,
        tag_required: false,
        reopening: false,
        offer_stops_on: OfferStopsOn::Accept,
        agent_gone: Duration::from_secs(120),
        idle_close: None,
    };
    engine.put_site(site, SiteFacts { settings, hours: None }).await
}

async fn fill(
    engine: &Engine,
    store: &Store,
    (site, n): (SiteId, u32),
    dice: &mut Dice,
) -> Result<(), Fault> {
    for conv in 0..n.div_ceil(EACH) {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&conv.to_be_bytes());
        let visitor = engine.visitor(site, key).await?;
        let cid = Cid::from_bytes([0xc1; 16]);
        let start = Start { site, visitor, kind: Kind::Chat, cid, form: Form::default(), lang: None };
        let id = engine.start(start).await?.conversation;
        let texts: Vec<String> = (0..EACH.min(n - conv * EACH))
            .map(|_| (0..WORDS).map(|_| spell(dice.word())).collect::<Vec<_>>().join(" "))
            .collect();
        store.write(Key(site.0), move |tx| write(tx, (site, id), (conv, &texts))).await?;
    }
    Ok(())
}

/// As the engine stores messages, but many at once.
fn write(
    tx: &mut dyn Tx,
    (site, id): (SiteId, ConversationId),
    (conv, texts): (u32, &[String]),
) -> Result<(), Fault> {
    const MESSAGE: &str =
        "INSERT INTO chat_message (site_id, conv_id, seq, cid, author, author_id, kind, body, at)
        VALUES ($1, $2, $3, $4, 'visitor', 0, 'text', $5, $6)";
    const LATER: &str =
        "INSERT INTO chat_unindexed (site_id, conv_id, stream, n, at) VALUES ($1, $2, 0, $3, $4)";
    for (i, text) in (0_u32..).zip(texts) {
        // The start has the first number. Conversations run beside each other.
        let (seq, at) = (i64::from(i) + 2, 1_700_000_000_000 + i64::from(i) * 60_000 + i64::from(conv));
        let cid = [[0xc2; 12].as_slice(), &i.to_be_bytes()].concat();
        let body = format!("{{\"content\":{{\"text\":\"{text}\"}}}}");
        tx.execute(MESSAGE, params![site.0, id.0, seq, cid, body, at])?;
        tx.execute(LATER, params![site.0, id.0, seq, at])?;
    }
    Ok(())
}
