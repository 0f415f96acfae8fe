//! What of a message is searched.
use crate::model::{Body, Content, Record};

/// The words of a body as one text, each part in a line; `None` for codes, which each reader sees in words of
/// their own language. The names of files are put behind it by whoever knows them.
pub(super) fn of_body(body: &Body) -> Option<String> {
    let parts: Vec<&str> = match body {
        Body::Content(content) => of_content(content),
        Body::Question { text, choices } => {
            std::iter::once(text.as_str()).chain(choices.iter().map(|(_, label)| label.as_str())).collect()
        }
        Body::Choice { label, .. } => vec![label],
        Body::Form(form) => form.0.values().map(String::as_str).collect(),
        Body::Notice(_) | Body::Unknown => return None,
        Body::Record(record) => vec![of_record(record)?],
    };
    Some(parts.join("\n"))
}

fn of_content(content: &Content) -> Vec<&str> {
    match content {
        Content::Text(text) | Content::Files { text, .. } => vec![text],
        Content::Link { url, title } => vec![title, url],
        Content::Deal { text, url } => vec![text, url],
    }
}

fn of_record(record: &Record) -> Option<&str> {
    match record {
        Record::Note(words)
        | Record::TransferAsked { note: words, .. }
        | Record::SentToQueue { note: words, .. }
        | Record::Blocked { reason: words, .. } => Some(&words.0),
        Record::TransferEnded { .. } | Record::Paused { .. } | Record::Woken => None,
    }
}

/// Whether there is something to be found in it.
pub fn is_indexed(body: &Body) -> bool {
    of_body(body).is_some()
}
