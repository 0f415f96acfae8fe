//! One process runs a service on a database: presence, sessions and routing are in its memory. See [`store::Alone`].
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use store::{Alone, Hold};
use tokio::sync::watch;

use crate::{config::Config, records};

/// The relay's own name.
pub const RELAY: &str = "relay";

/// What stays open whatever is held: it says how the process is, and does nothing.
const ALWAYS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Whether all names are held; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Holds(Vec<watch::Receiver<Hold>>);

impl Holds {
    /// Of these.
    pub fn of(names: &[Alone]) -> Self {
        Self(names.iter().map(Alone::hold).collect())
    }

    /// Whether something may be begun.
    pub fn are_sure(&self) -> bool {
        self.0.iter().all(|it| *it.borrow() == Hold::Held)
    }

    /// Ends when one of them is somebody else's: this process is to end then.
    pub async fn lost(mut self) {
        let lost = self.0.iter_mut().map(|it| Box::pin(it.wait_for(|it| *it == Hold::Lost)));
        let lost: Vec<_> = lost.collect();
        if lost.is_empty() {
            return std::future::pending().await;
        }
        // An error is a name that was given back, at the process's end.
        if futures_util::future::select_all(lost).await.0.is_err() {
            std::future::pending().await
        }
    }
}

/// Takes the names, each of which only one process may have. Blocks.
///
/// # Errors
/// The store's, see [`records::alone`].
pub fn take(config: &Config, names: &[&'static str]) -> Result<Vec<Alone>, store::Error> {
    names.iter().map(|name| records::alone(&config.data, &config.database, name)).collect()
}

/// Begins nothing while it is in doubt who runs the services: clients try again.
pub async fn only_while_held(State(holds): State<Holds>, request: Request, next: Next) -> Response {
    if holds.are_sure() || ALWAYS.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let again = [(header::RETRY_AFTER, HeaderValue::from_static("1"))];
    (StatusCode::SERVICE_UNAVAILABLE, again, "the database is not held\n").into_response()
}
