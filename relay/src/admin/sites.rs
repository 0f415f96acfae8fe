//! Sites: everybody sees those they serve.
use accounts::{Claims, NewSite, Role, SiteChange};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::StatusCode,
};
use cobrowse_core::wire::desk::Problem;

use super::wire::{ChangeSite, SiteRow};
use super::{at_least, log};
use crate::{app::App, auth::Authorized, desk::read_json, error::ApiError};

/// The sites of whoever asks.
#[utoipa::path(get, path = "/v1/sites", tag = "accounts",
    operation_id = "list_sites",
    responses((status = 200, body = Vec<SiteRow>),
        (status = 401, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    claims: Authorized<Claims>,
) -> Result<Json<Vec<SiteRow>>, ApiError> {
    let sites = app.accounts.sites().await?.into_iter().filter(|site| claims.may(site.id));
    Ok(Json(sites.map(SiteRow::from).collect()))
}

/// Adds a site.
#[utoipa::path(post, path = "/v1/sites", tag = "accounts",
    operation_id = "add_site",
    request_body(content = SiteRow, content_type = "application/json"),
    responses((status = 201, body = SiteRow),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages, or the role is too low"),
        (status = 409, body = Problem, description = "`key_taken`"),
        (status = 413, body = Problem)))]
pub async fn add(
    State(app): State<App>,
    claims: Authorized<Claims>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<SiteRow>), ApiError> {
    at_least(&claims, Role::Admin)?;
    let SiteRow { key, name, origins } = read_json(&body?, "An object with key, name, origins is accepted.")?;
    let site = app.accounts.add_site(NewSite { key, name, origins }).await?;
    log(&app, &claims, format!("site_added site={}", site.key)).await;
    Ok((StatusCode::CREATED, Json(site.into())))
}

/// Changes what is given.
#[utoipa::path(patch, path = "/v1/sites/{key}", tag = "accounts",
    operation_id = "change_site",
    params(("key" = String, Path, description = "The site's key")),
    request_body(content = ChangeSite, content_type = "application/json"),
    responses((status = 200, body = SiteRow),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages, or the role is too low"),
        (status = 404, body = Problem),
        (status = 413, body = Problem)))]
pub async fn change(
    State(app): State<App>,
    claims: Authorized<Claims>,
    Path(key): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<SiteRow>, ApiError> {
    let seen = app.accounts.site(&key).await?.filter(|site| claims.may(site.id));
    seen.ok_or(ApiError::NotFound)?;
    at_least(&claims, Role::Admin)?;
    let ChangeSite { name, origins } = read_json(&body?, "An object with name, origins is accepted.")?;
    let site = app.accounts.change_site(&key, SiteChange { name, origins }).await?;
    log(&app, &claims, format!("site_changed site={}", site.key)).await;
    Ok(Json(site.into()))
}
