//! The visitor's chat when something is in the way: a keyboard alone, a cut in the middle of a file, a tab that does
//! not answer, a browser that stores nothing, a server that does not answer, a colour that hides words.
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use chat_proto::{
    desk::{Blocked, Deed},
    message::From,
};
use http::Method;
use serde_json::Value;
use tempfile::TempDir;
use tests::{
    browser::Kind,
    wait::{PATIENCE, eval},
    widget::{Screen, Stage, in_each_browser, in_each_browser_behind, tell},
};
use thirtyfour::Key;

/// What has the focus in the closed root.
const FOCUS: &str = "(it => !it ? 'nothing' : it.matches('[data-compose]') ? 'composer' : it.matches('.ending') ? 'ending' \
    : it.name || it.className || it.localName)(root.activeElement)";

async fn focus_is(stage: &Stage, on: &str) -> Result<()> {
    let condition = format!("{FOCUS} === {on:?}");
    let found = stage.widget().until(&format!("the focus on {on}"), &condition).await.map(drop);
    if found.is_err() {
        let now = stage.widget().eval(FOCUS).await;
        return found.with_context(|| format!("it is on {now:?}"));
    }
    found
}

// shows: WID-06 WID-08 END-02 END-03 END-05 END-06 RAT-01
#[tokio::test]
async fn the_focus_goes_where_the_visitor_goes_on() {
    in_each_browser("the_focus", async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        stage.opens("/products?lang=en").await?;
        stage.widget().clicks(".open").await?;
        focus_is(stage, "name").await?;
        let widget = stage.widget();
        widget.types("Zoe Martin").await?;
        widget.types(Key::Tab).await?;
        widget.types("zoe@example.test").await?;
        widget.types(Key::Enter).await?;
        focus_is(stage, "composer").await?;
        let conv = stage.the_agent_accepts().await?;
        let widget = stage.widget();
        widget.types("By keys alone").await?;
        widget.types(Key::Enter).await?;
        widget.has_sent("By keys alone").await?;
        focus_is(stage, "composer").await?;
        widget.eval("root.querySelector('header [data-act=\"\\\\\"end\\\\\"\"]').focus()").await?;
        widget.types(Key::Enter).await?;
        focus_is(stage, "quiet").await?;
        widget.types(Key::Escape).await?;
        focus_is(stage, "composer").await?;
        widget.eval("root.querySelector('header [data-act=\"\\\\\"end\\\\\"\"]').focus()").await?;
        widget.types(Key::Enter).await?;
        focus_is(stage, "quiet").await?;
        widget.types(Key::Tab).await?;
        widget.types(Key::Enter).await?;
        widget.says("You ended the chat").await?;
        focus_is(stage, "ending").await?;
        widget.types(Key::Tab).await?;
        focus_is(stage, "stars").await?;
        widget.types(Key::Space).await?;
        widget.types(Key::Right).await?;
        widget.types(Key::Tab).await?;
        widget.types(Key::Tab).await?;
        widget.types(Key::Enter).await?;
        widget.says("Thank you for your answer").await?;
        focus_is(stage, "ending").await?;
        stage.is_pictured("focus-ending").await?;
        let widget = stage.widget();
        widget.types(Key::Tab).await?;
        widget.types(Key::Enter).await?;
        focus_is(stage, "name").await?;
        let agent = stage.agent.as_mut().context("an agent")?;
        agent.reads(&conv, |msg| msg.meta.code == "ended_by_visitor").await?;
        Ok(())
    })
    .await;
}

// shows: END-07 END-08 QUE-07 QUE-14 BLK-01 BLK-02
#[tokio::test]
async fn it_ends_while_it_waits_and_by_the_agent_who_greets() {
    in_each_browser("it_ends", async |stage: &mut Stage| {
        stage.opens("/products?lang=en").await?;
        stage.widget().starts().await?;
        stage.widget().says("Nobody is available right now. We keep your place.").await?;
        stage.widget().says("Your position in the queue: 1").await?;
        let promised = stage.widget().eval("root.querySelector('.wait').textContent.includes('next')").await?;
        ensure!(promised == false, "the visitor is told to be next, and nobody is there");
        stage.widget().clicks("header [data-act='\"end\"']").await?;
        stage.widget().clicks("[data-act='{\"confirm\":true}']").await?;
        stage.widget().says("You ended the chat").await?;
        stage.an_agent_comes().await?;
        stage.widget().clicks("[data-act='\"anew\"']").await?;
        stage.widget().clicks("[data-form=start] [type=submit]").await?;
        let conv = stage.the_agent_accepts().await?;
        stage.widget().says("Sophie has accepted the request").await?;
        let agent = stage.agent.as_mut().context("an agent")?;
        agent.write(&conv, "Hello, what can I do for you?").await?;
        stage.widget().says("what can I do for you").await?;
        let names = "[root.querySelector('h2').textContent, root.querySelector('.them.end .foot').textContent.split(' · ')[0]].join()";
        let names = stage.widget().eval(names).await?;
        ensure!(names == "Sophie,Sophie", "the visitor reads {names}, not the first name alone");
        stage.widget().clicks("[data-compose]").await?;
        let agent = stage.agent.as_mut().context("an agent")?;
        agent.does(&conv, Deed::Close { tags: vec![] }).await?;
        stage.widget().says("This chat is over").await?;
        focus_is(stage, "ending").await?;
        stage.widget().until("no composer", "!root.querySelector('[data-compose]')").await?;
        may_not_begin_again(stage, &conv).await
    })
    .await;
}

/// Whom an agent has blocked reads no more than that there is no chat, on the next page too, until a manager lets them
/// come again.
async fn may_not_begin_again(stage: &mut Stage, conv: &str) -> Result<()> {
    let agent = stage.agent.as_mut().context("an agent")?;
    agent.does(conv, Deed::Block { tags: vec![], reason: "insults".into() }).await?;
    let anew = "root.querySelector('.ending [data-act=\\'\"anew\"\\']')";
    let barred =
        format!("root.querySelector('.ending')?.innerText.includes('The chat is not available.') && !{anew}");
    stage.widget().until("nothing to begin with", &barred).await?;
    stage.is_pictured("not-available").await?;
    stage.opens("/help?lang=en").await?;
    stage.widget().until("nothing to begin with on the next page", &barred).await?;
    let told = stage.widget().eval("/block|insult/i.test(root.querySelector('.window').innerText)").await?;
    ensure!(told == false, "the visitor is told that they were blocked");
    let agent = stage.agent.as_ref().context("an agent")?;
    let blocked: Vec<Blocked> = agent.get("/v1/blocked").await?;
    let of = blocked.first().context("nobody is blocked")?.id;
    let (status, answer) =
        agent.ask(Method::DELETE, &format!("/v1/contacts/{of}/block"), &Value::Null).await?;
    ensure!(status == 200, "the manager may not: {status} {answer}");
    stage.widget().until("the way to the next chat", anew).await.map(drop)
}

// shows: END-09
#[tokio::test]
async fn on_a_phone_the_icon_closes_it_and_what_is_behind_cannot_be_reached() {
    for kind in [Kind::Chromium, Kind::Firefox] {
        tell("phone_closes", kind, Screen::Phone, async |stage: &mut Stage| {
            stage.an_agent_comes().await?;
            stage.opens("/products?lang=fr").await?;
            stage.widget().starts().await?;
            stage.the_agent_accepts().await?;
            stage.widget().says("L'agent Sophie a accepté la demande").await?;
            for _ in 0..12 {
                stage.widget().types(Key::Tab).await?;
                let inside = stage.widget().eval("!!root.activeElement?.closest('.window')").await?;
                ensure!(inside == true, "the focus is behind the window");
            }
            stage.widget().clicks("header [data-act='\"end\"']").await?;
            stage.is_pictured("phone-confirm").await?;
            stage.widget().clicks("[data-act='{\"confirm\":true}']").await?;
            stage.widget().says("Vous avez terminé le chat").await?;
            stage.is_pictured("phone-ending").await
        })
        .await;
    }
}

fn a_file(folder: &TempDir, name: &str, bytes: usize) -> Result<std::path::PathBuf> {
    let path = folder.path().join(name);
    let content: Vec<u8> = (0..bytes).map(|at| b'a' + u8::try_from(at % 23).unwrap_or_default()).collect();
    std::fs::write(&path, content)?;
    Ok(path)
}

/// The percentage that the bar shows, once it is more than so much.
const PERCENT: &str = "Number(root.querySelector('.pending progress')?.value)";

async fn sends(stage: &Stage, file: &std::path::Path) -> Result<()> {
    stage.widget().chooses_files(&[file]).await?;
    stage.widget().until("the file", "root.querySelector('.tray .file')").await?;
    stage.widget().clicks("[data-send]").await
}

// shows: FIL-04 ERR-03 ERR-04
#[tokio::test]
async fn a_file_that_is_cut_goes_on_where_it_was_through_a_new_page_and_a_server_that_was_away() {
    in_each_browser_behind("file_cut", 200_000, async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        let folder = TempDir::new()?;
        let file = a_file(&folder, "long.txt", 4_000_000)?;
        stage.opens("/products?lang=en").await?;
        stage.widget().starts().await?;
        let conv = stage.the_agent_accepts().await?;
        sends(stage, &file).await?;
        for percent in [10, 15, 20] {
            stage.widget().until("it to go on", &format!("{PERCENT} > {percent}")).await?;
        }
        stage.is_pictured("uploading").await?;
        stage.opens("/help?lang=en").await?;
        stage.widget().until("it to go on at once", &format!("{PERCENT} >= 15")).await?;
        stage.widget().until("it to go on", &format!("{PERCENT} > 35")).await?;
        stage
            .without_server(async |stage: &Stage| {
                stage.widget().until("the band", "root.querySelector('.band')").await?;
                stage.is_pictured("uploading-cut").await
            })
            .await?;
        stage.widget().until("it to go on", &format!("{PERCENT} > 40")).await?;
        stage
            .widget()
            .until("it to be there", "root.querySelector('.me[data-seq] .file [data-get]')")
            .await?;
        let agent = stage.an_agent_comes().await?;
        agent.open(&conv).await?;
        let sent = agent.reads(&conv, |msg| msg.kind == "file" && msg.from == From::Visitor).await?;
        ensure!(sent.meta.files.len() == 1 && sent.meta.files[0].bytes == 4_000_000, "{sent:?}");
        Ok(())
    })
    .await;
}

/// How many files are in a folder, and below it.
fn files_below(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.flatten().map(|it| if it.path().is_dir() { files_below(&it.path()) } else { 1 }).sum()
}

// shows: FIL-05
#[tokio::test]
async fn a_file_that_is_called_off_leaves_nothing_behind() {
    in_each_browser_behind("file_cancel", 100_000, async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        let folder = TempDir::new()?;
        let file = a_file(&folder, "long.txt", 3_000_000)?;
        stage.opens("/products?lang=en").await?;
        stage.widget().starts().await?;
        let conv = stage.the_agent_accepts().await?;
        sends(stage, &file).await?;
        stage.widget().until("half of it", &format!("{PERCENT} >= 30")).await?;
        ensure!(files_below(&stage.kept_files()) > 0, "nothing is on its way");
        stage.widget().clicks(".pending .foot button").await?;
        stage.widget().until("nothing on its way", "!root.querySelector('.pending')").await?;
        focus_is(stage, "composer").await?;
        let begun = Instant::now();
        while files_below(&stage.kept_files()) > 0 {
            ensure!(begun.elapsed() < PATIENCE, "the part is still there");
            tokio::task::yield_now().await;
        }
        stage.widget().writes("Without it").await?;
        stage.widget().has_sent("Without it").await?;
        let sent = stage.widget().eval("root.querySelectorAll('.me[data-seq]').length").await?;
        ensure!(sent == 1, "{sent} messages are there");
        chats_where_no_socket_comes_through(stage, &conv).await
    })
    .await;
}

/// Until when the tab begins with requests.
const UNTIL: &str = "sessionStorage['tandem.chat:demo:~polls']";

/// The talk goes on by requests: where sockets are ended, where they are never answered, and then at once.
async fn chats_where_no_socket_comes_through(stage: &mut Stage, conv: &str) -> Result<()> {
    stage.line()?.ends_sockets();
    talks_by_requests(stage, conv, "/help?lang=en", 1).await?;
    // The time is over: a socket is tried again.
    let window = stage.visitor.driver.clone();
    ensure!(eval(&window, &format!("{UNTIL} > Date.now()")).await? == true, "it is not remembered");
    eval(&window, &format!("{UNTIL} = Date.now()")).await?;
    stage.line()?.swallows_sockets();
    let before = stage.line()?.n_chats();
    talks_by_requests(stage, conv, "/products?lang=en", 2).await?;
    let tried = stage.line()?.n_chats() - before;
    ensure!(tried == 1, "{tried} sockets were swallowed, not one");
    talks_by_requests(stage, conv, "/help?lang=en", 3).await?;
    ensure!(stage.line()?.n_chats() == before + 1, "a socket was tried on the next page");
    Ok(())
}

/// A message each way on a page; all that was said before and now stands there once.
async fn talks_by_requests(stage: &mut Stage, conv: &str, page: &str, n: usize) -> Result<()> {
    stage.opens(page).await?;
    let (said, heard) = (format!("By another way {n}"), format!("It came {n}"));
    stage.widget().writes(&said).await?;
    stage.widget().has_sent(&said).await?;
    let agent = stage.agent.as_mut().context("no agent is there")?;
    agent.reads(conv, |msg| msg.text == said).await?;
    agent.write(conv, &heard).await?;
    stage.widget().says(&heard).await?;
    let asked = "performance.getEntriesByType('resource').some(it => it.name.includes('/v1/stream'))";
    stage.widget().until("requests in the place of a socket", asked).await?;
    let texts = "[...root.querySelectorAll(':is(.me, .them) .bubble')].map(it => it.textContent).join()";
    let both = (1..=n).map(|n| format!(",By another way {n},It came {n}"));
    let (stands, expected) =
        (stage.widget().eval(texts).await?, format!("Without it{}", both.collect::<String>()));
    ensure!(stands == expected, "the thread is {stands}, not {expected:?}");
    Ok(())
}

// shows: ERR-04
#[tokio::test]
async fn a_tab_that_does_not_answer_is_given_up_and_nothing_is_lost() {
    in_each_browser("frozen_tab", async |stage: &mut Stage| {
        let conv = stage.talks().await?;
        let window = stage.visitor.driver.clone();
        let first = window.window().await?;
        let second = window.new_tab().await?;
        window.switch_to_window(second.clone()).await?;
        stage.opens("/help?lang=en").await?;
        stage.widget().opens().await?;
        stage.widget().says("Sophie has accepted the request").await?;
        // The first one keeps its lock and its socket, and says nothing: what the others tell it does not come.
        window.switch_to_window(first.clone()).await?;
        let deaf = "void (BroadcastChannel.prototype.postMessage = () => {})";
        eval(&window, deaf).await?;
        window.switch_to_window(second.clone()).await?;
        stage.widget().writes("From the second").await?;
        stage.widget().has_sent("From the second").await?;
        stage.widget().writes("And again").await?;
        stage.widget().has_sent("And again").await?;
        window.switch_to_window(first).await?;
        stage.widget().has_sent("And again").await?;
        // Nobody answered the server's pings meanwhile: the agent comes anew.
        let agent = stage.an_agent_comes().await?;
        agent.open(&conv).await?;
        agent.reads(&conv, |msg| msg.text == "And again").await?;
        let own = agent.open[&conv].msgs.iter().filter(|it| it.from == From::Visitor && it.kind == "text");
        let own: Vec<_> = own.map(|it| it.text.clone()).collect();
        ensure!(own == ["From the second", "And again"], "the agent reads {own:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn where_nothing_may_be_stored_and_nothing_be_locked_it_works_as_long_as_the_page() {
    in_each_browser("nothing_stored", async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        let folder = TempDir::new()?;
        let file = a_file(&folder, "short.txt", 9_000)?;
        stage.opens("/products?lang=en").await?;
        stage.widget().until("the bubble", "root.querySelector('.open')").await?;
        let refuse = "void (() => {
            const no = () => { throw new DOMException('denied', 'SecurityError'); };
            for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) Object.defineProperty(window, name, { get: no });
            navigator.locks.request = () => Promise.reject(new DOMException('denied', 'SecurityError'));
        })()";
        eval(&stage.visitor.driver, refuse).await?;
        stage.widget().starts().await?;
        let conv = stage.the_agent_accepts().await?;
        stage.widget().writes("Kept nowhere").await?;
        stage.widget().has_sent("Kept nowhere").await?;
        sends(stage, &file).await?;
        stage.widget().until("it to be there", "root.querySelector('.me[data-seq] .file [data-get]')").await?;
        let agent = stage.agent.as_mut().context("an agent")?;
        agent.reads(&conv, |msg| msg.kind == "file").await?;
        Ok(())
    })
    .await;
}

// shows: ERR-01 ERR-02
#[tokio::test]
async fn a_chat_that_cannot_load_says_so_and_comes_with_the_next_try() {
    in_each_browser("cannot_load", async |stage: &mut Stage| {
        stage.opens("/products?lang=en").await?;
        stage.widget().until("the bubble", "root.querySelector('.open')").await?;
        stage
            .without_server(async |stage: &Stage| {
                stage.widget().clicks(".open").await?;
                stage.widget().says("The chat could not be loaded").await?;
                let heard = "root.querySelector('.sorry[role=alert]')?.innerText.includes('Try again')";
                stage.widget().until("an alert", heard).await?;
                stage.is_pictured("cannot-load").await?;
                stage.widget().clicks(".sorry button").await?;
                stage
                    .widget()
                    .until("it to be said again", "root.querySelector('.sorry')?.innerText")
                    .await?;
                Ok(())
            })
            .await?;
        stage.widget().clicks(".sorry button").await?;
        stage.widget().until("the form", "root.querySelector('.window [name=name]')").await?;
        let said = stage.widget().eval("!!root.querySelector('.sorry')").await?;
        ensure!(said == false, "it is still said");
        focus_is(stage, "name").await
    })
    .await;
}

/// The contrast of words and what they stand on (WCAG 2.2).
const CONTRAST: &str = "(() => {
    const part = it => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4;
    const light = it => it.match(/[\\d.]+/g).slice(0, 3).map(it => part(it / 255)).reduce((sum, it, at) => sum + it * [0.2126, 0.7152, 0.0722][at], 0);
    const of = it => { const { color, backgroundColor } = getComputedStyle(root.querySelector(it)), [a, b] = [light(color), light(backgroundColor)].sort((a, b) => b - a); return (a + 0.05) / (b + 0.05); };
    return Math.min(...['header', '.me .bubble', '.them .bubble', '.open'].map(of));
})()";

// shows: THR-01
#[tokio::test]
async fn words_are_read_on_any_colour_of_a_site() {
    in_each_browser("colours", async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        for colour in ["#ffd400", "#777777", "#d0e8ff", "#101010", "#e0245e"] {
            let (engine, site) = stage.engine().await?;
            let shown = engine.settings(site).await?.shown.clone();
            engine.put_shown(site, chat::shown::Shown { colour: colour.into(), ..shown }).await?;
            stage.opens("/products?lang=en").await?;
            let open = "root.querySelector('.window') || (root.querySelector('.open').click(), false)";
            stage.widget().until("the window", open).await?;
            if stage.widget().eval("!!root.querySelector('form')").await? == true
                && stage.widget().eval("!root.querySelector('.thread')").await? == true
                && colour == "#ffd400"
            {
                stage.widget().fills_in(&[("name", "Zoe Martin"), ("email", "zoe@example.test")]).await?;
                stage.widget().clicks("form [type=submit]").await?;
                let conv = stage.the_agent_accepts().await?;
                stage.widget().writes("Mine").await?;
                stage.widget().has_sent("Mine").await?;
                stage.agent.as_mut().context("an agent")?.write(&conv, "Theirs").await?;
            }
            stage.widget().says("Theirs").await?;
            let painted = format!(
                "getComputedStyle(root.querySelector('header')).backgroundColor === (it => {{ it.style.color = {colour:?}; return it.style.color; }})(document.createElement('i'))"
            );
            stage.widget().until("the colour", &painted).await?;
            let contrast = stage.widget().eval(CONTRAST).await?.as_f64().unwrap_or_default();
            stage.is_pictured(&format!("colour-{}", &colour[1..])).await?;
            ensure!(contrast >= 4.5, "on {colour} words have a contrast of {contrast:.2}");
        }
        Ok(())
    })
    .await;
}
