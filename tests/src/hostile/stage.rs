//! The stage of the hostile visitor's story: on one machine of the lab the server, the agent's browser, the resolver and
//! two catchers, one for the control run and one for what the product shows.
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use axum::{Router, http::header::CONTENT_TYPE, response::Html, routing::get};
use relay::{
    Config, Running, Server,
    config::{Demo, FetchScope},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{
    NAIVE,
    attacks::Attack,
    catcher::{self, Catch, Catcher, DOMAIN},
};
use crate::{
    agent::Agent,
    browser::{Browser, Kind},
    lab::{Lab, Side},
    story::web,
    wait::{PATIENCE, eval, until},
};

/// The site that the hostile page is of. Nobody serves it: the visitor has no browser.
pub const SITE: &str = "http://shop.localhost:7402";

/// How long nothing more must come for the control run to be over.
const QUIET: std::time::Duration = std::time::Duration::from_secs(2);

/// Everything that the story happens on. What runs inside the lab goes before it.
pub struct Stage {
    /// The agent, on the machine where questions to the resolver are counted.
    pub agent: Agent,
    /// The server.
    pub server: Running,
    /// The server's port, on this process' own loopback.
    pub port: u16,
    /// Catches what the control run lets out.
    pub control: Catcher,
    /// Catches what the product lets out.
    pub sealed: Catcher,
    /// The control's page.
    pub plain: String,
    lab: Lab,
}

/// What came of attacks.
#[derive(Debug, Default)]
pub struct Hits {
    /// What the catcher noted.
    pub caught: Catch,
    /// Attacks whose script ran.
    pub ran: BTreeSet<String>,
}

impl Hits {
    /// Whether the attack had any effect.
    pub fn has(&self, id: &str) -> bool {
        let asked = || self.caught.questions.iter().any(|it| it == id);
        self.ran.contains(id) || self.caught.requests.contains(id) || asked()
    }

    /// A line for reports.
    pub fn numbers(&self) -> String {
        let Catch { connections, questions, requests } = &self.caught;
        let (ran, requests, questions) = (self.ran.len(), requests.len(), questions.len());
        format!("{ran} scripts run, {connections} connections for {requests} hosts, {questions} DNS queries")
    }

    /// By category, how many attacks there are and how many had an effect.
    pub fn by_category(&self, attacks: &[Attack]) -> BTreeMap<&'static str, (usize, usize)> {
        let mut all = BTreeMap::new();
        for attack in attacks {
            let entry: &mut (usize, usize) = all.entry(attack.category).or_default();
            entry.0 += 1;
            entry.1 += usize::from(self.has(&attack.id));
        }
        all
    }
}

impl Stage {
    /// Starts all of it.
    ///
    /// # Errors
    /// When a part does not start.
    pub async fn set(kind: Kind) -> Result<Self> {
        let lab = Lab::new()?;
        let mut config = Config::loopback(lab.folder().join("data"));
        config.web = Some(web()?);
        config.demo = Some(Demo { origins: vec![SITE.to_owned()] });
        config.fetch = FetchScope::Private;
        let server = lab.spawn(Side::Servers, Server::start(config)).await??;
        let port = lab.reach(Side::Servers, Some(server.addr.port()))?;
        let (control, sealed) = (Catcher::start(&lab)?, Catcher::start(&lab)?);
        catcher::resolve(&lab, vec![('c', control.clone()), ('s', sealed.clone())])?;
        let plain = serve_control(&lab)?;
        let browser = Browser::start_at(&lab.seat(Side::Servers), kind, "en").await?;
        let account = server.demo.clone().context("the server made no demo account")?;
        let desk = server.url.clone();
        let agent = Agent { browser, desk, email: account.email, password: account.password };
        Ok(Self { agent, server, port, control, sealed, plain, lab })
    }

    /// Ends all of it in order.
    ///
    /// # Errors
    /// When the browser has crashed.
    pub async fn strike(self) -> Result<()> {
        self.agent.browser.quit().await?;
        self.server.shutdown().await?;
        drop(self.lab);
        Ok(())
    }

    /// The trees of attacks, as this browser's parser makes them. Leaves the window at the control's page.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn plans(&self, attacks: &[Attack]) -> Result<Vec<Value>> {
        let window = self.agent.window();
        window.goto(&self.plain).await?;
        let texts: Vec<_> = attacks.iter().map(|it| json!({ "id": it.id, "html": it.html })).collect();
        let script = "return arguments[0].map(({ id, html }) => ({ id, html, plan: planned(html) }))";
        let answer = window.execute(script, vec![Value::Array(texts)]).await?;
        Ok(answer.json().as_array().context("no plans")?.clone())
    }

    /// Puts each attack into a frame without a seal, as a tree, and those without effect again as a text; waits until
    /// nothing more comes of it.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn is_hit(&self, attacks: &[Attack]) -> Result<Hits> {
        let (top, framed): (Vec<_>, Vec<_>) = attacks.iter().cloned().partition(|it| it.category == "top");
        let plans = self.plans(&framed).await?;
        let run = |how: &str| format!("arguments[0].forEach({how})");
        self.agent.window().execute(run("build"), vec![Value::Array(plans.clone())]).await?;
        let mut hits = self.quiet().await?;
        let missed =
            plans.into_iter().filter(|it| !it["id"].as_str().is_some_and(|id| hits.has(id))).collect();
        self.agent.window().execute(run("parse"), vec![Value::Array(missed)]).await?;
        hits = self.quiet().await?;
        // These take the window itself along: each needs the page anew.
        for attack in &top {
            let plans = self.plans(std::slice::from_ref(attack)).await?;
            self.agent.window().execute(run("build"), vec![Value::Array(plans)]).await?;
            let caught = tokio::time::timeout(PATIENCE, async {
                while !self.control.caught().requests.contains(&attack.id) {
                    self.control.more().await?;
                }
                anyhow::Ok(())
            });
            caught.await.with_context(|| format!("{} never took the window away", attack.html))??;
        }
        hits.caught = self.control.caught();
        self.agent.window().goto("about:blank").await?;
        Ok(hits)
    }

    async fn quiet(&self) -> Result<Hits> {
        let mut seen = 0;
        loop {
            let hits = eval(self.agent.window(), "window.hits").await?;
            let ran: BTreeSet<_> = hits
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|it| Some(it.as_str()?.to_owned()))
                .collect();
            let hits = Hits { caught: self.control.caught(), ran };
            let now = hits.ran.len() + hits.caught.connections + hits.caught.questions.len();
            if now == seen {
                return Ok(hits);
            }
            seen = now;
            // Ends early with the first thing that comes; nothing for so long is the end.
            while tokio::time::timeout(QUIET, self.control.more()).await.is_ok() {}
        }
    }

    /// What got out of the window since it was sealed. It comes back when a request that the same browser makes now,
    /// from another tab, has arrived: what was asked for before has been noted, and the catcher catches.
    ///
    /// # Errors
    /// When the request never arrives.
    pub async fn got_out(&self, name: &str) -> Result<Hits> {
        let window = self.agent.window();
        let ran = eval(window, "window.ran").await?;
        let ran = ran.as_array().context("nobody listened")?.iter().map(Value::to_string).collect();
        let here = window.window().await?;
        let there = window.new_tab().await?;
        window.switch_to_window(there).await?;
        window.goto(&self.plain).await?;
        self.beacon(name).await?;
        window.close_window().await?;
        window.switch_to_window(here).await?;
        let mut caught = self.sealed.caught();
        // Ours: one connection for each request, and what it took to find the name.
        let is_beacon = |label: &String| label.starts_with("sbeacon");
        let beacons = caught.requests.iter().filter(|it| is_beacon(it)).count();
        caught.connections = caught.connections.saturating_sub(beacons);
        caught.requests.retain(|it| !is_beacon(it));
        caught.questions.retain(|it| !is_beacon(it));
        Ok(Hits { caught, ran })
    }

    async fn beacon(&self, name: &str) -> Result<()> {
        let url = format!("http://sbeacon{name}.{DOMAIN}:{}/", self.sealed.port);
        let ask =
            format!("void (window.asked = false, fetch('{url}').then(() => {{ window.asked = true; }}))");
        eval(self.agent.window(), &ask).await?;
        until(self.agent.window(), "the beacon", "window.asked").await?;
        ensure!(
            self.sealed.caught().requests.contains(&format!("sbeacon{name}")),
            "the beacon was not caught"
        );
        Ok(())
    }
}

fn serve_control(lab: &Lab) -> Result<String> {
    let script = || async { ([(CONTENT_TYPE, "text/javascript")], NAIVE) };
    let app = Router::new()
        .route("/", get(|| async { Html(include_str!("control.html")) }))
        .route("/naive.js", get(script));
    let listener = lab.listen(Side::Servers)?;
    let url = format!("http://control.localhost:{}/", listener.local_addr()?.port());
    // Ends with the lab.
    lab.spawn(Side::Servers, async move { axum::serve(TcpListener::from_std(listener)?, app).await });
    Ok(url)
}
