//! Pages and commands find their way over data channels, and lose nothing when those, or everything, are cut.
#![cfg(target_os = "linux")]

use std::{ops::RangeInclusive, time::Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{
    agent::PAGE,
    browser::Kind,
    lab::Block,
    lab_stage::{LabStage, Lanes, tell},
    wait::{PATIENCE, eval, until},
};

/// One test of each story in each of its browsers.
macro_rules! in_browsers {
    ($($story:ident: $($name:ident = $kind:ident),+;)+) => {$(
        mod $story {
            $(#[tokio::test]
            async fn $name() {
                super::tell(stringify!($story), super::Kind::$kind, super::$story).await;
            })+
        }
    )+};
}

in_browsers! {
    small_frames_take_data_channels: chromium = Chromium, firefox = Firefox;
    nothing_is_lost_when_udp_dies: chromium = Chromium, firefox = Firefox;
    the_websocket_carries_all_when_udp_is_blocked: chromium = Chromium, firefox = Firefox;
    a_cut_of_five_seconds_costs_no_keyframe: chromium = Chromium, firefox = Firefox;
    a_restarted_server_goes_on_with_the_share: chromium = Chromium, firefox = Firefox;
}

async fn small_frames_take_data_channels(stage: &LabStage) -> Result<()> {
    stage.shares("/products?lang=en").await?;
    stage.controls().await?;
    stage.has_data_channels().await?;
    stage.agent.clicks("#filters input[name=q]").await?;
    let begun = Instant::now();
    for round in 1.. {
        let seen = is_busy(stage, round).await?;
        // On a machine that has other things to do a lane may be late, and the other one is taken for a while.
        match take_data_channels(&seen) {
            Err(_) if begun.elapsed() < PATIENCE => {}
            told => return told,
        }
    }
    Ok(())
}

/// What passes the server in small frames: pages and commands, both ways; and pointers.
const SMALL: [(&str, &str); 5] =
    [("in", "page"), ("out", "page"), ("in", "control"), ("out", "control"), ("out", "pointer")];

/// Forty changes of the page, twenty commands and twenty movements: by which lanes they came.
async fn is_busy(stage: &LabStage, round: u32) -> Result<[Lanes; 5]> {
    const TYPED: &str = "twenty small commands";
    let agent = &stage.agent;
    let count = || SMALL.map(|(direction, channel)| stage.frames(direction, channel));
    let before = count();
    counts(stage, round * 40 - 39..=round * 40).await?;
    is_seen(stage, round * 40).await?;
    agent.types(TYPED).await?;
    is_typed(stage, &TYPED.repeat(round as usize)).await?;
    for _ in 0..10 {
        agent.points_at("h1").await?;
        agent.points_at("#filters input[name=q]").await?;
    }
    let mut seen = count();
    seen.iter_mut().zip(before).for_each(|(after, before)| *after = after.since(before));
    Ok(seen)
}

fn take_data_channels(seen: &[Lanes; 5]) -> Result<()> {
    let [small @ .., pointers] = seen;
    for (way, by_lane) in SMALL.iter().zip(small) {
        mostly_data_channels(*by_lane).with_context(|| format!("{way:?}"))?;
    }
    ensure!(pointers.unreliable > pointers.websocket, "pointers: {pointers:?}");
    Ok(())
}

async fn nothing_is_lost_when_udp_dies(stage: &LabStage) -> Result<()> {
    stage.shares("/products?lang=en").await?;
    stage.controls().await?;
    stage.has_data_channels().await?;
    let wanted = stage.keyframes_wanted();
    is_watched(stage).await?;
    stage.agent.clicks("#filters input[name=q]").await?;
    stage.agent.types("each letter once, ").await?;
    counts(stage, 1..=20).await?;
    stage.block(Block::Udp);
    let before = stage.frames("in", "page");
    stage.agent.types("and each in its place").await?;
    counts(stage, 21..=60).await?;
    is_seen(stage, 60).await?;
    came_in_order(stage, 60).await?;
    is_typed(stage, "each letter once, and each in its place").await?;
    let after = stage.frames("in", "page").since(before);
    ensure!(after.websocket > 0, "the rest came by WebSocket: {after:?}");
    ensure!(stage.lab.link.counts().to_servers.udp.blocked > 0, "data channels were in use");
    ensure!(stage.keyframes_wanted() == wanted, "a keyframe was wanted");
    Ok(())
}

async fn the_websocket_carries_all_when_udp_is_blocked(stage: &LabStage) -> Result<()> {
    stage.block(Block::Udp);
    stage.shares("/products?lang=en").await?;
    stage.controls().await?;
    let tried = stage.lab.link.until("a try by UDP", |it| it.to_servers.udp.blocked > 0);
    tried.await?;
    is_watched(stage).await?;
    counts(stage, 1..=40).await?;
    is_seen(stage, 40).await?;
    came_in_order(stage, 40).await?;
    stage.agent.clicks("#filters input[name=q]").await?;
    stage.agent.types("kettle").await?;
    is_typed(stage, "kettle").await?;
    let pages = stage.frames("in", "page");
    ensure!(pages.reliable == 0 && pages.websocket > 0, "{pages:?}");
    Ok(())
}

async fn a_cut_of_five_seconds_costs_no_keyframe(stage: &LabStage) -> Result<()> {
    stage.shares("/products?lang=en").await?;
    stage.has_data_channels().await?;
    let wanted = stage.keyframes_wanted();
    is_watched(stage).await?;
    stage.block(Block::Everything);
    let counted = "const done = arguments[0], title = document.querySelector('h1');
        let number = 0;
        const timer = setInterval(() => {
          title.textContent = ++number;
          if (number === 50) { clearInterval(timer); done(); }
        }, 100);";
    stage.visitor.window().execute_async(counted, Vec::new()).await?;
    let cut = stage.lab.link.counts().to_servers;
    ensure!(cut.udp.blocked > 0 && cut.tcp.blocked > 0, "both lanes were tried: {cut:?}");
    stage.block(Block::Nothing);
    is_seen(stage, 50).await?;
    came_in_order(stage, 50).await?;
    stage.visitor.is_told("Sophie sees this page").await?;
    counts(stage, 51..=60).await?;
    is_seen(stage, 60).await?;

    stage.agent.window().refresh().await?;
    is_seen(stage, 60).await?;
    counts(stage, 61..=70).await?;
    is_seen(stage, 70).await?;
    ensure!(stage.keyframes_wanted() == wanted, "a keyframe was wanted");
    Ok(())
}

/// What stood is what the visitor's page, the authority, still holds; the rest is made anew.
async fn a_restarted_server_goes_on_with_the_share(stage: &LabStage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    stage.shares("/products?lang=en").await?;
    stage.controls().await?;
    stage.has_data_channels().await?;
    counts(stage, 1..=5).await?;
    is_seen(stage, 5).await?;
    stage.stops_server().await?;
    visitor.is_told("Reconnecting").await?;
    counts(stage, 6..=10).await?;
    stage.starts_server().await?;
    is_seen(stage, 10).await?;
    visitor.is_told("Sophie is controlling this page").await?;
    stage.has_data_channels().await?;
    is_watched(stage).await?;
    counts(stage, 11..=20).await?;
    is_seen(stage, 20).await?;
    came_in_order(stage, 20).await?;
    is_equal(stage).await?;
    agent.clicks("#filters input[name=q]").await?;
    agent.types("kettle").await?;
    is_typed(stage, "kettle").await?;

    visitor.presses("take-back").await?;
    visitor.is_told("Sophie sees this page").await?;
    agent.types(" and more").await?;
    // A mark passes on the same ordered channel as commands: when it is here, they were refused.
    agent.takes("Indicate").await?;
    agent.clicks("#filters").await?;
    visitor.is_pointed_at_by("Sophie").await?;
    is_typed(stage, "kettle").await
}

/// Waits until the visitor's field holds exactly this.
async fn is_typed(stage: &LabStage, text: &str) -> Result<()> {
    let typed = format!("document.querySelector('[name=q]').value === '{text}'");
    until(stage.visitor.window(), &format!("{text:?} in the field"), &typed).await?;
    Ok(())
}

/// The agent sees the elements that the visitor's page has, with their texts; a template stands for a script, and what
/// fields hold is masked.
async fn is_equal(stage: &LabStage) -> Result<()> {
    let elements = "[...page.querySelectorAll('main *:not(script, noscript, template)')]
        .map(it => [it.localName, it.getAttribute('class'), it.children.length ? '' : it.textContent])";
    let visitors = eval(stage.visitor.window(), &format!("((page) => {elements})(document)")).await?;
    let agents = stage.agent.reads(elements).await?;
    let (visitors, agents) = (visitors.as_array().context("a list")?, agents.as_array().context("a list")?);
    ensure!(visitors.len() > 100, "too few to say anything: {visitors:?}");
    for index in 0..visitors.len().max(agents.len()) {
        let (one, other) = (visitors.get(index), agents.get(index));
        ensure!(one == other, "element {index}: the visitor has {one:?}, the agent sees {other:?}");
    }
    Ok(())
}

/// At least 9 in 10, of at least 20.
fn mostly_data_channels(by_lane: Lanes) -> Result<()> {
    ensure!(by_lane.total() >= 20, "too few to say anything: {by_lane:?}");
    ensure!(by_lane.websocket * 10 <= by_lane.total(), "{by_lane:?}");
    Ok(())
}

/// The visitor's page shows one number after the other, each in a change of its own.
async fn counts(stage: &LabStage, numbers: RangeInclusive<u32>) -> Result<()> {
    for number in numbers {
        let change = format!("document.querySelector('h1').textContent = '{number}'");
        eval(stage.visitor.window(), &change).await?;
    }
    Ok(())
}

/// Waits until the agent's view shows the number.
async fn is_seen(stage: &LabStage, number: u32) -> Result<()> {
    stage.agent.sees(&format!("page.querySelector('h1').textContent === '{number}'")).await?;
    Ok(())
}

/// Keeps each number that the agent's view shows from now on. A keyframe would take the view that is watched away.
async fn is_watched(stage: &LabStage) -> Result<()> {
    let watch = format!(
        "window.seen = []; const title = {PAGE}.querySelector('h1');
         window.watch = new MutationObserver(() => {{ if (title.textContent) seen.push(+title.textContent); }});
         window.watch.observe(title, {{ childList: true, characterData: true, subtree: true }});"
    );
    stage.agent.window().execute(watch, Vec::new()).await?;
    Ok(())
}

/// What was watched: each number after a smaller one, and at last this one. Changes that were held back for lack of
/// room may have come as one.
async fn came_in_order(stage: &LabStage, last: u32) -> Result<()> {
    let seen = eval(stage.agent.window(), "window.seen").await?;
    let seen: Vec<_> = seen.as_array().context("nothing was watched")?.iter().map(Value::as_u64).collect();
    ensure!(seen.is_sorted_by(|one, next| one < next), "not in order, or twice: {seen:?}");
    ensure!(seen.last() == Some(&Some(u64::from(last))), "the last is not {last}: {seen:?}");
    Ok(())
}
