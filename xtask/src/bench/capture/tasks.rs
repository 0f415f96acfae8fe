//! The longest time that a first picture keeps the page from answering its visitor.

use std::collections::HashSet;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Bench, Who};
use crate::bench::table::{Goal, Row, median};
use crate::run::say;

const NODES: usize = 50_000;

/// As long as a frame of a screen at 120 Hz.
const LONGEST_MS: f64 = 8.0;

/// One row: the longest task, in CPU time, while the largest application is captured.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let case = format!("keyframe of {}k nodes", NODES / 1000);
    if !bench.options.wants(&case) {
        return Ok(Vec::new());
    }
    say(&format!("{case}, longest task ..."));
    let [ours, peers] = bench.turns([Who::Ours, Who::Peer], |who| longest_task(bench, who))?;
    let row = Row::new(&case, "longest single task", median(&ours), "ms");
    Ok(vec![row.beside(&bench.peer.name, median(&peers)).goal(Goal::AtMost(LONGEST_MS))])
}

fn longest_task(bench: &Bench, who: Who) -> Result<f64> {
    let page = bench.application(NODES, "", who)?;
    let config = json!({ "includedCategories": ["toplevel", "__metadata"], "excludedCategories": ["*"] });
    bench.browser.call("Tracing.start", json!({ "transferMode": "ReportEvents", "traceConfig": config }))?;
    // A page hears of a trace a moment after the browser has begun it.
    page.run("bench.rest()")?;
    page.run("bench.start()")?;
    page.run("bench.rest()")?;
    let events = bench.browser.end_tracing()?;
    longest(&events).context("the trace holds no task")
}

/// The longest task of any page's main thread, in milliseconds of its CPU time.
fn longest(events: &[Value]) -> Option<f64> {
    let thread = |event: &Value| (event["pid"].as_u64(), event["tid"].as_u64());
    let is_main = |event: &&Value| event["args"]["name"] == "CrRendererMain";
    let pages: HashSet<_> = events.iter().filter(is_main).map(thread).collect();
    let is_task = |event: &&Value| event["name"].as_str().is_some_and(|name| name.ends_with("RunTask"));
    let tasks = events.iter().filter(is_task).filter(|event| pages.contains(&thread(event)));
    let micros = tasks.filter_map(|event| event["tdur"].as_f64());
    micros.max_by(f64::total_cmp).map(|micros| micros / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tasks_of_pages_count() {
        let name = |tid: u64, name: &str| json!({ "pid": 1, "tid": tid, "name": "thread_name", "args": { "name": name } });
        let task = |tid: u64, tdur: u64| json!({ "pid": 1, "tid": tid, "name": "ThreadControllerImpl::RunTask", "tdur": tdur });
        let events =
            [name(1, "CrRendererMain"), name(2, "Compositor"), task(1, 7000), task(1, 900), task(2, 50_000)];
        assert_eq!(longest(&events), Some(7.0));
        assert_eq!(longest(&events[..2]), None);
    }
}
