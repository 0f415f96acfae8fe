//! A site's settings over HTTP.
use chat_proto::admin::{General, Queue, Snippet, Tag};

use super::http::{HttpError, json, send};

fn path(site: &str, what: &str) -> String {
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
/// As [`snippet`].
pub async fn general(site: &str) -> Result<General, HttpError> {
    json("GET", &path(site, "general"), None::<&()>).await
}

/// Changes it.
///
/// # Errors
/// [`HttpError::Refused`] when something in it is wrong; nothing is changed.
pub async fn save_general(site: &str, it: &General) -> Result<(), HttpError> {
    send("PUT", &path(site, "general"), Some(it), None).await.map(drop)
}

/// The queues.
///
/// # Errors
/// As [`snippet`].
pub async fn queues(site: &str) -> Result<Vec<Queue>, HttpError> {
    json("GET", &path(site, "queues"), None::<&()>).await
}

/// Makes a queue, or changes one that has a number.
///
/// # Errors
/// As [`save_general`].
pub async fn save_queue(site: &str, it: &Queue) -> Result<(), HttpError> {
    save(site, ("queues", it.id), it).await
}

/// The tags, in order.
///
/// # Errors
/// As [`snippet`].
pub async fn tags(site: &str) -> Result<Vec<Tag>, HttpError> {
    json("GET", &path(site, "tags"), None::<&()>).await
}

/// Makes a tag, or changes one that has a number.
///
/// # Errors
/// As [`save_general`].
pub async fn save_tag(site: &str, it: &Tag) -> Result<(), HttpError> {
    save(site, ("tags", it.id), it).await
}

async fn save(site: &str, (what, id): (&str, i64), it: &impl serde::Serialize) -> Result<(), HttpError> {
    let (method, path) = match id {
        0 => ("POST", path(site, what)),
        id => ("PUT", path(site, &format!("{what}/{id}"))),
    };
    send(method, &path, Some(it), None).await.map(drop)
}
