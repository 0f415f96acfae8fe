//! Who may do what, as types that handlers ask for.
//!
//! # Threats, and what stands against each
//! - *A copied visitor's ticket* (a log, a shared screen, another origin): it is bound to a key pair made in
//!   the page, whose private half cannot be exported; a session's socket wants a signature over a fresh
//!   nonce. HTTP of assets takes the ticket alone, so it also wants the site's origin and lives minutes.
//! - *A forged ticket*: HMAC-SHA256 over everything in it, by a key that stays in the data folder (mode 0600).
//! - *A guessed password*: argon2id; attempts per address and per account are limited; unknown accounts
//!   cost as long as known ones.
//! - *A stolen database*: passwords are hashed with salt, log-in tokens are kept as hashes only.
//! - *Another site's page in the agent's browser* (CSRF, socket hijacking): the cookie is `SameSite=Lax`, and
//!   everything that changes state, and the desk's socket, wants the desk's own `Origin`.
//! - *Another site's page that uses a site's public key*: presence and session sockets want an origin of the
//!   site. Programs can forge it, browsers cannot: it protects visitors, not the server.
//! - *An agent who asks for another's session*: tickets are for everybody who serves the site, but nothing of the
//!   page goes to an agent to whom the visitor has not said yes.
//! - *An agent who was sent away*: rights are read anew with every request; running desks and viewers are looked
//!   through when an account changes, and every minute, since another node may have changed it.
use std::path::Path;

use accounts::{Claims, SitesOf};
use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use cobrowse_core::{
    id::{AgentId, SessionId, VisitorId},
    wire::message::Refusal,
};

use crate::{app::App, error::ApiError};

pub mod login;
pub mod site;
pub mod ticket;

use ticket::Bearer;

/// Proof that the request's sender is a `T`. Only the extractors of this module make one.
pub struct Authorized<T>(T);

impl<T> Authorized<T> {
    /// Who it is.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Authorized<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A visitor's page, by its ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visitor {
    /// The session that the ticket is for.
    pub session: SessionId,
    /// The browser.
    pub visitor: VisitorId,
}

/// An agent who looks at a session, by a viewer's ticket or the desk's cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// The session that the ticket is for; a cookie is for any.
    pub session: Option<SessionId>,
    /// The account.
    pub agent: AgentId,
}

impl<S: Send + Sync> FromRequestParts<S> for Authorized<Claims>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let app = App::from_ref(state);
        claims(&app, &parts.headers).await?.map(Self).ok_or(ApiError::LoginRequired)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Authorized<Visitor>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let app = App::from_ref(state);
        let claims = app.tickets.verify(bearer(&parts.headers)?)?;
        match claims.bearer {
            Bearer::Visitor { visitor, .. } => Ok(Self(Visitor { session: claims.session, visitor })),
            Bearer::Viewer { .. } => Err(Refusal::TicketInvalid.into()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Authorized<Viewer>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let app = App::from_ref(state);
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            let claims = claims(&app, &parts.headers).await?.ok_or(ApiError::LoginRequired)?;
            return Ok(Self(Viewer { session: None, agent: on_wire(claims.agent)? }));
        }
        let claims = app.tickets.verify(bearer(&parts.headers)?)?;
        match claims.bearer {
            Bearer::Viewer { agent, .. } => Ok(Self(Viewer { session: Some(claims.session), agent })),
            Bearer::Visitor { .. } => Err(Refusal::TicketInvalid.into()),
        }
    }
}

/// Whose log-in the cookie is.
async fn claims(app: &App, headers: &HeaderMap) -> Result<Option<Claims>, ApiError> {
    match login::token(headers) {
        Some(token) => Ok(app.accounts.login(token).await?),
        None => Ok(None),
    }
}

/// Whether the site of this key is among these.
///
/// # Errors
/// When the database fails.
pub async fn serves(app: &App, sites: &SitesOf, key: &str) -> Result<bool, ApiError> {
    if *sites == SitesOf::All {
        return Ok(true);
    }
    Ok(app.accounts.site(key).await?.is_some_and(|site| sites.has(site.id)))
}

/// An agent's name in the protocol, where it has 32 bits.
///
/// # Errors
/// [`ApiError::Internal`] after four thousand million accounts.
pub fn on_wire(accounts::AgentId(id): accounts::AgentId) -> Result<AgentId, ApiError> {
    u32::try_from(id).map(AgentId).map_err(|error| ApiError::Internal(error.to_string()))
}

/// The account of an agent's name in the protocol.
pub fn account(AgentId(id): AgentId) -> accounts::AgentId {
    accounts::AgentId(id.into())
}

/// The ticket of an `Authorization: Bearer` header (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Refusal::TicketInvalid)
}

/// Random bytes from the system.
///
/// # Errors
/// When the system has no randomness to give; nothing secret can be made then.
pub fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads 32 secret bytes from a file of the data folder, or makes them there, for the owner's eyes only.
///
/// # Errors
/// When the file cannot be read or made, or is not 32 bytes long.
pub fn key_file(path: &Path) -> std::io::Result<[u8; 32]> {
    match std::fs::read(path) {
        Ok(bytes) => bytes.try_into().map_err(|_| {
            std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                format!("{} is not 32 bytes", path.display()),
            )
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = random::<32>().map_err(std::io::Error::other)?;
            write_private(path, &key)?;
            Ok(key)
        }
        Err(error) => Err(error),
    }
}

/// Writes a new file that only its owner may read.
///
/// # Errors
/// When the file is there already or cannot be made.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
