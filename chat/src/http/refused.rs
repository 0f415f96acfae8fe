//! Why a request was not answered.
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chat_proto::Fault as Told;

use crate::{
    engine::Fault,
    files::FileFault,
    rt::{Gone, RetryMs, Unsaid},
    server::Denied,
};

/// So soon something else may be said, milliseconds.
const BUSY_MS: u32 = 500;

/// A status and a code.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    told: Told,
}

impl Refused {
    /// With this code.
    pub fn new(status: StatusCode, code: &str) -> Self {
        Self { status, told: Told { code: code.to_owned(), ..Told::default() } }
    }

    /// There is no such thing, or it is somebody else's.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// Nobody said who asks.
    pub fn unknown() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "login_required")
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, Json(self.told)).into_response()
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        if fault.code() == "not_found" {
            return Self::not_found();
        }
        tracing::warn!(%fault, "a request could not be answered");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "retry")
    }
}

impl From<FileFault> for Refused {
    fn from(fault: FileFault) -> Self {
        tracing::warn!(%fault, "the rules about files cannot be read");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "retry")
    }
}

impl From<RetryMs> for Refused {
    fn from(RetryMs(wait): RetryMs) -> Self {
        let mut refused = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate");
        refused.told.retry_ms = Some(wait);
        refused
    }
}

impl From<Gone> for Refused {
    fn from(Gone: Gone) -> Self {
        Self::not_found()
    }
}

impl From<Unsaid> for Refused {
    fn from(why: Unsaid) -> Self {
        match why {
            Unsaid::Gone => Gone.into(),
            Unsaid::Busy => RetryMs(BUSY_MS).into(),
        }
    }
}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Secret => Self::new(StatusCode::BAD_REQUEST, "secret"),
            Denied::Identity(fault) => {
                tracing::info!(%fault, "a site's word about its visitor does not count");
                Self::new(StatusCode::UNAUTHORIZED, "identity")
            }
            Denied::Fault(fault) => fault.into(),
        }
    }
}
