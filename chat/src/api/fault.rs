//! Why a request was not answered.
use std::collections::BTreeMap;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chat_proto::Fault as Told;

use crate::engine::Fault;

/// A status, and what stands in the body.
#[derive(Debug)]
pub(crate) enum ApiFault {
    /// Nobody said who asks.
    Unknown,
    /// Only managers may, or only admins.
    Forbidden,
    /// There is no such thing, or it is not there for them.
    NotFound,
    /// The body is no JSON of its kind; the field that is to blame, where it is one.
    Malformed(Option<String>),
    /// Some fields are wrong.
    Invalid(Invalid),
    /// The thing is needed elsewhere: the code says where.
    Conflict(&'static str),
    /// What the engine says.
    Engine(Fault),
}

/// What is wrong with fields: the code of the first problem of each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Invalid(pub BTreeMap<String, String>);

impl Invalid {
    /// This field is wrong, where it is.
    pub fn check(&mut self, is_right: bool, field: impl Into<String>, code: &str) {
        if !is_right {
            self.0.entry(field.into()).or_insert_with(|| code.to_owned());
        }
    }

    /// Gives `value` where nothing is wrong.
    pub fn end<T>(self, value: T) -> Result<T, ApiFault> {
        if self.0.is_empty() { Ok(value) } else { Err(ApiFault::Invalid(self)) }
    }
}

impl From<Fault> for ApiFault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NoConversation | Fault::NoVisitor | Fault::NoSite | Fault::NoQueue | Fault::NoAgent => {
                Self::NotFound
            }
            Fault::Refused(_)
            | Fault::CidConflict
            | Fault::RidConflict
            | Fault::Shares(_)
            | Fault::Random(_)
            | Fault::Store(_)
            | Fault::Burn(_)
            | Fault::Raced => Self::Engine(fault),
        }
    }
}

impl From<store::Error> for ApiFault {
    fn from(error: store::Error) -> Self {
        Self::Engine(Fault::Store(error))
    }
}

/// A client's fault that was not foreseen here is told by its code; ours are logged, and may work later.
fn of_engine(fault: &Fault) -> (StatusCode, Told) {
    let told = |code: &str, retry_ms| Told { code: code.to_owned(), retry_ms, ..Told::default() };
    match fault {
        Fault::Refused(_) | Fault::CidConflict | Fault::RidConflict => {
            (StatusCode::CONFLICT, told(fault.code(), None))
        }
        Fault::Store(store::Error::Data(_)) => {
            tracing::debug!(%fault, "a value cannot be stored");
            (StatusCode::UNPROCESSABLE_ENTITY, told("invalid", None))
        }
        Fault::NoConversation | Fault::NoVisitor | Fault::NoSite | Fault::NoQueue | Fault::NoAgent => {
            (StatusCode::NOT_FOUND, told(fault.code(), None))
        }
        Fault::Shares(_) | Fault::Random(_) | Fault::Store(_) | Fault::Burn(_) | Fault::Raced => {
            tracing::warn!(%fault, "a request cannot be answered yet");
            (StatusCode::SERVICE_UNAVAILABLE, told("retry", Some(1_000)))
        }
    }
}

impl IntoResponse for ApiFault {
    fn into_response(self) -> Response {
        let plain = |status, code: &str| (status, Told { code: code.to_owned(), ..Told::default() });
        let (status, told) = match self {
            Self::Unknown => plain(StatusCode::UNAUTHORIZED, "login_required"),
            Self::Forbidden => plain(StatusCode::FORBIDDEN, "forbidden"),
            Self::NotFound => plain(StatusCode::NOT_FOUND, "not_found"),
            Self::Malformed(field) => {
                let (status, told) = plain(StatusCode::BAD_REQUEST, "malformed");
                let fields = field.into_iter().map(|it| (it, "malformed".to_owned())).collect();
                (status, Told { fields, ..told })
            }
            Self::Conflict(code) => plain(StatusCode::CONFLICT, code),
            Self::Invalid(Invalid(fields)) => {
                let told = Told { code: "invalid".to_owned(), fields: fields.into(), ..Told::default() };
                (StatusCode::UNPROCESSABLE_ENTITY, told)
            }
            Self::Engine(fault) => of_engine(&fault),
        };
        (status, Json(told)).into_response()
    }
}
