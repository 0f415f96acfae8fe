//! Keys that a site signs its visitors' identities with. Two may be there at a time, so that one can be changed
//! while pages still use the other.
use axum::{Json, extract::State, http::StatusCode};
use chat_proto::{Fault, admin::SiteKey};
use store::{Key, Tx};

use crate::{
    api::{Api, ApiFault, ForAdmin, Place},
    engine,
    tables::{library, marks},
};

/// Most keys at a time.
const MOST: usize = 2;

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The keys of a site, without their secrets.
#[utoipa::path(get, path = "/v1/admin/sites/{key}/keys", tag = "admin",
    operation_id = "list_keys",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Vec<SiteKey>), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn list(
    State(api): State<Api>,
    ForAdmin(of): ForAdmin,
) -> Result<Json<Vec<SiteKey>>, ApiFault> {
    let all = api.engine.store().read(move |tx: &mut dyn Tx| library::site_keys(tx, of.site)).await?;
    let told = |it: library::SiteKey| SiteKey { kid: it.kid, secret: String::new(), created: it.created.0 };
    Ok(Json(all.into_iter().map(told).collect()))
}

/// Makes a key. Its secret is told now and never again.
#[utoipa::path(post, path = "/v1/admin/sites/{key}/keys", tag = "admin",
    operation_id = "add_key",
    params(("key" = String, Path, description = "The site")),
    responses((status = 201, body = SiteKey), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault), (status = 409, body = Fault)))]
pub(super) async fn add(
    State(api): State<Api>,
    ForAdmin(of): ForAdmin,
) -> Result<(StatusCode, Json<SiteKey>), ApiFault> {
    let mut drawn = [0; 38];
    getrandom::fill(&mut drawn).map_err(|error| engine::Fault::Random(error.to_string()))?;
    let (kid, secret) = drawn.split_at(6);
    let made = library::SiteKey { kid: hex(kid), secret: secret.to_vec(), created: api.engine.now() };
    let told = SiteKey { kid: made.kid.clone(), secret: hex(secret), created: made.created.0 };
    let (site, by) = (of.site, of.viewer.agent);
    let write = move |tx: &mut dyn Tx| {
        if MOST <= library::site_keys(tx, site)?.len() {
            return Err(ApiFault::Conflict("too_many"));
        }
        marks::audit(tx, (site, by), ("add_key", &made.kid), made.created)?;
        Ok(library::add_site_key(tx, site, &made)?)
    };
    api.engine.store().write(Key(site.0), write).await?;
    Ok((StatusCode::CREATED, Json(told)))
}

/// Removes a key: what was signed with it counts no more.
#[utoipa::path(delete, path = "/v1/admin/sites/{key}/keys/{kid}", tag = "admin",
    operation_id = "delete_key",
    params(("key" = String, Path, description = "The site"), ("kid" = String, Path, description = "Which key")),
    responses((status = 204), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault)))]
pub(super) async fn delete(
    State(api): State<Api>,
    ForAdmin(of): ForAdmin,
    Place((_, kid)): Place<(String, String)>,
) -> Result<StatusCode, ApiFault> {
    let (site, by, now) = (of.site, of.viewer.agent, api.engine.now());
    let write = move |tx: &mut dyn Tx| {
        if !library::delete_site_key(tx, site, &kid)? {
            return Err(ApiFault::NotFound);
        }
        marks::audit(tx, (site, by), ("delete_key", &kid), now)?;
        Ok(StatusCode::NO_CONTENT)
    };
    api.engine.store().write(Key(site.0), write).await
}
