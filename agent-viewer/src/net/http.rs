//! Requests to our own server. Errors are sorted by what the caller can do about them.
use cobrowse_core::id::{SessionId, VisitorId};
use cobrowse_core::wire::desk::{Login, Me, Opened, Problem, Ticket};
use leptos::prelude::window;
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, Response};

/// Why a request brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HttpError {
    /// No answer: the network or the server is away. Trying again may help.
    #[error("the server was not reached")]
    Unreachable,
    /// Nobody is logged in (any more).
    #[error("nobody is logged in")]
    LoggedOut,
    /// The server said no, with a stable code.
    #[error("the server refused: {0}")]
    Refused(String),
    /// An answer that is none of ours.
    #[error("the answer is not understood")]
    Garbled,
}

/// Who is logged in.
///
/// # Errors
/// [`HttpError::LoggedOut`] when nobody is.
pub async fn me() -> Result<Me, HttpError> {
    let response = send("GET", "/v1/me", None::<&()>, None).await?;
    if response.status() == 204 {
        return Err(HttpError::LoggedOut);
    }
    serde_json::from_str(&text(&response).await?).map_err(|_| HttpError::Garbled)
}

/// Logs in. A wrong address or password is [`HttpError::Refused`] with `login_failed`.
///
/// # Errors
/// [`HttpError`], by what the agent can do.
pub async fn log_in(login: &Login) -> Result<Me, HttpError> {
    json("POST", "/v1/login", Some(login)).await
}

/// Logs out.
///
/// # Errors
/// [`HttpError`]; the cookie then still stands.
pub async fn log_out() -> Result<(), HttpError> {
    send("POST", "/v1/logout", None::<&()>, None).await.map(|_| ())
}

/// Opens a session with a visitor, or finds the one that is open.
///
/// # Errors
/// [`HttpError::Refused`] when the visitor is gone or another agent's.
pub async fn open_session(visitor: VisitorId) -> Result<SessionId, HttpError> {
    let opened: Opened = json("POST", &format!("/v1/visitors/{visitor}/sessions"), None::<&()>).await?;
    Ok(opened.session)
}

/// A ticket to view a session.
///
/// # Errors
/// [`HttpError::Refused`] when there is no such session (any more).
pub async fn ticket(session: SessionId) -> Result<Ticket, HttpError> {
    json("POST", &format!("/v1/sessions/{session}/ticket"), None::<&()>).await
}

/// An asset of a session by its hash, as this type where it is kept as several: its type and bytes.
///
/// # Errors
/// [`HttpError`]; the page then shows the place without it.
pub async fn asset(
    session: SessionId,
    (hash, mime): (&str, &str),
    ticket: &str,
) -> Result<(String, Vec<u8>), HttpError> {
    let path = format!("/v1/sessions/{session}/assets/{hash}");
    let request = request("GET", &path, None::<&()>, Some(ticket)).map_err(|_| HttpError::Garbled)?;
    // What a page calls a type may be no header's value, and then nothing is kept as that.
    let _ = request.headers().set("accept", mime);
    let response = answered(&request, &path).await?;
    let mime = response.headers().get("content-type").ok().flatten().unwrap_or_default();
    let buffer = response.array_buffer().map_err(|_| HttpError::Garbled)?;
    let buffer = JsFuture::from(buffer).await.map_err(|_| HttpError::Unreachable)?;
    Ok((mime, js_sys::Uint8Array::new(&buffer).to_vec()))
}

/// What lies at one of our own addresses, as it is.
///
/// # Errors
/// [`HttpError`]; its place then stays empty.
pub async fn bytes(path: &str) -> Result<web_sys::Blob, HttpError> {
    let response = send("GET", path, None::<&()>, None).await?;
    let blob = response.blob().map_err(|_| HttpError::Garbled)?;
    let blob = JsFuture::from(blob).await.map_err(|_| HttpError::Unreachable)?;
    blob.dyn_into().map_err(|_| HttpError::Garbled)
}

pub(super) async fn json<T: DeserializeOwned>(
    method: &str,
    path: &str,
    body: Option<&impl Serialize>,
) -> Result<T, HttpError> {
    let response = send(method, path, body, None).await?;
    serde_json::from_str(&text(&response).await?).map_err(|_| HttpError::Garbled)
}

pub(super) async fn send(
    method: &str,
    path: &str,
    body: Option<&impl Serialize>,
    bearer: Option<&str>,
) -> Result<Response, HttpError> {
    let request = request(method, path, body, bearer).map_err(|_| HttpError::Garbled)?;
    answered(&request, path).await
}

async fn answered(request: &Request, path: &str) -> Result<Response, HttpError> {
    let answer = JsFuture::from(window().fetch_with_request(request)).await;
    let response: Response =
        answer.map_err(|_| HttpError::Unreachable)?.dyn_into().map_err(|_| HttpError::Garbled)?;
    match response.status() {
        200..=299 => Ok(response),
        // A failed log-in is 401 as well, and not the end of one.
        401 if path != "/v1/login" => Err(HttpError::LoggedOut),
        502..=504 => Err(HttpError::Unreachable),
        _ => Err(problem(&response).await),
    }
}

fn request(
    method: &str,
    path: &str,
    body: Option<&impl Serialize>,
    bearer: Option<&str>,
) -> Result<Request, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    if let Some(body) = body {
        let text = serde_json::to_string(body).map_err(|error| JsValue::from_str(&error.to_string()))?;
        init.set_body(&JsValue::from_str(&text));
    }
    let request = Request::new_with_str_and_init(path, &init)?;
    if body.is_some() {
        request.headers().set("content-type", "application/json")?;
    }
    if let Some(bearer) = bearer {
        request.headers().set("authorization", &format!("Bearer {bearer}"))?;
    }
    Ok(request)
}

/// Whatever the server answers, as status and text: for those who tell its refusals field by field.
pub(super) async fn answer(
    method: &str,
    path: &str,
    body: Option<&impl Serialize>,
) -> Result<(u16, String), HttpError> {
    let request = request(method, path, body, None).map_err(|_| HttpError::Garbled)?;
    let answer = JsFuture::from(window().fetch_with_request(&request)).await;
    let response: Response =
        answer.map_err(|_| HttpError::Unreachable)?.dyn_into().map_err(|_| HttpError::Garbled)?;
    Ok((response.status(), text(&response).await?))
}

async fn problem(response: &Response) -> HttpError {
    let text = text(response).await.unwrap_or_default();
    serde_json::from_str::<Problem>(&text)
        .map_or(HttpError::Garbled, |problem| HttpError::Refused(problem.code))
}

async fn text(response: &Response) -> Result<String, HttpError> {
    let text = response.text().map_err(|_| HttpError::Garbled)?;
    let text = JsFuture::from(text).await.map_err(|_| HttpError::Unreachable)?;
    text.as_string().ok_or(HttpError::Garbled)
}
