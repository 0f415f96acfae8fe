//! Two languages: the bar speaks the page's, the desk the agent's, and neither says a word of the other.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{
    browser::Kind,
    story::{Stage, tell_in},
    wait::{eval, until},
};
use thirtyfour::WebDriver;

/// What both sides say, from the only places where it stands: English, French.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let parts = root.join("agent-viewer/src/i18n/table").read_dir().expect("the desk's texts");
    let parts = parts.map(|part| part.expect("one part of them").path());
    let tables = parts.chain([root.join("visitor-agent-wasm/src/words.rs")]);
    let mut found: Vec<_> =
        tables.flat_map(|table| pairs(&fs::read_to_string(table).expect("readable"))).collect();
    // The switch names the other language, in that language.
    found.retain(|(english, _)| english != "Passer en français");
    assert!(found.len() > 130, "the tables read as {} texts", found.len());
    found
}

/// `Name: "English", "French";`
fn pairs(table: &str) -> Vec<(String, String)> {
    let statements = table.split(";\n").filter_map(|statement| {
        let mut parts = statement.split('"');
        let name = parts.next()?.trim_end().rsplit('\n').next()?;
        let (english, between, french) = (parts.next()?, parts.next()?, parts.next()?);
        let is_text = name.trim_end().ends_with(':') && between.trim() == ",";
        is_text.then(|| (english.to_owned(), french.to_owned()))
    });
    statements.collect()
}

/// Whether `said` is the text, whatever stands for its parts.
fn says(text: &str, said: &str) -> bool {
    let fixed: Vec<&str> = text.split('{').map(|part| part.rsplit('}').next().unwrap_or_default()).collect();
    if fixed.concat().trim().chars().count() < 4 {
        return false;
    }
    let (Some(first), Some(last)) = (fixed.first(), fixed.last()) else { return false };
    if fixed.len() == 1 {
        return text == said;
    }
    let mut rest = said;
    said.starts_with(first)
        && said.ends_with(last)
        && fixed.iter().all(|part| rest.find(part).map(|at| rest = &rest[at + part.len()..]).is_some())
}

/// Everything that is read or read out in a window of ours.
async fn said_in(driver: &WebDriver) -> Result<Vec<String>> {
    let script = "(() => { const said = [], walk = document.createTreeWalker(document.body, 4);
        while (walk.nextNode()) if (!walk.currentNode.parentElement.closest('script, style')) said.push(walk.currentNode.data);
        for (const it of document.querySelectorAll('*')) for (const name of ['title', 'aria-label', 'placeholder', 'aria-description', 'alt'])
          if (it.hasAttribute(name)) said.push(it.getAttribute(name));
        return said.map(it => it.trim()).filter(Boolean); })()";
    let said = eval(driver, script).await?;
    Ok(said.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Nothing of `said` is a text of the other language, and something is a text of this one.
fn is_all(language: &str, said: &[String]) -> Result<()> {
    let (mut own, texts) = (0, texts());
    for it in said {
        let speaks = |french: bool| texts.iter().any(|(en, fr)| says(if french { fr } else { en }, it));
        let (french, english) = (speaks(true), speaks(false));
        let (here, other) = if language == "fr" { (french, english) } else { (english, french) };
        own += usize::from(here);
        ensure!(here || !other, "{it:?} is said where {language} is spoken");
    }
    ensure!(0 < own, "nothing is said in {language}: {said:?}");
    Ok(())
}

async fn desk_speaks(stage: &Stage, language: &str) -> Result<()> {
    let lang = eval(stage.agent.window(), "document.documentElement.lang").await?;
    ensure!(lang == language, "the desk's language is {lang}");
    is_all(language, &said_in(stage.agent.window()).await?)
}

async fn bar_speaks(stage: &Stage, language: &str) -> Result<()> {
    let said = stage.visitor.bar_text().await;
    is_all(language, &said.lines().map(str::to_owned).collect::<Vec<_>>()).context(said)
}

async fn changes_the_page(stage: &Stage, lang: &str) -> Result<()> {
    stage.visitor.reads(&format!("document.documentElement.lang = {lang:?}")).await.map(drop)
}

async fn in_french(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    agent.window().goto(agent.visitors()).await?;
    agent.is_told("Connectez-vous à votre bureau").await?;
    desk_speaks(stage, "fr").await.context("the log-in")?;
    agent.logs_in().await?;
    agent.is_told("Votre bureau est prêt").await?;
    desk_speaks(stage, "fr").await.context("the empty desk")?;
    visitor.opens("/products").await?;
    visitor.has("document.documentElement.lang === 'fr'").await?;
    agent.chooses_the_visitor().await?;
    agent.is_told("Partage d’écran").await?;
    desk_speaks(stage, "fr").await.context("the desk")?;
    agent.asks_for_a_view().await?;
    visitor.is_told("Sophie aimerait voir cette page").await?;
    bar_speaks(stage, "fr").await.context("the question")?;
    agent.is_told("En attente du visiteur…").await?;
    desk_speaks(stage, "fr").await.context("asking")?;
    visitor.presses("allow").await?;
    visitor.is_told("Sophie voit cette page").await?;
    bar_speaks(stage, "fr").await.context("the bar")?;
    agent.sees("page.querySelector('#list li.card')").await?;
    desk_speaks(stage, "fr").await.context("viewing")?;
    agent.takes("Contrôler").await?;
    visitor.is_told("Sophie aimerait prendre le contrôle de cette page").await?;
    bar_speaks(stage, "fr").await.context("the second question")?;
    visitor.presses("allow").await?;
    visitor.is_told("Sophie contrôle cette page").await?;
    agent.is_told("Vous contrôlez").await?;
    desk_speaks(stage, "fr").await.context("controlling")
}

/// The page changes its language, then the agent theirs.
async fn changes_language(stage: &Stage) -> Result<()> {
    let (visitor, agent) = (&stage.visitor, &stage.agent);
    changes_the_page(stage, "en-GB").await?;
    visitor.is_told("Sophie is controlling this page").await?;
    bar_speaks(stage, "en").await?;
    changes_the_page(stage, "fr-CA").await?;
    visitor.is_told("Sophie contrôle cette page").await?;
    visitor.presses("take-back").await?;
    agent.is_told("Partage en cours").await?;
    visitor.presses("stop").await?;
    visitor.is_told("Le partage est terminé").await?;
    bar_speaks(stage, "fr").await?;
    agent.is_told("Le visiteur y a mis fin.").await?;
    desk_speaks(stage, "fr").await.context("the end")?;
    agent.window().goto(agent.visitors()).await?;
    until(agent.window(), "the desk", "document.querySelector('#list-title')").await?;
    agent.presses("EN · Switch to English").await?;
    until(agent.window(), "the other language", "document.documentElement.lang === 'en'").await?;
    desk_speaks(stage, "en").await.context("after the switch")?;
    // The choice is the agent's from now on, whatever the browser prefers.
    agent.window().refresh().await?;
    until(agent.window(), "the desk", "document.querySelector('#list-title')").await?;
    desk_speaks(stage, "en").await.context("remembered")
}

async fn tells(kind: Kind) {
    let story = async |stage: &mut Stage| {
        in_french(stage).await?;
        changes_language(stage).await
    };
    tell_in("french", kind, "fr", story).await;
}

#[tokio::test]
async fn desk_and_bar_speak_french_and_nothing_else_in_chromium() {
    tells(Kind::Chromium).await;
}

#[tokio::test]
async fn desk_and_bar_speak_french_and_nothing_else_in_firefox() {
    tells(Kind::Firefox).await;
}

#[test]
fn a_text_is_known_by_its_fixed_words() {
    assert!(says("{} would like to see this page", "Sophie would like to see this page"));
    assert!(says("Wait {time}, then go", "Wait 0:30, then go") && !says("Wait {time}, then go", "Wait, go"));
    assert!(!says("{n} d", "3 d"), "too short to know");
    let none = [String::from("Log out")];
    assert!(is_all("en", &none).is_ok() && is_all("fr", &none).is_err());
}
