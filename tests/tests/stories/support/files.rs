//! Files on their way, and messages that nobody here knows.
use std::path::Path;

use anyhow::{Context, Result, ensure};
use tests::{
    story::{self, in_each_browser},
    widget::{Root, Stage, in_each_browser_behind},
};
use thirtyfour::By;

/// Bytes a second upwards.
const RATE: u32 = 1_000_000;
/// The longest file that may be sent is a little longer.
const LONG: usize = 4_000_000;

// shows: FIL-04
#[tokio::test]
async fn a_long_file_shows_how_far_it_is_and_is_there_when_the_server_says_so() {
    in_each_browser_behind("long_file", RATE, async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("plan.txt");
        std::fs::write(&file, vec![b'a'; LONG])?;
        stage.opens("/products?lang=en").await?;
        stage.widget().starts().await?;
        let conv = stage.the_agent_accepts().await?;
        goes_step_by_step(stage, &conv, &file).await
    })
    .await;
}

/// Each value that the bar has had.
const WATCHES: &str = "void (root.seen = [], new MutationObserver(() => {
    const bar = root.querySelector('progress');
    if (bar && root.seen.at(-1) !== bar.value) root.seen.push(bar.value);
}).observe(root, { subtree: true, childList: true, attributes: true }))";

async fn goes_step_by_step(stage: &mut Stage, conv: &str, file: &Path) -> Result<()> {
    let widget = stage.widget();
    widget.eval(WATCHES).await?;
    widget.chooses_files(&[file]).await?;
    widget.until("the file in the tray", "root.querySelector('.tray .file')").await?;
    widget.clicks("[data-send]").await?;
    // By what it has shown: on a loaded machine the rest goes between two looks.
    widget.until("half of it", "root.seen.some(it => 40 < it)").await?;
    stage.is_pictured("upload").await?;
    let widget = stage.widget();
    widget.until("the file in the thread", "root.querySelector('.me[data-seq] .file [data-get]')").await?;
    let seen: Vec<f64> = serde_json::from_value(widget.eval("root.seen").await?)?;
    let moved: Vec<_> = seen.iter().filter(|it| 0.0 < **it).collect();
    ensure!(3 <= moved.len() && moved.is_sorted(), "the bar has shown {seen:?}");
    ensure!(
        seen.iter().all(|it| *it < 100.0),
        "all was said to be there before the server had said so: {seen:?}"
    );
    let agent = stage.agent.as_mut().context("an agent")?;
    let sent = agent.reads(conv, |it| it.kind == "file").await?;
    ensure!(sent.meta.files[0].bytes == LONG as u64, "{:?} arrived", sent.meta.files);
    Ok(())
}

// shows: ERR-07, FIL-06
#[tokio::test]
async fn files_are_saved_on_both_sides_where_a_message_of_a_later_release_is_a_neutral_line() {
    in_each_browser("later_release", async |stage: &mut story::Stage| {
        stage.agent.opens_chats().await?;
        stage.agent.connects().await?;
        stage.visitor.opens("/products?lang=en").await?;
        Root::of(&stage.visitor.browser).starts().await?;
        stage.agent.clicks_at(".offer [data-do=accept]").await?;
        stage.agent.replies("Before").await?;
        Root::of(&stage.visitor.browser).says("Before").await?;
        are_saved_on_both_sides(stage).await?;
        // The visitor is on a page without the chat: what follows has not been read yet.
        stage.visitor.opens("/help/embed").await?;
        for text in ["a hologram", "Afterwards"] {
            stage.agent.replies(text).await?;
            stage.agent.reads_in(".thread .msg[data-seq] .bubble", text).await?;
        }
        stage
            .without_server(async |stage: &story::Stage| stage.stores_what_is_not_known("a hologram").await)
            .await?;
        stage.agent.window().refresh().await?;
        stage.agent.reads_in(".thread .unsupported", "Content that this version does not show").await?;
        stage.agent.reads_in(".thread .bubble", "Afterwards").await?;
        let raw = "['hologram', 'layers'].some(it => document.body.innerText.includes(it))";
        stage.agent.finds("nothing of it", &format!("!({raw})")).await?;
        stage.visitor.opens("/help?lang=en").await?;
        let widget = Root::of(&stage.visitor.browser);
        widget.says("This message cannot be shown here.").await?;
        widget.says("Afterwards").await?;
        let text = widget.text().await?;
        ensure!(!text.contains("hologram") && !text.contains("layers"), "the widget says {text}");
        stage.agent.replies("We go on").await?;
        widget.says("We go on").await
    })
    .await;
}

/// What the one sends, the other saves by the icon beside it: the same bytes under the same name.
async fn are_saved_on_both_sides(stage: &story::Stage) -> Result<()> {
    let (agent, visitor) = (&stage.agent, &stage.visitor);
    let folder = tempfile::tempdir()?;
    let file = |name: &str, bytes: u8| -> Result<_> {
        let (path, bytes) = (folder.path().join(name), (0..bytes).cycle().take(70_000).collect::<Vec<u8>>());
        std::fs::write(&path, &bytes)?;
        Ok((path, bytes))
    };
    let (plan, sent) = file("plan.bin", 251)?;
    let widget = Root::of(&visitor.browser);
    widget.chooses_files(&[&plan]).await?;
    widget.until("the file in the tray", "root.querySelector('.tray .file')").await?;
    widget.clicks("[data-send]").await?;
    agent.clicks_at(".thread .msg.visitor .file-card [aria-label='Download plan.bin']:has(svg)").await?;
    ensure!(agent.browser.has_saved("plan.bin").await? == sent, "the agent has saved something else");
    let (quote, sent) = file("devis été.bin", 241)?;
    agent.window().find(By::Id("files")).await?.send_keys(quote.to_string_lossy()).await?;
    agent.finds("the file", "document.querySelector('.attachment')").await?;
    agent.clicks_at(".composer [data-do=send]").await?;
    let icon = ".them [data-get][aria-label='Download devis été.bin']:has(svg)";
    widget.clicks(icon).await?;
    ensure!(
        visitor.browser.has_saved("devis été.bin").await? == sent,
        "the visitor has saved something else"
    );
    let id = widget.eval(&format!("root.querySelector({icon:?}).dataset.get")).await?;
    let asks = format!(
        "const done = arguments[arguments.length - 1];
         fetch('/v1/files/' + {id} + '/link').then(it => it.json()).then(it => fetch(it.url))
           .then(it => done(it.headers.get('content-disposition')), it => done(String(it)));"
    );
    let served = agent.window().execute_async(asks, Vec::new()).await?;
    let served = served.json().as_str().unwrap_or_default();
    ensure!(
        served == "attachment; filename*=UTF-8''devis%20%C3%A9t%C3%A9.bin",
        "the file is served as {served:?}"
    );
    Ok(())
}
