//! Who works on which upload in this process: one at a time, and whoever comes later goes first. A client that
//! comes back does not wait for its old connection to be noticed dead.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

use crate::model::PublicId;

#[derive(Default)]
struct Slot {
    work: Arc<tokio::sync::Mutex<()>>,
    /// Ends the work of whoever came last.
    last: CancellationToken,
    users: usize,
}

/// The uploads that somebody works on.
#[derive(Clone, Default)]
pub(super) struct Active {
    slots: Arc<Mutex<HashMap<PublicId, Slot>>>,
}

/// The right to work on one, until it is dropped.
pub(super) struct Turn {
    /// Somebody else wants it.
    pub ended: CancellationToken,
    id: PublicId,
    active: Active,
    lock: Option<OwnedMutexGuard<()>>,
}

impl Active {
    /// Asks whoever works on it to stop, and waits until they have.
    pub async fn enter(&self, id: PublicId) -> Turn {
        let (work, ended) = self.with(|slots| {
            let slot = slots.entry(id).or_default();
            slot.users += 1;
            slot.last.cancel();
            slot.last = CancellationToken::new();
            (slot.work.clone(), slot.last.clone())
        });
        // From here on its drop says that there is one user less, also when the wait is given up.
        let mut turn = Turn { ended, id, active: self.clone(), lock: None };
        turn.lock = Some(work.lock_owned().await);
        turn
    }

    /// Where nobody works on it, or is about to.
    pub async fn enter_idle(&self, id: PublicId) -> Option<Turn> {
        let is_idle = self.with(|slots| !slots.contains_key(&id));
        if is_idle { Some(self.enter(id).await) } else { None }
    }

    fn with<T>(&self, change: impl FnOnce(&mut HashMap<PublicId, Slot>) -> T) -> T {
        change(&mut self.slots.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.lock = None;
        self.active.with(|slots| {
            let Some(slot) = slots.get_mut(&self.id) else { return };
            slot.users -= 1;
            if slot.users == 0 {
                slots.remove(&self.id);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_comes_later_goes_first_and_nothing_stays() {
        let (active, id) = (Active::default(), PublicId::from_bytes([1; 16]));
        let first = active.enter(id).await;
        assert!(!first.ended.is_cancelled());
        let second = tokio::spawn({
            let active = active.clone();
            async move { active.enter(id).await }
        });
        first.ended.cancelled().await;
        drop(first);
        let second = second.await.expect("its turn");
        assert!(!second.ended.is_cancelled());
        drop(active.enter(PublicId::from_bytes([2; 16])).await);
        drop(second);
        assert!(active.with(|slots| slots.is_empty()));
    }
}
