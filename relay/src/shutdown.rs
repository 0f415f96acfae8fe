//! One switch that stops everything, and the tasks that are waited for.
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::limits::SHUTDOWN_GRACE;

/// Shared by everything that runs for longer than a request.
#[derive(Clone, Default)]
pub struct Shutdown {
    token: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Runs a task that watches [`Self::wanted`] and is waited for at the end.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Ends when the server is to stop.
    pub async fn wanted(&self) {
        self.token.cancelled().await;
    }

    /// Asks everything to stop.
    pub fn begin(&self) {
        self.token.cancel();
        self.tasks.close();
    }

    /// Waits for the tasks, within [`SHUTDOWN_GRACE`].
    pub async fn finished(&self) {
        if tokio::time::timeout(SHUTDOWN_GRACE, self.tasks.wait()).await.is_err() {
            tracing::warn!(left = self.tasks.len(), "tasks did not end in time");
        }
    }
}

/// Ends on Ctrl-C, and on SIGTERM where there is one.
pub async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
