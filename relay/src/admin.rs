//! The desk's administration: agents, invitations, sites. Administrators change, managers look on, and both
//! see only what belongs to sites of theirs: for the rest, and for what is not there, the answer is the same.
use accounts::{Claims, Role, Site, SitesOf};
use axum::{
    Router,
    routing::{delete, get, patch, post},
};

use crate::{app::App, error::ApiError, records::audit::Entry};

mod agents;
mod invitations;
mod sites;
pub mod wire;

/// `/v1/agents`, `/v1/invitations`, `/v1/sites`, `/v1/me/password`.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/agents", get(agents::list).post(agents::add))
        .route("/v1/agents/{id}", patch(agents::change))
        .route("/v1/me/password", post(agents::change_password))
        .route("/v1/invitations", get(invitations::list).post(invitations::invite))
        .route("/v1/invitations/{id}", delete(invitations::revoke))
        .route("/v1/invitations/of/{token}", get(invitations::look).post(invitations::accept))
        .route("/v1/sites", get(sites::list).post(sites::add))
        .route("/v1/sites/{key}", patch(sites::change))
}

/// Fails for those whose role is lower.
fn at_least(claims: &Claims, role: Role) -> Result<(), ApiError> {
    if role <= claims.role { Ok(()) } else { Err(ApiError::RoleTooLow) }
}

fn read_role(name: &str) -> Result<Role, ApiError> {
    let message = || "A role is agent, manager or admin.".to_owned();
    Role::from_name(name)
        .ok_or_else(|| ApiError::NotAccepted { field: ("role", "unknown"), message: message() })
}

/// The sites of these keys.
fn read_sites(keys: Option<Vec<String>>, known: &[Site]) -> Result<SitesOf, ApiError> {
    let Some(keys) = keys else { return Ok(SitesOf::All) };
    let id = |key: &String| {
        let site = known.iter().find(|site| site.key == *key);
        let message = || format!("There is no site {key:?}.");
        site.map(|site| site.id)
            .ok_or_else(|| ApiError::NotAccepted { field: ("sites", "unknown"), message: message() })
    };
    Ok(SitesOf::Some(keys.iter().map(id).collect::<Result<_, _>>()?))
}

/// What an administrator did stands in the audit log. Names of people do not.
async fn log(app: &App, claims: &Claims, event: String) {
    let actor = format!("agent:{}", claims.agent.0);
    app.audit.log(Entry { session: None, actor, event }).await;
}
