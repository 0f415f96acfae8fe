//! What a site's widgets show, beside what decides about states.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::LocalText;

/// What a site's admin wrote and chose. What is missing in the store has its default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// The bot's name.
    pub bot: String,
    /// The accent colour, `#rrggbb`; empty for the usual one.
    pub colour: String,
    /// What stands above the form.
    pub greeting: LocalText,
    /// The labels of the fields of both forms, by the fields' keys.
    pub labels: BTreeMap<String, LocalText>,
    /// What is said outside opening hours; `[words](https://…)` is a link.
    pub closed: LocalText,
    /// How else to get in touch then, in the admin's order.
    pub ways: Vec<Way>,
    /// Whether every page tells that it is there, even before a conversation.
    pub presence: bool,
    /// Query keys that stay in the addresses of pages. All others, and hashes, are cut off.
    pub query_keys: Vec<String>,
}

/// A way to get in touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// What it is.
    pub kind: WayKind,
    /// What it says.
    pub label: LocalText,
    /// The address, the number or the URL; nothing for the form.
    pub value: String,
}

/// What a way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayKind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A page, http or https.
    Link,
    /// The offline form.
    Form,
}

impl WayKind {
    /// Its name on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Link => "link",
            Self::Form => "form",
        }
    }
}
