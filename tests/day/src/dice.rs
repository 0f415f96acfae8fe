//! Chance that can be had again: every person of the day throws their own dice, drawn from the day's seed.
use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Somebody's dice.
#[derive(Debug)]
pub struct Dice(StdRng);

impl Dice {
    /// The dice of the `who`th person of a day.
    pub fn of(seed: u64, who: u64) -> Self {
        Self(StdRng::seed_from_u64(seed.wrapping_mul(1_000).wrapping_add(who)))
    }

    /// Whether it happens, in so many cases of a hundred.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end.max(1))
    }

    /// One of them.
    pub fn one_of<'a, T>(&mut self, these: &'a [T]) -> Option<&'a T> {
        these.get(self.below(these.len()))
    }

    /// A moment between those two, milliseconds.
    pub fn moment(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(self.0.random_range(from..to))
    }
}
