//! Agents, and one's own password.
use accounts::{Agent, AgentChange, AgentId, Claims, NewAgent, Role, Site};
use axum::{
    Json,
    body::Bytes,
    extract::{ConnectInfo, Path, State, rejection::BytesRejection},
    http::StatusCode,
};
use axum_extra::extract::cookie::CookieJar;
use cobrowse_core::wire::{
    desk::{Me, Problem},
    message::Refusal,
};

use super::wire::{AddAgent, AgentRow, ChangeAgent, ChangePassword};
use super::{at_least, log, read_role, read_sites};
use crate::{
    app::App,
    auth::Authorized,
    desk::{self, read_json},
    error::ApiError,
    transport::tcp::Caller,
};

/// Those who have a site in common with the one who asks.
#[utoipa::path(get, path = "/v1/agents", tag = "accounts",
    operation_id = "list_accounts",
    responses((status = 200, body = Vec<AgentRow>),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "The role is too low")))]
pub async fn list(
    State(app): State<App>,
    claims: Authorized<Claims>,
) -> Result<Json<Vec<AgentRow>>, ApiError> {
    at_least(&claims, Role::Manager)?;
    let sites = app.accounts.sites().await?;
    let agents = app.accounts.agents().await?.into_iter();
    let seen = agents.filter(|agent| sees(&claims, agent)).map(|agent| AgentRow::new(agent, &sites));
    Ok(Json(seen.collect()))
}

fn sees(claims: &Claims, agent: &Agent) -> bool {
    agent.id == claims.agent || claims.sites.meets(&agent.sites)
}

/// Adds an agent.
#[utoipa::path(post, path = "/v1/agents", tag = "accounts",
    operation_id = "add_account",
    request_body(content = AddAgent, content_type = "application/json"),
    responses((status = 201, body = AgentRow),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages, or the role is too low"),
        (status = 409, body = Problem, description = "`email_taken`"),
        (status = 413, body = Problem)))]
pub async fn add(
    State(app): State<App>,
    claims: Authorized<Claims>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<AgentRow>), ApiError> {
    at_least(&claims, Role::Admin)?;
    let asked: AddAgent =
        read_json(&body?, "An object with email, first_name, last_name, role, sites, password is accepted.")?;
    let sites = app.accounts.sites().await?;
    let new = NewAgent {
        email: asked.email,
        first_name: asked.first_name,
        last_name: asked.last_name,
        role: read_role(&asked.role)?,
        sites: read_sites(asked.sites, &sites)?,
        password: asked.password,
    };
    let agent = app.accounts.add_agent(new).await?;
    log(&app, &claims, format!("agent_added {}", stands(&agent))).await;
    Ok((StatusCode::CREATED, Json(AgentRow::new(agent, &sites))))
}

/// Changes what is given; ends the log-ins of whom it disables.
#[utoipa::path(patch, path = "/v1/agents/{id}", tag = "accounts",
    operation_id = "change_account",
    params(("id" = String, Path, description = "The account")),
    request_body(content = ChangeAgent, content_type = "application/json"),
    responses((status = 200, body = AgentRow),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages, or the role is too low"),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`last_admin`, `every_site`"),
        (status = 413, body = Problem)))]
pub async fn change(
    State(app): State<App>,
    claims: Authorized<Claims>,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<AgentRow>, ApiError> {
    at_least(&claims, Role::Manager)?;
    let id = AgentId(id.parse().map_err(|_| ApiError::NotFound)?);
    let seen = app.accounts.agent(id).await?.filter(|agent| sees(&claims, agent));
    seen.ok_or(ApiError::NotFound)?;
    at_least(&claims, Role::Admin)?;
    let asked: ChangeAgent = read_json(&body?, "An object with role, sites, disabled is accepted.")?;
    let sites = app.accounts.sites().await?;
    let agent = app.accounts.change_agent(id, read_change(asked, &sites)?).await?;
    log(&app, &claims, format!("agent_changed {}", stands(&agent))).await;
    Ok(Json(AgentRow::new(agent, &sites)))
}

fn read_change(asked: ChangeAgent, known: &[Site]) -> Result<AgentChange, ApiError> {
    Ok(AgentChange {
        role: asked.role.as_deref().map(read_role).transpose()?,
        sites: asked.sites.map(|keys| read_sites(keys, known)).transpose()?,
        disabled: asked.disabled,
    })
}

/// How an account stands, for the audit log.
fn stands(agent: &Agent) -> String {
    let sites = match &agent.sites {
        accounts::SitesOf::All => "all".to_owned(),
        accounts::SitesOf::Some(ids) => ids.iter().map(|id| id.0.to_string()).collect::<Vec<_>>().join(","),
    };
    format!("agent={} role={} sites={sites} disabled={}", agent.id.0, agent.role.name(), agent.disabled)
}

/// Ends every log-in of the agent, and begins a new one here.
#[utoipa::path(post, path = "/v1/me/password", tag = "accounts",
    request_body(content = ChangePassword, content_type = "application/json"),
    responses((status = 200, body = Me),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages"),
        (status = 413, body = Problem),
        (status = 429, body = Problem)))]
pub async fn change_password(
    State(app): State<App>,
    ConnectInfo(Caller(address)): ConnectInfo<Caller>,
    claims: Authorized<Claims>,
    jar: CookieJar,
    body: Result<Bytes, BytesRejection>,
) -> Result<(CookieJar, Json<Me>), ApiError> {
    let asked: ChangePassword = read_json(&body?, "An object with old and new is accepted.")?;
    if !app.rates.login(address.ip(), &claims.email) {
        return Err(Refusal::RateLimited.into());
    }
    app.accounts.change_password(claims.agent, asked.old, asked.new).await?;
    log(&app, &claims, "password_changed".to_owned()).await;
    desk::welcome(&app, jar, claims.into_inner()).await
}
