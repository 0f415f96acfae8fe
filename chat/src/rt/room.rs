//! Who is there, by their sockets: several tabs are one person, and a person who comes back within the grace
//! was never gone.
use std::{collections::HashMap, hash::Hash, sync::Arc};

/// People by their keys, and their sockets.
pub(crate) struct Room<K, P> {
    here: HashMap<K, Here<P>>,
    tickets: u64,
}

struct Here<P> {
    peers: Vec<Arc<P>>,
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
        let here = self.here.entry(key).or_insert_with(|| Here { peers: Vec::new(), leaving: None });
        here.leaving = None;
        here.peers.push(peer);
        is_new
    }

    /// A socket less. The last one gives a ticket for [`Room::gone`].
    pub fn leave(&mut self, key: K, peer: &Arc<P>) -> Option<Ticket> {
        let here = self.here.get_mut(&key)?;
        here.peers.retain(|it| !Arc::ptr_eq(it, peer));
        if !here.peers.is_empty() {
            return None;
        }
        self.tickets += 1;
        here.leaving = Some(Ticket(self.tickets));
        here.leaving
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
    use super::*;

    // shows: PRS-01
    #[test]
    fn the_last_tab_leaves_and_a_return_within_the_grace_is_no_return() {
        let mut room = Room::<u8, &str>::default();
        let (one, two) = (Arc::new("one"), Arc::new("two"));
        assert!(room.enter(7, one.clone()));
        assert!(!room.enter(7, two.clone()));
        assert_eq!(room.leave(7, &one), None);
        let first = room.leave(7, &two).expect("the last one");
        assert!(!room.enter(7, one.clone()), "was never gone");
        assert!(!room.gone(7, first), "came back");
        let second = room.leave(7, &one).expect("the last one");
        assert!(!room.gone(7, first), "another departure");
        assert!(room.gone(7, second));
        assert!(!room.gone(7, second), "once");
        assert!(room.enter(7, one));
    }
}
