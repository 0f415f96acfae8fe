//! A page that changes at random, recorded and replayed beside itself: the two are equal at every look.
//!
//! The seeds are printed. `TANDEM_SEED` begins with another, `TANDEM_BATCHES` runs more of them in each browser. A
//! failing case is kept in `target/failures/differential-BROWSER-SEED.json`.
#![allow(clippy::print_stdout, reason = "the seeds are told")]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};
use tests::{
    browser::{Browser, Kind},
    files::Files,
    story::web,
    wait::until,
};

/// The first seed, where none is given: a failure of today is one of tomorrow.
const SEED: u64 = 100;
/// Random batches in each browser.
const BATCHES: u64 = 2_000;
/// Batches with one seed; then a page begins anew.
const CASE: u64 = 100;
/// What a replay may lack.
const REMOVALS: &str = include_str!("../../pages/differential/removals.json");

#[tokio::test]
async fn a_replay_equals_its_source_in_chromium() -> Result<()> {
    stays_equal(Kind::Chromium).await
}

#[tokio::test]
async fn a_replay_equals_its_source_in_firefox() -> Result<()> {
    stays_equal(Kind::Firefox).await
}

#[tokio::test]
async fn what_is_missed_or_altered_is_found_once_and_healed_in_chromium() -> Result<()> {
    heals(Kind::Chromium).await
}

#[tokio::test]
async fn what_is_missed_or_altered_is_found_once_and_healed_in_firefox() -> Result<()> {
    heals(Kind::Firefox).await
}

async fn stays_equal(kind: Kind) -> Result<()> {
    let (first, batches) = (number("TANDEM_SEED", SEED)?, number("TANDEM_BATCHES", BATCHES)?);
    println!("{}: TANDEM_SEED={first} TANDEM_BATCHES={batches}", kind.name());
    let bench = Bench::set(kind).await?;
    let begun = Instant::now();
    let outcome = bench.call("removed(...arguments)", vec![json!(bench.capture)], "").await?;
    bench.judge(first, &outcome)?;
    let removals = removals(&outcome);
    ensure!(removals == listed()?, "removals.json lists others than were seen: {removals:?}");
    let wrong = bench.call("onceWrong(...arguments)", vec![json!(bench.capture)], "").await?;
    ensure!(wrong == json!([]), "wrong again in {}: {wrong:#}", kind.name());
    let mut total = Total::default();
    for seed in (first..).take(usize::try_from(batches.div_ceil(CASE))?) {
        let arguments = vec![json!(seed), json!(CASE), json!(bench.capture)];
        let outcome = bench.call("changes(...arguments)", arguments, "").await?;
        total.add(&outcome);
        bench.judge(seed, &outcome)?;
    }
    println!("{}: {total:?} in {:?}", kind.name(), begun.elapsed());
    ensure!(total.batches >= batches, "only {} batches", total.batches);
    bench.browser.quit().await
}

async fn heals(kind: Kind) -> Result<()> {
    let seed = number("TANDEM_SEED", SEED)?;
    println!("{}: TANDEM_SEED={seed}", kind.name());
    let bench = Bench::set(kind).await?;
    let arguments = vec![json!(seed), json!(bench.capture)];
    let outcome = bench.call("watched(...arguments)", arguments, "#watched").await?;
    println!("{}: {}", kind.name(), outcome["found"]);
    bench.judge(seed, &outcome)?;
    bench.browser.quit().await
}

/// A browser, and the pages that run in it.
struct Bench {
    browser: Browser,
    files: Files,
    /// The address of the capture's own module.
    capture: String,
}

impl Bench {
    async fn set(kind: Kind) -> Result<Self> {
        let library = web()?.join("lib");
        let capture = capture(&library)?;
        let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/pages/differential").into();
        let files = Files::serve(vec![("/lib/", library), ("/", pages)]).await?;
        Ok(Self { browser: Browser::start(kind, "en").await?, files, capture })
    }

    /// Calls one of the functions of `run.js` in a fresh page.
    async fn call(&self, function: &str, arguments: Vec<Value>, hash: &str) -> Result<Value> {
        let driver = &self.browser.driver;
        // Another hash alone would not be another page.
        driver.goto("about:blank").await?;
        driver.goto(&format!("{}/{hash}", self.files.url)).await?;
        until(driver, "the page", "globalThis.changes").await?;
        let script = format!(
            "const done = [].pop.call(arguments);
             {function}.then(done, error => done({{ failure: {{ reasons: [`${{error}}\\n${{error.stack}}`] }} }}));"
        );
        let answer = driver.execute_async(script, arguments).await;
        Ok(answer.with_context(|| format!("calling {function}"))?.json().clone())
    }

    /// Fails with a case that failed, and keeps it.
    fn judge(&self, seed: u64, outcome: &Value) -> Result<()> {
        if outcome["failure"].is_null() {
            return Ok(());
        }
        let browser = self.browser.kind.name();
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/failures"));
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("differential-{browser}-{seed}.json"));
        let case = json!({ "seed": seed, "browser": browser, "outcome": outcome });
        fs::write(&file, serde_json::to_string_pretty(&case)?)?;
        let reasons = &outcome["failure"]["reasons"];
        Err(anyhow!("{browser}, TANDEM_SEED={seed}: {reasons:#}\nsee {}", file.display()))
    }
}

/// What was done in a run.
#[derive(Debug, Default)]
struct Total {
    batches: u64,
    comparisons: u64,
    frames: u64,
    nodes: u64,
}

impl Total {
    fn add(&mut self, outcome: &Value) {
        let count = |name: &str| outcome["counts"][name].as_u64().unwrap_or(0);
        self.batches += count("batches");
        self.comparisons += count("comparisons");
        self.frames += count("frames");
        self.nodes += count("nodes");
    }
}

/// What a replay lacked of its source.
fn removals(outcome: &Value) -> BTreeSet<String> {
    let removals = outcome["removals"].as_array().into_iter().flatten();
    removals.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What `removals.json` lists, as the pages name it: `[attribute]`, `element[attribute]`, `<element>`, or in words.
fn listed() -> Result<BTreeSet<String>> {
    let list: Value = serde_json::from_str(REMOVALS)?;
    let array = |name| list[name].as_array().with_context(|| format!("{name} is no list"));
    let attributes = array("attributes")?.iter().filter_map(Value::as_str);
    let unseen = array("unseen")?.iter().filter_map(Value::as_str).map(str::to_owned);
    let object = |name| list[name].as_object().with_context(|| format!("{name} is no object"));
    let renamed = object("renamed")?.keys().chain(object("apart")?.keys());
    let rebuilt = object("rebuilt")?.keys();
    let elements = rebuilt.map(|tag| format!("<{tag}>"));
    let attributes = attributes.map(|name| format!("[{name}]"));
    Ok(attributes.chain(renamed.cloned()).chain(elements).chain(unseen).collect())
}

fn number(variable: &str, otherwise: u64) -> Result<u64> {
    match env::var(variable) {
        Ok(text) => text.parse().with_context(|| format!("{variable} is a number")),
        Err(_) => Ok(otherwise),
    }
}

/// Where the library serves the capture's own module: its folder's name has a hash.
fn capture(library: &Path) -> Result<String> {
    let snippets = library.join("snippets");
    let entries = fs::read_dir(&snippets).with_context(|| format!("looking into {}", snippets.display()))?;
    let mut names = entries.filter_map(|it| it.ok()?.file_name().into_string().ok());
    let name =
        names.find(|it| it.starts_with("visitor-agent-wasm-")).context("the library has no capture")?;
    Ok(format!("/lib/snippets/{name}/js/capture/capture.js"))
}
