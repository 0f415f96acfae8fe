//! Full text: which conversations say something, and where.
//!
//! ```text
//!   a message is stored ──(same transaction)──▶ to be indexed ──(a batch, at most a second later)──▶ index
//! ```
//! Of each word two things are indexed: the word itself, without case and accents, and its stem in the languages of
//! the conversation and the site ([`words`]). What is asked for is looked for in both ways, the last word by its
//! beginning too; so every word of a message finds it, whatever its language. Scripts without blanks are indexed by
//! signs and pairs of signs. Every indexed word begins with its site: nothing of another site is found, or even
//! passed over.
//!
//! Both databases index the same words and neither of them parses: they find the same. SQLite's index has the first
//! signs of each word as well: it would put all words together that begin so, for each page anew.
mod find;
mod index;
mod snippet;
mod terms;
mod text;
mod words;

use std::{future::Future, sync::Arc, time::Duration};

use store::Store;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::engine::{Committed, Fault};
pub use find::{By, Cursor, Filter, Find, Hit, Results, Visible, found_in, wanted};
pub use snippet::Snippet;
pub use terms::Wanted;
pub use text::is_indexed;

/// What is committed meanwhile goes into one batch.
const TOGETHER: Duration = Duration::from_millis(200);
/// The safety sweep: what another node has left is not left for longer.
const SWEEP: Duration = Duration::from_secs(1);

/// The index of all sites; cheap to clone.
#[derive(Clone)]
pub struct Search {
    store: Store,
}

impl Search {
    /// The index in this store.
    pub const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Indexes everything that is stored by now. Says how many messages that were.
    ///
    /// # Errors
    /// The store's. What was to be indexed stays so.
    pub async fn catch_up(&self) -> Result<usize, Fault> {
        let mut all = 0;
        loop {
            match index::batch(&self.store).await? {
                0 => return Ok(all),
                n => all += n,
            }
        }
    }

    /// Indexes whatever is committed, until `stop`. What fails is logged and tried again.
    pub async fn serve(
        &self,
        mut committed: broadcast::Receiver<Arc<Committed>>,
        stop: impl Future<Output = ()>,
    ) {
        tokio::pin!(stop);
        loop {
            if let Err(fault) = self.catch_up().await {
                tracing::warn!(%fault, "messages could not be indexed yet");
            }
            tokio::select! {
                () = &mut stop => return,
                () = wait(&mut committed) => {}
            }
        }
    }
}

/// Until there is something to do, and a little longer; at most until the sweep.
async fn wait(committed: &mut broadcast::Receiver<Arc<Committed>>) {
    let heard = async {
        match committed.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => tokio::time::sleep(TOGETHER).await,
            // The engine is gone: nothing comes any more but from other nodes.
            Err(RecvError::Closed) => std::future::pending().await,
        }
        while committed.try_recv().is_ok() {}
    };
    // Fails when the time is over: then it is time for the sweep.
    let _ = tokio::time::timeout(SWEEP, heard).await;
}
