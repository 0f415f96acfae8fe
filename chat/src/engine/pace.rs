//! How quickly those who wait are answered: what a visitor is told of their own wait is an estimate by it.
use std::{collections::VecDeque, time::Duration};

use crate::model::UnixMillis;

/// What was longer ago says nothing of now.
const LOOKED_AT: Duration = Duration::from_secs(30 * 60);
/// So many are enough to say something, ...
const ENOUGH: usize = 3;
/// ... and more say no more.
const KEPT: usize = 20;
/// A longer wait is no estimate any more.
const LONGEST: Duration = Duration::from_secs(3600);

/// When the last ones who waited in a queue were answered.
#[derive(Debug, Default)]
pub(super) struct Pace(VecDeque<UnixMillis>);

impl Pace {
    /// Somebody who waited is an agent's from now on.
    pub fn taken(&mut self, at: UnixMillis) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(at);
    }

    /// How long one still waits before whom so many are; nothing where too little is known to say so.
    pub fn wait(&self, ahead: usize, now: UnixMillis) -> Option<Duration> {
        let recent = self.0.iter().filter(|at| now.since(**at) <= LOOKED_AT);
        let (n, first) = recent.fold((0, None), |(n, first), at| (n + 1, first.or(Some(*at))));
        if n < ENOUGH {
            return None;
        }
        // To now, not to the last one: a queue that stands still takes longer and longer.
        let each = now.since(first?) / u32::try_from(n).ok()?;
        let wait = each.checked_mul(u32::try_from(ahead.saturating_add(1)).ok()?)?;
        (wait <= LONGEST).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(taken: &[i64], ahead: usize, now: i64) -> Option<u64> {
        let mut pace = Pace::default();
        taken.iter().for_each(|at| pace.taken(UnixMillis(at * 1_000)));
        pace.wait(ahead, UnixMillis(now * 1_000)).map(|it| it.as_secs())
    }

    // shows: QUE-14
    #[test]
    fn a_wait_is_as_long_as_the_last_ones_say() {
        assert_eq!(wait(&[], 0, 100), None, "nothing is known");
        assert_eq!(wait(&[0, 60], 0, 120), None, "too little is");
        assert_eq!(wait(&[0, 60, 120], 0, 180), Some(60), "one a minute");
        assert_eq!(wait(&[0, 60, 120], 4, 180), Some(300), "and four before");
        assert_eq!(wait(&[0, 60, 120], 0, 600), Some(200), "slower, while nobody is taken");
        assert_eq!(wait(&[0, 60, 120], 0, 1_900), None, "long ago");
        assert_eq!(wait(&[0, 60, 120], 100, 180), None, "nobody waits by such a figure");
        let many: Vec<i64> = (0..100).collect();
        assert_eq!(wait(&many, 9, 100), Some(10), "the last twenty");
    }
}
