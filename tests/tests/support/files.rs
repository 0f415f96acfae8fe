//! Files on their way, and messages that nobody here knows.
use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tests::{
    story::{self, in_each_browser},
    widget::{Root, Stage, in_each_browser_behind},
};

/// Bytes a second upwards.
const RATE: u32 = 1_000_000;
/// The longest file that may be sent is a little longer.
const LONG: usize = 4_000_000;

// shows: FIL-04, FIL-05
#[tokio::test]
async fn a_long_file_shows_how_far_it_is_and_can_be_given_up() {
    in_each_browser_behind("long_file", RATE, async |stage: &mut Stage| {
        stage.an_agent_comes().await?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("plan.txt");
        std::fs::write(&file, vec![b'a'; LONG])?;
        stage.opens("/products?lang=en").await?;
        stage.widget().starts().await?;
        let conv = stage.the_agent_accepts().await?;
        goes_step_by_step(stage, &conv, &file).await?;
        is_given_up_half_way(stage, &conv, &file).await
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
    widget.until("half of it", "root.querySelector('progress')?.value > 40").await?;
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

async fn is_given_up_half_way(stage: &mut Stage, conv: &str, file: &Path) -> Result<()> {
    let kept = files_in(&stage.kept_files());
    let widget = stage.widget();
    widget.chooses_files(&[file]).await?;
    widget.until("the file in the tray", "root.querySelector('.tray .file')").await?;
    widget.clicks("[data-send]").await?;
    widget.until("half of it", "root.querySelector('progress')?.value > 40").await?;
    ensure!(files_in(&stage.kept_files()) != kept, "nothing of it is at the server");
    widget.clicks(".pending button").await?;
    let begun = Instant::now();
    widget.until("nothing on its way", "!root.querySelector('.pending, progress')").await?;
    while files_in(&stage.kept_files()) != kept {
        ensure!(begun.elapsed() < Duration::from_secs(2), "its part is still there");
        tokio::task::yield_now().await;
    }
    // What is written next comes next: no message was sent.
    stage.widget().writes("Never mind").await?;
    let agent = stage.agent.as_mut().context("an agent")?;
    agent.reads(conv, |it| it.text == "Never mind").await?;
    let all = agent.open.get(conv).map_or(0, |it| it.msgs.iter().filter(|it| it.kind == "file").count());
    ensure!(all == 1, "{all} files were sent");
    Ok(())
}

/// All files below a folder, by their names.
fn files_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => found.push(entry.path().display().to_string()),
            }
        }
    }
    found.sort();
    found
}

// shows: ERR-07
#[tokio::test]
async fn a_message_of_a_later_release_is_a_neutral_line_on_both_sides() {
    in_each_browser("later_release", async |stage: &mut story::Stage| {
        stage.agent.opens_chats().await?;
        stage.agent.connects().await?;
        stage.visitor.opens("/products?lang=en").await?;
        Root::of(&stage.visitor.browser).starts().await?;
        stage.agent.clicks_at(".offer [data-do=accept]").await?;
        for text in ["Before", "a hologram", "Afterwards"] {
            stage.agent.replies(text).await?;
            Root::of(&stage.visitor.browser).says(text).await?;
        }
        stage
            .without_server(async |stage: &story::Stage| stage.stores_what_is_not_known("a hologram"))
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
