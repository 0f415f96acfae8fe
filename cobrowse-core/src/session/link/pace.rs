//! How much may be under way: what was acknowledged per second, and how long a message takes there and back.
use std::time::Duration;

use crate::id::Moment;

/// At least so many bytes may be under way.
const MIN_WINDOW: u64 = 16 * 1024;
/// At most so many: what the other side is willing to hold out of order is twice as much.
pub(super) const MAX_WINDOW: u64 = 1 << 20;
/// How much of the acknowledged rate may wait on the way, beside what the path itself holds.
const QUEUE: Duration = Duration::from_millis(250);
/// A measured rate counts for so long, unless a higher one is measured.
const RATE_LASTS: Duration = Duration::from_secs(2);
const MIN_RESEND: Duration = Duration::from_millis(250);

/// What was known when a message left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Departure {
    pub(super) at: Moment,
    delivered: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Pace {
    delivered: u64,
    rate: u64,
    rate_at: Moment,
    smooth: Option<Duration>,
    shortest: Duration,
}

impl Pace {
    pub(super) const fn new() -> Self {
        Self {
            delivered: 0,
            rate: 0,
            rate_at: Moment(Duration::ZERO),
            smooth: None,
            shortest: Duration::from_millis(100),
        }
    }

    pub(super) const fn depart(&self, now: Moment) -> Departure {
        Departure { at: now, delivered: self.delivered }
    }

    /// `bytes` were acknowledged; the last message of them had left at `departure`.
    pub(super) fn acknowledged(&mut self, bytes: u64, departure: Departure, now: Moment) {
        self.delivered += bytes;
        let took = now.since(departure.at).as_millis().max(1);
        let sample = u128::from(self.delivered - departure.delivered) * 1000 / took;
        let sample = u64::try_from(sample).unwrap_or(u64::MAX);
        if self.rate <= sample || RATE_LASTS <= now.since(self.rate_at) {
            self.rate = sample;
            self.rate_at = now;
        }
    }

    /// A message went there and back.
    pub(super) fn round_trip(&mut self, took: Duration) {
        self.shortest = if self.smooth.is_some() { self.shortest.min(took) } else { took };
        self.smooth = Some(self.smooth.map_or(took, |smooth| (smooth * 7 + took) / 8));
    }

    /// Bytes that may be under way. Counting the path's own delay in keeps the window growing on paths
    /// longer than [`QUEUE`], where 250 ms of the rate alone would never exceed what is under way already.
    pub(super) fn window(&self) -> u64 {
        let span = u64::try_from((QUEUE + self.shortest).as_millis()).unwrap_or(u64::MAX);
        (self.rate.saturating_mul(span) / 1000).clamp(MIN_WINDOW, MAX_WINDOW)
    }

    /// After so long without acknowledgement a message is overdue. Short, since the lanes are asked before
    /// anything is sent twice.
    pub(super) fn patience(&self) -> Duration {
        self.smooth.map_or(MIN_RESEND * 2, |smooth| (smooth * 2).max(MIN_RESEND))
    }

    /// There and back, smoothed.
    pub(super) const fn rtt(&self) -> Option<Duration> {
        self.smooth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as much as the window allows over a link of `rate` bytes a second, for ten seconds.
    fn settled_window(rate: u64, rtt_ms: u64) -> u64 {
        let mut pace = Pace::new();
        let mut now = Moment::from_millis(0);
        pace.round_trip(Duration::from_millis(rtt_ms));
        while now < Moment::from_millis(10_000) {
            let (departure, window) = (pace.depart(now), pace.window());
            let took = (window * 1000 / rate).max(rtt_ms);
            now = now + Duration::from_millis(took);
            pace.acknowledged(window, departure, now);
        }
        pace.window()
    }

    #[test]
    fn a_slow_link_holds_a_quarter_of_a_second_and_a_fast_one_the_most() {
        let slow = settled_window(100_000, 50);
        assert!((25_000..=31_000).contains(&slow), "{slow}");
        assert_eq!(settled_window(1_000, 50), MIN_WINDOW);
        assert_eq!(settled_window(100_000_000, 1), MAX_WINDOW);
    }

    #[test]
    fn a_long_path_does_not_keep_the_window_small() {
        assert!(300_000 < settled_window(1_000_000, 600));
    }

    #[test]
    fn patience_is_two_round_trips_and_never_under_a_quarter_second() {
        let mut pace = Pace::new();
        pace.round_trip(Duration::from_millis(20));
        assert_eq!(pace.patience(), Duration::from_millis(250));
        (0..100).for_each(|_| pace.round_trip(Duration::from_millis(200)));
        assert!(Duration::from_millis(390) < pace.patience());
    }
}
