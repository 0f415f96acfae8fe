//! What the chat service gives over HTTP: pages of lists, earlier messages, the visitor's panel, canned replies.
use chat_proto::{
    Millis,
    desk::{Blocked, Canned, Contact, Detail, List, Query, Row, Rows, Shared, Sticky, Visitor},
    message::{FileCard, Msg},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::http::{HttpError, json, send};

/// A document of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Document {
    /// The file.
    #[serde(flatten)]
    pub file: FileCard,
    /// When it was sent.
    pub at: Millis,
}

async fn get<T: DeserializeOwned>(path: &str) -> Result<T, HttpError> {
    json("GET", path, None::<&()>).await
}

/// The page of a list that goes on after `after`; its first one after nothing.
///
/// # Errors
/// [`HttpError`]; what is shown stays.
pub async fn rows(query: &Query, after: &str) -> Result<Rows, HttpError> {
    let after = if after.is_empty() { String::new() } else { format!("&after={}", escape(after)) };
    get(&format!("/v1/conversations?{}{after}", encode(query))).await
}

/// A conversation.
///
/// # Errors
/// [`HttpError::Refused`] with `not_found` when there is none for this agent.
pub async fn detail(conv: &str) -> Result<Detail, HttpError> {
    get(&format!("/v1/conversations/{conv}")).await
}

/// A page of messages before one, oldest first.
///
/// # Errors
/// [`HttpError`]; they can be asked for again.
pub async fn messages_before(conv: &str, before: u64) -> Result<Vec<Msg>, HttpError> {
    get(&format!("/v1/conversations/{conv}/messages?before={before}")).await
}

/// The visitor of a conversation.
///
/// # Errors
/// [`HttpError`]; the panel says so.
pub async fn visitor(conv: &str) -> Result<Visitor, HttpError> {
    get(&format!("/v1/conversations/{conv}/visitor")).await
}

/// Asks the visitor of a conversation to show their page.
///
/// # Errors
/// [`HttpError::Refused`] with `visitor_gone` when no page of theirs is there.
pub async fn share(conv: &str) -> Result<Shared, HttpError> {
    json("POST", &format!("/v1/conversations/{conv}/share"), None::<&()>).await
}

/// Corrects what is known of a visitor.
///
/// # Errors
/// [`HttpError`]; nothing is changed.
pub async fn save_profile(visitor: i64, profile: &chat_proto::Form) -> Result<(), HttpError> {
    send("PUT", &format!("/v1/contacts/{visitor}"), Some(profile), None).await.map(drop)
}

/// A visitor's file.
///
/// # Errors
/// [`HttpError::Refused`] with `not_found` when there is none for this agent.
pub async fn contact(visitor: i64) -> Result<Contact, HttpError> {
    get(&format!("/v1/contacts/{visitor}")).await
}

/// Who is blocked; managers only.
///
/// # Errors
/// [`HttpError`].
pub async fn blocked() -> Result<Vec<Blocked>, HttpError> {
    get("/v1/blocked").await
}

/// Lets a blocked visitor come again; managers only.
///
/// # Errors
/// [`HttpError`]; they stay blocked.
pub async fn unblock(visitor: i64) -> Result<(), HttpError> {
    send("DELETE", &format!("/v1/contacts/{visitor}/block"), None::<&()>, None).await.map(drop)
}

/// Notes something about a visitor, or changes a note that has a number.
///
/// # Errors
/// [`HttpError::Refused`] with `not_found` when it is another agent's.
pub async fn save_note(visitor: i64, note: &Sticky) -> Result<(), HttpError> {
    let path = format!("/v1/contacts/{visitor}/notes");
    let (method, path) = if note.id == 0 { ("POST", path) } else { ("PUT", format!("{path}/{}", note.id)) };
    send(method, &path, Some(note), None).await.map(drop)
}

/// Removes a note.
///
/// # Errors
/// [`HttpError`]; it stays.
pub async fn delete_note(visitor: i64, note: i64) -> Result<(), HttpError> {
    send("DELETE", &format!("/v1/contacts/{visitor}/notes/{note}"), None::<&()>, None).await.map(drop)
}

/// A page of a visitor's conversations, the oldest first, and where they go on.
///
/// # Errors
/// [`HttpError`].
pub async fn history(visitor: i64, after: Option<&str>) -> Result<Rows, HttpError> {
    let after = after.map(|after| format!("?after={}", escape(after))).unwrap_or_default();
    get(&format!("/v1/contacts/{visitor}/conversations{after}")).await
}

/// A visitor's conversations, oldest first.
///
/// # Errors
/// [`HttpError`].
pub async fn conversations_of(visitor: i64) -> Result<Vec<Row>, HttpError> {
    let mut page = history(visitor, None).await?;
    let mut rows = std::mem::take(&mut page.rows);
    while let Some(next) = page.next {
        page = history(visitor, Some(&next)).await?;
        rows.append(&mut page.rows);
    }
    Ok(rows)
}

/// The documents of a conversation, newest first.
///
/// # Errors
/// [`HttpError`].
pub async fn documents(conv: &str) -> Result<Vec<Document>, HttpError> {
    get(&format!("/v1/conversations/{conv}/files")).await
}

/// An address that saves a file; it works for a minute.
///
/// # Errors
/// [`HttpError`].
pub async fn download_address(file: &str) -> Result<String, HttpError> {
    #[derive(Deserialize)]
    struct Link {
        url: String,
    }
    Ok(get::<Link>(&format!("/v1/files/{file}/link")).await?.url)
}

/// All canned replies.
///
/// # Errors
/// [`HttpError`].
pub async fn canned() -> Result<Vec<Canned>, HttpError> {
    get("/v1/canned").await
}

/// Removes a canned reply.
///
/// # Errors
/// [`HttpError`].
pub async fn delete_canned(id: i64) -> Result<(), HttpError> {
    send("DELETE", &format!("/v1/canned/{id}"), None::<&()>, None).await.map(drop)
}

/// Counts a use of a canned reply. Nobody waits for it, and nothing is lost when it fails.
pub async fn count_canned(id: i64) {
    let _ = send("POST", &format!("/v1/canned/{id}/used"), None::<&()>, None).await;
}

/// A list's query as a query string: lists of values with commas, what is empty left out.
pub fn encode(query: &Query) -> String {
    let numbers = |numbers: &[i64]| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let list = match query.list {
        List::Waiting => "waiting",
        List::Bot => "bot",
        List::Mine => "mine",
        List::Active => "active",
        List::Paused => "paused",
        List::Inbox => "inbox",
        List::History => "history",
    };
    let parts = [
        ("list", list.to_owned()),
        ("sites", query.sites.join(",")),
        ("queues", numbers(&query.queues)),
        ("tags", numbers(&query.tags)),
        ("agents", numbers(&query.agents)),
        ("online", query.online.map(|it| it.to_string()).unwrap_or_default()),
        ("starred", if query.starred { "true".to_owned() } else { String::new() }),
        ("words", query.words.clone()),
        ("sort", query.sort.clone()),
    ];
    let given = parts.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}

/// A value of a query string (RFC 3986 §2.3: what is not unreserved is escaped).
fn escape(value: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: DSK-12
    #[test]
    fn a_query_is_a_query_string() {
        let query =
            Query { list: List::Mine, queues: vec![1, 2], words: "où & ça".into(), ..Query::default() };
        assert_eq!(encode(&query), "list=mine&queues=1,2&words=o%C3%B9%20%26%20%C3%A7a");
        let filtered = Query { online: Some(false), starred: true, sort: "name".into(), ..Query::default() };
        assert_eq!(encode(&filtered), "list=waiting&online=false&starred=true&sort=name");
    }
}
