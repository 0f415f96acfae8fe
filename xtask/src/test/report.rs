//! What each step took, and how it ended.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::steps::{Stage, Step};
use crate::run::say;

/// What the steps so far came to.
#[derive(Debug, Default)]
pub struct Report {
    lines: Vec<Line>,
    /// The closing lines of the test programs, in their own words.
    results: Vec<String>,
}

#[derive(Debug)]
struct Line {
    name: &'static str,
    took: Duration,
    failed: bool,
}

impl Report {
    /// Runs one step and keeps how it ended; a failure is said at once.
    pub fn run(&mut self, step: &Step, stage: &mut Stage) {
        let start = Instant::now();
        let result = (step.work)(stage);
        let took = start.elapsed();
        let failed = result.is_err();
        match result {
            Ok(results) => self.results.extend(results),
            Err(reason) => say(&format!("FAILED {}: {reason:#}", step.name)),
        }
        say(&format!("{}: {:.1} s", step.name, took.as_secs_f32()));
        self.lines.push(Line { name: step.name, took, failed });
    }

    /// Prints the table, slowest last, and under it what the test programs said.
    ///
    /// # Errors
    /// Names the steps that failed.
    pub fn close(mut self) -> Result<()> {
        let all: Duration = self.lines.iter().map(|line| line.took).sum();
        self.lines.sort_by_key(|line| line.took);
        for line in &self.lines {
            let verdict = if line.failed { "FAILED" } else { "ok" };
            say(&format!("{:>8.1} s  {:<10} {verdict}", line.took.as_secs_f32(), line.name));
        }
        say(&format!("{:>8.1} s  in all", all.as_secs_f32()));
        for result in &self.results {
            say(result);
        }
        let failed: Vec<_> = self.lines.iter().filter(|line| line.failed).map(|line| line.name).collect();
        if !failed.is_empty() {
            bail!("failed: {}", failed.join(", "));
        }
        Ok(())
    }
}
