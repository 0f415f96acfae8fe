//! Clients of the relay that are no browsers: a visitor's page and an agent's viewer as tests and the simulated day of
//! support need them. Each is a machine of `cobrowse-core` on a WebSocket, in a task of its own, and its [`Peer`] is
//! what somebody holds of it. What browsers show and do on their own (sign, open sockets, show a page) is done here;
//! what people do is left to whoever holds the peer.
//!
//! The machines stay on one thread: they live in a [`tokio::task::LocalSet`], the caller's ([`Page::comes`],
//! [`Viewer::opens`]) or that of a [`Home`]. Peers can be held anywhere.
#![forbid(unsafe_code)]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a client looks for what it waits for and passes over the rest"
)]

mod home;
mod key;
mod line;
mod page;
mod peer;
mod viewer;
mod waiting;

use std::time::Duration;

pub use home::Home;
pub use key::PageKey;
pub use page::{Coming, Page, Says};
pub use peer::{Peer, Told};
pub use viewer::{Opening, Viewer};
pub use waiting::{Asked, Waiting};

/// So long something is waited for.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Where the server is, and as whose page a client speaks to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The server's own address, for example `http://127.0.0.1:7401`.
    pub server: String,
    /// The page's origin.
    pub origin: String,
}

/// Why a client does not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server is not there, or the socket is closed or broken.
    #[error("the connection is gone: {0}")]
    Gone(String),
    /// A waiting page is not let in.
    #[error("refused: {0}")]
    Refused(String),
    /// What was waited for did not come within [`PATIENCE`].
    #[error("{what} never came; what came: {passed:?}")]
    Silent {
        /// What.
        what: &'static str,
        /// What came meanwhile.
        passed: Vec<Told>,
    },
    /// The peer does not run any more.
    #[error("the peer does not run any more")]
    Over,
    /// The server said what is not of the protocol.
    #[error("not of the protocol: {0}")]
    Garbled(String),
    /// There is no key.
    #[error("no key: {0}")]
    Key(String),
}

/// Random bytes.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without random numbers every client would be the same one; there is nothing to go on with.
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes
}

/// A random number, as the machines draw them.
fn draw() -> u64 {
    u64::from_le_bytes(random())
}
