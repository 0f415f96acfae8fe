//! Administration of sites over HTTP, for managers and admins; keys for identities for admins only.
//!
//! What is wrong is told for each field ([`Invalid`](crate::api::Invalid)); nothing is stored then. What is stored
//! holds at once: the engine reads settings within each transaction, and tells widgets and desks by
//! [`Change`](crate::changes::Change).
mod agents;
mod bot;
mod forms;
mod general;
mod hours;
mod keys;
mod queues;
mod tags;
mod week;

use chat_proto::admin::Texts;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Api, Invalid},
    model::{Lang, LocalText},
};

/// Longest text that an admin writes, characters.
const LONGEST: usize = 4_000;

/// The routes of administration.
pub(crate) fn table() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(general::show, general::change))
        .routes(routes!(general::snippet))
        .routes(routes!(queues::list, queues::add))
        .routes(routes!(queues::change, queues::delete))
        .routes(routes!(agents::list))
        .routes(routes!(agents::change, agents::delete))
        .routes(routes!(bot::show, bot::change))
        .routes(routes!(bot::check))
        .routes(routes!(hours::show, hours::change))
        .routes(routes!(hours::preview))
        .routes(routes!(forms::show, forms::change))
        .routes(routes!(forms::show_custom, forms::change_custom))
        .routes(routes!(tags::list, tags::add))
        .routes(routes!(tags::change, tags::delete))
        .routes(routes!(keys::list, keys::add))
        .routes(routes!(keys::delete))
}

/// Whether a text can name a field: lower-case letters, digits and `_`, a letter first.
pub(crate) fn is_key(text: &str) -> bool {
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_';
    (1..=40).contains(&text.len())
        && text.starts_with(|it: char| it.is_ascii_lowercase())
        && text.bytes().all(fits)
}

/// Nothing, or `#rrggbb`.
fn is_colour(text: &str) -> bool {
    text.is_empty()
        || text
            .strip_prefix('#')
            .is_some_and(|it| it.len() == 6 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// A text in several languages; what is empty in one is left out.
fn texts(wrong: &mut Invalid, field: &str, it: &Texts) -> LocalText {
    let mut all = LocalText::default();
    for (tag, text) in it {
        let lang = tag.parse::<Lang>();
        wrong.check(lang.is_ok(), format!("{field}.{tag}"), "unknown");
        wrong.check(text.chars().count() <= LONGEST, format!("{field}.{tag}"), "too_long");
        wrong.check(!text.contains('\0'), format!("{field}.{tag}"), "unknown");
        if let (Ok(lang), false) = (lang, text.trim().is_empty()) {
            all.0.insert(lang, text.clone());
        }
    }
    all
}

/// The same, back.
fn told(it: &LocalText) -> Texts {
    it.0.iter().map(|(lang, text)| (lang.to_string(), text.clone())).collect()
}

/// A name that people read: not empty, not too long.
fn name(wrong: &mut Invalid, field: &str, text: &str) -> String {
    let text = text.trim();
    wrong.check(!text.is_empty(), field, "empty");
    wrong.check(text.chars().count() <= 80, field, "too_long");
    wrong.check(!text.chars().any(char::is_control), field, "unknown");
    text.to_owned()
}

/// A number of seconds within reason.
fn seconds(
    wrong: &mut Invalid,
    field: &str,
    value: u32,
    range: std::ops::RangeInclusive<u32>,
) -> std::time::Duration {
    wrong.check(range.contains(&value), field, "out_of_range");
    std::time::Duration::from_secs(value.into())
}

fn told_seconds(it: std::time::Duration) -> u32 {
    u32::try_from(it.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_colours_are_told_from_what_is_none() {
        for key in ["name", "customer_no", "a1"] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "Name", "1a", "a b", "é", "a-b", &"a".repeat(41)] {
            assert!(!is_key(key), "{key}");
        }
        for (text, expected) in
            [("", true), ("#0a64F0", true), ("#0a64f", false), ("red", false), ("#0a64fg", false)]
        {
            assert_eq!(is_colour(text), expected, "{text}");
        }
    }
}
