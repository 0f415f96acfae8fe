//! Whether the connection is alive, and when its loss is said.
use chat_proto::{Millis, limits::PING_EVERY_MS};

/// A cut that mends itself within this is not worth a word.
const QUIET: Millis = 1000;

/// What is heard of the server. Times are of one steady clock of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    heard: Millis,
    ping: u32,
    cut: Option<Millis>,
    offline: bool,
}

impl Pulse {
    /// Nothing is connected yet.
    pub const fn new(now: Millis) -> Self {
        Self { heard: now, ping: PING_EVERY_MS, cut: Some(now), offline: false }
    }

    /// A frame came.
    pub fn hear(&mut self, now: Millis) {
        (self.heard, self.cut, self.offline) = (now, None, false);
    }

    /// The server said how often it pings.
    pub fn set_ping(&mut self, ping: u32) {
        if 0 < ping {
            self.ping = ping;
        }
    }

    /// The connection is gone.
    pub fn lose(&mut self, now: Millis) {
        self.cut.get_or_insert(now);
    }

    /// The browser says that there is no network.
    pub fn go_offline(&mut self, now: Millis) {
        self.offline = true;
        self.lose(now);
    }

    /// Whether two pings are missing on a connection that seems to stand.
    pub fn is_silent(&self, now: Millis) -> bool {
        self.cut.is_none() && self.heard + 2 * Millis::from(self.ping) < now
    }

    /// Whether a connection stands.
    pub fn is_live(&self) -> bool {
        self.cut.is_none()
    }

    /// Whether the agent is told that there is no connection.
    pub fn is_told(&self, now: Millis) -> bool {
        self.cut.is_some_and(|cut| self.offline || cut + QUIET <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: ERR-06
    #[test]
    fn two_missing_pings_are_silence_and_a_word_ends_it() {
        let mut pulse = Pulse::new(0);
        pulse.hear(1000);
        assert!(!pulse.is_silent(11_000) && pulse.is_silent(11_001));
        pulse.lose(11_001);
        assert!(!pulse.is_silent(20_000) && !pulse.is_told(12_000) && pulse.is_told(12_001));
        pulse.lose(12_500);
        assert!(pulse.is_told(12_501), "the first cut counts");
        pulse.hear(13_000);
        assert!(pulse.is_live() && !pulse.is_told(60_000));
    }

    // shows: ERR-06
    #[test]
    fn no_network_is_told_at_once() {
        let mut pulse = Pulse::new(0);
        pulse.hear(0);
        pulse.go_offline(5000);
        assert!(pulse.is_told(5000));
    }

    #[test]
    fn a_service_that_names_no_interval_has_the_usual_one() {
        let mut pulse = Pulse::new(0);
        pulse.set_ping(0);
        pulse.hear(0);
        assert!(!pulse.is_silent(9_000));
        pulse.set_ping(1000);
        assert!(pulse.is_silent(2_001));
    }
}
