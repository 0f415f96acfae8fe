//! Pages that change: what the recorder adds to what the page does by itself.

use std::f64::consts::TAU;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde::de::IgnoredAny;

use super::{Bench, Bytes, Who, Workload};
use crate::bench::page::Page;
use crate::bench::table::{Goal, Row, median};
use crate::run::say;

/// The application around what changes.
const NODES: usize = 1_000;

/// How often a pointer moves in a second.
const MOUSE_HZ: f64 = 60.0;

const GOAL: Goal = Goal::Ratio(0.33);

/// Two rows for each workload.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for workload in bench.workloads()? {
        say(&format!("{} ...", workload.name));
        let all = [Who::Off, Who::Ours, Who::Peer];
        let samples = bench.turns(all, |who| sample(bench, &workload, who))?;
        let [off, ours, peers] = samples.map(|samples| middle(&samples));
        let cpu = Row::new(&workload.name, "recorder's CPU, on minus off", ours.0 - off.0, "ms");
        rows.push(cpu.beside(&bench.peer.name, peers.0 - off.0).goal(GOAL));
        let bytes = Row::new(&workload.name, "bytes, beside gzip(rrweb)", ours.1 / 1024.0, "KB");
        rows.push(bytes.beside(&bench.peer.name, peers.2 / 1024.0).goal(GOAL));
    }
    Ok(rows)
}

/// CPU in milliseconds, and bytes as they are and gzipped.
fn middle(samples: &[(f64, Bytes)]) -> (f64, f64, f64) {
    let of = |what: fn(&(f64, Bytes)) -> f64| median(&samples.iter().map(what).collect::<Vec<_>>());
    (of(|it| it.0), of(|it| it.1.raw), of(|it| it.1.gzip))
}

fn sample(bench: &Bench, workload: &Workload, who: Who) -> Result<(f64, Bytes)> {
    let page = bench.application(NODES, &workload.name, who)?;
    page.run("bench.start()")?;
    page.run("bench.rest().then(bench.forget)")?;
    // What building the page left behind is not collected while the change is measured.
    page.heap()?;
    let before = page.spent()?;
    let running = page.begin(&format!("bench.run({:?})", workload.name))?;
    move_mouse(&page, workload.mouse)?;
    page.end::<IgnoredAny>(running)?;
    let cpu = page.spent()?.since(before).tasks;
    let bytes: Bytes = page.eval("bench.bytes()")?;
    ensure!(who == Who::Off || 0.0 < bytes.raw, "{} recorded nothing of {}", who.name(), workload.name);
    Ok((cpu, bytes))
}

/// Draws circles with the real pointer.
fn move_mouse(page: &Page, seconds: f64) -> Result<()> {
    let begun = Instant::now();
    for step in 0..(seconds * MOUSE_HZ) as u32 {
        let due = begun + Duration::from_secs_f64(f64::from(step) / MOUSE_HZ);
        // waits: the pointer's own pace is what is measured.
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let angle = f64::from(step) / MOUSE_HZ * TAU;
        page.move_mouse(600.0 + 300.0 * angle.cos(), 400.0 + 300.0 * angle.sin())?;
    }
    Ok(())
}
