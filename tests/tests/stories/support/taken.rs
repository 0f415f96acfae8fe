//! A conversation from the bot's first word to its end, as an agent who takes it over sees it.
use accounts::Role;
use anyhow::{Context, Result, ensure};
use chat_client::Visitor;
use chat_proto::{
    desk::{Deed, List, Query},
    message::From,
    visitor::{FromVisitor, Stage},
};
use serde_json::{Value, json};
use tests::{
    admin::Admin,
    browser::Kind,
    desk::{Desk, at_each_desk},
    widget::{Stage as Shop, in_each_browser, tell},
};
use thirtyfour::Key;

/// A greeting, a question, and a queue behind each of its answers.
pub async fn has_a_bot(admin: &Admin) -> Result<()> {
    let queue = admin.reads("general").await?["queue"].clone();
    let handover = |id: u32, text: &str| json!({ "id": id, "kind": "handover", "queue": queue, "text": { "en": text }, "offline_form": true });
    let choice = |option: i64, next: u32, label: &str| json!({ "option": option, "enabled": true, "next": next, "label": { "en": label } });
    let flow = json!({ "version": 0, "start": 1, "nodes": [
        { "id": 1, "kind": "message", "text": { "en": "Welcome to the shop." }, "next": 2 },
        { "id": 2, "kind": "question", "text": { "en": "What is it about?" },
          "choices": [choice(1, 3, "A delivery"), choice(2, 4, "A return")] },
        handover(3, "We look where it is."),
        handover(4, "Returns are free."),
    ] });
    admin.puts("bot", flow).await?;
    admin.sets("general", json!({ "entry": "bot", "bot_name": "Nora" })).await
}

// shows: BOT-09, BOT-12, END-08, CMP-03
#[tokio::test]
async fn what_was_said_to_the_bot_is_read_and_the_bot_is_silent_from_then_on() {
    at_each_desk("desk_takes_from_the_bot", Role::Manager, async |desk: &mut Desk| {
        has_a_bot(&desk.admin().await?).await?;
        desk.agent.opens_chats().await?;
        desk.agent.is_there("away").await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        marie.write("Is anybody there?").await?;
        desk.agent.shows_list("bot").await?;
        desk.agent.opens_row("Marie Dupont").await?;
        reads_all_of_it(desk).await?;
        takes_over(desk, &mut marie).await?;
        types_with_mistakes(desk, &mut marie).await?;
        let mut bruno = desk.colleague().await?;
        bruno.watch(Query { list: List::History, ..Query::default() }).await?;
        ends_it(desk, &mut marie).await?;
        bruno.connect().await?;
        let conv = marie.thread.conv.clone();
        let listed = |it: &chat_client::Agent| it.rows.contains_key(&conv).then_some(());
        if listed(&bruno).is_none() {
            bruno.until("the history", |it, _| listed(it)).await?;
        }
        Ok(())
    })
    .await;
}

/// Every message from the first, in order and without a hole.
async fn reads_all_of_it(desk: &Desk) -> Result<()> {
    let agent = &desk.agent;
    agent.reads_in(".thread .bubble", "Is anybody there?").await?;
    let thread = agent.thread().await?;
    ensure!(
        thread.first().is_some_and(|it| it == "bot: Welcome to the shop.")
            && thread.get(1).is_some_and(|it| it.starts_with("bot: What is it about?"))
            && thread.contains(&"visitor: Is anybody there?".to_owned()),
        "the thread is {thread:?}"
    );
    agent.reads_in(".msg.question .choices", "A return").await?;
    let whole = "[...document.querySelectorAll('.thread [data-seq]')].every((it, at) => Number(it.dataset.seq) === at + 1)";
    agent.finds("all numbers from the first", whole).await?;
    agent.finds("no composer yet", "!document.querySelector('#reply')").await.map(drop)
}

async fn takes_over(desk: &Desk, marie: &mut Visitor) -> Result<()> {
    desk.agent.clicks_at("[data-do=claim]").await?;
    // As a browser does that was quiet for long.
    marie.connect().await?;
    let told = marie.reads("the take-over", |it| it.meta.code == "taken_from_bot").await?;
    ensure!(told.meta.names == ["Claire"], "the visitor is told {:?}", told.meta.names);
    desk.agent.reads_in(".thread .system", "An agent took over the chat").await?;
    // The bot's question is no question any more.
    let choose = FromVisitor::Choose { cid: chat_client::name(), conv: marie.thread.conv.clone(), option: 1 };
    ensure!(marie.say(choose).await.is_err(), "the bot was answered");
    marie.write("At last").await?;
    desk.agent.reads_in(".thread .msg.visitor .bubble", "At last").await?;
    let after = marie.thread.msgs.iter().skip_while(|it| it.seq <= told.seq);
    ensure!(
        after.clone().all(|it| it.from != From::Bot),
        "the bot said something: {:?}",
        after.collect::<Vec<_>>()
    );
    Ok(())
}

/// The browser may underline it; nobody changes it.
async fn types_with_mistakes(desk: &Desk, marie: &mut Visitor) -> Result<()> {
    let text = "teh parcle is on it's wya";
    desk.agent.types_reply(text).await?;
    let checked = "document.querySelector('#reply').spellcheck && document.querySelector('#reply').getAttribute('autocorrect') !== 'on'";
    desk.agent.finds("the browser's spell-check", checked).await?;
    desk.agent
        .finds("what was typed", &format!("document.querySelector('#reply').value === {text:?}"))
        .await?;
    desk.agent.presses_key(Key::Enter).await?;
    marie.connect().await?;
    marie.reads("it as it was typed", |it| it.text == text).await.map(drop)?;
    Ok(())
}

async fn ends_it(desk: &Desk, marie: &mut Visitor) -> Result<()> {
    let agent = &desk.agent;
    agent.shows_list("mine").await?;
    agent.reads_in(".chat-row .row-who", "Marie Dupont").await?;
    agent.clicks_at(".conversation [data-do=close]").await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.finds("it leaves the list", "!document.querySelector('.chat-row')").await?;
    agent.shows_list("history").await?;
    agent.reads_in(".chat-row .row-who", "Marie Dupont").await?;
    marie.connect().await?;
    marie.reads("the end", |it| it.meta.code == "ended").await?;
    ensure!(marie.write("One more thing").await.is_err(), "a closed conversation went on");
    let stage = marie.conversation.as_ref().context("the conversation")?.stage;
    ensure!(stage == Stage::Closed, "it is {stage:?}");
    Ok(())
}

// shows: QUE-14, END-07
#[tokio::test]
async fn a_visitor_sees_their_place_in_the_queue_is_greeted_and_begins_again_with_the_bot() {
    in_each_browser("place_in_the_queue", async |shop: &mut Shop| {
        let mut first = Visitor::new(shop.place());
        first.connect().await?;
        let form = [("name", "Paul"), ("email", "paul@example.test")];
        first.start(form.map(|(key, value)| (key.to_owned(), value.to_owned())).into(), "en").await?;
        shop.opens("/products?lang=en").await?;
        shop.widget().starts().await?;
        shop.widget().says("Your position in the queue: 2").await?;
        shop.widget().says("Nobody is available right now").await?;
        serves_one_at_a_time(shop).await?;
        shop.an_agent_comes().await?;
        let before = shop.the_agent_accepts().await?;
        ensure!(before == first.thread.conv, "who came later was asked for first");
        shop.widget().says("You are next").await?;
        shop.widget().until("no word of nobody", "!root.textContent.includes('Nobody is available')").await?;
        let agent = shop.agent.as_mut().context("an agent")?;
        agent.write(&before, "Hello Paul").await?;
        agent.does(&before, Deed::Close { tags: Vec::new() }).await?;
        let (conv, no) = agent.is_asked().await?;
        agent.does(&conv, Deed::Accept { no }).await?;
        agent.open(&conv).await?;
        agent.write(&conv, "Hello Zoe, I am Sophie.").await?;
        shop.widget().says("Hello Zoe, I am Sophie.").await?;
        begins_again(shop, &conv).await
    })
    .await;
}

/// Whoever waits behind another is not asked about in the same moment.
async fn serves_one_at_a_time(shop: &Shop) -> Result<()> {
    let admin = shop.admin().await?;
    let agents: Vec<Value> = serde_json::from_value(admin.reads("agents").await?)?;
    for mut agent in agents {
        agent["max_chats"] = json!(1);
        admin.puts(&format!("agents/{}", agent["id"]), agent).await?;
    }
    Ok(())
}

/// With the bot, which the site has by now.
async fn begins_again(shop: &mut Shop, conv: &str) -> Result<()> {
    has_a_bot(&shop.admin().await?).await?;
    let agent = shop.agent.as_mut().context("an agent")?;
    agent.does(conv, Deed::Close { tags: Vec::new() }).await?;
    let widget = shop.widget();
    widget.says("This chat is over").await?;
    widget.clicks("[data-act='\"anew\"']").await?;
    widget.until("the form", "root.querySelector('[name=name]')?.value").await?;
    widget.clicks("form [type=submit]").await?;
    widget.says("What is it about?").await?;
    let old = widget.eval("root.querySelector('.thread').textContent.includes('I am Sophie')").await?;
    ensure!(old == false, "the conversation of before is there");
    widget.clicks("[data-act='{\"choose\":2}']").await?;
    widget.says("Returns are free.").await?;
    shop.the_agent_accepts().await.map(drop)
}

/// On a phone the bot's choices are as large as a finger.
#[tokio::test]
async fn a_bot_is_answered_on_a_phone() {
    tell("bot_on_a_phone", Kind::Chromium, tests::widget::Screen::Phone, async |shop: &mut Shop| {
        has_a_bot(&shop.admin().await?).await?;
        shop.opens("/products?lang=en").await?;
        shop.widget().starts().await?;
        let high =
            "Math.min(...[...root.querySelectorAll('.choice')].map(it => it.getBoundingClientRect().height))";
        let high = shop.widget().until("the choices", high).await?.as_f64().unwrap_or_default();
        ensure!((40.0..200.0).contains(&high), "a choice is {high} pixels high");
        shop.widget().clicks("[data-act='{\"choose\":1}']").await?;
        shop.widget().says("We look where it is.").await
    })
    .await;
}
