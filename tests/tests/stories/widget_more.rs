//! The visitor's chat beside the straight way: a bot, closed hours, files, pages that are left, a server that is away.
use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use chat::{
    model::{Choice, Entry, Flow, FlowId, FlowRef, Lang, LocalText, Node, NodeId, OptionId},
    shown::Shown,
};
use chat_client::Agent;
use chat_proto::{
    desk::{Deed, List, Presence, Query},
    message::From,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    wait::{PATIENCE, eval},
    widget::{Stage, in_each_browser, in_each_browser_of},
};
use thirtyfour::Key;

fn text(english: &str, french: &str) -> LocalText {
    let in_lang = |tag: &str, text: &str| Ok::<_, anyhow::Error>((tag.parse::<Lang>()?, text.to_owned()));
    LocalText(
        [("en", english), ("fr", french)]
            .into_iter()
            .filter_map(|(tag, text)| in_lang(tag, text).ok())
            .collect(),
    )
}

/// Two options, one queue, a welcome for each.
async fn a_bot_is_set_up(stage: &Stage) -> Result<()> {
    let (engine, site) = stage.engine().await?;
    let settings = engine.settings(site).await?;
    let queue = settings.site.settings.default_queue;
    let option = |id: i64, english: &str, french: &str| Choice {
        option: OptionId(id),
        label: text(english, french),
        enabled: true,
        next: NodeId(u32::try_from(id).unwrap_or_default()),
    };
    let handover = |english: &str, french: &str| Node::Handover {
        queue,
        welcome: text(english, french),
        offline_form: true,
    };
    let question = Node::Question {
        text: text("What is it about?", "De quoi s’agit-il ?"),
        choices: vec![option(2, "A delivery", "Une livraison"), option(3, "A return", "Un retour")],
    };
    let nodes = BTreeMap::from([
        (NodeId(1), question),
        (NodeId(2), handover("We look where it is.", "Nous regardons où il se trouve.")),
        (NodeId(3), handover("Returns are free.", "Les retours sont gratuits.")),
    ]);
    let flow = FlowRef { id: FlowId(1), version: 1 };
    engine.put_flow(site, flow, Flow { start: NodeId(1), nodes }).await?;
    let mut facts = settings.site.clone();
    facts.settings.entry = Entry::Bot(flow);
    engine.put_site(site, facts).await?;
    Ok(engine.put_shown(site, Shown { bot: "Nora".into(), ..settings.shown.clone() }).await?)
}

// shows: BOT-01 BOT-02 BOT-03 BOT-04 BOT-05 BOT-06 BOT-10 QUE-09 WID-12
#[tokio::test]
async fn a_bot_asks_and_hands_over() {
    in_each_browser("a_bot_asks", async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        a_bot_is_set_up(stage).await?;
        stage.opens("/products?lang=fr").await?;
        // As some sites write it, which no browser takes for a language.
        eval(&stage.visitor.driver, "void (document.documentElement.lang = 'fr_FR')").await?;
        let widget = stage.widget();
        widget.starts().await?;
        widget.says("De quoi s’agit-il").await?;
        widget.until("the bot's name", "root.querySelector('h2').textContent === 'Nora'").await?;
        let labels = widget
            .until("the choices", "[...root.querySelectorAll('.choice')].map(it => it.textContent).join()")
            .await?;
        ensure!(labels == "Une livraison,Un retour", "the choices are {labels}");
        stage.is_pictured("bot").await?;
        // By keys alone: on to the second one.
        widget.eval("root.querySelector('.choice').focus()").await?;
        widget.types(Key::Tab).await?;
        widget.types(Key::Enter).await?;
        widget.says("Les retours sont gratuits").await?;
        widget.until("no choice any more", "!root.querySelector('.choice')").await?;
        widget
            .until(
                "the answer",
                "[...root.querySelectorAll('.me .bubble')].some(it => it.textContent === 'Un retour')",
            )
            .await?;
        let conv = stage.the_agent_accepts().await?;
        stage.widget().says("L'agent Sophie a accepté la demande").await?;
        let agent = stage.agent.as_mut().context("an agent")?;
        let said = agent.reads(&conv, |msg| msg.kind == "choice").await?;
        ensure!(said.text == "Un retour", "the agent reads {said:?}");
        Ok(())
    })
    .await;
}

// shows: HRS-01 HRS-02 HRS-03 HRS-04 HRS-06 OFF-01 OFF-02 QUE-13
#[tokio::test]
async fn outside_opening_hours_there_are_a_notice_ways_and_a_form() {
    // Half an hour off the full one, all the year: neither the site's clock nor the server's.
    in_each_browser_of("Asia/Kolkata", "outside_hours", async |stage: &mut Stage| {
        nobody_comes_in_time(stage).await?;
        let opens = is_closed_until_the_clocks_have_changed(stage).await?;
        stage.opens("/products?lang=en").await?;
        let widget = stage.widget();
        widget.clicks("[data-act='\"anew\"']").await?;
        widget.says("We rest.").await?;
        let said = widget
            .until("when it opens", "root.querySelector('.opens').innerText.replace(/\\s/g, ' ')")
            .await?;
        for part in opens.split(',').chain(["We are back"]) {
            ensure!(
                said.as_str().is_some_and(|it| it.contains(part)),
                "it opens {opens}, and {said} is said"
            );
        }
        only_links_are_more_than_words(stage).await?;
        let ways = "[...root.querySelectorAll('.ways a')].map(it => it.href).join()";
        let ways = stage.widget().eval(ways).await?;
        ensure!(
            ways == "tel:+33123456789,mailto:help@example.test,https://example.test/faq",
            "the ways are {ways}"
        );
        stage.is_pictured("closed").await?;
        nobody_waits(stage).await?;
        stage.widget().clicks(".ways button").await?;
        leaves(stage, "Do you repair kettles?").await
    })
    .await;
}

/// Whoever waits in vain gets the form, with what they have said of themselves.
async fn nobody_comes_in_time(stage: &mut Stage) -> Result<()> {
    stage.an_agent_comes().await?.be(Presence::Gone).await?;
    let (engine, site) = stage.engine().await?;
    let settings = engine.settings(site).await?;
    for (queue, facts) in &settings.queues {
        let mut facts = facts.clone();
        facts.settings.accept_timeout = Duration::from_secs(1);
        engine.put_queue(site, Some(*queue), facts).await?;
    }
    stage.opens("/products?lang=en").await?;
    stage.widget().starts().await?;
    stage.widget().says("Nobody is free right now").await?;
    stage.widget().until("no composer", "!root.querySelector('[data-compose]')").await?;
    leaves(stage, "Where is my kettle?").await
}

/// What is wrong stands at its field; what is right is sent, and lies in the inbox, unread.
async fn leaves(stage: &mut Stage, text: &str) -> Result<()> {
    let widget = stage.widget();
    let known = "['name', 'email'].map(it => root.querySelector(`form [name=${it}]`)?.value).join()";
    let known = widget.until("the form", known).await?;
    ensure!(known == "Zoe Martin,zoe@example.test", "it is filled in with {known}");
    widget.clicks("form [type=submit]").await?;
    let fault = "(it => it && root.getElementById(it.getAttribute('aria-describedby'))?.textContent)
        (root.querySelector('form [name=message][aria-invalid]'))";
    let fault = widget.until("the fault at its field", fault).await?;
    ensure!(fault == "Please fill in this field.", "at the field is said {fault}");
    widget.fills_in(&[("message", text)]).await?;
    stage.is_pictured("offline-form").await?;
    let widget = stage.widget();
    widget.clicks("form [type=submit]").await?;
    widget.says("Your message has been received").await?;
    widget.until("no form any more", "!root.querySelector('form')").await?;
    let agent = stage.agent.as_mut().context("an agent")?;
    agent.connect().await?;
    agent.watch(Query { list: List::Inbox, ..Query::default() }).await?;
    let lies = |it: &Agent| it.rows.values().find(|row| row.preview == text).cloned();
    let row = match lies(agent) {
        Some(row) => row,
        None => agent.until("the message", |it, _| lies(it)).await?,
    };
    let is_whole = row.stage == "offline" && row.name == "Zoe Martin" && row.email == "zoe@example.test";
    ensure!(is_whole && row.read < row.seq, "it lies there as {row:?}");
    Ok(())
}

/// From nine on every working day in Paris, but not before the Monday after its clocks have changed. Gives the parts
/// of the time at which a visitor in India is told that it opens.
async fn is_closed_until_the_clocks_have_changed(stage: &Stage) -> Result<String> {
    // The clocks change on the last Sunday of March and of October.
    let days = "(() => {
        const DAY = 86400000, now = Date.now(), date = at => new Date(at).toISOString().slice(0, 10);
        const changes = it => it.getUTCDay() === 0 && it.getUTCDate() > 24 && [2, 9].includes(it.getUTCMonth());
        let sunday = now + 2 * DAY;
        while (!changes(new Date(sunday))) sunday += DAY;
        const monday = new Date(sunday + DAY).toLocaleDateString('en', { timeZone: 'UTC', weekday: 'long', month: 'long', day: 'numeric' });
        const hour = new Date(sunday).getUTCMonth() === 2 ? '12:30 PM' : '1:30 PM';
        return [date(now - 2 * DAY), date(sunday - DAY), monday.replace(', ', ',') + ',' + hour];
    })()";
    let days: [String; 3] = serde_json::from_value(eval(&stage.visitor.driver, days).await?)?;
    let [from, to, opens] = days;
    let work = json!([{ "from": 540, "to": 1020 }]);
    let week = json!({
        "zone": "Europe/Paris",
        "days": [work, work, work, work, work, [], []],
        "exceptions": [{ "from": from, "to": to, "spans": [] }],
    });
    let way = |kind: &str, label: &str, value: &str| json!({ "kind": kind, "label": { "en": label }, "value": value });
    let ways = json!([
        way("phone", "01 23 45 67 89", "+33123456789"),
        way("email", "Write to us", "help@example.test"),
        way("link", "Look it up", "https://example.test/faq"),
        way("form", "Leave a message", ""),
    ]);
    let text = "We rest. [Read our help](https://example.test/help). [Run](javascript:window.hit=1) <img src=x onerror=window.hit=2>";
    let hours = json!({ "week": week, "message": { "en": text }, "ways": ways });
    stage.admin().await?.sets("hours", hours).await?;
    Ok(opens)
}

/// Of the site's own words, links to the web alone are more than words.
async fn only_links_are_more_than_words(stage: &Stage) -> Result<()> {
    let inside = "(it => [it.textContent, ...[...it.querySelectorAll('*')].map(it => it.href ?? it.localName)].join('|'))
        (root.querySelector('.notice > p:not(.opens)'))";
    let inside = stage.widget().eval(inside).await?;
    let inside = inside.as_str().context("the notice")?;
    let (said, elements) = inside.split_once('|').context("its elements")?;
    ensure!(said.contains("<img src=x onerror=window.hit=2>"), "it says {said}");
    let others: Vec<_> = elements.split('|').filter(|it| *it != "span").collect();
    ensure!(others == ["https://example.test/help"], "in the notice there are {elements}");
    let hit = eval(&stage.visitor.driver, "window.hit ?? null").await?;
    ensure!(hit.is_null(), "the notice ran a script: {hit}");
    Ok(())
}

/// Nothing has begun by looking at the notice.
async fn nobody_waits(stage: &Stage) -> Result<()> {
    // Which has no list yet that would be told before.
    let mut desk = stage.agent.as_ref().context("an agent")?.second_desk();
    desk.connect().await?;
    for list in [List::Waiting, List::Bot] {
        desk.watch(Query { list, ..Query::default() }).await?;
        ensure!(desk.rows.is_empty(), "somebody waits: {:?}", desk.rows);
    }
    Ok(())
}

#[tokio::test]
async fn a_strict_policy_of_the_page_allows_it_and_no_style_leaks() {
    in_each_browser("a_strict_policy", async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        stage.opens("/strict?lang=en").await?;
        let size = "getComputedStyle(document.querySelector('h1')).fontSize";
        let before = eval(&stage.visitor.driver, size).await?;
        let violated = "void addEventListener('securitypolicyviolation', it => (window.violated ??= []).push(it.violatedDirective + ' ' + it.blockedURI))";
        eval(&stage.visitor.driver, violated).await?;
        stage.widget().starts().await?;
        stage.the_agent_accepts().await?;
        stage.widget().writes("Under a strict policy").await?;
        stage.widget().has_sent("Under a strict policy").await?;
        stage.is_pictured("strict").await?;
        let colour = stage.widget().eval("getComputedStyle(root.querySelector('header')).backgroundColor").await?;
        ensure!(colour == "rgb(31, 111, 229)", "the header is {colour}");
        ensure!(eval(&stage.visitor.driver, size).await? == before, "the page's own style changed");
        let violated = eval(&stage.visitor.driver, "window.violated ?? null").await?;
        ensure!(violated.is_null(), "the policy was violated: {violated}");
        Ok(())
    })
    .await;
}

// shows: FIL-01 FIL-03 FIL-07 FIL-08 FIL-09 FIL-10
#[tokio::test]
async fn files_go_after_a_look_and_come_back_whole() {
    in_each_browser("files_go", async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        let folder = TempDir::new()?;
        let file = |name: &str, bytes: usize| {
            let path = folder.path().join(name);
            std::fs::write(&path, vec![b'a'; bytes]).map(|()| path)
        };
        let [one, two, three] = [file("one.txt", 900)?, file("two.txt", 2_000)?, file("three.txt", 30)?];
        let large = file("large.txt", 5_242_881)?;
        stage.opens("/products?lang=en").await?;
        stage.widget().starts().await?;
        let conv = stage.the_agent_accepts().await?;
        let widget = stage.widget();
        widget.chooses_files(&[&large]).await?;
        widget.says("is larger than 5 MB").await?;
        widget.chooses_files(&[&one, &two, &three, &one, &two, &three]).await?;
        widget.says("Only five files can be sent at once").await?;
        widget.chooses_files(&[&one, &two, &three]).await?;
        widget.until("three files", "root.querySelectorAll('.tray .file').length === 3").await?;
        stage.is_pictured("review").await?;
        widget.clicks(".tray li:nth-child(2) button").await?;
        widget.until("two files", "root.querySelectorAll('.tray .file').length === 2").await?;
        widget.clicks("[data-send]").await?;
        widget
            .until(
                "the files in the thread",
                "root.querySelectorAll('.me[data-seq] .file [data-get]').length === 2",
            )
            .await?;
        stage.is_pictured("files").await?;
        let agent = stage.agent.as_mut().context("an agent")?;
        let sent = agent.reads(&conv, |msg| msg.kind == "file" && msg.from == From::Visitor).await?;
        let names: Vec<_> = sent.meta.files.iter().map(|it| (it.name.as_str(), it.bytes)).collect();
        ensure!(names == [("one.txt", 900), ("three.txt", 30)], "the agent gets {names:?}");
        Ok(())
    })
    .await;
}

// shows: ERR-01 ERR-02 ERR-03 ERR-04
#[tokio::test]
async fn nothing_is_lost_while_the_server_is_away_and_pages_change() {
    in_each_browser("nothing_is_lost", async |stage: &mut Stage| {
        let conv = stage.talks().await?;
        stage.widget().writes("Before").await?;
        stage.widget().has_sent("Before").await?;
        let away = async |stage: &Stage| {
            let widget = stage.widget();
            widget.until("the band", "root.querySelector('.band[role=alert]')?.textContent.includes('Reconnecting')").await?;
            widget.writes("Meanwhile").await?;
            widget.until("it to be late", "root.querySelector('.pending .foot')?.textContent.includes('Not sent yet')").await?;
            stage.is_pictured("cut").await?;
            widget.types("A draft").await?;
            // No script of ours comes either: the page that follows is without a widget.
            stage.opens("/help?lang=en").await
        };
        stage.without_server(away).await?;
        stage.opens("/help?lang=en").await?;
        stage.widget().has_sent("Meanwhile").await?;
        stage.widget().until("no band", "!root.querySelector('.band')").await?;
        stage.opens("/products?lang=en").await?;
        let draft = "root.querySelector('[data-compose]')?.value === 'A draft' && root.querySelectorAll('.me[data-seq]').length === 2";
        stage.widget().until("the draft and the thread", draft).await?;
        let agent = stage.an_agent_comes().await?;
        agent.open(&conv).await?;
        agent.reads(&conv, |msg| msg.text == "Meanwhile").await?;
        let said = agent.open.get(&conv).map_or(0, |it| it.msgs.iter().filter(|msg| msg.text == "Meanwhile").count());
        ensure!(said == 1, "it is there {said} times");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn two_tabs_are_one_visitor_and_the_second_goes_on_alone() {
    in_each_browser("two_tabs", async |stage: &mut Stage| {
        let conv = stage.talks().await?;
        let window = stage.visitor.driver.clone();
        let first = window.window().await?;
        let second = window.new_tab().await?;
        window.switch_to_window(second.clone()).await?;
        stage.opens("/help?lang=en").await?;
        stage.widget().opens().await?;
        stage.widget().writes("From the second").await?;
        stage.widget().has_sent("From the second").await?;
        // What it cannot store, the first one does not see.
        let full = "void (Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); })";
        eval(&window, full).await?;
        stage.widget().writes("Without room").await?;
        stage.widget().has_sent("Without room").await?;
        window.switch_to_window(first).await?;
        stage.widget().has_sent("From the second").await?;
        stage.widget().writes("From the first").await?;
        stage.widget().has_sent("From the first").await?;
        window.close_window().await?;
        window.switch_to_window(second).await?;
        stage.widget().writes("Alone").await?;
        stage.widget().has_sent("Alone").await?;
        let agent = stage.agent.as_mut().context("an agent")?;
        agent.reads(&conv, |msg| msg.text == "Alone").await?;
        let said =
            agent.open.get(&conv).map(|it| it.msgs.iter().filter(|msg| msg.from == From::Visitor).count());
        ensure!(said == Some(4), "{said:?} messages arrived");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_left_with_its_log_out_leaves_nothing_of_who_was_here() {
    in_each_browser("left_with_its_log_out", async |stage: &mut Stage| {
        stage.opens("/products?lang=en").await?;
        stage.widget().until("the bubble", "root.querySelector('.open')").await?;
        let driver = &stage.visitor.driver;
        let visit = "Object.keys(localStorage).find(key => key.endsWith(':visit'))";
        let was = format!(
            "void [['secret', 'a'.repeat(64)], ['draft', 'mine']].forEach(([key, it]) => localStorage.setItem({visit}.slice(0, -5) + key, it))"
        );
        eval(driver, &was).await?;
        // Nobody has opened the chat here: it is not loaded.
        eval(driver, "void (Tandem.logout(), location.assign('/help?lang=en'))").await?;
        stage.widget().until("the next page", "location.pathname === '/help' && root.querySelector('.open')").await?;
        let kept = eval(driver, "Object.entries(localStorage).flat().join()").await?;
        let kept = kept.as_str().context("a text")?;
        ensure!(kept.contains(":secret,") && !kept.contains("aaaa") && !kept.contains("mine"), "it keeps {kept}");
        Ok(())
    })
    .await;
}

// shows: INF-01
#[tokio::test]
async fn where_the_site_wants_it_each_page_tells_that_somebody_is_there() {
    in_each_browser("each_page_tells", async |stage: &mut Stage| {
        let conv = stage.talks().await?;
        let agent = stage.agent.as_mut().context("the agent")?;
        agent.does(&conv, Deed::Close { tags: Vec::new() }).await?;
        stage.widget().says("This chat is over").await?;
        let (driver, anew) = (&stage.visitor.driver, "sessionStorage.clear()");
        // As in a tab that has just been opened.
        eval(driver, anew).await?;
        stage.opens("/help?lang=en&size=41").await?;
        let asked =
            "Object.keys(sessionStorage).some(it => it.endsWith(':~presence') && !sessionStorage[it])";
        stage.widget().until("what the site wants", asked).await?;
        let loads =
            "performance.getEntriesByType('resource').filter(it => it.name.includes('chat.js')).length";
        ensure!(eval(driver, loads).await? == 0, "the chat was loaded, and nobody had asked for it");
        stage.admin().await?.sets("general", json!({ "presence": true, "query_keys": ["size"] })).await?;
        eval(driver, anew).await?;
        stage.opens("/help?lang=en&token=secret&size=42").await?;
        let (agent, begun) = (stage.agent.as_ref().context("the agent")?, std::time::Instant::now());
        loop {
            let of: Value = agent.get(&format!("/v1/conversations/{conv}/visitor")).await?;
            let told = of.to_string();
            ensure!(
                !told.contains("secret") && !told.contains("size=41"),
                "what is nobody's business: {told}"
            );
            if told.contains("/help?size=42\"") {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "nobody was told of the page: {told}");
        }
    })
    .await;
}
