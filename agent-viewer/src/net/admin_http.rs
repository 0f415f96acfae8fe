//! A site's settings over HTTP.
use chat_proto::{
    admin::{Custom, Forms, General, Hours, Opening, Snippet},
    desk::Canned,
};

use super::{
    http::{HttpError, json},
    told::{Wrong, ask, done, get},
};

/// Where something of a site's settings is.
pub(super) fn path(site: &str, what: &str) -> String {
    format!("/v1/admin/sites/{site}/{what}")
}

/// What a site's pages hold.
///
/// # Errors
/// [`HttpError`]; `forbidden` for agents.
pub async fn snippet(site: &str) -> Result<Snippet, HttpError> {
    json("GET", &path(site, "snippet"), None::<&()>).await
}

/// What is not elsewhere.
///
/// # Errors
/// [`Wrong`]; `forbidden` for agents.
pub async fn general(site: &str) -> Result<General, Wrong> {
    get(&path(site, "general")).await
}

/// Changes it.
///
/// # Errors
/// [`Wrong`] with the fields that are to blame; nothing is changed.
pub async fn save_general(site: &str, it: &General) -> Result<(), Wrong> {
    done("PUT", &path(site, "general"), Some(it)).await.map(drop)
}

/// When somebody is there, and what is said when nobody is.
///
/// # Errors
/// As [`general`].
pub async fn hours(site: &str) -> Result<Hours, Wrong> {
    get(&path(site, "hours")).await
}

/// Changes it.
///
/// # Errors
/// As [`save_general`].
pub async fn save_hours(site: &str, it: &Hours) -> Result<(), Wrong> {
    done("PUT", &path(site, "hours"), Some(it)).await.map(drop)
}

/// Whether somebody would be there now. Nothing is stored.
///
/// # Errors
/// As [`save_general`].
pub async fn opening(site: &str, it: &Hours) -> Result<Opening, Wrong> {
    ask("POST", &path(site, "hours/preview"), Some(it)).await
}

/// What visitors fill in.
///
/// # Errors
/// As [`general`].
pub async fn forms(site: &str) -> Result<Forms, Wrong> {
    get(&path(site, "forms")).await
}

/// Changes it.
///
/// # Errors
/// As [`save_general`].
pub async fn save_forms(site: &str, it: &Forms) -> Result<(), Wrong> {
    done("PUT", &path(site, "forms"), Some(it)).await.map(drop)
}

/// What the site's script may tell of visitors.
///
/// # Errors
/// As [`general`].
pub async fn custom(site: &str) -> Result<Vec<Custom>, Wrong> {
    get(&path(site, "custom")).await
}

/// Changes it.
///
/// # Errors
/// As [`save_general`].
pub async fn save_custom(site: &str, it: &[Custom]) -> Result<(), Wrong> {
    done("PUT", &path(site, "custom"), Some(&it)).await.map(drop)
}

/// Makes a canned reply, or changes one that has a number.
///
/// # Errors
/// As [`save_general`].
pub async fn save_canned(it: &Canned) -> Result<(), Wrong> {
    let (method, path) = match it.id {
        0 => ("POST", "/v1/canned".to_owned()),
        id => ("PUT", format!("/v1/canned/{id}")),
    };
    done(method, &path, Some(it)).await.map(drop)
}
