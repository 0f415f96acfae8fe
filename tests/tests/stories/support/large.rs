//! Five thousand conversations in a list, and as many messages in a thread: what is in the document is what is near
//! the eye. Structure is looked at here, times are measured by the bench.
use accounts::Role;
use anyhow::{Context, Result, ensure};
use chat::{
    engine::{Ask, Engine, FirstSetUp, Request, Start},
    model::{AgentId, Cid, Content, ConversationId, Form, FromVisitor, Kind as Sort, SiteId},
};
use tests::{
    browser::Kind,
    desk::{Before, Desk},
    wait::eval,
};
use tokio::task::JoinSet;

const MANY: u32 = 5_000;
/// So many begin at the same time, and are committed together.
const TOGETHER: usize = 250;
/// Each thousand is waited for on its own: a page of the server's comes after the other.
const STEPS: [u32; 5] = [1_000, 2_000, 3_000, 4_000, MANY];
/// Most rows or lines that are in the document.
const IN_SIGHT: u64 = 60;

// shows: DSK-13
#[tokio::test]
async fn of_five_thousand_rows_and_messages_sixty_are_in_the_document() {
    let desk = Desk::set_after((Kind::Chromium, "en", Role::Agent), seeds).await.expect("the stage is set");
    desk.tell("large", async |desk: &mut Desk| {
        desk.agent.opens_chats().await?;
        desk.agent.is_there("away").await?;
        scrolls_the_list(desk).await?;
        // Who waits longest stands first.
        desk.agent.clicks_at(".chat-row[aria-posinset='1']").await?;
        desk.agent.reads_in(".toasts", "Chat taken").await?;
        scrolls_the_thread(desk).await
    })
    .await;
}

async fn seeds(before: &Before) -> Result<()> {
    let site = before.accounts.site("demo").await?.context("the site")?;
    let claire = before.accounts.agent_by_email("claire@demo.tandem").await?.context("Claire")?;
    let (engine, site, claire) = (before.chat.engine(), SiteId(site.id.0), AgentId(claire.id.0));
    let mut first = FirstSetUp::usual(vec![claire]);
    // Nobody gives up waiting while the story goes on.
    first.queue.settings.accept_timeout = std::time::Duration::from_secs(86_400);
    engine.set_up(site, first).await?;
    let talk = begin(engine.clone(), site, 0).await?;
    together(1..MANY, |n| {
        let engine = engine.clone();
        async move { begin(engine, site, n).await.map(drop) }
    })
    .await?;
    together(1..MANY, |n| write(engine.clone(), (site, talk), n)).await
}

/// Does so many things, some of them at the same time.
async fn together<F>(all: std::ops::Range<u32>, what: impl Fn(u32) -> F) -> Result<()>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let mut all = all;
    loop {
        let mut tasks = JoinSet::new();
        all.by_ref().take(TOGETHER).for_each(|n| _ = tasks.spawn(what(n)));
        if tasks.is_empty() {
            return Ok(());
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
    }
}

fn named(kind: u8, n: u32) -> Cid {
    let mut bytes = [kind; 16];
    bytes[4..8].copy_from_slice(&n.to_be_bytes());
    Cid::from_bytes(bytes)
}

async fn begin(engine: Engine, site: SiteId, n: u32) -> Result<ConversationId> {
    let visitor = engine.visitor(site, key_of(n)).await?;
    let fields = [("name", format!("Visitor {n}")), ("email", format!("visitor.{n}@example.org"))];
    let form = Form(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
    let start = Start { site, visitor, kind: Sort::Chat, cid: named(1, n), form, lang: None };
    let conversation = engine.start(start).await?.conversation;
    let content = Content::Text(format!("Where is parcel number {n}?"));
    let ask = Ask::Visitor(visitor, FromVisitor::Send { cid: named(2, n), content, reply_to: None });
    engine.command(Request { site, conversation, ask, rid: None }).await?;
    Ok(conversation)
}

/// The key of a visitor's browser.
fn key_of(n: u32) -> [u8; 32] {
    let mut key = [7; 32];
    key[..4].copy_from_slice(&n.to_be_bytes());
    key
}

async fn write(engine: Engine, (site, conversation): (SiteId, ConversationId), n: u32) -> Result<()> {
    let visitor = engine.visitor(site, key_of(0)).await?;
    let content = Content::Text(format!("Message {n}"));
    let ask = Ask::Visitor(visitor, FromVisitor::Send { cid: named(3, n), content, reply_to: None });
    engine.command(Request { site, conversation, ask, rid: None }).await?;
    Ok(())
}

/// How many of a selector are in the document, at most.
async fn has_few(desk: &Desk, selector: &str, when: &str) -> Result<()> {
    let count = eval(desk.agent.window(), &format!("document.querySelectorAll({selector:?}).length")).await?;
    let count = count.as_u64().unwrap_or(u64::MAX);
    ensure!((1..=IN_SIGHT).contains(&count), "{count} of {selector} are in the document, {when}");
    Ok(())
}

async fn scrolls_the_list(desk: &Desk) -> Result<()> {
    let agent = &desk.agent;
    agent.reads_in("[role=status]", "5000 chats").await?;
    agent.reads_in(".chat-row[aria-posinset='1']", "Visitor 0").await?;
    has_few(desk, ".chat-row", "at the top").await?;
    // Down to the end, as a wheel that is turned for long.
    let list = "document.querySelector('.rows-all').parentElement";
    for row in STEPS {
        let there = format!(
            "[...document.querySelectorAll('.chat-row')].some(it => {row} <= it.getAttribute('aria-posinset'))"
        );
        let step = format!(
            "(({list}).scrollTop += 20000, {there} || document.querySelectorAll('.chat-row').length > {IN_SIGHT})"
        );
        agent.finds(&format!("row {row}"), &step).await?;
        has_few(desk, ".chat-row", &format!("at row {row}")).await?;
    }
    let back = format!("(({list}).scrollTop = 0, document.querySelector('.chat-row[aria-posinset=\"1\"]'))");
    agent.finds("the first row", &back).await?;
    has_few(desk, ".chat-row", "at the top again").await
}

async fn scrolls_the_thread(desk: &Desk) -> Result<()> {
    let agent = &desk.agent;
    agent.reads_in(".thread .bubble", "Message 4999").await?;
    has_few(desk, ".thread .line", "at the end").await?;
    let most = "document.querySelectorAll('.thread .line').length";
    let up = async |what: &str, is_it: &str| {
        let step = format!(
            "(document.querySelector('.thread').scrollTop = 0, window.most = Math.max(window.most ?? 0, {most}),
              [...document.querySelectorAll('.thread .bubble')].map(it => it.textContent).some({is_it}))"
        );
        agent.finds(what, &step).await
    };
    for message in STEPS.iter().rev().skip(1) {
        let is_it = format!("it => /^Message /.test(it) && it.slice(8) <= {message}");
        up(&format!("message {message}"), &is_it).await?;
    }
    up("the first message", "it => it === 'Where is parcel number 0?'").await?;
    let most = eval(agent.window(), "window.most").await?.as_u64().unwrap_or(u64::MAX);
    ensure!(most <= IN_SIGHT, "{most} lines were in the document on the way up");
    agent.clicks_at(".to-end").await?;
    agent.reads_in(".thread .bubble", "Message 4999").await?;
    has_few(desk, ".thread .line", "at the end again").await
}
