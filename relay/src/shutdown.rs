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

/// Ends on Ctrl-C, and on SIGTERM where there is one. Both are listened for from this call on. Call it in a
/// runtime.
#[cfg(unix)]
pub fn signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| match signal(kind) {
        Ok(stream) => Some(stream),
        Err(error) => {
            tracing::error!(%error, "a signal cannot be listened for");
            None
        }
    };
    let (interrupt, terminate) = (listen(SignalKind::interrupt()), listen(SignalKind::terminate()));
    let heard = async |stream: Option<tokio::signal::unix::Signal>| match stream {
        Some(mut stream) => drop(stream.recv().await),
        None => std::future::pending().await,
    };
    async move {
        tokio::select! {
            () = heard(interrupt) => {}
            () = heard(terminate) => {}
        }
    }
}

/// Ends on Ctrl-C.
#[cfg(not(unix))]
pub async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
