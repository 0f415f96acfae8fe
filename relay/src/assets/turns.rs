//! How much goes on at a time: in the whole process, and for each session, so that none takes all of it.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use cobrowse_core::id::SessionId;

/// Turns that are given until as many are taken; who finds none is refused, and comes again.
#[derive(Debug)]
pub struct Turns {
    most: usize,
    most_each: usize,
    held: Mutex<HashMap<SessionId, usize>>,
}

/// A turn; it ends when it is dropped.
#[derive(Debug)]
pub struct Turn {
    turns: Arc<Turns>,
    session: SessionId,
}

impl Turns {
    /// As many in all, and for each session.
    pub fn new(most: usize, most_each: usize) -> Arc<Self> {
        Arc::new(Self { most, most_each, held: Mutex::default() })
    }

    /// A turn of this session, if there is one.
    pub fn take(self: &Arc<Self>, session: SessionId) -> Option<Turn> {
        let mut held = self.lock();
        let all: usize = held.values().sum();
        let own = held.get(&session).copied().unwrap_or_default();
        if self.most <= all || self.most_each <= own {
            return None;
        }
        held.insert(session, own + 1);
        Some(Turn { turns: Arc::clone(self), session })
    }

    /// How many are taken now.
    pub fn held(&self) -> usize {
        self.lock().values().sum()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// These bytes, whose turn lasts until the last of them has left memory: a peer who reads slowly holds them as long.
    pub fn holds(self, bytes: Vec<u8>) -> Bytes {
        Bytes::from_owner(Held { bytes, _turn: self })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut held = self.turns.lock();
        if let Some(own) = held.get_mut(&self.session) {
            *own -= 1;
            if *own == 0 {
                held.remove(&self.session);
            }
        }
    }
}

struct Held {
    bytes: Vec<u8>,
    _turn: Turn,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_session_takes_all_turns_and_all_of_them_no_more_than_there_are() {
        let turns = Turns::new(3, 2);
        let [one, two, three] = [1, 2, 3].map(|name| SessionId::from_random([name; 16]));
        let first = turns.take(one).expect("a turn");
        let _second = turns.take(one).expect("a turn");
        assert!(turns.take(one).is_none(), "its own are taken");
        let _third = turns.take(two).expect("a turn");
        assert!(turns.take(three).is_none(), "all are taken");
        drop(first);
        assert_eq!(turns.held(), 2);
        assert!(turns.take(three).is_some());
    }

    #[test]
    fn a_turn_lasts_as_long_as_its_bytes() {
        let turns = Turns::new(1, 1);
        let turn = turns.take(SessionId::from_random([1; 16])).expect("a turn");
        let bytes = turn.holds(b"abc".to_vec());
        let last = bytes.slice(2..);
        drop(bytes);
        assert_eq!((turns.held(), last.as_ref()), (1, b"c".as_slice()));
        drop(last);
        assert_eq!(turns.held(), 0);
    }
}
