//! Asks the other end: signed, within a time, and again where no answer came. All that is asked may be done twice.
use std::time::Duration;

use reqwest::{Client, StatusCode, header::CONTENT_TYPE};
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

use super::{
    Way,
    sign::{Call, End, HEADER, Key, Nonce},
};

/// How long one attempt may take.
const ONE: Duration = Duration::from_secs(4);
/// How long all of them may take.
const ALL: Duration = Duration::from_secs(10);
/// Before the second attempt; before each further one twice as long.
const PAUSE: Duration = Duration::from_millis(150);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(3);

/// The other end did not say that it is done; it may be.
#[derive(Debug, Error)]
pub enum Unanswered {
    /// Nobody answered in time.
    #[error("{0} does not answer in time")]
    Late(&'static str),
    /// The way there.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// It says no.
    #[error("{path}: {status} {why}")]
    Refused {
        /// Which route.
        path: &'static str,
        /// With which status.
        status: StatusCode,
        /// In which words.
        why: String,
    },
    /// Who answers does not have the key.
    #[error("{0}: the answer is not signed by our key")]
    Forged(&'static str),
    /// What is said is not understood, here or there.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The machine gives no random numbers.
    #[error("no random numbers: {0}")]
    Random(String),
}

impl Unanswered {
    /// Whether the same question gets the same answer however often it is asked: the question itself is refused.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Refused { status, .. } => matches!(
                *status,
                StatusCode::BAD_REQUEST
                    | StatusCode::PAYLOAD_TOO_LARGE
                    | StatusCode::UNSUPPORTED_MEDIA_TYPE
                    | StatusCode::UNPROCESSABLE_ENTITY
            ),
            Self::Json(_) => true,
            Self::Late(_) | Self::Http(_) | Self::Forged(_) | Self::Random(_) => false,
        }
    }
}

/// The way to the other end; cheap to clone.
#[derive(Clone)]
pub struct Link {
    http: Client,
    to: End,
    url: String,
    key: Key,
}

/// An HTTP client that asks whom it is told to, and follows nobody elsewhere.
///
/// # Errors
/// When there can be none.
pub fn client() -> Result<Client, reqwest::Error> {
    // Fails when another part of the program chose a provider already, which then serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = Client::builder().connect_timeout(CONNECT).redirect(reqwest::redirect::Policy::none());
    plain.http1_only().no_proxy().build()
}

impl Link {
    /// To this end.
    ///
    /// # Errors
    /// When there can be no client.
    pub fn new(to: End, way: &Way) -> Result<Self, reqwest::Error> {
        Ok(Self { http: client()?, to, url: way.url.origin(), key: way.key.clone() })
    }

    /// Asks until there is an answer, or no time any more; what is refused for what it is, once.
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn ask<A: DeserializeOwned>(
        &self,
        path: &'static str,
        question: &impl Serialize,
    ) -> Result<A, Unanswered> {
        let body = serde_json::to_vec(question)?;
        let until = tokio::time::Instant::now() + ALL;
        let mut pause = PAUSE;
        loop {
            let attempt = tokio::time::timeout(ONE, self.attempt(path, &body)).await;
            match attempt.unwrap_or(Err(Unanswered::Late(path))) {
                Ok(answer) => return Ok(serde_json::from_slice(&answer)?),
                Err(error) if error.is_final() => return Err(error),
                Err(error) if until < tokio::time::Instant::now() + pause + ONE => return Err(error),
                Err(error) => tracing::debug!(%error, path, "asked again"),
            }
            // waits: so that who is busy is not asked by everybody at once.
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    async fn attempt(&self, path: &'static str, body: &[u8]) -> Result<Vec<u8>, Unanswered> {
        let nonce: Nonce = relay::auth::random().map_err(|error| Unanswered::Random(error.to_string()))?;
        let call = Call { to: self.to, path, body };
        let signature = self.key.sign(&call, (relay::records::now_ms(), &nonce));
        let asked = self.http.post(format!("{}{path}", self.url)).header(HEADER, signature);
        let answer = asked.header(CONTENT_TYPE, "application/json").body(body.to_vec()).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await?;
        if status != StatusCode::OK {
            let why = String::from_utf8_lossy(&bytes).chars().take(200).collect();
            return Err(Unanswered::Refused { path, status, why });
        }
        let signature = headers.get(HEADER).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let is_theirs = self.key.has_answered(&nonce, &bytes, signature);
        if is_theirs { Ok(bytes.into()) } else { Err(Unanswered::Forged(path)) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use axum::{Json, Router, routing::post};
    use chat::engine::Shares;
    use chat_proto::visitor::PageProof;

    use super::*;
    use crate::apart::{answer::guarded, chat_end::RemoteShares, sign::Guard, wire};

    #[tokio::test]
    async fn a_question_that_is_too_long_is_asked_once_and_is_about_no_page() {
        let (folder, asked) = (tempfile::tempdir().expect("a folder"), Arc::new(AtomicU32::new(0)));
        let (key, counted) = (Key::in_folder(folder.path()).expect("a key"), asked.clone());
        let page = post(|_: Json<wire::Proof>| async { Json(wire::Page { page: None }) });
        let short = axum::extract::DefaultBodyLimit::max(16 * 1024);
        let routes = Router::new().route(wire::PAGE, page).layer(short);
        let counts = axum::middleware::map_request(move |request: axum::extract::Request| {
            counted.fetch_add(1, Ordering::SeqCst);
            std::future::ready(request)
        });
        let guard = Guard::new(key.clone(), End::Relay, relay::records::now_ms());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        tokio::spawn(axum::serve(listener, guarded(routes, guard).layer(counts)).into_future());
        let way = Way { url: url.parse().expect("an address"), key };
        let shares = RemoteShares(Link::new(End::Relay, &way).expect("a client"));
        let proof = PageProof { key: "A".repeat(20_000), signature: String::new() };
        assert_eq!(shares.page("shop", &proof, b"signed").await, Ok(None));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}
