//! Sophie at her desk, without a network: the service's own routes, asked within the process.
use accounts::{Accounts, login::COOKIE, login::text_of_token};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use chat::server::Chat;
use serde_json::Value;
use tower::ServiceExt;

use super::{DemoError, people::Team};

/// Longest answer that is read, bytes.
const MAX_ANSWER: usize = 1024 * 1024;

/// A log-in of the admin's.
pub(super) struct Desk<'a> {
    routes: Router,
    accounts: &'a Accounts,
    token: [u8; 32],
    origin: &'a str,
}

impl<'a> Desk<'a> {
    /// Opens the desk, at the server's own origin.
    pub async fn log_in(
        chat: &Chat,
        (accounts, team): (&'a Accounts, &Team),
        origin: &'a str,
    ) -> Result<Self, DemoError> {
        let token = accounts.begin_login(team.sophie).await?;
        let desk = Self { routes: chat.router(), accounts, token, origin };
        // Whoever asks for the first time is enlisted: all three belong to the team.
        for agent in [team.karim, team.lea] {
            let token = accounts.begin_login(agent).await?;
            desk.ask_as(&token, (Method::GET, "/v1/canned"), &Value::Null).await?;
            accounts.end_login(token).await?;
        }
        Ok(desk)
    }

    /// Ends it.
    pub async fn log_out(self) -> Result<(), DemoError> {
        Ok(self.accounts.end_login(self.token).await?)
    }

    /// Asks a route, and gives what it answers; nothing where it answers nothing.
    pub async fn ask(&self, method: Method, path: &str, body: &Value) -> Result<Value, DemoError> {
        self.ask_as(&self.token, (method, path), body).await
    }

    async fn ask_as(
        &self,
        token: &[u8; 32],
        (method, path): (Method, &str),
        body: &Value,
    ) -> Result<Value, DemoError> {
        let bytes = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let mut request = Request::new(bytes);
        *request.method_mut() = method;
        let refused = |status, body: String| DemoError::Refused { path: path.to_owned(), status, body };
        let malformed = |error: &dyn std::error::Error| refused(0, error.to_string());
        *request.uri_mut() =
            path.parse().map_err(|error| malformed(&error as &axum::http::uri::InvalidUri))?;
        let cookie = format!("{COOKIE}={}", text_of_token(token));
        let headers = [
            (header::COOKIE, cookie.as_str()),
            (header::ORIGIN, self.origin),
            (header::CONTENT_TYPE, "application/json"),
        ];
        for (name, value) in headers {
            let value = value.parse().map_err(|error: header::InvalidHeaderValue| malformed(&error))?;
            request.headers_mut().insert(name, value);
        }
        // The router itself never fails: it has no error to give.
        let Ok(answer) = self.routes.clone().oneshot(request).await;
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), MAX_ANSWER).await.map_err(|error| malformed(&error))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if !status.is_success() {
            return Err(refused(status.as_u16(), text));
        }
        if status == StatusCode::NO_CONTENT || text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|error| malformed(&error))
    }
}
