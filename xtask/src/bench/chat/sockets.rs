//! Sockets of visitors: what an idle one holds, and how soon what is said is acknowledged and heard.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::programs::{Built, PAGES, Server, said};
use super::{Bench, Disk};
use crate::bench::Options;
use crate::bench::table::{Goal, Row};
use crate::run::timed;

/// Visitors who write once a second each.
const TALKERS: u32 = 500;
/// Seconds of each turn.
const TIME: u32 = 15;

/// Figures by their names.
pub type Figures = BTreeMap<String, f64>;

/// What a WebSocket costs by itself.
pub fn bare(built: &Built, options: &Options) -> Result<Figures> {
    let server = built.echo()?;
    load(built, options, ("echo", &server))
}

fn load(built: &Built, options: &Options, (kind, server): (&str, &Server)) -> Result<Figures> {
    let mut command = built.command("chat-load");
    command.args([kind, &server.url, PAGES, "demo", &server.id().to_string()]);
    command.args([options.sockets, TALKERS, TIME].map(|it| it.to_string()));
    figures(&timed("sockets", || said(&mut command))?.lines)
}

fn figures(lines: &[String]) -> Result<Figures> {
    let read = |line: &String| {
        let (name, number) = line.split_once(' ')?;
        Some((name.to_owned(), number.parse().ok()?))
    };
    lines.iter().map(|line| read(line).with_context(|| format!("not understood: {line}"))).collect()
}

/// The same of the product.
pub fn measure(bench: &Bench<'_>, bare: &Figures, disk: &Disk) -> Result<Vec<Row>> {
    let server = bench.built.serve(&bench.database("sockets")?)?;
    let ours = load(bench.built, bench.options, ("chat", &server))?;
    let get = |all: &Figures, name: &str| all.get(name).copied().with_context(|| format!("no {name}"));
    for case in ["alone", "among_idle"] {
        let missing = get(&ours, &format!("{case}_lost"))? + get(&ours, &format!("{case}_unheard"))?;
        if 0.0 < missing {
            bail!("{missing} messages were not acknowledged or heard within 5 s: nothing else counts");
        }
    }
    let held = get(&ours, "idle_sockets_held")?;
    let (name, n) = (bench.engine.name(), bench.options.sockets);
    let alone = format!("{name}: {TALKERS} messages a second");
    let among = format!("{alone} among {n} idle sockets");
    let row = |case: &str, (metric, figure): (&str, &str), unit, goal| {
        let row = Row::new(case, metric, get(&ours, figure)?, unit);
        Ok::<_, anyhow::Error>(row.beside("a bare WebSocket", get(bare, figure)?).goal(goal))
    };
    let quick = Goal::AtMost(f64::max(50.0, 3.0 * disk.p99));
    Ok(vec![
        row(&alone, ("acknowledged, p99", "alone_ack_p99_ms"), "ms", quick)?,
        row(&alone, ("heard in another tab, p99", "alone_fan_out_p99_ms"), "ms", Goal::AtMost(100.0))?,
        row(&among, ("acknowledged, p99", "among_idle_ack_p99_ms"), "ms", Goal::AtMost(100.0))?,
        row(&among, ("heard in another tab, p99", "among_idle_fan_out_p99_ms"), "ms", Goal::AtMost(100.0))?,
        row(
            &among,
            ("the server's memory for an idle socket", "idle_socket_kib"),
            "KiB",
            Goal::AtMost(10.0),
        )?,
        Row::new(&among, "idle sockets held", held, "sockets").goal(Goal::AtLeast(f64::from(n))),
    ])
}

/// What an agent hears of a hundred conversations that are another's.
pub fn quiet(bench: &Bench<'_>) -> Result<Row> {
    const OTHER: (&str, &str) = ("claire@bench.example", "correct horse battery");
    let target = bench.database("quiet")?;
    let server = bench.built.serve(&target)?;
    server.hire((bench.built, &target), OTHER.0, OTHER.1)?;
    let login = |key: &str| server.login[key].as_str().context("no log-in");
    let mut command = bench.built.command("chat-load");
    command.args(["quiet", &server.url, &server.desk, PAGES, "demo", login("email")?, login("password")?]);
    command.args([OTHER.0, OTHER.1]);
    let all = figures(&timed("quiet", || said(&mut command))?.lines)?;
    let n = all.get("idle_agent_frames").copied().context("no frames counted")?;
    let case = format!("{}: 100 conversations of another agent's", bench.engine.name());
    Ok(Row::new(&case, "frames to an idle agent", n, "frames").goal(Goal::AtMost(0.0)))
}
