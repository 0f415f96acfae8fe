//! Who is there, by their sockets: several tabs are one person, and a person who comes back within the grace
//! was never gone.
use std::{collections::HashMap, hash::Hash, sync::Arc};

use tokio::time::Instant;

/// People by their keys, and their sockets.
pub(crate) struct Room<K, P> {
    here: HashMap<K, Here<P>>,
    tickets: u64,
}

struct Here<P> {
    peers: Vec<Arc<P>>,
    /// The grace of the sockets that have closed since one came: the longest counts, whichever of them was the last.
    until: Instant,
    /// The last socket has closed: whoever holds this ticket may say that they are gone.
    leaving: Option<Ticket>,
}

/// Of one departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

impl<K, P> Default for Room<K, P> {
    fn default() -> Self {
        Self { here: HashMap::new(), tickets: 0 }
    }
}

impl<K: Eq + Hash + Copy, P> Room<K, P> {
    /// Another socket. True when nobody was there.
    pub fn enter(&mut self, key: K, peer: Arc<P>) -> bool {
        let is_new = !self.here.contains_key(&key);
        let new = || Here { peers: Vec::new(), until: Instant::now(), leaving: None };
        let here = self.here.entry(key).or_insert_with(new);
        (here.until, here.leaving) = (Instant::now(), None);
        here.peers.push(peer);
        is_new
    }

    /// A socket less, whose grace lasts until then. The last one gives a ticket for [`Room::gone`], and when it counts.
    pub fn leave(&mut self, key: K, peer: &Arc<P>, until: Instant) -> Option<(Ticket, Instant)> {
        let here = self.here.get_mut(&key)?;
        here.peers.retain(|it| !Arc::ptr_eq(it, peer));
        here.until = here.until.max(until);
        if !here.peers.is_empty() {
            return None;
        }
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        here.leaving = Some(ticket);
        Some((ticket, here.until))
    }

    /// The grace of a departure is over. True when nobody has come back meanwhile: then they are gone.
    pub fn gone(&mut self, key: K, ticket: Ticket) -> bool {
        let is_gone = self.here.get(&key).is_some_and(|it| it.leaving == Some(ticket));
        if is_gone {
            self.here.remove(&key);
        }
        is_gone
    }

    /// Their sockets.
    pub fn peers(&self, key: &K) -> &[Arc<P>] {
        self.here.get(key).map_or(&[], |it| &it.peers)
    }

    /// All sockets.
    pub fn all(&self) -> impl Iterator<Item = (&K, &Arc<P>)> {
        self.here.iter().flat_map(|(key, it)| it.peers.iter().map(move |peer| (key, peer)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    // shows: PRS-01
    #[test]
    fn the_last_tab_leaves_and_a_return_within_the_grace_is_no_return() {
        let mut room = Room::<u8, &str>::default();
        let (one, two) = (Arc::new("one"), Arc::new("two"));
        let (sooner, later) = (Instant::now() + SECOND, Instant::now() + 2 * SECOND);
        assert!(room.enter(7, one.clone()));
        assert!(!room.enter(7, two.clone()));
        assert_eq!(room.leave(7, &one, later), None);
        let (first, until) = room.leave(7, &two, sooner).expect("the last one");
        assert_eq!(until, later, "whoever left by one of them has all of its grace");
        assert!(!room.enter(7, one.clone()), "was never gone");
        assert!(!room.gone(7, first), "came back");
        let (second, until) = room.leave(7, &one, sooner).expect("the last one");
        assert_eq!(until, sooner, "they had come back");
        assert!(!room.gone(7, first), "another departure");
        assert!(room.gone(7, second));
        assert!(!room.gone(7, second), "once");
        assert!(room.enter(7, one));
    }
}
