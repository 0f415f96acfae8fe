//! Agents' passwords and the cookie that stands for a log-in.
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::{
    auth::random,
    error::ApiError,
    limits::LOGIN_LIFE,
    store::{Store, StoreError, accounts::Agent, now_ms},
};

/// The cookie's name.
pub const COOKIE: &str = "tandem";

/// Longest password, bytes; hashing reads all of it.
const MAX_PASSWORD: usize = 1024;

/// Hashing takes 19 MiB and tens of milliseconds: more at a time would only be slower together.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Why a password could not be hashed.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// Too long to be looked at.
    #[error("a password has at most {MAX_PASSWORD} bytes")]
    TooLong,
    /// The library's own failure.
    #[error("hashing failed: {0}")]
    Hash(#[from] argon2::password_hash::Error),
}

/// The argon2id PHC string of a password. Blocks for tens of milliseconds.
///
/// # Errors
/// When the password is too long or the system has no randomness.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    if MAX_PASSWORD < password.len() {
        return Err(PasswordError::TooLong);
    }
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

fn verify(password: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

/// The agent of this e-mail address and password.
///
/// # Errors
/// [`ApiError::LoginFailed`] for an unknown address, after as long, as for a wrong password.
pub async fn check(store: &Store, email: String, password: String) -> Result<Agent, ApiError> {
    if MAX_PASSWORD < password.len() {
        return Err(ApiError::LoginFailed);
    }
    let found = store.agent_by_email(email).await?;
    let _turn = HASHING.acquire().await.map_err(|error| ApiError::Internal(error.to_string()))?;
    let work = move || match found {
        Some((agent, hash)) => verify(&password, &hash).then_some(agent),
        None => {
            // The same work, so that the time does not tell which addresses have accounts.
            let _ = hash(&password);
            None
        }
    };
    let agent =
        tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::Internal(error.to_string()))?;
    agent.ok_or(ApiError::LoginFailed)
}

/// Begins a log-in: remembers a random token and gives its cookie.
///
/// # Errors
/// When the database or the system's randomness fails.
pub async fn begin(store: &Store, agent: &Agent, secure: Secure) -> Result<Cookie<'static>, ApiError> {
    let token = random::<32>().map_err(|error| ApiError::Internal(error.to_string()))?;
    let life = u64::try_from(LOGIN_LIFE.as_millis()).unwrap_or(u64::MAX);
    store.add_login(token, agent.id, now_ms().saturating_add(life)).await?;
    Ok(cookie(BASE64.encode(token), secure))
}

/// Ends the log-in of this cookie, if it is one.
///
/// # Errors
/// When the database fails.
pub async fn end(store: &Store, jar: &CookieJar) -> Result<(), StoreError> {
    match token(jar) {
        Some(token) => store.end_login(token).await,
        None => Ok(()),
    }
}

/// Whether the cookie is for https alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secure {
    /// The server's public address is https.
    Https,
    /// A loopback address without TLS.
    Loopback,
}

/// The cookie that takes the log-in's cookie away.
pub fn no_cookie(secure: Secure) -> Cookie<'static> {
    let mut cookie = cookie(String::new(), secure);
    cookie.set_max_age(time::Duration::ZERO);
    cookie
}

fn cookie(value: String, secure: Secure) -> Cookie<'static> {
    let mut cookie = Cookie::new(COOKIE, value);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(secure == Secure::Https);
    cookie.set_max_age(time::Duration::try_from(LOGIN_LIFE).unwrap_or(time::Duration::ZERO));
    cookie
}

/// The token in the cookie.
pub fn token(jar: &CookieJar) -> Option<[u8; 32]> {
    BASE64.decode(jar.get(COOKIE)?.value()).ok()?.try_into().ok()
}
