//! When to try a lost connection again.
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(15);

/// Counts failures in a row and says how long to wait: twice as long each time, with jitter so that many
/// desks do not come back in the same instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// How long to wait after one more failure. `random` is from 0 to 1 and takes off up to half.
    pub fn fail(&mut self, random: f64) -> Duration {
        let span = FIRST.saturating_mul(1 << self.failures.min(8)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        span.mul_f64(1.0 - random.clamp(0.0, 1.0) / 2.0)
    }

    /// A connection stands: the next failure is a first one.
    pub fn succeed(&mut self) {
        self.failures = 0;
    }

    /// How many failures there were in a row.
    pub fn failures(self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_begin_again() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..7).map(|_| backoff.fail(0.0).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
        backoff.succeed();
        assert_eq!(backoff.fail(1.0).as_millis(), 250);
        assert_eq!(backoff.failures(), 1);
    }
}
