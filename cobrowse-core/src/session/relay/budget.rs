//! How many messages a peer may send: a bucket that fills with time.
use crate::id::Moment;

#[derive(Debug, Clone)]
pub(super) struct Budget {
    per_second: u32,
    /// Thousandths of a message.
    left: u64,
    filled: Moment,
}

impl Budget {
    /// Full: two seconds' worth.
    pub(super) const fn new(per_second: u32, now: Moment) -> Self {
        Self { per_second, left: Self::full(per_second), filled: now }
    }

    const fn full(per_second: u32) -> u64 {
        per_second as u64 * 2000
    }

    /// Takes one message out. False when there is none.
    pub(super) fn take(&mut self, now: Moment) -> bool {
        let millis = u64::try_from(now.since(self.filled).as_millis()).unwrap_or(u64::MAX);
        let more = millis.saturating_mul(u64::from(self.per_second));
        self.left = self.left.saturating_add(more).min(Self::full(self.per_second));
        self.filled = self.filled.max(now);
        let enough = 1000 <= self.left;
        if enough {
            self.left -= 1000;
        }
        enough
    }
}
