//! Finds out whose page a proof is of: for a while, where the relay cannot be asked now, and without anybody waiting
//! for that.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    task::AbortHandle,
    time::{Instant, sleep, timeout},
};

use super::{Fault, lock};
use crate::model::{SiteId, VisitorId};

/// So long whoever says hello waits, so that what is answered at once is known with the first words.
const MOMENT: Duration = Duration::from_millis(300);
/// So long it is tried, ...
const FOR: Duration = Duration::from_secs(120);
/// ... so long after each attempt.
const AGAIN: Duration = Duration::from_secs(2);
/// Most visitors at a time of whom it is tried.
const MOST: usize = 4096;

type Of = (SiteId, VisitorId);

/// What is being tried: of each visitor only their newest proof.
#[derive(Clone, Default)]
pub(super) struct Proving(Arc<Mutex<HashMap<Of, AbortHandle>>>);

impl Proving {
    /// Begins to try, and waits a moment for what comes of it.
    ///
    /// # Errors
    /// The store's, where it is known by then.
    pub async fn tries<A, F>(&self, of: Of, attempt: A) -> Result<(), Fault>
    where
        A: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), Fault>> + Send,
    {
        let task = {
            let mut all = lock(&self.0);
            if MOST <= all.len() && !all.contains_key(&of) {
                tracing::warn!("too many proofs of pages wait for the relay");
                return Ok(());
            }
            let proving = self.clone();
            // It forgets itself when this lock is free.
            let task = tokio::spawn(async move {
                let proved = until(Instant::now() + FOR, attempt).await;
                lock(&proving.0).retain(|_, it| it.id() != tokio::task::id());
                proved
            });
            if let Some(older) = all.insert(of, task.abort_handle()) {
                older.abort();
            }
            task
        };
        // One that takes longer goes on; one that is not tried any more has a newer one in its place.
        timeout(MOMENT, task).await.map_or(Ok(()), |ended| ended.unwrap_or(Ok(())))
    }
}

/// Tries until there is an answer, or no time any more: then nobody knows whose page it is.
async fn until<F: Future<Output = Result<(), Fault>>>(
    end: Instant,
    attempt: impl Fn() -> F,
) -> Result<(), Fault> {
    loop {
        match attempt().await {
            Err(Fault::Shares(_)) if Instant::now() + AGAIN < end => {}
            Err(Fault::Shares(_)) => return Ok(()),
            proved => {
                return proved.inspect_err(|fault| tracing::warn!(%fault, "a visitor's page is not kept"));
            }
        }
        // waits: the relay is asked again after a while; nothing tells that it is back.
        sleep(AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        sync::atomic::{AtomicU32, Ordering},
    };

    use tokio::sync::{mpsc, oneshot};

    use super::*;
    use crate::engine::SharesUnreachable;

    const LEA: Of = (SiteId(1), VisitorId(1));

    #[tokio::test]
    async fn nobody_waits_for_a_relay_that_does_not_answer() {
        let proving = Proving::default();
        assert_eq!(proving.tries(LEA, pending).await, Ok(()));
        assert_eq!(lock(&proving.0).len(), 1, "it is still tried");
    }

    #[tokio::test]
    async fn what_is_known_at_once_is_answered_and_forgotten() {
        let proving = Proving::default();
        let fault = || ready(Err(Fault::Store(store::Error::Closed)));
        assert_eq!(proving.tries(LEA, fault).await, Err(Fault::Store(store::Error::Closed)));
        assert!(lock(&proving.0).is_empty());
    }

    #[tokio::test]
    async fn of_each_visitor_only_the_newest_proof_is_tried() {
        let proving = Proving::default();
        let (begun, mut begins) = mpsc::unbounded_channel();
        let attempt = move || {
            let (holds, ended) = oneshot::channel::<()>();
            let _ = begun.send(ended);
            async move {
                let _holds = holds;
                pending().await
            }
        };
        for _ in 0..3 {
            assert_eq!(proving.tries(LEA, attempt.clone()).await, Ok(()));
        }
        assert_eq!(lock(&proving.0).len(), 1);
        for _ in 0..2 {
            let older = begins.recv().await.expect("begun");
            assert!(older.await.is_err(), "not tried any more");
        }
        assert!(begins.recv().await.expect("begun").try_recv() == Err(oneshot::error::TryRecvError::Empty));
    }

    #[tokio::test]
    async fn it_is_not_tried_beyond_its_time() {
        let n = AtomicU32::new(0);
        let fails = || {
            n.fetch_add(1, Ordering::SeqCst);
            ready(Err(Fault::Shares(SharesUnreachable)))
        };
        // However long the attempt took: what counts is what time it is.
        assert_eq!(until(Instant::now() + AGAIN, fails).await, Ok(()));
        assert_eq!(n.load(Ordering::SeqCst), 1);
    }
}
