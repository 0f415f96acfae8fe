//! A client of the chat service that is no browser: visitors and agents as tests, load generators and the
//! simulated day of support need them.
//!
//! [`Visitor`] and [`Agent`] keep what a browser keeps: where they stand in each conversation, and what is not
//! acknowledged yet. [`Visitor::say`] and [`Agent::say`] go on over lost connections and a server that starts
//! again, under the same name, until there is an answer. A message that comes out of order, twice, or with a gap
//! is an [`Error::Order`]: whoever talks through this client checks that nothing is lost.
#![forbid(unsafe_code)]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a client looks for what it waits for and passes over the rest"
)]

mod agent;
mod line;
mod polls;
mod talk;
mod thread;
mod visitor;

use std::{fmt::Write, time::Duration};

pub use agent::Agent;
pub use line::Line;
pub use thread::Thread;
pub use visitor::Visitor;

/// So long an answer is waited for.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Agents who write this in what only agents may read find out whether a visitor was told: a [`Visitor`] who hears
/// it ends with [`Error::Leak`].
pub const AGENTS_ONLY: &str = "canary-for-agents-only";

/// Where the server is, and as whose pages its clients speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The server's own address, for example `http://127.0.0.1:7401`.
    pub server: String,
    /// The origin of the desk's pages.
    pub desk: String,
    /// The site's key.
    pub site: String,
    /// The origin of the site's pages.
    pub pages: String,
}

impl Place {
    /// The WebSocket's address.
    fn socket(&self, query: &str) -> String {
        format!("{}/rt?{query}", self.server.replacen("http", "ws", 1))
    }
}

/// Why a client does not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server says no, for good.
    #[error("refused: {} {:?}", .0.code, .0.fields.iter().collect::<Vec<_>>())]
    Refused(chat_proto::Fault),
    /// HTTP said no.
    #[error("HTTP status {status} at {path}: {body}")]
    Status {
        /// The status.
        status: u16,
        /// Where.
        path: String,
        /// What else was said.
        body: String,
    },
    /// No answer within [`PATIENCE`].
    #[error("no answer: {0}")]
    Silent(&'static str),
    /// The socket is closed or broken.
    #[error("the connection is gone: {0}")]
    Gone(String),
    /// Messages did not come in order, once each.
    #[error("messages out of order in {conv}: {got} came after {had}")]
    Order {
        /// In which conversation.
        conv: String,
        /// The number that was there.
        had: u64,
        /// The number that came.
        got: u64,
    },
    /// A visitor heard what only agents may read.
    #[error("a visitor was told what only agents may read: {0}")]
    Leak(String),
    /// The server said something that is no frame.
    #[error("no frame: {0}")]
    Garbled(#[from] serde_json::Error),
    /// The server cannot be asked.
    #[error("HTTP: {0}")]
    Http(#[from] reqwest::Error),
}

impl Error {
    /// Whether it may work when it is tried again.
    pub const fn passes(&self) -> bool {
        // What a front says whose service is away for now (RFC 9110 §15.6).
        matches!(self, Self::Gone(_) | Self::Http(_) | Self::Status { status: 502..=504, .. })
    }
}

/// A new name: 32 hexadecimal digits.
pub fn name() -> String {
    digits::<16>()
}

/// A new secret of a visitor's browser: 64 hexadecimal digits.
pub fn secret() -> String {
    digits::<32>()
}

fn digits<const N: usize>() -> String {
    let mut bytes = [0; N];
    // Without random numbers every client would be the same one; there is nothing to go on with.
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes.iter().fold(String::with_capacity(2 * N), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An HTTP client. Another package of the same build may have asked for TLS without a provider of cryptography.
pub fn browser() -> reqwest::Client {
    browser_with(|usual| usual)
}

/// The same, made otherwise.
///
/// # Panics
/// When there is no such client.
#[allow(clippy::expect_used, reason = "as `reqwest::Client::new` does")]
pub fn browser_with(terms: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder) -> reqwest::Client {
    // It fails only when there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    terms(reqwest::Client::builder()).build().expect("a client")
}

async fn checked(answer: reqwest::Response) -> Result<reqwest::Response, Error> {
    let (status, path) = (answer.status(), answer.url().path().to_owned());
    if status.is_success() {
        return Ok(answer);
    }
    let body = answer.text().await.unwrap_or_default();
    Err(Error::Status { status: status.as_u16(), path, body })
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_names_and_differ() {
        let (one, other) = (super::name(), super::name());
        assert!(chat_proto::is_name(&one) && one != other);
        assert_eq!(super::secret().len(), 64);
    }
}
