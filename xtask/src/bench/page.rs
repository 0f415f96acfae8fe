//! One page under measure.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

use super::chromium::Browser;
use super::site::ORIGIN;

/// A tab in a window and a profile of its own; closed when dropped.
pub struct Page<'a> {
    browser: &'a Browser,
    context: String,
    session: String,
}

/// What the page's main thread has spent since it began, in milliseconds of CPU.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spent {
    /// All its tasks.
    pub tasks: f64,
    /// Of these, JavaScript and WebAssembly.
    pub scripts: f64,
}

impl Spent {
    /// What was spent since.
    pub fn since(self, before: Self) -> Self {
        Self { tasks: self.tasks - before.tasks, scripts: self.scripts - before.scripts }
    }
}

impl<'a> Page<'a> {
    /// Prepares an attached page for measuring.
    pub(super) fn new(browser: &'a Browser, context: String, session: String) -> Result<Self> {
        let page = Self { browser, context, session };
        let pattern = json!({ "patterns": [{ "urlPattern": format!("{ORIGIN}/*") }] });
        page.call("Fetch.enable", pattern)?;
        page.call("Page.enable", json!({}))?;
        page.call("Runtime.enable", json!({}))?;
        // CPU time of the thread, which other programs do not change.
        page.call("Performance.enable", json!({ "timeDomain": "threadTicks" }))?;
        page.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }))?;
        Ok(page)
    }

    /// Goes to an address, and waits until it is loaded.
    pub fn navigate(&self, url: &str) -> Result<()> {
        let answer = self.call("Page.navigate", json!({ "url": url }))?;
        if let Some(reason) = answer["errorText"].as_str() {
            bail!("{url}: {reason}");
        }
        self.browser.cdp.borrow_mut().event(Some(&self.session), "Page.loadEventFired")?;
        Ok(())
    }

    /// Calls a method of the page.
    pub fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.browser.cdp.borrow_mut().call(Some(&self.session), method, params)
    }

    /// Evaluates an expression, awaits it when it is a promise, and reads its value.
    ///
    /// # Errors
    /// When it throws; the message is the page's.
    pub fn eval<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        let id = self.begin(expression)?;
        self.end(id).with_context(|| expression.chars().take(120).collect::<String>())
    }

    /// Evaluates for what it does.
    pub fn run(&self, expression: &str) -> Result<()> {
        self.eval::<IgnoredAny>(expression).map(drop)
    }

    /// Begins an evaluation that other calls may go beside.
    pub fn begin(&self, expression: &str) -> Result<u64> {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        self.browser.cdp.borrow_mut().send(Some(&self.session), "Runtime.evaluate", params)
    }

    /// Waits for the end of an evaluation.
    pub fn end<T: DeserializeOwned>(&self, id: u64) -> Result<T> {
        let mut answer = self.browser.cdp.borrow_mut().wait(id)?;
        if let Some(exception) = answer.get("exceptionDetails") {
            let said = exception["exception"]["description"].as_str().or(exception["text"].as_str());
            bail!("the page throws: {}", said.unwrap_or_default());
        }
        Ok(serde_json::from_value(answer["result"]["value"].take())?)
    }

    /// What its main thread has spent so far.
    pub fn spent(&self) -> Result<Spent> {
        let metrics = self.metrics()?;
        let milliseconds = |name| metrics.get(name).map(|seconds| seconds * 1000.0);
        let tasks = milliseconds("TaskDuration").context("no TaskDuration")?;
        let scripts = milliseconds("ScriptDuration").context("no ScriptDuration")?;
        Ok(Spent { tasks, scripts })
    }

    fn metrics(&self) -> Result<HashMap<String, f64>> {
        let answer = self.call("Performance.getMetrics", json!({}))?;
        let metrics = answer["metrics"].as_array().context("no metrics")?;
        let pair = |metric: &Value| Some((metric["name"].as_str()?.to_owned(), metric["value"].as_f64()?));
        Ok(metrics.iter().filter_map(pair).collect())
    }

    /// Bytes that are alive: of JavaScript, of what the browser keeps for it, and of buffers with WebAssembly's.
    pub fn heap(&self) -> Result<f64> {
        self.call("HeapProfiler.collectGarbage", json!({}))?;
        self.call("HeapProfiler.collectGarbage", json!({}))?;
        let usage = self.call("Runtime.getHeapUsage", json!({}))?;
        let parts = ["usedSize", "embedderHeapUsedSize", "backingStorageSize"];
        Ok(parts.iter().filter_map(|part| usage[part].as_f64()).sum())
    }

    /// Presses the middle of an element with the real pointer.
    pub fn click(&self, node: Value) -> Result<()> {
        let quads = self.call("DOM.getContentQuads", json!({ "nodeId": node }))?;
        let at = |index: usize| quads["quads"][0][index].as_f64().context("the element has no box");
        self.press((at(0)? + at(4)?) / 2.0, (at(1)? + at(5)?) / 2.0)
    }

    /// Presses a place with the real pointer, in CSS pixels.
    pub fn press(&self, x: f64, y: f64) -> Result<()> {
        self.move_mouse(x, y)?;
        for kind in ["mousePressed", "mouseReleased"] {
            let params = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", params)?;
        }
        Ok(())
    }

    /// Moves the real pointer to a place, in CSS pixels.
    pub fn move_mouse(&self, x: f64, y: f64) -> Result<()> {
        let params = json!({ "type": "mouseMoved", "x": x, "y": y });
        self.call("Input.dispatchMouseEvent", params).map(drop)
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        let context = json!({ "browserContextId": self.context });
        // Fails only when the browser is gone, and its pages with it.
        let _ = self.browser.call("Target.disposeBrowserContext", context);
        self.browser.cdp.borrow_mut().forget(&self.session);
    }
}
