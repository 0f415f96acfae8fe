//! Conversations in the database: one module for each family of tables, each function within a transaction
//! that the caller has opened.
pub(crate) mod attachment;
pub(crate) mod conversation;
pub(crate) mod desk;
pub(crate) mod event;
#[cfg(test)]
mod golden;
pub(crate) mod identity;
pub(crate) mod library;
pub(crate) mod marks;
pub(crate) mod message;
pub(crate) mod people;
pub(crate) mod result;
mod schema;
pub(crate) mod search;
pub(crate) mod site;
pub(crate) mod timer;
pub(crate) mod visit;

pub(crate) use schema::TABLES;
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use store::Error;

use crate::model::Body;

/// Writes a value as the text of a column.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Data(error.to_string()))
}

/// Reads it back.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::Data(format!("a stored value: {error}")))
}

/// What a message says. What this release does not know is no reason to show nothing of its conversation.
pub(crate) fn body(text: &str) -> Result<Body, Error> {
    from_json(text).or_else(|error| from_json::<IgnoredAny>(text).map(|_| Body::Unknown).map_err(|_| error))
}

/// A counter as a column; none of them comes near the end of 63 bits.
pub(crate) fn to_column(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Reads a counter back.
pub(crate) fn from_column(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
