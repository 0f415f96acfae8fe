//! What has been received and is not done yet. A deadline lets pass what came before it.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::sync::Notify;

use super::{clock::Clock, lock};
use crate::model::UnixMillis;

#[derive(Default)]
pub(super) struct Intake {
    /// How many came at each instant.
    open: Mutex<BTreeMap<UnixMillis, usize>>,
    done: Notify,
}

/// When something was received; dropped when it is done.
pub struct Receipt {
    at: UnixMillis,
    intake: Arc<Intake>,
}

impl Receipt {
    /// The instant that guards go by.
    pub const fn at(&self) -> UnixMillis {
        self.at
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        let mut open = lock(&self.intake.open);
        if let Some(count) = open.get_mut(&self.at) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.at);
            }
        }
        drop(open);
        self.intake.done.notify_waiters();
    }
}

impl Intake {
    /// Stamps under the lock: whoever waits for an instant that is past sees all that came before it.
    pub fn receive(intake: &Arc<Self>, clock: &dyn Clock) -> Receipt {
        let mut open = lock(&intake.open);
        let at = clock.now();
        *open.entry(at).or_default() += 1;
        drop(open);
        Receipt { at, intake: intake.clone() }
    }

    /// Waits until everything that came before `due` is done.
    pub async fn drained(&self, due: UnixMillis) {
        loop {
            let done = self.done.notified();
            tokio::pin!(done);
            done.as_mut().enable();
            if lock(&self.open).first_key_value().is_none_or(|(at, _)| due <= *at) {
                return;
            }
            done.await;
        }
    }
}
