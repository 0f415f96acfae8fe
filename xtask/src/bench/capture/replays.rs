//! The other side: what it costs a viewer to build the page and to follow it.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{Bench, Who};
use crate::bench::page::Spent;
use crate::bench::table::{Goal, Row, median};
use crate::run::say;

/// Pages that are built.
const REBUILT: [usize; 2] = [10_000, 50_000];

/// The application around what changes.
const NODES: usize = 1_000;

const GOAL: Goal = Goal::Ratio(0.5);

/// What a recorder said of one page: as it was, and how it changed.
struct Recorded {
    who: Who,
    keyframe: Value,
    change: Option<Value>,
}

/// Two rows for each page that is built, and for each change that is followed.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for nodes in REBUILT {
        let case = format!("replay: rebuild {}k nodes", nodes / 1000);
        if bench.options.wants(&case) {
            rows.extend(compare(bench, &case, nodes, "")?);
        }
    }
    for workload in bench.workloads()?.iter().filter(|workload| workload.replayed) {
        rows.extend(compare(bench, &format!("replay: {}", workload.name), NODES, &workload.name)?);
    }
    Ok(rows)
}

fn compare(bench: &Bench, case: &str, nodes: usize, workload: &str) -> Result<[Row; 2]> {
    say(&format!("{case} ..."));
    let recorded = [Who::Ours, Who::Peer].map(|who| record(bench, nodes, workload, who));
    let [ours, peers] = recorded;
    let (ours, peers) = (ours?, peers?);
    let [ours, peers] = bench
        .turns([Who::Ours, Who::Peer], |who| replay(bench, if who == ours.who { &ours } else { &peers }))?;
    let middle =
        |samples: &[Spent], what: fn(&Spent) -> f64| median(&samples.iter().map(what).collect::<Vec<_>>());
    let row = |metric, what| {
        Row::new(case, metric, middle(&ours, what), "ms").beside(&bench.peer.name, middle(&peers, what))
    };
    let all = row("CPU, with layout and paint", |it| it.tasks).goal(GOAL);
    Ok([all, row("CPU, scripts alone", |it| it.scripts)])
}

fn record(bench: &Bench, nodes: usize, workload: &str, who: Who) -> Result<Recorded> {
    let page = bench.application(nodes, workload, who)?;
    page.run("bench.start()")?;
    page.run("bench.rest()")?;
    let keyframe = page.eval("bench.taken()")?;
    page.run("bench.forget()")?;
    if workload.is_empty() {
        return Ok(Recorded { who, keyframe, change: None });
    }
    page.run(&format!("bench.run({workload:?})"))?;
    let change: Value = page.eval("bench.taken()")?;
    ensure!(change != json!([]), "{} recorded nothing of {workload}", who.name());
    Ok(Recorded { who, keyframe, change: Some(change) })
}

/// What the viewer spent on the change or, when there is none, on the page.
fn replay(bench: &Bench, recorded: &Recorded) -> Result<Spent> {
    let page = bench.browser.open("/bench/replay.html")?;
    page.run(&format!("bench.load({:?})", recorded.who.name()))?;
    let show = |pieces: &Value| {
        page.run(&format!("bench.take({pieces})"))?;
        let before = page.spent()?;
        page.run("bench.show()")?;
        Ok::<_, anyhow::Error>(page.spent()?.since(before))
    };
    let built = show(&recorded.keyframe)?;
    let nodes: usize = page.eval("bench.nodes()")?;
    ensure!(NODES <= nodes, "{} shows only {nodes} nodes", recorded.who.name());
    recorded.change.as_ref().map_or(Ok(built), show)
}
