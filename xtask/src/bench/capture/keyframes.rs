//! The first picture of a page: its CPU, its bytes, and the memory that stays.

use anyhow::Result;

use super::{Bench, Bytes, Who};
use crate::bench::table::{Goal, Row, median};
use crate::run::say;

/// Sizes of the generated applications.
const NODES: [usize; 3] = [1_000, 10_000, 50_000];

/// Below it, what a recorder costs at all hides what a node costs.
const NODES_THAT_COUNT: usize = 10_000;

struct Sample {
    cpu: f64,
    heap: f64,
    bytes: Bytes,
    /// The page's HTML, gzipped.
    html: f64,
}

/// One row for each size and measure.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for nodes in NODES {
        let case = format!("keyframe of {}k nodes", nodes / 1000);
        if !bench.options.wants(&case) {
            continue;
        }
        say(&format!("{case} ..."));
        let [ours, peers] = bench.turns([Who::Ours, Who::Peer], |who| sample(bench, nodes, who))?;
        rows.extend(compare(&case, bench, nodes, [&ours, &peers]));
    }
    Ok(rows)
}

fn sample(bench: &Bench, nodes: usize, who: Who) -> Result<Sample> {
    let page = bench.application(nodes, "", who)?;
    let html = page.eval("bench.html()")?;
    let heap = page.heap()?;
    let before = page.spent()?;
    page.run("bench.start()")?;
    let cpu = page.spent()?.since(before).tasks;
    let bytes = page.eval("bench.bytes()")?;
    // What is on its way to others is not the recorder's.
    page.run("bench.forget()")?;
    Ok(Sample { cpu, heap: page.heap()? - heap, bytes, html })
}

fn compare(case: &str, bench: &Bench, nodes: usize, [ours, peers]: [&[Sample]; 2]) -> Vec<Row> {
    let middle =
        |samples: &[Sample], what: fn(&Sample) -> f64| median(&samples.iter().map(what).collect::<Vec<_>>());
    let cpu = Row::new(case, "CPU, page's main thread", middle(ours, |it| it.cpu), "ms")
        .beside(&bench.peer.name, middle(peers, |it| it.cpu));
    let cpu = if NODES_THAT_COUNT <= nodes { cpu.goal(Goal::Ratio(0.2)) } else { cpu };
    let wire = middle(ours, |it| it.bytes.raw) / 1024.0;
    let html = Row::new(case, "bytes, beside gzip(outerHTML)", wire, "KB")
        .beside("gzip(outerHTML)", middle(ours, |it| it.html) / 1024.0);
    let peer = Row::new(case, "bytes, beside gzip(rrweb)", wire, "KB")
        .beside(&bench.peer.name, middle(peers, |it| it.bytes.gzip) / 1024.0);
    let mebi = 1024.0 * 1024.0;
    let heap = Row::new(case, "heap that stays", middle(ours, |it| it.heap) / mebi, "MB")
        .beside(&bench.peer.name, middle(peers, |it| it.heap) / mebi);
    vec![cpu, html.goal(Goal::Ratio(0.7)), peer.goal(Goal::Ratio(0.35)), heap.goal(Goal::Ratio(0.5))]
}
