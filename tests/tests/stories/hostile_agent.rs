//! An agent who obeys nothing, in control of a real page: what is secret, locked, out of reach or elsewhere stays so.
#![cfg(target_os = "linux")]

use anyhow::{Context, Result, ensure};
use cobrowse_core::{
    command::{Action, Button, Modifiers, Navigation, Receipt},
    id::{Epoch, NodeId},
    wire::{limits::MAX_TYPED, message::Ask},
};
use serde_json::{Value, json};
use tests::{
    hostile::agent::{Agent, Known},
    story::{Stage, in_each_browser},
    wait::{eval, until},
};
use tokio::task::LocalSet;

/// What the page has, and what it notes: the kinds of trusted events, and everything that was done.
const PAGE: &str = r##"
document.body.innerHTML = `
  <input id="plain">
  <input id="password" type="password" value="secret"><input id="card" autocomplete="cc-number" value="secret">
  <div data-tandem-mask><input id="masked" value="secret"><select id="choice"><option>one<option>two</select>
    <div id="editor" contenteditable>secret</div><input id="box" type="checkbox"></div>
  <div id="blocked" data-tandem-block><input value="secret"></div>
  <input id="file" type="file"><label id="label">choose<input type="file"></label>
  <label id="lead">box<input id="led" type="checkbox" data-tandem-lock></label>
  <button id="locked" data-tandem-lock>pay</button>
  <form id="form"><input id="amount"></form><button id="pay" form="form" data-tandem-lock>pay</button>
  <a id="script" href="javascript:void did.push('script')">a</a>
  <a id="out" href="https://other.example/">a</a><a id="window" href="/" target="_blank">a</a>
  <svg width="50" height="20"><a id="drawn" href="javascript:void did.push('drawn script')"><rect id="rect" width="50" height="20"/></a></svg>
  <img id="map" usemap="#areas" width="9" height="9"><map name="areas"><area id="area" shape="default" href="javascript:void did.push('area')"></map>
  <div id="of-link"><span id="slotted">a</span></div><div id="of-closed-link"><span id="slotted-closed">a</span></div>
  <div id="of-file"><span id="slotted-file">a</span></div><div id="of-box"><span id="slotted-box">a</span></div>
  <div id="of-masked-box"><span id="slotted-masked">a</span></div><div id="of-lock"><span id="slotted-lock">a</span></div>
  <label><span id="of-deep"></span><input id="deep-led" type="checkbox" data-tandem-lock></label>
  <input id="lure"><input id="deep-lure"><div id="open"></div><div id="closed"></div><a id="here" href="#here">here</a><p id="last">last</p>`;
// Components: what surrounds what they are given is in their own trees.
for (const [host, mode, inside] of [
  ["of-link", "open", `<a href="https://other.example/"><slot></slot></a>`],
  ["of-closed-link", "closed", `<a href="https://other.example/"><slot></slot></a>`],
  ["of-file", "open", `<label><slot></slot><input type="file"></label>`],
  ["of-box", "open", `<label><slot></slot><input type="checkbox" data-tandem-lock></label>`],
  ["of-masked-box", "open", `<label><slot></slot><input type="checkbox" data-tandem-mask></label>`],
  ["of-lock", "open", `<div data-tandem-lock><slot></slot></div>`],
  ["of-deep", "open", `<b id="deep">a</b>`],
]) {
  const root = document.getElementById(host).attachShadow({ mode });
  root.innerHTML = inside;
  root.querySelector("input, [data-tandem-lock]")?.addEventListener("click", () => did.push("in " + host));
}
window.clicks = 0;
window.heard = [];
document.querySelector("#of-closed-link").addEventListener("click", (event) => heard.push(event.defaultPrevented));
document.querySelector("#here").addEventListener("click", () => window.clicks++);
document.querySelector("#open").attachShadow({ mode: "open" }).innerHTML = `<input id="inner" type="password" value="secret">`;
window.shut = document.querySelector("#closed").attachShadow({ mode: "closed" });
shut.innerHTML = `<input type="password" value="secret">`;
window.did = [];
window.trusted = [];
document.querySelector("#form").addEventListener("submit", (event) => { event.preventDefault(); did.push("submit"); });
for (const id of ["locked", "pay", "led", "deep-led", "file", "box"]) document.getElementById(id).addEventListener("click", () => did.push(id));
document.querySelector("#label input").addEventListener("click", () => did.push("file of a label"));
// A page may move the focus as it likes: what is typed must not follow it into a secret.
document.querySelector("#lure").addEventListener("keydown", () => document.querySelector("#password").focus());
document.querySelector("#deep-lure").addEventListener("keydown", () => document.querySelector("#open").shadowRoot.querySelector("input").focus());
for (const kind of ["click", "mousedown", "pointerdown", "keydown", "keyup", "mousemove", "wheel", "submit"])
  addEventListener(kind, (event) => event.isTrusted && trusted.push(kind + " " + event.target.id), true);
"##;

/// Everything secret, as the page has it now.
const SECRETS: &str = "[...document.querySelectorAll('#password, #card, #masked')].map(it => it.value).concat(
    document.querySelector('#editor').textContent, document.querySelector('#blocked input').value,
    document.querySelector('#open').shadowRoot.querySelector('input').value, shut.querySelector('input').value,
    String(document.querySelector('#choice').selectedIndex), String(document.querySelector('#box').checked))";

#[tokio::test]
async fn an_agent_who_obeys_nothing_gets_nothing() {
    let story = async |stage: &mut Stage| LocalSet::new().run_until(tell(stage)).await;
    in_each_browser("an_agent_who_obeys_nothing_gets_nothing", story).await;
}

/// The agent, and the page as it knows it.
struct Hand {
    agent: Agent,
    known: Known,
}

impl Hand {
    async fn does(&self, id: &str, action: Action) -> Result<Receipt> {
        let node = self.known.nodes.get(id).with_context(|| format!("the agent never heard of {id}"))?;
        self.agent.does(*node, self.known.epoch, action).await.with_context(|| format!("at {id}"))
    }
}

async fn tell(stage: &mut Stage) -> Result<()> {
    let visitor = &stage.visitor;
    visitor.opens("/help?lang=en").await?;
    visitor.window().execute(PAGE, Vec::new()).await?;
    let mut agent = Agent::comes(&stage.server).await?;
    agent.knows(|it| it.is_connected).await?;
    agent.asks(Ask::View)?;
    visitor.is_told("Sophie would like to see this page").await?;
    visitor.presses("allow").await?;
    let known = agent.knows(|it| it.nodes.contains_key("last")).await?;
    let mut hand = Hand { agent, known };
    ensure!(hand.does("plain", typed("x")).await? == Receipt::NoGrant, "seeing is not controlling");
    hand.agent.asks(Ask::Control)?;
    visitor.is_told("Sophie would like to control this page").await?;
    visitor.presses("allow").await?;
    hand.known = hand.agent.knows(|it| it.controls).await?;
    visitor.window().execute("trusted.length = 0", Vec::new()).await?;
    let before = eval(visitor.window(), SECRETS).await?;

    // The hand works, or nothing below would say anything.
    ensure!(hand.does("plain", typed("works")).await? == Receipt::Applied);
    let long = hand.does("plain", typed(&"x".repeat(MAX_TYPED + 1))).await?;
    ensure!(long == Receipt::Refused, "what could not be taken back in the middle of it: {long:?}");
    until(visitor.window(), "the text", "document.querySelector('#plain').value === 'works'").await?;
    secrets_are_left_alone(&hand).await?;
    keys_do_not_follow_the_focus(stage, &hand).await?;
    what_only_the_visitor_may_do(stage, &hand).await?;
    nodes_that_were_not_told(&hand).await?;
    no_way_out(&hand).await?;
    let visitor = &stage.visitor;
    // The component's own listeners hear the click; the link that it keeps to itself does not.
    ensure!(hand.does("slotted-closed", click()).await? == Receipt::Applied, "the page's own listeners");
    let heard = eval(visitor.window(), "heard").await?;
    ensure!(heard == json!([false]), "a click on what a closed tree has a link around was heard as {heard}");
    eval(visitor.window(), "void document.querySelector('#here').focus()").await?;
    ensure!(hand.does("here", key("Enter")).await? == Receipt::Applied, "and still the hand works");
    let clicks = eval(visitor.window(), "clicks").await?;
    ensure!(clicks == 1, "Enter clicked {clicks} times");

    let after = eval(visitor.window(), SECRETS).await?;
    ensure!(before == after, "secrets were changed from {before} to {after}");
    let did = eval(visitor.window(), "did").await?;
    ensure!(did == Value::Array(Vec::new()), "it did {did}");
    let trusted = eval(visitor.window(), "trusted").await?;
    ensure!(trusted == Value::Array(Vec::new()), "events of the agent were trusted: {trusted}");
    ensure!(eval(visitor.window(), "location.pathname").await? == "/help", "it went away");
    ensure!(visitor.window().windows().await?.len() == 1, "a window was opened");
    Ok(())
}

async fn secrets_are_left_alone(hand: &Hand) -> Result<()> {
    for id in ["password", "card", "masked", "choice", "editor", "box", "blocked", "inner"] {
        for action in [
            click(),
            typed("x"),
            Action::SetValue("x".into()),
            key("Backspace"),
            key("Delete"),
            key(" "),
            key("ArrowDown"),
        ] {
            let name = format!("{action:?}");
            let receipt = hand.does(id, action).await?;
            ensure!(receipt == Receipt::Masked, "{name} on {id}: {receipt:?}");
        }
    }
    Ok(())
}

async fn keys_do_not_follow_the_focus(stage: &Stage, hand: &Hand) -> Result<()> {
    for lure in ["lure", "deep-lure"] {
        hand.does(lure, click()).await?;
        // Into the field that was meant, or nowhere; that it did not follow is seen at the end.
        let receipt = hand.does(lure, typed("ab")).await?;
        ensure!(matches!(receipt, Receipt::Masked | Receipt::Applied), "typed after {lure}: {receipt:?}");
        for name in ["Backspace", "Delete", "ArrowUp", "x"] {
            let receipt = hand.does("plain", key(name)).await?;
            ensure!(receipt == Receipt::Masked, "{name} after {lure}: {receipt:?}");
        }
    }
    // Nobody sees who has the focus in a closed root.
    eval(stage.visitor.window(), "void shut.querySelector('input').focus()").await?;
    for name in ["Backspace", "Delete"] {
        hand.does("plain", key(name)).await?;
    }
    hand.does("plain", click()).await?;
    Ok(())
}

async fn what_only_the_visitor_may_do(stage: &Stage, hand: &Hand) -> Result<()> {
    for (id, wanted) in [
        ("file", Receipt::Refused),
        ("label", Receipt::Refused),
        ("locked", Receipt::Locked),
        ("pay", Receipt::Locked),
        ("led", Receipt::Locked),
        ("lead", Receipt::Locked),
        ("script", Receipt::Refused),
        ("out", Receipt::Refused),
        ("window", Receipt::Refused),
        ("drawn", Receipt::Refused),
        ("rect", Receipt::Refused),
        ("area", Receipt::Refused),
        ("slotted", Receipt::Refused),
        ("slotted-file", Receipt::Refused),
        ("slotted-box", Receipt::Locked),
        ("slotted-masked", Receipt::Masked),
        ("slotted-lock", Receipt::Locked),
        ("deep", Receipt::Locked),
    ] {
        let receipt = hand.does(id, click()).await?;
        ensure!(receipt == wanted, "a click on {id}: {receipt:?}");
    }
    for id in ["file", "script", "out", "window"] {
        let focus = format!("void document.querySelector('#{id}').focus()");
        eval(stage.visitor.window(), &focus).await?;
        for name in ["Enter", " "] {
            let receipt = hand.does(id, key(name)).await?;
            ensure!(receipt == Receipt::Refused, "{name:?} on {id}: {receipt:?}");
        }
    }
    eval(stage.visitor.window(), "void document.activeElement.blur()").await?;
    // The only button of the form is locked, wherever it stands.
    hand.does("amount", click()).await?;
    hand.does("amount", key("Enter")).await?;
    Ok(())
}

async fn nodes_that_were_not_told(hand: &Hand) -> Result<()> {
    let Known { epoch, highest, .. } = hand.known;
    let node = |raw| NodeId::from_wire(raw).context("a node");
    for raw in [highest + 1, highest + 1000, u32::MAX] {
        let receipt = hand.agent.does(node(raw)?, epoch, click()).await?;
        ensure!(receipt == Receipt::NoTarget, "node {raw}: {receipt:?}");
    }
    let there = hand.known.nodes["plain"];
    for other in [epoch.0 + 1, epoch.0.wrapping_sub(1), u32::MAX] {
        let receipt = hand.agent.does(there, Epoch(other), click()).await?;
        ensure!(receipt == Receipt::Moved, "epoch {other}: {receipt:?}");
    }
    Ok(())
}

async fn no_way_out(hand: &Hand) -> Result<()> {
    for path in [
        "javascript:did.push('navigation')",
        "//other.example/",
        "/\\other.example/",
        "/\t/other.example/",
        "https://other.example/",
        "data:text/html,x",
        "help",
        "",
    ] {
        let receipt = hand.does("plain", Action::Navigate(Navigation::To(path.to_owned()))).await?;
        ensure!(receipt == Receipt::Refused, "to {path:?}: {receipt:?}");
    }
    Ok(())
}

fn click() -> Action {
    Action::Click { button: Button::Main, count: 1, modifiers: Modifiers::default() }
}

fn typed(text: &str) -> Action {
    Action::Type(text.to_owned())
}

fn key(name: &str) -> Action {
    Action::Key { key: name.to_owned(), modifiers: Modifiers::default() }
}
