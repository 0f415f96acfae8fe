//! The first picture of a page: its CPU, its bytes, and the memory that stays.

use anyhow::Result;

use super::documents::DOCUMENTS;
use super::{Bench, Bytes, Who};
use crate::bench::page::Page;
use crate::bench::table::{Goal, Row, median};
use crate::run::say;

/// Sizes of the generated applications.
const NODES: [usize; 3] = [1_000, 10_000, 50_000];

/// Below it, what a recorder costs at all hides what a node costs.
const NODES_THAT_COUNT: usize = 10_000;

const CPU_GOAL: Goal = Goal::Ratio(0.2);

struct Sample {
    cpu: f64,
    heap: f64,
    bytes: Bytes,
    /// The page's HTML, gzipped.
    html: f64,
}

/// Some rows for each page.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for nodes in NODES {
        let case = format!("keyframe of {}k nodes", nodes / 1000);
        let goal = (NODES_THAT_COUNT <= nodes).then_some(CPU_GOAL);
        rows.extend(case_of(bench, &case, goal, |who| bench.application(nodes, "", who))?);
    }
    for document in DOCUMENTS.into_iter().filter(|_| bench.has_documents) {
        let case = format!("keyframe of {document}");
        let goal = (document != DOCUMENTS[0]).then_some(CPU_GOAL);
        rows.extend(case_of(bench, &case, goal, |who| bench.document(document, who))?);
    }
    Ok(rows)
}

/// Measures one page, when it is asked for.
fn case_of<'a>(
    bench: &Bench,
    case: &str,
    cpu: Option<Goal>,
    open: impl Fn(Who) -> Result<Page<'a>>,
) -> Result<Vec<Row>> {
    if !bench.options.wants(case) {
        return Ok(Vec::new());
    }
    say(&format!("{case} ..."));
    let [ours, peers] = bench.turns([Who::Ours, Who::Peer], |who| sample(&open(who)?))?;
    Ok(compare(case, &bench.peer.name, cpu, [&ours, &peers]))
}

fn sample(page: &Page) -> Result<Sample> {
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

fn compare(case: &str, peer_name: &str, goal: Option<Goal>, [ours, peers]: [&[Sample]; 2]) -> Vec<Row> {
    let middle =
        |samples: &[Sample], what: fn(&Sample) -> f64| median(&samples.iter().map(what).collect::<Vec<_>>());
    let cpu = Row::new(case, "CPU, page's main thread", middle(ours, |it| it.cpu), "ms")
        .beside(peer_name, middle(peers, |it| it.cpu));
    let cpu = match goal {
        Some(goal) => cpu.goal(goal),
        None => cpu,
    };
    let wire = middle(ours, |it| it.bytes.raw) / 1024.0;
    let html = Row::new(case, "bytes, beside gzip(outerHTML)", wire, "KB")
        .beside("gzip(outerHTML)", middle(ours, |it| it.html) / 1024.0);
    let peer = Row::new(case, "bytes, beside gzip(rrweb)", wire, "KB")
        .beside(peer_name, middle(peers, |it| it.bytes.gzip) / 1024.0);
    let mebi = 1024.0 * 1024.0;
    let heap = Row::new(case, "heap that stays", middle(ours, |it| it.heap) / mebi, "MB")
        .beside(peer_name, middle(peers, |it| it.heap) / mebi);
    vec![cpu, html.goal(Goal::Ratio(0.7)), peer.goal(Goal::Ratio(0.35)), heap.goal(Goal::Ratio(0.5))]
}
