//! The main job: an agent sees a visitor's page, after a yes and not before; the demo's shop, and pages of somebody's own.
use std::{env, fs, mem, process::Stdio};

use anyhow::{Context, Result};
use http::Method;
use serde_json::json;
use tempfile::TempDir;
use tests::{
    browser::{Browser, WithBars},
    files::Files,
    story::{Stage, in_each_browser},
    wait::until,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

#[tokio::test]
async fn an_agent_sees_the_page_after_the_visitors_yes() {
    in_each_browser("an_agent_sees_the_page_after_the_visitors_yes", story).await;
}

async fn story(stage: &mut Stage) -> Result<()> {
    let with_bars = Browser::start_at(&WithBars, stage.agent.browser.kind, "en").await?;
    mem::replace(&mut stage.agent.browser, with_bars).quit().await?;
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    visitor.opens("/products?lang=en").await?;
    agent.logs_in().await?;
    agent.asks_for_a_view().await?;
    visitor.is_told("Sophie would like to see this page").await?;
    visitor.presses("allow").await?;
    agent.sees("page.querySelectorAll('#list li.card').length >= 10").await?;
    visitor.is_told("Sophie sees this page").await?;
    // The shop says in a layer how its focus looks: what every page has must not win over that.
    visitor.reads("void document.querySelector('[name=q]').focus()").await?;
    let ring = "(field => page.defaultView.getComputedStyle(field).outline)(page.querySelector('[name=q]'))";
    let visitors = visitor.reads(&ring.replace("page.", "document.")).await?;
    agent.sees(&format!("{ring} === {visitors}")).await?;
    // Only Chromium's bars can be chosen: the visitor's lie over the page, as on a phone, and the agent's stand beside it.
    let width = visitor.reads("document.documentElement.clientWidth").await?;
    agent.sees(&format!("page.documentElement.clientWidth === {width}")).await?;
    visitor.presses("stop").await?;
    visitor.sees_no_bar().await?;
    Ok(())
}

#[tokio::test]
async fn pages_of_somebodys_own_are_shared_from_a_folder_and_through_a_proxy() {
    in_each_browser("pages_of_somebodys_own", async |stage: &mut Stage| {
        let folder = TempDir::with_prefix("pages-")?;
        let own = "<!doctype html><title>Own</title><h1>Made by hand</h1><p id=where>nowhere";
        fs::write(folder.path().join("index.html"), own)?;
        fs::write(folder.path().join("running.html"), own.replace("Made by hand", "Runs already"))?;
        let site = Files::serve(vec![("/", folder.path().to_owned())]).await?;
        let path = folder.path().to_str().context("a path of letters")?;
        // Kept until the end: they go with these.
        let (_pages, pages) = serves(stage, ["--pages", path]).await?;
        let (_proxy, proxy) = serves(stage, ["--proxy", &site.url]).await?;
        let origins = json!({ "origins": [pages, proxy] });
        stage.admin().await?.asks(Method::PATCH, "/v1/sites/demo", origins).await?;

        let (visitor, agent) = (&stage.visitor, &stage.agent);
        agent.logs_in().await?;
        for (url, heading) in
            [(format!("{pages}/"), "Made by hand"), (format!("{proxy}/running.html"), "Runs already")]
        {
            visitor.window().goto(&url).await?;
            agent.window().goto(agent.visitors()).await?;
            // Where the visitor was before is forgotten when they have been away for a while.
            let alone = format!(
                "(all => all.length === 1 && all[0].textContent.includes(new URL({url:?}).pathname))([...document.querySelectorAll('[role=option]')])"
            );
            until(agent.window(), "the visitor at the page", &alone).await?;
            agent.asks_for_a_view().await?;
            visitor.is_told("Sophie would like to see this page").await?;
            visitor.presses("allow").await?;
            agent.sees(&format!("page.querySelector('h1').textContent === '{heading}'")).await?;
            visitor.reads("void (document.querySelector('#where').textContent = location.host)").await?;
            let host = format!("'{}'", url.split('/').nth(2).context("a host")?);
            agent.sees(&format!("page.querySelector('#where').textContent === {host}")).await?;
            visitor.presses("stop").await?;
            visitor.sees_no_bar().await?;
        }
        Ok(())
    })
    .await;
}

/// Starts the program that the demo serves pages with, as the demo does, and says where they are.
async fn serves(stage: &Stage, what: [&str; 2]) -> Result<(Child, String)> {
    let program = env::var_os("TANDEM_SHOP").context("TANDEM_SHOP is not set: build the shop")?;
    let mut command = Command::new(program);
    command.args(["serve", "--port", "0", "--script-origin", &stage.server.url, "--site-key", "demo"]);
    let mut child = command.args(what).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("it says nothing")?).lines();
    let url = lines.next_line().await?.context("it says where it is")?;
    Ok((child, url.trim_end_matches('/').to_owned()))
}
