//! The desk's administration: agents, invitations, sites. Administrators change, managers look on, and both
//! see only what belongs to sites of theirs: for the rest, and for what is not there, the answer is the same.
use accounts::{Claims, Role, Site, SitesOf};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{app::App, error::ApiError, records::audit::Entry};

mod agents;
mod invitations;
mod sites;
pub mod wire;

/// `/v1/agents`, `/v1/invitations`, `/v1/sites`, `/v1/me/password`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(agents::list, agents::add))
        .routes(routes!(agents::change))
        .routes(routes!(agents::change_password))
        .routes(routes!(invitations::list, invitations::invite))
        .routes(routes!(invitations::revoke))
        .routes(routes!(invitations::look, invitations::accept))
        .routes(routes!(sites::list, sites::add))
        .routes(routes!(sites::change))
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
