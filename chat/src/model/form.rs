//! What a visitor fills in before a conversation, and when nobody is there.
use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// Most characters of one field.
pub const MAX_FIELD_CHARS: usize = 2_000;

/// How a field is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Any text.
    Text,
    /// Any text, of several lines.
    Long,
    /// An address that mail can be sent to.
    Email,
    /// Digits, with what people put between them.
    Phone,
}

/// One field of a form, as an admin made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name in the store.
    pub key: String,
    /// How it is checked.
    pub kind: FieldKind,
    /// Whether it must be filled.
    pub required: bool,
}

/// The fields of a form, in the admin's order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FormFields(pub Vec<Field>);

/// What a visitor filled in, by the fields' keys.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Form(pub BTreeMap<String, String>);

/// Shows the fields' names only.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldProblem {
    /// Nothing stands in it.
    Empty,
    /// It is no e-mail address.
    NoEmail,
    /// It is no telephone number.
    NoPhone,
    /// It is longer than [`MAX_FIELD_CHARS`].
    TooLong,
    /// The form has no such field.
    Unknown,
}

impl FieldProblem {
    /// The stable code that clients find their words by.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NoEmail => "no_email",
            Self::NoPhone => "no_phone",
            Self::TooLong => "too_long",
            Self::Unknown => "unknown",
        }
    }
}

/// A field and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// The field's key.
    pub key: String,
    /// What is wrong.
    pub problem: FieldProblem,
}

impl FormFields {
    /// Everything that is wrong with what was filled in; nothing when it is valid.
    pub fn faults(&self, form: &Form) -> Vec<FieldFault> {
        let unknown = form.0.keys().filter(|key| !self.0.iter().any(|field| field.key == **key));
        let unknown = unknown.map(|key| FieldFault { key: key.clone(), problem: FieldProblem::Unknown });
        let wrong = self.0.iter().filter_map(|field| {
            let text = form.0.get(&field.key).map_or("", |it| it.trim());
            field.problem(text).map(|problem| FieldFault { key: field.key.clone(), problem })
        });
        wrong.chain(unknown).collect()
    }
}

impl Field {
    fn problem(&self, text: &str) -> Option<FieldProblem> {
        if text.is_empty() {
            return self.required.then_some(FieldProblem::Empty);
        }
        if MAX_FIELD_CHARS < text.chars().count() {
            return Some(FieldProblem::TooLong);
        }
        match self.kind {
            FieldKind::Text | FieldKind::Long => None,
            FieldKind::Email => (!is_email(text)).then_some(FieldProblem::NoEmail),
            FieldKind::Phone => (!is_phone(text)).then_some(FieldProblem::NoPhone),
        }
    }
}

/// Only the shape: whether an address exists is known when mail has arrived there.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let labels_ok = host.split('.').all(|it| !it.is_empty() && !it.starts_with('-') && !it.ends_with('-'));
    let plain = !text.chars().any(|it| it.is_whitespace() || it.is_control() || "<>,;\"".contains(it));
    !name.is_empty() && !name.contains('@') && host.contains('.') && labels_ok && plain && text.len() <= 254
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (4..=20).contains(&digits) && text.chars().all(|it| it.is_ascii_digit() || "+-./() ".contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: &str, kind: FieldKind, required: bool) -> Field {
        Field { key: key.into(), kind, required }
    }

    fn faults(values: &[(&str, &str)]) -> Vec<(String, FieldProblem)> {
        let fields = FormFields(vec![
            field("name", FieldKind::Text, true),
            field("email", FieldKind::Email, true),
            field("phone", FieldKind::Phone, false),
        ]);
        let form = Form(values.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect());
        fields.faults(&form).into_iter().map(|it| (it.key, it.problem)).collect()
    }

    // shows: WID-07, WID-10, OFF-02
    #[test]
    fn each_empty_field_is_named_and_spaces_are_empty() {
        assert_eq!(faults(&[("name", "Léa"), ("email", "lea@example.org")]), []);
        let empty = |key: &str| (key.to_owned(), FieldProblem::Empty);
        assert_eq!(faults(&[("name", "  "), ("email", "lea@example.org")]), [empty("name")]);
        assert_eq!(faults(&[("name", "Léa")]), [empty("email")]);
        assert_eq!(faults(&[]), [empty("name"), empty("email")]);
    }

    // shows: WID-07, OFF-02
    #[test]
    fn what_is_no_address_no_number_or_no_field_is_named() {
        for email in ["lea", "lea@", "@example.org", "lea@example", "le a@example.org", "a@b@c.org", "a@-b.c"]
        {
            let found = faults(&[("name", "Léa"), ("email", email)]);
            assert_eq!(found, [("email".to_owned(), FieldProblem::NoEmail)], "{email}");
        }
        let more = [("name", "Léa"), ("email", "l@e.fr"), ("phone", "call me"), ("role", "admin")];
        let expected = [("phone".into(), FieldProblem::NoPhone), ("role".into(), FieldProblem::Unknown)];
        assert_eq!(faults(&more), expected);
        let long = "a".repeat(MAX_FIELD_CHARS + 1);
        let found = faults(&[("name", &long), ("email", "l@e.fr")]);
        assert_eq!(found, [("name".to_owned(), FieldProblem::TooLong)]);
    }
}
