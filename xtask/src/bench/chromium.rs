//! A Chromium of our own, with a fresh profile, ended with the bench.

use std::cell::RefCell;
use std::env;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::cdp::Cdp;
use super::lab::{Lab, SERVERS, Side};
use super::page::Page;
use super::site::{ORIGIN, Site};
use crate::place;

/// What would disturb a measure, or wants a screen.
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter,LocalNetworkAccessChecks",
    // A window behind another one is measured like the one in front.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--window-size=1280,900",
];

/// A running browser.
pub struct Browser {
    pub(super) cdp: RefCell<Cdp>,
    process: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser that finds `site` at [`ORIGIN`].
    pub fn start(site: Site) -> Result<Self> {
        Self::start_by(Command::new(program()?), site, |address| Ok(TcpStream::connect(address)?))
    }

    /// As [`Self::start`], on the people's machine of a lab, whose names below `localhost` lead to the servers' one.
    pub fn start_in(lab: &Lab, site: Site) -> Result<Self> {
        let mut command = lab.command(Side::People, &program()?);
        command.arg(format!("--host-resolver-rules=MAP *.localhost {SERVERS}"));
        Self::start_by(command, site, |address| lab.inside(Side::People, || Ok(TcpStream::connect(address)?)))
    }

    fn start_by(
        mut command: Command,
        site: Site,
        connect: impl FnOnce(&str) -> Result<TcpStream>,
    ) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut process = command
            .args(FLAGS)
            .args(["--remote-debugging-port=0", "about:blank"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting Chromium")?;
        let address = address(&mut process)?;
        let host = address.strip_prefix("ws://").and_then(|rest| rest.split('/').next());
        let stream = connect(host.context("not a DevTools address")?)?;
        let cdp = RefCell::new(Cdp::new(&address, stream, site)?);
        Ok(Self { cdp, process, _profile: profile })
    }

    /// Calls a method of the browser itself.
    pub fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.cdp.borrow_mut().call(None, method, params)
    }

    /// Opens one of the bench's pages in a window and a profile of its own.
    pub fn open(&self, path: &str) -> Result<Page<'_>> {
        self.open_url(&format!("{ORIGIN}{path}"))
    }

    /// Opens any page so.
    pub fn open_url(&self, url: &str) -> Result<Page<'_>> {
        let context = text(
            &self.call("Target.createBrowserContext", json!({ "disposeOnDetach": true }))?,
            "browserContextId",
        );
        let target = json!({ "url": "about:blank", "browserContextId": context, "newWindow": true });
        let target = text(&self.call("Target.createTarget", target)?, "targetId");
        let attach = json!({ "targetId": target, "flatten": true });
        let session = text(&self.call("Target.attachToTarget", attach)?, "sessionId");
        let page = Page::new(self, context, session)?;
        page.navigate(url)?;
        Ok(page)
    }

    /// Ends a trace that `Tracing.start` began, and gives its events.
    pub fn end_tracing(&self) -> Result<Vec<Value>> {
        let mut cdp = self.cdp.borrow_mut();
        cdp.call(None, "Tracing.end", json!({}))?;
        cdp.event(None, "Tracing.tracingComplete")?;
        let parts = cdp.drain("Tracing.dataCollected");
        Ok(parts.into_iter().filter_map(|part| part["value"].as_array().cloned()).flatten().collect())
    }

    /// Its name and version.
    pub fn version(&self) -> Result<String> {
        Ok(text(&self.call("Browser.getVersion", json!({}))?, "product"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends its own helpers when asked; killed, it leaves that to the system.
        if self.call("Browser.close", json!({})).is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

fn program() -> Result<PathBuf> {
    let named = env::var_os("TANDEM_CHROMIUM").map(PathBuf::from);
    let found = named.or_else(|| place::on_path(&["chromium", "chromium-browser", "google-chrome-stable"]));
    found.context("no Chromium on PATH: `cargo xtask browsers` installs it, TANDEM_CHROMIUM names one")
}

/// The browser says on standard error where it listens.
fn address(process: &mut Child) -> Result<String> {
    let errors = process.stderr.take().context("Chromium has no standard error")?;
    let mut lines = BufReader::new(errors).lines();
    let found =
        lines.by_ref().find_map(|line| Some(line.ok()?.strip_prefix("DevTools listening on ")?.to_owned()));
    // Somebody must go on reading, or it blocks on a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    found.context("Chromium ended before it listened")
}

/// A member of an answer that is text.
pub(super) fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_default().to_owned()
}
