//! Why a file was not taken or given.
use axum::{
    Json,
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
};
use thiserror::Error;

/// Nothing happened, and why.
#[derive(Debug, Error)]
pub enum FileFault {
    /// Nobody has said who asks.
    #[error("log in first")]
    Unknown,
    /// There is none, or it is not theirs.
    #[error("no such file")]
    NotFound,
    /// The request cannot be understood.
    #[error("bad request: {0}")]
    Bad(&'static str),
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is larger than allowed, or than was said.
    #[error("larger than {max} bytes")]
    TooLarge {
        /// So many bytes are allowed.
        max: u64,
    },
    /// Its kind is refused.
    #[error("this kind of file is refused")]
    Denied,
    /// From phones agents send images and PDF.
    #[error("only PDF and images")]
    OnlyPdfAndImages,
    /// Too many wait for their messages.
    #[error("too many files")]
    TooMany,
    /// They send too much or too often; the milliseconds after which it may work.
    #[error("too much at once")]
    Rate(u32),
    /// A part that is not the last is so small that it costs more than it brings.
    #[error("a part that is not the last has at least {min} bytes")]
    TooSmall {
        /// So many.
        min: u64,
    },
    /// Nothing can be sent into the conversation.
    #[error("the conversation is closed")]
    Closed,
    /// The upload stands elsewhere.
    #[error("the upload stands at byte {0}")]
    Offset(u64),
    /// The body ended early; the upload can go on there.
    #[error("the body ended at byte {0}")]
    Short(u64),
    /// It was cancelled, or another request goes on with it.
    #[error("the upload was cancelled")]
    Cancelled,
    /// A message has it.
    #[error("the file is in a message")]
    Sent,
    /// The link is not ours, or is over.
    #[error("the link has expired")]
    Link,
    /// The machine's disk.
    #[error("the disk: {0}")]
    Disk(#[from] std::io::Error),
    /// Where whole files are.
    #[error("the object store: {0}")]
    Objects(#[from] object_store::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The machine gives no random numbers.
    #[error("no random numbers: {0}")]
    Random(String),
}

impl FileFault {
    /// The stable code that clients decide by.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unauthorized",
            Self::NotFound => "not_found",
            Self::Bad(_) => "bad_request",
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::Denied => "type_denied",
            Self::OnlyPdfAndImages => "only_pdf_and_images",
            Self::TooMany => "too_many_files",
            Self::Rate(_) => "rate",
            Self::TooSmall { .. } => "too_small",
            Self::Closed => "closed",
            Self::Offset(_) => "offset",
            Self::Short(_) => "short",
            Self::Cancelled => "cancelled",
            Self::Sent => "sent",
            Self::Link => "link_expired",
            Self::Disk(_) | Self::Objects(_) | Self::Store(_) | Self::Random(_) => "retry",
        }
    }

    /// What HTTP says for it.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Bad(_) | Self::Empty | Self::Short(_) | Self::TooSmall { .. } => StatusCode::BAD_REQUEST,
            Self::Rate(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Denied | Self::OnlyPdfAndImages => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany | Self::Closed | Self::Offset(_) | Self::Cancelled | Self::Sent => {
                StatusCode::CONFLICT
            }
            Self::Link => StatusCode::FORBIDDEN,
            Self::Disk(_) | Self::Objects(_) | Self::Store(_) | Self::Random(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

/// How far an upload is.
pub(super) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// After so many milliseconds it may work.
const RETRY_MS: u32 = 1_000;

/// The status, the fault as `chat.v1` has it, and how far the upload is where that matters.
impl IntoResponse for FileFault {
    fn into_response(self) -> Response {
        let code = self.code();
        if code == "retry" {
            tracing::warn!(fault = %self, "a file could not be taken or given");
        }
        let retry_ms =
            if let Self::Rate(wait) = self { Some(wait) } else { (code == "retry").then_some(RETRY_MS) };
        let fault = chat_proto::Fault { code: code.to_owned(), retry_ms, ..chat_proto::Fault::default() };
        let mut response = (self.status(), Json(fault)).into_response();
        if let Self::Offset(at) | Self::Short(at) = self {
            response.headers_mut().insert(UPLOAD_OFFSET, at.into());
        }
        response
    }
}
