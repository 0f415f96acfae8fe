//! The chat in several tabs of one browser: one conversation and one line to the server, whichever tab speaks, begins,
//! ends, logs out, or dies.
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chat_client::Agent;
use chat_proto::{
    desk::{List, Query},
    message::From,
};
use serde_json::json;
use tests::{
    browser::Kind,
    wait::PATIENCE,
    widget::{Screen, Stage, in_each_browser, tell},
};
use thirtyfour::WindowHandle;

const ANSWERED: &str = "Sophie has accepted the request";
/// Enter in the composer, by a script: what follows in the same task comes before anything else happens.
const ENTER: &str = "root.querySelector('[data-compose]').dispatchEvent(new KeyboardEvent('keydown',
    { key: 'Enter', bubbles: true, cancelable: true }))";

async fn here(stage: &Stage) -> Result<WindowHandle> {
    stage.visitor.driver.window().await.context("the tab")
}

async fn goes_to(stage: &Stage, tab: &WindowHandle) -> Result<()> {
    stage.visitor.driver.switch_to_window(tab.clone()).await.context("the tab")?;
    // Chromium's driver speaks to a tab without showing it.
    if stage.visitor.kind == Kind::Chromium {
        stage.visitor.driver.cdp().send_raw("Page.bringToFront", json!({})).await?;
    }
    Ok(())
}

/// Another tab, at a page, with the chat open.
async fn another(stage: &Stage, path: &str) -> Result<WindowHandle> {
    let tab = stage.visitor.driver.new_tab().await?;
    goes_to(stage, &tab).await?;
    stage.opens(path).await?;
    stage.widget().opens().await?;
    Ok(tab)
}

/// A conversation with the agent, in one tab.
async fn talks(stage: &mut Stage) -> Result<(String, WindowHandle)> {
    let conv = stage.talks().await?;
    stage.widget().says(ANSWERED).await?;
    Ok((conv, here(stage).await?))
}

/// What the visitor wrote, as the agent reads it.
fn read(stage: &Stage, conv: &str) -> Result<Vec<String>> {
    let thread = &stage.agent.as_ref().context("an agent")?.open[conv];
    let own = thread.msgs.iter().filter(|it| it.from == From::Visitor && it.kind == "text");
    Ok(own.map(|it| it.text.clone()).collect())
}

/// An agent whom nobody lets read for so long that the server takes them for gone comes back.
async fn is_there(stage: &mut Stage) -> Result<&mut Agent> {
    let agent = stage.agent.as_mut().context("an agent")?;
    match agent.rest(Duration::from_millis(5)).await {
        Err(error) if error.passes() => {
            agent.cut();
            agent.connect().await?;
        }
        rested => rested?,
    }
    Ok(agent)
}

async fn reads(stage: &mut Stage, conv: &str, text: &str) -> Result<()> {
    is_there(stage).await?.reads(conv, |it| it.text == text).await?;
    Ok(())
}

async fn count(stage: &mut Stage, list: List) -> Result<usize> {
    let agent = is_there(stage).await?;
    agent.watch(Query { list, ..Query::default() }).await?;
    Ok(agent.rows.len())
}

// shows: WID-08, ERR-04
#[tokio::test]
async fn a_start_in_two_tabs_at_once_is_one_conversation() {
    in_each_browser("tabs_start", async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        let form = [("name", "Zoe Martin"), ("email", "zoe@example.test")];
        stage.opens("/products?lang=en").await?;
        stage.widget().opens().await?;
        stage.widget().fills_in(&form).await?;
        let first = here(stage).await?;
        let on_call = "void ((window.go = new BroadcastChannel('go')).onmessage = () => root.querySelector('form [type=submit]').click())";
        stage.widget().eval(on_call).await?;
        let second = another(stage, "/help?lang=en").await?;
        stage.widget().fills_in(&form).await?;
        is_there(stage).await?;
        let both = "void (new BroadcastChannel('go').postMessage(1), root.querySelector('form [type=submit]').click())";
        stage.widget().eval(both).await?;
        stage.widget().until("the thread", "root.querySelector('.thread')").await?;
        let conv = stage.the_agent_accepts().await?;
        for (tab, text) in [(&first, "From the first"), (&second, "From the second")] {
            goes_to(stage, tab).await?;
            stage.widget().says(ANSWERED).await?;
            stage.widget().writes(text).await?;
            stage.widget().has_sent(text).await?;
            reads(stage, &conv, text).await?;
        }
        for (list, expected) in [(List::Mine, 1), (List::Waiting, 0), (List::Bot, 0), (List::History, 0)] {
            let found = count(stage, list).await?;
            ensure!(found == expected, "{found} conversations in {list:?}");
        }
        Ok(())
    })
    .await;
}

// shows: END-03, END-06
#[tokio::test]
async fn what_is_ended_in_one_tab_is_over_in_the_other_and_begins_anew_in_both() {
    in_each_browser("tabs_end", async |stage: &mut Stage| {
        let (conv, first) = talks(stage).await?;
        let second = another(stage, "/help?lang=en").await?;
        stage.widget().says(ANSWERED).await?;
        stage.widget().clicks("header [data-act='\"end\"']").await?;
        stage.widget().clicks("[data-act='{\"confirm\":true}']").await?;
        for tab in [&first, &second] {
            goes_to(stage, tab).await?;
            stage.widget().says("You ended the chat").await?;
            stage.widget().until("no composer", "!root.querySelector('[data-compose]')").await?;
        }
        let agent = is_there(stage).await?;
        agent.reads(&conv, |it| it.meta.code == "ended_by_visitor").await?;
        // The next one begins in the tab that does not lead, and is the other's as well.
        is_there(stage).await?;
        stage.widget().clicks("[data-act='\"anew\"']").await?;
        // The rating is a form, too.
        stage.widget().clicks("[data-form=start] [type=submit]").await?;
        stage.widget().until("no ending", "!root.querySelector('.ending')").await?;
        let next = stage.the_agent_accepts().await?;
        ensure!(next != conv, "a new conversation has a name of its own");
        for tab in [&second, &first] {
            goes_to(stage, tab).await?;
            stage.widget().says(ANSWERED).await?;
        }
        Ok(())
    })
    .await;
}

/// A tab has died after so long, whether its driver says so or not.
const CRASH: Duration = Duration::from_secs(5);

/// How a tab goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Its process dies.
    Crash,
    /// It is closed while a script runs.
    Close,
}

/// The tab in front sends something, and is gone before it can hear of its arrival.
async fn sends_and_dies(stage: &Stage, text: &str, end: End) -> Result<()> {
    let widget = stage.widget();
    widget.clicks("[data-compose]").await?;
    widget.types(text).await?;
    // Long enough for an acknowledgement to come in the meantime and not to be heard.
    let send = format!(
        "void ({ENTER}, setTimeout(() => {{ const end = Date.now() + 700; while (Date.now() < end); }}))"
    );
    widget.eval(&send).await?;
    match end {
        End::Crash => {
            // The tab does not live to answer, and its driver may wait for that.
            let cdp = stage.visitor.driver.cdp();
            let _ = tokio::time::timeout(CRASH, cdp.send_raw("Page.crash", json!({}))).await;
        }
        End::Close => stage.visitor.driver.close_window().await?,
    }
    Ok(())
}

async fn dies_mid_send(stage: &mut Stage, ends: &[End]) -> Result<()> {
    let (conv, mut leader) = talks(stage).await?;
    let mut sent = Vec::new();
    for (n, end) in ends.iter().enumerate() {
        let next = another(stage, "/help?lang=en").await?;
        stage.widget().says(ANSWERED).await?;
        goes_to(stage, &leader).await?;
        let text = format!("Last words {n}");
        sends_and_dies(stage, &text, *end).await?;
        goes_to(stage, &next).await?;
        stage.widget().has_sent(&text).await?;
        let after = format!("After them {n}");
        stage.widget().writes(&after).await?;
        stage.widget().has_sent(&after).await?;
        stage.widget().until("nothing on its way", "!root.querySelector('.pending, .failed')").await?;
        sent.extend([text, after.clone()]);
        reads(stage, &conv, &after).await?;
        let got = read(stage, &conv)?;
        ensure!(got == sent, "after {end:?} the agent reads {got:?}");
        leader = next;
    }
    let shown = "[...root.querySelectorAll('.me[data-seq] .bubble')].map(it => it.textContent)";
    let shown: Vec<String> = serde_json::from_value(stage.widget().eval(shown).await?)?;
    ensure!(shown == sent, "the visitor reads {shown:?}");
    Ok(())
}

// shows: ERR-04
#[tokio::test]
async fn what_a_leading_tab_sent_as_it_died_arrives_once_in_chromium() {
    tell("tabs_die", Kind::Chromium, Screen::Desktop, async |stage: &mut Stage| {
        dies_mid_send(stage, &[End::Crash, End::Close, End::Crash]).await
    })
    .await;
}

// shows: ERR-04
#[tokio::test]
async fn what_a_leading_tab_sent_as_it_was_closed_arrives_once_in_firefox() {
    tell("tabs_die", Kind::Firefox, Screen::Desktop, async |stage: &mut Stage| {
        dies_mid_send(stage, &[End::Close, End::Close, End::Close]).await
    })
    .await;
}

#[tokio::test]
async fn who_logs_out_in_one_tab_is_nobody_in_all_of_them() {
    in_each_browser("tabs_log_out", async |stage: &mut Stage| {
        let (conv, first) = talks(stage).await?;
        stage.widget().writes("My secret is kept").await?;
        stage.widget().has_sent("My secret is kept").await?;
        stage.widget().types("A draft of mine").await?;
        let second = another(stage, "/help?lang=en").await?;
        stage.widget().says("My secret is kept").await?;
        let before = secret(stage).await?;
        tests::wait::eval(&stage.visitor.driver, "void Tandem.logout()").await?;
        for tab in [&second, &first] {
            goes_to(stage, tab).await?;
            stage.widget().until("no window", "!root.querySelector('.window')").await?;
            let kept = "[...Object.entries(localStorage), ...Object.entries(sessionStorage)].map(it => it.join(' ')).join('\\n')";
            let kept = tests::wait::eval(&stage.visitor.driver, kept).await?;
            let kept = kept.as_str().unwrap_or_default();
            for own in ["My secret", "A draft", "zoe@", &conv, &before] {
                ensure!(!kept.contains(own), "{own:?} is still kept: {kept}");
            }
        }
        // What is said to who was here is not for who is here now.
        stage.agent.as_mut().context("an agent")?.write(&conv, "For Zoe alone").await?;
        for tab in [&second, &first] {
            goes_to(stage, tab).await?;
            stage.widget().opens().await?;
            let name = stage.widget().until("the form", "root.querySelector('[name=name]')").await;
            name.context("the form is there again")?;
            let text = stage.widget().text().await?;
            ensure!(!text.contains("For Zoe alone") && !text.contains("My secret"), "it says {text}");
            let filled = stage.widget().eval("[...root.querySelectorAll('form input')].map(it => it.value).join('')").await?;
            ensure!(filled == "", "the form says {filled}");
        }
        is_there(stage).await?;
        stage.widget().fills_in(&[("name", "Max"), ("email", "max@example.test")]).await?;
        stage.widget().clicks("form [type=submit]").await?;
        let next = stage.the_agent_accepts().await?;
        ensure!(next != conv, "somebody else has a conversation of their own");
        for tab in [&first, &second] {
            goes_to(stage, tab).await?;
            stage.widget().says(ANSWERED).await?;
            ensure!(!stage.widget().text().await?.contains("My secret"), "the thread of before is shown");
        }
        Ok(())
    })
    .await;
}

async fn secret(stage: &Stage) -> Result<String> {
    let secret = "localStorage['tandem.chat:demo:secret']";
    let found = tests::wait::until(&stage.visitor.driver, "the secret", secret).await?;
    Ok(found.as_str().context("a secret")?.to_owned())
}

/// The sockets of visitors on the server, once there are so many.
async fn has_sockets(stage: &Stage, expected: usize) -> Result<()> {
    let begun = Instant::now();
    while stage.chat.visitor_sockets() != expected {
        ensure!(begun.elapsed() < PATIENCE, "{} sockets are open", stage.chat.visitor_sockets());
        tokio::task::yield_now().await;
    }
    Ok(())
}

#[tokio::test]
async fn seven_tabs_hear_everything_over_one_socket() {
    in_each_browser("tabs_seven", async |stage: &mut Stage| {
        let (conv, first) = talks(stage).await?;
        let mut tabs = vec![first];
        for path in ["/help", "/basket", "/products", "/login", "/checkout", "/help"] {
            tabs.push(another(stage, &format!("{path}?lang=en")).await?);
            stage.widget().says(ANSWERED).await?;
            has_sockets(stage, 1).await?;
        }
        let mut all = Vec::new();
        for (n, tab) in tabs.iter().enumerate() {
            goes_to(stage, tab).await?;
            let text = format!("From tab {n}");
            stage.widget().writes(&text).await?;
            reads(stage, &conv, &text).await?;
            all.push(text);
        }
        stage.agent.as_mut().context("an agent")?.write(&conv, "To all of them").await?;
        all_say(stage, &tabs, &all).await?;
        has_sockets(stage, 1).await?;
        // The one that leads goes; the six others have one line again.
        let leader = tabs.remove(0);
        goes_to(stage, &leader).await?;
        stage.visitor.driver.close_window().await?;
        goes_to(stage, &tabs[2]).await?;
        has_sockets(stage, 1).await?;
        stage.widget().writes("From one of six").await?;
        all.push("From one of six".into());
        reads(stage, &conv, "From one of six").await?;
        all_say(stage, &tabs, &all).await?;
        has_sockets(stage, 1).await
    })
    .await;
}

/// Each tab shows what the visitor wrote, once and in order, and what the agent did.
async fn all_say(stage: &Stage, tabs: &[WindowHandle], texts: &[String]) -> Result<()> {
    let shown = "[...root.querySelectorAll('.me[data-seq] .bubble')].map(it => it.textContent)";
    let whole = format!("JSON.stringify({shown}) === {:?}", json!(texts).to_string());
    for tab in tabs {
        goes_to(stage, tab).await?;
        stage.widget().until("all of it, once and in order", &whole).await?;
        stage.widget().says("To all of them").await?;
    }
    Ok(())
}
