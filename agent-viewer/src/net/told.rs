//! Requests whose refusals name the fields that are to blame, as administration has them.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::http::{HttpError, answer};

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Wrong {
    /// Stable, for example `last_admin`, `in_use`; `unreachable` when nobody answered, `garbled` when it was no
    /// answer of ours.
    pub code: String,
    /// The fields that are wrong, with what is wrong: paths into the body, such as `members.2.cap`.
    pub fields: BTreeMap<String, String>,
}

impl Wrong {
    /// This code and no field.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), fields: BTreeMap::new() }
    }

    /// This field, and what is wrong with it: found here, before the server was asked.
    pub fn field(name: &str, code: &str) -> Self {
        let fields = [(name.to_owned(), code.to_owned())].into();
        Self { code: "form".to_owned(), fields }
    }

    /// What is wrong with a field, if it is to blame.
    pub fn at(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }
}

impl From<HttpError> for Wrong {
    fn from(error: HttpError) -> Self {
        Self::new(if error == HttpError::Unreachable { "unreachable" } else { "garbled" })
    }
}

/// Asks, and reads the answer.
///
/// # Errors
/// [`Wrong`].
pub async fn ask<T: DeserializeOwned>(
    method: &str,
    path: &str,
    body: Option<&impl Serialize>,
) -> Result<T, Wrong> {
    serde_json::from_str(&done(method, path, body).await?).map_err(|_| Wrong::new("garbled"))
}

/// Reads something.
///
/// # Errors
/// [`Wrong`].
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Wrong> {
    ask("GET", path, None::<&()>).await
}

/// Asks, and gives the answer's text; there may be none.
///
/// # Errors
/// [`Wrong`].
pub async fn done(method: &str, path: &str, body: Option<&impl Serialize>) -> Result<String, Wrong> {
    let (status, text) = answer(method, path, body).await?;
    read(status, text)
}

fn read(status: u16, text: String) -> Result<String, Wrong> {
    match status {
        200..=299 => Ok(text),
        502..=504 => Err(Wrong::new("unreachable")),
        _ => Err(serde_json::from_str(&text).unwrap_or_else(|_| Wrong::new("garbled"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_its_fields() {
        let said = r#"{"code":"bad_request","message":"no","fields":{"email":"no_email"}}"#;
        let wrong = read(400, said.to_owned()).expect_err("refused");
        assert_eq!(
            (wrong.code.as_str(), wrong.at("email"), wrong.at("role")),
            ("bad_request", Some("no_email"), None)
        );
        assert_eq!(read(204, String::new()), Ok(String::new()));
        assert_eq!(read(503, "busy".into()), Err(Wrong::new("unreachable")));
        assert_eq!(read(500, "<html>".into()), Err(Wrong::new("garbled")));
    }
}
