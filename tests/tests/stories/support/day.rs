//! A day of support in browsers, with the pictures of it: visitors come, are offered, helped, given on, put aside,
//! shown the way in their own page, and said goodbye to.
use anyhow::{Context, Result, ensure};
use chat_client::{Agent, Visitor};
use chat_proto::{
    Form,
    desk::{Deed, Presence},
};
use serde_json::json;
use tests::{
    browser::Kind,
    story::{Stage, tell},
    widget::Root,
};

use super::taken::has_a_bot;

// shows: RAT-01
#[tokio::test]
async fn a_day_of_support_is_pictured() {
    tell("day", Kind::Chromium, async |stage: &mut Stage| {
        is_set_up(stage).await?;
        let mut karim = karim(stage).await?;
        stage.agent.opens_chats().await?;
        stage.agent.sizes_page(1440, 900).await?;
        stage.agent.connects().await?;
        asks_the_bot(stage).await?;
        is_helped(stage).await?;
        let (mut paul, mut lea) = others_come(stage, &mut karim).await?;
        is_put_aside_and_comes_back(stage, &mut paul).await?;
        is_given_on(stage, &mut karim, &mut lea).await?;
        is_shown_the_way(stage).await?;
        says_goodbye(stage).await
    })
    .await;
}

async fn is_set_up(stage: &Stage) -> Result<()> {
    let admin = stage.admin().await?;
    has_a_bot(&admin).await?;
    for (name, colour) in [("Delivery", "#2563eb"), ("Return", "#d97706")] {
        admin.adds("tags", json!({ "name": name, "colour": colour })).await?;
    }
    let custom = json!([{ "key": "basket", "kind": "money", "label": { "en": "Basket" } }]);
    admin.puts("custom", custom).await
}

/// A colleague who needs no browser.
async fn karim(stage: &Stage) -> Result<Agent> {
    let (email, password) = ("karim@demo.tandem", "correct horse battery");
    let karim = accounts::NewAgent {
        email: email.into(),
        first_name: "Karim".into(),
        last_name: "Benali".into(),
        role: accounts::Role::Agent,
        sites: accounts::SitesOf::All,
        password: password.into(),
    };
    stage.server.app.accounts.put_agent(karim).await?;
    let mut karim = Agent::log_in(stage.place(), email, password).await?;
    karim.connect().await?;
    Ok(karim)
}

/// A picture of the visitor's page.
async fn visitor_is_pictured(stage: &Stage, name: &str) -> Result<()> {
    let widget = Root::of(&stage.visitor.browser);
    let at_rest = "(root.getAnimations?.() ?? []).every(it => it.playState !== 'running' || it.effect.getComputedTiming().endTime >= 1000)";
    widget.until("everything to have arrived", at_rest).await?;
    stage.visitor.browser.is_pictured(&format!("day-{name}")).await
}

async fn asks_the_bot(stage: &Stage) -> Result<()> {
    stage.visitor.opens("/products?lang=en&utm_source=newsletter&utm_campaign=autumn").await?;
    let widget = Root::of(&stage.visitor.browser);
    widget.starts().await?;
    widget.says("What is it about?").await?;
    visitor_is_pictured(stage, "bot").await?;
    widget.clicks("[data-act='{\"choose\":1}']").await?;
    widget.says("We look where it is.").await
}

async fn is_helped(stage: &Stage) -> Result<()> {
    let (agent, widget) = (&stage.agent, Root::of(&stage.visitor.browser));
    agent.reads_in(".offer", "Zoe Martin").await?;
    agent.is_pictured("day-offer").await?;
    agent.clicks_at(".offer [data-do=accept]").await?;
    widget.says("Sophie has accepted the request").await?;
    let tell = "(Tandem.setCustomData({ basket: '129.90 EUR' }), true)";
    tests::wait::eval(stage.visitor.window(), tell).await?;
    agent.replies("Hello Zoe, what can I do for you?").await?;
    widget.says("Hello Zoe, what can I do for you?").await?;
    widget.writes("Hello. My kettle should have been here on Monday.").await?;
    widget.writes("The order is A-1077.").await?;
    agent.reads_in(".thread .bubble", "The order is A-1077.").await?;
    agent.replies("It left on Friday and is at your post office: https://parcels.example/A-1077").await?;
    widget.says("It left on Friday").await?;
    agent.clicks_at(".composer [data-mode=note]").await?;
    agent.replies("Third order this month").await?;
    agent.finds("the note", "document.querySelector('.msg.note[data-aseq]')").await?;
    agent.clicks_at(".composer [data-mode=reply]").await?;
    widget.writes("Lovely, thank you!").await?;
    agent.reads_in(".thread .bubble", "Lovely, thank you!").await?;
    agent.shows_list("mine").await?;
    agent.reads_in("[data-custom=basket]", "129").await?;
    visitor_is_pictured(stage, "chat").await
}

async fn comes(stage: &Stage, name: &str, says: &str) -> Result<Visitor> {
    let mut visitor = Visitor::new(stage.place());
    visitor.connect().await?;
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    visitor.start(Form::from([("name".into(), name.into()), ("email".into(), email)]), "en").await?;
    let conv = visitor.thread.conv.clone();
    let choose = chat_proto::visitor::FromVisitor::Choose { cid: chat_client::name(), conv, option: 2 };
    visitor.say(choose).await?;
    visitor.write(says).await?;
    Ok(visitor)
}

/// Paul is taken by Sophie; Léa is offered to her, declined, and taken by Karim, who gives her back.
async fn others_come(stage: &Stage, karim: &mut Agent) -> Result<(Visitor, Visitor)> {
    let agent = &stage.agent;
    let paul = comes(stage, "Paul Petit", "Can I send a lamp back without its box?").await?;
    agent.reads_in(".offer", "Paul Petit").await?;
    agent.clicks_at(".offer [data-do=accept]").await?;
    agent.reads_in(".thread .bubble", "without its box?").await?;
    agent.replies("I ask the workshop, and write to you here.").await?;
    let lea = comes(stage, "Léa Roux", "The teapot came with a crack.").await?;
    agent.reads_in(".offer", "Léa Roux").await?;
    agent.is_pictured("day-second-offer").await?;
    karim.be(Presence::Available).await?;
    agent.clicks_at(".offer [data-do=decline]").await?;
    let (conv, no) = karim.is_asked().await?;
    ensure!(conv == lea.thread.conv, "Karim was asked for somebody else");
    karim.does(&conv, Deed::Accept { no }).await?;
    karim.write(&conv, "I am sorry to read that.").await?;
    Ok((paul, lea))
}

async fn is_put_aside_and_comes_back(stage: &Stage, paul: &mut Visitor) -> Result<()> {
    let agent = &stage.agent;
    paul.connect().await?;
    paul.reads("the reply", |it| it.text.starts_with("I ask the workshop")).await?;
    agent.clicks_at(".conversation [data-do=snooze]").await?;
    agent.clicks_at(".modal [data-pause=reply]").await?;
    agent.is_pictured("day-pause").await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    agent.reads_in(".toasts", "Chat paused").await?;
    paul.write("I have found the box.").await?;
    agent.reads_in(".chat-row", "I have found the box.").await?;
    agent.opens_row("Paul Petit").await?;
    agent.replies("Then it is easy: the label is in your account.").await?;
    paul.connect().await?;
    paul.reads("the reply", |it| it.text.starts_with("Then it is easy")).await?;
    agent.clicks_at(".conversation [data-do=close]").await?;
    agent.clicks_at(".modal [data-tag]:last-of-type").await?;
    agent.is_pictured("day-close").await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    paul.connect().await?;
    paul.reads("the end", |it| it.meta.code == "ended").await.map(drop)?;
    Ok(())
}

/// Karim gives Léa to Sophie, who gives her back after a look.
async fn is_given_on(stage: &Stage, karim: &mut Agent, lea: &mut Visitor) -> Result<()> {
    let agent = &stage.agent;
    let sophie = karim.directory.agents.iter().find(|it| it.first_name == "Sophie").context("Sophie")?.id;
    let conv = lea.thread.conv.clone();
    let to = Deed::TransferToAgent { agent: sophie, note: "she asks for a manager".into(), force: false };
    karim.does(&conv, to).await?;
    agent.reads_in(".offer", "Transferred by Karim").await?;
    agent.clicks_at(".offer [data-do=accept]").await?;
    agent.reads_in(".thread .transfer", "Transferred from Karim to Sophie").await?;
    agent.reads_in(".thread", "she asks for a manager").await?;
    agent.replies("Hello Léa, I have seen the pictures: a new one is on its way.").await?;
    agent.is_pictured("day-transferred").await?;
    agent.clicks_at(".conversation [data-do=transfer]").await?;
    agent.clicks_at(".target[data-agent]").await?;
    agent.is_pictured("day-transfer").await?;
    karim.connect().await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    let (back, no) = karim.is_asked().await?;
    karim.does(&back, Deed::Accept { no }).await?;
    karim.does(&back, Deed::Close { tags: Vec::new() }).await?;
    lea.connect().await?;
    lea.reads("the end", |it| it.meta.code == "ended").await.map(drop)?;
    Ok(())
}

async fn is_shown_the_way(stage: &Stage) -> Result<()> {
    let (agent, widget) = (&stage.agent, Root::of(&stage.visitor.browser));
    agent.opens_row("Zoe Martin").await?;
    agent.reads_in(".thread .bubble", "Lovely, thank you!").await?;
    widget.writes("Where do I find the label, by the way?").await?;
    agent.reads_in(".thread .bubble", "Where do I find the label").await?;
    agent.is_pictured("day-desk").await?;
    let desk = agent.window().window().await?;
    stage.shares_from_the_conversation(async || visitor_is_pictured(stage, "asked").await).await?;
    agent.replies("I show you, in your own page.").await?;
    widget.says("I show you").await?;
    agent.takes("Indicate").await?;
    agent.clicks("h1").await?;
    stage.visitor.is_pointed_at_by("Sophie").await?;
    agent.is_pictured("day-viewer").await?;
    visitor_is_pictured(stage, "seen").await?;
    stage.visitor.presses("stop").await?;
    agent.window().close_window().await?;
    agent.window().switch_to_window(desk).await?;
    agent.reads_in(".thread", "The share is over").await
}

async fn says_goodbye(stage: &Stage) -> Result<()> {
    let (agent, widget) = (&stage.agent, Root::of(&stage.visitor.browser));
    agent.clicks_at(".conversation [data-do=close]").await?;
    agent.clicks_at(".modal [data-tag]").await?;
    agent.clicks_at(".modal button[type=submit]").await?;
    stage.visitor.sees_no_bar().await?;
    widget.says("This chat is over").await?;
    widget.clicks(".star:nth-of-type(4)").await?;
    widget.clicks(".rating textarea").await?;
    widget.types("She showed me the way").await?;
    visitor_is_pictured(stage, "rating").await?;
    widget.clicks(".rating [type=submit]").await?;
    widget.says("Thank you for your answer").await?;
    agent.reads_in(".thread [data-rating='4'] .rating-words", "She showed me the way").await?;
    let full = "document.querySelectorAll('.thread [data-rating] .rating-stars .full').length === 4";
    agent.finds("four full stars", full).await?;
    agent.shows_list("history").await?;
    let row = "[...document.querySelectorAll('.chat-row:has([data-stars=\"4\"])')].some(it => it.textContent.includes('Zoe Martin'))";
    agent.finds("the stars in the visitor's row", row).await?;
    for name in ["Zoe Martin", "Paul Petit", "Léa Roux"] {
        agent.reads_in(".chat-row .row-who", name).await?;
    }
    agent.is_pictured("day-history").await
}
