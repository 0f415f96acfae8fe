//! What nobody finished or sent goes by itself.
use std::{future::Future, time::Duration};

use super::{FileFault, Files};
use crate::tables::attachment::{self, State};

/// An upload that nothing came into for so long is given up.
const PART_LIFE: Duration = Duration::from_secs(3600);
/// A file that no message has after so long is given up.
const READY_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How often that is looked for.
const EVERY: Duration = Duration::from_secs(300);

impl Files {
    /// Removes unfinished uploads after an hour and unsent files after a day, and parts that no upload has any
    /// more. Says how many files went.
    ///
    /// # Errors
    /// The store's, the disk's. What was to go stays to go: sweep again.
    pub async fn sweep(&self) -> Result<usize, FileFault> {
        let now = self.inner.clock.now();
        let mut gone = 0;
        loop {
            let stale =
                move |tx: &mut dyn store::Tx| attachment::stale(tx, now - PART_LIFE, now - READY_LIFE);
            let found = self.inner.store.read(stale).await?;
            let mut removed = 0;
            for row in found {
                // Who works on it has come back in time.
                let Some(_turn) = self.inner.active.enter_idle(row.public).await else { continue };
                let id = row.id;
                let give_up = move |tx: &mut dyn store::Tx| {
                    attachment::give_up_stale(tx, id, (now - PART_LIFE, now - READY_LIFE))
                };
                // Since it was found it may have been sent, or gone on.
                if self.inner.store.write(store::Key(row.site.0), give_up).await? {
                    self.remove_bytes(row).await?;
                    removed += 1;
                }
            }
            gone += removed;
            if removed == 0 {
                break;
            }
        }
        Ok(gone + self.sweep_parts().await?)
    }

    async fn sweep_parts(&self) -> Result<usize, FileFault> {
        let mut gone = 0;
        for id in self.inner.parts.older_than(self.inner.clock.now() - PART_LIFE).await? {
            let row = self.inner.store.read(move |tx| attachment::find(tx, id)).await?;
            if row.is_none_or(|it| it.state != State::Part) {
                self.inner.parts.remove(id).await?;
                gone += 1;
            }
        }
        Ok(gone)
    }

    /// Sweeps now and then, until `stop`. What fails is logged and tried again.
    pub async fn serve(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut every = tokio::time::interval(EVERY);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = every.tick() => self.inner.rates.sweep(),
            }
            if let Err(fault) = self.sweep().await {
                tracing::warn!(%fault, "unsent files could not be removed yet");
            }
        }
    }
}
