//! Which conversations the desk lists, and by what they are found: tags, filters, orders and words.

use accounts::Role;
use anyhow::{Context, Result};
use chat_proto::desk::Deed;
use serde_json::{Value, json};
use tests::desk::{Desk, at_each_desk};
use thirtyfour::By;

// shows: TAG-01, TAG-02, TAG-03, ADM-04, WID-04, DSK-12
#[tokio::test]
async fn a_manager_makes_tags_mandatory_and_closing_asks_for_one() {
    at_each_desk("desk_tags", Role::Manager, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.connects().await?;
        let marie = desk.visitor("Marie Dupont").await?;
        agent.clicks_at(".offer [data-do=accept]").await?;
        agent.clicks_at(".rail [href='/admin']").await?;
        agent.reads_in("#install pre", "data-site").await?;
        agent.clicks_at("[data-part=tags]").await?;
        agent.finds("a name for a tag", "document.querySelector('#tags [name=name]')").await?;
        agent.window().find(By::Css("#tags .tag-line [name=name]")).await?.send_keys("Delivery").await?;
        agent.clicks_at("#tags .tag-line button[type=submit]").await?;
        agent.finds("the tag", "document.querySelectorAll('#tags .tag-line').length === 2").await?;
        agent.clicks_at("[data-part=general]").await?;
        agent.clicks_at("#general [name=tag-required]").await?;
        agent.clicks_at("#general button[type=submit]").await?;
        agent.reads_in("#general [role=status]", "Saved").await?;
        agent.clicks_at(".rail [href='/']").await?;
        agent.shows_list("mine").await?;
        agent.opens_row("Marie Dupont").await?;
        agent.clicks_at(".conversation [data-do=close]").await?;
        agent.reads_in(".modal", "This site wants a tag").await?;
        agent
            .finds("nothing to press", "document.querySelector('.modal button[type=submit]').disabled")
            .await?;
        agent.clicks_at(".modal [data-tag]").await?;
        agent.clicks_at(".modal button[type=submit]").await?;
        agent.reads_in(".toasts", "Chat closed").await?;
        agent.shows_list("history").await?;
        agent
            .finds("the tag in the row", "document.querySelector('.chat-row .tag-dot[title=Delivery]')")
            .await?;
        drop(marie);
        agent.is_there("away").await?;
        the_lists_are_narrowed(desk).await
    })
    .await;
}

/// Who waits, by what the agent chooses: all of it holds at once.
async fn the_lists_are_narrowed(desk: &Desk) -> Result<()> {
    let (agent, admin) = (&desk.agent, desk.admin().await?);
    let outlet = desk.another_site("outlet", "The outlet").await?;
    let mut anna = desk.visitor("Anna Blanc").await?;
    anna.write("My parcel is late").await?;
    let returns = json!({ "name": "Returns", "strategy": "manual", "first_answer_s": 3_600, "accept_timeout_s": 86_400 });
    let returns: Value = serde_json::from_str(&admin.adds("queues", returns).await?)?;
    admin.sets("general", json!({ "queue": returns["id"] })).await?;
    let mut zoe = desk.visitor("Zoe Roux").await?;
    zoe.write("A parcel came back").await?;
    let mut bob = desk.visitor("Bob Noir").await?;
    let mut max = desk.visitor_of(outlet, "Max Vert").await?;
    zoe.write("Is it yours?").await?;
    anna.leave().await;

    agent.shows_list("waiting").await?;
    agent.lists(&["Anna Blanc", "Zoe Roux", "Bob Noir", "Max Vert"]).await?;
    agent.narrows(&[("sort", "Last activity")]).await?;
    agent.lists(&["Zoe Roux", "Max Vert", "Bob Noir", "Anna Blanc"]).await?;
    agent.narrows(&[("sort", "Name")]).await?;
    agent.lists(&["Anna Blanc", "Bob Noir", "Max Vert", "Zoe Roux"]).await?;
    agent.narrows(&[("queue", "Returns")]).await?;
    agent.lists(&["Bob Noir", "Zoe Roux"]).await?;
    agent.searches("parcel").await?;
    agent.lists(&["Zoe Roux"]).await?;
    agent.narrows(&[("queue", "Any")]).await?;
    agent.lists(&["Anna Blanc", "Zoe Roux"]).await?;
    agent.narrows(&[("sort", "Waiting time")]).await?;
    agent.searches("noir").await?;
    agent.lists(&["Bob Noir"]).await?;
    agent.searches("max.vert@example").await?;
    agent.lists(&["Max Vert"]).await?;
    agent.searches("").await?;
    agent.narrows(&[("site", "The outlet")]).await?;
    agent.lists(&["Max Vert"]).await?;
    agent.narrows(&[("site", "Any"), ("online", "Offline")]).await?;
    agent.lists(&["Anna Blanc"]).await?;
    // As browsers do that were quiet for long.
    for visitor in [&mut zoe, &mut bob, &mut max] {
        visitor.connect().await?;
    }
    agent.narrows(&[("online", "Online")]).await?;
    agent.lists(&["Zoe Roux", "Bob Noir", "Max Vert"]).await?;
    closed_ones_by_their_tags(desk).await
}

/// Of what was closed, that which has this tag and not that one.
async fn closed_ones_by_their_tags(desk: &Desk) -> Result<()> {
    let lost = json!({ "name": "Lost", "colour": "#00aa00" });
    let lost: Value = serde_json::from_str(&desk.admin().await?.adds("tags", lost).await?)?;
    let mut bruno = desk.colleague().await?;
    let (conv, no) = bruno.is_asked().await?;
    bruno.does(&conv, Deed::Accept { no }).await?;
    bruno.does(&conv, Deed::Close { tags: vec![lost["id"].as_i64().context("its number")?] }).await?;
    desk.agent.shows_list("history").await?;
    desk.agent.lists(&["Anna Blanc", "Marie Dupont"]).await?;
    desk.agent.narrows(&[("tag", "Delivery")]).await?;
    desk.agent.lists(&["Marie Dupont"]).await?;
    desk.agent.narrows(&[("tag", "Lost")]).await?;
    desk.agent.lists(&["Anna Blanc"]).await
}
