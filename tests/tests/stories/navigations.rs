//! A visitor who never stays on a page: hundreds of navigations, drawn from a seed. All messages are there once and in
//! order, on both sides, and the thread stands where it stood.
//!
//! `TANDEM_SEED` gives another walk; a failure says which one it was.
#![cfg(target_os = "linux")]

use std::{env, time::Duration};

use anyhow::{Context, Result, ensure};
use chat_proto::message::{From, Msg};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    browser::Kind,
    failure,
    wait::{eval, until},
    widget::Stage,
};

/// The walk that is walked where nobody asks for another.
const SEED: u64 = 4;
/// Bytes of a file, and how many of them a second go out of a browser that can be slowed down.
const FILE: usize = 400_000;
const UPLOAD: u32 = 500_000;

const PATHS: [&str; 5] = ["/products", "/help", "/", "/basket", "/login"];

/// The topmost message in sight, how much of it is above, pixels, and whether this is the end.
const ANCHOR: &str = "(() => {
    const thread = root.querySelector('[data-scroll]');
    if (!thread) return null;
    const top = thread.getBoundingClientRect().top;
    const row = [...thread.querySelectorAll('[data-seq]')].find(it => it.getBoundingClientRect().bottom > top + 1);
    const end = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
    return [Number(row?.dataset.seq), Math.round(top - row?.getBoundingClientRect().top), end];
})()";

/// How a page is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Go {
    /// A link, clicked in the task in which Enter was pressed.
    Link,
    /// The same, to another subdomain.
    Across,
    Reload,
    Back,
    Forward,
}

struct Walk {
    stage: Stage,
    dice: StdRng,
    conv: String,
    /// The pages of the tab's history: on which subdomain each is.
    history: Vec<bool>,
    at: usize,
    /// Names each page that was looked at.
    mark: u32,
    folder: TempDir,
    said: Vec<String>,
    files: Vec<String>,
    answers: Vec<String>,
}

fn seed() -> u64 {
    env::var("TANDEM_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(SEED)
}

async fn walks(kind: Kind, steps: u32) {
    let seed = seed();
    eprintln!("{}: {steps} navigations of seed {seed}", kind.name());
    let stage = Stage::set_on_subdomains(kind).await.expect("the stage is set");
    let mut walk = Walk::begin(stage, seed).await.expect("a conversation");
    let mut trace = Vec::new();
    for step in 0..steps {
        if let Err(error) = walk.step(&mut trace).await {
            walk.fails(seed, step, &error.context(trace.join("\n"))).await;
        }
    }
    if let Err(error) = walk.ends().await {
        walk.fails(seed, steps, &error.context(trace.join("\n"))).await;
    }
    eprintln!(
        "{}: {} texts, {} files, {} answers",
        kind.name(),
        walk.said.len(),
        walk.files.len(),
        walk.answers.len()
    );
    walk.stage.visitor.quit().await.expect("the browser ends");
}

/// Whether the page's storage holds a file of this name. What is asked for comes after what was put there before.
const KEPT: &str = "(name) => {
    const kept = (window.kept ??= new Set());
    if (!kept.has(name) && !kept.asks) {
        kept.asks = true;
        const open = indexedDB.open('tandem.chat', 1);
        open.onsuccess = () => {
            const all = open.result.transaction('file').objectStore('file').getAll();
            all.onsuccess = () => {
                for (const { blob } of all.result) kept.add(blob.name);
                kept.asks = false;
                open.result.close();
            };
        };
    }
    return kept.has(name);
}";

impl Walk {
    async fn begin(mut stage: Stage, seed: u64) -> Result<Self> {
        let conv = stage.talks().await?;
        stage.widget().says("Sophie has accepted the request").await?;
        let answers: Vec<_> =
            (0..14).map(|n| format!("Answer {n}: {}", "this takes a line or two. ".repeat(4))).collect();
        let agent = stage.agent.as_mut().context("an agent")?;
        for text in &answers {
            agent.write(&conv, text.trim()).await?;
        }
        let answers: Vec<_> = answers.iter().map(|it| it.trim().to_owned()).collect();
        stage.widget().says("Answer 13").await?;
        eval(&stage.visitor.driver, "void (window.mark = 0)").await?;
        let dice = StdRng::seed_from_u64(seed);
        let folder = TempDir::new()?;
        Ok(Self {
            stage,
            dice,
            conv,
            history: vec![false],
            at: 0,
            mark: 0,
            folder,
            said: vec![],
            files: vec![],
            answers,
        })
    }

    async fn fails(&self, seed: u64, step: u32, error: &anyhow::Error) -> ! {
        let name = format!("navigations-{}", self.stage.visitor.kind.name());
        let folder = failure::keep_one(&name, &self.stage.visitor.driver, "").await;
        let seen = self.stage.widget().text().await.unwrap_or_default();
        panic!(
            "at navigation {step} of TANDEM_SEED={seed}: {error:#}\nthe widget says:\n{seen}\nsee {}",
            folder.display()
        );
    }

    async fn step(&mut self, trace: &mut Vec<String>) -> Result<()> {
        self.answers_perhaps().await?;
        self.scrolls().await?;
        let go = self.chooses();
        let texts = self.dice.random_range(0..3);
        let uploads = self.dice.random_range(0..8) == 0;
        let mut anchor = self.stage.widget().eval(ANCHOR).await?;
        // Whoever says something goes to it.
        if let Some(end) = anchor.get_mut(2).filter(|_| uploads || 0 < texts) {
            *end = true.into();
        }
        trace.push(format!(
            "{go:?} from {anchor} with {texts} texts{}",
            if uploads { " and a file" } else { "" }
        ));
        if uploads {
            self.uploads().await?;
        }
        self.leaves(go, texts).await?;
        self.arrives(&anchor).await
    }

    /// The agent says something now and then, and hears what came.
    async fn answers_perhaps(&mut self) -> Result<()> {
        let (answers, waits) = (self.dice.random_range(0..3) == 0, self.dice.random_range(0..2) == 0);
        let text = format!("Answer {}", self.answers.len());
        let agent = self.stage.agent.as_mut().context("an agent")?;
        if !answers {
            return match agent.rest(Duration::from_millis(2)).await {
                Err(error) if error.passes() => Ok(agent.connect().await?),
                rested => Ok(rested?),
            };
        }
        agent.write(&self.conv, &text).await?;
        self.answers.push(text.clone());
        if waits {
            let there = format!(
                "[...root.querySelectorAll('.them .bubble')].some(it => it.textContent === {text:?})"
            );
            self.stage.widget().until("the answer", &there).await?;
        }
        Ok(())
    }

    /// To the end, or to somewhere above it.
    async fn scrolls(&mut self) -> Result<()> {
        let part = if self.dice.random_range(0..2) == 0 { 1.0 } else { self.dice.random_range(0.0..1.0_f64) };
        let scroll = format!(
            "(() => {{ const it = root.querySelector('[data-scroll]'), most = it.scrollHeight - it.clientHeight;
             it.scrollTop = {part} === 1 ? most : Math.round({part} * (most - 150)); return true; }})()"
        );
        self.stage.widget().until("the thread to scroll", &scroll).await?;
        // Nobody leaves before they see where it stands: what was scrolled is told with the next frame.
        let frames = format!(
            "(window.drawn === {0} || (window.draws !== {0} && (window.draws = {0},
             requestAnimationFrame(() => requestAnimationFrame(() => window.drawn = {0}))), false))",
            self.mark
        );
        until(&self.stage.visitor.driver, "the thread to be drawn", &frames).await.map(drop)
    }

    fn chooses(&mut self) -> Go {
        loop {
            let all = [Go::Link, Go::Link, Go::Across, Go::Reload, Go::Back, Go::Back, Go::Forward];
            let go = all[self.dice.random_range(0..all.len())];
            let is_first = go == Go::Back && self.at == 0;
            let is_last = go == Go::Forward && self.at + 1 == self.history.len();
            if !is_first && !is_last {
                return go;
            }
        }
    }

    async fn uploads(&mut self) -> Result<()> {
        let name = format!("file-{}.txt", self.files.len());
        let path = self.folder.path().join(&name);
        std::fs::write(&path, vec![b'a'; FILE])?;
        self.is_slow(true).await?;
        let widget = self.stage.widget();
        widget.chooses_files(&[&path]).await?;
        widget.until("the file", "root.querySelector('.tray .file')").await?;
        // Nobody's hand sends it and leaves before the browser has written what was chosen.
        let there = format!("({KEPT})({name:?})");
        until(&self.stage.visitor.driver, "the file to outlive its page", &there).await?;
        self.stage.widget().eval("void root.querySelector('[data-send]').click()").await?;
        self.files.push(name);
        Ok(())
    }

    /// Slows down what goes out, where the browser can be told to: a page is left in the middle of it.
    async fn is_slow(&self, slow: bool) -> Result<()> {
        if self.stage.visitor.kind == Kind::Firefox {
            return Ok(());
        }
        let cdp = self.stage.visitor.driver.cdp();
        cdp.send_raw("Network.enable", json!({})).await?;
        let upload = if slow { i64::from(UPLOAD) } else { -1 };
        let terms =
            json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload });
        cdp.send_raw("Network.emulateNetworkConditions", terms).await?;
        Ok(())
    }

    /// Says so many texts by Enter; in the task of the last one the page is left where it is left by a link.
    async fn leaves(&mut self, go: Go, texts: u32) -> Result<()> {
        let first = self.said.len();
        self.said
            .extend((0..texts).map(|n| format!("Text {}", first + usize::try_from(n).unwrap_or_default())));
        let said = serde_json::to_string(&self.said[first..])?;
        // A last word is typed as people do; those before it were typed so fast that they are all on their way.
        let send = format!(
            "const field = root.querySelector('[data-compose]');
             for (const text of {said}) {{
                 field.value = text;
                 field.dispatchEvent(new Event('input', {{ bubbles: true }}));
                 field.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', bubbles: true, cancelable: true }}));
             }}"
        );
        let to = self.link(go);
        let leave = to.map_or(String::new(), |url| {
            format!("const link = document.createElement('a'); link.href = {url:?}; document.body.append(link); link.click();")
        });
        let done = self.stage.widget().eval(&format!("(() => {{ {send} {leave} }})()")).await;
        let driver = &self.stage.visitor.driver;
        match go {
            // The page may be gone before it can answer.
            Go::Link | Go::Across => return Ok(()),
            Go::Reload => driver.refresh().await?,
            Go::Back => driver.back().await?,
            Go::Forward => driver.forward().await?,
        }
        done.map(drop)
    }

    /// Where a link leads; keeps the history.
    fn link(&mut self, go: Go) -> Option<String> {
        let here = self.history[self.at];
        let there = match go {
            Go::Link => here,
            Go::Across => !here,
            Go::Reload => return None,
            Go::Back | Go::Forward => {
                self.at = if go == Go::Back { self.at - 1 } else { self.at + 1 };
                return None;
            }
        };
        self.history.truncate(self.at + 1);
        self.history.push(there);
        self.at += 1;
        let origin = if there { self.stage.other_shop() } else { self.stage.shop.clone() };
        // Each is another page than the one before: the same address would be no new entry.
        Some(format!("{origin}{}?lang=en&n={}", PATHS[self.dice.random_range(0..PATHS.len())], self.mark))
    }

    async fn arrives(&mut self, anchor: &Value) -> Result<()> {
        let driver = &self.stage.visitor.driver;
        let next = format!(
            "location.hostname && document.readyState === 'complete' && window.mark !== {}",
            self.mark
        );
        until(driver, "the next page", &next).await?;
        self.mark += 1;
        eval(driver, &format!("void (window.mark = {})", self.mark)).await?;
        let host = eval(driver, "location.hostname.startsWith('help.')").await?;
        ensure!(host == self.history[self.at], "the page is on the wrong subdomain");
        ensure!(!anchor.is_null(), "there was no thread");
        // What was on its way may be shorter now that it has arrived: where it stood is near the end then.
        let same = if anchor[2] == true {
            format!("{ANCHOR}?.[2]")
        } else {
            let (seq, above) = (&anchor[0], &anchor[1]);
            format!("(it => it && it[0] === {seq} && Math.abs(it[1] - {above}) <= 2)({ANCHOR})")
        };
        let found = self.stage.widget().until(&format!("the thread at {anchor}"), &same).await;
        if found.is_err() {
            let now = self.stage.widget().eval(ANCHOR).await;
            found.with_context(|| format!("it stands at {now:?}"))?;
        }
        Ok(())
    }

    /// On both sides everything is there once, in its author's order; and the visitor reads what the agent reads.
    async fn ends(&mut self) -> Result<()> {
        self.is_slow(false).await?;
        // What was begun on a subdomain goes on there.
        for shop in [self.stage.other_shop(), self.stage.shop.clone()] {
            self.stage.visitor.driver.goto(format!("{shop}/help?lang=en")).await?;
            let widget = self.stage.widget();
            widget
                .until(
                    "the thread",
                    "root.querySelector('.thread') || (root.querySelector('.open').click(), false)",
                )
                .await?;
            widget
                .until(
                    "nothing on its way",
                    "root.querySelector('[data-seq]') && !root.querySelector('.pending, .failed')",
                )
                .await?;
        }
        let last = "The very last".to_owned();
        self.stage.widget().writes(&last).await?;
        self.stage.widget().has_sent(&last).await?;
        self.said.push(last.clone());
        let agent = self.stage.agent.as_mut().context("an agent")?;
        agent.reads(&self.conv, |it| it.text == last).await?;
        let thread = agent.open[&self.conv].msgs.clone();
        let texts = |from: From| -> Vec<&str> {
            let own = |it: &&Msg| it.from == from && it.kind == "text";
            thread.iter().filter(own).map(|it| it.text.as_str()).collect()
        };
        ensure!(texts(From::Visitor) == self.said, "the agent reads {:?}", texts(From::Visitor));
        ensure!(texts(From::Agent) == self.answers, "the agent said {:?}", texts(From::Agent));
        let mut files: Vec<_> =
            thread.iter().flat_map(|it| &it.meta.files).map(|it| (it.name.clone(), it.bytes)).collect();
        files.sort();
        let mut sent: Vec<_> =
            self.files.iter().map(|it| (it.clone(), u64::try_from(FILE).unwrap_or_default())).collect();
        sent.sort();
        ensure!(files == sent, "the agent has the files {files:?}");
        self.reads_the_same(&thread).await
    }

    async fn reads_the_same(&self, thread: &[Msg]) -> Result<()> {
        let rows = "[...root.querySelectorAll('[data-seq]')].map(it => [Number(it.dataset.seq), it.querySelector('.bubble')?.textContent ?? ''])";
        let shown: Vec<(u64, String)> = serde_json::from_value(self.stage.widget().eval(rows).await?)?;
        let told: Vec<_> = thread
            .iter()
            .map(|it| (it.seq, if it.kind == "text" { it.text.clone() } else { String::new() }))
            .collect();
        ensure!(shown == told, "the visitor reads {shown:?}\nand the agent {told:?}");
        Ok(())
    }
}

// shows: ERR-04
#[tokio::test]
async fn two_hundred_navigations_lose_nothing_in_chromium() {
    walks(Kind::Chromium, 200).await;
}

// shows: ERR-04
#[tokio::test]
async fn sixty_navigations_lose_nothing_in_firefox() {
    walks(Kind::Firefox, 60).await;
}
