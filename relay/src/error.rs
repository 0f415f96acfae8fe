//! What goes wrong at the HTTP border, as status and [`Problem`]. Internal text stays in the log.
use axum::{
    Json,
    extract::rejection::BytesRejection,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use cobrowse_core::wire::{desk::Problem, message::Refusal};
use thiserror::Error;

/// Why a request is not answered with what it asked for.
#[derive(Debug, Error)]
pub enum ApiError {
    /// One of the protocol's refusals.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// Wrong e-mail or password; which of the two is not told.
    #[error("log-in failed")]
    LoginFailed,
    /// No cookie, or one that is no session (any more).
    #[error("not logged in")]
    LoginRequired,
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// The visitor is not there (any more).
    #[error("visitor gone")]
    VisitorGone,
    /// The agent's role does not allow this.
    #[error("role too low")]
    RoleTooLow,
    /// It is there already, or would leave nobody in charge; the code says which.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// A value in the body is not well-formed.
    #[error("not accepted: {message}")]
    NotAccepted {
        /// The field of the body, and the code of what is wrong with it.
        field: (&'static str, &'static str),
        /// What is wrong and what is accepted, for people.
        message: String,
    },
    /// It was there and is not any more; the code says why.
    #[error("gone: {0}")]
    Gone(&'static str),
    /// The body is not what the route takes.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// A content type that the asset store does not keep.
    #[error("media type not accepted")]
    MediaType,
    /// The other end of a guarded fetch did not give what was asked.
    #[error("fetch failed: {0}")]
    FetchFailed(&'static str),
    /// The server's own failure.
    #[error("internal: {0}")]
    Internal(String),
}

impl ApiError {
    /// The stable code, as in [`Problem::code`] and the counter of refusals.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::LoginFailed => "login_failed",
            Self::LoginRequired => "login_required",
            Self::NotFound => "not_found",
            Self::VisitorGone => "visitor_gone",
            Self::RoleTooLow => "role_too_low",
            Self::Conflict(code) | Self::Gone(code) => code,
            Self::BadRequest(_) | Self::NotAccepted { .. } => "bad_request",
            Self::MediaType => "media_type",
            Self::FetchFailed(_) => "fetch_failed",
            Self::Internal(_) => Refusal::Internal.code(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => refusal_status(*refusal),
            Self::LoginFailed | Self::LoginRequired => StatusCode::UNAUTHORIZED,
            Self::NotFound | Self::VisitorGone => StatusCode::NOT_FOUND,
            Self::RoleTooLow => StatusCode::FORBIDDEN,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Gone(_) => StatusCode::GONE,
            Self::BadRequest(_) | Self::NotAccepted { .. } => StatusCode::BAD_REQUEST,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::FetchFailed(_) => StatusCode::BAD_GATEWAY,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The field of the body that is to blame, and the code of what is wrong with it.
    fn field(&self) -> Option<(&'static str, &'static str)> {
        if let Self::NotAccepted { field, .. } = self {
            return Some(*field);
        }
        match self.code() {
            "email_taken" => Some(("email", "taken")),
            "key_taken" => Some(("key", "taken")),
            _ => None,
        }
    }

    fn message(&self) -> &str {
        match self {
            Self::Refused(refusal) => refusal_message(*refusal),
            Self::LoginFailed => "The e-mail address and the password do not belong together.",
            Self::LoginRequired => "Log in first.",
            Self::NotFound => "There is nothing here.",
            Self::VisitorGone => "The visitor is not on the site any more.",
            Self::RoleTooLow => "Your role does not allow this.",
            Self::Conflict("email_taken") => "An agent with this e-mail address is there already.",
            Self::Conflict("key_taken") => "A site with this key is there already.",
            Self::Conflict("last_admin") => "This is the last administrator; make another one first.",
            Self::Conflict("every_site") => "An administrator serves every site; change the role first.",
            Self::Conflict(_) => "It is there already.",
            Self::Gone("invitation_used") => "This invitation was accepted already.",
            Self::Gone(_) => "This invitation's time is over; ask for another one.",
            Self::NotAccepted { message, .. } => message,
            Self::BadRequest(what) | Self::FetchFailed(what) => what,
            Self::MediaType => "Images, fonts and style sheets are accepted.",
            Self::Internal(_) => "The server failed. Trying again may help.",
        }
    }
}

fn refusal_status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::UnknownSite => StatusCode::NOT_FOUND,
        Refusal::WrongOrigin | Refusal::ConsentRequired | Refusal::ProofInvalid => StatusCode::FORBIDDEN,
        Refusal::TicketExpired | Refusal::TicketInvalid => StatusCode::UNAUTHORIZED,
        Refusal::TicketInUse | Refusal::Fenced => StatusCode::CONFLICT,
        Refusal::VersionUnsupported | Refusal::Malformed => StatusCode::BAD_REQUEST,
        Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Refusal::SessionEnded => StatusCode::GONE,
        Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn refusal_message(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownSite => "The site key names no site of this server.",
        Refusal::WrongOrigin => "Requests from this origin are not accepted here.",
        Refusal::TicketExpired => "The ticket's time is over; ask for a new one.",
        Refusal::TicketInvalid => "The ticket is not valid for this.",
        Refusal::TicketInUse => "Another tab uses this ticket.",
        Refusal::ProofInvalid => "The signature over the challenge is not by the ticket's key.",
        Refusal::VersionUnsupported => "This version of the protocol is not spoken here; reload the page.",
        Refusal::Fenced => "A newer page of this tab took over.",
        Refusal::ConsentRequired => "The visitor has not said yes to this.",
        Refusal::Malformed => "The bytes do not decode.",
        Refusal::TooLarge => "More bytes than are accepted.",
        Refusal::RateLimited => "Too many requests; wait a minute.",
        Refusal::SessionEnded => "The session has ended.",
        Refusal::Internal => "The server failed. Trying again may help.",
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::Refused(Refusal::TooLarge),
            _ => Self::BadRequest("The body could not be read."),
        }
    }
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<accounts::Error> for ApiError {
    fn from(error: accounts::Error) -> Self {
        use accounts::Error;
        match error {
            Error::Invalid(it) => Self::NotAccepted { field: it.field(), message: it.to_string() },
            Error::EmailTaken => Self::Conflict("email_taken"),
            Error::KeyTaken => Self::Conflict("key_taken"),
            Error::LastAdmin => Self::Conflict("last_admin"),
            Error::EverySite => Self::Conflict("every_site"),
            Error::NotFound => Self::NotFound,
            Error::LoginFailed => Self::LoginFailed,
            other @ (Error::Store(_) | Error::Hash(_) | Error::Random(_)) => {
                Self::Internal(other.to_string())
            }
        }
    }
}

impl ApiError {
    /// What a peer of a socket may know of it: sockets speak in refusals.
    pub fn into_refusal(self, place: &'static str) -> Refusal {
        if let Self::Refused(refusal) = self {
            return refusal;
        }
        tracing::error!(error = %self, place, "failed");
        Refusal::Internal
    }
}

/// The code of an error answer, left in the response so that one place counts and logs it.
#[derive(Debug, Clone, Copy)]
pub struct RefusedWith(pub &'static str);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Internal(text) = &self {
            tracing::error!(error = %text, "request failed");
        }
        let fields = self.field().into_iter().map(|(field, code)| (field.to_owned(), code.to_owned()));
        let (code, message) = (self.code().to_owned(), self.message().to_owned());
        let problem = Problem { code, message, fields: fields.collect() };
        let mut response = (self.status(), Json(problem)).into_response();
        response.extensions_mut().insert(RefusedWith(self.code()));
        response
    }
}
