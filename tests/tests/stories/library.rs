//! The library as its users have it: with its types, and settled when all is painted.
use std::{env, fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cobrowse_core::wire::PageKind;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    browser::{Browser, Kind},
    files::Files,
    story::web,
    wait::until,
};

/// The page, its script and its picture.
const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pages/library");
/// Fonts from npm.
const FONTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/pages/fonts");
/// The picture's colour, without its opacity.
const ORANGE: &str = "232,80,31,255";

#[tokio::test]
async fn a_replay_is_settled_when_its_late_picture_and_font_are_painted() -> Result<()> {
    let folder = TempDir::with_prefix("library-")?;
    let library = web()?.join("lib");
    compiles(folder.path(), &library)?;
    for kind in [Kind::Chromium, Kind::Firefox] {
        let folders =
            vec![("/lib/", library.clone()), ("/fonts/", FONTS.into()), ("/", folder.path().to_owned())];
        let files = Files::serve(folders).await?;
        let browser = Browser::start(kind, "en").await?;
        settles(&browser, &files).await.with_context(|| format!("in {}", kind.name()))?;
        browser.quit().await?;
    }
    Ok(())
}

/// TypeScript accepts the types that come with the library, those that are generated too, and a page that uses them as
/// they are meant; and refuses what they are not.
fn compiles(folder: &Path, library: &Path) -> Result<()> {
    let types = folder.join("lib");
    fs::create_dir(&types)?;
    for name in ["tandem.d.ts", "engine.d.ts"] {
        fs::copy(library.join(name), types.join(name)).with_context(|| format!("the library's {name}"))?;
    }
    for name in ["index.html", "picture.svg", "sample.ts"] {
        fs::copy(Path::new(PAGES).join(name), folder.join(name))?;
    }
    let tsc = env::var_os("TANDEM_TSC").context("TANDEM_TSC is not set: run cargo xtask browsers")?;
    let mut command = Command::new("node");
    command.arg(tsc).args(["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes"]);
    command.args([
        "--target",
        "es2022",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
        "--noEmitOnError",
    ]);
    command.args([
        "--lib",
        "es2022,esnext.disposable,dom,dom.iterable",
        "--types",
        "",
        "sample.ts",
        "lib/engine.d.ts",
    ]);
    let told = command.current_dir(folder).output().context("running TypeScript")?;
    ensure!(told.status.success(), "TypeScript: {}", String::from_utf8_lossy(&told.stdout));
    Ok(())
}

async fn settles(browser: &Browser, files: &Files) -> Result<()> {
    let driver = &browser.driver;
    driver.goto(&format!("{}/#{}", files.url, PageKind::Asset as u8)).await?;
    until(driver, "the sample", "window.settles").await?;
    let told = asks(browser, "settles()").await?;
    let wanted = [
        "neither came",
        "the picture came",
        "other letters: true",
        "settled",
        "picture: true",
        "letters: true",
    ];
    ensure!(told == json!(wanted), "{told}");
    let picture = STANDARD.encode(driver.screenshot_as_png().await?);
    let colours = asks(browser, &format!("colours({picture:?})")).await?;
    ensure!(colours == json!([ORANGE, ORANGE]), "page and replay have {colours}");
    let rest = asks(browser, "rest()").await?;
    ensure!(rest == json!(["1,0.5,0.5,120,80", true, true, 0, 1, 0]), "{rest}");
    Ok(())
}

/// What a function of the sample answers.
async fn asks(browser: &Browser, call: &str) -> Result<Value> {
    let script = format!(
        "const done = arguments[0]; {call}.then(done, error => done(`${{error}} ${{error.stack}}`));"
    );
    let answer = browser.driver.execute_async(script, Vec::new()).await;
    Ok(answer.with_context(|| format!("calling {call:.40}"))?.json().clone())
}
