//! Looks into our closed root as assistive technology does, from outside the page. Nothing in the page opens it:
//! Chromium is asked through its debugging protocol, Firefox through its driver.
use anyhow::{Context, Result, ensure};
use http::Method;
use serde_json::{Value, json};
use thirtyfour::{RequestData, common::command::FormatRequestData, prelude::*};

use crate::{browser::Kind, visitor::HOST};

/// A button, and where its middle is in the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// CSS pixels from the left.
    pub x: i64,
    /// CSS pixels from the top.
    pub y: i64,
}

/// All that the question and the bar say, a line each.
///
/// # Errors
/// When nothing of ours is shown.
pub async fn text(driver: &WebDriver, kind: Kind) -> Result<String> {
    match kind {
        Kind::Chromium => {
            let root = pierced(driver).await?;
            let mut lines = Vec::new();
            gather_text(&root, &mut lines);
            Ok(lines.join("\n"))
        }
        Kind::Firefox => {
            let mut lines = Vec::new();
            for part in in_root(driver, ".scene").await? {
                let text = wire(driver, Wire::Get(format!("element/{part}/text"))).await?;
                lines.push(text.as_str().unwrap_or_default().to_owned());
            }
            Ok(lines.join("\n"))
        }
    }
}

/// The name beside the agent's pointer.
///
/// # Errors
/// When no pointer is shown.
pub async fn pointer(driver: &WebDriver, kind: Kind) -> Result<String> {
    match kind {
        Kind::Chromium => {
            let root = pierced(driver).await?;
            let mut lines = Vec::new();
            gather_text(find_class(&root, "name").context("no pointer")?, &mut lines);
            Ok(lines.concat())
        }
        Kind::Firefox => {
            let found = in_root(driver, ".hand .name").await?;
            let name = found.first().context("no pointer")?;
            let text = wire(driver, Wire::Get(format!("element/{name}/property/textContent"))).await?;
            Ok(text.as_str().unwrap_or_default().to_owned())
        }
    }
}

/// The middle of the button that does `act`.
///
/// # Errors
/// When it is not shown.
pub async fn button(driver: &WebDriver, kind: Kind, act: &str) -> Result<Spot> {
    match kind {
        Kind::Chromium => {
            let root = pierced(driver).await?;
            let node = find_act(&root, act).with_context(|| format!("no button {act}"))?;
            let found = cdp(driver, "DOM.getBoxModel", json!({ "backendNodeId": node })).await?;
            let quad = found["model"]["border"].as_array().context("the button has no box")?;
            let at = |index: usize| quad.get(index).and_then(Value::as_f64).unwrap_or_default();
            Ok(Spot { x: ((at(0) + at(4)) / 2.0) as i64, y: ((at(1) + at(5)) / 2.0) as i64 })
        }
        Kind::Firefox => {
            let found = in_root(driver, &format!("button[data-act={act}]")).await?;
            let button = found.first().with_context(|| format!("no button {act}"))?;
            let rect = wire(driver, Wire::Get(format!("element/{button}/rect"))).await?;
            let scroll = crate::wait::eval(driver, "[scrollX, scrollY]").await?;
            let of = |value: &Value| value.as_f64().unwrap_or_default();
            Ok(Spot {
                x: (of(&rect["x"]) + of(&rect["width"]) / 2.0 - of(&scroll[0])) as i64,
                y: (of(&rect["y"]) + of(&rect["height"]) / 2.0 - of(&scroll[1])) as i64,
            })
        }
    }
}

/// What an expression is, in which `root` is our closed root.
///
/// # Errors
/// When nothing of ours is shown, or the expression throws.
pub async fn eval(driver: &WebDriver, kind: Kind, expression: &str) -> Result<Value> {
    match kind {
        Kind::Chromium => {
            let root = json!({ "backendNodeId": pierced(driver).await?["backendNodeId"] });
            let held = cdp(driver, "DOM.resolveNode", root).await?;
            let function = format!("function () {{ const root = this; return ({expression}); }}");
            let call = json!({ "objectId": held["object"]["objectId"], "functionDeclaration": function, "returnByValue": true });
            let answer = cdp(driver, "Runtime.callFunctionOn", call).await?;
            ensure!(answer.get("exceptionDetails").is_none(), "{expression} throws: {answer}");
            Ok(answer["result"]["value"].clone())
        }
        Kind::Firefox => {
            let host = driver.find(By::Css(HOST)).await?;
            let root = wire(driver, Wire::Get(format!("element/{}/shadow", host.element_id()))).await?;
            let script = format!("const root = arguments[0]; return ({expression});");
            wire(driver, Wire::Post("execute/sync".into(), json!({ "script": script, "args": [root] }))).await
        }
    }
}

/// A command of the WebDriver protocol that the client library has no words for.
#[derive(Debug)]
pub(crate) enum Wire {
    Get(String),
    Post(String, Value),
}

impl FormatRequestData for Wire {
    fn format_request(&self, session: &thirtyfour::SessionId) -> RequestData {
        match self {
            Self::Get(path) => RequestData::new(Method::GET, format!("/session/{session}/{path}")),
            Self::Post(path, body) => {
                RequestData::new(Method::POST, format!("/session/{session}/{path}")).add_body(body.clone())
            }
        }
    }
}

pub(crate) async fn wire(driver: &WebDriver, command: Wire) -> Result<Value> {
    Ok(driver.cmd(command).await?.value()?)
}

/// Our host, in whichever of the page's open shadow trees it stands.
async fn host(driver: &WebDriver) -> Result<String> {
    let script = format!(
        "const find = root => root.querySelector({HOST:?}) ?? [...root.querySelectorAll('*')]
            .reduce((found, it) => found ?? (it.shadowRoot && find(it.shadowRoot)), null);
         return find(document);"
    );
    let found =
        wire(driver, Wire::Post("execute/sync".into(), json!({ "script": script, "args": [] }))).await?;
    id_of(&found).context("nothing of ours is in the page")
}

/// The elements of our closed root that match (WebDriver §12.3.6, Find Elements From Shadow Root).
async fn in_root(driver: &WebDriver, selector: &str) -> Result<Vec<String>> {
    let root = wire(driver, Wire::Get(format!("element/{}/shadow", host(driver).await?))).await?;
    let root = id_of(&root).context("the host has no root")?;
    let body = json!({ "using": "css selector", "value": selector });
    let found = wire(driver, Wire::Post(format!("shadow/{root}/elements"), body)).await?;
    Ok(found.as_array().into_iter().flatten().filter_map(id_of).collect())
}

/// References are objects of one field, whose name says the kind and whose value is the id.
fn id_of(reference: &Value) -> Option<String> {
    reference.as_object()?.values().next()?.as_str().map(str::to_owned)
}

async fn cdp(driver: &WebDriver, method: &str, parameters: Value) -> Result<Value> {
    Ok(driver.cdp().send_raw(method, parameters).await?)
}

/// Our root, as the debugger describes it.
async fn pierced(driver: &WebDriver) -> Result<Value> {
    let document = cdp(driver, "DOM.getDocument", json!({ "depth": -1, "pierce": true })).await?;
    find_root(&document["root"]).cloned().context("nothing of ours is in the page")
}

fn children<'a>(node: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    node[name].as_array().into_iter().flatten()
}

fn find_root(node: &Value) -> Option<&Value> {
    if attribute(node, "popover") == Some("manual") && attribute(node, "id").is_none() {
        let closed = |root: &&Value| root["shadowRootType"] == "closed";
        if let Some(root) = children(node, "shadowRoots").find(closed) {
            return Some(root);
        }
    }
    ["shadowRoots", "children"].into_iter().find_map(|name| children(node, name).find_map(find_root))
}

fn find_act(node: &Value, act: &str) -> Option<i64> {
    if attribute(node, "data-act") == Some(act) {
        return node["backendNodeId"].as_i64();
    }
    children(node, "children").find_map(|child| find_act(child, act))
}

fn find_class<'a>(node: &'a Value, class: &str) -> Option<&'a Value> {
    if attribute(node, "class") == Some(class) {
        return Some(node);
    }
    children(node, "children").find_map(|child| find_class(child, class))
}

fn gather_text(node: &Value, lines: &mut Vec<String>) {
    if node["nodeType"] == 3 {
        lines.push(node["nodeValue"].as_str().unwrap_or_default().to_owned());
    }
    children(node, "children").for_each(|child| gather_text(child, lines));
}

fn attribute<'a>(node: &'a Value, name: &str) -> Option<&'a str> {
    let list = node["attributes"].as_array()?;
    let at = list.iter().step_by(2).position(|it| it == name)?;
    list.get(at * 2 + 1)?.as_str()
}
