//! Texts by their keys.
use std::{collections::BTreeMap, fmt, ops::Index};

use serde::{Deserialize, Serialize, Serializer};

/// What was filled in, by the fields' keys.
pub type Form = Texts;

/// Texts by their keys: each key once, in the order of the keys.
///
/// A list, for there are few: a tree's code would be three hundredths of the chat that a visitor's page loads.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "BTreeMap<String, String>")]
pub struct Texts(Vec<(String, String)>);

type Pair<'a> = (&'a String, &'a String);

impl Texts {
    /// An empty one.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether nothing is in it.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// The text of a key.
    pub fn get(&self, key: &str) -> Option<&String> {
        Some(&self.0[self.find(key).ok()?].1)
    }

    /// Whether there is one.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// Puts a text in; gives the one that stood there.
    pub fn insert(&mut self, key: String, text: String) -> Option<String> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, text)),
            Err(at) => {
                self.0.insert(at, (key, text));
                None
            }
        }
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes a text out.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        Some(self.0.remove(self.find(key).ok()?).1)
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Pair<'_>> + Clone {
        self.0.iter().map(|(key, text)| (key, text))
    }

    /// The keys.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &String> + Clone {
        self.0.iter().map(|(key, _)| key)
    }

    /// The texts.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &String> + Clone {
        self.0.iter().map(|(_, text)| text)
    }

    /// The texts, to be changed.
    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut String> {
        self.0.iter_mut().map(|(_, text)| text)
    }

    /// Where it stands, or would.
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(it, _)| it.as_str().cmp(key))
    }
}

/// Shows the keys only: people filled it in, and logs are not for that.
impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

impl Index<&str> for Texts {
    type Output = String;

    /// # Panics
    /// Where there is none.
    fn index(&self, key: &str) -> &String {
        let at = self.find(key);
        &self.0[at.unwrap_or(usize::MAX)].1
    }
}

impl FromIterator<(String, String)> for Texts {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(all: T) -> Self {
        let mut texts = Self::new();
        for (key, text) in all {
            texts.insert(key, text);
        }
        texts
    }
}

impl<const N: usize> From<[(String, String); N]> for Texts {
    fn from(all: [(String, String); N]) -> Self {
        all.into_iter().collect()
    }
}

impl From<BTreeMap<String, String>> for Texts {
    fn from(all: BTreeMap<String, String>) -> Self {
        Self(all.into_iter().collect())
    }
}

impl From<Texts> for BTreeMap<String, String> {
    fn from(texts: Texts) -> Self {
        texts.0.into_iter().collect()
    }
}

impl IntoIterator for Texts {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Texts {
    type Item = Pair<'a>;
    type IntoIter =
        std::iter::Map<std::slice::Iter<'a, (String, String)>, fn(&'a (String, String)) -> Pair<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(key, text)| (key, text))
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Texts {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <BTreeMap<String, String> as utoipa::PartialSchema>::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Texts {}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(all: &[(&str, &str)]) -> Texts {
        all.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn each_key_is_there_once_with_what_was_said_last_and_in_order() {
        let mut it = form(&[("name", "Léa"), ("email", "a@b.test"), ("name", "Zoé")]);
        assert_eq!(it, form(&[("email", "a@b.test"), ("name", "Zoé")]));
        assert_eq!(it.keys().collect::<Vec<_>>(), ["email", "name"]);
        assert_eq!((it["name"].as_str(), it.get("phone"), it.contains_key("email")), ("Zoé", None, true));
        assert_eq!(
            (it.remove("email").as_deref(), it.remove("email"), it.len()),
            (Some("a@b.test"), None, 1)
        );
    }

    #[test]
    fn what_was_filled_in_does_not_stand_in_logs() {
        assert_eq!(format!("{:?}", form(&[("name", "Léa"), ("email", "a@b.test")])), r#"{"email", "name"}"#);
    }

    #[test]
    fn it_is_written_and_read_as_an_object() {
        let it = form(&[("b", "2"), ("a", "1")]);
        assert_eq!(serde_json::to_string(&it).expect("JSON"), r#"{"a":"1","b":"2"}"#);
        let read: Texts = serde_json::from_str(r#"{"b":"0","a":"1","b":"2"}"#).expect("a form");
        assert_eq!(read, it);
        let bytes = rmp_serde::to_vec_named(&it).expect("MessagePack");
        assert_eq!(rmp_serde::from_slice::<Texts>(&bytes).expect("a form"), it);
        assert_eq!(Texts::from(BTreeMap::from(it.clone())), it);
    }
}
