//! The widget's closed root, looked into from outside the page: by Chromium's debugging protocol and by Firefox's
//! driver, which may run a function with the root in its hand. The page itself cannot.
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use thirtyfour::{WebDriver, prelude::*};

use crate::{
    browser::{Browser, Kind},
    closed::{Wire, wire},
    wait::PATIENCE,
};

/// The host of the bubble and the window: the last thing in the page, without a name.
pub const HOST: &str = "html > div[lang]:not([popover]):not([hidden])";

/// The widget of one page.
#[derive(Clone, Copy)]
pub struct Root<'a> {
    pub(super) driver: &'a WebDriver,
    pub(super) kind: Kind,
}

impl<'a> Root<'a> {
    /// The widget in the page that a browser shows.
    pub fn of(browser: &'a Browser) -> Self {
        Self { driver: &browser.driver, kind: browser.kind }
    }

    /// What an expression is, in which `root` is the closed root.
    ///
    /// # Errors
    /// When there is no widget, or the expression throws.
    pub async fn eval(&self, expression: &str) -> Result<Value> {
        match self.kind {
            Kind::Chromium => self.by_protocol(expression).await,
            Kind::Firefox => self.by_driver(expression).await,
        }
    }

    async fn by_protocol(&self, expression: &str) -> Result<Value> {
        let root = self.node(|node| {
            let is_root = node["shadowRootType"] == "closed";
            is_root && text_of(node).is_none_or(|it| !it.is_empty())
        });
        let id = root.await?;
        let found = self.cdp("DOM.resolveNode", json!({ "backendNodeId": id })).await?;
        let object = found["object"]["objectId"].as_str().context("the root cannot be held")?.to_owned();
        let function = format!("function () {{ const root = this; return ({expression}); }}");
        let call = json!({ "objectId": object, "functionDeclaration": function, "returnByValue": true });
        let answer = self.cdp("Runtime.callFunctionOn", call).await?;
        if let Some(error) = answer.get("exceptionDetails") {
            bail!("{expression} throws: {error}");
        }
        Ok(answer["result"]["value"].clone())
    }

    /// The node of the debugger's tree, in the widget's host, that is wanted.
    pub(super) async fn node(&self, wanted: impl Fn(&Value) -> bool) -> Result<i64> {
        let document = self.cdp("DOM.getDocument", json!({ "depth": -1, "pierce": true })).await?;
        let html = children(&document["root"]).find(|it| it["localName"] == "html").context("no page")?;
        let is_host = |it: &&Value| {
            it["localName"] == "div" && attribute(it, "lang").is_some() && attribute(it, "popover").is_none()
        };
        let host = children(html).filter(is_host).last().context("no widget in the page")?;
        find(host, &wanted)
            .and_then(|it| it["backendNodeId"].as_i64())
            .context("nothing like it in the widget")
    }

    pub(super) async fn cdp(&self, method: &str, parameters: Value) -> Result<Value> {
        Ok(self.driver.cdp().send_raw(method, parameters).await?)
    }

    async fn by_driver(&self, expression: &str) -> Result<Value> {
        let host = self.driver.find(By::Css(HOST)).await?;
        let root = wire(self.driver, Wire::Get(format!("element/{}/shadow", host.element_id()))).await?;
        let script = format!("const root = arguments[0]; return ({expression});");
        wire(self.driver, Wire::Post("execute/sync".into(), json!({ "script": script, "args": [root] })))
            .await
    }

    /// Waits until an expression is true, and gives its value.
    ///
    /// # Errors
    /// When it never is.
    pub async fn until(&self, what: &str, condition: &str) -> Result<Value> {
        let begun = Instant::now();
        let mut last = String::new();
        while begun.elapsed() < PATIENCE {
            match self.eval(condition).await {
                Ok(Value::Null | Value::Bool(false)) => last = "not so".into(),
                Ok(value) if value == 0 || value == "" => last = value.to_string(),
                Ok(value) => return Ok(value),
                // A page that is being left, or a widget that is not there yet.
                Err(error) => last = format!("{error:#}"),
            }
        }
        bail!("waited {PATIENCE:?} for {what} ({condition}); at last: {last}")
    }

    /// All that the widget says.
    ///
    /// # Errors
    /// When there is no widget.
    pub async fn text(&self) -> Result<String> {
        let lines = "[...root.children].map(it => it.innerText ?? '').join('\\n')";
        Ok(self.eval(lines).await?.as_str().unwrap_or_default().to_owned())
    }
}

/// A window of a phone's size, which is narrower than a browser's own can be.
///
/// # Errors
/// When the browser does not take it.
pub async fn becomes_a_phone(browser: &Browser) -> Result<()> {
    match browser.kind {
        Kind::Chromium => {
            let metrics = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": false });
            Root::of(browser).cdp("Emulation.setDeviceMetricsOverride", metrics).await.map(drop)
        }
        // Firefox's window keeps its own frame: what is left inside is what counts.
        Kind::Firefox => Ok(browser.driver.set_window_rect(0, 0, 450, 930).await?),
    }
}

fn text_of(root: &Value) -> Option<String> {
    let first = children(root).next()?;
    Some(first["localName"].as_str().unwrap_or_default().to_owned())
}

fn children(node: &Value) -> impl Iterator<Item = &Value> {
    node["children"].as_array().into_iter().flatten()
}

fn find<'a>(node: &'a Value, wanted: &impl Fn(&Value) -> bool) -> Option<&'a Value> {
    if wanted(node) {
        return Some(node);
    }
    let roots = node["shadowRoots"].as_array().into_iter().flatten();
    roots.chain(children(node)).find_map(|child| find(child, wanted))
}

pub(super) fn attribute<'a>(node: &'a Value, name: &str) -> Option<&'a str> {
    let list = node["attributes"].as_array()?;
    let at = list.iter().step_by(2).position(|it| it == name)?;
    list.get(at * 2 + 1)?.as_str()
}
