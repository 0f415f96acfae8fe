//! What was measured: rows for people and for programs.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::place;
use crate::run::say;

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// At most this times the peer's.
    Ratio(f64),
    /// At most this, in the row's unit.
    AtMost(f64),
    /// At least this, in the row's unit: for the few measures of which more is better.
    AtLeast(f64),
}

/// One measure of one case. Smaller is better, but where the goal is to have at least so much.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    case: String,
    metric: String,
    unit: &'static str,
    ours: f64,
    peer: Option<f64>,
    peer_name: Option<String>,
    ratio: Option<f64>,
    goal: Option<String>,
    holds: Option<bool>,
    higher_is_better: bool,
}

impl Row {
    /// A measure of ours alone.
    pub fn new(case: &str, metric: &str, ours: f64, unit: &'static str) -> Self {
        let (case, metric) = (case.to_owned(), metric.to_owned());
        let (peer, peer_name, ratio) = (None, None, None);
        Self {
            case,
            metric,
            unit,
            ours,
            peer,
            peer_name,
            ratio,
            goal: None,
            holds: None,
            higher_is_better: false,
        }
    }

    /// Beside a peer's.
    pub fn beside(mut self, name: &str, peer: f64) -> Self {
        self.ratio = (0.0 < peer).then(|| self.ours / peer);
        (self.peer, self.peer_name) = (Some(peer), Some(name.to_owned()));
        self
    }

    /// With what it should reach. A ratio needs its peer first.
    pub fn goal(mut self, goal: Goal) -> Self {
        self.higher_is_better = matches!(goal, Goal::AtLeast(_));
        let (text, holds) = match goal {
            Goal::Ratio(most) => (format!("≤ {most} ×"), self.ratio.map(|ratio| ratio <= most)),
            Goal::AtMost(most) => (format!("≤ {} {}", number(most), self.unit), Some(self.ours <= most)),
            Goal::AtLeast(least) => (format!("≥ {} {}", number(least), self.unit), Some(least <= self.ours)),
        };
        (self.goal, self.holds) = (Some(text), holds);
        self
    }

    fn cells(&self) -> [String; 7] {
        let verdict = self.holds.map_or("", |holds| if holds { "holds" } else { "MISSED" });
        let with_unit = |value| format!("{} {}", number(value), self.unit);
        [
            self.case.clone(),
            self.metric.clone(),
            with_unit(self.ours),
            self.peer.map(with_unit).unwrap_or_default(),
            self.ratio.map(|ratio| format!("{ratio:.3}")).unwrap_or_default(),
            self.goal.clone().unwrap_or_default(),
            verdict.to_owned(),
        ]
    }
}

/// Three digits that count.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Shows the rows, and writes them to `target/bench/NAME.json`.
pub fn publish(name: &str, title: &str, rows: &[Row]) -> Result<()> {
    let file = place::target().join("bench").join(format!("{name}.json"));
    fs::create_dir_all(place::target().join("bench"))?;
    fs::write(&file, serde_json::to_string_pretty(rows)?)
        .with_context(|| format!("writing {}", file.display()))?;
    say(&format!("{title}\n\n{}", drawn(rows)));
    let missed = rows.iter().filter(|row| row.holds == Some(false)).count();
    let goals = rows.iter().filter(|row| row.holds.is_some()).count();
    say(&format!("{} of {goals} goals hold; written to {}", goals - missed, file.display()));
    Ok(())
}

/// Columns as wide as they need to be.
fn drawn(rows: &[Row]) -> String {
    let head = ["case", "metric", "ours", "peer", "ratio", "goal", ""].map(str::to_owned);
    let lines: Vec<_> = std::iter::once(head).chain(rows.iter().map(Row::cells)).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 7] = std::array::from_fn(width);
    let mut drawn = String::new();
    for line in &lines {
        for (column, cell) in line.iter().enumerate() {
            let width = widths[column];
            // Numbers end where the others end.
            let _ = match column {
                2..=4 => write!(drawn, "{cell:>width$}  "),
                _ => write!(drawn, "{cell:<width$}  "),
            };
        }
        drawn.truncate(drawn.trim_end().len());
        drawn.push('\n');
    }
    drawn
}

/// The middle one; 0 of none.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value that this part of all does not exceed; 0 of none.
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_some_values() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.95), 4.0);
        assert_eq!(median(&[]), 0.0);
    }

    #[test]
    fn a_goal_is_held_or_missed() {
        let row = || Row::new("a page", "CPU", 2.0, "ms").beside("peer", 10.0);
        assert_eq!(row().goal(Goal::Ratio(0.2)).holds, Some(true));
        assert_eq!(row().goal(Goal::Ratio(0.1)).holds, Some(false));
        assert_eq!(Row::new("a page", "size", 3.0, "KB").goal(Goal::AtMost(2.0)).holds, Some(false));
        let rate = || Row::new("messages", "rate", 3.0, "a second");
        assert_eq!(rate().goal(Goal::AtLeast(2.0)).holds, Some(true));
        assert_eq!(rate().goal(Goal::AtLeast(4.0)).holds, Some(false));
    }

    #[test]
    fn columns_line_up() {
        let rows = [Row::new("a page", "CPU", 2.0, "ms"), Row::new("x", "bytes", 120.0, "KB")];
        let lines: Vec<_> = drawn(&rows).lines().map(str::to_owned).collect();
        assert_eq!(lines[1].find("2.00 ms").map(|at| at + 7), lines[2].find("120 KB").map(|at| at + 6));
    }
}
