//! The desk and the widget on a phone, 390 × 844. What is looked at here is no engine's own: Chromium tells it alone.
use accounts::Role;
use anyhow::{Context, Result, ensure};
use chat_client::{Agent, Visitor};
use chat_proto::desk::Deed;
use http::Method;
use serde_json::json;
use tests::{
    browser::Kind,
    desk::{Desk, at_desk},
    wait::eval,
    widget::{Screen, Stage, becomes_a_phone, tell},
};
use thirtyfour::By;

// shows: TRF-02, FIL-14, INF-14, END-09, MOB-01
#[tokio::test]
async fn an_agent_on_a_phone_sends_gives_on_takes_back_looks_back_and_ends() {
    at_desk("desk_on_a_phone", (Kind::Chromium, "en", Role::Agent), async |desk: &mut Desk| {
        becomes_a_phone(&desk.agent.browser).await?;
        desk.agent.opens_chats().await?;
        desk.agent.connects().await?;
        let mut marie = desk.visitor("Marie Dupont").await?;
        desk.agent.clicks_at(".offer [data-do=accept]").await?;
        sends_files(desk, &mut marie).await?;
        answers_by_a_canned_reply(desk, &mut marie).await?;
        puts_it_aside(desk).await?;
        let mut bruno = desk.colleague().await?;
        gives_it_on_and_takes_it_back(desk, &mut bruno).await?;
        ends_it(desk, &mut marie).await?;
        looks_back(desk, &mut marie).await?;
        blocks(desk, &mut marie).await
    })
    .await;
}

/// Of documents, only PDF; and pictures.
async fn sends_files(desk: &Desk, marie: &mut Visitor) -> Result<()> {
    let agent = &desk.agent;
    agent.finds("the field of files", "document.querySelector('#files')").await?;
    let accept = eval(agent.window(), "document.querySelector('#files').accept").await?;
    let accept = accept.as_str().unwrap_or_default();
    ensure!(accept.contains("image/") && accept.contains("pdf"), "the phone is asked for {accept:?}");
    let field = agent.window().find(By::Id("files")).await?;
    field.send_keys(desk.file("contract.docx", "PK")?).await?;
    agent.reads_in(".composer-alert", "only pictures and PDF documents").await?;
    agent.finds("no file", "!document.querySelector('.attachment')").await?;
    field.send_keys(desk.file("invoice.pdf", "%PDF-1.7\n%%EOF\n")?).await?;
    agent.finds("the file", "document.querySelectorAll('.attachment').length === 1").await?;
    agent.types_reply("Your invoice").await?;
    agent.clicks_at(".composer [data-do=send]").await?;
    marie.connect().await?;
    let sent = marie.reads("the document", |it| it.kind == "file").await?;
    ensure!(sent.meta.files[0].name == "invoice.pdf", "it is {:?}", sent.meta.files);
    agent.finds("an empty composer", "!document.querySelector('.attachment')").await?;
    let picture = desk.file("kettle.png", "")?;
    std::fs::write(&picture, agent.window().screenshot_as_png().await?)?;
    agent.window().find(By::Id("files")).await?.send_keys(&picture).await?;
    agent.finds("the picture", "document.querySelectorAll('.attachment').length === 1").await?;
    agent.clicks_at(".composer [data-do=send]").await?;
    let is_picture = |it: &chat_proto::message::Msg| it.meta.files.iter().any(|it| it.size.is_some());
    marie.connect().await?;
    marie.reads("the picture", is_picture).await.map(drop)?;
    Ok(())
}

async fn answers_by_a_canned_reply(desk: &Desk, marie: &mut Visitor) -> Result<()> {
    let agent = &desk.agent;
    let account = desk.server.app.accounts.agent_by_email(&agent.email).await?;
    let me = account.context("an account")?.id.0;
    let reply =
        json!({ "site": "demo", "agent": me, "short": "thanks", "title": "Thanks", "body": "Thank you, " });
    desk.admin().await?.asks(Method::POST, "/v1/canned", reply).await?;
    agent.types_reply("/tha").await?;
    agent.clicks_at(".canned-menu .canned-line").await?;
    agent.finds("its text", "document.querySelector('#reply').value === 'Thank you, '").await?;
    agent.types_reply("Marie").await?;
    agent.clicks_at(".composer [data-do=send]").await?;
    marie.connect().await?;
    marie.reads("the reply", |it| it.text == "Thank you, Marie").await?;
    Ok(())
}

async fn puts_it_aside(desk: &Desk) -> Result<()> {
    let agent = &desk.agent;
    does(desk, "snooze").await?;
    agent.clicks_at(".modal [data-pause=day]").await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.reads_in(".toasts", "Chat paused").await?;
    does(desk, "wake").await?;
    agent.finds("the composer again", "document.querySelector('#reply')").await.map(drop)
}

/// The visitor who comes back once too often; a manager could let them come again, an agent cannot.
async fn blocks(desk: &Desk, marie: &mut Visitor) -> Result<()> {
    let agent = &desk.agent;
    agent.window().back().await?;
    does(desk, "block").await?;
    agent.types_in_dialog("reason", "insults").await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.reads_in(".toasts", "Visitor blocked").await?;
    ensure!(desk.starts(marie).await.is_err(), "a blocked visitor began again");
    agent.clicks_at("[popovertarget=conversation-more]").await?;
    agent.finds("nothing to unblock with", "!document.querySelector('[data-do=unblock]')").await.map(drop)
}

/// To a colleague at a desk, who gives it back to the phone.
async fn gives_it_on_and_takes_it_back(desk: &Desk, bruno: &mut Agent) -> Result<()> {
    let agent = &desk.agent;
    does(desk, "transfer").await?;
    agent.clicks_at(".target[data-agent]").await?;
    agent.is_pictured("phone-transfer").await?;
    bruno.connect().await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    let (conv, no) = bruno.is_asked().await?;
    bruno.does(&conv, Deed::Accept { no }).await?;
    agent.reads_in(".thread .transfer", "Transferred from Claire to Bruno").await?;
    let me = bruno.directory.agents.iter().find(|it| it.first_name == "Claire").context("Claire")?.id;
    bruno.does(&conv, Deed::TransferToAgent { agent: me, note: "yours".into(), force: false }).await?;
    agent.reads_in(".offer", "Marie Dupont").await?;
    agent.reads_in(".offer [data-offer=note]", "yours").await?;
    agent.clicks_at(".offer [data-do=accept]").await?;
    agent.reads_in(".thread .transfer", "Transferred from Bruno to Claire").await
}

/// Presses a tool of the conversation, wherever a phone has it: beside the name, or behind the three dots.
async fn does(desk: &Desk, deed: &str) -> Result<()> {
    let agent = &desk.agent;
    let seen = format!(
        "[...document.querySelectorAll('.conversation [data-do={deed}]')].some(it => it.checkVisibility())"
    );
    agent
        .finds("the conversation's tools", "document.querySelector('[popovertarget=conversation-more]')")
        .await?;
    if eval(agent.window(), &seen).await? != true {
        agent.clicks_at("[popovertarget=conversation-more]").await?;
    }
    agent.clicks_at(&format!(".conversation [data-do={deed}]")).await
}

async fn ends_it(desk: &Desk, marie: &mut Visitor) -> Result<()> {
    let agent = &desk.agent;
    let inside = "(it => it && 0 <= it.left && it.right <= innerWidth && 0 <= it.top && 40 <= it.height)
        (document.querySelector('.conversation [data-do=close]')?.getBoundingClientRect())";
    agent.finds("the icon that closes, as large as a finger", inside).await?;
    agent.clicks_at(".conversation [data-do=close]").await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.reads_in(".toasts", "Chat closed").await?;
    marie.connect().await?;
    marie.reads("the end", |it| it.meta.code == "ended").await.map(drop)?;
    Ok(())
}

/// The button at the top leads to the conversation of before.
async fn looks_back(desk: &Desk, marie: &mut Visitor) -> Result<()> {
    let agent = &desk.agent;
    agent.clicks_at(".conversation .back").await?;
    desk.starts(marie).await?;
    agent.clicks_at(".offer [data-do=accept]").await?;
    agent.replies("The second time").await?;
    marie.connect().await?;
    marie.reads("the reply", |it| it.text == "The second time").await?;
    agent.clicks_at(".conversation [data-do=past]").await?;
    agent.finds("the file", "location.pathname.startsWith('/contacts/')").await?;
    agent.reads_in("main", "Your invoice").await?;
    agent.is_pictured("phone-past").await
}

// shows: FIL-13
#[tokio::test]
async fn a_visitor_on_a_phone_takes_a_picture_or_chooses_one() {
    tell("pictures_of_a_phone", Kind::Chromium, Screen::Phone, async |stage: &mut Stage| {
        let conv = stage.talks().await?;
        let folder = tempfile::tempdir()?;
        for (camera, name) in [(true, "taken.png"), (false, "chosen.png")] {
            let picture = folder.path().join(name);
            std::fs::write(&picture, stage.visitor.driver.screenshot_as_png().await?)?;
            let widget = stage.widget();
            if camera {
                widget.takes_a_picture(&picture).await?;
            } else {
                widget.chooses_files(&[&picture]).await?;
            }
            widget.until("the picture in the tray", "root.querySelector('.tray .file')").await?;
            widget.clicks("[data-send]").await?;
            let agent = stage.agent.as_mut().context("an agent")?;
            let wanted = |it: &chat_proto::message::Msg| it.meta.files.iter().any(|it| it.name == name);
            let sent = agent.reads(&conv, wanted).await?;
            ensure!(sent.meta.files[0].size.is_some(), "it is no picture: {:?}", sent.meta.files);
            let painted = format!("root.querySelector('.picture canvas[aria-label=\"{name}\"]')?.width > 40");
            stage.widget().until("the picture in the thread", &painted).await?;
        }
        stage.is_pictured("phone-pictures").await
    })
    .await;
}
