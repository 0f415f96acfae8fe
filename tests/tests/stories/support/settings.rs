//! Each kind of setting, who sees it changed, and when: open widgets and open desks while they are open, the next
//! conversation as it begins. Nothing is started again.
use accounts::{NewAgent, Role, SitesOf};
use anyhow::{Context, Result};
use chat_client::Agent;
use http::Method;
use serde_json::{Value, json};
use tests::{
    admin::Admin,
    story::{Stage, in_each_browser},
    widget::Root,
};
use thirtyfour::Key;

use super::{left::never, taken::has_a_bot};

/// Who sees it, and what they see then: an expression over `root` in widgets, over the page at desks.
enum Sees {
    /// The widget that is open, while it is open.
    Widget(&'static str),
    /// The desk that is open, while it is open.
    Desk(&'static str),
    /// The visitor who begins next.
    Next(&'static str),
}

/// How it is changed.
enum How {
    /// These fields of what is there.
    Set(&'static str, Value),
    /// Something more of its kind.
    Add(&'static str, Value),
    /// The bot, which is large.
    Bot,
    /// A canned reply for all.
    Canned,
    /// The agent at the open desk becomes a manager.
    Role,
}

/// What is changed, where the open desk has to look, and who sees it.
struct Setting {
    name: &'static str,
    how: How,
    /// What the agent does before, so that it would be in sight.
    look: &'static [&'static str],
    sees: Sees,
}

const fn row(name: &'static str, how: How, look: &'static [&'static str], sees: Sees) -> Setting {
    Setting { name, how, look, sees }
}

/// A dialog is left by its cross.
const LEAVE: &str = "dialog .modal-top button";

fn table() -> Vec<Setting> {
    let asked = |key: &str| json!({ "key": key, "kind": "text", "required": true, "label": { "en": key } });
    let queue =
        json!({ "name": "Returns", "strategy": "manual", "first_answer_s": 30, "accept_timeout_s": 60 });
    let tag = |name: &str| json!({ "name": name, "colour": "#00aa00" });
    vec![
        row(
            "colour",
            How::Set("general", json!({ "colour": "#aa5500" })),
            &[],
            Sees::Widget(
                "getComputedStyle(root.querySelector('header')).backgroundColor === 'rgb(170, 85, 0)'",
            ),
        ),
        row(
            "queue",
            How::Add("queues", queue),
            &[".conversation [data-do=transfer]"],
            Sees::Desk(
                "[...document.querySelectorAll('.modal [data-queue]')].some(it => it.textContent.includes('Returns'))",
            ),
        ),
        row(
            "tag",
            How::Add("tags", tag("Refund")),
            &[LEAVE, ".conversation [data-do=tag]"],
            Sees::Desk(
                "[...document.querySelectorAll('.modal [data-tag]')].some(it => it.textContent.includes('Refund'))",
            ),
        ),
        row(
            "mandatory tag",
            How::Set("general", json!({ "tag_required": true })),
            &[LEAVE, ".conversation [data-do=close]"],
            Sees::Desk("document.querySelector('.modal')?.textContent.includes('This site wants a tag')"),
        ),
        row(
            "canned reply",
            How::Canned,
            &[LEAVE, "[data-do=canned]"],
            Sees::Desk(
                "[...document.querySelectorAll('.canned-menu [role=option]')].some(it => it.textContent.includes('Refund in a week'))",
            ),
        ),
        row("role", How::Role, &[], Sees::Desk("document.querySelector('.rail [href=\"/admin\"]')")),
        row(
            "greeting",
            How::Set("general", json!({ "greeting": { "en": "Good to see you." } })),
            &[],
            Sees::Next("root.querySelector('.intro')?.textContent.includes('Good to see you.')"),
        ),
        row(
            "form",
            How::Set("forms", json!({ "start": [asked("name"), asked("customer_no")] })),
            &[],
            Sees::Next(
                "root.querySelector('[name=customer_no][aria-required=true]') && !root.querySelector('[name=email]')",
            ),
        ),
        row(
            "hours",
            How::Set("hours", json!({ "week": never(), "message": { "en": "We rest." } })),
            &[],
            Sees::Next("root.querySelector('.notice')?.textContent.includes('We rest.')"),
        ),
        row(
            "hours again",
            How::Set("hours", json!({ "week": null })),
            &[],
            Sees::Next("root.querySelector('[name=customer_no]')"),
        ),
        row("bot", How::Bot, &[], Sees::Next("root.querySelector('form [name=customer_no]')")),
    ]
}

#[tokio::test]
async fn each_setting_is_seen_by_whom_it_concerns_without_a_restart() {
    in_each_browser("settings", async |stage: &mut Stage| {
        let admin = stage.admin().await?;
        let claire = becomes_an_agent(stage).await?;
        stage.agent.opens_chats().await?;
        stage.agent.sizes_page(1440, 900).await?;
        stage.agent.connects().await?;
        stage.visitor.opens("/products?lang=en").await?;
        Root::of(&stage.visitor.browser).starts().await?;
        stage.agent.clicks_at(".offer [data-do=accept]").await?;
        stage.agent.replies("Hello Zoe").await?;
        Root::of(&stage.visitor.browser).says("Hello Zoe").await?;
        let mut has_begun = true;
        for setting in table() {
            if matches!(setting.sees, Sees::Next(_)) && std::mem::take(&mut has_begun) {
                ends(stage, claire).await?;
            }
            is_seen(stage, (&admin, claire), &setting).await.with_context(|| setting.name.to_owned())?;
        }
        begins_with_the_bot(stage).await
    })
    .await;
}

/// At the desk is Claire, who sets nothing up.
async fn becomes_an_agent(stage: &mut Stage) -> Result<i64> {
    let claire = NewAgent {
        email: "claire@demo.tandem".into(),
        first_name: "Claire".into(),
        last_name: "Durand".into(),
        role: Role::Agent,
        sites: SitesOf::All,
        password: "correct horse battery".into(),
    };
    (stage.agent.email, stage.agent.password) = (claire.email.clone(), claire.password.clone());
    stage.server.app.accounts.put_agent(claire).await?;
    let found = stage.server.app.accounts.agent_by_email(&stage.agent.email).await?;
    Ok(found.context("Claire has an account")?.id.0)
}

async fn is_seen(stage: &Stage, (admin, claire): (&Admin, i64), setting: &Setting) -> Result<()> {
    let (agent, widget) = (&stage.agent, Root::of(&stage.visitor.browser));
    for selector in setting.look {
        agent.clicks_at(selector).await?;
    }
    if let Sees::Desk(there) = setting.sees {
        // It comes by the change, and by nothing else.
        let before = tests::wait::eval(agent.window(), &format!("!!({there})")).await?;
        anyhow::ensure!(before == false, "it is there before");
    }
    match &setting.how {
        How::Set(of, fields) => admin.sets(of, fields.clone()).await?,
        How::Add(of, body) => admin.adds(of, body.clone()).await.map(drop)?,
        How::Bot => has_a_bot(admin).await?,
        How::Canned => {
            let reply = json!({ "site": "demo", "short": "week", "title": "Refund", "body": "Refund in a week", "lang": "" });
            admin.asks(Method::POST, "/v1/canned", reply).await.map(drop)?;
        }
        How::Role => {
            admin
                .asks(Method::PATCH, &format!("/v1/agents/{claire}"), json!({ "role": "manager" }))
                .await
                .map(drop)?;
        }
    }
    if matches!(setting.how, How::Canned) {
        // The list is asked for as it is opened.
        agent.presses_key(Key::Backspace).await?;
        agent.clicks_at("[data-do=canned]").await?;
    }
    match setting.sees {
        Sees::Widget(there) => widget.until("the change", there).await.map(drop),
        Sees::Desk(there) => agent.finds("the change", there).await.map(drop),
        Sees::Next(there) => {
            stage.visitor.opens("/help?lang=en").await?;
            widget.until("the window", "root.querySelector('.window main, .window footer')").await?;
            widget
                .until(
                    "what comes next",
                    &format!("root.querySelector('[data-act=\\'\"anew\"\\']')?.click(), ({there})"),
                )
                .await
                .map(drop)
        }
    }
}

/// Claire's part of the conversation is over; a tag is wanted by now.
async fn ends(stage: &Stage, claire: i64) -> Result<()> {
    let mut desk = Agent::log_in(stage.place(), &stage.agent.email, &stage.agent.password).await?;
    desk.connect().await?;
    let tag = desk.directory.sites.first().and_then(|it| it.tags.first()).context("a tag")?.id;
    anyhow::ensure!(desk.directory.me == claire, "it is somebody else");
    let conv =
        stage.agent.finds("the conversation", "new URLSearchParams(location.search).get('chat')").await?;
    let conv = conv.as_str().context("its name")?.to_owned();
    desk.does(&conv, chat_proto::desk::Deed::Close { tags: vec![tag] }).await?;
    Root::of(&stage.visitor.browser).says("This chat is over").await
}

async fn begins_with_the_bot(stage: &Stage) -> Result<()> {
    let widget = Root::of(&stage.visitor.browser);
    widget.until("the form", "root.querySelector('[name=customer_no]')").await?;
    let empty = widget.eval("root.querySelector('[name=name]').value === ''").await? == true;
    if empty {
        widget.fills_in(&[("name", "Zoe")]).await?;
    }
    widget.fills_in(&[("customer_no", "C-77")]).await?;
    widget.clicks("form [type=submit]").await?;
    widget.says("What is it about?").await?;
    widget.until("the bot's name", "root.querySelector('h2').textContent === 'Nora'").await.map(drop)
}
