//! `cargo xtask bench live`: from a change in the visitor's page to the paint that shows it to the agent.
//!
//! Beside rrweb's recorder, a WebSocket, and its player in live mode with its default settings. All pages are
//! in one browser on one machine: its clocks are one.

mod network;
mod pair;
mod room;
pub(super) mod server;

use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::Options;
use super::chromium::Browser;
use super::page::Page;
use super::peers;
use super::site::Site;
use super::table::{Goal, Row, median, quantile};
use crate::place;
use crate::run::say;
use pair::{Delay, Pair};
use room::Doors;
use server::{Lanes, Server};

/// Nodes of the page that is shared.
const NODES: usize = 10_000;

/// Changes of one kind in one turn; there are as many turns as runs.
const CHANGES: usize = 10;

/// So that no change waits for what the one before left behind.
const PAUSE_MS: usize = 40;

/// A pointer seldom rests: as many moves at 60 Hz, and some more, come before the one that is timed.
const MOVES: u64 = 20;

/// Of the browser's windows, in CSS pixels.
const WIDTH: u32 = 1280;

/// Everybody who is measured, in turn.
struct Contest<'a> {
    browser: &'a Browser,
    doors: Doors,
    servers: [(Server, &'static str); 2],
    peer: String,
}

/// Milliseconds, of each contender: ours over WebSocket, ours over WebRTC, the peer.
type Delays = [Vec<f64>; 3];

/// From the agent's click to its receipt, at most; nineteen of twenty.
const COMMAND_MS: f64 = 40.0;

/// A kind of change: how far to go, and how one is made.
struct Kind {
    name: &'static str,
    /// Times the peer's, for the median and for the worst of twenty.
    goals: [Option<f64>; 2],
    one: fn(&Pair, usize) -> Result<Delay>,
}

const KINDS: [Kind; 5] = [
    Kind { name: "small change", goals: [Some(0.5), Some(0.5)], one: small },
    Kind { name: "1,000 rows", goals: [Some(0.33), None], one: rows },
    Kind { name: "input", goals: [Some(0.5), Some(0.5)], one: input },
    Kind { name: "scroll", goals: [Some(0.5), Some(0.5)], one: scroll },
    Kind { name: "mouse, while it moves", goals: [Some(0.1), None], one: mouse },
];

/// Measures all of it.
pub fn measure(options: &Options) -> Result<Vec<Row>> {
    let built = server::built(options)?;
    let peer = peers::newest("rrweb")?;
    let folders = vec![("bench", place::root().join("xtask/bench")), ("rrweb", peer.folder.join("dist"))];
    let site = Site::new(folders);
    let browser = Browser::start(site.clone())?;
    say(&format!("{}, {}, beside {}", browser.version()?, built.shown(), peer.name));
    let servers =
        [(built.start(Lanes::WebSocket)?, "WebSocket"), (built.start(Lanes::Both)?, "WebRTC and WebSocket")];
    let contest = Contest { browser: &browser, doors: Doors::open()?, servers, peer: peer.name };
    let mut rows = contest.first_views(options)?;
    rows.extend(contest.changes(options)?);
    rows.extend(contest.commands(options)?);
    let peer = contest.peer;
    // The browser of before would take part in what comes.
    drop(browser);
    rows.extend(network::measure(options, &built, (site, &peer))?);
    Ok(rows)
}

impl<'a> Contest<'a> {
    /// A fresh pair of each.
    fn pairs(&'a self, turn: usize) -> Result<[Pair<'a>; 3]> {
        let name = format!("turn-{turn}");
        let [web_socket, web_rtc] = &self.servers;
        Ok([
            Pair::ours(self.browser, &web_socket.0, &name, NODES)?,
            Pair::ours(self.browser, &web_rtc.0, &name, NODES)?,
            Pair::peer(self.browser, &self.doors, &name, NODES)?,
        ])
    }

    fn first_views(&'a self, options: &Options) -> Result<Vec<Row>> {
        let case = "first view after the yes";
        if !options.wants(case) {
            return Ok(Vec::new());
        }
        say(&format!("{case} ..."));
        let mut delays = Delays::default();
        for turn in 0..options.runs {
            for (pair, delays) in self.pairs(turn)?.iter().zip(&mut delays) {
                delays.push(pair.first_view);
            }
        }
        Ok(self.rows(case, "p50", delays.map(|delays| median(&delays)), Some(0.33)))
    }

    fn changes(&'a self, options: &Options) -> Result<Vec<Row>> {
        let pairs = self.pairs(options.runs)?;
        let mut rows = Vec::new();
        for kind in KINDS.iter().filter(|kind| options.wants(kind.name)) {
            say(&format!("{} ...", kind.name));
            let (mut painted, mut applied) = (Delays::default(), Delays::default());
            for turn in 0..options.runs {
                for (at, pair) in pairs.iter().enumerate() {
                    for change in 0..CHANGES {
                        let delay = (kind.one)(pair, turn * CHANGES + change + 1)?;
                        painted[at].push(delay.painted);
                        applied[at].extend(delay.applied);
                    }
                }
            }
            for (name, part, goal) in quantiles(kind) {
                rows.extend(self.rows(kind.name, name, at(&painted, part), goal));
            }
            if applied.iter().all(|all| !all.is_empty()) {
                for (name, part, goal) in
                    [("applied, p50", 0.5, kind.goals[0]), ("applied, p95", 0.95, kind.goals[1])]
                {
                    rows.extend(self.rows(kind.name, name, at(&applied, part), goal));
                }
            }
        }
        Ok(rows)
    }

    /// The peer has no control: these stand alone.
    fn commands(&'a self, options: &Options) -> Result<Vec<Row>> {
        let case = "command, from click to receipt";
        if !options.wants(case) {
            return Ok(Vec::new());
        }
        say(&format!("{case} ..."));
        let mut rows = Vec::new();
        for (server, lanes) in &self.servers {
            let pair = Pair::ours(self.browser, server, "commands", NODES)?;
            pair.control()?;
            // The visitor's hand was on the page a moment ago: control waits for it to rest.
            pause(&pair, 1500)?;
            let taken = (0..options.runs * CHANGES).map(|_| pair.command("#small"));
            let taken = taken.collect::<Result<Vec<_>>>()?;
            let row = |metric: &str, part| {
                Row::new(case, &format!("{metric} over {lanes}"), quantile(&taken, part), "ms")
            };
            rows.push(row("p50", 0.5));
            rows.push(row("p95", 0.95).goal(Goal::AtMost(COMMAND_MS)));
        }
        Ok(rows)
    }

    /// A row for each way that ours can take.
    fn rows(&self, case: &str, metric: &str, [first, second, peer]: [f64; 3], goal: Option<f64>) -> Vec<Row> {
        let row = |ours: f64, lanes: &str| {
            let row = Row::new(case, &format!("{metric} over {lanes}"), ours, "ms").beside(&self.peer, peer);
            goal.map_or_else(|| row.clone(), |most| row.clone().goal(Goal::Ratio(most)))
        };
        vec![row(first, self.servers[0].1), row(second, self.servers[1].1)]
    }
}

/// The measures of a kind: name, part of all, and how far to go.
fn quantiles(kind: &Kind) -> [(&'static str, f64, Option<f64>); 3] {
    [("p50", 0.5, kind.goals[0]), ("p95", 0.95, kind.goals[1]), ("p99", 0.99, None)]
}

fn at<const N: usize>(delays: &[Vec<f64>; N], part: f64) -> [f64; N] {
    delays.each_ref().map(|all| quantile(all, part))
}

fn small(pair: &Pair, n: usize) -> Result<Delay> {
    pause(pair, PAUSE_MS)?;
    pair.delay(&format!("bench.small({n})"), &format!("seen('small', {n})"))
}

fn rows(pair: &Pair, n: usize) -> Result<Delay> {
    pause(pair, PAUSE_MS)?;
    let delay = pair.delay(&format!("bench.rows({n})"), &format!("seen('rows', {n})"))?;
    let cleared = pair.viewer.begin("seen('cleared')")?;
    pair.visitor.run("bench.clear()")?;
    pair.viewer.end::<f64>(cleared)?;
    Ok(delay)
}

fn input(pair: &Pair, n: usize) -> Result<Delay> {
    pair.visitor.run("bench.focus()")?;
    pause(pair, PAUSE_MS)?;
    pair.delay_of("input", &format!("seen('typed', {n})"), |page| {
        let key = |kind, text| json!({ "type": kind, "key": "x", "code": "KeyX", "windowsVirtualKeyCode": 88, "text": text });
        page.call("Input.dispatchKeyEvent", key("keyDown", "x"))?;
        page.call("Input.dispatchKeyEvent", key("keyUp", "")).map(drop)
    })
}

fn scroll(pair: &Pair, n: usize) -> Result<Delay> {
    pause(pair, PAUSE_MS)?;
    let y = 100 + n % 20 * 100;
    pair.delay(&format!("bench.scroll({y})"), &format!("seen('scrolled', {y})"))
}

/// Moves about one place until the viewer shows it there, then jumps to another one and goes on.
fn mouse(pair: &Pair, n: usize) -> Result<Delay> {
    let part = |at: usize| if at.is_multiple_of(2) { 0.25 } else { 0.75 };
    let place = |at: usize| part(at) * f64::from(WIDTH);
    move_about(&pair.visitor, place(n - 1), MOVES + n as u64 % 7)?;
    pair.viewer.eval::<f64>(&format!("seen('pointed', {})", part(n - 1)))?;
    let seen = format!("seen('pointed', {})", part(n));
    // The peer samples every 50 ms, and drops what comes between.
    pair.delay_of("mousemove", &seen, |page| move_about(page, place(n), MOVES / 4))
}

fn move_about(page: &Page, x: f64, moves: u64) -> Result<()> {
    for step in 0..moves {
        page.move_mouse(x + (step % 5) as f64, 300.0)?;
        // waits: the pointer's own pace.
        thread::sleep(Duration::from_millis(16));
    }
    Ok(())
}

/// Rests until the page has had time for itself; not a round number of frames, so that every phase is met.
fn pause(pair: &Pair, milliseconds: usize) -> Result<()> {
    let wait = format!("new Promise((resolve) => setTimeout(resolve, {milliseconds} + Math.random() * 33))");
    pair.visitor.run(&wait)
}
