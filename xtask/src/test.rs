//! `cargo xtask test`: everything that tests need, then all of them, with the time of each step.

mod api;
mod report;
mod side_by_side;
mod steps;
mod wasm;

use anyhow::{Result, bail};

use crate::run::say;
use report::Report;
use steps::{STEPS, Stage, Step};

/// Which tests.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A step (tidy, ids, format, lint, lint-web, licences, unit, api, fuzz, fuzz-wasm, browser), or a
    /// package (core, relay, ...); without one, every step.
    what: Option<String>,
    /// For the test programs themselves: names of tests, `--nocapture`, ...
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Runs the chosen tests to the end, also when one fails, and lists what took longest.
///
/// # Errors
/// Names every step that failed.
pub fn run_tests(options: &Options) -> Result<()> {
    let stage = Stage::new(options.rest.clone());
    let Some(what) = options.what.as_deref() else {
        return run_steps(&STEPS.iter().collect::<Vec<_>>(), stage);
    };
    let chosen: Vec<_> = STEPS.iter().filter(|step| step.name == what).collect();
    if !chosen.is_empty() {
        return run_steps(&chosen, stage);
    }
    let Some(package) = steps::package(what)? else {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!("{what} is neither a package nor one of: {}", names.join(", "));
    };
    steps::test_package(&package, &stage).map(drop)
}

fn run_steps(steps: &[&Step], mut stage: Stage) -> Result<()> {
    let mut report = Report::default();
    for (index, step) in steps.iter().enumerate() {
        say(&format!("── {}/{} {}: {}", index + 1, steps.len(), step.name, step.what));
        report.run(step, &mut stage);
    }
    report.close()
}
