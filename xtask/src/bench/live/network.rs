//! The same on bad networks: browser and server on two machines of the stories' lab.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::pair::Pair;
use super::room::Doors;
use super::server::{Built, Server};
use super::{KINDS, Kind, NODES, at, pause, quantiles, small};
use crate::bench::Options;
use crate::bench::chromium::Browser;
use crate::bench::lab::Lab;
use crate::bench::site::Site;
use crate::bench::table::{Goal, Row, median, quantile};
use crate::run::say;

/// Changes of one kind in one turn.
const CHANGES: usize = 4;

/// A train: 50 ms and two packets of a hundred, each way.
const FAR: &str = "delay=50 loss=0.02";

/// A thin line, with the buffer of a common router.
const THIN: &str = "rate=1000000 queue=200";

/// How long the thin line is full.
const FULL: Duration = Duration::from_secs(60);

/// Looks at the age of a view, and milliseconds between them; their median counts.
const SAMPLES: usize = 15;
const BETWEEN_MS: usize = 200;

/// The view's age must not be more than this, in milliseconds, and grow no more than that.
const AGE_MS: f64 = 1000.0;
const GROWTH_MS: f64 = 200.0;

/// A lane that died is noticed, and the next change seen, within this.
const STALL_MS: f64 = 1000.0;

/// Data channels that do not open by then never will.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long the peer's pages rest before the link is made bad, in milliseconds.
const SETTLED_MS: usize = 1000;

/// Everybody who is measured, on a link that is a cable until it is told otherwise.
struct Network<'a> {
    lab: Lab,
    browser: Browser,
    server: Server,
    doors: Doors,
    peer: &'a str,
}

/// A case, and what measures it.
type Case<'a> = (&'static str, fn(&Network<'a>, &str, &Options) -> Result<Vec<Row>>);

/// Measures what is asked for.
pub fn measure(options: &Options, built: &Built, (site, peer): (Site, &str)) -> Result<Vec<Row>> {
    let cases: [Case; 3] = [
        ("UDP dies", Network::stall),
        ("50 ms and 2 % loss", Network::far),
        ("1 Mbit/s, full", Network::thin),
    ];
    let wanted: Vec<_> = cases.into_iter().filter(|(case, _)| options.wants(case)).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let lab = Lab::start()?;
    let browser = Browser::start_in(&lab, site)?;
    let (server, doors) = (built.start_in(&lab)?, Doors::open_in(&lab)?);
    let network = Network { lab, browser, server, doors, peer };
    let mut rows = Vec::new();
    for (case, measure) in wanted {
        say(&format!("{case} ..."));
        rows.extend(measure(&network, case, options)?);
        network.lab.set("")?;
    }
    Ok(rows)
}

impl Network<'_> {
    /// A pair of ours that uses data channels.
    fn ours(&self, name: &str) -> Result<Pair<'_>> {
        let pair = Pair::ours(&self.browser, &self.server, name, NODES)?;
        let (begun, before) = (Instant::now(), by_data_channel(&pair)?);
        for n in 1.. {
            small(&pair, n)?;
            let after = by_data_channel(&pair)?;
            if before[0] < after[0] && before[1] < after[1] {
                break;
            }
            ensure!(begun.elapsed() < PATIENCE, "no data channels in {PATIENCE:?}");
        }
        Ok(pair)
    }

    fn both(&self, name: &str) -> Result<[Pair<'_>; 2]> {
        let pairs = [self.ours(name)?, Pair::peer(&self.browser, &self.doors, name, NODES)?];
        pause(&pairs[1], SETTLED_MS)?;
        Ok(pairs)
    }

    /// From the first change after UDP died until it is seen.
    fn stall(&self, case: &str, options: &Options) -> Result<Vec<Row>> {
        let mut stalls = Vec::new();
        for run in 0..options.runs {
            let pair = self.ours(&format!("stall-{run}"))?;
            self.lab.set("block=udp")?;
            stalls.push(small(&pair, 1_000)?.painted);
            self.lab.set("")?;
        }
        let row = |metric, value| Row::new(case, metric, value, "ms");
        Ok(vec![
            row("until the next change is seen, p50", median(&stalls)),
            row("the same, the worst", quantile(&stalls, 1.0)).goal(Goal::AtMost(STALL_MS)),
        ])
    }

    /// What people do, far away. Rows would only measure the line.
    fn far(&self, case: &str, options: &Options) -> Result<Vec<Row>> {
        let pairs = self.both("far")?;
        self.lab.set(FAR)?;
        let mut rows = Vec::new();
        for kind in KINDS.iter().filter(|kind| kind.name != "1,000 rows") {
            let mut delays = [Vec::new(), Vec::new()];
            for turn in 0..options.runs {
                for (pair, delays) in pairs.iter().zip(&mut delays) {
                    for change in 0..CHANGES {
                        delays.push((kind.one)(pair, turn * CHANGES + change + 1)?.painted);
                    }
                }
            }
            rows.extend(self.rows(case, kind, &delays));
        }
        Ok(rows)
    }

    fn rows(&self, case: &str, kind: &Kind, delays: &[Vec<f64>; 2]) -> Vec<Row> {
        let row = |(name, part, goal): (&str, f64, Option<f64>)| {
            let [ours, peer] = at(delays, part);
            let row = Row::new(case, &format!("{}, {name}", kind.name), ours, "ms").beside(self.peer, peer);
            // The way itself takes longer than all the rest: nobody can halve it.
            if goal.is_some() { row.goal(Goal::Ratio(1.0)) } else { row }
        };
        quantiles(kind).into_iter().map(row).collect()
    }

    /// How old the view is while more changes than the line carries.
    fn thin(&self, case: &str, _: &Options) -> Result<Vec<Row>> {
        let ages = [
            self.ages(&self.ours("thin")?)?,
            self.ages(&Pair::peer(&self.browser, &self.doors, "thin", NODES)?)?,
        ];
        let growth = |[halfway, end]: [f64; 2]| end - halfway;
        let row = |metric, [ours, peer]: [f64; 2], most| {
            Row::new(case, metric, ours, "ms").beside(self.peer, peer).goal(Goal::AtMost(most))
        };
        Ok(vec![
            row("age of the view after a minute", ages.map(|[_, end]| end), AGE_MS),
            row("its growth in the last half of it", ages.map(growth), GROWTH_MS),
        ])
    }

    /// The view's age after half the time and after all of it.
    fn ages(&self, pair: &Pair) -> Result<[f64; 2]> {
        pause(pair, SETTLED_MS)?;
        self.lab.set(THIN)?;
        pair.visitor.run("bench.churn()")?;
        let half = || -> Result<f64> {
            // waits: the line is full for so long.
            thread::sleep(FULL / 2);
            let age = |_| {
                pause(pair, BETWEEN_MS)?;
                pair.viewer.eval("age()")
            };
            Ok(median(&(0..SAMPLES).map(age).collect::<Result<Vec<f64>>>()?))
        };
        let ages = [half()?, half()?];
        self.lab.set("")?;
        Ok(ages)
    }
}

/// Small changes that came to the server and left it over data channels.
fn by_data_channel(pair: &Pair) -> Result<[u64; 2]> {
    let all: String = pair.viewer.eval("fetch('/metrics').then((answer) => answer.text())")?;
    Ok(["in", "out"].map(|direction| {
        let name =
            format!("tandem_frames_total{{direction=\"{direction}\",lane=\"reliable\",channel=\"page\"}} ");
        all.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap_or(0)
    }))
}
