//! Two people: a visitor's page and a viewer of it, ours or the peer's.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::room::Doors;
use super::server::Server;
use crate::bench::chromium::Browser;
use crate::bench::page::Page;
use crate::place;

/// Long enough for a loaded machine; what never comes ends the bench.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers of the bar are not taken sooner, so that nobody says yes by accident.
const GUARD_MS: u32 = 700;

/// How long a change took, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Delay {
    /// Until the viewer had painted it.
    pub painted: f64,
    /// Until the viewer's document had it, where it is a change of the document.
    pub applied: Option<f64>,
}

/// A visitor and a viewer in one browser, each with a profile of their own.
pub struct Pair<'a> {
    /// The page that changes.
    pub visitor: Page<'a>,
    /// Where the changes show.
    pub viewer: Page<'a>,
    /// From the yes to the first view, in milliseconds.
    pub first_view: f64,
}

impl<'a> Pair<'a> {
    /// Ours: an agent asks, the visitor says yes. The viewer counts its commands and their receipts.
    pub fn ours(browser: &'a Browser, server: &Server, name: &str, nodes: usize) -> Result<Self> {
        let visitor = application(browser, nodes)?;
        visitor.run(&format!("bench.join({:?}, {name:?})", server.url))?;
        let viewer = browser.open_url(&server.url)?;
        let receipts = std::fs::read_to_string(place::root().join("xtask/bench/receipts.js"))?;
        viewer.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": receipts }))?;
        let session = open_session(&viewer, server, name)?;
        viewer.navigate(&format!("{}/view/{session}#ask", server.url))?;
        let seen = watch(&viewer)?;
        let pair = Self { visitor, viewer, first_view: 0.0 };
        pair.allow()?;
        let Self { visitor, viewer, .. } = pair;
        let yes: f64 = visitor.eval("bench.came()")?;
        let shown: f64 = viewer.end(seen)?;
        Ok(Self { visitor, viewer, first_view: shown - yes })
    }

    /// The peer: its recorder begins when it is told, for a viewer that waits.
    pub fn peer(browser: &'a Browser, doors: &Doors, name: &str, nodes: usize) -> Result<Self> {
        let room = doors.room(name);
        let visitor = application(browser, nodes)?;
        let viewer = browser.open(&format!("/bench/live-viewer.html?room={room}"))?;
        viewer.run("open")?;
        let seen = watch(&viewer)?;
        visitor.run(&format!("bench.connect({room:?})"))?;
        let yes: f64 = visitor.eval("bench.begin()")?;
        let shown: f64 = viewer.end(seen)?;
        Ok(Self { visitor, viewer, first_view: shown - yes })
    }

    /// The visitor says yes to what is asked.
    fn allow(&self) -> Result<()> {
        let button = allow_button(&self.visitor).with_context(|| {
            let said: String = self.viewer.eval("document.body.innerText").unwrap_or_default();
            format!("the viewer says: {said}")
        })?;
        self.visitor.run(&format!("new Promise((resolve) => setTimeout(resolve, {GUARD_MS}))"))?;
        self.visitor.run("bench.expect('pointerdown')")?;
        self.visitor.click(button)
    }

    /// The agent asks for control, and the visitor says yes.
    pub fn control(&self) -> Result<()> {
        let tool = "[...document.querySelectorAll('.tools button')].find((it) => it.textContent.trim() === 'Control')";
        let (x, y) = self.middle(&format!("{tool}.getBoundingClientRect()"))?;
        self.viewer.press(x, y)?;
        self.allow()
    }

    /// The agent clicks on what is shown of an element; how many milliseconds later the receipt came.
    pub fn command(&self, selector: &str) -> Result<f64> {
        let (x, y) = self.middle(&format!("shownAt({selector:?})"))?;
        self.viewer.move_mouse(x, y)?;
        self.viewer.run("new Promise((resolve) => setTimeout(resolve, 200))")?;
        let answered = self.viewer.begin("answered()")?;
        self.viewer.run("0")?;
        self.viewer.press(x, y)?;
        self.viewer.end(answered)
    }

    fn middle(&self, rect: &str) -> Result<(f64, f64)> {
        self.viewer.eval(&format!("(({{ x, y, width, height }}) => [x + width / 2, y + height / 2])({rect})"))
    }

    /// Makes a change, and says how many milliseconds later the viewer showed it. `make` resolves with the
    /// time of the change, as `live.js` gives it.
    pub fn delay(&self, make: &str, seen: &str) -> Result<Delay> {
        let watched = self.viewer.begin(seen)?;
        let made: f64 = self.visitor.eval(make)?;
        self.delay_since(made, watched)
    }

    fn delay_since(&self, made: f64, watched: u64) -> Result<Delay> {
        let painted: f64 = self.viewer.end(watched)?;
        let applied: Option<f64> = self.viewer.eval("globalThis.applied")?;
        Ok(Delay { painted: painted - made, applied: applied.map(|applied| applied - made) })
    }

    /// As [`Self::delay`], for what a visitor does by hand: `act` does it, and the page tells when it came in.
    pub fn delay_of(&self, event: &str, seen: &str, act: impl FnOnce(&Page) -> Result<()>) -> Result<Delay> {
        let watched = self.viewer.begin(seen)?;
        // Input overtakes what is evaluated: both pages answer before anything is done.
        self.viewer.run("0")?;
        self.visitor.run(&format!("bench.expect({event:?})"))?;
        act(&self.visitor)?;
        let came: f64 = self.visitor.eval("bench.came()")?;
        self.delay_since(came, watched)
    }
}

fn application(browser: &Browser, nodes: usize) -> Result<Page<'_>> {
    let page = browser.open("/bench/live.html")?;
    page.eval::<IgnoredAny>(&format!("bench.build({nodes})"))?;
    Ok(page)
}

/// Begins to wait for the first view.
fn watch(viewer: &Page) -> Result<u64> {
    let script = std::fs::read_to_string(place::root().join("xtask/bench/watch.js"))?;
    viewer.run(&script)?;
    viewer.begin("seen('whole')")
}

/// Logs in, waits for the visitor on the page of this name, and opens a session.
fn open_session(desk: &Page, server: &Server, name: &str) -> Result<String> {
    let login = serde_json::to_string(&server.login)?;
    let script = format!(
        "(async () => {{
           const post = async (path, body) => {{
             const answer = await fetch(path, {{ method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, body }});
             if (!answer.ok) throw new Error(path + ': ' + answer.status + ' ' + await answer.text());
             return answer;
           }};
           await post('/v1/login', {login:?});
           const socket = new WebSocket('/v1/desk');
           const visitor = await new Promise((resolve, reject) => {{
             socket.onclose = () => reject(new Error('the desk closed its socket'));
             socket.onmessage = ({{ data }}) => {{
               const said = JSON.parse(data);
               const found = (said.visitors ?? [said.visitor]).find((row) => row?.path === '/{name}');
               if (found) resolve(found.id);
             }};
           }});
           socket.close();
           return (await (await post(`/v1/visitors/${{visitor}}/sessions`, '{{}}')).json()).session;
         }})()"
    );
    desk.eval(&script).context("opening a session as the agent")
}

/// The node of the button that says yes, once it is there: it is in a closed root, where only a browser finds it.
fn allow_button(page: &Page) -> Result<Value> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let document = page.call("DOM.getDocument", json!({ "depth": -1, "pierce": true }))?;
        if let Some(button) = with_attribute(&document["root"], "data-act", "allow") {
            return Ok(button);
        }
        page.run("new Promise((resolve) => setTimeout(resolve, 100))")?;
    }
    bail!("the visitor was never asked")
}

/// The id of the first element below with this attribute.
fn with_attribute(node: &Value, name: &str, value: &str) -> Option<Value> {
    let attributes = node["attributes"].as_array().map(Vec::as_slice).unwrap_or_default();
    if attributes.chunks(2).any(|pair| pair == [json!(name), json!(value)]) {
        return Some(node["nodeId"].clone());
    }
    let lists = ["children", "shadowRoots"].into_iter().filter_map(|list| node[list].as_array());
    lists.flatten().find_map(|child| with_attribute(child, name, value))
}
