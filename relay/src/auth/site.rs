//! Which pages may speak for a site, and which for the desk.
use accounts::Site;
use axum::http::{HeaderMap, header};
use cobrowse_core::wire::message::Refusal;

use crate::{app::App, error::ApiError};

/// The request's `Origin`, if it has one that is text.
pub fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN).and_then(|value| value.to_str().ok())
}

/// The site of a key, for a page of this origin.
///
/// # Errors
/// [`Refusal::UnknownSite`], [`Refusal::WrongOrigin`].
pub async fn of_page(app: &App, key: &str, origin: Option<&str>) -> Result<Site, ApiError> {
    let site = app.accounts.site(key).await?.ok_or(Refusal::UnknownSite)?;
    match origin {
        Some(origin) if site.allows(origin) => Ok(site),
        _ => Err(Refusal::WrongOrigin.into()),
    }
}

/// Whether the request comes from a page of the desk itself.
///
/// # Errors
/// [`Refusal::WrongOrigin`], also without an `Origin`: browsers send it with every request that changes
/// state and with every WebSocket.
pub fn of_desk(app: &App, headers: &HeaderMap) -> Result<(), Refusal> {
    match origin(headers) {
        Some(origin) if origin == app.public_url.origin() => Ok(()),
        _ => Err(Refusal::WrongOrigin),
    }
}
