//! What assistive technology cannot use in a page, by axe-core: in the page, and inside our closed roots, which are
//! taken from outside and shown to it for as long as it looks.
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::{
    browser::Kind,
    closed::{Wire, wire},
};

/// Shows a closed root, which a function holds as `root`.
const SHOW: &str = "Object.defineProperty(root.host, 'shadowRoot', { value: root, configurable: true })";

/// A part of a page.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What it is, for reports.
    pub name: &'a str,
    /// The JavaScript expression of the element that is looked at.
    pub element: &'a str,
    /// That of the element in which something wrong is planted.
    pub plant: &'a str,
}

/// What is serious or critical in a part of a page; nothing where people can use it. Something wrong is planted there
/// too, and must be found.
///
/// # Errors
/// When it is not, or the page is gone.
pub async fn faults(driver: &WebDriver, part: Part<'_>) -> Result<Vec<String>> {
    let Part { name, element, plant } = part;
    let faults = run(driver, element, "{}").await.with_context(|| format!("looking at {name}"))?;
    let planted = format!(
        "(({plant}).append(Object.assign(document.createElement('button'), {{ className: 'planted' }})), true)"
    );
    crate::wait::eval(driver, &planted).await.with_context(|| format!("planting in {name}"))?;
    let found = run(driver, element, "{ runOnly: ['button-name'] }").await?;
    crate::wait::eval(driver, &format!("({plant}).querySelector(':scope > .planted').remove()")).await?;
    let is_found = found.iter().any(|it| it.contains("button-name") && it.contains("planted"));
    ensure!(is_found, "{name}: a button without a name was not found: {found:?}");
    Ok(faults.into_iter().map(|it| format!("{name}: {it}")).collect())
}

/// As [`faults`], for the closed root of a host: it is shown before, and closed again afterwards.
///
/// # Errors
/// As there, or when there is no such host.
pub async fn faults_inside(
    (driver, kind): (&WebDriver, Kind),
    (name, host): (&str, &str),
    plant: &str,
) -> Result<Vec<String>> {
    show(driver, kind, host).await.with_context(|| format!("taking the root of {name}"))?;
    let element = format!("document.querySelector({host:?})");
    let plant = format!("{element}.shadowRoot.querySelector({plant:?})");
    let found = faults(driver, Part { name, element: &element, plant: &plant }).await;
    crate::wait::eval(driver, &format!("delete {element}.shadowRoot")).await?;
    found
}

/// What is serious or critical, a line each.
async fn run(driver: &WebDriver, element: &str, options: &str) -> Result<Vec<String>> {
    if crate::wait::eval(driver, "!window.axe").await? == true {
        driver.execute(script()?, Vec::new()).await?;
    }
    let run = format!(
        "const done = arguments[arguments.length - 1];
         const at = (it) => it.nodes.slice(0, 5).map((node) => node.html.slice(0, 200) + ' ' + node.any.concat(node.all, node.none).map((why) => why.message).join('; '));
         axe.run({element}, {{ resultTypes: ['violations'], iframes: false, ...{options} }}).then(
           ({{ violations }}) => done(violations.filter((it) => ['serious', 'critical'].includes(it.impact))
             .map((it) => [it.impact, it.id, it.help, ...at(it)].join('\\n    '))),
           (error) => done(['axe-core fails: ' + error]));"
    );
    let answer = driver.execute_async(run, Vec::new()).await?;
    Ok(serde_json::from_value(answer.json().clone())?)
}

fn script() -> Result<String> {
    let file = env::var_os("TANDEM_AXE").context("TANDEM_AXE is not set: run cargo xtask browsers")?;
    fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
}

async fn show(driver: &WebDriver, kind: Kind, host: &str) -> Result<()> {
    match kind {
        Kind::Chromium => {
            let find = json!({ "expression": format!("document.querySelector({host:?})") });
            let found = cdp(driver, "Runtime.evaluate", find).await?;
            let about = json!({ "objectId": found["result"]["objectId"], "depth": 1, "pierce": true });
            let node = cdp(driver, "DOM.describeNode", about).await?;
            let root = json!({ "backendNodeId": node["node"]["shadowRoots"][0]["backendNodeId"] });
            let held = cdp(driver, "DOM.resolveNode", root).await?;
            let function = format!("function () {{ const root = this; {SHOW}; }}");
            let call = json!({ "objectId": held["object"]["objectId"], "functionDeclaration": function });
            cdp(driver, "Runtime.callFunctionOn", call).await.map(drop)
        }
        Kind::Firefox => {
            let host = driver.find(By::Css(host)).await?;
            let root = wire(driver, Wire::Get(format!("element/{}/shadow", host.element_id()))).await?;
            let script = format!("const root = arguments[0]; {SHOW};");
            let call = json!({ "script": script, "args": [root] });
            wire(driver, Wire::Post("execute/sync".into(), call)).await.map(drop)
        }
    }
}

async fn cdp(driver: &WebDriver, method: &str, parameters: Value) -> Result<Value> {
    Ok(driver.cdp().send_raw(method, parameters).await?)
}
