//! Sites: everybody sees those they serve.
use accounts::{Claims, NewSite, Role, SiteChange};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::StatusCode,
};

use super::wire::{ChangeSite, SiteRow};
use super::{at_least, log};
use crate::{app::App, auth::Authorized, desk::read_json, error::ApiError};

pub async fn list(
    State(app): State<App>,
    claims: Authorized<Claims>,
) -> Result<Json<Vec<SiteRow>>, ApiError> {
    let sites = app.accounts.sites().await?.into_iter().filter(|site| claims.may(site.id));
    Ok(Json(sites.map(SiteRow::from).collect()))
}

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
