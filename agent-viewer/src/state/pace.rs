//! One command of a kind at a time: what the hand does meanwhile merges, so that a slow network gets fewer
//! and newer commands instead of a queue.
use std::time::Duration;

use cobrowse_core::id::{CommandId, Moment};

/// After so long without a receipt the next one goes anyway: the visitor's page may have been replaced.
const PATIENCE: Duration = Duration::from_secs(1);

/// Paces commands that carry a `T`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace<T> {
    under_way: Option<(CommandId, Moment)>,
    waiting: Option<T>,
}

impl<T> Default for Pace<T> {
    fn default() -> Self {
        Self { under_way: None, waiting: None }
    }
}

impl<T> Pace<T> {
    /// Adds what the hand does; `merge` joins it to what waits already.
    pub fn add(&mut self, value: T, merge: impl FnOnce(T, T) -> T) {
        self.waiting = Some(match self.waiting.take() {
            Some(before) => merge(before, value),
            None => value,
        });
    }

    /// What is to be sent now, if anything. Tell [`Self::sent`] its number.
    pub fn take(&mut self, now: Moment) -> Option<T> {
        let patient = self.under_way.is_some_and(|(_, since)| now.since(since) < PATIENCE);
        if patient { None } else { self.waiting.take() }
    }

    /// The command was sent under this number.
    pub fn sent(&mut self, id: CommandId, now: Moment) {
        self.under_way = Some((id, now));
    }

    /// A receipt came; whether it was for this kind.
    pub fn handle_receipt(&mut self, id: CommandId) -> bool {
        let ours = self.under_way.is_some_and(|(under_way, _)| under_way == id);
        if ours {
            self.under_way = None;
        }
        ours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_meanwhile_merges_and_goes_with_the_receipt() {
        let now = Moment::from_millis(0);
        let mut pace = Pace::default();
        pace.add(1, |a, b| a + b);
        assert_eq!(pace.take(now), Some(1));
        pace.sent(CommandId(7), now);
        pace.add(2, |a, b| a + b);
        pace.add(3, |a, b| a + b);
        assert_eq!(pace.take(now), None);
        assert!(!pace.handle_receipt(CommandId(6)));
        assert!(pace.handle_receipt(CommandId(7)));
        assert_eq!(pace.take(now), Some(5));
    }

    #[test]
    fn a_lost_receipt_holds_nothing_up_for_long() {
        let mut pace = Pace::default();
        pace.sent(CommandId(1), Moment::from_millis(0));
        pace.add(1, |a, _| a);
        assert_eq!(pace.take(Moment::from_millis(999)), None);
        assert_eq!(pace.take(Moment::from_millis(1000)), Some(1));
    }
}
