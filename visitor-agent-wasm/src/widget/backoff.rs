//! When to try again.

/// The first wait is at most so long, milliseconds.
const FIRST_MS: i64 = 500;
/// No wait is longer, milliseconds.
const LONGEST_MS: i64 = 30_000;

/// Full jitter: each wait is drawn from the whole of a span that doubles (0.5 s to 30 s), so that the clients of a
/// server that comes back do not come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// How long to wait now, milliseconds; `dice` is any number.
    pub fn next(&mut self, dice: u32) -> i64 {
        let span = (FIRST_MS << self.failures.min(6)).min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        i64::from(dice) % span + 1
    }

    /// It worked.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_half_a_minute_and_no_further() {
        let longest: Vec<_> = (0..8)
            .scan(Backoff::default(), |backoff, _| {
                let at = *backoff;
                backoff.next(0);
                Some(
                    (0..40_000)
                        .map(|dice| {
                            let mut it = at;
                            it.next(dice)
                        })
                        .max()
                        .unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        let mut backoff = Backoff { failures: u32::MAX };
        assert!((1..=LONGEST_MS).contains(&backoff.next(u32::MAX)));
        backoff.reset();
        assert!(backoff.next(u32::MAX) <= FIRST_MS);
    }
}
