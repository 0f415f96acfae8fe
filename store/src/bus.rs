//! Hints between the parts of a deployment that something changed. A hint may be lost: whoever listens also
//! looks by itself, when the subscription says so.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;

/// Hints that may wait for a slow subscriber; when there are more, it is told to look by itself.
const WAITING: usize = 1024;

/// Carries hints.
pub trait Bus: Send + Sync {
    /// Says that something of this topic changed. Never blocks; call it from
    /// [`Tx::after_commit`](crate::Tx::after_commit), so that whoever is woken finds the change. Topics are
    /// at most [`MAX_TOPIC`] bytes; a longer one is cut to a plain call to look.
    fn publish(&self, topic: &str);

    /// Hears every hint from now on, and at least every `sweep` a call to look by itself.
    fn subscribe(&self, sweep: Duration) -> Subscription;
}

/// PostgreSQL takes 8,000 bytes with a hint, and the node's name stands before the topic.
pub const MAX_TOPIC: usize = 512;

/// Why a subscriber is woken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// Something of this topic changed, once or several times.
    Hint(Arc<str>),
    /// Hints may have been lost, or it is time: look at everything that you follow.
    Sweep,
}

/// One listener's end of a bus.
pub struct Subscription {
    hints: broadcast::Receiver<Wake>,
    sweep: Duration,
    next_sweep: Instant,
}

impl Subscription {
    fn new(hints: broadcast::Receiver<Wake>, sweep: Duration) -> Self {
        Self { hints, sweep, next_sweep: Instant::now() + sweep }
    }

    /// Waits for the next reason to look; `None` when the bus is gone.
    pub async fn next(&mut self) -> Option<Wake> {
        let wake = tokio::select! {
            biased; // Hints without end must not put off the sweep.
            () = tokio::time::sleep_until(self.next_sweep) => Wake::Sweep,
            heard = self.hints.recv() => match heard {
                Ok(wake) => wake,
                Err(broadcast::error::RecvError::Lagged(_)) => Wake::Sweep,
                Err(broadcast::error::RecvError::Closed) => return None,
            },
        };
        if wake == Wake::Sweep {
            self.next_sweep = Instant::now() + self.sweep;
        }
        Some(wake)
    }
}

/// The bus of a deployment that is one process.
#[derive(Debug, Clone)]
pub struct InProcess {
    hints: broadcast::Sender<Wake>,
}

impl InProcess {
    /// A bus without listeners.
    pub fn new() -> Self {
        Self { hints: broadcast::Sender::new(WAITING) }
    }

    /// Wakes everybody who listens. That nobody does is no fault.
    pub(crate) fn wake(&self, wake: Wake) {
        let _ = self.hints.send(wake);
    }
}

impl Default for InProcess {
    fn default() -> Self {
        Self::new()
    }
}

/// What a topic becomes on its way.
pub(crate) fn hint(topic: &str) -> Wake {
    if MAX_TOPIC < topic.len() { Wake::Sweep } else { Wake::Hint(topic.into()) }
}

impl Bus for InProcess {
    fn publish(&self, topic: &str) {
        self.wake(hint(topic));
    }

    fn subscribe(&self, sweep: Duration) -> Subscription {
        Subscription::new(self.hints.subscribe(), sweep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_hint_is_heard_by_everybody_who_listens() {
        let bus = InProcess::new();
        bus.publish("nobody hears");
        let (mut one, mut two) = (bus.subscribe(SECOND), bus.subscribe(SECOND));
        bus.publish("conversation 7");
        for listener in [&mut one, &mut two] {
            assert_eq!(listener.next().await, Some(Wake::Hint("conversation 7".into())));
        }
        for listener in [&mut one, &mut two] {
            assert_eq!(listener.next().await, Some(Wake::Sweep), "nothing more came within a second");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_fell_behind_is_told_to_look() {
        let bus = InProcess::new();
        let mut slow = bus.subscribe(SECOND);
        for n in 0..=WAITING {
            bus.publish(&n.to_string());
        }
        assert_eq!(slow.next().await, Some(Wake::Sweep));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_of_hints_does_not_put_off_the_sweep() {
        let bus = InProcess::new();
        let mut listener = bus.subscribe(SECOND);
        let mut swept = 0;
        for _ in 0..30 {
            bus.publish("busy");
            tokio::time::advance(Duration::from_millis(100)).await;
            while listener.next().await.is_some_and(|wake| wake == Wake::Sweep) {
                swept += 1;
                if swept == 3 {
                    return;
                }
            }
        }
        panic!("swept only {swept} times in three seconds");
    }

    #[tokio::test(start_paused = true)]
    async fn a_bus_that_is_gone_says_so() {
        let bus = InProcess::new();
        let mut listener = bus.subscribe(SECOND);
        drop(bus);
        assert_eq!(listener.next().await, None);
    }
}
