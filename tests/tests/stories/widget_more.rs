//! The visitor's chat beside the straight way: a bot, closed hours, files, pages that are left, a server that is away.
use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use chat::{
    hours::{DayPlan, Hours, Span, Zone},
    model::{Choice, Entry, Flow, FlowId, FlowRef, Lang, LocalText, Node, NodeId, OptionId},
    shown::{Shown, Way, WayKind},
};
use chat_proto::{desk::Deed, message::From};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    wait::{PATIENCE, eval},
    widget::{Stage, in_each_browser},
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

// shows: HRS-01 HRS-02 HRS-03 HRS-04 HRS-06 QUE-13
#[tokio::test]
async fn outside_opening_hours_there_are_a_notice_ways_and_a_form() {
    in_each_browser("outside_hours", async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        let (engine, site) = stage.engine().await?;
        let settings = engine.settings(site).await?;
        let mut facts = settings.site.clone();
        facts.hours = Some(hours_of_the_other_half_of_the_week()?);
        engine.put_site(site, facts).await?;
        let way =
            |kind, label: &str, value: &str| Way { kind, label: text(label, label), value: value.into() };
        let ways = vec![
            way(WayKind::Phone, "01 23 45 67 89", "+33123456789"),
            way(WayKind::Email, "Write to us", "help@example.test"),
            way(WayKind::Form, "Leave a message", ""),
        ];
        let closed = text("We rest. [Read our help](https://example.test/help).", "Fermé.");
        engine.put_shown(site, Shown { closed, ways, ..settings.shown.clone() }).await?;
        stage.opens("/products?lang=en").await?;
        let widget = stage.widget();
        widget.opens().await?;
        widget.says("We rest.").await?;
        widget.says("We are back").await?;
        widget
            .until("the link", "root.querySelector('.notice a[href=\"https://example.test/help\"]')")
            .await?;
        let ways = "[...root.querySelectorAll('.ways a')].map(it => it.href).join()";
        let ways = widget.eval(ways).await?;
        ensure!(ways == "tel:+33123456789,mailto:help@example.test", "the ways are {ways}");
        stage.is_pictured("closed").await?;
        widget.clicks(".ways button").await?;
        widget
            .fills_in(&[("name", "Zoe"), ("email", "zoe@example.test"), ("message", "Where is it?")])
            .await?;
        stage.is_pictured("offline-form").await?;
        widget.clicks("form [type=submit]").await?;
        widget.says("Your message has been received").await
    })
    .await;
}

/// Open on one day that is neither today nor tomorrow.
fn hours_of_the_other_half_of_the_week() -> Result<Hours> {
    let days = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs() / 86_400;
    // 1 January 1970 was a Thursday; the week begins on Monday.
    let today = usize::try_from((days + 3) % 7)?;
    let open = (today + 3) % 7;
    let day = |at| DayPlan::new(if at == open { vec![Span::DAY] } else { Vec::new() });
    let week = [day(0)?, day(1)?, day(2)?, day(3)?, day(4)?, day(5)?, day(6)?];
    Ok(Hours::new(Zone::named("UTC")?, week, Vec::new()))
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

// shows: FIL-01 FIL-03 FIL-06 FIL-07 FIL-08 FIL-09 FIL-10
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
