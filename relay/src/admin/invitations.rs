//! Invitations. Whoever has the link needs no log-in.
use accounts::{
    Accepted, Claims, Closed, Invitation, InvitationId, NewInvitation, Role, SitesOf,
    login::{text_of_token, token_from_text},
};
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

use super::wire::{Accept, InvitationRow, Invite, OfferedRow};
use super::{at_least, log, read_role, read_sites};
use crate::{
    app::App,
    auth::Authorized,
    desk::{self, read_json},
    error::ApiError,
    transport::tcp::Caller,
};

/// Those for a site of the one who asks.
#[utoipa::path(get, path = "/v1/invitations", tag = "accounts",
    operation_id = "list_invitations",
    responses((status = 200, body = Vec<InvitationRow>),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "The role is too low")))]
pub async fn list(
    State(app): State<App>,
    claims: Authorized<Claims>,
) -> Result<Json<Vec<InvitationRow>>, ApiError> {
    at_least(&claims, Role::Manager)?;
    let sites = app.accounts.sites().await?;
    let seen = app.accounts.invitations().await?.into_iter().filter(|it| sees(&claims, it));
    Ok(Json(seen.map(|invitation| InvitationRow::new(invitation, &sites, None)).collect()))
}

fn sees(claims: &Claims, invitation: &Invitation) -> bool {
    let sites = if invitation.role == Role::Admin { &SitesOf::All } else { &invitation.sites };
    claims.sites.meets(sites)
}

/// Invites somebody: the answer has the link, this once.
#[utoipa::path(post, path = "/v1/invitations", tag = "accounts",
    request_body(content = Invite, content_type = "application/json"),
    responses((status = 201, body = InvitationRow),
        (status = 400, body = Problem),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages, or the role is too low"),
        (status = 409, body = Problem, description = "`email_taken`"),
        (status = 413, body = Problem)))]
pub async fn invite(
    State(app): State<App>,
    claims: Authorized<Claims>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<InvitationRow>), ApiError> {
    at_least(&claims, Role::Admin)?;
    let asked: Invite = read_json(&body?, "An object with email, role, sites is accepted.")?;
    let sites = app.accounts.sites().await?;
    let new = NewInvitation {
        email: asked.email,
        role: read_role(&asked.role)?,
        sites: read_sites(asked.sites, &sites)?,
        by: claims.agent,
    };
    let (invitation, token) = app.accounts.invite(new).await?;
    let event = format!("invited invitation={} role={}", invitation.id.0, invitation.role.name());
    log(&app, &claims, event).await;
    let link = format!("{}/invitation/{}", app.public_url.origin(), text_of_token(&token));
    Ok((StatusCode::CREATED, Json(InvitationRow::new(invitation, &sites, Some(link)))))
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/v1/invitations/{id}", tag = "accounts",
    params(("id" = String, Path, description = "The invitation")),
    responses((status = 204),
        (status = 401, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages, or the role is too low"),
        (status = 404, body = Problem)))]
pub async fn revoke(
    State(app): State<App>,
    claims: Authorized<Claims>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    at_least(&claims, Role::Manager)?;
    let id = InvitationId(id.parse().map_err(|_| ApiError::NotFound)?);
    let open = app.accounts.invitations().await?;
    open.iter().find(|it| it.id == id && sees(&claims, it)).ok_or(ApiError::NotFound)?;
    at_least(&claims, Role::Admin)?;
    app.accounts.revoke_invitation(id).await?;
    log(&app, &claims, format!("invitation_revoked invitation={}", id.0)).await;
    Ok(StatusCode::NO_CONTENT)
}

/// What a link offers to whoever has it.
#[utoipa::path(get, path = "/v1/invitations/of/{token}", tag = "accounts",
    params(("token" = String, Path, description = "The link's last part")),
    responses((status = 200, body = OfferedRow),
        (status = 404, body = Problem),
        (status = 410, body = Problem, description = "`invitation_used`, `invitation_expired`"),
        (status = 429, body = Problem)))]
pub async fn look(
    State(app): State<App>,
    ConnectInfo(Caller(address)): ConnectInfo<Caller>,
    Path(token): Path<String>,
) -> Result<Json<OfferedRow>, ApiError> {
    if !app.rates.link(address.ip()) {
        return Err(Refusal::RateLimited.into());
    }
    let token = token_from_text(&token).ok_or(ApiError::NotFound)?;
    let Some(offered) = app.accounts.invitation(token).await? else { return Err(gone(&app, token).await?) };
    let known = app.accounts.sites().await?;
    let sites = match offered.sites {
        SitesOf::All => None,
        SitesOf::Some(ids) => {
            Some(known.into_iter().filter(|it| ids.contains(&it.id)).map(|it| it.name).collect())
        }
    };
    let role = offered.role.name().to_owned();
    Ok(Json(OfferedRow { email: offered.email, inviter: offered.inviter, role, sites }))
}

/// Whoever has the link may know what became of it.
async fn gone(app: &App, token: [u8; 32]) -> Result<ApiError, ApiError> {
    Ok(match app.accounts.closed_invitation(token).await? {
        Some(Closed::Used) => ApiError::Gone("invitation_used"),
        Some(Closed::Expired) => ApiError::Gone("invitation_expired"),
        None => ApiError::NotFound,
    })
}

/// Makes the account and begins its first log-in.
#[utoipa::path(post, path = "/v1/invitations/of/{token}", tag = "accounts",
    params(("token" = String, Path, description = "The link's last part")),
    request_body(content = Accept, content_type = "application/json"),
    responses((status = 201, body = Me),
        (status = 400, body = Problem),
        (status = 403, body = Problem, description = "Not from the desk's own pages"),
        (status = 404, body = Problem),
        (status = 409, body = Problem),
        (status = 410, body = Problem, description = "`invitation_used`, `invitation_expired`"),
        (status = 413, body = Problem),
        (status = 429, body = Problem)))]
pub async fn accept(
    State(app): State<App>,
    ConnectInfo(Caller(address)): ConnectInfo<Caller>,
    Path(token): Path<String>,
    jar: CookieJar,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, CookieJar, Json<Me>), ApiError> {
    if !app.rates.link(address.ip()) {
        return Err(Refusal::RateLimited.into());
    }
    let token = token_from_text(&token).ok_or(ApiError::NotFound)?;
    let asked: Accept = read_json(&body?, "An object with first_name, last_name, password is accepted.")?;
    let Accept { first_name, last_name, password } = asked;
    let accepted = Accepted { first_name, last_name, password };
    let made = match app.accounts.accept_invitation(token, accepted).await {
        Err(accounts::Error::NotFound) => return Err(gone(&app, token).await?),
        made => made?,
    };
    let claims = Claims::from(made);
    log(&app, &claims, format!("invitation_accepted role={}", claims.role.name())).await;
    let (jar, me) = desk::welcome(&app, jar, claims).await?;
    Ok((StatusCode::CREATED, jar, me))
}
