//! Each screen as a picture, in `target/screens`: light and dark, on a desk, a tablet and a phone; and a console on both
//! sides that has nothing to say.
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tests::{
    browser::Kind,
    story::{Stage, tell},
};
use thirtyfour::WebDriver;

const SIZES: [(&str, u32, u32); 3] = [("desk", 1440, 900), ("tablet", 1024, 768), ("phone", 390, 844)];
const SCHEMES: [&str; 2] = ["light", "dark"];

/// Takes the pictures of what a window shows, in every size and scheme.
async fn pictured(window: &WebDriver, name: &str) -> Result<()> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/screens"));
    std::fs::create_dir_all(&folder)?;
    for scheme in SCHEMES {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        window.cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
        for (size, width, height) in SIZES {
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == "phone" });
            window.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
            // The frame after the next has the new looks.
            let painted =
                "requestAnimationFrame(() => requestAnimationFrame(() => arguments[0](innerWidth)))";
            let seen = window.execute_async(painted, Vec::new()).await?.json().as_u64();
            ensure!(seen == Some(width.into()), "{name} is {seen:?} wide and not {width}");
            window.screenshot(&folder.join(format!("{name}-{size}-{scheme}.png"))).await?;
            fits(window, name, size).await?;
        }
    }
    window.cdp().send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    window
        .cdp()
        .send_raw("Emulation.setEmulatedMedia", json!({ "features": [] }))
        .await
        .map(drop)
        .context(name.to_owned())
}

/// Nothing is cut off at the side, and no button is outside of the window.
async fn fits(window: &WebDriver, name: &str, size: &str) -> Result<()> {
    let wide = "document.scrollingElement.scrollWidth - innerWidth";
    let over = tests::wait::eval(window, wide).await?.as_i64().unwrap_or_default();
    ensure!(over <= 0 || name.starts_with("visitor"), "{name} is {over} pixels too wide on a {size}");
    Ok(())
}

/// What the console has said, but for the address that was asked for because it is none.
async fn is_silent(window: &WebDriver, who: &str) -> Result<()> {
    let log = window.get_log("browser").await?;
    let said: Vec<_> = log
        .into_iter()
        .map(|entry| format!("{} {}", entry.level, entry.message))
        .filter(|it| (it.starts_with("WARNING") || it.starts_with("SEVERE")) && !it.contains("/nothing - "))
        .collect();
    ensure!(said.is_empty(), "the {who}'s console says:\n{}", said.join("\n"));
    Ok(())
}

async fn desk_is_pictured(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    let window = agent.window();
    window.goto(agent.visitors()).await?;
    agent.is_told("Log in to your desk").await?;
    pictured(window, "login").await?;
    agent.fills_in_the_login().await?;
    agent.is_told("Your desk is ready").await?;
    pictured(window, "desk-empty").await?;
    visitor.opens("/products?lang=en").await?;
    tests::wait::until(window, "the visitor", "document.querySelector('[role=option]')").await?;
    pictured(window, "desk-list").await?;
    agent.chooses_the_visitor().await?;
    agent.is_told("See the page").await?;
    pictured(window, "desk-visitor").await?;
    window.goto(format!("{}/nothing", agent.desk)).await?;
    agent.is_told("There is nothing here").await?;
    pictured(window, "missing").await?;
    window.goto(agent.visitors()).await.map(drop).context("the desk")
}

async fn share_is_pictured(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    agent.asks_for_a_view().await?;
    visitor.is_told("Sophie would like to see this page").await?;
    pictured(visitor.window(), "visitor-asked").await?;
    pictured(agent.window(), "viewer-asking").await?;
    visitor.presses("allow").await?;
    visitor.is_told("Sophie sees this page").await?;
    agent.sees("page.querySelectorAll('#list li.card').length === 12 && [...page.images].slice(0, 3).every(it => it.complete)").await?;
    pictured(visitor.window(), "visitor-viewed").await?;
    agent.is_told("Viewing").await?;
    pictured(agent.window(), "viewer-viewing").await?;
    agent.takes("Indicate").await?;
    agent.clicks("h1").await?;
    visitor.is_pointed_at_by("Sophie").await?;
    agent.takes("Control").await?;
    visitor.is_told("Sophie would like to control this page").await?;
    pictured(visitor.window(), "visitor-asked-control").await?;
    pictured(agent.window(), "viewer-asking-control").await?;
    visitor.presses("allow").await?;
    visitor.is_told("Sophie is controlling this page").await?;
    pictured(visitor.window(), "visitor-controlled").await?;
    agent.is_told("You control").await?;
    pictured(agent.window(), "viewer-controlling").await?;
    visitor.presses("take-back").await?;
    visitor.presses("pause").await?;
    agent.is_told("The visitor paused").await?;
    pictured(visitor.window(), "visitor-paused").await?;
    pictured(agent.window(), "viewer-paused").await?;
    visitor.presses("resume").await?;
    agent.is_told("Viewing").await
}

async fn end_is_pictured(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    visitor.presses("stop").await?;
    visitor.is_told("Sharing has ended").await?;
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    visitor.window().cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
    visitor.sees_no_bar().await?;
    agent.is_told("The visitor stopped it.").await?;
    pictured(agent.window(), "viewer-ended").await
}

/// The pictures are for people, so one browser takes them; what can fail in them is the other stories' in both.
#[tokio::test]
async fn each_screen_is_pictured_and_no_console_complains() {
    tell("each_screen_is_pictured", Kind::Chromium, async |stage: &mut Stage| {
        desk_is_pictured(stage).await?;
        share_is_pictured(stage).await?;
        end_is_pictured(stage).await?;
        is_silent(stage.visitor.window(), "visitor").await?;
        is_silent(stage.agent.window(), "agent").await
    })
    .await;
}
