//! The support team of the day, set up as an administrator does it: over the documented API.
use anyhow::{Context, Result, ensure};
use chat_client::{Agent, Place};
use chat_proto::admin::{self, Bot, Choice, General, Made, Member, Queue, Step, Tag, Texts};
use reqwest::Method;
use serde::Serialize;
use serde_json::json;

use crate::agent::LogIn;

/// Short, so that a day has many of everything.
const FIRST_ANSWER_S: u32 = 5;
/// So long a visitor waits in all.
const ACCEPT_TIMEOUT_S: u32 = 15;
/// An agent has so many conversations at once.
const AT_ONCE: u32 = 5;

const QUESTION: u32 = 1;
const SALES: u32 = 2;
const HELP: u32 = 3;

/// Makes agents, two queues that all of them serve, a bot that asks which one, and two tags.
///
/// # Errors
/// When the server refuses one of them.
pub async fn set_up(place: &Place, admin: &LogIn, agents: u64) -> Result<Vec<LogIn>> {
    let desk = Agent::log_in(place.clone(), &admin.email, &admin.password).await?;
    let mut log_ins = Vec::new();
    let mut members = Vec::new();
    for who in 0..agents {
        let log_in = LogIn { email: format!("agent{who}@example.org"), password: chat_client::name() };
        let id = agent(&desk, &log_in, who).await?;
        members.push(Member { agent: id, priority: 0, cap: Some(AT_ONCE) });
        log_ins.push(log_in);
    }
    let sales = queue(&desk, "Sales", &members).await?;
    let help = queue(&desk, "Help", &members).await?;
    for name in ["Solved", "Later"] {
        let tag = Tag { name: name.to_owned(), ..Tag::default() };
        put(&desk, Method::POST, "tags", &tag).await?;
    }
    put(&desk, Method::PUT, "bot", &bot(sales, help)).await?;
    let general: General = desk.get("/v1/admin/sites/demo/general").await?;
    let own = general.queue;
    let general = General { entry: "bot".into(), queue: help, tag_required: true, ..general };
    put(&desk, Method::PUT, "general", &general).await?;
    // The queue that a site begins with lets visitors wait for longer than anybody of a day does.
    put(&desk, Method::DELETE, &format!("queues/{own}"), &json!({})).await?;
    Ok(log_ins)
}

/// What visitors see of the `who`th agent.
pub fn first_name(who: u64) -> String {
    format!("Agent{who}")
}

async fn agent(desk: &Agent, log_in: &LogIn, who: u64) -> Result<i64> {
    let body = json!({
        "email": log_in.email, "password": log_in.password, "role": "agent", "sites": ["demo"],
        "first_name": first_name(who), "last_name": "Day",
    });
    let (status, text) = desk.ask(Method::POST, "/v1/agents", &body).await?;
    ensure!(status == 201, "adding an agent: {status} {text}");
    serde_json::from_str::<serde_json::Value>(&text)?["id"].as_i64().context("an agent without a number")
}

async fn queue(desk: &Agent, name: &str, members: &[Member]) -> Result<i64> {
    let queue = Queue {
        name: name.to_owned(),
        strategy: "least_loaded".into(),
        sticky: true,
        first_answer_s: FIRST_ANSWER_S,
        accept_timeout_s: ACCEPT_TIMEOUT_S,
        members: members.to_vec(),
        ..Queue::default()
    };
    let made: Made = serde_json::from_str(&put(desk, Method::POST, "queues", &queue).await?)?;
    Ok(made.id)
}

async fn put(desk: &Agent, method: Method, what: &str, body: &impl Serialize) -> Result<String> {
    let path = format!("/v1/admin/sites/demo/{what}");
    let (status, text) = desk.ask(method, &path, &serde_json::to_value(body)?).await?;
    ensure!((200..300).contains(&status), "{path}: {status} {text}");
    Ok(text)
}

fn bot(sales: i64, help: i64) -> Bot {
    let question = Step {
        id: QUESTION,
        kind: "question".into(),
        text: texts("How can we help?", "Comment pouvons‑nous vous aider ?"),
        choices: vec![choice(1, "Buy", SALES), choice(2, "Help", HELP)],
        ..Step::default()
    };
    let nodes = vec![question, handover(SALES, sales), handover(HELP, help)];
    Bot { version: 0, start: QUESTION, nodes }
}

fn choice(option: i64, label: &str, next: u32) -> Choice {
    Choice { option, label: texts(label, label), enabled: true, next }
}

fn handover(id: u32, queue: i64) -> Step {
    let text = texts("Somebody is on their way.", "Quelqu’un arrive.");
    Step { id, kind: "handover".into(), text, queue, offline_form: true, ..Step::default() }
}

fn texts(english: &str, french: &str) -> Texts {
    admin::Texts::from([("en".to_owned(), english.to_owned()), ("fr".to_owned(), french.to_owned())])
}
