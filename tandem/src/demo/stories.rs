//! The demo's history, in the order in which it happened.
mod english;
mod french;
mod visitors;

use super::story::{Letter, Story};

/// Everything that was said.
pub(super) fn stories() -> Vec<&'static Story> {
    let mut all: Vec<&Story> = french::STORIES.iter().chain(english::STORIES.iter()).collect();
    all.sort_by_key(|it| began(it.when));
    all
}

/// What was left in the inbox.
pub(super) fn letters() -> [&'static Letter; 2] {
    [&french::LETTER, &english::LETTER]
}

/// Smaller is earlier.
const fn began((days, hour, minute): (i64, i64, i64)) -> i64 {
    (hour - 24 * days) * 60 + minute
}
