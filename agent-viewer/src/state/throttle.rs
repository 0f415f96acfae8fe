//! At most so often, and never without the last one.
use std::time::Duration;

use cobrowse_core::id::Moment;

/// Lets a stream of values through at most once per `every`; what comes too early waits as the newest.
#[derive(Debug, Clone)]
pub struct Throttle<T> {
    every: Duration,
    last: Option<Moment>,
    waiting: Option<T>,
}

impl<T> Throttle<T> {
    /// One value per `every`.
    pub const fn new(every: Duration) -> Self {
        Self { every, last: None, waiting: None }
    }

    /// Takes a value; gives it back when it may go now.
    pub fn offer(&mut self, value: T, now: Moment) -> Option<T> {
        self.waiting = Some(value);
        self.due(now)
    }

    /// The value that waits, once its time has come.
    pub fn due(&mut self, now: Moment) -> Option<T> {
        if self.last.is_some_and(|last| now.since(last) < self.every) {
            return None;
        }
        let value = self.waiting.take()?;
        self.last = Some(now);
        Some(value)
    }

    /// Forgets what waits, for example because the pointer left.
    pub fn clear(&mut self) {
        self.waiting = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_goes_when_its_time_has_come() {
        let at = Moment::from_millis;
        let mut throttle = Throttle::new(Duration::from_millis(16));
        assert_eq!(throttle.offer(1, at(0)), Some(1));
        assert_eq!(throttle.offer(2, at(5)), None);
        assert_eq!(throttle.offer(3, at(10)), None);
        assert_eq!(throttle.due(at(15)), None);
        assert_eq!(throttle.due(at(16)), Some(3));
        assert_eq!(throttle.due(at(40)), None);
    }

    #[test]
    fn what_is_cleared_never_goes() {
        let mut throttle = Throttle::new(Duration::from_millis(16));
        throttle.offer(1, Moment::from_millis(0));
        throttle.offer(2, Moment::from_millis(1));
        throttle.clear();
        assert_eq!(throttle.due(Moment::from_millis(99)), None);
    }
}
