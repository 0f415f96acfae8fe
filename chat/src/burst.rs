//! `chat-burst TARGET SENDERS MESSAGES`: what conversations take. Half of the senders are visitors, the others
//! the agents in the same conversations; each writes one message after the other, and asks again whenever the
//! engine says so.
//!
//! TARGET is a file, or `env:NAME`: a variable that holds a PostgreSQL address (`NAME_CA`: its certificate).
//! Standard output has a line for each acknowledged message: sender, number, place in the thread. The figures
//! come at the end on standard error.

mod measuring;

use std::{
    collections::BTreeSet,
    io::Write,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use chat::{
    engine::{Answer, Ask, Engine, Fault, NoShares, QueueFacts, Request, Rid, SiteFacts, Start, SystemClock},
    model::{
        AgentActor, AgentId, Cap, Cid, Content, ConversationId, Entry, Form, FormFields, FromAgent,
        FromVisitor, Kind, OfferStopsOn, Place, Presence, QueueSettings, Role, SiteId, SiteSettings,
        VisitorId,
    },
    router::{Profile, Strategy},
};
use store::Store;
use tokio::task::JoinSet;

const SITE: SiteId = SiteId(1);
const AGENT: AgentActor = AgentActor { id: AgentId(1), role: Role::Agent };
/// How long a sender waits before they ask again.
const AGAIN: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, senders, messages] = arguments.as_slice() else {
        return measuring::complain("chat-burst", "usage: chat-burst FILE|env:NAME SENDERS MESSAGES");
    };
    let (Ok(senders), Ok(messages)) = (senders.parse(), messages.parse()) else {
        return measuring::complain("chat-burst", "SENDERS and MESSAGES are numbers");
    };
    measuring::on("chat-burst", target, |store| burst(store, senders, messages))
}

async fn burst(store: Store, senders: u32, messages: u32) -> Result<(), Fault> {
    let engine = Engine::open(store, Arc::new(SystemClock), Arc::new(NoShares)).await?;
    prepare(&engine).await?;
    let mut tasks = JoinSet::new();
    let start = Instant::now();
    for pair in 0..senders / 2 {
        let (visitor, conversation) = begin(&engine, pair).await?;
        let send = |text| Content::Text(text);
        for side in 0..2 {
            let (engine, sender) = (engine.clone(), 2 * pair + side);
            tasks.spawn(async move {
                for n in 0..messages {
                    let (cid, content) = (cid(sender, n + 1), send(format!("message {n} of {sender}")));
                    let ask = if side == 0 {
                        Ask::Visitor(visitor, FromVisitor::Send { cid, content, reply_to: None })
                    } else {
                        Ask::Agent(AGENT, FromAgent::Send { cid, content, reply_to: None })
                    };
                    let request = Request { site: SITE, conversation, ask, rid: None };
                    acknowledge((sender, n), insist(&engine, request).await?)?;
                }
                Ok::<(), Fault>(())
            });
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap_or_else(|error| Err(Fault::Random(error.to_string())))?;
    }
    let (all, taken) = (senders * messages, start.elapsed());
    eprintln!("{all} messages in {taken:.2?}: {:.0} a second", f64::from(all) / taken.as_secs_f64());
    Ok(())
}

/// A site with one queue and one agent. The same again in each life of the program.
async fn prepare(engine: &Engine) -> Result<(), Fault> {
    let facts = QueueFacts {
        name: "all".to_owned(),
        settings: QueueSettings::default(),
        strategy: Strategy::Manual,
        hours: None,
    };
    let queue = engine.put_queue(SITE, None, facts).await?;
    let settings = SiteSettings {
        lang: "en".parse().map_err(|_| Fault::NoSite)?,
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
    engine.put_site(SITE, SiteFacts { settings, hours: None }).await?;
    let profile = Profile { languages: BTreeSet::new(), max_chats: 1, ..Profile::default() };
    engine.put_agent(SITE, AGENT.id, profile).await?;
    engine.set_presence(SITE, AGENT.id, Presence::Available).await
}

async fn begin(engine: &Engine, pair: u32) -> Result<(VisitorId, ConversationId), Fault> {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&pair.to_be_bytes());
    let visitor = engine.visitor(SITE, key).await?;
    let cid = cid(2 * pair, 0);
    let start = Start { site: SITE, visitor, kind: Kind::Chat, cid, form: Form::default(), lang: None };
    let conversation = engine.start(start).await?.conversation;
    let ask = Ask::Agent(AGENT, FromAgent::Take(Cap::Ignored));
    let rid = Some(Rid([pair.to_be_bytes(); 4].concat().try_into().unwrap_or([0; 16])));
    engine.command(Request { site: SITE, conversation, ask, rid }).await?;
    Ok((visitor, conversation))
}

fn cid(sender: u32, n: u32) -> Cid {
    let mut bytes = [0xc1; 16];
    bytes[4..8].copy_from_slice(&sender.to_be_bytes());
    bytes[8..12].copy_from_slice(&n.to_be_bytes());
    Cid::from_bytes(bytes)
}

async fn insist(engine: &Engine, request: Request) -> Result<u64, Fault> {
    loop {
        match engine.command(request.clone()).await {
            // waits: a server that comes back tells nobody.
            Err(Fault::Store(error)) if error.is_retryable() => tokio::time::sleep(AGAIN).await,
            Ok(Answer::Stored { place: Place::Thread(seq), .. }) => return Ok(seq.0),
            Ok(_) => return Err(Fault::NoConversation),
            Err(fault) => return Err(fault),
        }
    }
}

fn acknowledge((sender, n): (u32, u32), seq: u64) -> Result<(), Fault> {
    let said = writeln!(std::io::stdout().lock(), "{sender} {n} {seq}");
    said.map_err(|error| Fault::Random(format!("nobody hears the acknowledgements: {error}")))
}
