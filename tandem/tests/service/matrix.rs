//! Who may do what (CHAT.md §0, "Permissions"): tables written by hand, one row for each route, command, sign and
//! event kind, one cell for each who. What the server has and no table says fails.
//!
//! Other people's objects are not there (404, `not_found`); what only a higher role may is forbidden (403); who is
//! nobody, or a visitor at a desk's route, is told to log in (401).
mod events;
mod fixture;
mod known;
mod routes;
mod socket;
mod stage;

pub use fixture::Fixture;
pub use routes::bodies;
pub use socket::barrier;

use crate::world::Actor;

/// A table's rows: what it is about, and what each who gets. Words before the first `|` name the row.
pub fn rows(table: &str, n_cells: usize) -> Vec<(String, Vec<String>)> {
    let lines = table.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#'));
    let row = |line: &str| {
        let (name, cells) = line.split_once('|').unwrap_or_else(|| panic!("no row: {line}"));
        let cells: Vec<_> = cells.split_whitespace().map(str::to_owned).collect();
        assert_eq!(cells.len(), n_cells, "{line}");
        (name.split_whitespace().collect::<Vec<_>>().join(" "), cells)
    };
    lines.map(row).collect()
}

/// What differs from a table, said all at once.
#[derive(Default)]
pub struct Differences(Vec<String>);

impl Differences {
    pub fn check(&mut self, row: &str, who: Actor, (expected, got): (&str, &str)) {
        if expected != got {
            self.0.push(format!("{row}: {who:?} gets {got}, not {expected}"));
        }
    }

    pub fn end(self) {
        assert!(self.0.is_empty(), "{} cells differ:\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// Names that the server has and the table has not, or the other way round.
pub fn same(kind: &str, known: &[String], table: &[String]) {
    let lacks = |all: &[String], of: &[String]| -> Vec<String> {
        all.iter().filter(|it| !of.contains(it)).cloned().collect()
    };
    let (missing, stale) = (lacks(known, table), lacks(table, known));
    assert!(
        missing.is_empty() && stale.is_empty(),
        "{kind} without a row: {missing:?}; rows of none: {stale:?}"
    );
}
